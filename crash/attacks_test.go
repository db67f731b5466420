package crash_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	bigendian "encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// hostileSockets is S3's and S14's number.
	hostileSockets = 10_000
	// idleSocketBytes is what one may take: a goroutine, a reader, a socket's state.
	idleSocketBytes = 32 << 10
	attackTimeout   = 20 * time.Second
)

// throughProxy has the server believe the attacker's X-Forwarded-For, so that it can come from many addresses.
func throughProxy() []string {
	return []string{"--rate-limits", "discord", "--trusted-proxies", "127.0.0.1/32"}
}

func attacks() []attack {
	return []attack{
		{name: "headers that never end", bytesMost: 64 << 20, begin: slowHeaders},
		{name: "idle sockets", bytesMost: hostileSockets * idleSocketBytes, begin: idleSockets},
		{name: "slow bodies", bytesMost: 64 << 20, begin: slowBodies},
		{name: "HTTP2 frames", bytesMost: 32 << 20, begin: http2Frames},
		{name: "compressed bodies", bytesMost: 64 << 20, begin: compressedBodies},
		{name: "image bombs", bytesMost: 96 << 20, begin: imageBombs},
		{name: "wrong logins of one address", flags: throughProxy(), bytesMost: 96 << 20, begin: wrongLogins(func(int) string { return "192.0.2.1" })},
		{name: "wrong logins of many addresses", flags: throughProxy(), bytesMost: 96 << 20, begin: wrongLogins(manyAddresses)},
		{name: "wrong tokens at the gateway", bytesMost: 64 << 20, begin: wrongIdentifies},
	}
}

func manyAddresses(n int) string { return fmt.Sprintf("198.%d.%d.%d", 18+n>>16&1, n>>8&255, n&255) }

// connect opens a connection to the server, which the end of the attack closes.
func connect(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: attackTimeout}).DialContext(ctx, "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	running.Go(func() {
		<-ctx.Done()
		_ = conn.Close()
	})
	return conn
}

// every calls do at a pace until ctx ends, from one goroutine that a slow call holds up. failed says that do should not have.
func every(ctx context.Context, t *testing.T, running *sync.WaitGroup, pace time.Duration, do func(n int) error) {
	running.Go(func() {
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if err := do(n); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	})
}

// slowHeaders is slowloris: requests whose header never ends, a byte now and then.
func slowHeaders(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
	const many = 900
	conns := make([]net.Conn, many)
	for i := range conns {
		conns[i] = connect(ctx, t, s, running)
		if _, err := io.WriteString(conns[i], "GET /api/v10/gateway HTTP/1.1\r\nHost: localhost\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
	}
	every(ctx, t, running, time.Millisecond, func(n int) error {
		_, _ = conns[n%many].Write([]byte("a")) // fails once the server has had enough
		return nil
	})
}

// idleSockets opens connections and leaves them alone: half of them say nothing at all, the others are WebSockets that never
// identify.
func idleSockets(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
	const upgrade = "GET /?v=10 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
	answer := make([]byte, 1<<10)
	for i := range min(hostileSockets, openFilesMost()*2/3) {
		conn := connect(ctx, t, s, running)
		if i%2 == 0 {
			continue
		}
		if _, err := io.WriteString(conn, upgrade); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 101 ")) {
			t.Fatalf("socket %d: %q, %v", i, answer[:n], err)
		}
	}
}

// openFilesMost is how many files a process may have open here, as far as the system tells.
func openFilesMost() int {
	limits, err := os.ReadFile("/proc/self/limits")
	_, after, told := strings.Cut(string(limits), "Max open files")
	if fields := strings.Fields(after); err == nil && told && len(fields) > 0 {
		if n, err := strconv.Atoi(fields[0]); err == nil {
			return n
		}
	}
	return 3 * hostileSockets
}

// slowBodies sends a person's settings a byte now and then, as many at once as would take all the room for bodies.
func slowBodies(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
	const many = 600
	conns := make([]net.Conn, many)
	for i := range conns {
		conns[i] = connect(ctx, t, s, running)
		if _, err := fmt.Fprintf(conns[i], "PATCH /api/v10/users/@me HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: 65536\r\n\r\n{", s.world.Users[0].Token); err != nil {
			t.Fatal(err)
		}
	}
	every(ctx, t, running, time.Millisecond, func(n int) error {
		_, _ = conns[n%many].Write([]byte(" ")) // fails on those that were refused
		return nil
	})
}

