package sessions_test

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/coder/websocket"

	"guildhall/sessions"
)

// TestSocketsPerAddress is S14: one address has no more sockets than it may, whatever stands in front of the server.
func TestSocketsPerAddress(t *testing.T) {
	t.Parallel()
	_, url := serve(t, newWorld().settle(alice), sessions.Config{
		SocketsPerAddress: 2, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	from := func(address string) (*websocket.Conn, *http.Response) {
		t.Helper()
		options := &websocket.DialOptions{HTTPHeader: http.Header{"X-Forwarded-For": {"198.51.100.9, " + address}}}
		conn, response, err := websocket.Dial(t.Context(), url, options)
		if response == nil {
			t.Fatal(err)
		}
		if err == nil {
			t.Cleanup(func() { _ = conn.CloseNow() })
		}
		return conn, response
	}
	first, _ := from("192.0.2.1")
	from("192.0.2.1")
	if _, r := from("192.0.2.1"); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("the third socket: %d, %v", r.StatusCode, r.Header)
	}
	for _, other := range []string{"192.0.2.2", "unknown", "unknown", "unknown"} {
		if _, r := from(other); r.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("a socket of %s: %d", other, r.StatusCode)
		}
	}
	if err := first.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	// The server's goroutine ends a little after the close frame is here.
	for began := time.Now(); time.Since(began) < patience; {
		if _, r := from("192.0.2.1"); r.StatusCode == http.StatusSwitchingProtocols {
			return
		}
	}
	t.Error("a socket that was closed made no room")
}
