package crash_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// descriptors is the limit that a server is given, strangers how many connections it then gets.
	descriptors = 256
	strangers   = 400
	// recoveryMost is how long it may take to be well again. failures F59
	recoveryMost = 5 * time.Second
	// pipeBytes is the smallest pipe there is.
	pipeBytes = 4096
	// timed is how many requests are measured.
	timed = 300
)

// TestDescriptorsRunOut: with more connections than a process may have descriptors, health and operators are answered, who
// is connected goes on, files and database included, and all is well again when the connections are gone. F59
func TestDescriptorsRunOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir := t.TempDir()
	world := fixture(t, dir, 1)
	_, seed := chance(t)
	log, err := os.Create(filepath.Join(t.TempDir(), "serve.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command("bash", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, descriptors),
		binary(t), "serve", "--listen", "127.0.0.1:0", "--data", dir, "--rate-limits", "off")
	cmd.Stderr = log
	s := launch(t, cmd, log.Name()).serving(t)
	w := newWriter(newPlace(world), "w0", world.Bots[0], seed)
	if err := w.tryOnce(ctx, s.url, false); err != nil {
		t.Fatal(err)
	}

	address := strings.TrimPrefix(s.url, "http://")
	held := make([]net.Conn, 0, strangers)
	release := func() {
		for _, c := range held {
			_ = c.Close() // the server may have done so
		}
		held = nil
	}
	t.Cleanup(release)
	for range strangers {
		c, err := net.DialTimeout("tcp", address, recoveryMost)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		began := time.Now()
		if status, body := opsOf(t, dir, path); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
		if took := time.Since(began); took > recoveryMost {
			t.Errorf("%s took %v", path, took)
		}
	}
	runCommand(t, "admin", "bot", "create", "while-full", "--data", dir, "--owner", world.Users[0].Name)
	for _, withFile := range []bool{false, true} { // on the connection that it has
		if err := w.tryOnce(ctx, s.url, withFile); err != nil {
			t.Errorf("who is connected, with a file %t: %v", withFile, err)
		}
	}
	if _, metrics := opsOf(t, dir, "/metrics"); strings.Contains(metrics, "guildhall_descriptors_refused_total 0\n") {
		t.Error("no connection was refused, so that nothing was tested")
	}

	release()
	began := time.Now()
	fresh := newWriter(newPlace(world), "w1", world.Bots[0], seed)
	for fresh.tryOnce(ctx, s.url, true) != nil {
		if time.Since(began) > recoveryMost {
			t.Fatalf("not well again after %v", time.Since(began))
		}
		fresh.where.pause(ctx)
	}
	t.Logf("well again after %v", time.Since(began).Round(time.Millisecond))
	if text := s.tail(); !strings.Contains(text, "ulimit") {
		t.Errorf("the log does not say what to do:\n%s", text)
	}
}

// TestUnreadLog: a server whose log nobody reads any more serves as one whose log is read, and ends when it is asked to.
// Somebody who asks for the metrics and does not read them does no harm either. F61
func TestUnreadLog(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, seed := chance(t)
	unread, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer unread.Close()
	if _, err := unix.FcntlInt(pipe.Fd(), unix.F_SETPIPE_SZ, pipeBytes); err != nil {
		t.Fatal(err)
	}
	blocked, well := newTimed(t, pipe, seed), newTimed(t, nil, seed)
	if err := pipe.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range missingPaths() { // each is a line of the log
		for _, one := range []*timedServer{blocked, well} {
			_ = one.client.do(ctx, one.url, http.MethodGet, path, nil, nil) // refused, as it should be
		}
	}
	if waiting, err := unix.IoctlGetInt(int(unread.Fd()), unix.TIOCINQ); err != nil || waiting < pipeBytes*9/10 {
		t.Fatalf("%d bytes are in the pipe, %v: it is not full, so that nothing is tested", waiting, err)
	}
	compare := func(what string) {
		t.Helper()
		blocked.took, well.took = nil, nil
		for range timed { // in turn, so that what else the machine does hits both
			blocked.time(ctx, t)
			well.time(ctx, t)
		}
		t.Logf("%s: p99 of %d messages is %v, and %v where all is read", what, timed, blocked.p99(), well.p99())
		if blocked.p99() > 3*well.p99()+100*time.Millisecond { // generous: other tests run beside it
			t.Errorf("%s: p99 is %v, beside it %v", what, blocked.p99(), well.p99())
		}
	}
	compare("a log that nobody reads")
	for _, c := range unreadScrapes(t, blocked.dir) {
		defer c.Close()
	}
	compare("metrics that nobody reads, too")
	if status, _ := opsOf(t, blocked.dir, "/readyz"); status != http.StatusOK {
		t.Errorf("readyz says %d", status)
	}
	blocked.signal(t, unix.SIGTERM)
	if code, err := blocked.wait(endTimeout); err != nil || code != 0 {
		t.Errorf("exit code %d, %v", code, err)
	}
}

// timedServer is a server whose answers are timed.
type timedServer struct {
	*server
	*writer
	dir  string
	took []time.Duration
}

// newTimed starts a server that logs to a file, or to one of its own if that is nil.
func newTimed(t *testing.T, log *os.File, seed uint64) *timedServer {
	t.Helper()
	s := &timedServer{dir: t.TempDir()}
	world := fixture(t, s.dir, 1)
	own, err := os.CreateTemp(t.TempDir(), "serve-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close() // the process has its own
	cmd := exec.Command(binary(t), "serve", "--listen", "127.0.0.1:0", "--data", s.dir, "--rate-limits", "off")
	if cmd.Stderr = own; log != nil {
		cmd.Stderr = log
	}
	s.server = launch(t, cmd, own.Name()).serving(t)
	s.writer = newWriter(newPlace(world), "w0", world.Bots[0], seed)
	return s
}

func (s *timedServer) time(ctx context.Context, t *testing.T) {
	t.Helper()
	began := time.Now()
	if err := s.tryOnce(ctx, s.url, false); err != nil {
		t.Fatal(err)
	}
	s.took = append(s.took, time.Since(began))
}

// p99 is what all but one of a hundred messages took at most.
func (s *timedServer) p99() time.Duration {
	sorted := slices.Sorted(slices.Values(s.took))
	return sorted[len(sorted)*99/100].Round(10 * time.Microsecond)
}

// missingPaths are of words that the API knows, put together as no route is.
func missingPaths() (paths []string) {
	words := []string{"guilds", "channels", "users", "messages", "members", "roles"}
	for _, a := range words {
		for _, b := range words {
			for _, c := range words {
				paths = append(paths, "/"+a+"/"+b+"/"+c+"/@me")
			}
		}
	}
	return paths
}

// unreadScrapes asks for metrics, more often than are answered at once, and reads nothing.
func unreadScrapes(t *testing.T, dir string) (open []net.Conn) {
	t.Helper()
	const scrapes, requests = 20, 200
	status, _ := opsOf(t, dir, "/healthz")
	if status != http.StatusOK {
		t.Fatalf("healthz says %d", status)
	}
	address := opsAddress(t, dir)
	for range scrapes {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		if _, err := c.Write([]byte(strings.Repeat("GET /metrics HTTP/1.1\r\nHost: ops\r\n\r\n", requests))); err != nil {
			t.Fatal(err)
		}
	}
	return open
}
