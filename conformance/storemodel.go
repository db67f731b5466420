package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"guildhall"
	"guildhall/store"
)

var _ store.Store = (*model)(nil)

var errModelClosed = errors.New("store is closed")

// NewModel gives a store in memory, written to be obviously right: maps under one lock, sorted when they are read. It
// keeps log and tables apart as a cluster's store does: what is appended is only in the log until somebody projects it.
func NewModel() store.Store {
	return &model{
		logs:   make(map[store.LogID]*modelLog),
		ring:   store.RingTable{Slots: make(map[guildhall.Slot]store.Claim)},
		heads:  make(map[guildhall.Object]uint64),
		slots:  make(map[guildhall.Slot]guildhall.Snowflake),
		events: make(map[guildhall.Object]map[uint64]modelEvent),
		parts:  make(map[modelPart]map[string]modelRow),
		outbox: make(map[guildhall.Slot]map[modelPending]modelFollowUp),
		claims: make(map[modelClaim]guildhall.Object),
	}
}

type model struct {
	mu     sync.Mutex // guards all below
	closed bool
	logs   map[store.LogID]*modelLog
	ring   store.RingTable
	heads  map[guildhall.Object]uint64
	slots  map[guildhall.Slot]guildhall.Snowflake
	events map[guildhall.Object]map[uint64]modelEvent
	parts  map[modelPart]map[string]modelRow
	outbox map[guildhall.Slot]map[modelPending]modelFollowUp
	claims map[modelClaim]guildhall.Object
}

type modelLog struct {
	last, cursor uint64
	sealed       bool
	batches      map[uint64][]byte
}

type modelEvent struct {
	at      guildhall.Timestamp
	encoded []byte
}

type modelPart struct {
	table guildhall.Table
	part  string
}

// modelRow with dead set is the stamp of a deletion.
type modelRow struct {
	value    []byte
	position uint64
	dead     bool
}

type modelPending struct {
	from     guildhall.Object
	position uint64
	index    int
}

type modelFollowUp struct {
	guildhall.FollowUp
	done bool
}

type modelClaim struct{ kind, key string }

// enter takes the lock for one call.
func (m *model) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, errModelClosed
	}
	return m.mu.Unlock, nil
}

func (m *model) log(id store.LogID) *modelLog {
	l := m.logs[id]
	if l == nil {
		l = &modelLog{batches: make(map[uint64][]byte)}
		m.logs[id] = l
	}
	return l
}

func (m *model) Append(ctx context.Context, id store.LogID, n uint64, records []*guildhall.Record) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	l := m.log(id)
	switch {
	case n > 0 && n <= l.last:
		return nil
	case l.sealed:
		return store.ErrFenced
	case n != l.last+1:
		return fmt.Errorf("%w: batch %d after %d", store.ErrGap, n, l.last)
	}
	l.last = n
	l.batches[n] = guildhall.AppendRecords(nil, records)
	return nil
}

func (m *model) Seal(ctx context.Context, id store.LogID) (uint64, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	l := m.log(id)
	l.sealed = true
	return l.last, nil
}

func (m *model) Tail(ctx context.Context, id store.LogID, after uint64) ([]store.Batch, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	l := m.log(id)
	var batches []store.Batch
	for n := after + 1; n <= l.last; n++ {
		encoded, kept := l.batches[n]
		if !kept {
			continue // pruned: it is below the cursor
		}
		records, err := guildhall.DecodeRecords(encoded)
		if err != nil {
			return nil, err
		}
		batches = append(batches, store.Batch{N: n, Records: records})
	}
	return batches, nil
}

func (m *model) Cursor(ctx context.Context, id store.LogID) (uint64, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	return m.log(id).cursor, nil
}

func (m *model) SetCursor(ctx context.Context, id store.LogID, n uint64) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	l := m.log(id)
	l.cursor = max(l.cursor, n)
	return nil
}

func (m *model) Project(ctx context.Context, records []*guildhall.Record) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, r := range records {
		m.project(r)
	}
	return nil
}

func (m *model) project(r *guildhall.Record) {
	if m.events[r.Object] == nil {
		m.events[r.Object] = make(map[uint64]modelEvent)
	}
	m.events[r.Object][r.Position] = modelEvent{r.At, guildhall.AppendRecord(nil, r)}
	slot := r.Object.Slot()
	m.heads[r.Object] = max(m.heads[r.Object], r.Position)
	m.slots[slot] = max(m.slots[slot], r.Snowflake)
	for _, row := range r.Rows {
		part := modelPart{row.Table, row.Part}
		if m.parts[part] == nil {
			m.parts[part] = make(map[string]modelRow)
		}
		old, exists := m.parts[part][row.Sort]
		if !exists || r.Position > old.position || r.Position == old.position && row.Delete {
			m.parts[part][row.Sort] = modelRow{slices.Clone(row.Value), r.Position, row.Delete}
		}
	}
	for i, f := range r.FollowUps {
		if m.outbox[slot] == nil {
			m.outbox[slot] = make(map[modelPending]modelFollowUp)
		}
		key := modelPending{r.Object, r.Position, i}
		if _, exists := m.outbox[slot][key]; !exists {
			m.outbox[slot][key] = modelFollowUp{FollowUp: f}
		}
	}
}

