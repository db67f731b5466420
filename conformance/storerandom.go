package conformance

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guildhall"
	"guildhall/store"
)

// testRandom does the same random operations on the store and on the model and wants the same answers. Appended
// records are projected before anything is read, because a store may do that by itself; and they may be projected
// again, in any order, within the window that Prune has not reached.
func testRandom(t *testing.T, open OpenStore) {
	rapid.Check(t, func(rt *rapid.T) {
		tested := open(t)
		defer func() {
			if err := tested.Close(); err != nil {
				rt.Errorf("close: %v", err)
			}
		}()
		m := &machine{
			tested:    newStoreCase(t, tested),
			model:     newStoreCase(t, NewModel()),
			positions: make(map[guildhall.Object]uint64),
			lasts:     make(map[store.LogID]uint64),
		}
		rt.Repeat(map[string]func(*rapid.T){
			"append": m.append, "append again": m.appendAgain, "seal": m.seal, "project again": m.projectAgain, "project foreign": m.projectForeign,
			"rows": m.rows, "objects": m.objects, "outbox": m.outbox, "outbox done": m.outboxDone,
			"ring": m.ring, "claim": m.claim, "release": m.release, "prune": m.prune,
		})
		m.everything(rt)
	})
}

// machine is the state of one run.
type machine struct {
	tested, model *storeCase
	positions     map[guildhall.Object]uint64 // last one used
	lasts         map[store.LogID]uint64      // last batch appended
	records       []*guildhall.Record         // committed
	done          []store.Pending             // follow-ups removed
	clock         guildhall.Timestamp
	pruned        guildhall.Timestamp
}

var (
	randomObjects = []guildhall.Object{guild(1, 1), guild(1, 2), guildhall.UserObject(guildhall.UserID(guild(1, 1).ID)), guild(5, 1)}
	randomSlots   = []guildhall.Slot{1, 5, 9}
	randomLogs    = []store.LogID{logID(1), logID(2), logID(3)}
	randomKeys    = []string{"", "\x00", "a", "a\x00", "ab", "\xff"}
	randomTables  = []guildhall.Table{guildhall.TableMessages, guildhall.TablePlaces}
)

