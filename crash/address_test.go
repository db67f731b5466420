package crash_test

import (
	"context"
	"sync"
	"time"
)

// retryPause is how long a client waits before it asks the same server again that just failed to answer.
const retryPause = 20 * time.Millisecond

// address is where the server is just now; it moves with every start.
type address struct {
	mu      sync.Mutex
	url     string        // guarded by mu; empty while there is no server
	changed chan struct{} // guarded by mu; closed at the next change
}

func newAddress() *address { return &address{changed: make(chan struct{})} }

func (a *address) set(url string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.url = url
	close(a.changed)
	a.changed = make(chan struct{})
}

func (a *address) look() (url string, changed <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.url, a.changed
}

// get waits until there is a server.
func (a *address) get(ctx context.Context) (string, error) {
	for {
		url, changed := a.look()
		if url != "" {
			return url, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// pause waits until the server has moved, a little at most.
func (a *address) pause(ctx context.Context) {
	_, changed := a.look()
	timer := time.NewTimer(retryPause)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
	}
}
