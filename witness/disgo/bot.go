package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/disgoorg/disgo"
	"github.com/disgoorg/disgo/bot"
	"github.com/disgoorg/disgo/cache"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/disgo/rest"
	"github.com/gorilla/websocket"
)

const (
	// eventTimeout is how long a dispatch may take to reach the second bot.
	eventTimeout = 5 * time.Second
	// reconnectTimeout is how long a cut session may take to come back.
	reconnectTimeout = 15 * time.Second
	// openTimeout bounds logging in.
	openTimeout = 10 * time.Second
)

// actor is a client and every event that it has told of.
type actor struct {
	bot.Client

	mu     sync.Mutex
	heard  []bot.Event   // guarded by mu
	grown  chan struct{} // guarded by mu; closed and replaced when heard grows
	socket *cuttableConn // guarded by mu; the newest connection
}

// newActor prepares a client without opening it.
func newActor(w world, token string, intents gateway.Intents) (*actor, error) {
	a := &actor{grown: make(chan struct{})}
	client, err := disgo.New(token,
		bot.WithRestClientConfigOpts(rest.WithURL(w.url+"/api/v10")),
		bot.WithGatewayConfigOpts(
			gateway.WithIntents(intents),
			gateway.WithCompress(true),
			gateway.WithEnableRawEvents(true), // the library makes no event of RESUMED
			gateway.WithDialer(&websocket.Dialer{HandshakeTimeout: openTimeout, NetDialContext: a.dial}),
		),
		bot.WithCacheConfigOpts(cache.WithCaches(cache.FlagsAll)),
		bot.WithEventListeners(a),
	)
	a.Client = client
	return a, err
}

func (a *actor) open() error {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	if err := a.OpenGateway(ctx); err != nil {
		return err
	}
	return expect(a, 0, openTimeout, func(*events.GuildsReady) bool { return true })
}

// OnEvent keeps an event. The library calls it for one after the other.
func (a *actor) OnEvent(e bot.Event) {
	if raw, ok := e.(*events.Raw); ok {
		d := &dispatch{Raw: raw}
		d.data, d.err = io.ReadAll(raw.Payload)
		e = d
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard = append(a.heard, e)
	close(a.grown)
	a.grown = make(chan struct{})
}

// dispatch is an event as it came: the library makes none of some, and of others one without what it came with.
type dispatch struct {
	*events.Raw
	data []byte
	err  error
}

// came waits for a dispatch with these fields.
func (a *actor) came(kind gateway.EventType, fields map[string]string) error {
	return sees(a, func(d *dispatch) bool {
		var got map[string]any
		if d.EventType != kind || d.err != nil || json.Unmarshal(d.data, &got) != nil {
			return false
		}
		for name, want := range fields {
			if fmt.Sprint(got[name]) != want {
				return false
			}
		}
		return true
	})
}

// mark is the position after the newest event.
func (a *actor) mark() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.heard)
}

func (a *actor) since(mark int) []bot.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.heard[mark:len(a.heard):len(a.heard)]
}

// decoded are the dispatches of which the library has made an event of its own: it tells of each as it came, and then of what
// it made of it.
func decoded(actors ...*actor) []string {
	kinds := map[string]bool{}
	for _, a := range actors {
		var kind string
		for _, e := range a.since(0) {
			if raw, ok := e.(*dispatch); ok {
				kind = string(raw.EventType)
			} else if kind != "" {
				kinds[kind] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

// sees waits for an event of a type, past ones included.
func sees[E bot.Event](a *actor, match func(E) bool) error {
	return expect(a, 0, eventTimeout, match)
}

// first is sees that hands over the event.
func first[E bot.Event](a *actor, match func(E) bool) (E, error) {
	var found E
	return found, expect(a, 0, eventTimeout, func(e E) bool {
		if !match(e) {
			return false
		}
		found = e
		return true
	})
}

// expect waits for an event of a type from mark on.
func expect[E bot.Event](a *actor, mark int, limit time.Duration, match func(E) bool) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	others := 0
	for {
		a.mu.Lock()
		news, grown := a.heard[mark:], a.grown
		a.mu.Unlock()
		mark += len(news)
		for _, e := range news {
			if typed, ok := e.(E); ok {
				if match(typed) {
					return nil
				}
				others++
			}
		}
		select {
		case <-grown:
		case <-deadline.C:
			var want E
			return fmt.Errorf("no matching %T within %v (%d others of that type)", want, limit, others)
		}
	}
}

func (a *actor) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &cuttableConn{TCPConn: conn.(*net.TCPConn), ended: make(chan struct{})}
	a.mu.Lock()
	a.socket = c
	a.mu.Unlock()
	return c, nil
}

func (a *actor) connection() *cuttableConn {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.socket
}

// cuttableConn is a TCP connection that can be made deaf and then cut, as a
// network does it: the library must not take it for its own doing.
type cuttableConn struct {
	*net.TCPConn

	mu    sync.Mutex
	deaf  bool // guarded by mu
	ended chan struct{}
	once  sync.Once
}

func (c *cuttableConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	c.mu.Lock()
	deaf := c.deaf
	c.mu.Unlock()
	if deaf {
		<-c.ended
		return 0, syscall.ECONNRESET
	}
	return n, err
}

func (c *cuttableConn) Close() error {
	c.once.Do(func() { close(c.ended) })
	return c.TCPConn.Close()
}

// stopReading leaves everything that the server sends from now on unread.
func (c *cuttableConn) stopReading() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = true
}

// cut resets the connection: with linger 0 the kernel sends RST.
func (c *cuttableConn) cut() error {
	if err := c.SetLinger(0); err != nil {
		return err
	}
	return c.Close()
}
