package faultfs

import (
	"maps"
	"slices"
	"sync"
	"syscall"
)

// The kinds of a file's mode, as stat(2) has them.
const (
	kindMask   = 0o170000
	kindFolder = 0o040000
	kindFile   = 0o100000
)

// Disk is a medium with a cache of writes in front of it. It outlives its mounts.
type Disk struct {
	mu     sync.Mutex
	root   *inode   // guarded by mu, as all below
	last   uint64   // the number of the newest inode
	moves  []move   // of names, in order, that are not on the medium
	size   int64    // in bytes; 0 is no bound
	used   int64    // by files that have a name
	off    bool     // without power
	faults []*Fault // that wait for requests
	seen   map[Operation]int
}

// inode is a file or a folder, known by any name or none.
type inode struct {
	id   uint64
	mode uint32
	name string // the last that it was given, for faults

	// Of a file: what programs see, what the medium has, and what happened in between.
	data, kept []byte
	pending    []change

	// Of a folder.
	entries, keptEntries map[string]*inode
}

func (i *inode) folder() bool { return i.mode&kindMask == kindFolder }

// change is a write or a new size.
type change struct {
	at   int64
	data []byte
	size int64 // of the file afterwards
	cut  bool  // or made longer, by truncate(2)
}

// NewDisk makes an empty disk without a bound on its size.
func NewDisk() *Disk {
	d := &Disk{seen: make(map[Operation]int)}
	d.root = d.newInode("", kindFolder|0o755)
	return d
}

func (d *Disk) newInode(name string, mode uint32) *inode {
	d.last++
	i := &inode{id: d.last, name: name, mode: mode}
	if i.folder() {
		i.entries, i.keptEntries = make(map[string]*inode), make(map[string]*inode)
	}
	return i
}

// Limit makes the disk so large that free bytes are left; below 0 there is no limit any more.
func (d *Disk) Limit(free int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.size = 0
	if free >= 0 {
		d.size = max(d.used+free, 1)
	}
}

// Used tells how many bytes the files have.
func (d *Disk) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used
}

// grow takes room for so many bytes more, or gives it back.
func (d *Disk) grow(bytes int64) syscall.Errno {
	if bytes > 0 && d.size > 0 && d.used+bytes > d.size {
		return syscall.ENOSPC
	}
	d.used += bytes
	return 0
}

func (d *Disk) lookup(dir *inode, name string) *inode {
	d.mu.Lock()
	defer d.mu.Unlock()
	return dir.entries[name]
}

// names lists a folder, sorted.
func (d *Disk) names(dir *inode) (names []string, inodes []*inode) {
	d.mu.Lock()
	defer d.mu.Unlock()
	names = slices.Sorted(maps.Keys(dir.entries))
	for _, name := range names {
		inodes = append(inodes, dir.entries[name])
	}
	return names, inodes
}

// make makes a file or folder; one that is there is an error.
func (d *Disk) make(dir *inode, name string, mode uint32) (*inode, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.off:
		return nil, syscall.EIO
	case dir.entries[name] != nil:
		return nil, syscall.EEXIST
	case d.size > 0 && d.used >= d.size:
		return nil, syscall.ENOSPC
	}
	made := d.newInode(name, mode)
	d.move(move{to: place{dir, name}, what: made})
	return made, 0
}

// remove takes a name away.
func (d *Disk) remove(dir *inode, name string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	what := dir.entries[name]
	switch {
	case d.off:
		return syscall.EIO
	case what == nil:
		return syscall.ENOENT
	case what.folder() && len(what.entries) > 0:
		return syscall.ENOTEMPTY
	}
	d.used -= int64(len(what.data))
	d.move(move{from: place{dir, name}, what: what})
	return 0
}

// rename gives a file another name, in the place of what had it.
func (d *Disk) rename(from, to place) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	what := from.dir.entries[from.name]
	switch was := to.dir.entries[to.name]; {
	case d.off:
		return syscall.EIO
	case what == nil:
		return syscall.ENOENT
	case was == what:
		return 0
	case was != nil && was.folder() && len(was.entries) > 0:
		return syscall.ENOTEMPTY
	case was != nil:
		d.used -= int64(len(was.data))
	}
	what.name = to.name
	d.move(move{from: from, to: to, what: what})
	return 0
}

func (d *Disk) read(i *inode, dest []byte, at int64) (int, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return 0, syscall.EIO
	}
	if at >= int64(len(i.data)) {
		return 0, 0
	}
	return copy(dest, i.data[at:]), 0
}

func (d *Disk) write(i *inode, data []byte, at int64) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	size := max(int64(len(i.data)), at+int64(len(data)))
	if errno := d.grow(size - int64(len(i.data))); errno != 0 {
		return errno
	}
	c := change{at: at, data: slices.Clone(data), size: size}
	i.data = c.apply(i.data)
	i.pending = append(i.pending, c)
	return 0
}

func (d *Disk) truncate(i *inode, size int64) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	if errno := d.grow(size - int64(len(i.data))); errno != 0 {
		return errno
	}
	c := change{size: size, cut: true}
	i.data = c.apply(i.data)
	i.pending = append(i.pending, c)
	return 0
}

// apply gives the content after the change.
func (c change) apply(content []byte) []byte {
	if c.cut {
		return resize(content, c.size)
	}
	content = resize(content, max(int64(len(content)), c.at+int64(len(c.data))))
	copy(content[c.at:], c.data)
	return content
}

// resize cuts content or fills it with zeros.
func resize(content []byte, size int64) []byte {
	if have := int64(len(content)); size > have {
		return append(content, make([]byte, size-have)...)
	}
	return content[:size]
}

// sync brings a file's content to the medium, or a folder's names.
func (d *Disk) sync(i *inode) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	if i.folder() {
		d.settle(i)
		return 0
	}
	for _, c := range i.pending {
		i.kept = c.apply(i.kept)
	}
	// What an earlier sync lost stays lost, but the size is right.
	i.kept = resize(i.kept, int64(len(i.data)))
	i.pending = nil
	return 0
}

// drop is a sync that failed: what waited for it will never be written.
func (d *Disk) drop(i *inode) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i.pending = nil
}

func (d *Disk) stat(i *inode) (mode uint32, size int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return i.mode, int64(len(i.data))
}

func (d *Disk) setMode(i *inode, permissions uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i.mode = i.mode&kindMask | permissions&^kindMask
}

// room is what statfs(2) tells.
func (d *Disk) room() (total, free int64) {
	const unbounded = 1 << 40
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size == 0 {
		return unbounded, unbounded - d.used
	}
	return d.size, max(d.size-d.used, 0)
}
