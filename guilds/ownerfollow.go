package guilds

// pure core

import (
	"time"

	"guildhall"
)

// followBytesMax bounds the records in one answer; More tells that there are further ones.
const followBytesMax = 1 << 20

// followLimit is how many events one answer is read from.
const followLimit = 500

// followerAge is after how long without a follow a node is taken to be gone: it audits each object every 2 s, and if it
// lives on, its next audit subscribes it again. protocol §7.3
const followerAge = time.Minute

func (c *Core) askFollow(in AskFollow) {
	f := in.Follow
	if c.slots[f.Object.Slot()] == nil {
		c.do(FollowAnswered{in.Ticket, &guildhall.Followed{Status: guildhall.NotOwner, Ring: c.ring.Version, Object: f.Object}})
		return
	}
	if f.Unfollow {
		if h := c.held[f.Object]; h != nil {
			delete(h.followers, f.Node)
		}
		c.do(FollowAnswered{in.Ticket, &guildhall.Followed{Status: guildhall.Done, Ring: c.ring.Version, Object: f.Object}})
		return
	}
	if len(c.parked) >= parkedMax {
		c.do(FollowAnswered{in.Ticket, &guildhall.Followed{Status: guildhall.Busy, Ring: c.ring.Version, Object: f.Object}})
		return
	}
	c.proceedFollow(&parkedAsk{follow: &in, object: f.Object})
}

// proceedFollow subscribes the node and answers with the records after its position, or with a snapshot.
// protocol §7.1
func (c *Core) proceedFollow(p *parkedAsk) {
	f := &p.follow.Follow
	if newObject(f.Object) == nil {
		c.do(FollowAnswered{p.follow.Ticket, &guildhall.Followed{Status: guildhall.Done, Ring: c.ring.Version, Object: f.Object, Gone: true}})
		return
	}
	sl := c.slots[f.Object.Slot()]
	if sl == nil {
		c.turnAway(p, guildhall.NotOwner)
		return
	}
	if !sl.loaded {
		c.awaitSlot(f.Object.Slot(), sl, p)
		return
	}
	h := c.hold(f.Object, false)
	if !h.loaded {
		c.park(p)
		h.waiting = append(h.waiting, p)
		return
	}
	if !h.state.exists() {
		if f.From == 0 || f.From >= h.committed {
			c.do(FollowAnswered{p.follow.Ticket, c.followed(h, func(a *guildhall.Followed) { a.Gone = true })})
			c.dropIfNothing(h)
			return
		}
	} else {
		h.followers[f.Node] = c.now
	}
	switch {
	case f.From > h.committed:
		// Ahead of everything committed here: it has heard of another owner. protocol §8, ring cache
		c.do(RefreshRing{})
		c.turnAway(p, guildhall.NotOwner)
	case f.From == 0:
		c.snapshot(h, p)
	case f.From+1 >= h.firstRecent():
		records, more := cut(h.recent[f.From+1-h.firstRecent():])
		c.followRecords(h, p, records, more)
	default:
		p.wants = eventsFor{following: true}
		c.park(p)
		c.do(LoadEvents{p.follow.Ticket, h.object, f.From, followLimit})
	}
}

func (c *Core) followed(h *held, fill func(*guildhall.Followed)) *guildhall.Followed {
	a := &guildhall.Followed{
		Status: guildhall.Done, Ring: c.ring.Version, Epoch: c.slots[h.object.Slot()].epoch,
		Object: h.object, Position: h.committed,
	}
	fill(a)
	return a
}

func (c *Core) snapshot(h *held, p *parkedAsk) {
	if !h.state.exists() {
		c.do(FollowAnswered{p.follow.Ticket, c.followed(h, func(a *guildhall.Followed) { a.Gone = true })})
		return
	}
	s := h.state.snapshot(p.follow.Follow.Users)
	c.do(FollowAnswered{p.follow.Ticket, c.followed(h, func(a *guildhall.Followed) { a.Snapshot = s })})
}

func (c *Core) followRecords(h *held, p *parkedAsk, records []*guildhall.Record, more bool) {
	c.do(FollowAnswered{p.follow.Ticket, c.followed(h, func(a *guildhall.Followed) {
		if len(records) > 0 {
			a.Records = guildhall.AppendRecords(nil, records)
			a.Position = records[len(records)-1].Position
		}
		a.More = more
	})})
}

// cut takes records up to followBytesMax, at least one.
func cut(records []*guildhall.Record) (taken []*guildhall.Record, more bool) {
	bytes := 0
	for i, r := range records {
		if bytes += r.Size(); bytes > followBytesMax && i > 0 {
			return records[:i], true
		}
	}
	return records, false
}

// eventsLoaded answers from projected records: a follow from far back, or a request whose record has left memory.
func (c *Core) eventsLoaded(in EventsLoaded) {
	p := c.unpark(in.Ticket)
	if p == nil {
		return
	}
	h := c.held[p.object]
	if h == nil || !h.loaded {
		c.turnAway(p, guildhall.Busy)
		return
	}
	if !p.wants.following {
		c.knownLoaded(h, p, in.Events)
		return
	}
	from := p.follow.Follow.From
	if len(in.Events) == 0 || in.Events[0].Position != from+1 {
		c.snapshot(h, p)
		return
	}
	records, more := cut(in.Events)
	c.followRecords(h, p, records, more || records[len(records)-1].Position < h.committed)
}

// knownLoaded answers a repeated request with its record. One that has been pruned meanwhile is past the window: the
// asker comes again and is decided anew.
func (c *Core) knownLoaded(h *held, p *parkedAsk, events []*guildhall.Record) {
	if len(events) == 1 && events[0].Position == p.wants.position {
		c.answer(p.ask.Ticket, done(h, events[0]))
		return
	}
	delete(h.requests, p.ask.Command.RequestID)
	if p.ask.Command.Nonce != "" {
		delete(h.nonces, nonceOf(p.ask.Command))
	}
	c.proceed(p)
}
