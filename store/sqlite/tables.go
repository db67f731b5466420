package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"guildhall"
	"guildhall/store"
)

const (
	headSQL   = "SELECT pos FROM heads WHERE object=?1"
	slotSQL   = "SELECT snowflake FROM slots WHERE slot=?1"
	eventsSQL = "SELECT record FROM events WHERE object=?1 AND pos>?2 ORDER BY pos LIMIT ?3"
)

// Head gives the position of the object's last projected record.
func (db *DB) Head(ctx context.Context, o guildhall.Object) (head uint64, err error) {
	err = db.read(ctx, "read head", func(c *conn) error {
		n, err := c.integer(headSQL, []byte(o.Key()))
		head = uint64(n)
		return err
	})
	return head, err
}

// LastSnowflake gives the highest id made in the slot.
func (db *DB) LastSnowflake(ctx context.Context, slot guildhall.Slot) (last guildhall.Snowflake, err error) {
	err = db.read(ctx, "read last snowflake", func(c *conn) error {
		n, err := c.integer(slotSQL, int64(slot))
		last = guildhall.Snowflake(n)
		return err
	})
	return last, err
}

// Events gives the object's records after the position.
func (db *DB) Events(ctx context.Context, o guildhall.Object, after uint64, limit int) (records []*guildhall.Record, err error) {
	if limit <= 0 {
		return nil, fmt.Errorf("read events: limit %d", limit)
	}
	var encoded [][]byte
	err = db.read(ctx, "read events", func(c *conn) error {
		return c.query(eventsSQL, 1, func(row []driver.Value) error {
			encoded = append(encoded, bytesOf(row[0]))
			return ctx.Err()
		}, []byte(o.Key()), int64(after), int64(limit))
	})
	if err != nil {
		return nil, err
	}
	for _, b := range encoded {
		r, rest, err := guildhall.DecodeRecord(b)
		if err != nil {
			return nil, fmt.Errorf("read events of %v: %w", o, err)
		}
		if len(rest) > 0 {
			return nil, fmt.Errorf("read events of %v: %w: %d bytes follow", o, guildhall.ErrRecord, len(rest))
		}
		records = append(records, r)
	}
	return records, nil
}

// Rows reads a page of one part.
func (db *DB) Rows(ctx context.Context, q store.Query) (page []store.Stored, err error) {
	statements := db.content[q.Table]
	if statements == nil || q.Limit <= 0 {
		return nil, fmt.Errorf("read rows: table %d, limit %d", q.Table, q.Limit)
	}
	from := []byte(q.After)
	if q.After != "" {
		from = append(from, 0) // the next key there can be
	}
	args := append(make([]any, 0, 4), []byte(q.Part), from, int64(q.Limit))
	bounded, reverse := 0, 0
	if q.Before != "" {
		bounded, args = 1, append(args, []byte(q.Before))
	}
	if q.Reverse {
		reverse = 1
	}
	err = db.read(ctx, "read rows", func(c *conn) error {
		return c.query(statements.page[bounded][reverse], 3, func(row []driver.Value) error {
			page = append(page, store.Stored{
				Row:      guildhall.Row{Table: q.Table, Part: q.Part, Sort: string(bytesOf(row[0])), Value: bytesOf(row[1])},
				Position: positionOf(row[2]),
			})
			return ctx.Err()
		}, args...)
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// Row reads one row.
func (db *DB) Row(ctx context.Context, key guildhall.RowKey) (stored store.Stored, found bool, err error) {
	statements := db.content[key.Table]
	if statements == nil {
		return store.Stored{}, false, fmt.Errorf("read row: table %d", key.Table)
	}
	err = db.read(ctx, "read row", func(c *conn) error {
		return c.query(statements.row, 2, func(row []driver.Value) error {
			found = true
			stored = store.Stored{
				Row:      guildhall.Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Value: bytesOf(row[0])},
				Position: positionOf(row[1]),
			}
			return nil
		}, []byte(key.Part), []byte(key.Sort))
	})
	return stored, found, err
}
