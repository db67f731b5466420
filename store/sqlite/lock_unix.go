//go:build unix

package sqlite

import (
	"os"

	"golang.org/x/sys/unix"
)

const errLockHeld = unix.EWOULDBLOCK

// tryLock takes flock(2), which belongs to the open file: a second opening in the same process is refused too.
func tryLock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}

// unlock frees what tryLock took. Closing is not enough: a child process that is just being started holds the open file, too,
// until it runs a program.
func unlock(file *os.File) error {
	return unix.Flock(int(file.Fd()), unix.LOCK_UN)
}
