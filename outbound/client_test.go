package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guildhall/outbound"
)

// names is a resolver that gives each name's answers in turn, the last for ever.
type names struct {
	mu      sync.Mutex
	answers map[string][][]string
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := n.answers[host]
	if len(all) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(all) > 1 {
		n.answers[host] = all[1:]
	}
	var list []netip.Addr
	for _, text := range all[0] {
		list = append(list, netip.MustParseAddr(text))
	}
	return list, nil
}

// loopback lets the test's own servers be called, and one address of them alone, so that others stay refused.
func loopback() *outbound.Guard { return outbound.Public(netip.MustParsePrefix("127.0.0.1/32")) }

// server counts what reaches it.
func server(t *testing.T, h http.HandlerFunc) (s *httptest.Server, hits *atomic.Int64) {
	t.Helper()
	hits = new(atomic.Int64)
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s, hits
}

func client(t *testing.T, cfg outbound.Config) *outbound.Client {
	t.Helper()
	c := outbound.NewClient(cfg)
	t.Cleanup(c.Close)
	return c
}

// read asks for an address and gives all of its body.
func read(t *testing.T, c *outbound.Client, address string) (status int, body []byte, err error) {
	t.Helper()
	a, err := c.Get(t.Context(), address, nil)
	if err != nil {
		return 0, nil, err
	}
	body, err = io.ReadAll(a.Body)
	return a.Status, body, errors.Join(err, a.Body.Close())
}

