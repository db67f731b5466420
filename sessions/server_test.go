package sessions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"guildhall/gateway"
	"guildhall/sessions"
)

// patience is how long a test waits for what must come; on an idle machine it takes milliseconds.
const patience = 10 * time.Second

func serve(t *testing.T, w *world, config sessions.Config) (*sessions.Server, string) {
	t.Helper()
	s, err := sessions.New(w.node, config, w, w, w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, "ws" + strings.TrimPrefix(h.URL, "http")
}

// client is a gateway client without any cleverness.
type client struct {
	t    testing.TB
	conn *websocket.Conn
	read func() ([]byte, error)
	ctx  context.Context
}

// payload is a frame from the server.
type payload struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	S  *uint64         `json:"s"`
	D  json.RawMessage `json:"d"`
}

func dial(t testing.TB, url string) *client {
	t.Helper()
	return dialWith(t, url, nil)
}

// dialWith is dial with headers of a browser's.
func dialWith(t testing.TB, url string, header http.Header) *client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	t.Cleanup(cancel)
	conn, response, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPHeader: header, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		t.Fatalf("dial: %v (%v)", err, response)
	}
	conn.SetReadLimit(64 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	c := &client{t: t, conn: conn, ctx: ctx}
	c.read = func() ([]byte, error) {
		ctx, cancel := context.WithTimeout(c.ctx, patience)
		defer cancel()
		_, message, err := conn.Read(ctx)
		return message, err
	}
	return c
}

func (c *client) next() payload {
	c.t.Helper()
	message, err := c.read()
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return parse[payload](c.t, message)
}

// expect reads frames up to the event, and gives it.
func (c *client) expect(event string) payload {
	c.t.Helper()
	for {
		if p := c.next(); p.T == event {
			return p
		}
	}
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.conn.Write(c.ctx, websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// closed reads to the end and gives the close code.
func (c *client) closed() gateway.CloseCode {
	c.t.Helper()
	for {
		if _, err := c.read(); err != nil {
			code := websocket.CloseStatus(err)
			if code < 0 {
				c.t.Fatalf("no close frame: %v", err)
			}
			return gateway.CloseCode(code)
		}
	}
}

func identify(token string, intents int) string {
	return fmt.Sprintf(`{"op":2,"d":{"token":%q,"intents":%d,"properties":{"$os":"linux"}}}`, token, intents)
}

const allIntents = 1<<17 - 1

// ready identifies and reads READY and the guild.
func (c *client) ready(token string) (sessionID string) {
	c.t.Helper()
	if hello := c.next(); hello.Op != int(gateway.OpHello) {
		c.t.Fatalf("first frame is %+v", hello)
	}
	c.send(identify(token, allIntents))
	r := c.expect("READY")
	if r.S == nil || *r.S != 1 {
		c.t.Fatalf("READY is number %v", r.S)
	}
	c.expect("GUILD_CREATE")
	return parse[struct {
		SessionID string `json:"session_id"`
	}](c.t, r.D).SessionID
}

func TestLogin(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	_, url := serve(t, w, sessions.Config{})
	c := dial(t, url+"/?v=10&encoding=json")
	c.ready("Bot token101")
	w.say(general, "hello")
	m := c.expect("MESSAGE_CREATE")
	if !strings.Contains(string(m.D), `"content":"hello"`) || *m.S != 3 {
		t.Errorf("got %d %s", *m.S, m.D)
	}
	c.send(`{"op":1,"d":3}`)
	if ack := c.next(); ack.Op != int(gateway.OpHeartbeatACK) {
		t.Errorf("a heartbeat is answered with %+v", ack)
	}
}
