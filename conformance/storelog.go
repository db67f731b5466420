package conformance

import (
	"context"
	"errors"
	"sync"
	"testing"

	"guildhall"
	"guildhall/store"
)

func testAppendDense(t *testing.T, c *storeCase) {
	log, o := logID(1), guild(1, 1)
	c.is(c.s.Append(c.ctx, log, 2, []*guildhall.Record{record(o, 1)}), store.ErrGap)
	c.is(c.s.Append(c.ctx, log, 0, []*guildhall.Record{record(o, 1)}), store.ErrGap)
	c.commit(log, 1, record(o, 1))
	c.commit(log, 2, record(o, 2), record(o, 3))
	c.is(c.s.Append(c.ctx, log, 4, []*guildhall.Record{record(o, 4, message(o, "k", "refused"))}), store.ErrGap)
	c.is(c.s.Append(c.ctx, log, 0, []*guildhall.Record{record(o, 4)}), store.ErrGap)
	if head := c.head(o); head != 3 {
		t.Fatalf("head is %d, want 3: a refused batch has left something", head)
	}
	c.row(message(o, "k", ""), "", 0)
	c.commit(log, 3, record(o, 4))
	c.sameRecords(c.events(o, 0, 10), []*guildhall.Record{record(o, 1), record(o, 2), record(o, 3), record(o, 4)})
}

func testAppendRepeat(t *testing.T, c *storeCase) {
	log, o := logID(1), guild(1, 1)
	first := []*guildhall.Record{record(o, 1, message(o, "k", "1"))}
	second := []*guildhall.Record{record(o, 2, message(o, "k", "2"))}
	c.commit(log, 1, first...)
	c.no(c.s.Append(c.ctx, log, 1, first))
	c.commit(log, 2, second...)
	c.no(c.s.Append(c.ctx, log, 1, first))
	c.no(c.s.Append(c.ctx, log, 2, second))
	c.row(message(o, "k", ""), "2", 2)
	c.sameRecords(c.events(o, 0, 10), append(first, second...))
	if last, err := c.s.Seal(c.ctx, log); err != nil || last != 2 {
		t.Fatalf("sealed at %d, %v; want 2", last, err)
	}
}

func testAppendEmpty(t *testing.T, c *storeCase) {
	log := logID(1)
	c.commit(log, 1)
	c.commit(log, 2, record(guild(1, 1), 1))
	if last, err := c.s.Seal(c.ctx, log); err != nil || last != 2 {
		t.Fatalf("sealed at %d, %v; want 2", last, err)
	}
}

func testAppendLogsApart(t *testing.T, c *storeCase) {
	a, b := logID(1), logID(2)
	c.commit(a, 1, record(guild(1, 1), 1))
	c.is(c.s.Append(c.ctx, b, 2, []*guildhall.Record{record(guild(1, 2), 1)}), store.ErrGap)
	if _, err := c.s.Seal(c.ctx, a); err != nil {
		t.Fatal(err)
	}
	c.commit(b, 1, record(guild(1, 2), 1))
	if cursor, err := c.s.Cursor(c.ctx, logID(3)); err != nil || cursor != 0 {
		t.Fatalf("cursor of an unknown log is %d, %v", cursor, err)
	}
	if tail, err := c.s.Tail(c.ctx, logID(3), 0); err != nil || len(tail) != 0 {
		t.Fatalf("tail of an unknown log is %v, %v", tail, err)
	}
}

