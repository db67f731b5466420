package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// walBytesMax is when the write-ahead log is moved into the database: 1,000 pages, SQLite's own default.
	// sqlite.org/fileformat2.html#the_write_ahead_log
	walBytesMax = 32 + 1000*(24+4096)

	checkpointSQL = "PRAGMA wal_checkpoint(PASSIVE)"
)

// checkpoint moves a long write-ahead log into the database. SQLite would do so by itself inside a commit, and tell nobody
// when a sync of it fails.
func (db *DB) checkpoint(c *conn) {
	if db.wal == "" || db.Err() != nil {
		return
	}
	// journal_size_limit cuts the file to walBytesMax when it is begun anew, so that longer means that it is due.
	if info, err := os.Stat(db.wal); err != nil || info.Size() <= walBytesMax {
		return // a file that is not there has nothing to move
	}
	err := c.query(checkpointSQL, 3, func([]driver.Value) error { return nil })
	if err != nil && fatal(err) {
		db.fail(fmt.Errorf("checkpoint: %w", err))
	}
}

// rewriteWAL writes the bytes of a write-ahead log that a process before left to the same place again, and syncs them.
//
// A sync that failed there may have left bytes in the kernel's cache that the disk does not have and that no later sync
// writes, because the kernel takes them for written. That process has ended, as it must, but this one reads the cache: it
// would find a batch complete that the disk does not have, and add others behind it, which a power loss would then take
// away with it.
func rewriteWAL(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = rewrite(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the write-ahead log again: %w", err)
	}
	return nil
}

func rewrite(file *os.File) error {
	const piece = 1 << 20
	buffer := make([]byte, piece)
	for at := int64(0); ; {
		n, err := file.ReadAt(buffer, at)
		if err != nil && err != io.EOF {
			return err
		}
		if n == 0 {
			break
		}
		if _, err := file.WriteAt(buffer[:n], at); err != nil {
			return err
		}
		at += int64(n)
	}
	return file.Sync()
}
