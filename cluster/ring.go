package cluster

import (
	"context"
	"fmt"
	"sync"
	"time"

	"guildhall/store"
)

// ringInterval is how often a node asks whether the ring has changed. protocol §8
const ringInterval = time.Second

// ringTimeout bounds one read of the ring.
const ringTimeout = 2 * time.Second

// Ring is a node's view of the ring table: the newest that it has seen, never an older one.
type Ring struct {
	store store.Ring

	mu       sync.Mutex
	table    store.RingTable
	watchers map[int]func(store.RingTable)
	watcher  int
	// running is the version read under way, next the one that those wait for who came after it began.
	running, next *ringRead
}

type ringRead struct {
	done chan struct{}
	err  error
}

// NewRing makes the view of a ring table; it is empty until the first read.
func NewRing(s store.Ring) *Ring {
	return &Ring{store: s, watchers: make(map[int]func(store.RingTable))}
}

// Table gives the newest view. Its map is shared and must not be changed.
func (r *Ring) Table() store.RingTable {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.table
}

// Watch has see called with the present view and with each newer one, in order, until stop is called. see must not
// call back into the ring.
func (r *Ring) Watch(see func(store.RingTable)) (stop func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := r.watcher
	r.watcher++
	r.watchers[id] = see
	see(r.table)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.watchers, id)
	}
}

// Fresh returns once the view is at least as new as the table was at some moment after Fresh was called. One read is
// under way per node; all who come during it share the next.
// protocol §8 (c)
func (r *Ring) Fresh(ctx context.Context) (store.RingTable, error) {
	r.mu.Lock()
	if r.next == nil {
		r.next = &ringRead{done: make(chan struct{})}
	}
	read := r.next
	if r.running == nil {
		r.start()
	}
	r.mu.Unlock()
	select {
	case <-read.done:
		return r.Table(), read.err
	case <-ctx.Done():
		return store.RingTable{}, context.Cause(ctx)
	}
}

// start begins the next read; mu is held. The read has a deadline of its own, since many may wait for it, and the
// goroutine ends with it.
func (r *Ring) start() {
	r.running, r.next = r.next, nil
	read := r.running
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), ringTimeout)
		defer cancel()
		read.err = r.read(ctx)
		close(read.done)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running = nil
		if r.next != nil {
			r.start()
		}
	}()
}

func (r *Ring) read(ctx context.Context) error {
	version, err := r.store.RingVersion(ctx)
	if err != nil {
		return fmt.Errorf("read ring version: %w", err)
	}
	if version <= r.Table().Version {
		return nil
	}
	table, err := r.store.Ring(ctx)
	if err != nil {
		return fmt.Errorf("read ring: %w", err)
	}
	r.saw(table)
	return nil
}

func (r *Ring) saw(table store.RingTable) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if table.Version <= r.table.Version {
		return
	}
	r.table = table
	for _, see := range r.watchers {
		see(table)
	}
}

// Run keeps the view fresh until ctx ends.
func (r *Ring) Run(ctx context.Context) {
	tick := time.NewTicker(ringInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = r.Fresh(ctx) // the next tick tries again
		case <-ctx.Done():
			return
		}
	}
}