// TestS34 is row S34: nothing that is not the Internet's is reached, however it is written down.
func TestS34(t *testing.T) {
	t.Parallel()
	s, hits := server(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	resolver := &names{answers: map[string][][]string{
		"local.example": {{"127.0.0.1"}}, "mapped.example": {{"::ffff:127.0.0.1"}}, "zoned.example": {{"fe80::1%lo"}},
		"metadata.google.internal": {{"169.254.169.254"}}, "none.example": {{}}, "many.example": {{"10.0.0.1", "192.168.0.1", "::1"}},
		"nat64.example": {{"64:ff9b::7f00:1"}}, "sixtofour.example": {{"2002:7f00:1::1"}}, "teredo.example": {{"2001:0:7f00:1::1"}},
		"redis.example": {{"93.184.216.34"}}, "localhost": {{"127.0.0.1", "::1"}},
	}}
	c := client(t, outbound.Config{Resolver: resolver})
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "0.0.0.0", "0", "10.1.2.3",
		"172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "168.63.129.16", "192.0.0.192", "255.255.255.255", "224.0.0.1",
		"[fe80::1]", "[fe80::1%25lo]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
		"[2002:7f00:1::]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[5f00::1]", "[100::1]", "[::ffff:0:127.0.0.1]",
		"2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "127.0.0.1.", "①②⑦.⓪.⓪.①",
		"local.example", "mapped.example", "zoned.example", "metadata.google.internal", "none.example", "many.example", "nat64.example",
		"sixtofour.example", "teredo.example", "localhost", "LOCALHOST", "local.example.@127.0.0.1", "a@b", "user:word@local.example",
	} {
		for _, address := range []string{"http://" + host + ":" + port + "/", "http://" + host + "/", "https://" + host + "/"} {
			if _, _, err := read(t, c, address); !errors.Is(err, outbound.ErrAddress) && !errors.Is(err, outbound.ErrURL) && !isUnknown(err) {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
	for _, address := range []string{
		"file:///etc/passwd", "gopher://127.0.0.1:70/", "ftp://93.184.216.34/", "http:///", "http:127.0.0.1", "//127.0.0.1/", "unix:/run/x",
		"http://93.184.216.34:6379/", "http://redis.example:6379/", "https://redis.example:22/", "http://redis.example:65536/",
		"http://redis.example:0/", "http://" + strings.Repeat("a", 254) + "/", "http://redis.example/" + strings.Repeat("a", 9000), "",
	} {
		if _, _, err := read(t, c, address); !errors.Is(err, outbound.ErrAddress) && !errors.Is(err, outbound.ErrURL) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the server here was called %d times", n)
	}
}

// isUnknown tells whether a name has no address, as forms that are no addresses here have none.
func isUnknown(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// TestRebinding: the answer by which a name is judged is the one that is connected to. A name that is good at first and
// this machine's afterwards is refused when it is.
func TestRebinding(t *testing.T) {
	t.Parallel()
	s, hits := server(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	resolver := &names{answers: map[string][][]string{"two.example": {{"127.0.0.1"}, {"127.0.0.2"}}}}
	c := client(t, outbound.Config{Guard: loopback(), Resolver: resolver})
	if status, _, err := read(t, c, "http://two.example:"+port+"/"); err != nil || status != http.StatusOK {
		t.Fatalf("first answer: %d, %v", status, err)
	}
	if _, _, err := read(t, c, "http://two.example:"+port+"/"); !errors.Is(err, outbound.ErrAddress) || hits.Load() != 1 {
		t.Errorf("second answer: %v, %d calls", err, hits.Load())
	}
}

// TestOneOfManyAddresses: one that may be called is used though others of the name may not.
func TestOneOfManyAddresses(t *testing.T) {
	t.Parallel()
	s, _ := server(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	resolver := &names{answers: map[string][][]string{"mixed.example": {{"10.0.0.1", "127.0.0.1"}}}}
	c := client(t, outbound.Config{Guard: loopback(), Resolver: resolver})
	if status, _, err := read(t, c, "http://mixed.example:"+port+"/"); err != nil || status != http.StatusOK {
		t.Errorf("%d, %v", status, err)
	}
}

// TestRedirects: three are followed, each after the guard was asked anew; a POST is not followed at all.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var s *httptest.Server
	s, hits := server(t, func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		var left int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &left); err == nil && left > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", left-1), http.StatusMovedPermanently)
			return
		}
		_, _ = io.WriteString(w, "here") // the client looks at it
	})
	c := client(t, outbound.Config{Guard: loopback()})
	if _, body, err := read(t, c, s.URL+"/3"); err != nil || string(body) != "here" {
		t.Errorf("three redirects: %q, %v", body, err)
	}
	if _, _, err := read(t, c, s.URL+"/4"); !errors.Is(err, outbound.ErrRedirects) {
		t.Errorf("four redirects: %v", err)
	}
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, to := range []string{
		"http://127.0.0.2:" + port + "/", "http://[::1]:" + port + "/", "file:///etc/passwd", "gopher://x/", "http://a:b@127.0.0.1:" + port + "/",
		"//169.254.169.254/latest", "http://10.0.0.1/",
	} {
		before := hits.Load()
		if _, _, err := read(t, c, s.URL+"/?to="+to); !errors.Is(err, outbound.ErrAddress) && !errors.Is(err, outbound.ErrURL) || hits.Load() != before+1 {
			t.Errorf("redirect to %s: %v", to, err)
		}
	}
	a, err := c.Post(t.Context(), s.URL+"/1", nil, []byte("secret"))
	if err != nil || a.Status != http.StatusMovedPermanently {
		t.Fatalf("POST: %+v, %v", a, err)
	}
	_ = a.Body.Close() // nothing is read of it
}

// TestS35 is row S35: an origin that is slow, endless, huge or lies is cut, and the place it had is free again.
func TestS35(t *testing.T) {
	t.Parallel()
	zeros, packed := make([]byte, 64<<10), bomb(t, 4<<20)
	ends := make(chan struct{})
	t.Cleanup(func() { close(ends) })
	origins := map[string]struct {
		handler http.HandlerFunc
		refused func(error) bool
	}{
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		}, func(err error) bool { return errors.Is(err, outbound.ErrTooLarge) }},
		"gzip bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed) // cut by the client
		}, func(err error) bool { return errors.Is(err, outbound.ErrTooLarge) }},
		"unasked encoding": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write(zeros)
		}, func(err error) bool { return errors.Is(err, outbound.ErrEncoding) }},
		"no gzip": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zeros)
		}, func(err error) bool { return errors.Is(err, gzip.ErrHeader) }},
		"longer than it says": {raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + strings.Repeat("x", 100)), nil},
		"shorter than it says": {
			raw("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nxxxx"), func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) },
		},
		"endless head": {raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Long: "+strings.Repeat("y", 1000)+"\r\n", 100)), func(err error) bool { return err != nil }},
		"slow head": {func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-ends:
			}
		}, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		"slow body": {func(w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush() // the client may have gone
				select {
				case <-r.Context().Done():
					return
				case <-ends:
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		}, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
	}
	for name, origin := range origins {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := server(t, origin.handler)
			// One place: it can't be had a second time unless it was given back.
			const limit = 300 * time.Millisecond
			c := client(t, outbound.Config{Guard: loopback(), AtOnce: 1, BytesMax: 1 << 20, Time: limit})
			for range 2 {
				began := time.Now()
				_, body, err := read(t, c, s.URL)
				if origin.refused == nil && (err != nil || string(body) != "xxxx") || origin.refused != nil && !origin.refused(err) {
					t.Errorf("%d bytes, %v", len(body), err)
				}
				if len(body) > 1<<20 || time.Since(began) > limit+5*time.Second {
					t.Errorf("%d bytes in %v", len(body), time.Since(began))
				}
			}
		})
	}
}

