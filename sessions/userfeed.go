package sessions

// pure core

import (
	"guildhall"
	"guildhall/gateway"
)

// removedMax bounds the tokens remembered as removed. Beyond it an identity that is older than now is checked again.
const removedMax = 1024

// userFeed is a followed user: its guild list, and which of its tokens ended since.
type userFeed struct {
	state guildhall.UserState
	// since is the position after which all removals of tokens are in removed.
	since   uint64
	removed map[string]struct{}
}

func newUserFeed(s *guildhall.Snapshot, position uint64) (*userFeed, error) {
	u := &userFeed{since: position, removed: make(map[string]struct{})}
	for i := range s.Rows {
		if err := u.state.Apply(&s.Rows[i], guildhall.Install); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func (u *userFeed) view() guildhall.UserView { return u.state.Committed() }

// remove notes that a token has ended.
func (u *userFeed) remove(hash string, position uint64) {
	if len(u.removed) >= removedMax {
		u.removed, u.since = make(map[string]struct{}), position
	}
	u.removed[hash] = struct{}{}
}

// deliverUser applies a record of a user: its guilds come and go, its tokens end, its sessions are told.
func (c *Core) deliverUser(o *object, r *guildhall.Record) {
	u := o.user
	listed := false
	var closed []guildhall.ChannelID
	for i := range r.Rows {
		row := &r.Rows[i]
		subject := row.Subject()
		listed = listed || subject.GuildRef != 0 || subject.PrivateRef != 0
		if subject.Token != "" {
			// Hashes of tokens are kept nowhere here but in the sessions that use them.
			if row.Delete {
				u.remove(subject.Token, r.Position)
			}
			continue
		}
		if err := u.state.Apply(row, guildhall.Install); err != nil {
			c.out.Counts.Undecodable++
			c.condemn(o)
			o.live, o.user, o.position = false, nil, 0
			return
		}
		if ref := u.view().PrivateRef(subject.PrivateRef); subject.PrivateRef != 0 &&
			(ref == nil || !ref.Open(guildhall.UserID(o.name.ID))) {
			closed = append(closed, subject.PrivateRef)
		}
	}
	account := u.view().Account()
	disabled := account != nil && account.Disabled
	for _, v := range o.viewers {
		for _, a := range v.attachments {
			s := a.session
			if _, removed := u.removed[s.TokenHash]; removed || disabled {
				c.refuse(s)
				continue
			}
			if !a.shown {
				continue
			}
			for i := range r.Events {
				c.tellUser(o, s, r, i)
			}
			if listed {
				c.closePrivates(s, closed)
				c.relist(o, s)
			}
		}
	}
}

func (c *Core) tellUser(o *object, s *session, r *guildhall.Record, i int) {
	e := &r.Events[i]
	if !e.Audience.Admits(&eyes{user: s.User, intents: s.Intents, now: c.now}) {
		return
	}
	c.pushOwn(s, newEvent(o, r.Position, e))
}

// ephemeralUser passes on an event of a user that is not logged: of its private channels, which one shard alone has.
func (c *Core) ephemeralUser(o *object, e *guildhall.Event) {
	for _, v := range o.viewers {
		for _, a := range v.attachments {
			s := a.session
			if a.shown && s.Shard.HasPrivate() && e.Audience.Admits(&eyes{user: s.User, intents: s.Intents, now: c.now}) {
				told := newEvent(o, 0, e)
				told.Ephemeral = true
				c.pushOwn(s, told)
			}
		}
	}
}

// relist attaches a session to the guilds that its user's list names now. A guild that it no longer names is kept as
// long as the guild itself says that the user is a member.
func (c *Core) relist(o *object, s *session) {
	for _, ref := range o.user.view().Guilds() {
		if s.Shard.Has(ref.ID) {
			c.attach(s, guildhall.GuildObject(ref.ID), false).listed = true
		}
	}
	c.openPrivates(o, s)
	for _, a := range s.order {
		if a.object.name.Kind != guildhall.KindGuild || o.user.view().GuildRef(guildhall.GuildID(a.object.name.ID)) != nil {
			continue
		}
		a.listed = false
		if !a.shown && a.viewer.class == nil {
			c.detach(a)
		}
	}
}

// ready begins the session: it is told who it is, and of its guilds one by one.
func (c *Core) ready(a *attachment) {
	s, o := a.session, a.object
	if _, removed := o.user.removed[s.TokenHash]; removed || o.user.view().User() == nil {
		c.refuse(s)
		return
	}
	if !s.verified && s.AuthPosition < max(o.user.since, 1) {
		// The token was looked at before the user was followed: it may have ended in between.
		if !s.checking && s.Attach != 0 {
			s.checking = true
			c.out.Reauthenticate = append(c.out.Reauthenticate, Socket{s.ID, s.Attach})
		}
		return
	}
	a.shown, s.ready = true, true
	c.pushOwn(s, &event{
		Object: o.name, Position: o.position, Type: gateway.EventReady,
		data: gateway.Encode(gateway.NewReady(o.user.view(), gateway.ReadyParams{
			Version: s.Version, SessionID: s.ID, ResumeGatewayURL: s.URL, Shard: s.Shard, Bot: s.Bot,
			Account: s.Account,
		})),
	})
	s.Account = nil
	for _, ref := range o.user.view().Guilds() {
		if s.Shard.Has(ref.ID) {
			guild := c.attach(s, guildhall.GuildObject(ref.ID), true)
			guild.listed = true
			c.show(guild)
		}
	}
	c.attachPrivates(o, s)
}
