package sqlite

import (
	"os"

	"golang.org/x/sys/windows"
)

const errLockHeld = windows.ERROR_LOCK_VIOLATION

// lockOffset lies beyond the pid: a locked range can't be read by others, and the pid is there for them to read.
const lockOffset = 1 << 30

func tryLock(file *os.File) error {
	at := &windows.Overlapped{Offset: lockOffset}
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}

func unlock(file *os.File) error {
	return windows.UnlockFileEx(windows.Handle(file.Fd()), 0, 1, 0, &windows.Overlapped{Offset: lockOffset})
}
