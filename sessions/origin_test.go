package sessions_test

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"guildhall/gateway"
	"guildhall/sessions"
)

// S22: a browser's cookies are nobody's identity, wherever its page is from, and without IDENTIFY there is nothing but HELLO.
func TestCookiesAreIgnored(t *testing.T) {
	t.Parallel()
	_, url := serve(t, newWorld().settle(alice), sessions.Config{})
	for _, origin := range []string{"https://evil.example", "null", ""} {
		header := http.Header{"Cookie": {"token=token101; Authorization=Bot token101"}, "Authorization": {"Bot token101"}}
		if origin != "" {
			header.Set("Origin", origin)
		}
		c := dialWith(t, url, header)
		if p := c.next(); p.Op != int(gateway.OpHello) {
			t.Errorf("origin %q: first came %+v", origin, p)
		}
		c.send(`{"op":8,"d":{"guild_id":"1","query":"","limit":0}}`)
		if got := c.closed(); got != gateway.CloseNotAuthenticated {
			t.Errorf("origin %q: closed with %d", origin, got)
		}
	}
}

// S21: ids of sessions are 128 random bits, and none is a client's to choose.
func TestSessionIDs(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	_, url := serve(t, w, sessions.Config{})
	seen := map[string]bool{}
	for range 20 {
		c := dial(t, url)
		c.next() // HELLO
		c.send(`{"op":2,"d":{"token":"token101","intents":1,"session_id":"00000000000000000000000000000000","properties":{}}}`)
		id := parse[struct {
			ID string `json:"session_id"`
		}](t, c.expect("READY").D).ID
		if raw, err := hex.DecodeString(id); err != nil || len(raw) != 16 || seen[id] || id == strings.Repeat("0", 32) {
			t.Errorf("session %q, before %v", id, seen[id])
		}
		seen[id] = true
	}
	c := dial(t, url)
	c.next()
	c.send(`{"op":6,"d":{"token":"token101","session_id":"00000000000000000000000000000000","seq":1}}`)
	if p := c.next(); p.Op != int(gateway.OpInvalidSession) || string(p.D) != "false" {
		t.Errorf("a session of the client's own choice: %+v", p)
	}
}

// S22.
func TestOrigins(t *testing.T) {
	t.Parallel()
	_, url := serve(t, newWorld(), sessions.Config{AllowedOrigins: []string{"https://good.example"}})
	for origin, want := range map[string]int{
		"": http.StatusSwitchingProtocols, "https://good.example": http.StatusSwitchingProtocols, "https://bad.example": http.StatusForbidden,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		conn, response, _ := websocket.Dial(t.Context(), url, &websocket.DialOptions{HTTPHeader: header})
		if conn != nil {
			_ = conn.CloseNow()
		}
		if response == nil || response.StatusCode != want {
			t.Errorf("origin %q: %v, want %d", origin, response, want)
		}
	}
}
