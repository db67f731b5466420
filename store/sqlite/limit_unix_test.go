//go:build unix

package sqlite_test

import (
	"os/signal"

	"golang.org/x/sys/unix"
)

// limitFileSize makes every write beyond the size fail with EFBIG, for the whole process; 0 asks if that is possible.
func limitFileSize(bytes int64) error {
	if bytes == 0 {
		return nil
	}
	signal.Ignore(unix.SIGXFSZ)
	return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)})
}
