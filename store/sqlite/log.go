package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"guildhall"
	"guildhall/store"
)

const (
	advanceLogSQL  = "UPDATE logs SET last=?2, cursor=?2 WHERE id=?1 AND last=?2-1 AND sealed=0"
	startLogSQL    = "INSERT INTO logs(id, last, cursor, sealed) VALUES(?1, 1, 1, 0) ON CONFLICT(id) DO NOTHING"
	logSQL         = "SELECT last, sealed FROM logs WHERE id=?1"
	sealLogSQL     = "INSERT INTO logs(id, last, cursor, sealed) VALUES(?1, 0, 0, 1) ON CONFLICT(id) DO UPDATE SET sealed=1 WHERE sealed=0"
	cursorSQL      = "SELECT cursor FROM logs WHERE id=?1"
	countEventsSQL = "SELECT count(*) FROM events WHERE object=?1 AND pos BETWEEN ?2 AND ?3"
	setCursorSQL   = "INSERT INTO logs(id, last, cursor, sealed) VALUES(?1, 0, ?2, 0) ON CONFLICT(id) DO UPDATE SET cursor=excluded.cursor WHERE excluded.cursor>cursor"
)

// Append commits and projects the batch in one transaction.
func (db *DB) Append(ctx context.Context, log store.LogID, n uint64, records []*guildhall.Record) error {
	if err := db.room(); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	p, err := db.newProjection(records)
	if err != nil {
		return fmt.Errorf("append: %w", err)
	}
	return db.write(ctx, "append", func(c *conn) error {
		done, err := advance(c, log, n)
		if err != nil || done {
			return err
		}
		return db.project(c, p, true)
	})
}

// room refuses what would make the data grow while there is no room for it. What ends, moves and removes goes on.
func (db *DB) room() error {
	if err := db.refuse(); err != nil {
		db.metrics.count(store.ErrFull)
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return nil
}

// advance takes the log from n-1 to n; done means that it has been there.
func advance(c *conn, log store.LogID, n uint64) (done bool, err error) {
	changed, err := c.exec(advanceLogSQL, log[:], int64(n))
	if err != nil || changed > 0 {
		return false, err
	}
	if n == 1 {
		if changed, err = c.exec(startLogSQL, log[:]); err != nil || changed > 0 {
			return false, err
		}
	}
	last, sealed, err := logState(c, log)
	switch {
	case err != nil:
		return false, err
	case n > 0 && n <= last:
		return true, nil
	case sealed:
		return false, store.ErrFenced
	}
	return false, fmt.Errorf("%w: batch %d after %d", store.ErrGap, n, last)
}

func logState(c *conn, log store.LogID) (last uint64, sealed bool, err error) {
	err = c.query(logSQL, 2, func(row []driver.Value) error {
		last, sealed = positionOf(row[0]), row[1] != int64(0)
		return nil
	}, log[:])
	return last, sealed, err
}

// Seal ends the log.
func (db *DB) Seal(ctx context.Context, log store.LogID) (uint64, error) {
	var last uint64 // the writer's until it answers
	err := db.write(ctx, "seal", func(c *conn) error {
		if _, err := c.exec(sealLogSQL, log[:]); err != nil {
			return err
		}
		var err error
		last, _, err = logState(c, log)
		return err
	})
	if err != nil {
		return 0, err
	}
	return last, nil
}

// Tail has nothing to give: every batch is projected by its append.
func (db *DB) Tail(ctx context.Context, _ store.LogID, _ uint64) ([]store.Batch, error) {
	return nil, db.open(ctx, "tail")
}

// Cursor equals the log's last batch.
func (db *DB) Cursor(ctx context.Context, log store.LogID) (cursor uint64, err error) {
	err = db.read(ctx, "cursor", func(c *conn) error {
		n, err := c.integer(cursorSQL, log[:])
		cursor = uint64(n)
		return err
	})
	return cursor, err
}

// SetCursor changes nothing where Append has done it already, which is the rule.
func (db *DB) SetCursor(ctx context.Context, log store.LogID, n uint64) error {
	cursor, err := db.Cursor(ctx, log)
	if err != nil || n <= cursor {
		return err
	}
	return db.write(ctx, "set cursor", func(c *conn) error {
		_, err := c.exec(setCursorSQL, log[:], int64(n))
		return err
	})
}

// Project writes the records that are not in the tables yet: none of those that this store has appended.
func (db *DB) Project(ctx context.Context, records []*guildhall.Record) error {
	// Most calls come from the owner with what it has just appended. They are spared the way through the writer.
	if done, err := db.projected(ctx, records); err != nil || done {
		return err
	}
	p, err := db.newProjection(records)
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	return db.write(ctx, "project", func(c *conn) error { return db.project(c, p, false) })
}

// projected tells whether all records have an event, which means that all else they say has been written as well. One
// query per object, over the run of positions it has here.
func (db *DB) projected(ctx context.Context, records []*guildhall.Record) (bool, error) {
	type run struct{ first, last, records uint64 }
	runs := make(map[guildhall.Object]run)
	for _, r := range records {
		of, ok := runs[r.Object]
		if !ok {
			of.first = r.Position
		}
		runs[r.Object] = run{min(of.first, r.Position), max(of.last, r.Position), of.records + 1}
	}
	done := true
	err := db.read(ctx, "project", func(c *conn) error {
		for o, of := range runs {
			n, err := c.integer(countEventsSQL, []byte(o.Key()), int64(of.first), int64(of.last))
			if err != nil {
				return err
			}
			done = done && of.last-of.first+1 == of.records && uint64(n) == of.records
		}
		return nil
	})
	return done, err
}
