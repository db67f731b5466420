package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockName is the file whose lock makes the folder one process's; it stays behind, unlocked, holding the last pid.
const lockName = "guildhall.lock"

// ErrInUse means that another process has the data folder open.
var ErrInUse = errors.New("data folder is in use")

// folderLock is held by an open file, so that it ends with the process, however that ends.
type folderLock struct{ file *os.File }

func lockFolder(dir string) (*folderLock, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := tryLock(file); err != nil {
		if errors.Is(err, errLockHeld) {
			err = fmt.Errorf("%w: %s is locked by process %s", ErrInUse, file.Name(), holder(file))
		} else {
			err = fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		return nil, errors.Join(err, file.Close())
	}
	if err := writePID(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &folderLock{file}, nil
}

func writePID(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func holder(file *os.File) string {
	b := make([]byte, 20)
	n, _ := file.ReadAt(b, 0) // what can't be read is shown as unknown
	if pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n]))); err == nil {
		return strconv.Itoa(pid)
	}
	return "unknown"
}

// release frees the folder; nil is allowed.
func (l *folderLock) release() error {
	if l == nil {
		return nil
	}
	return errors.Join(unlock(l.file), l.file.Close())
}
