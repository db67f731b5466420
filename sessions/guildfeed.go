package sessions

// pure core

import (
	"encoding/json"
	"slices"

	"guildhall"
	"guildhall/gateway"
)

// guildFeed is a followed guild: its state as of the object's position, and the classes of its viewers.
type guildFeed struct {
	id    guildhall.GuildID
	state guildhall.GuildState
	// whole: the state holds all members; else those with sessions here.
	whole       bool
	memberCount int // where the state isn't whole
	presences   map[guildhall.UserID]guildhall.Presence

	classes map[string]*class
	// alone are members who are a class each: the owner, and those with overwrites of their own.
	alone map[guildhall.UserID]struct{}
}

func newGuildFeed(id guildhall.GuildID, s *guildhall.Snapshot) (*guildFeed, error) {
	g := &guildFeed{
		id: id, whole: s.Whole, memberCount: s.MemberCount, presences: make(map[guildhall.UserID]guildhall.Presence),
	}
	for i := range s.Rows {
		if err := g.state.Apply(&s.Rows[i], guildhall.Install); err != nil {
			return nil, err
		}
	}
	for _, p := range s.Presences {
		g.presences[p.User.ID] = p
	}
	g.reclass()
	return g, nil
}

func (g *guildFeed) view() guildhall.GuildView { return g.state.Committed() }

// members is how many there are.
func (g *guildFeed) members() int {
	if g.whole {
		return g.view().MemberCount()
	}
	return g.memberCount
}

// reclass forgets all classes: roles, overwrites or the owner have changed.
func (g *guildFeed) reclass() {
	g.classes = make(map[string]*class)
	g.alone = make(map[guildhall.UserID]struct{})
	if guild := g.view().Guild(); guild != nil {
		g.alone[guild.OwnerID] = struct{}{}
	}
	for _, c := range g.view().Channels() {
		for _, o := range c.Overwrites {
			if o.Type == guildhall.OverwriteMember {
				g.alone[guildhall.UserID(o.ID)] = struct{}{}
			}
		}
	}
}

// classify finds the viewer's class by the state as it is.
func (g *guildFeed) classify(v *viewer) {
	v.class, v.until = nil, nil
	m := g.view().Member(v.user)
	if m == nil || g.view().Guild() == nil && g.view().Private() == nil {
		return
	}
	_, alone := g.alone[v.user]
	key := classKey(m, alone)
	if v.class = g.classes[key]; v.class == nil {
		v.class = newClass(g.view(), m)
		g.classes[key] = v.class
	}
	v.until = m.CommunicationDisabledUntil
}

// admit takes in a new viewer.
func (g *guildFeed) admit(v *viewer) {
	v.known = g.whole || g.view().Member(v.user) != nil
	g.classify(v)
}

// forget drops the row of a member without sessions here: where the state isn't whole nobody would keep it right.
func (g *guildFeed) forget(user guildhall.UserID) {
	m := g.view().Member(user)
	if g.whole || m == nil {
		return
	}
	row := guildhall.MemberRow(g.id, m).Deleted()
	_ = g.state.Apply(&row, guildhall.Install) // a deletion has no value that could be malformed
}

// change is what a record did to a guild as far as it matters to who may see what.
type change struct {
	// classes: roles, overwrites or the owner, so that all have to be worked out anew.
	classes bool
	members []*viewer
	// left are viewers who are out of a thread.
	left []*viewer
	// channels are those whose rows changed, as they were before; nil for new ones.
	channels map[guildhall.ChannelID]*guildhall.Channel
}

// apply folds a record's rows in.
func (g *guildFeed) apply(o *object, r *guildhall.Record) (change, error) {
	var ch change
	for i := range r.Rows {
		row := &r.Rows[i]
		subject := row.Subject()
		switch {
		case subject.ThreadMembers != 0:
			if err := g.applyThreadMembers(o, row, subject.ThreadMembers, &ch); err != nil {
				return ch, err
			}
			continue
		case subject.Guild || subject.Role != 0:
			ch.classes = true
		case subject.Channel != 0:
			if ch.channels == nil {
				ch.channels = make(map[guildhall.ChannelID]*guildhall.Channel)
			}
			ch.channels[subject.Channel] = g.view().Channel(subject.Channel)
		case subject.Member != 0:
			v := o.byUser[subject.Member]
			if row.Delete {
				delete(g.presences, subject.Member)
			}
			if v == nil && !g.whole {
				continue
			}
			if v != nil {
				v.known = true
				ch.members = append(ch.members, v)
			}
		}
		if err := g.state.Apply(row, guildhall.Install); err != nil {
			return ch, err
		}
	}
	for id, before := range ch.channels {
		after := g.view().Channel(id)
		if before == nil || after == nil || !slices.Equal(before.Overwrites, after.Overwrites) {
			ch.classes = true
		}
	}
	for i := range r.Events {
		switch r.Events[i].Type {
		case gateway.EventMemberAdd:
			g.memberCount++
		case gateway.EventMemberRemove:
			g.memberCount--
		}
	}
	return ch, nil
}

