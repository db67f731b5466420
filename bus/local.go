package bus

import (
	"sync"
	"sync/atomic"
)

// queueMax bounds the publishes that wait for one node: at 1 KiB each some 16 MiB, far above what a node that keeps up
// ever has waiting. What overflows is dropped, and noticed by position.
const queueMax = 16 << 10

// Local is a bus inside one process. Its zero value is ready.
type Local struct {
	mu      sync.RWMutex
	nodes   map[string]*inbox // guarded by mu
	dropped atomic.Uint64
}

var _ Bus = (*Local)(nil)

type inbox struct {
	messages chan []byte
	stop     chan struct{}
	done     chan struct{}
}

// Publish copies the message into the node's queue, or drops it where that is full or the node unknown.
func (l *Local) Publish(node string, message []byte) {
	l.mu.RLock()
	in := l.nodes[node]
	l.mu.RUnlock()
	if in == nil {
		l.dropped.Add(1)
		return
	}
	select {
	case in.messages <- append([]byte(nil), message...):
	default:
		l.dropped.Add(1)
	}
}

// Subscribe replaces an earlier subscription of the node.
func (l *Local) Subscribe(node string, receive func([]byte)) (stop func()) {
	in := &inbox{messages: make(chan []byte, queueMax), stop: make(chan struct{}), done: make(chan struct{})}
	l.mu.Lock()
	if l.nodes == nil {
		l.nodes = make(map[string]*inbox)
	}
	l.nodes[node] = in
	l.mu.Unlock()
	go in.run(receive)
	return sync.OnceFunc(func() {
		l.mu.Lock()
		if l.nodes[node] == in {
			delete(l.nodes, node)
		}
		l.mu.Unlock()
		close(in.stop)
		<-in.done
	})
}

// Dropped counts the publishes that reached nobody.
func (l *Local) Dropped() uint64 { return l.dropped.Load() }

func (in *inbox) run(receive func([]byte)) {
	defer close(in.done)
	for {
		select {
		case m := <-in.messages:
			receive(m)
		case <-in.stop:
			return
		}
	}
}