func testAppendAtOnce(t *testing.T, c *storeCase) {
	const logs, batches = 12, 8
	var wg sync.WaitGroup
	for i := range uint64(logs) {
		wg.Go(func() {
			o := guild(guildhall.Slot(i%3), i+1)
			for n := uint64(1); n <= batches; n++ {
				records := []*guildhall.Record{record(o, 2*n-1), record(o, 2*n)}
				if err := errors.Join(c.s.Append(c.ctx, logID(i), n, records), c.s.Project(c.ctx, records)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i := range uint64(logs) {
		o := guild(guildhall.Slot(i%3), i+1)
		if got := len(c.events(o, 0, 100)); got != 2*batches || c.head(o) != 2*batches {
			t.Errorf("object %d has %d events, head %d", i, got, c.head(o))
		}
	}
}

func testSeal(t *testing.T, c *storeCase) {
	log, o := logID(1), guild(1, 1)
	c.commit(log, 1, record(o, 1))
	c.commit(log, 2, record(o, 2))
	for range 2 {
		if last, err := c.s.Seal(c.ctx, log); err != nil || last != 2 {
			t.Fatalf("sealed at %d, %v; want 2", last, err)
		}
	}
	refused := []*guildhall.Record{record(o, 3, message(o, "k", "refused"))}
	c.is(c.s.Append(c.ctx, log, 3, refused), store.ErrFenced)
	c.is(c.s.Append(c.ctx, log, 4, refused), store.ErrFenced)
	c.no(c.s.Append(c.ctx, log, 2, []*guildhall.Record{record(o, 2)})) // committed before the seal
	c.no(c.s.Append(c.ctx, log, 1, []*guildhall.Record{record(o, 1)}))
	if head := c.head(o); head != 2 {
		t.Fatalf("head is %d: a refused batch has left something", head)
	}
	c.row(message(o, "k", ""), "", 0)
	if tail, err := c.s.Tail(c.ctx, log, 2); err != nil || len(tail) > 0 {
		t.Fatalf("tail is %v, %v", tail, err)
	}
}

func testSealUnknown(t *testing.T, c *storeCase) {
	log := logID(1)
	if last, err := c.s.Seal(c.ctx, log); err != nil || last != 0 {
		t.Fatalf("sealed at %d, %v; want 0", last, err)
	}
	c.is(c.s.Append(c.ctx, log, 1, []*guildhall.Record{record(guild(1, 1), 1)}), store.ErrFenced)
	if last, err := c.s.Seal(c.ctx, log); err != nil || last != 0 {
		t.Fatalf("sealed again at %d, %v; want 0", last, err)
	}
}

// testSealRace checks that what was acknowledged is exactly what the seal found.
func testSealRace(t *testing.T, c *storeCase) {
	const rounds, batchesMax = 10, 1000
	for round := range uint64(rounds) {
		log, o := logID(round), guild(1, round+1)
		reached := make(chan struct{})
		acked := make(chan uint64, 1)
		go func() {
			var n uint64
			begin := sync.OnceFunc(func() { close(reached) })
			defer func() { begin(); acked <- n }()
			for n < batchesMax { // a quick store may get there before the seal does
				err := c.s.Append(c.ctx, log, n+1, []*guildhall.Record{record(o, n+1)})
				if errors.Is(err, store.ErrFenced) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n++; n == round {
					begin()
				}
			}
		}()
		if round > 0 {
			<-reached
		}
		last, err := c.s.Seal(c.ctx, log)
		c.no(err)
		if n := <-acked; n != last {
			t.Fatalf("sealed at %d, but %d batches were acknowledged", last, n)
		}
		c.is(c.s.Append(c.ctx, log, last+1, []*guildhall.Record{record(o, last+1)}), store.ErrFenced)
		c.covered(log, o, last)
	}
}

func testSealAtOnce(t *testing.T, c *storeCase) {
	log := logID(1)
	c.commit(log, 1, record(guild(1, 1), 1))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if last, err := c.s.Seal(c.ctx, log); err != nil || last != 1 {
				t.Errorf("sealed at %d, %v; want 1", last, err)
			}
		})
	}
	wg.Wait()
}

// covered checks that of the batches 1 to last, one record each, all up to the cursor are in the tables and all above
// it in the tail. It takes over the tail as a taker does.
func (c *storeCase) covered(log store.LogID, o guildhall.Object, last uint64) {
	c.t.Helper()
	cursor, err := c.s.Cursor(c.ctx, log)
	c.no(err)
	if cursor > last {
		c.t.Fatalf("cursor is %d, last is %d", cursor, last)
	}
	if got := len(c.events(o, 0, int(last)+1)); got < int(cursor) {
		c.t.Fatalf("cursor is %d, but only %d events are there", cursor, got)
	}
	tail, err := c.s.Tail(c.ctx, log, cursor)
	c.no(err)
	if len(tail) != int(last-cursor) {
		c.t.Fatalf("tail after %d has %d batches, last is %d", cursor, len(tail), last)
	}
	for i, batch := range tail {
		if batch.N != cursor+1+uint64(i) {
			c.t.Fatalf("batch %d of the tail after %d has number %d", i, cursor, batch.N)
		}
		c.sameRecords(batch.Records, []*guildhall.Record{record(o, batch.N)})
		c.project(batch.Records...)
	}
	if got := len(c.events(o, 0, int(last)+1)); got != int(last) || c.head(o) != last {
		c.t.Fatalf("%d events, head %d after the take-over of %d batches", got, c.head(o), last)
	}
}

func testTail(t *testing.T, c *storeCase) {
	log, o := logID(1), guild(1, 1)
	for n := uint64(1); n <= 3; n++ {
		c.no(c.s.Append(c.ctx, log, n, []*guildhall.Record{record(o, n)}))
	}
	c.covered(log, o, 3)
	c.no(c.s.SetCursor(c.ctx, log, 2))
	c.covered(log, o, 3)
	c.no(c.s.SetCursor(c.ctx, log, 3))
	if tail, err := c.s.Tail(c.ctx, log, 3); err != nil || len(tail) != 0 {
		t.Fatalf("tail after the last is %v, %v", tail, err)
	}
}

func testCursor(t *testing.T, c *storeCase) {
	log, o := logID(1), guild(1, 1)
	for n := uint64(1); n <= 5; n++ {
		c.commit(log, n, record(o, n))
	}
	for _, n := range []uint64{5, 3, 0, 5, 4} {
		c.no(c.s.SetCursor(c.ctx, log, n))
		if cursor, err := c.s.Cursor(c.ctx, log); err != nil || cursor != 5 {
			t.Fatalf("cursor is %d, %v after a late %d; want 5", cursor, err, n)
		}
	}
	var wg sync.WaitGroup
	for n := uint64(1); n <= 5; n++ {
		wg.Go(func() {
			if err := c.s.SetCursor(c.ctx, log, n); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if cursor, err := c.s.Cursor(c.ctx, log); err != nil || cursor != 5 {
		t.Fatalf("cursor is %d, %v; want 5", cursor, err)
	}
}

func testCancelled(t *testing.T, c *storeCase) {
	log, o := logID(1), guild(1, 1)
	ended, cancel := context.WithCancel(c.ctx)
	cancel()
	r := record(o, 1, message(o, "k", "v"))
	r.FollowUps = []guildhall.FollowUp{{To: guild(2, 1), Name: "x"}}
	_, sealErr := c.s.Seal(ended, log)
	_, ringErr := c.s.SetRing(ended, 0, log, []guildhall.Slot{1})
	_, claimErr := c.s.Claim(ended, "kind", "key", o)
	for name, err := range map[string]error{
		"append":  c.s.Append(ended, log, 1, []*guildhall.Record{r}),
		"project": c.s.Project(ended, []*guildhall.Record{r}),
		"seal":    sealErr, "set ring": ringErr, "claim": claimErr,
		"set cursor":  c.s.SetCursor(ended, log, 1),
		"outbox done": c.s.OutboxDone(ended, store.Pending{From: o, Position: 1}),
		"prune":       c.s.Prune(ended, 1),
		"release":     c.s.Release(ended, "kind", "key", o),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v, want context.Canceled", name, err)
		}
	}
	ring, err := c.s.Ring(c.ctx)
	c.no(err)
	holder, err := c.s.Claimed(c.ctx, "kind", "key")
	c.no(err)
	if c.head(o) != 0 || len(c.events(o, 0, 1)) > 0 || len(c.outbox(1, 1)) > 0 || ring.Version != 0 || !holder.IsZero() {
		t.Error("a call whose context had ended has left something")
	}
	c.commit(log, 1, r) // not sealed, nothing of it there
	c.row(message(o, "k", ""), "v", 1)
	if len(c.outbox(1, 1)) != 1 {
		t.Error("the follow-up was removed before it was there")
	}
}

func testClosed(t *testing.T, c *storeCase) {
	c.closeOnce()
	_, ringErr := c.s.RingVersion(c.ctx)
	_, headErr := c.s.Head(c.ctx, guild(1, 1))
	if ringErr == nil || headErr == nil || c.s.Append(c.ctx, logID(1), 1, nil) == nil {
		t.Error("a closed store answers")
	}
}
