package sim

// pure core

import (
	"cmp"
	"slices"
	"strings"

	"guildhall"
	"guildhall/store"
)

// simStore is what the whole installation keeps. Its methods are what the store does in one step; storeask.go brings
// requests to it. protocol §2
type simStore struct {
	w     *world
	logs  map[store.LogID]*simLog
	ring  store.RingTable
	heads map[guildhall.Object]uint64
	last  map[guildhall.Slot]guildhall.Snowflake
	// full is above 0 while there is no room for batches and claims.
	full int
	// events are encoded records.
	events map[guildhall.Object]map[uint64][]byte
	// pruned is up to where events have been removed again.
	pruned  map[guildhall.Object]uint64
	claims  map[guildhall.ClaimKey]guildhall.Object
	outbox  map[pendingKey]*pendingRow
	content map[partKey]map[string]*contentRow
}

type simLog struct {
	id store.LogID
	// batches are the records of each, encoded; batch n is at n-1.
	batches [][]byte
	sealed  bool
	cursor  uint64
}

type pendingKey struct {
	from     guildhall.Object
	position uint64
	index    int
}

type pendingRow struct {
	pending store.Pending
	done    bool
}

type partKey struct {
	table guildhall.Table
	part  string
}

type contentRow struct {
	value    []byte
	deleted  bool
	position uint64
}

func newStore(w *world) *simStore {
	return &simStore{
		w: w, logs: make(map[store.LogID]*simLog), ring: store.RingTable{Slots: make(map[guildhall.Slot]store.Claim)},
		heads: make(map[guildhall.Object]uint64), last: make(map[guildhall.Slot]guildhall.Snowflake),
		events: make(map[guildhall.Object]map[uint64][]byte), pruned: make(map[guildhall.Object]uint64), claims: make(map[guildhall.ClaimKey]guildhall.Object),
		outbox: make(map[pendingKey]*pendingRow), content: make(map[partKey]map[string]*contentRow),
	}
}

func (s *simStore) log(id store.LogID) *simLog {
	l := s.logs[id]
	if l == nil {
		l = &simLog{id: id}
		s.logs[id] = l
	}
	return l
}

// appended is what the store says to a conditional append.
type appended struct {
	applied, sealed, full bool
	last                  uint64
}

// append adds batch n if n-1 was the last and the log is not sealed. protocol §3.4
func (s *simStore) append(id store.LogID, n uint64, records []byte) appended {
	l := s.log(id)
	if l.sealed || uint64(len(l.batches)) != n-1 {
		return appended{sealed: l.sealed, last: uint64(len(l.batches))}
	}
	if s.full > 0 {
		return appended{full: true, last: uint64(len(l.batches))}
	}
	l.batches = append(l.batches, records)
	s.w.model.committed(id, n, records)
	return appended{applied: true, last: n}
}

func (s *simStore) seal(id store.LogID) uint64 {
	l := s.log(id)
	if !l.sealed {
		l.sealed = true
		s.w.model.sealed(id, uint64(len(l.batches)))
	}
	return uint64(len(l.batches))
}

func (s *simStore) tail(id store.LogID, after uint64) []store.Batch {
	var tail []store.Batch
	l := s.log(id)
	for n := after + 1; n <= uint64(len(l.batches)); n++ {
		tail = append(tail, store.Batch{N: n, Records: decodeRecords(l.batches[n-1])})
	}
	return tail
}

func (s *simStore) setCursor(id store.LogID, n uint64) {
	l := s.log(id)
	l.cursor = max(l.cursor, n)
	s.w.model.cursorMoved(l)
}

// setRing gives slots to a log if the version is still the one. protocol §5.4
func (s *simStore) setRing(version uint64, id store.LogID, slots []guildhall.Slot) bool {
	if s.ring.Version != version {
		return false
	}
	next := s.readRing()
	next.Version++
	for _, slot := range slots {
		next.Slots[slot] = store.Claim{Log: id, Epoch: next.Version}
	}
	s.ring = next
	s.w.model.ringSet(id, slots)
	return true
}

func (s *simStore) readRing() store.RingTable {
	t := store.RingTable{Version: s.ring.Version, Slots: make(map[guildhall.Slot]store.Claim, len(s.ring.Slots))}
	for slot, claim := range s.ring.Slots {
		t.Slots[slot] = claim
	}
	return t
}

// claim gives a name, and returns who has it; nobody where there is no room to note that.
func (s *simStore) claim(key guildhall.ClaimKey, o guildhall.Object) guildhall.Object {
	if holder, taken := s.claims[key]; taken {
		return holder
	}
	if s.full > 0 {
		return guildhall.Object{}
	}
	s.claims[key] = o
	return o
}

// release frees a name if the object has it.
func (s *simStore) release(key guildhall.ClaimKey, o guildhall.Object) {
	if s.claims[key] == o {
		s.w.hit(HitNameFreed)
		delete(s.claims, key)
	}
}

