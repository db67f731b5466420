package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guildhall/config"
)

// settings are those of a server for a test.
func settings(t *testing.T, flags map[string]string) config.Config {
	t.Helper()
	flags["listen"] = "127.0.0.1:0"
	c, err := config.Load(config.Sources{Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAServerEndsWithAPartOfIt(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := startServer(t.Context(), settings(t, map[string]string{"dev": "true"}), log)
	if err != nil {
		t.Fatal(err)
	}
	why := errors.New("no more slots")
	for _, ends := range []error{why, nil} {
		s.node.supervise(t.Context(), "owner", func(context.Context) error { return ends })
		want := ends
		if want == nil {
			want = errEnded
		}
		if err := s.wait(t.Context()); !errors.Is(err, want) || !strings.Contains(err.Error(), "owner") {
			t.Errorf("an owner that ends with %v ends the server with %v", ends, err)
		}
	}
	if err := s.close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAStartThatFailsEnds(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	inTheWay := filepath.Join(dir, endpointsFile, "folder")
	if err := os.MkdirAll(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	type result struct {
		code int
		err  string
	}
	ended := make(chan result, 1)
	go func() {
		code, o := runCommand(t, "serve", "--listen", "127.0.0.1:0", "--data", dir)
		ended <- result{code, o.err.String()}
	}()
	select {
	case r := <-ended:
		if r.code != exitFailed || !strings.Contains(r.err, endpointsFile) {
			t.Errorf("exit code %d: %s", r.code, r.err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("a start that can't write its endpoints hangs")
	}
	if err := os.RemoveAll(filepath.Dir(inTheWay)); err != nil {
		t.Fatal(err)
	}
	serve(t, "--data", dir) // nothing of the first start is left
}

// countdown is a context that ends when it is looked at for the nth time: a signal at that moment.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	looks  atomic.Int64
}

func (c *countdown) look() {
	if c.looks.Add(-1) <= 0 {
		c.cancel()
	}
}

func (c *countdown) Done() <-chan struct{} {
	c.look()
	return c.Context.Done()
}

func (c *countdown) Err() error {
	c.look()
	return c.Context.Err()
}

func TestASignalDuringTheStartIsNoFailure(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{{"--dev"}, {"--data", filepath.Join(t.TempDir(), "data")}} {
		for n := int64(1); n <= 40; n++ {
			ctx, cancel := context.WithCancel(t.Context())
			c := &countdown{Context: ctx, cancel: cancel}
			c.looks.Store(n)
			out := &pipe{lines: make(chan string, 64)}
			var errs bytes.Buffer
			ended := make(chan int, 1)
			go func() {
				ended <- run(c, streams{out, &errs, nil}, append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...))
			}()
			ready := false
			for code := -1; code < 0; {
				select {
				case code = <-ended:
					if code != exitDone {
						t.Errorf("%v: exit code %d after a signal at moment %d: %s", flags, code, n, &errs)
					}
				case <-out.lines:
					ready = true
					cancel()
				}
			}
			cancel()
			if ready && c.looks.Load() > 0 {
				break // the start was over before the signal
			}
		}
	}
}

// TestADrainLeavesTimeForRequests: sockets that don't leave don't use up the time of the requests.
func TestADrainLeavesTimeForRequests(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s, world := serveDev(t, "--drain-timeout", "4s")
	stubborn := dialServer(ctx, t, s)
	fmt.Fprintf(stubborn, "GET /?v=10&encoding=json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(stubborn), nil); err != nil {
		t.Fatal(err)
	}
	finish := beginMessage(ctx, t, s, world)
	ended := make(chan int, 1)
	go func() { ended <- s.end() }()
	for tick := time.NewTicker(10 * time.Millisecond); ; { // until the listener is shut, which is after the sockets' time
		c, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			tick.Stop()
			break
		}
		_ = c.Close()
		<-tick.C
	}
	if status, err := finish(); err != nil || status != http.StatusOK {
		t.Errorf("a request under way is answered with %d, %v", status, err)
	}
	if code := <-ended; code != exitDone {
		t.Errorf("exit code %d\n%s", code, s.log())
	}
}

// TestADrainCutsOffWithoutFailing: what doesn't end in time is cut off, and the server has done what it was told.
func TestADrainCutsOffWithoutFailing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s, world := serveDev(t, "--drain-timeout", "1s")
	beginMessage(ctx, t, s, world)
	if code := s.end(); code != exitDone {
		t.Errorf("exit code %d\n%s", code, s.log())
	}
	if log := s.log(); !strings.Contains(log, "requests cut off") {
		t.Errorf("the log does not tell of the request:\n%s", log)
	}
}

func dialServer(ctx context.Context, t *testing.T, s *served) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	deadline, _ := ctx.Deadline()
	if err := c.SetDeadline(deadline); err != nil {
		t.Fatal(err)
	}
	return c
}

// beginMessage sends a message up to the middle of its body, and returns when the server reads that. finish sends the rest.
func beginMessage(ctx context.Context, t *testing.T, s *served, world devMade) (finish func() (status int, err error)) {
	t.Helper()
	c := dialServer(ctx, t, s)
	body := `{"content":"late"}`
	fmt.Fprintf(c, "POST /api/v10/channels/%s/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bot %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", world.Channels[0].ID, world.Bots[0].Token, len(body))
	answers := bufio.NewReader(c)
	// The server asks for the body when it begins to read it. RFC 9110 §10.1.1
	if response, err := http.ReadResponse(answers, nil); err != nil || response.StatusCode != http.StatusContinue {
		t.Fatalf("the server did not ask for the body: %v, %v", response, err)
	}
	if _, err := io.WriteString(c, body[:5]); err != nil {
		t.Fatal(err)
	}
	return func() (int, error) {
		if _, err := io.WriteString(c, body[5:]); err != nil {
			return 0, err
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			return 0, err
		}
		return response.StatusCode, response.Body.Close()
	}
}
