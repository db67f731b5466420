package faultfs

import (
	"path"
	"slices"
	"syscall"
	"time"
)

// Operation is what a program asks of the file system.
type Operation string

// The operations that can fail.
const (
	Read       Operation = "read"
	Write      Operation = "write"
	Sync       Operation = "sync" // of a file
	SyncFolder Operation = "sync folder"
	Create     Operation = "create" // of a file or folder
	Rename     Operation = "rename"
)

// Fault is what goes wrong with some requests of one operation.
type Fault struct {
	Operation Operation
	// File is a pattern of path.Match for the file's name without its folder; empty for every file.
	File string
	// After is how many requests pass before the first is hit, Times how many are hit; 0 is all.
	After, Times int
	// Err is what the request is answered; 0 for none, when it is only late or short.
	Err syscall.Errno
	// Lost has a sync say that all is well and bring nothing to the medium, ever.
	Lost bool
	// Short has a write take only the first half of what it was given.
	Short bool
	// Delay is how long the request takes.
	Delay time.Duration

	met int // requests so far; guarded by Disk.mu
}

// Inject lets things go wrong from now on, until remove is called. Of several that fit the first counts.
func (d *Disk) Inject(f Fault) (remove func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	injected := &f
	d.faults = append(d.faults, injected)
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.faults = slices.DeleteFunc(d.faults, func(one *Fault) bool { return one == injected })
	}
}

// Count tells how many requests of an operation there were.
func (d *Disk) Count(o Operation) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen[o]
}

// meet tells what goes wrong with a request, after it took the time that it shall take.
func (d *Disk) meet(o Operation, name string) Fault {
	f := d.faultFor(o, name)
	if f.Delay > 0 {
		time.Sleep(f.Delay)
	}
	return f
}

func (d *Disk) faultFor(o Operation, name string) Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen[o]++
	for _, f := range d.faults {
		if matches, _ := path.Match(f.File, name); f.Operation != o || f.File != "" && !matches {
			continue
		}
		f.met++
		if f.met > f.After && (f.Times == 0 || f.met <= f.After+f.Times) {
			return *f
		}
	}
	return Fault{}
}

// nameOf gives the name that faults know a file by.
func (d *Disk) nameOf(i *inode) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return i.name
}