func (m *model) Ring(ctx context.Context) (store.RingTable, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return store.RingTable{}, err
	}
	defer leave()
	return store.RingTable{Version: m.ring.Version, Slots: maps.Clone(m.ring.Slots)}, nil
}

func (m *model) RingVersion(ctx context.Context) (uint64, error) {
	ring, err := m.Ring(ctx)
	return ring.Version, err
}

func (m *model) SetRing(ctx context.Context, version uint64, log store.LogID, slots []guildhall.Slot) (bool, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if m.ring.Version != version {
		return false, nil
	}
	m.ring.Version++
	for _, slot := range slots {
		m.ring.Slots[slot] = store.Claim{Log: log, Epoch: m.ring.Version}
	}
	return true, nil
}

func (m *model) Head(ctx context.Context, o guildhall.Object) (uint64, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	return m.heads[o], nil
}

func (m *model) LastSnowflake(ctx context.Context, slot guildhall.Slot) (guildhall.Snowflake, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	return m.slots[slot], nil
}

func (m *model) Events(ctx context.Context, o guildhall.Object, after uint64, limit int) ([]*guildhall.Record, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit <= 0 {
		return nil, fmt.Errorf("limit %d", limit)
	}
	var records []*guildhall.Record
	for _, position := range slices.Sorted(maps.Keys(m.events[o])) {
		if position <= after || len(records) == limit {
			continue
		}
		r, _, err := guildhall.DecodeRecord(m.events[o][position].encoded)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

func (m *model) Rows(ctx context.Context, q store.Query) ([]store.Stored, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if q.Limit <= 0 || !slices.Contains(guildhall.Tables(), q.Table) {
		return nil, fmt.Errorf("table %d, limit %d", q.Table, q.Limit)
	}
	part := m.parts[modelPart{q.Table, q.Part}]
	keys := slices.Sorted(maps.Keys(part))
	if q.Reverse {
		slices.Reverse(keys)
	}
	var page []store.Stored
	for _, key := range keys {
		outside := q.After != "" && key <= q.After || q.Before != "" && key >= q.Before
		if outside || part[key].dead || len(page) == q.Limit {
			continue
		}
		page = append(page, part[key].stored(guildhall.RowKey{Table: q.Table, Part: q.Part, Sort: key}))
	}
	return page, nil
}

func (r modelRow) stored(key guildhall.RowKey) store.Stored {
	row := guildhall.Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Value: slices.Clone(r.value)}
	return store.Stored{Row: row, Position: r.position}
}

func (m *model) Row(ctx context.Context, key guildhall.RowKey) (store.Stored, bool, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return store.Stored{}, false, err
	}
	defer leave()
	row, exists := m.parts[modelPart{key.Table, key.Part}][key.Sort]
	if !exists || row.dead {
		return store.Stored{}, false, nil
	}
	return row.stored(key), true, nil
}

func (m *model) Outbox(ctx context.Context, slot guildhall.Slot, limit int) ([]store.Pending, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit <= 0 {
		return nil, fmt.Errorf("limit %d", limit)
	}
	var waiting []store.Pending
	for key, f := range m.outbox[slot] {
		if !f.done {
			waiting = append(waiting, store.Pending{From: key.from, Position: key.position, Index: key.index, FollowUp: f.FollowUp})
		}
	}
	slices.SortFunc(waiting, func(a, b store.Pending) int {
		return cmp.Or(strings.Compare(a.From.Key(), b.From.Key()), cmp.Compare(a.Position, b.Position), cmp.Compare(a.Index, b.Index))
	})
	return waiting[:min(limit, len(waiting))], nil
}

func (m *model) OutboxDone(ctx context.Context, p store.Pending) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	slot := p.From.Slot()
	if m.outbox[slot] == nil {
		m.outbox[slot] = make(map[modelPending]modelFollowUp)
	}
	m.outbox[slot][modelPending{p.From, p.Position, p.Index}] = modelFollowUp{done: true}
	return nil
}

func (m *model) Prune(ctx context.Context, before guildhall.Timestamp) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, events := range m.events {
		maps.DeleteFunc(events, func(_ uint64, e modelEvent) bool { return e.at < before })
	}
	for _, l := range m.logs {
		maps.DeleteFunc(l.batches, func(n uint64, _ []byte) bool { return n <= l.cursor })
	}
	return nil
}

func (m *model) Claim(ctx context.Context, kind, key string, o guildhall.Object) (guildhall.Object, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return guildhall.Object{}, err
	}
	defer leave()
	name := modelClaim{kind, key}
	if _, held := m.claims[name]; !held {
		m.claims[name] = o
	}
	return m.claims[name], nil
}

func (m *model) Claimed(ctx context.Context, kind, key string) (guildhall.Object, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return guildhall.Object{}, err
	}
	defer leave()
	return m.claims[modelClaim{kind, key}], nil
}

func (m *model) Release(ctx context.Context, kind, key string, o guildhall.Object) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if name := (modelClaim{kind, key}); m.claims[name] == o {
		delete(m.claims, name)
	}
	return nil
}

func (m *model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
