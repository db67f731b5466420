package blob

import (
	"context"
	"fmt"
	"io"
)

// guarded is a store that asks before it takes something new.
type guarded struct {
	Store
	refuse func() error
}

// Guarded returns the store with refuse asked before each Put: what it says is told as ErrFull, and nothing is read.
func Guarded(s Store, refuse func() error) Store { return guarded{s, refuse} }

// Put implements Store.
func (g guarded) Put(ctx context.Context, key string, r io.Reader) error {
	if err := g.refuse(); err != nil {
		return fmt.Errorf("put blob: %w: %w", ErrFull, err)
	}
	return g.Store.Put(ctx, key, r)
}

// Copy implements Store. It asks too: where there are no links it takes as much room as the first.
func (g guarded) Copy(ctx context.Context, from, to string) error {
	if err := g.refuse(); err != nil {
		return fmt.Errorf("copy blob: %w: %w", ErrFull, err)
	}
	return g.Store.Copy(ctx, from, to)
}
