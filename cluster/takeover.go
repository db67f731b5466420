package cluster

// pure core

import (
	"slices"

	"guildhall"
	"guildhall/store"
)

// claimMax bounds the slots of one claim. protocol §5.4
const claimMax = 256

// Takeover is the taking over of one log, or of slots that have never been claimed, as a pure state machine: Next says
// what to ask of the store, Done takes what it answered. Any number may run at once, of the same log too.
// protocol §5
type Takeover struct {
	// Victim is the log to end; zero to claim slots without a row.
	Victim store.LogID
	// Own is the log that the slots are claimed for.
	Own store.LogID
	// Wanted tells which slots membership gives to this node; nil for all.
	Wanted map[guildhall.Slot]bool

	step   takeoverStep
	cursor uint64
	tail   []store.Batch
	ring   store.RingTable
}

type takeoverStep uint8

const (
	stepCursor takeoverStep = iota
	stepSeal
	stepTail
	stepProject
	stepRing
	stepClaim
	stepFinished
)

// Op is one request to the store.
type Op struct {
	// Kind says which method of the store is asked, with the arguments that it takes below.
	Kind    OpKind
	Log     store.LogID
	After   uint64
	Records []*guildhall.Record
	Version uint64
	Slots   []guildhall.Slot
}

// OpKind names a method of store.Store.
type OpKind uint8

// The kinds of request; OpNone says that the takeover has finished.
const (
	OpNone OpKind = iota
	OpCursor
	OpSeal
	OpTail
	OpProject
	OpRing
	OpSetRing
)

// Result is what the store answered; which field counts depends on the request.
type Result struct {
	N       uint64
	Batches []store.Batch
	Ring    store.RingTable
}

// Next says what to ask now. It may be asked again, and the request repeated, until Done has been called: all of them are
// harmless to repeat.
func (t *Takeover) Next() Op {
	if t.Victim == (store.LogID{}) && t.step < stepRing {
		t.step = stepRing
	}
	switch t.step {
	case stepCursor:
		return Op{Kind: OpCursor, Log: t.Victim}
	case stepSeal:
		return Op{Kind: OpSeal, Log: t.Victim}
	case stepTail:
		return Op{Kind: OpTail, Log: t.Victim, After: t.cursor}
	case stepProject:
		return Op{Kind: OpProject, Records: t.tail[0].Records}
	case stepRing:
		return Op{Kind: OpRing}
	case stepClaim:
		return Op{Kind: OpSetRing, Log: t.Own, Version: t.ring.Version, Slots: t.open()}
	}
	return Op{}
}

// Done takes the answer to what Next asked.
func (t *Takeover) Done(r Result) {
	switch t.step {
	case stepCursor:
		t.cursor = r.N
		t.step = stepSeal
	case stepSeal:
		t.step = stepTail
	case stepTail:
		t.tail = r.Batches
		t.step = stepProject
		t.skipProjected()
	case stepProject:
		t.tail = t.tail[1:]
		t.skipProjected()
	case stepRing:
		t.ring = r.Ring
		t.step = stepClaim
		if len(t.open()) == 0 {
			t.step = stepFinished
		}
	case stepClaim:
		// Applied or not, or not known: the ring itself says what is whose. protocol §5.4
		t.step = stepRing
	}
}

func (t *Takeover) skipProjected() {
	if len(t.tail) == 0 {
		t.step = stepRing
	}
}

// open lists the slots still to be claimed, a claim's worth.
func (t *Takeover) open() []guildhall.Slot {
	var open []guildhall.Slot
	for s := range guildhall.Slot(guildhall.Slots) {
		claim, has := t.ring.Slots[s]
		if t.Wanted != nil && !t.Wanted[s] {
			continue
		}
		if has && claim.Log == t.Victim || !has && t.Victim == (store.LogID{}) {
			open = append(open, s)
		}
		if len(open) == claimMax {
			break
		}
	}
	return slices.Clip(open)
}

// Ring gives the last reading of the ring.
func (t *Takeover) Ring() store.RingTable { return t.ring }