// writesOf lists the rows that a record is projected to, each of which may land by itself. protocol §4.1
func (s *simStore) writesOf(r *guildhall.Record) []func() {
	writes := []func(){
		func() { s.putEvent(r) },
		func() {
			s.heads[r.Object] = max(s.heads[r.Object], r.Position)
			s.last[r.Object.Slot()] = max(s.last[r.Object.Slot()], r.Snowflake)
		},
	}
	for i := range r.Rows {
		writes = append(writes, func() { s.putRow(&r.Rows[i], r.Position) })
	}
	for i := range r.FollowUps {
		p := store.Pending{From: r.Object, Position: r.Position, Index: i, FollowUp: r.FollowUps[i]}
		writes = append(writes, func() { s.putPending(p, false) })
	}
	return writes
}

func (s *simStore) putEvent(r *guildhall.Record) {
	if r.Position <= s.pruned[r.Object] {
		return // comes long after its time, as a late write does, and would be pruned again
	}
	of := s.events[r.Object]
	if of == nil {
		of = make(map[uint64][]byte)
		s.events[r.Object] = of
	}
	encoded := guildhall.AppendRecord(nil, r)
	if have, ok := of[r.Position]; ok && string(have) != string(encoded) {
		s.w.violate(CheckDense, "event %d of %v is written with two contents", r.Position, r.Object)
	}
	of[r.Position] = encoded
}

// putRow lets the higher stamp win, and at the same a deletion.
func (s *simStore) putRow(row *guildhall.Row, position uint64) {
	key := partKey{row.Table, row.Part}
	part := s.content[key]
	if part == nil {
		part = make(map[string]*contentRow)
		s.content[key] = part
	}
	have := part[row.Sort]
	if have != nil && (have.position > position || have.position == position && have.deleted) {
		s.w.hit(HitStaleRow)
		if s.w.opts.Bug != BugNoStamps {
			return
		}
	}
	part[row.Sort] = &contentRow{value: slices.Clone(row.Value), deleted: row.Delete, position: position}
}

func (s *simStore) putPending(p store.Pending, done bool) {
	key := pendingKey{p.From, p.Position, p.Index}
	row := s.outbox[key]
	if row == nil {
		row = &pendingRow{pending: p}
		s.outbox[key] = row
	}
	row.done = row.done || done
}

// pending lists what a slot's objects have left to send.
func (s *simStore) pending(slot guildhall.Slot) []store.Pending {
	var list []store.Pending
	for _, row := range s.outbox {
		if !row.done && row.pending.From.Slot() == slot {
			list = append(list, row.pending)
		}
	}
	slices.SortFunc(list, func(a, b store.Pending) int {
		return cmp.Or(strings.Compare(a.From.Key(), b.From.Key()), cmp.Compare(a.Position, b.Position), cmp.Compare(a.Index, b.Index))
	})
	return list
}

// prune removes the events before a time, from the oldest on, and remembers up to where.
func (s *simStore) prune(before guildhall.Timestamp) {
	for _, l := range s.w.model.order {
		for p := s.pruned[l.object] + 1; p <= l.head(); p++ {
			if r := l.record(p); r.At >= before || s.events[l.object][p] == nil {
				break
			}
			delete(s.events[l.object], p)
			s.pruned[l.object] = p
			s.w.hit(HitPruned)
		}
	}
}

// eventsAfter gives what has landed; there may be holes where a projection is under way.
func (s *simStore) eventsAfter(o guildhall.Object, after uint64, limit int) []*guildhall.Record {
	var positions []uint64
	for p := range s.events[o] {
		if p > after {
			positions = append(positions, p)
		}
	}
	slices.Sort(positions)
	var records []*guildhall.Record
	for _, p := range positions[:min(limit, len(positions))] {
		records = append(records, decodeRecord(s.events[o][p]))
	}
	return records
}

func (s *simStore) row(key guildhall.RowKey) (store.Stored, bool) {
	row := s.content[partKey{key.Table, key.Part}][key.Sort]
	if row == nil || row.deleted {
		return store.Stored{}, false
	}
	return stored(key, row), true
}

func stored(key guildhall.RowKey, row *contentRow) store.Stored {
	return store.Stored{
		Row:      guildhall.Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Value: slices.Clone(row.value)},
		Position: row.position,
	}
}

// part gives the rows of one part in order.
func (s *simStore) part(table guildhall.Table, part string) []store.Stored {
	var rows []store.Stored
	for sort, row := range s.content[partKey{table, part}] {
		if !row.deleted {
			rows = append(rows, stored(guildhall.RowKey{Table: table, Part: part, Sort: sort}, row))
		}
	}
	slices.SortFunc(rows, func(a, b store.Stored) int { return strings.Compare(a.Sort, b.Sort) })
	return rows
}

func decodeRecords(b []byte) []*guildhall.Record {
	records, err := guildhall.DecodeRecords(b)
	if err != nil {
		panic(err) // written by AppendRecords
	}
	return records
}

func decodeRecord(b []byte) *guildhall.Record {
	r, _, err := guildhall.DecodeRecord(b)
	if err != nil {
		panic(err) // written by AppendRecord
	}
	return r
}
