package sessions

// pure core

import (
	"bytes"
	"slices"

	"guildhall"
	"guildhall/gateway"
)

// A private channel is followed with the feed of a guild: one channel, whose recipients are the members. What differs is
// how sessions come to it and what they are told of it.

// guildOf is the guild that an object is; 0 for a private channel.
func guildOf(o guildhall.Object) guildhall.GuildID {
	if o.Kind == guildhall.KindGuild {
		return guildhall.GuildID(o.ID)
	}
	return 0
}

// attachPrivates brings a new session to the private channels that READY named.
func (c *Core) attachPrivates(o *object, s *session) {
	if !s.Shard.HasPrivate() {
		return
	}
	for _, ref := range o.user.view().Privates() {
		a := c.attach(s, guildhall.PrivateObject(ref.ID), true)
		a.listed = true
		c.show(a)
	}
}

// openPrivates brings a session to private channels that have come into its user's list. The entry holds the channel as
// of a position right before what opened it: followed from there, nothing of it is missed.
func (c *Core) openPrivates(o *object, s *session) {
	if !s.Shard.HasPrivate() {
		return
	}
	for _, ref := range o.user.view().Privates() {
		name := guildhall.PrivateObject(ref.ID)
		if s.attachments[name] == nil {
			c.plant(name, ref)
		}
		c.attach(s, name, false).listed = true
	}
}

// plant begins a channel that is not followed here yet with what an entry says of it.
func (c *Core) plant(name guildhall.Object, ref *guildhall.PrivateRef) {
	o := c.object(name)
	if o.live || ref.Position == 0 {
		return
	}
	feed, err := newGuildFeed(0, &guildhall.Snapshot{Rows: ref.Rows(), Whole: true})
	if err != nil {
		c.out.Counts.Undecodable++
		return // the owner's snapshot will do
	}
	o.live, o.position, o.guild = true, ref.Position, feed
	o.held = slices.DeleteFunc(o.held, func(r *guildhall.Record) bool { return r.Position <= o.position })
	for _, v := range o.viewers {
		feed.admit(v)
		for _, a := range v.attachments {
			c.show(a)
		}
	}
	c.ask(o)
}

// gather brings all recipients' sessions to a channel in which somebody writes: the channel may be followed here for the
// writer's sake alone, and the others' lists name it a moment later.
func (c *Core) gather(o *object, r *guildhall.Record) {
	if !slices.ContainsFunc(r.Events, func(e guildhall.Event) bool { return e.Type == gateway.EventMessageCreate }) {
		return
	}
	for _, m := range o.guild.view().Recipients() {
		p := c.users[m.User.ID]
		if p == nil {
			continue
		}
		for _, s := range p.sessions {
			if s.ready && !s.condemned && !s.removed && s.Shard.HasPrivate() && s.attachments[o.name] == nil {
				c.attach(s, o.name, false)
			}
		}
	}
}

// closePrivates takes a session from channels that are no longer in its user's list.
func (c *Core) closePrivates(s *session, closed []guildhall.ChannelID) {
	for _, id := range closed {
		if a := s.attachments[guildhall.PrivateObject(id)]; a != nil {
			c.lose(a)
			c.detach(a)
		}
	}
}

// showPrivate tells a person's session of a channel that READY did not name. Bots are not told of private channels.
// discord: change-log#api-and-gateway-v8
func (c *Core) showPrivate(a *attachment, promised bool) {
	s, o := a.session, a.object
	if s.Bot {
		return
	}
	name, data := gateway.EventChannelCreate, gateway.Encode(o.guild.view().PrivateFor(s.User))
	if promised {
		// READY told what the list says, an index; above all the newest message is another by now.
		name = gateway.EventChannelUpdate
		if bytes.Equal(data, c.listedPrivate(s, guildhall.ChannelID(o.name.ID))) {
			return
		}
	}
	c.pushOwn(s, &event{Object: o.name, Position: o.position, Type: name, data: data})
}

// listedPrivate is a channel as the user's list has it.
func (c *Core) listedPrivate(s *session, id guildhall.ChannelID) []byte {
	u := c.objects[guildhall.UserObject(s.User)]
	if u == nil || u.user == nil {
		return nil
	}
	ref := u.user.view().PrivateRef(id)
	if ref == nil {
		return nil
	}
	return gateway.Encode(ref.For(s.User))
}

// tellPrivateLost tells a person's session that a channel is no longer in its list.
// discord: events/gateway-events#channel-delete
func (c *Core) tellPrivateLost(a *attachment) {
	s, o := a.session, a.object
	if s.Bot {
		return
	}
	gone := guildhall.PrivateChannel{ID: guildhall.ChannelID(o.name.ID), Type: guildhall.ChannelDM, Recipients: []guildhall.User{}}
	if o.guild != nil && o.guild.view().Private() != nil {
		gone.Type = o.guild.view().Private().Type
	}
	c.pushOwn(s, &event{
		Object: o.name, Position: o.position, Type: gateway.EventChannelDelete, Farewell: true, data: gateway.Encode(gone),
	})
}
