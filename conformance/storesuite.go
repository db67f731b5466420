package conformance

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"guildhall"
	"guildhall/store"
)

// OpenStore opens a new, empty store. The suite closes it.
type OpenStore func(t *testing.T) store.Store

// Store checks an implementation of store.Store against the contract. Cases run in parallel, each on a store of its
// own.
func Store(t *testing.T, open OpenStore) {
	cases := []struct {
		name string
		run  func(t *testing.T, s *storeCase)
	}{
		{"append/batches are dense from 1", testAppendDense},
		{"append/a repeat finds it done", testAppendRepeat},
		{"append/an empty batch counts", testAppendEmpty},
		{"append/logs do not touch each other", testAppendLogsApart},
		{"append/many logs at once", testAppendAtOnce},
		{"seal/refuses what comes after", testSeal},
		{"seal/of a log that never was", testSealUnknown},
		{"seal/races an append", testSealRace},
		{"seal/many at once agree", testSealAtOnce},
		{"tail/cursor and tail cover all batches", testTail},
		{"cursor/never falls", testCursor},
		{"project/any order and any number of times", testProjectOrders},
		{"project/a deletion that comes first keeps its stamp", testProjectDeletionFirst},
		{"project/at the same stamp a deletion wins", testProjectSameStamp},
		{"project/records nobody appended here", testProjectForeign},
		{"rows/pages by bytes of the key", testRowsPages},
		{"rows/parts and tables apart", testRowsApart},
		{"rows/values of all sizes", testRowsValues},
		{"rows/bad queries are refused", testRowsRefused},
		{"events/come back as they were", testEventsWhole},
		{"events/by page in order", testEventsPages},
		{"heads/rise only", testHeads},
		{"outbox/order and limit", testOutbox},
		{"outbox/what is done stays done", testOutboxDone},
		{"prune/removes old events only", testPrune},
		{"prune/batches below the cursor only", testPruneBatches},
		{"ring/claims and epochs", testRing},
		{"ring/of two claimers one wins", testRingRace},
		{"claims/one holder", testClaims},
		{"claims/a race has one winner", testClaimsRace},
		{"context/an ended one changes nothing", testCancelled},
		{"close/refuses what comes after", testClosed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStoreCase(t, open(t))
			t.Cleanup(s.closeOnce)
			c.run(t, s)
		})
	}
	t.Run("random operations equal the model's", func(t *testing.T) {
		t.Parallel()
		testRandom(t, open)
	})
}

// storeCase is a store under test; its methods fail the test where an error is not expected.
type storeCase struct {
	t      *testing.T
	ctx    context.Context
	s      store.Store
	closed bool
}

func newStoreCase(t *testing.T, s store.Store) *storeCase {
	return &storeCase{t: t, ctx: context.WithoutCancel(t.Context()), s: s}
}

func (c *storeCase) closeOnce() {
	if c.closed {
		return
	}
	c.closed = true
	if err := c.s.Close(); err != nil {
		c.t.Errorf("close: %v", err)
	}
}

func (c *storeCase) no(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *storeCase) is(err, want error) {
	c.t.Helper()
	if !errors.Is(err, want) {
		c.t.Fatalf("error is %v, want %v", err, want)
	}
}

// commit does what an owner does with a batch.
func (c *storeCase) commit(log store.LogID, n uint64, records ...*guildhall.Record) {
	c.t.Helper()
	c.no(c.s.Append(c.ctx, log, n, records))
	c.no(c.s.Project(c.ctx, records))
	c.no(c.s.SetCursor(c.ctx, log, n))
}

func (c *storeCase) project(records ...*guildhall.Record) {
	c.t.Helper()
	c.no(c.s.Project(c.ctx, records))
}

func (c *storeCase) head(o guildhall.Object) uint64 {
	c.t.Helper()
	head, err := c.s.Head(c.ctx, o)
	c.no(err)
	return head
}

func (c *storeCase) events(o guildhall.Object, after uint64, limit int) []*guildhall.Record {
	c.t.Helper()
	records, err := c.s.Events(c.ctx, o, after, limit)
	c.no(err)
	return records
}

func (c *storeCase) rows(q store.Query) []store.Stored {
	c.t.Helper()
	page, err := c.s.Rows(c.ctx, q)
	c.no(err)
	return page
}

func (c *storeCase) outbox(slot guildhall.Slot, limit int) []store.Pending {
	c.t.Helper()
	waiting, err := c.s.Outbox(c.ctx, slot, limit)
	c.no(err)
	return waiting
}

// row wants one row with the value, or none for "".
func (c *storeCase) row(row guildhall.Row, want string, position uint64) {
	c.t.Helper()
	got, found, err := c.s.Row(c.ctx, row.Key())
	c.no(err)
	if found != (want != "") || string(got.Value) != want || found && got.Position != position {
		c.t.Fatalf("row %q is %q of position %d (found: %v), want %q of %d", row.Sort, got.Value, got.Position, found, want, position)
	}
}

func (c *storeCase) sameRecords(got, want []*guildhall.Record) {
	c.t.Helper()
	if !bytes.Equal(guildhall.AppendRecords(nil, got), guildhall.AppendRecords(nil, want)) {
		c.t.Fatalf("records are %v, want %v", positions(got), positions(want))
	}
}

func positions(records []*guildhall.Record) []uint64 {
	list := make([]uint64, len(records))
	for i, r := range records {
		list[i] = r.Position
	}
	return list
}

// guild gives object number n of a slot.
func guild(slot guildhall.Slot, n uint64) guildhall.Object {
	return guildhall.GuildObject(guildhall.GuildID(n<<22 | uint64(slot)<<12 | 1))
}

func logID(n uint64) (id store.LogID) {
	binary.BigEndian.PutUint64(id[:], n)
	return id
}

// record is one that says nothing but its number; the time rises with the position.
func record(o guildhall.Object, position uint64, rows ...guildhall.Row) *guildhall.Record {
	return &guildhall.Record{
		Object: o, Position: position, Epoch: 1,
		Snowflake: guildhall.Snowflake(position)<<22 | guildhall.Snowflake(o.Slot())<<12,
		At:        guildhall.Timestamp(position) * 1000,
		Rows:      rows,
	}
}

// message is a row in the object's own part.
func message(o guildhall.Object, sort, value string) guildhall.Row {
	return guildhall.Row{Table: guildhall.TableMessages, Part: o.Key(), Sort: sort, Value: []byte(value)}
}
