package sessions

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"guildhall/gateway"
)

const (
	// closeWait is how long the client may take to answer a close frame.
	closeWait = 2 * time.Second
	// writeTimeout is how long one write may take; a client that takes nothing for so long is given up, resumable.
	writeTimeout = 10 * time.Second
	// controlMax bounds the frames that wait beside a session's events, such as answers to heartbeats and pings: a client
	// that sends without ever reading is closed.
	controlMax = 64
)

// socket is one WebSocket. Its goroutine reads; writing is done by another one that exists only while there is
// something to write.
type socket struct {
	// Fixed after newSocket.
	server   *Server
	conn     net.Conn
	params   gateway.Params
	resumeAt string
	addr     netip.Addr // the client's
	// given works on a whole message that is no control frame and gives the close code for what was wrong with it, or 0. It is
	// handle, but for tests of what lies below it.
	given func(message) gateway.CloseCode

	// Owned by run.
	frames frameReader

	// closeSent is closed by the writer when the close frame is out, or can't be written.
	closeSent chan struct{}

	// Owned by the writer.
	streamBegun bool

	// asks has one for each request for all members that is under way.
	asks chan struct{}
	// wrote has one when something was written since it was last taken.
	wrote chan struct{}

	mu sync.Mutex
	// protocol is guarded by mu, because losing a session changes it.
	protocol connection
	// token is what the client identified with, until it is known to be good; guarded by mu.
	token string
	key   Socket        // guarded by mu; zero while it has no session
	extra []queuedFrame // guarded by mu; what waits beside the session's events
	// closing: a close frame waits or was sent, and nothing follows it; guarded by mu.
	closing bool
	writing bool // guarded by mu; a writer exists
	pending bool // guarded by mu; there is something for the writer
}

// queuedFrame is a frame that is no event of a session.
type queuedFrame struct {
	op      ws.OpCode
	payload []byte
	// code is set for the close frame.
	code gateway.CloseCode
}

func newSocket(s *Server, conn net.Conn, params gateway.Params, resumeAt string, early []byte) *socket {
	k := &socket{
		server: s, conn: conn, params: params, resumeAt: resumeAt, closeSent: make(chan struct{}),
		asks: make(chan struct{}, wholeAsksMax), wrote: make(chan struct{}, 1),
		protocol: newConnection(time.Now(), s.config.HeartbeatInterval, s.config.EnforceLimits),
	}
	k.given = func(m message) gateway.CloseCode { return k.handle(m.payload) }
	k.frames.from, k.frames.max = conn, gateway.ClientPayloadMax
	if len(early) > 0 {
		k.frames.from = io.MultiReader(bytes.NewReader(bytes.Clone(early)), conn)
	}
	return k
}

// run reads until the socket is closed. refused is a close code for what was wrong with its URL.
func (k *socket) run(refused error) {
	defer k.end()
	if refused != nil {
		k.close(codeOf(refused))
	} else {
		k.sendBytes(gateway.HelloPayload(k.server.config.HeartbeatInterval.Milliseconds()))
	}
	k.receive()
}

// receive takes messages until the socket is closed.
func (k *socket) receive() {
	for {
		m, code, err := k.read()
		switch {
		case err != nil && code == 0:
			return
		case err != nil:
			k.close(code)
			k.discard()
			return
		case m.op == ws.OpPing:
			k.queue(queuedFrame{op: ws.OpPong, payload: m.payload})
		case m.op == ws.OpPong, k.isClosing():
		default:
			if code := k.given(m); code != 0 {
				k.close(code)
				k.discard()
				return
			}
		}
	}
}

// read reads one message. Code says with what the socket is to be closed; 0 with an error that it is closed already.
func (k *socket) read() (message, gateway.CloseCode, error) {
	silent, err := k.setReadDeadline()
	if err != nil {
		return message{}, 0, err
	}
	m, err := k.frames.next()
	if err == nil {
		return m, 0, nil
	}
	var byClient closed
	if errors.As(err, &byClient) {
		k.release(byClient.code == gateway.CloseNormal || byClient.code == gateway.CloseGoingAway)
		k.close(byClient.code)
		k.awaitClose()
		return m, 0, err
	}
	var code gateway.CloseCode
	switch {
	case k.isClosing():
		return m, 0, err
	case errors.As(err, &code):
		return m, code, err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return m, silent, err
	}
	return m, 0, err
}

