package sessions_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"

	"guildhall/admission"
	"guildhall/gateway"
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

// TestWrongTokensBlockAnAddress is S15: tokens that nobody has count as invalid requests, and an address with too many of them is
// let in no more, here or by REST, until its window ends.
func TestWrongTokensBlockAnAddress(t *testing.T) {
	t.Parallel()
	for _, enforced := range []bool{true, false} {
		limits := admission.NewLimits(nil)
		_, url := serve(t, newWorld().settle(alice), sessions.Config{EnforceLimits: enforced, Limits: limits})
		address := netip.MustParseAddr("127.0.0.1")
		const many = 10_000 // discord: topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
		for range many - 2 {
			limits.Invalid(address)
		}
		for _, wrong := range []string{identify("nobody", 1), `{"op":6,"d":{"token":"nobody","session_id":"x","seq":1}}`} {
			c := dial(t, url)
			c.send(wrong)
			if got := c.closed(); got != gateway.CloseAuthenticationFailed {
				t.Errorf("closed with %d", got)
			}
		}
		if limits.Blocked(address) == 0 {
			t.Error("wrong tokens are not counted")
		}
		conn, response, err := websocket.Dial(t.Context(), url, nil)
		if err == nil {
			_ = conn.CloseNow()
		}
		if blocked := response != nil && response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") != ""; blocked != enforced {
			t.Errorf("enforced %v: %v, %v", enforced, response, err)
		}
	}
}

// TestCompressedInput is S13: what a client sends is not unpacked, so that nothing in it can grow.
func TestCompressedInput(t *testing.T) {
	t.Parallel()
	_, url := serve(t, newWorld().settle(alice), sessions.Config{})
	for name, pack := range map[string]func(io.Writer) io.WriteCloser{
		"zlib": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			e, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return e
		},
	} {
		for size, text := range map[string]string{"a heartbeat": `{"op":1,"d":null}`, "a bomb": `{"op":1,"d":"` + strings.Repeat("a", 1<<20) + `"}`} {
			t.Run(name+" of "+size, func(t *testing.T) {
				t.Parallel()
				var packed bytes.Buffer
				w := pack(&packed)
				if _, err := io.WriteString(w, text); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				c := dial(t, url+"/?v=10&encoding=json&compress=zlib-stream")
				if err := c.conn.Write(t.Context(), websocket.MessageBinary, packed.Bytes()); err != nil {
					t.Fatal(err)
				}
				if got := c.closed(); got != gateway.CloseDecodeError {
					t.Errorf("closed with %d", got)
				}
			})
		}
	}
}

// TestAnswersThatWait: who sends pings and reads none of the answers is cut off once a few of them wait.
func TestAnswersThatWait(t *testing.T) {
	t.Parallel()
	_, url := serve(t, newWorld().settle(alice), sessions.Config{})
	conn, _ := upgrade(t, url)
	ping := append([]byte{0x89, 0x80 | 125, 1, 2, 3, 4}, make([]byte, 125)...)
	many := bytes.Repeat(ping, 1000)
	const most = 256 << 20 // far above what the buffers between may hold
	sent := 0
	for sent < most {
		n, err := conn.Write(many)
		if sent += n; err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("not cut off after %d bytes", sent)
			}
			return
		}
	}
	t.Errorf("took %d bytes of pings that nobody reads the answers to", sent)
}
