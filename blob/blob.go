// Package blob is the contract by which pictures and files are kept, with an implementation in files and one in memory.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

var (
	// ErrNotFound means that there is no such blob.
	ErrNotFound = errors.New("no such blob")
	// ErrKey means that a key is not of the form that CheckKey asks for.
	ErrKey = errors.New("not a blob key")
	// ErrFull means that there is no room for the blob.
	ErrFull = errors.New("no room for blob")
)

// Store keeps blobs. Its methods may block until ctx ends and are safe for several goroutines. Keys are checked: ErrKey.
type Store interface {
	// Put keeps all that r gives. Until it returns nil, readers see what was there before, and so they do after an error
	// or a crash; afterwards they see all of it, also after a loss of power.
	Put(ctx context.Context, key string, r io.Reader) error
	// Get opens a blob; ErrNotFound. The caller closes it. It stays whole when the blob is replaced or deleted meanwhile.
	Get(ctx context.Context, key string) (Blob, error)
	// Copy makes another name for what a blob holds now, which stays when the first is deleted; ErrNotFound.
	Copy(ctx context.Context, from, to string) error
	// Delete removes a blob; one that isn't there is no error.
	Delete(ctx context.Context, key string) error
	// DeleteStale removes a blob unless it was put, or made a copy, at before or later, and tells whether it did. No Put can be
	// undone by it that ends after it began.
	DeleteStale(ctx context.Context, key string, before time.Time) (bool, error)
	// All goes through the blobs, in no order; those that come or go meanwhile may be left out. It ends after an error.
	All(ctx context.Context) iter.Seq2[Entry, error]
}

// Entry is what All tells of a blob.
type Entry struct {
	Key string
	// Put is when it was last written.
	Put time.Time
}

// Blob is an open blob.
type Blob interface {
	io.ReadSeekCloser
	// Size is its length in bytes.
	Size() int64
}

const keyBytesMax = 255

// CheckKey returns ErrKey unless key is words of letters, digits, '-', '_' and '.' with slashes between, none of which
// begins with a dot. So no key leads out of a folder, and temporary files can't be named.
func CheckKey(key string) error {
	if len(key) == 0 || len(key) > keyBytesMax {
		return fmt.Errorf("%w: %d bytes", ErrKey, len(key))
	}
	for word := range strings.SplitSeq(key, "/") {
		if word == "" || word[0] == '.' || strings.IndexFunc(word, notInKey) >= 0 {
			return fmt.Errorf("%w: %q", ErrKey, key)
		}
	}
	return nil
}

func notInKey(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		return false
	}
	return true
}
