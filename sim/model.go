package sim

// pure core

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"guildhall"
	"guildhall/history"
	"guildhall/store"
)

// model is what an all-knowing observer knows: every committed record, in the order of commits. It shares no code with
// the cores beyond the encoding of records.
type model struct {
	w       *world
	ledgers map[guildhall.Object]*ledger
	// order lists the ledgers by their first commit.
	order    []*ledger
	requests map[guildhall.RequestID]place
	nonces   map[guildhall.NonceKey]place
	// final leads from requests that were answered without a record to the epoch under which they were.
	final map[guildhall.RequestID]uint64
	// named leads from user names to who has them.
	named map[string]guildhall.Object
	// last is the highest snowflake recorded in each slot.
	last map[guildhall.Slot]guildhall.Snowflake
	// told leads from an event's data to where it stands.
	told map[string][]place
	// checked is up to where each log's cursor has been looked at.
	checked map[store.LogID]uint64
	records int
	// listed is what rows of messages say, by their values: pages show the same ones over and over.
	listed map[string]history.Item
	// sources is the last follow-up that each pair of objects has applied.
	sources map[[2]guildhall.Object]uint64
}

// place is an event in a record.
type place struct {
	object   guildhall.Object
	position uint64
	part     int
}

// ledger is one object's records and their fold.
type ledger struct {
	object  guildhall.Object
	records []*guildhall.Record
	encoded [][]byte
	rows    map[guildhall.RowKey]*foldedRow
	// acked is the highest position that anybody was told of.
	acked uint64
	sight sightOracle
}

// foldedRow is a row with all that it ever was.
type foldedRow struct{ versions []rowVersion }

type rowVersion struct {
	position uint64
	value    []byte
	deleted  bool
}

func newModel(w *world) *model {
	return &model{
		w: w, ledgers: make(map[guildhall.Object]*ledger), requests: make(map[guildhall.RequestID]place),
		nonces: make(map[guildhall.NonceKey]place), last: make(map[guildhall.Slot]guildhall.Snowflake),
		told: make(map[string][]place), checked: make(map[store.LogID]uint64), sources: make(map[[2]guildhall.Object]uint64),
		listed: make(map[string]history.Item), final: make(map[guildhall.RequestID]uint64),
		named: make(map[string]guildhall.Object),
	}
}

func (m *model) ledger(o guildhall.Object) *ledger {
	l := m.ledgers[o]
	if l == nil {
		l = &ledger{object: o, rows: make(map[guildhall.RowKey]*foldedRow)}
		m.ledgers[o] = l
		m.order = append(m.order, l)
	}
	return l
}

// peek is ledger for who only looks: of an object without records there is none.
func (m *model) peek(o guildhall.Object) *ledger {
	if l := m.ledgers[o]; l != nil {
		return l
	}
	return &ledger{object: o}
}

// head is the position of the last committed record.
func (l *ledger) head() uint64 { return uint64(len(l.records)) }

// record gives the record at a position, or nil.
func (l *ledger) record(position uint64) *guildhall.Record {
	if position == 0 || position > l.head() {
		return nil
	}
	return l.records[position-1]
}

// committed takes in a batch at the moment in which the store applies it.
func (m *model) committed(log store.LogID, n uint64, encoded []byte) {
	for _, r := range decodeRecords(encoded) {
		m.checkCommit(log, n, r)
		m.admit(log, n, r)
	}
}

// checkCommit judges a record against all before it. protocol §9 (1) to (5)
func (m *model) checkCommit(log store.LogID, n uint64, r *guildhall.Record) {
	w := m.w
	slot := r.Object.Slot()
	if claim := w.store.ring.Slots[slot]; claim.Log != log || claim.Epoch != r.Epoch {
		w.violate(CheckPlace, "record %d of %v is in log %x of epoch %d; the ring names %x, %d",
			r.Position, r.Object, log[:3], r.Epoch, claim.Log[:3], claim.Epoch)
	}
	l := m.ledger(r.Object)
	if r.Position != l.head()+1 {
		w.violate(CheckDense, "%v has %d records and gets one at position %d (log %x, batch %d)", r.Object, l.head(), r.Position, log[:3], n)
	}
	if first, twice := m.requests[r.RequestID]; twice {
		w.violate(CheckOnce, "request %x is committed at %v %d and at %v %d", r.RequestID[:4], first.object, first.position, r.Object, r.Position)
	}
	if epoch, refused := m.final[r.RequestID]; refused && epoch == r.Epoch {
		w.violate(CheckFinal, "request %x is committed at %v %d, though the owner of epoch %d has answered it without a record",
			r.RequestID[:4], r.Object, r.Position, epoch)
	}
	if first, twice := m.nonces[r.Nonce]; twice && r.Nonce.Nonce != "" {
		w.violate(CheckOnce, "nonce %q is committed at %v %d and at %v %d", r.Nonce.Nonce, first.object, first.position, r.Object, r.Position)
	}
	if r.Snowflake < m.last[slot] {
		w.violate(CheckSnowflake, "record %d of %v has snowflake %d after %d in slot %d", r.Position, r.Object, r.Snowflake, m.last[slot], slot)
	}
	if r.Snowflake < r.Object.ID {
		w.violate(CheckSnowflake, "record %d of %v has snowflake %d", r.Position, r.Object, r.Snowflake)
	}
	if !r.Source.Object.IsZero() {
		pair := [2]guildhall.Object{r.Source.Object, r.Object}
		if r.Source.Position <= m.sources[pair] {
			w.violate(CheckOnce, "follow-up %d of %v to %v is applied after %d", r.Source.Position, r.Source.Object, r.Object, m.sources[pair])
		}
		m.sources[pair] = r.Source.Position
	}
	m.checkEffect(l, r)
	m.checkName(l, r)
}

