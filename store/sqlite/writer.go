package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// queueWritesMax bounds the writes that wait: with about 100 commits a second on a slow disk and full groups, two
	// seconds of work. More callers than that wait in write, each until its own deadline.
	queueWritesMax = 256
	// groupWritesMax bounds one transaction, and so how long the first of it waits for the last.
	groupWritesMax = 128
)

// write is one caller's change and its answer.
type write struct {
	ctx   context.Context // the caller's, for as long as the write waits
	apply func(*conn) error
	// committed, when set, is called by the writer after the commit and before the answer.
	committed func()
	done      chan error // room for the one answer
}

// write has the writer run apply inside a transaction and returns when that is committed. apply may run twice (the
// first one undone) and must set whatever it returns anew each time.
func (db *DB) write(ctx context.Context, operation string, apply func(*conn) error) error {
	return db.submit(operation, &write{ctx: ctx, apply: apply, done: make(chan error, 1)})
}

func (db *DB) submit(operation string, w *write) error {
	err := db.await(w)
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return nil
}

func (db *DB) await(w *write) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if err := db.Err(); err != nil {
		return err
	}
	select {
	case db.queue <- w:
	case <-w.ctx.Done():
		return w.ctx.Err()
	case <-db.closing:
		return ErrClosed
	}
	select {
	case err := <-w.done:
		return err
	case <-w.ctx.Done():
		// The writer may be at it: the outcome is unknown to this caller.
		return w.ctx.Err()
	case <-db.ended:
	}
	select {
	case err := <-w.done:
		return err
	default:
		return ErrClosed // it came into the queue after the writer looked for the last time
	}
}

// writeLoop commits what is queued until the store is closed and the queue is empty.
func (db *DB) writeLoop() {
	defer close(db.ended)
	group := make([]*write, 0, groupWritesMax)
	for {
		group = group[:0]
		select {
		case w := <-db.queue:
			group = append(group, w)
		case <-db.closing:
			select {
			case w := <-db.queue:
				group = append(group, w)
			default:
				return
			}
		}
		group = db.gather(group)
		c := db.takeWriteConn()
		db.commit(c, group)
		db.checkpoint(c)
		db.returnWriteConn(c)
		clear(group)
	}
}

// gather adds what waits already; it never waits for more, because a commit takes long enough for others to queue.
func (db *DB) gather(group []*write) []*write {
	for len(group) < groupWritesMax {
		select {
		case w := <-db.queue:
			group = append(group, w)
		default:
			return group
		}
	}
	return group
}

// commit runs a group in one transaction and answers every write of it.
func (db *DB) commit(c *conn, group []*write) {
	results := make([]error, len(group))
	err := db.Err()
	if err == nil {
		err = db.transact(c, group, results)
		if err != nil && len(group) > 1 && db.Err() == nil {
			// Nothing of it has happened. Which write it was that did not fit is found out one by one.
			for i := range group {
				db.commit(c, group[i:i+1])
			}
			return
		}
	}
	for i, w := range group {
		if err != nil {
			results[i] = err
		}
		if results[i] == nil && w.committed != nil {
			w.committed()
		}
		db.metrics.count(results[i])
		w.done <- results[i]
	}
}

// transact is one transaction. An error means that all of it was undone, or, where the store has failed now, that
// nobody knows.
func (db *DB) transact(c *conn, group []*write, results []error) error {
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		if fatal(err) || undoable(err) { // a transaction still open would also be found here
			db.fail(err)
		}
		return err
	}
	for i, w := range group {
		if results[i] = w.ctx.Err(); results[i] != nil {
			continue
		}
		aborted, err := savepoint(c, w.apply)
		if aborted {
			return db.abort(c, err, fatal(err))
		}
		results[i] = err
	}
	began := time.Now()
	_, err := c.exec("COMMIT")
	db.metrics.commits.Observe(time.Since(began).Seconds())
	if err != nil {
		return db.abort(c, err, fatalAtCommit(err))
	}
	db.metrics.group.Observe(float64(len(group)))
	return nil
}

func (db *DB) abort(c *conn, err error, fatal bool) error {
	if fatal {
		db.fail(err)
	}
	// The error is of no interest: mostly that SQLite has rolled back by itself. If a transaction should still be open,
	// the next BEGIN fails and ends the store.
	_, _ = c.exec("ROLLBACK")
	return err
}

// savepoint runs apply so that its failure leaves the transaction as it was; aborted means that this was not possible.
func savepoint(c *conn, apply func(*conn) error) (aborted bool, err error) {
	if _, err := c.exec("SAVEPOINT one"); err != nil {
		return true, err
	}
	err = apply(c)
	if err != nil {
		if !undoable(err) {
			return true, err
		}
		if _, undoErr := c.exec("ROLLBACK TO one"); undoErr != nil {
			return true, errors.Join(err, undoErr)
		}
	}
	if _, releaseErr := c.exec("RELEASE one"); releaseErr != nil {
		return true, errors.Join(err, releaseErr)
	}
	return false, err
}
