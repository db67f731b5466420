package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"guildhall"
	"guildhall/store"
)

const (
	advanceLogSQL = "UPDATE logs SET last=?2, cursor=?2 WHERE id=?1 AND last=?2-1 AND sealed=0"
	startLogSQL   = "INSERT INTO logs(id, last, cursor, sealed) VALUES(?1, 1, 1, 0) ON CONFLICT(id) DO NOTHING"
	logSQL        = "SELECT last, sealed FROM logs WHERE id=?1"
	sealLogSQL    = "INSERT INTO logs(id, last, cursor, sealed) VALUES(?1, 0, 0, 1) ON CONFLICT(id) DO UPDATE SET sealed=1 WHERE sealed=0"
	cursorSQL     = "SELECT cursor FROM logs WHERE id=?1"
	setCursorSQL  = "INSERT INTO logs(id, last, cursor, sealed) VALUES(?1, 0, ?2, 0) ON CONFLICT(id) DO UPDATE SET cursor=excluded.cursor WHERE excluded.cursor>cursor"
)

// Append commits and projects the batch in one transaction.
func (db *DB) Append(ctx context.Context, log store.LogID, n uint64, records []*guildhall.Record) error {
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
func (db *DB) Seal(ctx context.Context, log store.LogID) (last uint64, err error) {
	err = db.write(ctx, "seal", func(c *conn) error {
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
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("tail: %w", err)
	}
	return nil, nil
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

// Project writes the records that are not in the tables yet: none that this store has appended.
func (db *DB) Project(ctx context.Context, records []*guildhall.Record) error {
	missing, err := db.missing(ctx, records)
	if err != nil || len(missing) == 0 {
		return err
	}
	p, err := db.newProjection(missing)
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	return db.write(ctx, "project", func(c *conn) error { return db.project(c, p, false) })
}

// missing gives the records without an event. It spares the owner, who projects all that it has appended, the way
// through the writer.
func (db *DB) missing(ctx context.Context, records []*guildhall.Record) (missing []*guildhall.Record, err error) {
	err = db.read(ctx, "project", func(c *conn) error {
		missing = missing[:0]
		for _, r := range records {
			n, err := c.integer("SELECT count(*) FROM events WHERE object=?1 AND pos=?2", []byte(r.Object.Key()), int64(r.Position))
			if err != nil {
				return err
			}
			if n == 0 {
				missing = append(missing, r)
			}
		}
		return nil
	})
	return missing, err
}
