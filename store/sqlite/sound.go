package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// ErrDamaged means that the database is not what a database of Guildhall's has to be.
var ErrDamaged = errors.New("the database is damaged")

// soundTimeout bounds the look at the whole file at a start: it is enough for some hundred megabytes. What is damaged
// behind that is found when it is read.
const soundTimeout = 500 * time.Millisecond

// requireSound refuses a file in which SQLite finds damage, as far as it gets in time.
func (db *DB) requireSound(c *conn, path string) error {
	if err := db.requireWhole(c, path); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), soundTimeout)
	defer cancel()
	found, err := c.quickCheck(ctx)
	if ctx.Err() != nil || code(err) == sqlite3.SQLITE_INTERRUPT {
		return nil // it is large
	}
	if err == nil && found != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, found)
	}
	return err
}

// requireWhole refuses a file that is shorter than it says: SQLite would read zeros. With a log beside it the rest may be
// there.
func (db *DB) requireWhole(c *conn, path string) error {
	if log, err := os.Stat(db.wal); err == nil && log.Size() > 0 {
		return nil
	}
	pages, err := c.integer("PRAGMA page_count")
	if err != nil {
		return err
	}
	size, err := c.integer("PRAGMA page_size")
	if err != nil {
		return err
	}
	file, err := os.Stat(path)
	if err != nil {
		return err
	}
	if file.Size() < pages*size {
		return fmt.Errorf("%w: it has %d bytes of %d", ErrDamaged, file.Size(), pages*size)
	}
	return nil
}

// quickCheck gives the first thing that is wrong, or "ok".
func (c *conn) quickCheck(ctx context.Context) (found string, err error) {
	rows, err := c.raw.(driver.QueryerContext).QueryContext(ctx, "PRAGMA quick_check(1)", nil)
	if err != nil {
		return "", translate(err)
	}
	row := make([]driver.Value, 1)
	if err = rows.Next(row); err == io.EOF {
		err = nil
	}
	found, _ = row[0].(string)
	return found, errors.Join(translate(err), translate(rows.Close()))
}

// damaged makes what SQLite says of a file that is none of its own, or not whole, known by its name.
func damaged(err error) error {
	switch code(err) {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
