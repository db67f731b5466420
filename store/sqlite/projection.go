package sqlite

import (
	"errors"
	"fmt"

	"guildhall"
)

const (
	insertEventSQL = "INSERT INTO events(object, pos, at, record) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(object, pos) DO NOTHING"
	raiseHeadSQL   = "INSERT INTO heads(object, pos) VALUES(?1, ?2) ON CONFLICT(object) DO UPDATE SET pos=excluded.pos WHERE excluded.pos>pos"
	raiseSlotSQL   = "INSERT INTO slots(slot, snowflake) VALUES(?1, ?2) " +
		"ON CONFLICT(slot) DO UPDATE SET snowflake=excluded.snowflake WHERE excluded.snowflake>snowflake"
	insertOutboxSQL = "INSERT INTO outbox(slot, object, pos, idx, receiver, name, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) " +
		"ON CONFLICT(slot, object, pos, idx) DO NOTHING"
)

// errPositionTaken is an owner's mistake: it numbered a record as one that was committed before.
var errPositionTaken = errors.New("position is taken by an earlier record")

// projection is records on their way into the tables, encoded by their caller's goroutine so that the writer does not
// have to.
type projection struct {
	records []*guildhall.Record
	encoded [][]byte
	objects map[guildhall.Object]objectKey // each object once
	slots   map[guildhall.Slot]guildhall.Snowflake
}

type objectKey struct {
	key  []byte
	head uint64 // highest position in the records
}

// newProjection encodes. The records must not change afterwards.
func (db *DB) newProjection(records []*guildhall.Record) (*projection, error) {
	p := &projection{
		records: records,
		encoded: make([][]byte, len(records)),
		objects: make(map[guildhall.Object]objectKey),
		slots:   make(map[guildhall.Slot]guildhall.Snowflake),
	}
	for i, r := range records {
		if r.Position == 0 {
			return nil, fmt.Errorf("record of %v has no position", r.Object)
		}
		for j := range r.Rows {
			if db.content[r.Rows[j].Table] == nil {
				return nil, fmt.Errorf("record %d of %v: table %d is not known", r.Position, r.Object, r.Rows[j].Table)
			}
		}
		p.encoded[i] = guildhall.AppendRecord(make([]byte, 0, sizeHint(r)), r)
		o, ok := p.objects[r.Object]
		if !ok {
			o.key = []byte(r.Object.Key())
		}
		o.head = max(o.head, r.Position)
		p.objects[r.Object] = o
		slot := r.Object.Slot()
		p.slots[slot] = max(p.slots[slot], r.Snowflake)
	}
	return p, nil
}

// sizeHint is about how long the record gets.
func sizeHint(r *guildhall.Record) int {
	const fixed = 160 // the fields of fixed size and an audience
	n := fixed + len(r.Reply)
	for i := range r.Rows {
		n += len(r.Rows[i].Value) + 32
	}
	for i := range r.Events {
		n += len(r.Events[i].Data) + fixed
	}
	for i := range r.FollowUps {
		n += len(r.FollowUps[i].Body) + 32
	}
	return n
}

// project writes what the records say. A record whose event is there has been written whole, in one transaction, so
// its rows are not looked at again; in an append that is refused.
func (db *DB) project(c *conn, p *projection, appended bool) error {
	for i, r := range p.records {
		key := p.objects[r.Object].key
		inserted, err := c.exec(insertEventSQL, key, int64(r.Position), int64(r.At), p.encoded[i])
		if err != nil {
			return err
		}
		if inserted == 0 {
			if appended {
				return fmt.Errorf("record %d of %v: %w", r.Position, r.Object, errPositionTaken)
			}
			continue
		}
		if err := db.projectRows(c, r); err != nil {
			return err
		}
		if err := projectFollowUps(c, r, key); err != nil {
			return err
		}
	}
	for _, o := range p.objects {
		if _, err := c.exec(raiseHeadSQL, o.key, int64(o.head)); err != nil {
			return err
		}
	}
	for slot, last := range p.slots {
		if _, err := c.exec(raiseSlotSQL, int64(slot), int64(last)); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) projectRows(c *conn, r *guildhall.Record) error {
	for i := range r.Rows {
		row := &r.Rows[i]
		var value, died any = row.Value, nil
		if row.Delete {
			value, died = nil, int64(r.At)
		}
		_, err := c.exec(db.content[row.Table].upsert, []byte(row.Part), []byte(row.Sort), value, int64(r.Position), died)
		if err != nil {
			return err
		}
	}
	return nil
}

func projectFollowUps(c *conn, r *guildhall.Record, key []byte) error {
	for i := range r.FollowUps {
		f := &r.FollowUps[i]
		_, err := c.exec(insertOutboxSQL, int64(r.Object.Slot()), key, int64(r.Position), int64(i),
			[]byte(f.To.Key()), f.Name, nonNil(f.Body))
		if err != nil {
			return err
		}
	}
	return nil
}

// nonNil keeps empty bytes from being bound as NULL.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