// http2Frames speaks HTTP/2 as rapid reset and the CONTINUATION flood do. It is not spoken without TLS: each connection has to be
// ended before a second frame is read. CVE-2023-44487, CVE-2024-27316
func http2Frames(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
	frame := func(kind, flags byte, stream uint32, payload []byte) []byte {
		head := []byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags}
		return append(bigendian.BigEndian.AppendUint32(head, stream), payload...)
	}
	flood := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	flood = append(flood, frame(4, 0, 0, nil)...) // SETTINGS
	for stream := uint32(1); stream < 200; stream += 2 {
		flood = append(flood, frame(1, 0, stream, []byte{0x82, 0x87, 0x84})...) // HEADERS without their end
		flood = append(flood, frame(9, 0, stream, bytes.Repeat([]byte{0x40, 1, 'a', 1, 'b'}, 100))...)
		flood = append(flood, frame(3, 0, stream, []byte{0, 0, 0, 8})...) // RST_STREAM
	}
	every(ctx, t, running, 10*time.Millisecond, func(int) error {
		conn, err := (&net.Dialer{Timeout: attackTimeout}).DialContext(ctx, "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			return err
		}
		defer conn.Close()
		_, _ = conn.Write(flood) // fails when the server has closed
		_ = conn.SetReadDeadline(time.Now().Add(attackTimeout))
		answer, err := io.ReadAll(conn)
		if len(answer) > 0 && !bytes.HasPrefix(answer, []byte("HTTP/1.1 400 ")) || bytes.Count(answer, []byte("HTTP/")) > 1 {
			return fmt.Errorf("HTTP/2 was answered with %q, %v", answer, err)
		}
		return nil
	})
}

// send makes an attacker's request and holds its answer to a status.
func send(ctx context.Context, s *target, method, path, body string, header http.Header, want ...int) error {
	ctx, cancel := context.WithTimeout(ctx, attackTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, s.url+"/api/v10"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = header
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // for the message alone
	for _, status := range want {
		if response.StatusCode == status {
			return nil
		}
	}
	return fmt.Errorf("%s %s: %d %s, want one of %v", method, path, response.StatusCode, text, want)
}

// compressedBodies sends what unpacks to a thousand times as much.
func compressedBodies(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.WriteString(w, `{"content":"`+strings.Repeat("a", 64<<20)+`"}`); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	every(ctx, t, running, 10*time.Millisecond, func(int) error {
		h := http.Header{"Content-Encoding": {"gzip"}, "Authorization": {s.world.Users[0].Token}}
		return send(ctx, s, http.MethodPost, messagesPath(s.world.Guilds[0].ChannelID), packed.String(), h, http.StatusUnsupportedMediaType)
	})
}

// imageBombs sends pictures of a few bytes that say they have billions of points.
func imageBombs(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
	chunk := func(kind string, data []byte) []byte {
		b := bigendian.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, kind...), data...)
		return bigendian.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	size := bigendian.BigEndian.AppendUint32(bigendian.BigEndian.AppendUint32(nil, 50_000), 50_000)
	png := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(size, 8, 6, 0, 0, 0))...)
	png = append(png, chunk("IDAT", []byte{0x78, 0x9c, 0x63, 0, 1})...)
	png = append(png, chunk("IEND", nil)...)
	body := `{"avatar":"data:image/png;base64,` + base64.StdEncoding.EncodeToString(png) + `"}`
	every(ctx, t, running, 10*time.Millisecond, func(int) error {
		return send(ctx, s, http.MethodPatch, "/users/@me", body, http.Header{"Authorization": {s.world.Users[0].Token}}, http.StatusBadRequest)
	})
}

// wrongLogins tries a hundred passwords a second, several at a time.
func wrongLogins(from func(n int) string) func(context.Context, *testing.T, *target, *sync.WaitGroup) {
	return func(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
		const parallel = 20
		for i := range parallel {
			every(ctx, t, running, parallel*10*time.Millisecond, func(n int) error {
				body := fmt.Sprintf(`{"login":"nobody%d","password":%q}`, n%50, rand.Text())
				h := http.Header{"X-Forwarded-For": {from(n*parallel + i)}}
				return send(ctx, s, http.MethodPost, "/auth/login", body, h,
					http.StatusBadRequest, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable)
			})
		}
	}
}

// wrongIdentifies has sockets that come with tokens that nobody has, a hundred a second.
func wrongIdentifies(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup) {
	gateway := "ws" + strings.TrimPrefix(s.url, "http")
	const parallel = 4
	for range parallel {
		every(ctx, t, running, parallel*10*time.Millisecond, func(int) error {
			k, err := dial(ctx, gateway, &session{token: rand.Text()})
			if err != nil {
				return err
			}
			defer k.close()
			if _, err := k.read(ctx); err == nil || !strings.Contains(err.Error(), "4004") {
				return fmt.Errorf("a token that nobody has: %w", err)
			}
			return nil
		})
	}
}