// setReadDeadline lets the next read wait as long as the client may be silent, and gives the code for when it is longer.
func (k *socket) setReadDeadline() (gateway.CloseCode, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	deadline, silent := k.protocol.deadline()
	if k.closing {
		deadline = time.Now().Add(closeWait)
	}
	return silent, k.conn.SetReadDeadline(deadline)
}

func (k *socket) isClosing() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closing
}

// awaitClose waits until the close frame is out.
func (k *socket) awaitClose() {
	timer := time.NewTimer(closeWait)
	defer timer.Stop()
	select {
	case <-k.closeSent:
	case <-timer.C:
	}
}

// discard reads and forgets what comes until the client has answered the close frame.
// RFC 6455 §7.1.1
func (k *socket) discard() {
	if err := k.conn.SetReadDeadline(time.Now().Add(closeWait)); err != nil {
		return
	}
	for {
		if _, err := io.CopyN(io.Discard, k.frames.from, k.frames.unread); err != nil {
			return
		}
		h, err := ws.ReadHeaderBuffer(k.frames.from, k.frames.header[:])
		if err != nil || h.OpCode == ws.OpClose {
			return
		}
		k.frames.unread = h.Length
	}
}

// end lets go of all that the socket had.
func (k *socket) end() {
	k.release(false)
	k.abort()
	s := k.server
	s.mu.Lock()
	delete(s.open, k)
	s.mu.Unlock()
}

// abort cuts the connection; run ends because of it.
func (k *socket) abort() { _ = k.conn.Close() }

// release gives the session back. ended: the client wants no more of it.
func (k *socket) release(ended bool) {
	k.mu.Lock()
	key := k.key
	k.key = Socket{}
	k.mu.Unlock()
	if key.Attach == 0 {
		return
	}
	s := k.server
	s.step(func(c *Core) {
		delete(s.sockets, key.Attach)
		c.Gone(time.Now(), key, ended)
	})
}

// dropped is told that the session is no longer this socket's.
func (k *socket) dropped(d Drop) {
	k.mu.Lock()
	if k.key != d.Socket {
		k.mu.Unlock()
		return
	}
	k.key = Socket{}
	k.token = ""
	k.protocol.lost(time.Now())
	k.mu.Unlock()
	if d.Invalid {
		// The socket stays open: the client may identify anew on it.
		k.send(gateway.InvalidSessionPayload)
		return
	}
	k.close(d.Code)
}

func (k *socket) send(payload string)      { k.sendBytes([]byte(payload)) }
func (k *socket) sendBytes(payload []byte) { k.queue(queuedFrame{op: ws.OpText, payload: payload}) }

// close sends a close frame after what waits, once.
func (k *socket) close(code gateway.CloseCode) {
	k.mu.Lock()
	if k.closing {
		k.mu.Unlock()
		return
	}
	k.closing = true
	k.extra = append(k.extra, queuedFrame{op: ws.OpClose, code: code})
	_ = k.conn.SetReadDeadline(time.Now().Add(closeWait)) // fails only on a closed connection, whose reader ends anyway
	k.mu.Unlock()
	k.server.metrics.closed(code)
	// The session waits for its client from now on, not only when the client has answered.
	k.release(false)
	k.wake()
}

func (k *socket) queue(f queuedFrame) {
	k.mu.Lock()
	if k.closing {
		k.mu.Unlock()
		return
	}
	full := len(k.extra) >= controlMax
	if !full {
		k.extra = append(k.extra, f)
	}
	k.mu.Unlock()
	if full {
		k.abort()
		return
	}
	k.wake()
}

// wake sees to it that a writer looks for what there is to write.
func (k *socket) wake() {
	k.mu.Lock()
	k.pending = true
	start := !k.writing
	k.writing = true
	k.mu.Unlock()
	if start {
		k.server.running.Go(k.write)
	}
}

func codeOf(err error) gateway.CloseCode {
	var code gateway.CloseCode
	if errors.As(err, &code) {
		return code
	}
	return gateway.CloseUnknownError
}
