package outbound

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrBusy is the cause where too many calls wait already.
var ErrBusy = errors.New("too many calls wait")

// gate bounds how many calls are under way, in all and to one host, and how many wait: a slow host holds up those alone who
// call it.
type gate struct {
	// fixed after newGate
	atOnce, perHost, waiting int

	mu      sync.Mutex
	running int            // guarded by mu
	hosts   map[string]int // calls under way, guarded by mu
	queue   []*waiter      // in the order in which they came, guarded by mu
}

type waiter struct {
	host string
	in   chan struct{} // closed when it may call
}

func newGate(atOnce, perHost, waiting int) *gate {
	return &gate{atOnce: atOnce, perHost: perHost, waiting: waiting, hosts: map[string]int{}}
}

// enter waits for a place until ctx ends. Who got one leaves it.
func (g *gate) enter(ctx context.Context, host string) error {
	g.mu.Lock()
	if g.free(host) {
		g.take(host)
		g.mu.Unlock()
		return nil
	}
	// No host may fill the queue for all others.
	ofHost := 0
	for _, w := range g.queue {
		if w.host == host {
			ofHost++
		}
	}
	if len(g.queue) >= g.waiting || ofHost >= (g.waiting+3)/4 {
		g.mu.Unlock()
		return ErrBusy
	}
	w := &waiter{host, make(chan struct{})}
	g.queue = append(g.queue, w)
	g.mu.Unlock()
	select {
	case <-w.in:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	i := slices.Index(g.queue, w)
	if i >= 0 {
		g.queue = slices.Delete(g.queue, i, i+1)
	}
	g.mu.Unlock()
	if i < 0 {
		g.leave(host) // let in at the last moment
	}
	return context.Cause(ctx)
}

// leave gives a place back, to the first who can use it.
func (g *gate) leave(host string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if g.hosts[host]--; g.hosts[host] == 0 {
		delete(g.hosts, host)
	}
	i := slices.IndexFunc(g.queue, func(w *waiter) bool { return g.free(w.host) })
	if i < 0 {
		return
	}
	w := g.queue[i]
	g.queue = slices.Delete(g.queue, i, i+1)
	g.take(w.host)
	close(w.in)
}

func (g *gate) free(host string) bool { return g.running < g.atOnce && g.hosts[host] < g.perHost }

func (g *gate) take(host string) {
	g.running++
	g.hosts[host]++
}
