package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	moderncsqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"guildhall/store"
)

// conn is one connection with its prepared statements; used by one goroutine at a time. It sits on the driver without
// database/sql between, whose pool, conversions and per-call locks cost more than most statements here.
type conn struct {
	raw        driver.Conn
	statements map[string]driver.Stmt
	args       []driver.NamedValue // used again by each call
}

// openConn opens a connection; name is ":memory:" or a file URI.
func openConn(name, pragmas string) (*conn, error) {
	raw, err := new(moderncsqlite.Driver).Open(name)
	if err != nil {
		return nil, translate(err)
	}
	c := &conn{raw: raw, statements: make(map[string]driver.Stmt)}
	if err := c.script(pragmas); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *conn) close() error {
	var err error
	for _, s := range c.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.raw.Close())
}

// script runs several statements that are used once.
func (c *conn) script(sql string) error {
	_, err := c.raw.(driver.ExecerContext).ExecContext(context.Background(), sql, nil)
	return translate(err)
}

// prepared gives the statement for sql, which must be one of a fixed set of texts.
func (c *conn) prepared(sql string) (driver.Stmt, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	s, err := c.raw.Prepare(sql)
	if err != nil {
		return nil, translate(err)
	}
	c.statements[sql] = s
	return s, nil
}

// bind numbers the arguments: int64, string, []byte or nil.
func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// exec runs a statement and tells how many rows it changed. It takes no context: a statement is short, and one that is
// cut off would take the whole group's transaction with it.
func (c *conn) exec(sql string, args ...any) (changed int64, err error) {
	s, err := c.prepared(sql)
	if err != nil {
		return 0, err
	}
	result, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(args))
	clear(c.args) // so that they do not outlive the call
	if err != nil {
		return 0, translate(err)
	}
	return result.RowsAffected()
}

// query calls each with every row. row is used again for the next, the bytes in it are the callee's to keep.
func (c *conn) query(sql string, columns int, each func(row []driver.Value) error, args ...any) (err error) {
	s, err := c.prepared(sql)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), c.bind(args))
	clear(c.args)
	if err != nil {
		return translate(err)
	}
	// Closing ends the read transaction: left open it would keep the write-ahead log from being used again.
	defer func() {
		if closeErr := rows.Close(); err == nil {
			err = translate(closeErr)
		}
	}()
	row := make([]driver.Value, columns)
	for {
		if err := rows.Next(row); err == io.EOF {
			return nil
		} else if err != nil {
			return translate(err)
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

// integer runs a query for one number; 0 where there is no row.
func (c *conn) integer(sql string, args ...any) (n int64, err error) {
	err = c.query(sql, 1, func(row []driver.Value) error {
		n, _ = row[0].(int64)
		return nil
	}, args...)
	return n, err
}

// bytesOf reads a column of bytes; nil for none and for empty ones.
func bytesOf(v driver.Value) []byte {
	b, _ := v.([]byte)
	return b
}

func positionOf(v driver.Value) uint64 {
	n, _ := v.(int64)
	return uint64(n)
}

// sqlError is an error of SQLite with its primary result code, so that nothing of the driver leaves the package.
type sqlError struct {
	code int
	text string
}

func (e *sqlError) Error() string { return e.text }

// Is makes a full disk known by the contract's name.
func (e *sqlError) Is(target error) bool {
	return target == store.ErrFull && e.code == sqlite3.SQLITE_FULL
}

func translate(err error) error {
	var e *moderncsqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	const primary = 0xff // sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes
	return &sqlError{code: e.Code() & primary, text: fmt.Sprintf("sqlite: %s", e.Error())}
}

// code gives SQLite's primary result code; -1 for an error that is none of SQLite's.
func code(err error) int {
	var e *sqlError
	if errors.As(err, &e) {
		return e.code
	}
	return -1
}

// undoable tells whether a statement that failed has left the transaction as it was before it: then the savepoint can
// be rolled back and the rest of the group goes on. After others SQLite may have rolled back everything by itself.
// sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
func undoable(err error) bool {
	switch code(err) {
	case -1, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
		return true
	}
	return false
}

// fatal tells whether a failed statement says something about the file or the disk under it, rather than about the
// statement.
func fatal(err error) bool {
	switch code(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT:
		return false
	}
	return !undoable(err)
}

// fatalAtCommit tells whether a failed COMMIT leaves open what is on the disk.
func fatalAtCommit(err error) bool {
	switch code(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_CONSTRAINT:
		return false
	}
	return true
}
