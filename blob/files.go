package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	// temporary holds what is being written; CheckKey lets no key begin with a dot.
	temporary = ".tmp"

	folderMode = 0o700
)

// Files keeps each blob in a file below one folder. Nothing outside can be reached, through symbolic links either.
type Files struct {
	root *os.Root // fixed after OpenFiles
	// placing is held for reading while a file comes to its place, and for writing while a stale one is removed: what has come
	// there meanwhile is not stale.
	placing sync.RWMutex
}

var _ Store = (*Files)(nil)

// OpenFiles makes the folder if there is none, and removes what an earlier process left half written.
func OpenFiles(folder string) (*Files, error) {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	err = errors.Join(root.RemoveAll(temporary), root.MkdirAll(temporary, folderMode), syncFolder(filepath.Dir(folder)))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open blobs: %w", err), root.Close())
	}
	return &Files{root: root}, nil
}

// Close lets the folder go.
func (f *Files) Close() error { return f.root.Close() }

// Put implements Store.
func (f *Files) Put(ctx context.Context, key string, r io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("put blob: %w", err)
	}
	name := temporary + "/" + rand.Text()
	if err := f.write(name, r); err != nil {
		return putError(errors.Join(err, ignoreMissing(f.root.Remove(name))))
	}
	if err := f.place(name, key); err != nil {
		return putError(err)
	}
	return nil
}

// place moves what was written to where it is found.
func (f *Files) place(name, key string) error {
	folder := path.Dir(key)
	if err := f.root.MkdirAll(folder, folderMode); err != nil {
		return errors.Join(err, f.root.Remove(name))
	}
	f.placing.RLock()
	err := f.root.Rename(name, key)
	f.placing.RUnlock()
	if err != nil {
		return errors.Join(err, f.root.Remove(name))
	}
	// A rename is lost with the power unless the folders are written, those that were just made included.
	for ; ; folder = path.Dir(folder) {
		if err := f.syncFolder(folder); err != nil {
			return err
		}
		if folder == "." {
			return nil
		}
	}
}

// Copy implements Store: both names lead to the same bytes on the disk, where the file system has such links.
func (f *Files) Copy(ctx context.Context, from, to string) error {
	if err := errors.Join(CheckKey(from), CheckKey(to)); err != nil {
		return err
	}
	name := temporary + "/" + rand.Text()
	err := f.root.Link(from, name)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	if err != nil {
		return f.copyBytes(ctx, from, to)
	}
	now := time.Now() // the time is that of the bytes, so that what they are a copy of is taken for new too
	if err := errors.Join(f.root.Chtimes(name, now, now), f.place(name, to)); err != nil {
		return putError(err)
	}
	// A rename does nothing where both lead to the same bytes already. POSIX rename()
	if err := ignoreMissing(f.root.Remove(name)); err != nil {
		return putError(err)
	}
	return nil
}

func (f *Files) copyBytes(ctx context.Context, from, to string) error {
	b, err := f.Get(ctx, from)
	if err != nil {
		return err
	}
	return errors.Join(f.Put(ctx, to, b), b.Close())
}

// putError makes a full disk known by the contract's name.
func putError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		err = fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("put blob: %w", err)
}

func (f *Files) write(name string, r io.Reader) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, r)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (f *Files) syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil // folders can't be synced there
	}
	d, err := f.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// syncFolder makes the folder's own name safe from a power loss, once, when it may have been made just now.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get implements Store.
func (f *Files) Get(ctx context.Context, key string) (Blob, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("get blob: %w", err)
	}
	file, err := f.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get blob: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("get blob: %w", err), file.Close())
	}
	if !info.Mode().IsRegular() {
		return nil, errors.Join(ErrNotFound, file.Close())
	}
	return inFile{file, info.Size()}, nil
}

// Delete implements Store.
func (f *Files) Delete(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if err := ignoreMissing(f.root.Remove(key)); err != nil {
		return fmt.Errorf("delete blob: %w", err)
	}
	return nil
}

// DeleteStale implements Store.
func (f *Files) DeleteStale(_ context.Context, key string, before time.Time) (bool, error) {
	if err := CheckKey(key); err != nil {
		return false, err
	}
	f.placing.Lock()
	defer f.placing.Unlock()
	info, err := f.root.Lstat(key)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || !info.ModTime().Before(before)) {
		return false, nil
	}
	if err == nil {
		err = f.root.Remove(key)
	}
	if err != nil {
		return false, fmt.Errorf("delete stale blob: %w", err)
	}
	return true, nil
}

// foldersMax bounds how deep All looks; keys are not that long.
const foldersMax = 16

// namesAtOnce bounds how many names of a folder are read at a time.
const namesAtOnce = 256

// All implements Store.
func (f *Files) All(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if _, err := f.walk(ctx, ".", foldersMax, func(e Entry) bool { return yield(e, nil) }); err != nil {
			yield(Entry{}, fmt.Errorf("list blobs: %w", err))
		}
	}
}

// walk visits the files below a folder; it tells whether to go on.
func (f *Files) walk(ctx context.Context, folder string, deep int, visit func(Entry) bool) (more bool, err error) {
	d, err := f.root.Open(folder)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for {
		names, err := d.ReadDir(namesAtOnce)
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return false, err
		}
		for _, n := range names {
			key := path.Join(folder, n.Name())
			if n.IsDir() && key != temporary && deep > 0 {
				if more, err := f.walk(ctx, key, deep-1, visit); !more || err != nil {
					return more, err
				}
				continue
			}
			info, err := n.Info()
			if err != nil || !info.Mode().IsRegular() {
				continue // it has gone meanwhile, or is none of ours
			}
			if !visit(Entry{key, info.ModTime()}) {
				return false, nil
			}
		}
	}
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

type inFile struct {
	*os.File
	size int64
}

func (f inFile) Size() int64 { return f.size }
