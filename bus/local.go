package bus

import (
	"sync"
	"sync/atomic"
)

const (
	// queueMax bounds the publishes that wait for one node, far above what a node that keeps up ever has waiting. What
	// overflows is dropped, and noticed by position.
	queueMax = 16 << 10
	// queueBytesMax bounds their bytes: 4 KiB each, several times a usual publish. A few records are much longer.
	queueBytesMax = 64 << 20
)

// Local is a bus inside one process. Its zero value is ready.
type Local struct {
	mu      sync.RWMutex
	nodes   map[string]*inbox // guarded by mu
	dropped atomic.Uint64
}

var _ Bus = (*Local)(nil)

type inbox struct {
	messages chan []byte
	bytes    atomic.Int64 // of what is in messages
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
	if !in.put(message) {
		l.dropped.Add(1)
	}
}

func (in *inbox) put(message []byte) bool {
	size := int64(len(message))
	if in.bytes.Add(size) <= queueBytesMax {
		select {
		case in.messages <- append([]byte(nil), message...):
			return true
		default:
		}
	}
	in.bytes.Add(-size)
	return false
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
			in.bytes.Add(-int64(len(m)))
			receive(m)
		case <-in.stop:
			return
		}
	}
}