func (m *model) admit(log store.LogID, n uint64, r *guildhall.Record) {
	l := m.ledger(r.Object)
	at := place{r.Object, r.Position, 0}
	m.requests[r.RequestID] = at
	if r.Nonce.Nonce != "" {
		m.nonces[r.Nonce] = at
	}
	m.last[r.Object.Slot()] = max(m.last[r.Object.Slot()], r.Snowflake)
	l.records = append(l.records, r)
	l.encoded = append(l.encoded, guildhall.AppendRecord(nil, r))
	for i := range r.Rows {
		row := &r.Rows[i]
		folded := l.rows[row.Key()]
		if folded == nil {
			folded = &foldedRow{}
			l.rows[row.Key()] = folded
		}
		folded.versions = append(folded.versions, rowVersion{r.Position, row.Value, row.Delete})
	}
	l.sight.apply(r)
	for i := range r.Events {
		key := r.Events[i].Type + string(r.Events[i].Data)
		m.told[key] = append(m.told[key], place{r.Object, r.Position, i})
		if bare := bareKey(r.Events[i].Type, r.Events[i].Data); bare != "" {
			m.told[bare] = append(m.told[bare], place{r.Object, r.Position, i})
		}
	}
	m.records++
	m.w.note(1, uint64(r.Object.ID), r.Position, uint64(r.Snowflake))
	m.w.trace("committed %v %d in %x %d, %d events, request %x", r.Object, r.Position, log[:3], n, len(r.Events), r.RequestID[:3])
	m.w.recordCommit(log, n, r)
}

// at gives the row as of a position; false where there is none.
func (f *foldedRow) at(position uint64) (rowVersion, bool) {
	i, _ := slices.BinarySearchFunc(f.versions, position+1, func(v rowVersion, p uint64) int { return cmp.Compare(v.position, p) })
	if i == 0 || f.versions[i-1].deleted {
		return rowVersion{}, false
	}
	return f.versions[i-1], true
}

// now gives the row as of the last record.
func (l *ledger) now(key guildhall.RowKey) (rowVersion, bool) {
	if f := l.rows[key]; f != nil {
		return f.at(l.head())
	}
	return rowVersion{}, false
}

func (m *model) sealed(log store.LogID, last uint64) {
	m.w.trace("log %x is sealed at %d", log[:3], last)
	m.w.recorder.Record(&history.Seal{Log: history.LogID(log), Last: last})
}

// ringSet judges rule 3 at a claim: all that is committed for the slots must be in the tables.
func (m *model) ringSet(log store.LogID, slots []guildhall.Slot) {
	m.w.trace("ring %d gives %v to %x", m.w.store.ring.Version, slots, log[:3])
	m.w.note(2, m.w.store.ring.Version)
	for _, l := range m.order {
		if slices.Contains(slots, l.object.Slot()) && m.w.store.heads[l.object] != l.head() {
			m.w.violate(CheckFold, "slot %d changes hands at ring %d while %v is projected up to %d of %d",
				l.object.Slot(), m.w.store.ring.Version, l.object, m.w.store.heads[l.object], l.head())
		}
	}
}

// cursorMoved judges that all batches up to the cursor are in the tables. protocol §4.2
func (m *model) cursorMoved(l *simLog) {
	for n := m.checked[l.id] + 1; n <= min(l.cursor, uint64(len(l.batches))); n++ {
		for _, r := range decodeRecords(l.batches[n-1]) {
			m.checkProjected(r)
		}
		m.checked[l.id] = n
	}
}

