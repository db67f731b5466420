package guilds

// pure core

import (
	"maps"
	"slices"

	"guildhall"
)

func (c *Core) awaitSlot(s guildhall.Slot, sl *slot, p *parkedAsk) {
	c.park(p)
	c.bySlot[s] = append(c.bySlot[s], p)
	if !sl.loading {
		sl.loading = true
		c.do(LoadSlot{s})
	}
}

func (c *Core) slotLoaded(in SlotLoaded) {
	waiting := c.bySlot[in.Slot]
	delete(c.bySlot, in.Slot)
	if sl := c.slots[in.Slot]; sl != nil {
		sl.loaded, sl.loading = true, false
		sl.last = max(sl.last, in.Last)
	}
	c.resume(waiting)
}

func (c *Core) placeLoaded(in PlaceLoaded) {
	waiting := c.byPlace[in.Channel]
	delete(c.byPlace, in.Channel)
	// A channel that was made while its place was being read is known already; an unknown one is not remembered,
	// because strangers ask for many.
	if _, known := c.places[in.Channel]; !known {
		c.places[in.Channel] = in.Object
	}
	c.resume(waiting)
	if c.places[in.Channel].IsZero() {
		delete(c.places, in.Channel)
	}
}

// objectLoaded folds what the store has of an object. Nothing can have changed since, because only this owner adds.
func (c *Core) objectLoaded(in ObjectLoaded) {
	h := c.held[in.Object]
	if h == nil || h.loaded {
		return
	}
	for i := range in.Rows {
		h.install(&in.Rows[i].Row)
	}
	h.staged, h.committed, h.projected = in.Head, in.Head, in.Head
	for _, r := range in.Events {
		c.remember(h, r)
	}
	h.recent = in.Events
	h.trimRecent()
	h.loaded = true
	waiting := h.waiting
	h.waiting = nil
	c.resume(waiting)
	c.dropIfNothing(h)
}

// loadFailed turns away who waited for what can't be read now.
func (c *Core) loadFailed(in LoadFailed) {
	var waiting []*parkedAsk
	switch {
	case in.Slot != nil:
		waiting = c.bySlot[*in.Slot]
		delete(c.bySlot, *in.Slot)
		if sl := c.slots[*in.Slot]; sl != nil {
			sl.loading = false
		}
	case in.Channel != 0:
		waiting = c.byPlace[in.Channel]
		delete(c.byPlace, in.Channel)
	case in.Ticket != 0:
		if p := c.parked[in.Ticket]; p != nil {
			waiting = []*parkedAsk{p}
		}
	default:
		h := c.held[in.Object]
		if h == nil {
			return
		}
		waiting = c.unloadable(h, in.Keys)
	}
	for _, p := range inTurn(waiting) {
		switch {
		case c.unpark(p.ticket()) == nil:
		case in.Full:
			c.refuse(p.ask, errFull)
			c.free(p)
		default:
			c.turnAway(p, guildhall.Busy)
		}
		c.dropIfNothing(c.held[p.object])
	}
}

// unloadable gives who waited for some of an object's rows, or for the object itself. Other rows that are being read stay
// marked as such: until they come, no newer value of theirs may leave memory.
func (c *Core) unloadable(h *held, keys []guildhall.RowKey) (waiting []*parkedAsk) {
	if !h.loaded {
		waiting, h.waiting = h.waiting, nil
		c.forget(h.object)
		return waiting
	}
	if keys == nil {
		keys = slices.Collect(maps.Keys(h.fetching))
	}
	for _, k := range keys {
		waiting = append(waiting, h.fetching[k]...)
		delete(h.fetching, k)
	}
	return waiting
}
