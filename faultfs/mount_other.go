//go:build !linux

package faultfs

// Mount is a disk that programs can see.
type Mount struct{}

// Mount is for Linux only.
func (d *Disk) Mount(string) (*Mount, error) { return nil, ErrUnavailable }

// Unmount is for Linux only.
func (m *Mount) Unmount() error { return ErrUnavailable }
