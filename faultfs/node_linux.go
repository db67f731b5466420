package faultfs

import (
	"context"
	"strings"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// mapped tells whether programs map the file into memory, which needs the kernel's page cache. All others are read and
// written without it, so that every request comes to the disk, and can fail there. SQLite maps the index of its
// write-ahead log only, which it makes anew at each start.
func mapped(name string) bool { return strings.HasSuffix(name, "-shm") }

// node is an inode as the kernel knows it.
type node struct {
	fs.Inode
	disk  *Disk
	inode *inode
}

var (
	_ fs.NodeLookuper  = (*node)(nil)
	_ fs.NodeReaddirer = (*node)(nil)
	_ fs.NodeGetattrer = (*node)(nil)
	_ fs.NodeSetattrer = (*node)(nil)
	_ fs.NodeCreater   = (*node)(nil)
	_ fs.NodeMkdirer   = (*node)(nil)
	_ fs.NodeUnlinker  = (*node)(nil)
	_ fs.NodeRmdirer   = (*node)(nil)
	_ fs.NodeRenamer   = (*node)(nil)
	_ fs.NodeOpener    = (*node)(nil)
	_ fs.NodeReader    = (*node)(nil)
	_ fs.NodeWriter    = (*node)(nil)
	_ fs.NodeFlusher   = (*node)(nil)
	_ fs.NodeFsyncer   = (*node)(nil)
	_ fs.NodeStatfser  = (*node)(nil)
)

func (n *node) child(ctx context.Context, i *inode, out *fuse.EntryOut) *fs.Inode {
	n.attributes(i, &out.Attr)
	mode, _ := n.disk.stat(i)
	return n.NewInode(ctx, &node{disk: n.disk, inode: i}, fs.StableAttr{Mode: mode & kindMask, Ino: i.id})
}

func (n *node) attributes(i *inode, out *fuse.Attr) {
	const block = 512 // stat(2)
	mode, size := n.disk.stat(i)
	out.Ino, out.Mode, out.Size, out.Nlink = i.id, mode, uint64(size), 1
	out.Blocks = (out.Size + block - 1) / block
	out.Blksize = sectorLarge
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	i := n.disk.lookup(n.inode, name)
	if i == nil {
		return nil, syscall.ENOENT
	}
	return n.child(ctx, i, out), 0
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	names, inodes := n.disk.names(n.inode)
	list := make([]fuse.DirEntry, len(names))
	for k, name := range names {
		mode, _ := n.disk.stat(inodes[k])
		list[k] = fuse.DirEntry{Name: name, Mode: mode & kindMask, Ino: inodes[k].id}
	}
	return fs.NewListDirStream(list), 0
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.attributes(n.inode, &out.Attr)
	return 0
}

func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if mode, ok := in.GetMode(); ok {
		n.disk.setMode(n.inode, mode)
	}
	if size, ok := in.GetSize(); ok {
		if errno := n.disk.truncate(n.inode, int64(size)); errno != 0 {
			return errno
		}
	}
	n.attributes(n.inode, &out.Attr)
	return 0
}

func (n *node) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	made, errno := n.make(ctx, name, kindFile|mode&^kindMask, out)
	return made, nil, openFlags(name), errno
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.make(ctx, name, kindFolder|mode&^kindMask, out)
}

func (n *node) make(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if f := n.disk.meet(Create, name); f.Err != 0 {
		return nil, f.Err
	}
	made, errno := n.disk.make(n.inode, name, mode)
	if errno != 0 {
		return nil, errno
	}
	return n.child(ctx, made, out), 0
}

func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	return n.disk.remove(n.inode, name)
}

func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	return n.disk.remove(n.inode, name)
}

func (n *node) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	into, ok := to.(*node)
	if !ok || flags != 0 {
		return syscall.EINVAL
	}
	if f := n.disk.meet(Rename, newName); f.Err != 0 {
		return f.Err
	}
	return n.disk.rename(place{n.inode, name}, place{into.inode, newName})
}

func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if flags&syscall.O_TRUNC != 0 {
		if errno := n.disk.truncate(n.inode, 0); errno != 0 {
			return nil, 0, errno
		}
	}
	return nil, openFlags(n.disk.nameOf(n.inode)), 0
}

func openFlags(name string) uint32 {
	if mapped(name) {
		return 0
	}
	return fuse.FOPEN_DIRECT_IO
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	if f := n.disk.meet(Read, n.disk.nameOf(n.inode)); f.Err != 0 {
		return nil, f.Err
	}
	length, errno := n.disk.read(n.inode, dest, at)
	return fuse.ReadResultData(dest[:length]), errno
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, at int64) (uint32, syscall.Errno) {
	f := n.disk.meet(Write, n.disk.nameOf(n.inode))
	if f.Err != 0 {
		return 0, f.Err
	}
	if f.Short && len(data) > 1 {
		data = data[:len(data)/2]
	}
	if errno := n.disk.write(n.inode, data, at); errno != 0 {
		return 0, errno
	}
	return uint32(len(data)), 0
}

// Flush is called when a program closes the file, which syncs nothing.
func (n *node) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }

// Fsync is called for files and, without a file, for folders.
func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	operation := Sync
	if mode, _ := n.disk.stat(n.inode); mode&kindMask == kindFolder {
		operation = SyncFolder
	}
	if f := n.disk.meet(operation, n.disk.nameOf(n.inode)); f.Err != 0 || f.Lost {
		n.disk.drop(n.inode)
		return f.Err
	}
	return n.disk.sync(n.inode)
}

func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	const block, files = 4096, 1 << 20
	total, free := n.disk.room()
	out.Bsize, out.Frsize, out.NameLen = block, block, 255
	out.Blocks, out.Bfree, out.Bavail = uint64(total/block), uint64(free/block), uint64(free/block)
	out.Files, out.Ffree = files, files
	return 0
}
