// Package store is the contract of the log and of what is projected from it: what a change is committed by, and where
// everything that is read comes from.
//
// Every method may block until ctx ends and is safe for several goroutines. An error that is none of those named here
// means that the outcome is unknown: a write may or may not have happened, or may still happen. Repeating a write with
// the same arguments is always safe.
package store

import (
	"context"
	"errors"

	"guildhall"
)

var (
	// ErrFenced means that the log is sealed: its node can commit nothing more.
	ErrFenced = errors.New("log is sealed")
	// ErrGap means that an append was not for the batch after the last: the caller's count is wrong.
	ErrGap = errors.New("append leaves a gap in the log")
	// ErrNewer means that the data was written by a newer version.
	ErrNewer = errors.New("data was written by a newer version")
	// ErrFull means that there is no room: the write has not happened. Reads go on.
	ErrFull = errors.New("store is full")
)

// LogID names the log of one node incarnation: 128 random bits, never used again.
type LogID [16]byte

// Store is everything that is kept. Close waits for what is under way.
type Store interface {
	Log
	Ring
	Tables
	Claims
	Close() error
}

// Log is where changes are committed. protocol §2, §3, §5
type Log interface {
	// Append commits batch n of the log on the condition that n-1 was its last and that it is not sealed. It may be
	// repeated with the same records: a repeat that finds n done returns nil. It returns ErrFenced where the log is sealed
	// and n not in it. records are dense per object; at most one append per log may be under way.
	Append(ctx context.Context, log LogID, n uint64, records []*guildhall.Record) error
	// Seal ends the log for ever and returns the number of its last batch (0 for none). Sealing a log that never was, or
	// again, is allowed.
	Seal(ctx context.Context, log LogID) (last uint64, err error)
	// Tail gives the batches after n, in order and dense, each as the records that were appended.
	Tail(ctx context.Context, log LogID, after uint64) ([]Batch, error)
	// Cursor gives the batch up to which all are projected.
	Cursor(ctx context.Context, log LogID) (uint64, error)
	// Project writes what the records of a batch say into events, heads, outbox and content, each row stamped with its
	// record's position, and returns when all is there. Any node may repeat it late or twice: a row never gives way to an
	// older stamp. It does not move the cursor.
	Project(ctx context.Context, records []*guildhall.Record) error
	// SetCursor says that all batches up to n are projected. It never falls.
	SetCursor(ctx context.Context, log LogID, n uint64) error
}

// Batch is one appended batch.
type Batch struct {
	N       uint64
	Records []*guildhall.Record
}

// Ring is the table that decides who owns a slot.
type Ring interface {
	// Ring reads the whole table; the read begins after the call does.
	Ring(ctx context.Context) (RingTable, error)
	// RingVersion reads the version alone; the read begins after the call does.
	RingVersion(ctx context.Context) (uint64, error)
	// SetRing gives the slots to log with epoch version+1, on the condition that the table's version is version, and
	// sets it to version+1. Where the condition does not hold nothing changes and it returns false; also for a repeat of
	// one that has been applied.
	SetRing(ctx context.Context, version uint64, log LogID, slots []guildhall.Slot) (applied bool, err error)
}

// RingTable is a reading of the ring. A slot without entry has never been claimed.
type RingTable struct {
	Version uint64
	Slots   map[guildhall.Slot]Claim
}

// Claim says which log a slot is in and since which ring version.
type Claim struct {
	Log   LogID
	Epoch uint64
}

// Tables are the projections.
type Tables interface {
	// Head gives the position of the object's last projected record; 0 where there is none.
	Head(ctx context.Context, o guildhall.Object) (uint64, error)
	// LastSnowflake gives the highest id made in the slot, as far as projected.
	LastSnowflake(ctx context.Context, slot guildhall.Slot) (guildhall.Snowflake, error)
	// Events gives the object's projected records after the position, in order, limit at most. Old ones are removed
	// after a while: the first may then be higher than after+1.
	Events(ctx context.Context, o guildhall.Object, after uint64, limit int) ([]*guildhall.Record, error)
	// Rows reads content by page.
	Rows(ctx context.Context, q Query) ([]Stored, error)
	// Row reads one row; false where there is none.
	Row(ctx context.Context, key guildhall.RowKey) (Stored, bool, error)
	// Outbox gives the slot's follow-ups that are not accepted yet, in order of position per object, limit at most.
	Outbox(ctx context.Context, slot guildhall.Slot, limit int) ([]Pending, error)
	// OutboxDone removes an accepted follow-up.
	OutboxDone(ctx context.Context, p Pending) error
	// Prune removes events that were committed before the time, and the batches below each log's cursor, a bounded number a call.
	Prune(ctx context.Context, before guildhall.Timestamp) error
}

// Query asks for a page of one part of a table. After and Before exclude themselves; "" is no bound.
type Query struct {
	Table   guildhall.Table
	Part    string
	After   string
	Before  string
	Reverse bool // from the highest down
	Limit   int  // above 0
}

// Stored is a row as kept, with the position that wrote it.
type Stored struct {
	guildhall.Row
	Position uint64
}

// Pending is a follow-up that waits to be accepted. Index is its place among the record's follow-ups.
type Pending struct {
	From     guildhall.Object
	Position uint64
	Index    int
	guildhall.FollowUp
}

// Claims are the names that are unique in the whole installation. A claim only routes; the object's owner decides.
type Claims interface {
	// Claim gives the name to the object if nobody has it, and returns who has it now.
	Claim(ctx context.Context, kind, key string, o guildhall.Object) (holder guildhall.Object, err error)
	// Claimed tells who has the name; the zero object for nobody.
	Claimed(ctx context.Context, kind, key string) (guildhall.Object, error)
	// Release frees the name if the object has it. It has no effect after it was answered, nor when the slot of the object
	// has changed hands meanwhile: the object may have claimed the name again.
	Release(ctx context.Context, kind, key string, o guildhall.Object) error
}