// deliverGuild applies a record and tells each session what it may know of it.
func (c *Core) deliverGuild(o *object, r *guildhall.Record) {
	g := o.guild
	ch, err := g.apply(o, r)
	if err != nil {
		// The state can't be trusted any more: end what stands on it, and begin again.
		c.out.Counts.Undecodable++
		c.condemn(o)
		o.live, o.guild, o.position = false, nil, 0
		return
	}
	for _, v := range o.viewers {
		v.before, v.untilBefore = v.class, v.until
	}
	for i := range r.Events {
		r.Events[i].Audience.Sort()
	}
	if ch.classes {
		g.reclass()
		ch.members = o.viewers
	}
	for _, v := range ch.members {
		g.classify(v)
	}
	d := delivery{core: c, object: o, record: r, change: ch}
	for _, v := range ch.left {
		c.revokeThreads(o, v)
	}
	for _, v := range o.viewers {
		switch {
		case v.class == nil:
			for _, a := range v.attachments {
				c.lose(a)
				if !a.listed {
					c.detach(a)
				}
			}
		case v.before == nil:
			for _, a := range v.attachments {
				c.show(a)
			}
		default:
			d.tell(v)
		}
	}
	d.done()
}

// ephemeral passes on an event that is not logged. It is judged by the guild as it is here. One that nobody misses is the
// first to be left out when a session has much waiting; the others, of interactions, somebody waits for.
func (c *Core) ephemeral(o *object, e *guildhall.Event) {
	if e.Type == gateway.EventPresenceUpdate {
		o.guild.notePresence(e.Data)
	}
	passing := e.Type == gateway.EventPresenceUpdate || e.Type == gateway.EventTypingStart
	e.Audience.Sort()
	shared := newEvent(o, 0, e)
	shared.Ephemeral = true
	for _, v := range o.viewers {
		if v.class == nil {
			continue
		}
		for _, a := range v.attachments {
			s := a.session
			if !a.shown || !e.Audience.Admits(&eyes{v.user, s.Intents, v.class, v.until, c.now}) {
				continue
			}
			if passing && s.pressed(c.limits) || s.Attach == 0 && e.Type == gateway.EventTypingStart {
				c.out.Counts.DroppedEphemeral++
				continue
			}
			c.push(s, shared, shared.full())
		}
	}
	shared.data = nil
}

// notePresence keeps who is there, for sessions that come later.
func (g *guildFeed) notePresence(data []byte) {
	var p guildhall.Presence
	if json.Unmarshal(data, &p) != nil || p.User.ID == 0 {
		return
	}
	if p.Status == gateway.StatusOffline {
		delete(g.presences, p.User.ID)
		return
	}
	g.presences[p.User.ID] = p
}

// show tells the session of the guild, or of its user, once all that this needs is there.
func (c *Core) show(a *attachment) {
	s, o := a.session, a.object
	switch {
	case a.shown || !o.live || s.condemned || s.removed:
		return
	case o.user != nil:
		c.ready(a)
		return
	case !s.ready || !a.viewer.known:
		return
	case a.viewer.class == nil:
		c.unpromise(a)
		return
	case s.pressed(c.limits):
		if !slices.Contains(s.backlog, a) {
			s.backlog = append(s.backlog, a)
		}
		return
	}
	promised := a.promised
	a.shown, a.promised = true, false
	s.backlog = without(s.backlog, a)
	if o.name.Kind == guildhall.KindPrivate {
		c.showPrivate(a, promised)
		return
	}
	if s.Intents.Has(guildhall.IntentGuilds) {
		g := o.guild
		created := gateway.NewGuildCreate(g.view(), gateway.GuildCreateParams{
			User: s.User, Intents: s.Intents, Sees: a.viewer.class.sees,
			SeesThread: g.threadsSeenBy(a.viewer, c.now), Now: c.now, MemberCount: g.members(),
			LargeThreshold: s.LargeThreshold, Presences: g.presences, Promised: promised,
		})
		c.pushOwn(s, &event{Object: o.name, Position: o.position, Type: gateway.EventGuildCreate, data: gateway.Encode(created)})
	}
	c.tellGuild(s.User, guildhall.GuildID(o.name.ID))
}

// lose tells a session that a guild is no longer its user's.
// discord: events/gateway-events#guild-delete
func (c *Core) lose(a *attachment) {
	if !a.shown {
		return
	}
	s := a.session
	a.shown = false
	s.revokeObject(a.object.name)
	c.tellLost(a)
}

// unpromise tells a client not to wait for a guild that READY named: the guild list is an index and may be behind, and
// named one that is gone or that the user is no member of.
func (c *Core) unpromise(a *attachment) {
	if a.promised {
		a.promised = false
		c.tellLost(a)
	}
}

func (c *Core) tellLost(a *attachment) {
	if a.object.name.Kind == guildhall.KindPrivate {
		c.tellPrivateLost(a)
		return
	}
	if s := a.session; s.Intents.Has(guildhall.IntentGuilds) {
		c.pushOwn(s, guildDeleted(a.object))
	}
}

func guildDeleted(o *object) *event {
	return &event{
		Object: o.name, Position: o.position, Type: gateway.EventGuildDelete, Farewell: true,
		data: gateway.Encode(gateway.DeletedGuild{ID: guildhall.GuildID(o.name.ID)}),
	}
}
