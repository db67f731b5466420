package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/store"
)

var _ store.Store = (*DB)(nil)

// FileName is the database in the data folder; SQLite puts -wal and -shm beside it.
const FileName = "guildhall.db"

// readConns is how many reads run at once. A page takes about 0.1 ms and a machine of this kind of installation has few
// cores, so more would only wait for each other; each costs up to 2 MB of page cache.
const readConns = 4

// The pragmas of each kind of connection. sqlite.org/pragma.html
const (
	commonPragmas = "PRAGMA busy_timeout=5000; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;"
	// fullfsync: on macOS fsync alone does not reach the disk. The writer moves the write-ahead log itself (wal.go).
	writePragmas = commonPragmas + "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON;" +
		"PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=0;"
	readPragmas = commonPragmas + "PRAGMA query_only=ON;"
)

// ErrClosed is returned by all methods after Close.
var ErrClosed = errors.New("store is closed")

// Config says where the data is.
type Config struct {
	// Dir is the data folder; it is made if missing and belongs to one process at a time.
	Dir string
	// Memory keeps everything in memory until Close; Dir is then not used.
	Memory bool
	// Program is the version of the program, kept in the file for the message of one that is too old to read it.
	Program string
	// Now is the wall clock; nil is time.Now. It dates the graves of accepted follow-ups, nothing else.
	Now func() time.Time
	// Refuse is asked before records or names are added, and says why that may not be now: they are refused with
	// store.ErrFull then. It must not block. nil refuses nothing.
	Refuse func() error
	// Filling says that the folder is of no use before Close: what is written is synced there, all at once. A folder that has
	// data already is written as ever.
	Filling bool
	// Metrics gets the writer's figures; nil for none.
	Metrics prometheus.Registerer
}

// DB is an open store.
type DB struct {
	// Fixed after Open.
	content map[guildhall.Table]*tableSQL
	now     func() time.Time
	refuse  func() error
	lock    *folderLock // nil in memory
	wal     string      // the path of the write-ahead log; "" in memory
	filling string      // the path of a file that Close has to sync; "" where each commit does
	writer  *conn       // nil in memory: the writer borrows the one connection in readers
	conns   []*conn     // all that are open
	readers chan *conn
	pooled  int // connections that belong into readers
	queue   chan *write
	closing chan struct{} // closed by Close
	ended   chan struct{} // closed when writeLoop has returned
	failed  chan struct{} // closed by fail
	cause   atomic.Pointer[error]
	close   func() error
	metrics *metrics

	// ring is the ring as committed. The file belongs to this process alone, so that a read of it needs no query; an
	// answer about "now" needs one each time. Replaced by the writer, never changed. protocol §1, rule 5
	ring atomic.Pointer[store.RingTable]
}

// Open opens the store or makes a new one. It returns store.ErrNewer for data of a newer version and ErrInUse for a
// folder that another process has open.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db := &DB{
		content: contentSQL(),
		now:     cfg.Now,
		refuse:  cfg.Refuse,
		readers: make(chan *conn, readConns),
		queue:   make(chan *write, queueWritesMax),
		closing: make(chan struct{}),
		ended:   make(chan struct{}),
		failed:  make(chan struct{}),
	}
	if db.now == nil {
		db.now = time.Now
	}
	if db.refuse == nil {
		db.refuse = func() error { return nil }
	}
	db.metrics = newMetrics(cfg.Metrics, func() float64 { return float64(len(db.queue)) })
	db.close = sync.OnceValue(db.shutDown)
	var err error
	if cfg.Memory {
		err = db.openMemory(cfg)
	} else {
		err = db.openFolder(cfg)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", damaged(err)), db.release())
	}
	go db.writeLoop()
	return db, nil
}

func (db *DB) openMemory(cfg Config) error {
	c, err := db.connect(":memory:", commonPragmas)
	if err != nil {
		return err
	}
	if err := db.prepareFile(c, cfg.Program); err != nil {
		return err
	}
	db.pool(c)
	return nil
}

