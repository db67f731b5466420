package sim

// pure core

import (
	"slices"
	"time"

	"guildhall"
	"guildhall/guilds"
	"guildhall/store"
)

// load reads what the core asks for. A read that fails is told to the core where somebody waits for it, and else
// repeated.
func (n *ownerNode) load(out guilds.Output) {
	p, s := &n.process, n.w.store
	switch out := out.(type) {
	case guilds.LoadSlot:
		n.read(out, func() guilds.Input { return guilds.SlotLoaded{Slot: out.Slot, Last: s.last[out.Slot]} })
	case guilds.LoadPlace:
		n.read(out, func() guilds.Input {
			place := guilds.PlaceLoaded{Channel: out.Channel}
			if row, ok := s.row(guildhall.RowKey{Table: guildhall.TablePlaces, Part: out.Channel.Key()}); ok {
				place.Object, _ = guildhall.ObjectFromKey(string(row.Value))
			}
			return place
		})
	case guilds.LoadRows:
		n.loadRows(out, guilds.RowsLoaded{Object: out.Object, Keys: out.Keys, Rows: make(map[guildhall.RowKey]store.Stored)}, 0)
	case guilds.LoadEvents:
		n.read(out, func() guilds.Input {
			return guilds.EventsLoaded{Ticket: out.Ticket, Events: s.eventsAfter(out.Object, out.After, out.Limit)}
		})
	case guilds.LoadObject:
		n.loadObject(out)
	case guilds.LoadOutbox:
		insist(p, false, func() []store.Pending { return s.pending(out.Slot) }, func(pending []store.Pending) {
			if len(pending) > 0 {
				n.w.hit(HitOutboxInherited)
			}
			n.step(guilds.OutboxLoaded{Slot: out.Slot, Pending: pending})
		})
	case guilds.AskClaim:
		ask(p, true, func() guildhall.Object { return s.claim(out.Key, out.Object) }, func(holder guildhall.Object, ok bool) {
			if !ok {
				n.loadFailed(out)
				return
			}
			if holder.IsZero() {
				n.step(guilds.LoadFailed{Ticket: out.Ticket, Full: true})
				return
			}
			n.step(guilds.Claimed{Ticket: out.Ticket, Holder: holder})
		})
	case guilds.Release:
		n.release(out.Key, out.Object, func() { n.step(guilds.Released(out)) })
	default:
		n.w.violate(CheckHealed, "owner core wants %T, which nobody carries out", out)
	}
}

// release frees a name. A store must see to it that one does not take effect when it has been answered, or when its
// sender has lost the slot: by then the object may have claimed the name again.
func (n *ownerNode) release(key guildhall.ClaimKey, o guildhall.Object, done func()) {
	log, answered := n.log, false
	insist(&n.process, true, func() struct{} {
		if !answered && n.w.store.ring.Slots[o.Slot()].Log == log {
			n.w.store.release(key, o)
		}
		return struct{}{}
	}, func(struct{}) {
		answered = true
		done()
	})
}

func (n *ownerNode) read(out guilds.Output, apply func() guilds.Input) {
	ask(&n.process, false, apply, func(in guilds.Input, ok bool) {
		if !ok {
			n.loadFailed(out)
			return
		}
		n.step(in)
	})
}

// loadRows reads one row after the other, since each is a request of its own.
func (n *ownerNode) loadRows(out guilds.LoadRows, in guilds.RowsLoaded, i int) {
	if i == len(out.Keys) {
		n.step(in)
		return
	}
	type found struct {
		row store.Stored
		ok  bool
	}
	apply := func() found {
		row, ok := n.w.store.row(out.Keys[i])
		return found{row, ok}
	}
	ask(&n.process, false, apply, func(f found, ok bool) {
		if !ok {
			n.loadFailed(out)
			return
		}
		if f.ok {
			in.Rows[out.Keys[i]] = f.row
		}
		n.loadRows(out, in, i+1)
	})
}

// loadObject reads head, rows and events one after the other: nothing may change meanwhile. protocol §5.5
func (n *ownerNode) loadObject(out guilds.LoadObject) {
	s, o := n.w.store, out.Object
	in := guilds.ObjectLoaded{Object: o}
	reads := []func(){
		func() { in.Head = s.heads[o] },
		func() { in.Rows = append(in.Rows, s.part(guildhall.TableState, o.Key())...) },
		func() {
			if o.Kind == guildhall.KindGuild {
				in.Rows = append(in.Rows, s.part(guildhall.TableMembers, o.ID.Key())...)
			}
		},
		func() { in.Events = n.recent(o) },
	}
	n.loadStep(out, &in, reads)
}

const (
	// loadEventsMax is above what any run commits.
	loadEventsMax = 1 << 20
	// retention is for how long requests and nonces are known. protocol §2
	retention  = 10 * time.Minute
	pruneEvery = time.Minute
)

// recent reads the events of the retention window, by the node's own clock.
func (n *ownerNode) recent(o guildhall.Object) []*guildhall.Record {
	events := n.w.store.eventsAfter(o, 0, loadEventsMax)
	oldest := guildhall.TimestampOf(n.clock().Add(-retention))
	first := slices.IndexFunc(events, func(r *guildhall.Record) bool { return r.At >= oldest })
	if first < 0 {
		return nil
	}
	return events[first:]
}

// keepPruning removes events that nobody can ask for any more.
func (n *ownerNode) keepPruning() {
	n.after(pruneEvery, func() {
		before := guildhall.TimestampOf(n.clock().Add(-2 * retention))
		ask(&n.process, true, func() struct{} {
			n.w.store.prune(before)
			return struct{}{}
		}, func(struct{}, bool) {})
		n.keepPruning()
	})
}

func (n *ownerNode) loadStep(out guilds.LoadObject, in *guilds.ObjectLoaded, reads []func()) {
	if len(reads) == 0 {
		n.step(*in)
		return
	}
	apply := func() struct{} {
		reads[0]()
		return struct{}{}
	}
	ask(&n.process, false, apply, func(_ struct{}, ok bool) {
		if !ok {
			n.loadFailed(out)
			return
		}
		n.loadStep(out, in, reads[1:])
	})
}

// loadFailed tells the core that a read failed.
func (n *ownerNode) loadFailed(out guilds.Output) {
	n.w.hit(HitLoadFailed)
	switch out := out.(type) {
	case guilds.LoadSlot:
		n.step(guilds.LoadFailed{Slot: &out.Slot})
	case guilds.LoadPlace:
		n.step(guilds.LoadFailed{Channel: out.Channel})
	case guilds.LoadObject:
		n.step(guilds.LoadFailed{Object: out.Object})
	case guilds.LoadRows:
		n.step(guilds.LoadFailed{Object: out.Object, Keys: out.Keys})
	case guilds.LoadEvents:
		n.step(guilds.LoadFailed{Ticket: out.Ticket})
	case guilds.AskClaim:
		n.step(guilds.LoadFailed{Ticket: out.Ticket})
	}
}
