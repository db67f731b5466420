package sim

// pure core

import (
	"time"

	"guildhall"
	"guildhall/cluster"
	"guildhall/store"
)

// overseeEvery is how often a node looks whether an owner is missing.
const overseeEvery = 500 * time.Millisecond

// oversee takes over what nobody serves: slots without a row, the node's own former logs, and those of nodes that
// membership gives up.
func (n *ownerNode) oversee() {
	if n.core == nil {
		return
	}
	for _, s := range n.w.slots {
		claim, has := n.view.table.Slots[s]
		switch writer := n.w.directory[claim.Log]; {
		case !has:
			n.takeOver(store.LogID{})
		case claim.Log == n.log:
		case writer.node == n || n.givenUp(writer):
			n.takeOver(claim.Log)
		}
	}
	n.after(n.w.between(overseeEvery/2, overseeEvery), n.oversee)
}

// givenUp is what membership thinks of an incarnation: those that ended are gone, the frozen after a while.
func (n *ownerNode) givenUp(i incarnation) bool {
	if i.node.life != i.life || !i.node.up {
		return true
	}
	return i.node.frozen && n.w.now-i.node.frozenAt > 1500*time.Millisecond
}

// suspect takes over a node that may be well.
func (n *ownerNode) suspect(victim *ownerNode) {
	if n.up && !n.frozen && n.core != nil && victim.core != nil && victim != n {
		n.takeOver(victim.log)
	}
}

// takeOver runs protocol §5 against one log. Any number may run at once; one per victim here.
func (n *ownerNode) takeOver(victim store.LogID) {
	if n.takeovers[victim] {
		return
	}
	n.w.hit(HitTakeover)
	for _, other := range n.w.owners {
		if other != n && other.takeovers[victim] && victim != (store.LogID{}) {
			n.w.hit(HitTakeoverAtOnce)
		}
	}
	n.w.trace("%s takes over %x", n.name, victim[:3])
	n.takeovers[victim] = true
	t := &cluster.Takeover{Victim: victim, Own: n.log, Wanted: n.wanted()}
	n.carryOn(t)
}

// wanted are the slots that membership gives to this node: all, or some in the first round and the others later.
func (n *ownerNode) wanted() map[guildhall.Slot]bool {
	wanted := make(map[guildhall.Slot]bool)
	all := n.w.chance(0.5)
	for _, s := range n.w.slots {
		if all || n.w.chance(0.5) {
			wanted[s] = true
		}
	}
	return wanted
}

func (n *ownerNode) carryOn(t *cluster.Takeover) {
	op := n.bugs.takeover(t.Victim, t.Next())
	p, s := &n.process, n.w.store
	next := func(r cluster.Result) {
		t.Done(r)
		n.carryOn(t)
	}
	switch op.Kind {
	case cluster.OpNone:
		n.taken(t)
	case cluster.OpCursor:
		insist(p, false, func() uint64 { return s.log(op.Log).cursor }, func(at uint64) { next(cluster.Result{N: at}) })
	case cluster.OpSeal:
		insist(p, true, func() uint64 { return n.bugs.seal(op.Log) }, func(last uint64) { next(cluster.Result{N: last}) })
	case cluster.OpTail:
		insist(p, false, func() []store.Batch { return s.tail(op.Log, op.After) }, func(tail []store.Batch) {
			if len(tail) > 0 {
				n.w.hit(HitTakeoverTail)
			}
			next(cluster.Result{Batches: tail})
		})
	case cluster.OpProject:
		project(p, op.Records, func() { next(cluster.Result{}) })
	case cluster.OpRing:
		insist(p, false, s.readRing, func(table store.RingTable) { next(cluster.Result{Ring: table}) })
	case cluster.OpSetRing:
		n.claimSlots(op, next)
	}
}

// claimSlots asks once: applied or not, the ring itself is read next.
func (n *ownerNode) claimSlots(op cluster.Op, next func(cluster.Result)) {
	s := n.w.store
	ask(&n.process, true, func() bool { return s.setRing(op.Version, op.Log, op.Slots) }, func(applied, ok bool) {
		switch {
		case !ok:
			n.w.hit(HitClaimRepeated)
		case !applied:
			n.w.hit(HitClaimLost)
		}
		next(cluster.Result{})
	})
}

// taken sees what the ring says now, and tells all others of it in messages that may be lost. protocol §5.6
func (n *ownerNode) taken(t *cluster.Takeover) {
	delete(n.takeovers, t.Victim)
	n.bugs.taken(t.Victim)
	table := t.Ring()
	n.view.saw(table)
	for _, other := range n.w.processes {
		if other != &n.process {
			n.w.tellRing(&n.process, other, table.Version)
		}
	}
}

func (w *world) tellRing(from, to *process, version uint64) {
	w.send(from, to, FaultNewsLost, FaultCallTwice, FaultCallSlow, func() { to.heard(version) })
}
