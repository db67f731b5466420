package faultfs

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

const (
	// writeMost is the largest write that the kernel hands over in one piece.
	writeMost = 128 << 10
	// remembered is how long the kernel may keep names and attributes: it is the only one that changes them.
	remembered = time.Second
)

// Mount is a disk that programs can see.
type Mount struct {
	dir    string
	server *fuse.Server
	once   func() error
}

// Mount puts the disk into an empty folder, with its power on. It returns ErrUnavailable where this process can't mount.
func (d *Disk) Mount(dir string) (*Mount, error) {
	if _, err := os.Stat("/dev/fuse"); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	d.mu.Lock()
	d.off = false
	d.mu.Unlock()
	seconds := remembered
	server, err := fs.Mount(dir, &node{disk: d, inode: d.root}, &fs.Options{
		EntryTimeout: &seconds, AttrTimeout: &seconds, RootStableAttr: &fs.StableAttr{Ino: d.root.id, Mode: kindFolder},
		MountOptions: fuse.MountOptions{
			// root needs no fusermount, and a container may have none.
			DirectMount: true, FsName: "guildhall-faultfs", Name: "faultfs", MaxWrite: writeMost, DisableXAttrs: true,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	m := &Mount{dir: dir, server: server}
	m.once = sync.OnceValue(m.unmount)
	return m, nil
}

// Unmount takes the disk away, once. A process that still has a file of it open keeps its view of it.
func (m *Mount) Unmount() error { return m.once() }

func (m *Mount) unmount() error {
	err := m.server.Unmount()
	if err != nil {
		if detachErr := unix.Unmount(m.dir, unix.MNT_DETACH); detachErr != nil {
			return fmt.Errorf("unmount: %w", errors.Join(err, detachErr))
		}
	}
	m.server.Wait()
	return nil
}
