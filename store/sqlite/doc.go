// Package sqlite keeps everything in one SQLite file: the store of an installation of one process, without cgo.
//
// Log and projections are one transaction. A batch is committed by writing what its records say (events, heads, outbox,
// content) together with the log's new last batch; its bytes are not kept a second time. So the cursor of a log always
// equals its last batch, Tail has nothing to give, and Project finds its records done. protocol §8, "SQLite".
//
// One goroutine writes. It takes all writes that wait into one transaction, each inside a savepoint of its own, so that
// many callers share one sync and the failure of one is nobody else's. Reads run beside it on a few connections, each
// statement on the snapshot of the last commit. A database in memory has one connection, which reads and writes share.
//
// Durability: write-ahead log with synchronous=FULL, so that a commit returns when its bytes are synced. The writer moves
// the write-ahead log into the database whenever 1,000 pages wait, after it has answered; SQLite's own way of doing that,
// inside a commit, hides a sync that failed. An error of a commit that leaves its outcome open ends all writing until the
// process is started again, and so does one of moving the log: after a failed sync nobody knows which pages the disk has,
// and the next sync would say that all is well. A full disk is not such an error: that transaction has not happened, reads
// go on, and so do writes as soon as there is room. A start writes a log that was left once more, for the same reason.
package sqlite
