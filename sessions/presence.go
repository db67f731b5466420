package sessions

// pure core

import (
	"time"

	"guildhall"
	"guildhall/gateway"
)

// person is a user with sessions here.
type person struct {
	// sessions are in the order in which their presences were set.
	sessions []*session
}

func (p *person) presence(user guildhall.UserID) guildhall.Presence {
	presences := make([]guildhall.Presence, 0, len(p.sessions))
	for _, s := range p.sessions {
		presences = append(presences, s.Presence)
	}
	return gateway.Merged(user, presences)
}

// join adds a session to its user's.
func (c *Core) join(s *session) {
	p := c.users[s.User]
	if p == nil {
		p = &person{}
		c.users[s.User] = p
	}
	p.sessions = append(p.sessions, s)
}

// leave takes a session away from its user's and tells the guilds that it was shown in. Who is in other sessions in
// other guilds only (as shards are) is offline in these.
func (c *Core) leave(s *session, guilds []guildhall.GuildID) {
	p := c.users[s.User]
	if p == nil {
		return
	}
	p.sessions = without(p.sessions, s)
	if len(p.sessions) == 0 {
		delete(c.users, s.User)
	}
	presence := p.presence(s.User)
	for _, guild := range guilds {
		c.out.Tells = append(c.out.Tells, Tell{s.User, guild, presence})
	}
}

// SetPresence changes what a session shows of itself.
func (c *Core) SetPresence(now time.Time, k Socket, update *gateway.PresenceUpdate) {
	c.now = now
	s := c.held(k)
	if s == nil {
		return
	}
	s.Presence = update.Shown(s.User, s.Browser, now)
	p := c.users[s.User]
	p.sessions = append(without(p.sessions, s), s)
	told := make(map[guildhall.GuildID]bool)
	for _, other := range p.sessions {
		for _, guild := range other.guilds() {
			if !told[guild] {
				told[guild] = true
				c.out.Tells = append(c.out.Tells, Tell{s.User, guild, p.presence(s.User)})
			}
		}
	}
}

// tellGuild tells a guild that the user is there.
func (c *Core) tellGuild(user guildhall.UserID, guild guildhall.GuildID) {
	if p := c.users[user]; p != nil {
		if presence := p.presence(user); presence.Status != gateway.StatusOffline {
			c.out.Tells = append(c.out.Tells, Tell{user, guild, presence})
		}
	}
}

// tellAgain tells a guild's new owner who is there: presences are kept in memory only, and were lost with the former.
func (c *Core) tellAgain(o *object) {
	if o.name.Kind != guildhall.KindGuild {
		return
	}
	for _, v := range o.viewers {
		for _, a := range v.attachments {
			if a.shown {
				c.tellGuild(v.user, guildhall.GuildID(o.name.ID))
				break
			}
		}
	}
}

// Dispatch gives one session an event about a guild, as the answer to something that it asked for. false if the guild
// is not shown to it (any more).
func (c *Core) Dispatch(now time.Time, k Socket, guild guildhall.GuildID, name string, data []byte) bool {
	c.now = now
	s := c.held(k)
	if s == nil {
		return false
	}
	o := guildhall.GuildObject(guild)
	a := s.attachments[o]
	if a == nil || !a.shown {
		return false
	}
	c.pushOwn(s, &event{Object: o, Position: a.object.position, Type: name, data: data})
	return true
}

// Room tells whether a session still is the socket's, and whether little waits for it.
func (c *Core) Room(k Socket) (room, held bool) {
	s := c.held(k)
	return s != nil && s.unsent <= c.limits.QueueBytesMax/4, s != nil
}

// Shown tells whether a session has been told of the guild, and with which intents and for whom it reads.
func (c *Core) Shown(k Socket, guild guildhall.GuildID) (user guildhall.UserID, intents guildhall.Intents, shown bool) {
	s := c.held(k)
	if s == nil {
		return 0, 0, false
	}
	a := s.attachments[guildhall.GuildObject(guild)]
	return s.User, s.Intents, a != nil && a.shown
}
