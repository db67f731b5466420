package sessions

// pure core

import (
	"slices"
	"time"

	"guildhall"
	"guildhall/gateway"
)

// Threads are judged in their channels, so that classes know nothing of them. Who sees a private one hangs on its list of
// members beside that, which is looked at for one viewer at a time.

// threadsSeenBy tells which threads a viewer sees.
func (g *guildFeed) threadsSeenBy(v *viewer, now time.Time) func(*guildhall.Thread) bool {
	as := &eyes{user: v.user, class: v.class, until: v.until, now: now}
	return func(t *guildhall.Thread) bool { return g.view().SeesThread(t, v.user, as.In(t.ParentID)) }
}

// applyThreadMembers folds the list of a thread's members in, and notes who is not in it any more.
func (g *guildFeed) applyThreadMembers(o *object, row *guildhall.Row, thread guildhall.ChannelID, ch *change) error {
	before := g.view().ThreadMembers(thread)
	if err := g.state.Apply(row, guildhall.Install); err != nil {
		return err
	}
	if t := g.view().Thread(thread); t == nil || !t.Private() {
		return nil
	}
	for _, m := range before {
		if v := o.byUser[m.UserID]; v != nil && g.view().ThreadMember(thread, m.UserID) == nil {
			ch.left = append(ch.left, v)
		}
	}
	return nil
}

// manages tells in which of a viewer's channels it looks after threads, as of before or after the record.
func manages(c *class, until *guildhall.Timestamp, channel guildhall.ChannelID, now time.Time) bool {
	return c != nil && guildhall.InTimeout(c.in[channel], until, now).Has(guildhall.PermissionManageThreads)
}

// threadsGained gives the channels whose threads a viewer has come to see: channels that came into sight, and those in
// which it has come to look after threads, private ones too. What it has lost with that right is marked.
func (d *delivery) threadsGained(v *viewer, seen diff) []guildhall.ChannelID {
	g, now := d.object.guild, d.core.now
	if v.before == v.class && v.until == v.untilBefore {
		return nil
	}
	gained := slices.Clone(seen.shown)
	for _, t := range d.privateThreads() {
		if slices.Contains(gained, t.ParentID) {
			continue
		}
		before, after := manages(v.before, v.untilBefore, t.ParentID, now), manages(v.class, v.until, t.ParentID, now)
		switch {
		case after && !before:
			gained = append(gained, t.ParentID)
		case before && !after && g.view().ThreadMember(t.ID, v.user) == nil:
			d.core.revokeThreads(d.object, v)
			return gained
		}
	}
	return gained
}

// privateThreads are those of the guild, listed once for all viewers whose rights the record changed.
func (d *delivery) privateThreads() []*guildhall.Thread {
	if !d.listed {
		d.listed = true
		d.private = d.object.guild.view().ThreadsWhere((*guildhall.Thread).Private)
	}
	return d.private
}

// syncThreads tells a session of the active threads of channels that it has come to see.
func (d *delivery) syncThreads(a *attachment, channels []guildhall.ChannelID) {
	for _, channel := range channels {
		d.core.syncThreads(a, channel)
	}
}

// syncThreads tells a session of a channel's active threads, if there are any.
// discord: events/gateway-events#thread-list-sync
func (c *Core) syncThreads(a *attachment, channel guildhall.ChannelID) {
	s, o := a.session, a.object
	if !s.Intents.Has(guildhall.IntentGuilds) {
		return
	}
	g := o.guild
	sees := g.threadsSeenBy(a.viewer, c.now)
	sync := gateway.ThreadListSync{GuildID: g.id, ChannelIDs: []guildhall.ChannelID{channel}, Members: []guildhall.ThreadMember{}}
	sync.Threads = gateway.ActiveThreads(g.view(), a.viewer.user, c.now, func(t *guildhall.Thread) bool {
		return t.ParentID == channel && sees(t)
	})
	if len(sync.Threads) == 0 {
		return
	}
	for _, t := range sync.Threads {
		if t.Member != nil {
			sync.Members = append(sync.Members, *t.Member)
		}
	}
	c.pushOwn(s, &event{
		Object: o.name, Position: o.position, Type: gateway.EventThreadListSync, Channel: channel, data: gateway.Encode(sync),
	})
}

// staleThreads gives the lists of threads among what a client missed that may show more than it may see by now.
func (s *session) staleThreads(missed int) []*event {
	var stale []*event
	for i := len(s.stream) - missed; i < len(s.stream); i++ {
		if e := &s.stream[i]; e.revoked && e.event.Type == gateway.EventThreadListSync {
			stale = append(stale, e.event)
		}
	}
	return stale
}

// syncAgain tells of the channels of such lists as they are now; the lists themselves are left out.
func (c *Core) syncAgain(s *session, stale []*event) {
	for _, e := range stale {
		a := s.attachments[e.Object]
		if a != nil && a.shown && a.viewer.class != nil && a.viewer.class.sees(e.Channel) {
			c.syncThreads(a, e.Channel)
		}
	}
}

// revokeThreads marks the lists of threads that a viewer's sessions may not have got yet: one of the private threads in them
// may be hidden from it now. So are the events of what is hidden, which are judged anew at a RESUME as long as the thread
// exists.
func (c *Core) revokeThreads(o *object, v *viewer) {
	sees := o.guild.threadsSeenBy(v, c.now)
	hidden := func(id guildhall.ChannelID) bool {
		t := o.guild.view().Thread(id)
		return t != nil && !sees(t)
	}
	for _, a := range v.attachments {
		s := a.session
		for i := s.head; i < len(s.stream); i++ {
			e := s.stream[i].event
			if e.Object != o.name {
				continue
			}
			lists := e.Type == gateway.EventThreadListSync || e.Type == gateway.EventGuildCreate
			if lists || e.Audience != nil && e.Audience.Thread != 0 && hidden(e.Audience.Thread) {
				s.stream[i].revoked = true
			}
		}
	}
}
