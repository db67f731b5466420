package cluster_test

import (
	"context"
	"encoding/json"
	"testing"

	"guildhall"
	"guildhall/cluster"
	"guildhall/conformance"
	"guildhall/store"
)

var (
	logA = store.LogID{'a'}
	logB = store.LogID{'b'}
	logC = store.LogID{'c'}
)

func record(position uint64) *guildhall.Record {
	o := guildhall.Object{Kind: guildhall.KindGuild, ID: 5 << 12}
	return &guildhall.Record{
		Object: o, Position: position, Epoch: 1, Snowflake: guildhall.Snowflake(position),
		RequestID: guildhall.RequestID{byte(position)}, Rows: []guildhall.Row{{Table: guildhall.TableMessages, Part: "\x00\xff", Sort: "x", Value: []byte{byte(position)}}},
	}
}

// through carries a takeover out one request at a time, its state going through JSON in between.
func through(t *testing.T, s store.Store, takeover *cluster.Takeover) (steps int) {
	t.Helper()
	for ; ; steps++ {
		if steps > 1000 {
			t.Fatalf("no end in sight: %+v", takeover.Next())
		}
		encoded, err := json.Marshal(takeover.State())
		if err != nil {
			t.Fatal(err)
		}
		var state cluster.TakeoverState
		if err := json.Unmarshal(encoded, &state); err != nil {
			t.Fatal(err)
		}
		next := &cluster.Takeover{Victim: takeover.Victim, Own: takeover.Own, Wanted: takeover.Wanted}
		next.Resume(state)
		takeover = next
		op := takeover.Next()
		if op.Kind == cluster.OpNone {
			return steps
		}
		r, err := cluster.CarryOut(t.Context(), s, op)
		if err != nil {
			t.Fatal(err)
		}
		takeover.Done(r)
	}
}

func TestATakeoverProjectsTheTailBeforeItClaims(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	must(t, cluster.ClaimAll(t.Context(), s, logA))
	must(t, s.Append(t.Context(), logA, 1, []*guildhall.Record{record(1)}))
	must(t, s.Project(t.Context(), []*guildhall.Record{record(1)}))
	must(t, s.SetCursor(t.Context(), logA, 1))
	must(t, s.Append(t.Context(), logA, 2, []*guildhall.Record{record(2), record(3)}))

	through(t, s, &cluster.Takeover{Victim: logA, Own: logB})
	if head, err := s.Head(t.Context(), record(1).Object); err != nil || head != 3 {
		t.Errorf("head after the takeover: %d, %v", head, err)
	}
	if err := s.Append(t.Context(), logA, 3, []*guildhall.Record{record(4)}); err == nil {
		t.Error("the log that was taken over still commits")
	}
	table, err := s.Ring(t.Context())
	must(t, err)
	for slot := range guildhall.Slot(guildhall.Slots) {
		if c := table.Slots[slot]; c.Log != logB || c.Epoch <= 1 {
			t.Fatalf("slot %d is in log %x since %d", slot, c.Log[:1], c.Epoch)
		}
	}
}

func TestOfTwoTakersEachSlotHasOne(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	must(t, cluster.ClaimAll(t.Context(), s, logA))
	b, c := &cluster.Takeover{Victim: logA, Own: logB}, &cluster.Takeover{Victim: logA, Own: logC}
	// Step by step in turn: each claim of one makes the other's condition fail, and both read the ring again.
	for running := true; running; {
		running = false
		for _, taker := range []*cluster.Takeover{b, c} {
			op := taker.Next()
			if op.Kind == cluster.OpNone {
				continue
			}
			running = true
			r, err := cluster.CarryOut(t.Context(), s, op)
			must(t, err)
			taker.Done(r)
		}
	}
	table, err := s.Ring(t.Context())
	must(t, err)
	for slot := range guildhall.Slot(guildhall.Slots) {
		if l := table.Slots[slot].Log; l != logB && l != logC {
			t.Fatalf("slot %d is in log %x", slot, l[:1])
		}
	}
}

// rivalStore has another taker claim some slots in the middle of a claim of all.
type rivalStore struct {
	store.Store
	rival func()
}

