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

	state TakeoverState
}

// TakeoverState is how far a takeover has come, as plain data.
type TakeoverState struct {
	Step   takeoverStep    `json:"step"`
	Cursor uint64          `json:"cursor"`
	Last   uint64          `json:"last"`
	Tail   []store.Batch   `json:"tail,omitempty"`
	Ring   store.RingTable `json:"ring"`
}

// State gives the state; Resume goes on from one.
func (t *Takeover) State() TakeoverState { return t.state }

// Resume goes on from a state of a takeover with the same Victim, Own and Wanted.
func (t *Takeover) Resume(s TakeoverState) { t.state = s }

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
	if t.Victim == (store.LogID{}) && t.state.Step < stepRing {
		t.state.Step = stepRing
	}
	switch t.state.Step {
	case stepCursor:
		return Op{Kind: OpCursor, Log: t.Victim}
	case stepSeal:
		return Op{Kind: OpSeal, Log: t.Victim}
	case stepTail:
		return Op{Kind: OpTail, Log: t.Victim, After: t.state.Cursor}
	case stepProject:
		return Op{Kind: OpProject, Records: t.state.Tail[0].Records}
	case stepRing:
		return Op{Kind: OpRing}
	case stepClaim:
		return Op{Kind: OpSetRing, Log: t.Own, Version: t.state.Ring.Version, Slots: t.open()}
	}
	return Op{}
}

// Done takes the answer to what Next asked.
func (t *Takeover) Done(r Result) {
	switch t.state.Step {
	case stepCursor:
		t.state.Cursor = r.N
		t.state.Step = stepSeal
	case stepSeal:
		t.state.Last = r.N
		t.state.Step = stepTail
	case stepTail:
		if !whole(r.Batches, t.state.Cursor, t.state.Last) {
			// Too old a reading; or batches went below the cursor after that was read, and need no projecting.
			t.state.Step = stepCursor
			return
		}
		t.state.Tail = r.Batches
		t.state.Step = stepProject
		t.skipProjected()
	case stepProject:
		t.state.Tail = t.state.Tail[1:]
		t.skipProjected()
	case stepRing:
		t.state.Ring = r.Ring
		t.state.Step = stepClaim
		if len(t.open()) == 0 {
			t.state.Step = stepFinished
		}
	case stepClaim:
		// Applied or not, or not known: the ring itself says what is whose. protocol §5.4
		t.state.Step = stepRing
	}
}

// whole tells whether a tail has all batches after cursor up to last, the number at which the log was sealed.
// protocol §5.2
func whole(tail []store.Batch, cursor, last uint64) bool {
	for _, b := range tail {
		if b.N != cursor+1 {
			return false
		}
		cursor++
	}
	return cursor >= last
}

func (t *Takeover) skipProjected() {
	if len(t.state.Tail) == 0 {
		t.state.Step = stepRing
	}
}

// open lists the slots still to be claimed, a claim's worth.
func (t *Takeover) open() []guildhall.Slot {
	var open []guildhall.Slot
	for s := range guildhall.Slot(guildhall.Slots) {
		claim, has := t.state.Ring.Slots[s]
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
func (t *Takeover) Ring() store.RingTable { return t.state.Ring }
