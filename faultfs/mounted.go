package faultfs

import (
	"errors"
	"os"
	"testing"
)

// requiredVariable, when it is set, makes tests that need a mount fail where there can be none, instead of being skipped.
const requiredVariable = "FAULTFS_REQUIRED"

// Mounted mounts the disk for a test, or skips the test where that is not possible. The mount ends with the test, if it
// has not ended before.
func Mounted(t testing.TB, d *Disk, dir string) *Mount {
	t.Helper()
	m, err := d.Mount(dir)
	if errors.Is(err, ErrUnavailable) && os.Getenv(requiredVariable) == "" {
		t.Skipf("NOT RUN, power losses and failing disks need FUSE (root, /dev/fuse): %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return m
}
