package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// eventTimeout is how long a dispatch may take to reach the second bot. On an
// idle machine it takes milliseconds; the rest is room for a loaded one.
const eventTimeout = 5 * time.Second

// reconnectTimeout is how long a cut session may take to come back: libraries
// pause for a second or more before they try.
const reconnectTimeout = 15 * time.Second

// bot is a discordgo session, every dispatch it has received and the TCP
// connection underneath.
type bot struct {
	*discordgo.Session

	mu     sync.Mutex
	log    []*discordgo.Event // guarded by mu
	grown  chan struct{}      // guarded by mu; closed and replaced when log grows
	socket *cuttableConn      // guarded by mu; the newest connection
}

// newBot prepares a session without opening it. token carries its prefix.
func newBot(token string) (*bot, error) {
	s, err := discordgo.New(token)
	if err != nil {
		return nil, err
	}
	b := &bot{Session: s, grown: make(chan struct{})}
	s.SyncEvents = true                                                           // else discordgo hands events over in any order
	s.Identify.Intents = discordgo.IntentsAll | discordgo.IntentGuildMessagePolls // which is not among "all"
	s.Dialer = &websocket.Dialer{
		HandshakeTimeout: 10 * time.Second,
		NetDialContext:   b.dial,
	}
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { b.append(e) })
	return b, nil
}

func openBot(token string) (*bot, error) {
	b, err := newBot(token)
	if err != nil {
		return nil, err
	}
	return b, b.Open()
}

func (b *bot) close() {
	b.ShouldReconnectOnError = false
	_ = b.Close() // the checks are done; the process ends next
}

func (b *bot) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c := &cuttableConn{TCPConn: conn.(*net.TCPConn), closed: make(chan struct{})}
	b.mu.Lock()
	b.socket = c
	b.mu.Unlock()
	return c, nil
}

func (b *bot) append(e *discordgo.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, e)
	close(b.grown)
	b.grown = make(chan struct{})
}

// events returns what has come since mark, the number to pass next time, and a
// channel that closes when more has come.
func (b *bot) events(mark int) ([]*discordgo.Event, int, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log[mark:len(b.log):len(b.log)], len(b.log), b.grown
}

// mark is the position after the newest event.
func (b *bot) mark() int {
	_, n, _ := b.events(0)
	return n
}

// expect waits for a dispatch of the given type whose decoded value satisfies
// match. It looks at past events too, so an event cannot be missed by coming
// before the response to the call that caused it.
func expect[T any](b *bot, kind string, match func(T) bool) (T, error) {
	return expectFrom(b, 0, kind, match)
}

// expectAfter is expect for what comes after mark: for states that have been
// true before.
func expectAfter[T any](b *bot, mark int, kind string, match func(T) bool) error {
	_, err := expectFrom(b, mark, kind, match)
	return err
}

func expectFrom[T any](b *bot, mark int, kind string, match func(T) bool) (T, error) {
	seen := 0
	e, err := b.wait(mark, eventTimeout, func(e *discordgo.Event) bool {
		if e.Type != kind {
			return false
		}
		seen++
		v, ok := e.Struct.(T)
		return ok && match(v)
	})
	if err != nil {
		var zero T
		return zero, fmt.Errorf("no matching %s %w (%d others of that type)", kind, err, seen)
	}
	return e.Struct.(T), nil
}

// wait returns the first event from mark on that matches.
func (b *bot) wait(mark int, limit time.Duration, match func(*discordgo.Event) bool) (*discordgo.Event, error) {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	for {
		events, next, grown := b.events(mark)
		mark = next
		for _, e := range events {
			if match(e) {
				return e, nil
			}
		}
		select {
		case <-grown:
		case <-deadline.C:
			return nil, fmt.Errorf("within %v", limit)
		}
	}
}

// cuttableConn is a TCP connection that can be made deaf and then cut without
// a closing handshake, as a network does it.
type cuttableConn struct {
	*net.TCPConn

	mu     sync.Mutex
	deaf   bool // guarded by mu
	closed chan struct{}
	once   sync.Once
}

func (c *cuttableConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	c.mu.Lock()
	deaf := c.deaf
	c.mu.Unlock()
	if deaf {
		<-c.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *cuttableConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.TCPConn.Close()
}

// stopReading leaves everything the server sends from now on unread.
func (c *cuttableConn) stopReading() {
	c.mu.Lock()
	c.deaf = true
	c.mu.Unlock()
}

// cut resets the connection: with linger 0 the kernel sends RST.
func (c *cuttableConn) cut() error {
	if err := c.SetLinger(0); err != nil {
		return err
	}
	return c.Close()
}