func (r *rivalStore) SetRing(ctx context.Context, version uint64, log store.LogID, slots []guildhall.Slot) (bool, error) {
	if rival := r.rival; rival != nil {
		r.rival = nil
		rival()
	}
	return r.Store.SetRing(ctx, version, log, slots)
}

func TestClaimAllLeavesNothingToOneWhoCameBetween(t *testing.T) {
	t.Parallel()
	s := &rivalStore{Store: conformance.NewModel()}
	must(t, cluster.ClaimAll(t.Context(), s, logA))
	s.rival = func() {
		must(t, cluster.Carry(t.Context(), s, &cluster.Takeover{Victim: logA, Own: logC, Wanted: map[guildhall.Slot]bool{7: true}}))
	}
	must(t, cluster.ClaimAll(t.Context(), s, logB))
	table, err := s.Ring(t.Context())
	must(t, err)
	for slot := range guildhall.Slot(guildhall.Slots) {
		if l := table.Slots[slot].Log; l != logB {
			t.Errorf("slot %d is in log %x", slot, l[:1])
		}
	}
}

// laggingTail gives the first reading of a tail without some of its batches.
type laggingTail struct {
	store.Store
	cut func([]store.Batch) []store.Batch
}

func (l *laggingTail) Tail(ctx context.Context, log store.LogID, after uint64) ([]store.Batch, error) {
	tail, err := l.Store.Tail(ctx, log, after)
	if l.cut != nil {
		tail = l.cut(tail)
		l.cut = nil
	}
	return tail, err
}

func TestATailWithAHoleIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, cut := range map[string]func([]store.Batch) []store.Batch{
		"nothing":   func([]store.Batch) []store.Batch { return nil },
		"no end":    func(tail []store.Batch) []store.Batch { return tail[:2] },
		"no middle": func(tail []store.Batch) []store.Batch { return append(tail[:1:1], tail[2:]...) },
		"no front":  func(tail []store.Batch) []store.Batch { return tail[1:] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &laggingTail{conformance.NewModel(), cut}
			must(t, cluster.ClaimAll(t.Context(), s, logA))
			for n := range uint64(3) {
				must(t, s.Append(t.Context(), logA, n+1, []*guildhall.Record{record(n + 1)}))
			}
			through(t, s, &cluster.Takeover{Victim: logA, Own: logB})
			events, err := s.Events(t.Context(), record(1).Object, 0, 10)
			must(t, err)
			if len(events) != 3 {
				t.Errorf("%d of 3 committed records are in the tables after the takeover", len(events))
			}
		})
	}
}

// TestTheCursorMayRiseDuringATakeover: the victim goes on projecting, and what is below its cursor may be gone.
func TestTheCursorMayRiseDuringATakeover(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	must(t, cluster.ClaimAll(t.Context(), s, logA))
	takeover := &cluster.Takeover{Victim: logA, Own: logB}
	for n := range uint64(3) {
		must(t, s.Append(t.Context(), logA, n+1, []*guildhall.Record{record(n + 1)}))
	}
	r, err := cluster.CarryOut(t.Context(), s, takeover.Next()) // reads the cursor
	must(t, err)
	takeover.Done(r)
	for n := range uint64(2) {
		must(t, s.Project(t.Context(), []*guildhall.Record{record(n + 1)}))
	}
	must(t, s.SetCursor(t.Context(), logA, 2))
	must(t, s.Prune(t.Context(), 0))
	through(t, s, takeover)
	if head, err := s.Head(t.Context(), record(1).Object); err != nil || head != 3 {
		t.Errorf("head after the takeover: %d, %v", head, err)
	}
}

func TestATakerClaimsWhatIsWantedOnly(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	must(t, cluster.ClaimAll(t.Context(), s, logA))
	must(t, cluster.Carry(t.Context(), s, &cluster.Takeover{Victim: logA, Own: logB, Wanted: map[guildhall.Slot]bool{7: true}}))
	table, err := s.Ring(t.Context())
	must(t, err)
	if table.Slots[7].Log != logB || table.Slots[8].Log != logA {
		t.Errorf("slot 7 in %x, slot 8 in %x", table.Slots[7].Log, table.Slots[8].Log)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
