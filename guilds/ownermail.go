package guilds

// pure core

import (
	"slices"

	"guildhall"
	"guildhall/store"
)

// outboxLimit is how many follow-ups of earlier owners are read per slot at first; where there are more, all are read.
const outboxLimit = 10_000

// route is a pair of objects between which follow-ups keep their order.
type route struct{ from, to guildhall.Object }

// outboxLoaded starts with what earlier owners of the slot have left to send.
func (c *Core) outboxLoaded(in OutboxLoaded) {
	sl := c.slots[in.Slot]
	if sl == nil || sl.outboxRead {
		return
	}
	sl.outboxRead = true
	for _, p := range in.Pending {
		c.post(p)
	}
	heldBack := sl.heldBack
	sl.heldBack = nil
	c.mailed -= len(heldBack)
	for _, p := range heldBack {
		if !slices.ContainsFunc(in.Pending, func(q store.Pending) bool { return samePending(p, q) }) {
			c.post(p)
		}
	}
}

func samePending(p, q store.Pending) bool {
	return p.From == q.From && p.Position == q.Position && p.Index == q.Index
}

// mailFrom sends the follow-ups of a record that is projected: from then on they are in the outbox, and a successor
// will find them there.
// protocol §8
func (c *Core) mailFrom(r *guildhall.Record) {
	sl := c.slots[r.Object.Slot()]
	for i, f := range r.FollowUps {
		p := store.Pending{From: r.Object, Position: r.Position, Index: i, FollowUp: f}
		if sl.outboxRead {
			c.post(p)
		} else {
			sl.heldBack = append(sl.heldBack, p)
			c.mailed++
		}
	}
}

// post queues a follow-up behind the earlier ones between the same objects.
func (c *Core) post(p store.Pending) {
	r := route{p.From, p.To}
	c.mail[r] = append(c.mail[r], p)
	c.mailed++
	c.mailedTo[p.To]++
	if n, ok := nameLeft(p.From, &p.FollowUp); ok {
		c.letGo(n)
	}
	if len(c.mail[r]) == 1 {
		c.do(Deliver{p})
	}
}

// mailFull tells whether a change must wait because too many follow-ups already wait to be accepted where it would add
// one. A change that is a follow-up itself is let in, since it is what others wait for.
func (c *Core) mailFull(cmd *guildhall.Command, d *draft) bool {
	if !cmd.Source.Object.IsZero() {
		return false
	}
	return slices.ContainsFunc(d.followUps, func(f guildhall.FollowUp) bool {
		return c.mailed >= mailedMax || c.mailedTo[f.To] >= mailedObjectMax
	})
}

// outboxCleared says that a follow-up is surely gone. Only then may a name that it freed be claimed again by the same
// object: a successor that found it would free the name once more.
func (c *Core) outboxCleared(p store.Pending) {
	if n, ok := nameLeft(p.From, &p.FollowUp); ok {
		c.released(n)
	}
}

// delivered goes on with the next follow-up between the two objects.
func (c *Core) delivered(p store.Pending) {
	r := route{p.From, p.To}
	waiting := c.mail[r]
	if len(waiting) == 0 || !samePending(waiting[0], p) {
		return
	}
	c.mailed--
	if c.mailedTo[p.To]--; c.mailedTo[p.To] == 0 {
		delete(c.mailedTo, p.To)
	}
	c.do(OutboxDone{p})
	if len(waiting) == 1 {
		delete(c.mail, r)
		return
	}
	c.mail[r] = waiting[1:]
	c.do(Deliver{waiting[1]})
}