func (db *DB) openFolder(cfg Config) error {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return err
	}
	if cfg.Dir == "" {
		return errors.New("no data folder given")
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	if db.lock, err = lockFolder(dir); err != nil {
		return err
	}
	file := filepath.Join(dir, FileName)
	db.wal = file + "-wal"
	if _, err := os.Stat(file); cfg.Filling && errors.Is(err, os.ErrNotExist) {
		db.filling = file
	}
	if err := rewriteWAL(db.wal); err != nil {
		return err
	}
	name := fileURI(file)
	limit := fmt.Sprintf("PRAGMA journal_size_limit=%d;", walBytesMax)
	// What is not ours, or too new, is left as it is: not even its journal mode is changed.
	if db.writer, err = db.connect(name, commonPragmas); err != nil {
		return err
	}
	if _, err := fileVersion(db.writer); err != nil {
		return err
	}
	pragmas := writePragmas + limit
	if db.filling != "" {
		pragmas += "PRAGMA synchronous=OFF;"
	}
	if err := db.writer.script(pragmas); err != nil {
		return err
	}
	if err := requireWAL(db.writer); err != nil {
		return err
	}
	if err := db.requireSound(db.writer, file); err != nil {
		return err
	}
	if err := db.prepareFile(db.writer, cfg.Program); err != nil {
		return err
	}
	for range readConns {
		c, err := db.connect(name, readPragmas)
		if err != nil {
			return err
		}
		db.pool(c)
	}
	return nil
}

func (db *DB) pool(c *conn) {
	db.readers <- c
	db.pooled++
}

func (db *DB) connect(name, pragmas string) (*conn, error) {
	c, err := openConn(name, pragmas)
	if err != nil {
		return nil, err
	}
	db.conns = append(db.conns, c)
	return c, nil
}

func (db *DB) prepareFile(c *conn, program string) error {
	if err := migrate(c, program); err != nil {
		return err
	}
	return db.loadRing(c)
}

// requireWAL refuses a folder where SQLite could not switch (some network file systems): without the write-ahead log
// readers and the writer would lock each other out.
func requireWAL(c *conn) error {
	var mode string
	err := c.query("PRAGMA journal_mode", 1, func(row []driver.Value) error {
		mode, _ = row[0].(string)
		return nil
	})
	if err == nil && mode != "wal" {
		err = fmt.Errorf("the data folder's file system does not allow a write-ahead log (journal mode is %q)", mode)
	}
	return err
}

// fileURI names a file so that no character of its path is taken for a parameter. sqlite.org/uri.html
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/folder
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// Failed is closed when the store can no longer be written: the process has to end. Err then says why.
func (db *DB) Failed() <-chan struct{} { return db.failed }

// Err is why the store can no longer be written; nil while it can.
func (db *DB) Err() error {
	if cause := db.cause.Load(); cause != nil {
		return *cause
	}
	return nil
}

// fail refuses all further writes; called by the writer only.
func (db *DB) fail(err error) {
	err = fmt.Errorf("store has failed, the process must end: %w", err)
	if db.cause.CompareAndSwap(nil, &err) {
		close(db.failed)
	}
}

// open tells whether the store can be asked: for what needs no connection.
func (db *DB) open(ctx context.Context, operation string) error {
	err := ctx.Err()
	select {
	case <-db.closing:
		err = ErrClosed
	default:
	}
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return nil
}

// read runs a query on a connection of its own, on what is committed now.
func (db *DB) read(ctx context.Context, operation string, query func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	select {
	case c := <-db.readers:
		err := query(c)
		db.readers <- c
		if err != nil {
			return fmt.Errorf("%s: %w", operation, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", operation, ctx.Err())
	case <-db.closing:
		return fmt.Errorf("%s: %w", operation, ErrClosed)
	}
}

func (db *DB) takeWriteConn() *conn {
	if db.writer != nil {
		return db.writer
	}
	return <-db.readers
}

func (db *DB) returnWriteConn(c *conn) {
	if db.writer == nil {
		db.readers <- c
	}
}

// Check has SQLite verify the whole file; it may take minutes and holds back the reuse of the write-ahead log meanwhile.
func (db *DB) Check(ctx context.Context) error {
	return db.read(ctx, "check", func(c *conn) error {
		var problems []string
		err := c.query("PRAGMA integrity_check(10)", 1, func(row []driver.Value) error {
			if text, _ := row[0].(string); text != "ok" {
				problems = append(problems, text)
			}
			return nil
		})
		if err == nil && len(problems) > 0 {
			err = fmt.Errorf("the database is damaged: %s", strings.Join(problems, "; "))
		}
		return err
	})
}

// Close lets the writes that are queued finish, waits for reads under way and gives the folder free.
func (db *DB) Close() error { return db.close() }

func (db *DB) shutDown() error {
	close(db.closing)
	<-db.ended
	for range db.pooled {
		<-db.readers
	}
	return db.release()
}

// release closes what is open. SQLite moves the write-ahead log into the file with the last connection.
func (db *DB) release() error {
	var err error
	for _, c := range db.conns {
		err = errors.Join(err, c.close())
	}
	if db.filling != "" && err == nil {
		err = syncFile(db.filling)
	}
	return errors.Join(err, db.lock.release())
}