// bomb is that many zeros, packed.
func bomb(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// raw answers with bytes as they are, and closes.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, answer) // the client may hang up
		_ = conn.Close()
	}
}

// TestPlainAnswers: what is asked of others, and that packed answers are unpacked. Cookies are not kept.
func TestPlainAnswers(t *testing.T) {
	t.Parallel()
	s, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || !outbound.Looped(r.Header) || r.Header.Get("User-Agent") != "agent" || r.Header.Get("Accept") != "text/html" {
			t.Errorf("asked with %v", r.Header)
		}
		w.Header().Set("Set-Cookie", "a=b")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "unpacked") // the client looks at it
		_ = z.Close()
	})
	c := client(t, outbound.Config{Guard: loopback(), Agent: "agent"})
	for range 2 {
		a, err := c.Get(t.Context(), s.URL+"/path#part", http.Header{"Accept": {"text/html"}})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(a.Body)
		if err := errors.Join(err, a.Body.Close()); err != nil || string(body) != "unpacked" || a.Status != http.StatusOK {
			t.Errorf("%q, %v", body, err)
		}
	}
	if outbound.Looped(http.Header{}) || outbound.Looped(http.Header{"Cdn-Loop": {"other, guildhallx"}}) || !outbound.Looped(http.Header{"Cdn-Loop": {"other; v=1, Guildhall;x"}}) {
		t.Error("the loop header is misread")
	}
}

// TestNoProxy: the environment's proxy would be told every address and resolve it, past the guard.
func TestNoProxy(t *testing.T) {
	proxy, hits := server(t, func(http.ResponseWriter, *http.Request) {})
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	resolver := &names{answers: map[string][][]string{"far.example": {{"10.0.0.1"}}}}
	c := client(t, outbound.Config{Guard: loopback(), Resolver: resolver})
	if _, _, err := read(t, c, "http://far.example/"); !errors.Is(err, outbound.ErrAddress) || hits.Load() != 0 {
		t.Errorf("%v, the proxy was called %d times", err, hits.Load())
	}
}

// TestConnections: a stranger's server is connected to for as long as a call takes; only who is to be called again keeps one.
func TestConnections(t *testing.T) {
	t.Parallel()
	for reuse, want := range map[bool]int64{false: 3, true: 1} {
		opened := new(atomic.Int64)
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		s.Start()
		t.Cleanup(s.Close)
		told := 0
		c := client(t, outbound.Config{Guard: loopback(), Reuse: reuse, Told: func(err error) {
			if err != nil {
				t.Error(err)
			}
			told++
		}})
		for range 3 {
			if _, _, err := read(t, c, s.URL); err != nil {
				t.Fatal(err)
			}
		}
		if opened.Load() != want || told != 3 {
			t.Errorf("reuse %t: %d connections, told of %d calls", reuse, opened.Load(), told)
		}
	}
}
