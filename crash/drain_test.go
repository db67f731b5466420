package crash_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"
)

const (
	// drainLimit is the drain time that the servers of these tests are given. failures F56
	drainLimit = 10 * time.Second
	// atOnce is how long a server may take to end at the second signal.
	atOnce = 2 * time.Second
	// codeInterrupted is the exit code after a second signal. design §9
	codeInterrupted = 130
	// acksBeforeTerm are enough to say that the writers are at work.
	acksBeforeTerm = 200
)

// TestTerminate: SIGTERM under load ends the server with code 0 within the drain time, tells gateway clients to come
// back, and loses nothing that was acknowledged; the next start has it all.
func TestTerminate(t *testing.T) {
	t.Parallel()
	_, seed := chance(t)
	dir := t.TempDir()
	world := fixture(t, dir, writers)
	p := newPlace(world)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := []string{"--data", dir, "--rate-limits", "off", "--drain-timeout", drainLimit.String()}
	s := start(t, args...)
	p.where.set(s.url)

	c := muster(ctx, t, p, world, seed)
	if err := c.watcher.await(ctx, func() bool { return c.watcher.attached }); err != nil {
		t.Fatal(err)
	}
	for range acksBeforeTerm {
		select {
		case <-p.acks:
		case <-c.writing.Done():
			t.Fatal(context.Cause(c.writing))
		}
	}

	took := stopwatch()
	s.signal(t, syscall.SIGTERM)
	code, err := s.wait(drainLimit)
	if err != nil {
		t.Fatal(err)
	}
	if code != 0 {
		t.Errorf("exit code %d after SIGTERM, want 0\n%s", code, s.tail())
	}
	drained := took()
	p.where.set("")
	p.where.set(start(t, args...).url)
	if err := c.rest(); err != nil {
		t.Fatal(err)
	}
	c.readAll(ctx, t)
	if c.watcher.asked == 0 {
		t.Error("the gateway client was not asked to reconnect (op 7)")
	}
	report := judgeCrash(t, p.recorder, seed)
	lost, _ := report.Finding("H1")
	t.Logf("drained in %v with %d writers; %d acknowledged, %d unknown and asked again; lost %d of %d judged",
		drained, writers, report.Counts.Acknowledged, p.unknown.Load(), lost.Count, lost.Judged)
}

// TestTerminateTwice: while a server drains, a second SIGTERM ends it at once with code 130.
func TestTerminateTwice(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir := t.TempDir()
	world := fixture(t, dir, 1)
	s := start(t, "--data", dir, "--drain-timeout", "1m")

	// A request whose body does not end gives the drain something to wait for.
	slow := postSlowly(ctx, t, s, "/channels/"+world.Guilds[0].ChannelID.String()+"/messages", world.Bots[0].Token)
	defer slow.Close()
	bot := world.Bots[0]
	intents := intentsOrdinary
	k := open(ctx, t, s, &session{token: bot.Token, intents: &intents})
	defer k.close()

	s.signal(t, syscall.SIGTERM)
	for { // draining shows at the gateway
		if _, err := k.next(ctx); err != nil {
			break
		}
	}
	select {
	case <-s.ended:
		t.Fatalf("the server ended with code %d although a request was under way: there is no drain for a second signal to end", s.cmd.ProcessState.ExitCode())
	default:
	}
	took := stopwatch()
	s.signal(t, syscall.SIGTERM)
	code, err := s.wait(atOnce)
	if err != nil {
		t.Fatal(err)
	}
	if code != codeInterrupted {
		t.Errorf("exit code %d after the second SIGTERM, want %d\n%s", code, codeInterrupted, s.tail())
	}
	t.Logf("ended %v after the second SIGTERM", took())
}

// TestInterrupt: Ctrl-C is as good as SIGTERM, for a server in memory too.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	s := start(t, "--dev", "--json")
	s.signal(t, syscall.SIGINT)
	code, err := s.wait(drainLimit)
	if err != nil {
		t.Fatal(err)
	}
	if code != 0 {
		t.Errorf("exit code %d after Ctrl-C, want 0\n%s", code, s.tail())
	}
}

// postSlowly begins a request and leaves it at the first byte of its body.
func postSlowly(ctx context.Context, t *testing.T, s *server, path, token string) net.Conn {
	t.Helper()
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf("POST /api/v10%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bot %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"+
		"Expect: 100-continue\r\n\r\n", path, u.Host, token)
	if _, err := conn.Write([]byte(head)); err != nil {
		t.Fatal(err)
	}
	// The server asks for the body when it begins to read it: from then on the request is under way. RFC 9110 §10.1.1
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, len("HTTP/1.1 100"))
	if _, err := conn.Read(answer); err != nil || string(answer) != "HTTP/1.1 100" {
		t.Fatalf("the server did not ask for the body: %q, %v", answer, err)
	}
	if _, err := conn.Write([]byte("{")); err != nil {
		t.Fatal(err)
	}
	return conn
}

// open opens a gateway session and waits for READY.
func open(ctx context.Context, t *testing.T, s *server, who *session) *socket {
	t.Helper()
	gateway, err := newClient("").gatewayURL(ctx, s.url)
	if err != nil {
		t.Fatal(err)
	}
	k, err := dial(ctx, gateway, who)
	if err != nil {
		t.Fatal(err)
	}
	f, err := k.next(ctx)
	if err != nil || f.Type != "READY" {
		t.Fatalf("no READY but op %d %s: %v", f.Op, f.Type, err)
	}
	return k
}
