package sessions_test

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"guildhall/gateway"
	"guildhall/sessions"
)

// pipes is a listener whose connections are in memory, so that a whole server runs on synctest's clock.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.done)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// timed is a client whose frames come on a channel.
type timed struct {
	conn   net.Conn
	frames chan payload
	// ended has the close code and when it came.
	ended chan gateway.CloseCode
}

func (c *timed) send(t *testing.T, text string) {
	t.Helper()
	frame := []byte{0x81, 0x80 | 126, byte(len(text) >> 8), byte(len(text)), 0, 0, 0, 0}
	if _, err := c.conn.Write(append(frame, text...)); err != nil {
		t.Error(err)
	}
}

// inBubble runs a test with a server and one client on a clock of its own.
func inBubble(t *testing.T, test func(t *testing.T, w *world, c *timed)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld().settle(alice)
		s, err := sessions.New("n1", sessions.Config{}, w, w, w)
		if err != nil {
			t.Fatal(err)
		}
		listener := &pipes{conns: make(chan net.Conn, 1), done: make(chan struct{})}
		server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
		served := make(chan error, 1)
		go func() { served <- server.Serve(listener) }()
		near, far := net.Pipe()
		listener.conns <- far
		c := &timed{conn: near, frames: make(chan payload, 100), ended: make(chan gateway.CloseCode, 1)}
		const request = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
		if _, err := near.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(near)
		response, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				first, text := rawFrame(t, r)
				if first == 0x88 {
					c.ended <- gateway.CloseCode(text[0])<<8 | gateway.CloseCode(text[1])
					return
				}
				c.frames <- parse[payload](t, text)
			}
		}()
		test(t, w, c)
		<-done
		_ = near.Close()
		s.Close()
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// S12: HELLO that is never answered.
func TestIdentifyMustComeWithin30Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *world, c *timed) {
		began := time.Now()
		code := <-c.ended
		if took := time.Since(began); code != gateway.CloseNotAuthenticated || took != 30*time.Second {
			t.Errorf("closed with %d after %v", code, took)
		}
	})
}

// S12: a client that is silent for one and a half intervals is taken for dead, and may resume.
func TestMissingHeartbeatsCloseTheSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *world, c *timed) {
		began := time.Now()
		c.send(t, identify("token101", allIntents))
		time.Sleep(40 * time.Second)
		c.send(t, `{"op":1,"d":null}`)
		code := <-c.ended
		if took := time.Since(began); !code.MayResume() || took != 40*time.Second+41250*time.Millisecond*3/2 {
			t.Errorf("closed with %d after %v", code, took)
		}
	})
}

// protocol §7.3 on the running server: a lost last publish is found within the time of an audit.
func TestServerAudits(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, c *timed) {
		c.send(t, identify("token101", allIntents))
		synctest.Wait()
		w.mu.Lock()
		w.lose = 1
		w.mu.Unlock()
		w.say(general, "lost")
		time.Sleep(2200 * time.Millisecond)
		synctest.Wait()
		found := false
		for len(c.frames) > 0 {
			p := <-c.frames
			found = found || strings.Contains(string(p.D), `"content":"lost"`)
		}
		if !found {
			t.Error("the message never came")
		}
		c.send(t, `{"op":99}`)
		<-c.ended
	})
}