func (m *model) checkProjected(r *guildhall.Record) {
	s := m.w.store
	if s.heads[r.Object] < r.Position || s.events[r.Object][r.Position] == nil {
		m.w.violate(CheckFold, "the cursor has passed record %d of %v, which is not projected", r.Position, r.Object)
	}
	for i := range r.Rows {
		key := r.Rows[i].Key()
		if row := s.content[partKey{key.Table, key.Part}][key.Sort]; row == nil || row.position < r.Position {
			m.w.violate(CheckFold, "the cursor has passed record %d of %v, of which row %d %x is not projected", r.Position, r.Object, key.Table, key.Sort)
		}
	}
}

// answered judges what an owner says to anybody. protocol §9 (6)
func (m *model) answered(n *ownerNode, cmd *guildhall.Command, query bool, a *guildhall.Answer) {
	if !query {
		m.noteFinal(n, cmd, a)
	}
	if a.Object.IsZero() || a.Position == 0 || a.Status != guildhall.Done && a.Status != guildhall.Refused {
		return
	}
	l := m.peek(a.Object)
	if a.Position > l.head() {
		m.w.violate(CheckAnswer, "%s answers %s with position %d of %v, of which %d are committed", n.name, cmd.Name, a.Position, a.Object, l.head())
		return
	}
	if query || a.Status != guildhall.Done || a.Unlogged {
		return
	}
	l.acked = max(l.acked, a.Position)
	r := l.record(a.Position)
	ack := &history.Ack{Log: history.LogID(n.log), Object: a.Object, Position: a.Position, Epoch: a.Epoch}
	if r.RequestID == cmd.RequestID && cmd.Source.Object.IsZero() {
		ack.Request = history.Request(cmd.RequestID)
	}
	m.w.recorder.Record(ack)
}

// noteFinal judges an answer without a record: there must be none, and from now on none may come from this owner.
func (m *model) noteFinal(n *ownerNode, cmd *guildhall.Command, a *guildhall.Answer) {
	refused := a.Status == guildhall.Refused && a.Err.Status < 500
	if !refused && !a.Unlogged || !cmd.Source.Object.IsZero() {
		return
	}
	if at, is := m.requests[cmd.RequestID]; is {
		if r := m.peek(at.object).record(at.position); r.Epoch <= a.Epoch {
			m.w.violate(CheckFinal, "%s answers %x without a record, which is at %v %d", n.name, cmd.RequestID[:4], at.object, at.position)
		}
	}
	if epoch, before := m.final[cmd.RequestID]; before && epoch == a.Epoch {
		m.w.hit(HitRefusedAgain)
	}
	m.final[cmd.RequestID] = a.Epoch
}

// published judges that what leaves an owner is committed, byte for byte.
func (m *model) published(n *ownerNode, p *guildhall.Publish) {
	if p.Ephemeral == nil {
		m.checkTold(n, p.Object, p.Epoch, p.Record)
	}
}

func (m *model) checkTold(n *ownerNode, o guildhall.Object, epoch uint64, encoded []byte) {
	r := decodeRecord(encoded)
	l := m.peek(o)
	if r.Position > l.head() || !bytes.Equal(l.encoded[r.Position-1], encoded) {
		m.w.violate(CheckPublish, "%s tells position %d of %v, which is not what is committed there (%d are)", n.name, r.Position, o, l.head())
		return
	}
	m.w.recorder.Record(&history.Publish{Log: history.LogID(n.log), Object: o, Position: r.Position, Epoch: epoch})
}

// followed judges the answer to a follow: committed records only, dense where memory serves them.
func (m *model) followed(n *ownerNode, f *guildhall.Followed) {
	if f.Status != guildhall.Done || f.Gone {
		return
	}
	if l := m.peek(f.Object); f.Position > l.head() {
		m.w.violate(CheckPublish, "%s answers a follow with position %d of %v, of which %d are committed", n.name, f.Position, f.Object, l.head())
		return
	}
	if len(f.Records) == 0 {
		return
	}
	for _, r := range decodeRecords(f.Records) {
		// Of the record's own epoch: one who does not know yet that it was taken over may tell what its successor did.
		m.checkTold(n, f.Object, r.Epoch, guildhall.AppendRecord(nil, r))
	}
}

// knows tells whether a request has been committed.
func (m *model) knows(id guildhall.RequestID) bool {
	_, ok := m.requests[id]
	return ok
}

// bareKey names a message event without what is taken out for those who may not read content; "" for others.
func bareKey(kind string, data []byte) string {
	if kind != "MESSAGE_CREATE" && kind != "MESSAGE_UPDATE" {
		return ""
	}
	var v struct {
		ID     string  `json:"id"`
		Edited *string `json:"edited_timestamp"`
	}
	if json.Unmarshal(data, &v) != nil {
		return ""
	}
	key := "bare " + kind + " " + v.ID
	if v.Edited != nil {
		key += " " + *v.Edited
	}
	return key
}

// stripped finds an event by what is left of it without content.
func (m *model) stripped(kind string, data []byte) []place { return m.told[bareKey(kind, data)] }
