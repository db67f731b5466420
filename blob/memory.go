package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"
)

// Memory keeps blobs in memory, for development and tests.
type Memory struct {
	bytesMax int64 // fixed after NewMemory

	mu    sync.Mutex
	blobs map[string]inMap
	used  int64
}

type inMap struct {
	data []byte
	put  time.Time
}

var _ Store = (*Memory)(nil)

// NewMemory makes an empty store for bytesMax bytes in all. What doesn't fit is refused with ErrFull.
func NewMemory(bytesMax int64) *Memory {
	return &Memory{bytesMax: bytesMax, blobs: map[string]inMap{}}
}

// Put implements Store.
func (m *Memory) Put(ctx context.Context, key string, r io.Reader) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(r, m.bytesMax+1))
	if err != nil {
		return fmt.Errorf("put blob: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("put blob: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	used := m.used - int64(len(m.blobs[key].data)) + int64(len(data))
	if used > m.bytesMax {
		return fmt.Errorf("put blob: %w", ErrFull)
	}
	m.blobs[key], m.used = inMap{data, time.Now()}, used
	return nil
}

// Get implements Store.
func (m *Memory) Get(ctx context.Context, key string) (Blob, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.blobs[key]
	if !ok {
		return nil, ErrNotFound
	}
	return inMemory{bytes.NewReader(b.data)}, nil
}

// Copy implements Store. The bytes are there once, and counted twice.
func (m *Memory) Copy(_ context.Context, from, to string) error {
	if err := errors.Join(CheckKey(from), CheckKey(to)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	source, ok := m.blobs[from]
	if !ok {
		return ErrNotFound
	}
	used := m.used - int64(len(m.blobs[to].data)) + int64(len(source.data))
	if used > m.bytesMax {
		return fmt.Errorf("copy blob: %w", ErrFull)
	}
	m.blobs[to], m.used = inMap{source.data, time.Now()}, used
	return nil
}

// Delete implements Store.
func (m *Memory) Delete(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(key)
	return nil
}

func (m *Memory) remove(key string) {
	m.used -= int64(len(m.blobs[key].data))
	delete(m.blobs, key)
}

// DeleteStale implements Store.
func (m *Memory) DeleteStale(_ context.Context, key string, before time.Time) (bool, error) {
	if err := CheckKey(key); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.blobs[key]
	if !ok || !b.put.Before(before) {
		return false, nil
	}
	m.remove(key)
	return true, nil
}

// All implements Store.
func (m *Memory) All(context.Context) iter.Seq2[Entry, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	entries := make([]Entry, 0, len(m.blobs))
	for key, b := range m.blobs {
		entries = append(entries, Entry{key, b.put})
	}
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// Len is the number of blobs.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.blobs)
}