// both runs the same call on the store and on the model; the answers and the contract's errors must be the same.
func both[A any](rt *rapid.T, m *machine, what string, call func(store.Store) (A, error)) (A, error) {
	got, err := call(m.tested.s)
	want, wantErr := call(m.model.s)
	for _, named := range []error{store.ErrFenced, store.ErrGap} {
		if errors.Is(err, named) != errors.Is(wantErr, named) {
			rt.Fatalf("%s: error is %v, the model's is %v", what, err, wantErr)
		}
	}
	if (err == nil) != (wantErr == nil) {
		rt.Fatalf("%s: error is %v, the model's is %v", what, err, wantErr)
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) { // nil and empty are the same here
		rt.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
	return got, err
}

func (m *machine) do(rt *rapid.T, what string, call func(store.Store) error) error {
	_, err := both(rt, m, what, func(s store.Store) (struct{}, error) { return struct{}{}, call(s) })
	return err
}

// newRecords makes the next records of some objects; used only when committed.
func (m *machine) newRecords(rt *rapid.T) []*guildhall.Record {
	next := make(map[guildhall.Object]uint64)
	var records []*guildhall.Record
	for range rapid.IntRange(0, 4).Draw(rt, "records") {
		o := rapid.SampledFrom(randomObjects).Draw(rt, "object")
		next[o]++
		m.clock++
		r := record(o, m.positions[o]+next[o], randomRows(rt, o)...)
		r.At = m.clock
		r.Snowflake = guildhall.Snowflake(m.clock)<<22 | guildhall.Snowflake(o.Slot())<<12
		for i := range rapid.IntRange(0, 2).Draw(rt, "follow-ups") {
			r.FollowUps = append(r.FollowUps, guildhall.FollowUp{To: guild(5, 1), Name: fmt.Sprint(i), Body: []byte(fmt.Sprint(m.clock))})
		}
		records = append(records, r)
	}
	return records
}

// randomRows writes each key once, or a second time as a deletion. Parts belong to one object.
func randomRows(rt *rapid.T, o guildhall.Object) []guildhall.Row {
	var rows []guildhall.Row
	for _, sort := range rapid.SliceOfNDistinct(rapid.SampledFrom(randomKeys), 0, 3, rapid.ID).Draw(rt, "keys") {
		row := guildhall.Row{
			Table: rapid.SampledFrom(randomTables).Draw(rt, "table"),
			Part:  o.Key() + rapid.SampledFrom(randomKeys[:2]).Draw(rt, "part"),
			Sort:  sort,
			Value: rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(rt, "value"),
		}
		switch rapid.IntRange(0, 3).Draw(rt, "deletion") {
		case 0:
			rows = append(rows, row.Deleted())
		case 1:
			rows = append(rows, row, row.Deleted())
		default:
			rows = append(rows, row)
		}
	}
	return rows
}

func (m *machine) commit(records []*guildhall.Record) {
	for _, r := range records {
		m.positions[r.Object] = r.Position
	}
	m.records = append(m.records, records...)
}

func (m *machine) append(rt *rapid.T) {
	log := rapid.SampledFrom(randomLogs).Draw(rt, "log")
	n := m.lasts[log] + uint64(rapid.SampledFrom([]int{1, 1, 1, 1, 2}).Draw(rt, "step"))
	records := m.newRecords(rt)
	err := m.do(rt, "append", func(s store.Store) error { return s.Append(m.tested.ctx, log, n, records) })
	if err != nil {
		return
	}
	m.lasts[log] = n
	m.commit(records)
	m.project(rt, records)
	_ = m.do(rt, "set cursor", func(s store.Store) error { return s.SetCursor(m.tested.ctx, log, n) }) // compared
	_, _ = both(rt, m, "cursor", func(s store.Store) (uint64, error) { return s.Cursor(m.tested.ctx, log) })
}

// appendAgain asks for a batch that is done, or 0: whatever it carries, nothing changes.
func (m *machine) appendAgain(rt *rapid.T) {
	log := rapid.SampledFrom(randomLogs).Draw(rt, "log")
	n := rapid.Uint64Range(0, m.lasts[log]).Draw(rt, "n")
	_ = m.do(rt, "append again", func(s store.Store) error { return s.Append(m.tested.ctx, log, n, nil) })
}

func (m *machine) seal(rt *rapid.T) {
	if rapid.IntRange(0, 4).Draw(rt, "chance") > 0 {
		return
	}
	log := rapid.SampledFrom(randomLogs).Draw(rt, "log")
	_, _ = both(rt, m, "seal", func(s store.Store) (uint64, error) { return s.Seal(m.tested.ctx, log) })
}

func (m *machine) project(rt *rapid.T, records []*guildhall.Record) {
	_ = m.do(rt, "project", func(s store.Store) error { return s.Project(m.tested.ctx, records) })
}

func (m *machine) projectAgain(rt *rapid.T) {
	var window []*guildhall.Record
	for _, r := range m.records {
		if r.At >= m.pruned {
			window = append(window, r)
		}
	}
	if len(window) > 0 {
		m.project(rt, rapid.SliceOfN(rapid.SampledFrom(window), 1, 6).Draw(rt, "again"))
	}
}

// projectForeign is a taker's projection: in any order, of records that this store did not append.
func (m *machine) projectForeign(rt *rapid.T) {
	records := m.newRecords(rt)
	m.commit(records)
	shuffled := rapid.Permutation(records).Draw(rt, "order")
	for _, r := range shuffled {
		m.project(rt, []*guildhall.Record{r})
	}
}

func (m *machine) rows(rt *rapid.T) {
	q := store.Query{
		Table:   rapid.SampledFrom(randomTables).Draw(rt, "table"),
		Part:    rapid.SampledFrom(randomObjects).Draw(rt, "object").Key() + rapid.SampledFrom(randomKeys[:2]).Draw(rt, "part"),
		After:   rapid.SampledFrom(randomKeys).Draw(rt, "after"),
		Before:  rapid.SampledFrom(randomKeys).Draw(rt, "before"),
		Reverse: rapid.Bool().Draw(rt, "reverse"),
		Limit:   rapid.IntRange(1, 8).Draw(rt, "limit"),
	}
	page, _ := both(rt, m, "rows", func(s store.Store) ([]store.Stored, error) { return s.Rows(m.tested.ctx, q) })
	for _, row := range page {
		_, _ = both(rt, m, "row", func(s store.Store) (store.Stored, error) {
			stored, found, err := s.Row(m.tested.ctx, row.Key())
			if err == nil && !found {
				err = errors.New("a row of a page is not found alone")
			}
			return stored, err
		})
	}
}

func (m *machine) objects(rt *rapid.T) {
	o := rapid.SampledFrom(randomObjects).Draw(rt, "object")
	after := rapid.Uint64Range(0, m.positions[o]).Draw(rt, "after")
	m.compareObject(rt, o, after, rapid.IntRange(1, 9).Draw(rt, "limit"))
}

func (m *machine) compareObject(rt *rapid.T, o guildhall.Object, after uint64, limit int) {
	_, _ = both(rt, m, "head", func(s store.Store) (uint64, error) { return s.Head(m.tested.ctx, o) })
	_, _ = both(rt, m, "last snowflake", func(s store.Store) (guildhall.Snowflake, error) { return s.LastSnowflake(m.tested.ctx, o.Slot()) })
	_, _ = both(rt, m, "events", func(s store.Store) ([]byte, error) {
		records, err := s.Events(m.tested.ctx, o, after, limit)
		return guildhall.AppendRecords(nil, records), err
	})
}

// waiting reads an outbox with the objects in one order; the contract leaves it open.
func (m *machine) waiting(rt *rapid.T, slot guildhall.Slot) []store.Pending {
	waiting, _ := both(rt, m, "outbox", func(s store.Store) ([]store.Pending, error) {
		waiting, err := s.Outbox(m.tested.ctx, slot, 1000)
		slices.SortStableFunc(waiting, func(a, b store.Pending) int {
			return slices.Index(randomObjects, a.From) - slices.Index(randomObjects, b.From)
		})
		return waiting, err
	})
	return waiting
}

func (m *machine) outbox(rt *rapid.T) { m.waiting(rt, rapid.SampledFrom(randomSlots).Draw(rt, "slot")) }

func (m *machine) outboxDone(rt *rapid.T) {
	candidates := append(m.waiting(rt, rapid.SampledFrom(randomSlots).Draw(rt, "slot")), m.done...)
	if len(candidates) == 0 {
		return
	}
	p := rapid.SampledFrom(candidates).Draw(rt, "done")
	m.done = append(m.done, p)
	_ = m.do(rt, "outbox done", func(s store.Store) error { return s.OutboxDone(m.tested.ctx, p) })
}

func (m *machine) ring(rt *rapid.T) {
	version, _ := both(rt, m, "ring version", func(s store.Store) (uint64, error) { return s.RingVersion(m.tested.ctx) })
	from := max(1, version+1) - rapid.Uint64Range(0, 1).Draw(rt, "stale") // v or v+1
	slots := rapid.SliceOfDistinct(rapid.SampledFrom(randomSlots), rapid.ID).Draw(rt, "slots")
	log := rapid.SampledFrom(randomLogs).Draw(rt, "log")
	_, _ = both(rt, m, "set ring", func(s store.Store) (bool, error) { return s.SetRing(m.tested.ctx, from, log, slots) })
	m.compareRing(rt)
}

func (m *machine) compareRing(rt *rapid.T) {
	ring, err := m.tested.s.Ring(m.tested.ctx)
	want, wantErr := m.model.s.Ring(m.model.ctx)
	if err != nil || wantErr != nil || !reflect.DeepEqual(ring, want) {
		rt.Fatalf("ring is %+v, %v; the model's is %+v, %v", ring, err, want, wantErr)
	}
}

func (m *machine) claim(rt *rapid.T) {
	key := rapid.SampledFrom(randomKeys).Draw(rt, "key")
	o := rapid.SampledFrom(randomObjects).Draw(rt, "object")
	_, _ = both(rt, m, "claimed", func(s store.Store) (guildhall.Object, error) { return s.Claimed(m.tested.ctx, "kind", key) })
	_, _ = both(rt, m, "claim", func(s store.Store) (guildhall.Object, error) { return s.Claim(m.tested.ctx, "kind", key, o) })
}

func (m *machine) release(rt *rapid.T) {
	key := rapid.SampledFrom(randomKeys).Draw(rt, "key")
	o := rapid.SampledFrom(randomObjects).Draw(rt, "object")
	_ = m.do(rt, "release", func(s store.Store) error { return s.Release(m.tested.ctx, "kind", key, o) })
}

func (m *machine) prune(rt *rapid.T) {
	if m.clock == m.pruned {
		return
	}
	m.pruned += guildhall.Timestamp(rapid.Int64Range(1, int64(m.clock-m.pruned)).Draw(rt, "before"))
	_ = m.do(rt, "prune", func(s store.Store) error { return s.Prune(m.tested.ctx, m.pruned) })
}

// everything compares all that can be read.
func (m *machine) everything(rt *rapid.T) {
	m.compareRing(rt)
	for _, o := range randomObjects {
		m.compareObject(rt, o, 0, 10_000)
		for _, table := range randomTables {
			for _, part := range randomKeys[:2] {
				q := store.Query{Table: table, Part: o.Key() + part, Limit: 1000}
				_, _ = both(rt, m, "rows", func(s store.Store) ([]store.Stored, error) { return s.Rows(m.tested.ctx, q) })
			}
		}
	}
	for _, slot := range randomSlots {
		m.waiting(rt, slot)
	}
	for _, key := range randomKeys {
		_, _ = both(rt, m, "claimed", func(s store.Store) (guildhall.Object, error) { return s.Claimed(m.tested.ctx, "kind", key) })
	}
}
