package calls

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
)

const (
	frameVersion = 1
	// underWayMax bounds the calls that one node answers at a time.
	underWayMax = 4096
)

// Network is the calls between nodes of one process. It carries each request as the bytes that would cross a wire, and
// the deadline as time left, so that nothing is shared by accident. Its zero value is ready.
type Network struct {
	mu    sync.RWMutex
	nodes map[string]*server // guarded by mu
}

var _ Caller = (*Network)(nil)

type server struct {
	handler  Handler
	underWay chan struct{}
}

// Serve has handler answer calls to the node, replacing an earlier one, until stop is called.
func (n *Network) Serve(node string, handler Handler) (stop func()) {
	s := &server{handler: handler, underWay: make(chan struct{}, underWayMax)}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.nodes == nil {
		n.nodes = make(map[string]*server)
	}
	n.nodes[node] = s
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.nodes[node] == s {
			delete(n.nodes, node)
		}
	}
}

// Call asks a node of this process.
func (n *Network) Call(ctx context.Context, node string, r Request) ([]byte, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil, ErrNoDeadline
	}
	n.mu.RLock()
	s := n.nodes[node]
	n.mu.RUnlock()
	if s == nil {
		return nil, fmt.Errorf("call %s at %q: %w", r.Method, node, ErrNoNode)
	}
	select {
	case s.underWay <- struct{}{}:
		defer func() { <-s.underWay }()
	default:
		return nil, fmt.Errorf("call %s at %q: %w", r.Method, node, ErrOverloaded)
	}
	return s.answer(ctx, appendRequest(nil, r, time.Until(deadline)))
}

// answer is the other side of the wire: it knows the frame and nothing else. The caller's ctx ends it only because a
// broken connection would.
func (s *server) answer(ctx context.Context, frame []byte) ([]byte, error) {
	r, left, err := decodeRequest(frame)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	return s.handler(ctx, r)
}

// appendRequest appends a frame: version, time left in microseconds, id, method with its length, body.
func appendRequest(b []byte, r Request, left time.Duration) []byte {
	b = append(b, frameVersion)
	b = binary.AppendVarint(b, left.Microseconds())
	b = append(b, r.ID[:]...)
	b = binary.AppendUvarint(b, uint64(len(r.Method)))
	b = append(b, r.Method...)
	return append(b, r.Body...)
}

func decodeRequest(b []byte) (r Request, left time.Duration, err error) {
	damaged := fmt.Errorf("damaged call frame of %d bytes", len(b))
	if len(b) == 0 || b[0] != frameVersion {
		return r, 0, damaged
	}
	micros, n := binary.Varint(b[1:])
	left = time.Duration(micros) * time.Microsecond
	if n <= 0 || len(b) < 1+n+len(r.ID) || left.Microseconds() != micros { // not so when it is too much for a Duration
		return r, 0, damaged
	}
	b = b[1+n:]
	copy(r.ID[:], b)
	b = b[len(r.ID):]
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return r, 0, damaged
	}
	r.Method = string(b[n : n+int(length)])
	r.Body = b[n+int(length):]
	return r, left, nil
}
