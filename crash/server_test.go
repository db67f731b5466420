package crash_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"guildhall"
)

const (
	// readyTimeout is how long a server may take to say that it is ready before a test gives up. What is promised is
	// judged by TestFigures.
	readyTimeout = 30 * time.Second
	// endTimeout is how long a process that was killed may take to be gone.
	endTimeout = 30 * time.Second
	// logShown bounds what of a server's log goes into the output of a failed test.
	logShown = 4 << 10
)

// server is a running `guildhall serve`.
type server struct {
	url   string
	world world         // with --json
	took  time.Duration // from the start of the process to the ready line

	cmd    *exec.Cmd
	log    string
	ended  chan struct{} // closed when the process is gone and its state known
	killed bool          // by the test itself
}

// world is what `serve --dev --json` and `fixture --json` print.
type world struct {
	URL    string `json:"url"`
	Ops    string `json:"ops"`
	Guilds []struct {
		ID        guildhall.GuildID   `json:"id"`
		ChannelID guildhall.ChannelID `json:"channel_id"` // of a fixture
	} `json:"guilds"`
	Channels []struct {
		ID   guildhall.ChannelID `json:"id"`
		Name string              `json:"name"`
	} `json:"channels"`
	Bots  []account `json:"bots"`
	Users []account `json:"users"`
}

type account struct {
	ID    guildhall.UserID `json:"id"`
	Name  string           `json:"name"`
	Token string           `json:"token"`
}

// process is a server that may not be ready yet.
type process struct {
	*server
	ready chan error // gets one value
}

// begin starts a server and does not wait until it is ready. The test's end kills it.
func begin(t *testing.T, args ...string) *process {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "serve-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(binary(t), append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Stderr = log
	return launch(t, cmd, log.Name())
}

// launch starts a server by a command of the test's own.
func launch(t *testing.T, cmd *exec.Cmd, log string) *process {
	t.Helper()
	cmd.Dir = filepath.Dir(log)
	cmd.Env = cleanEnvironment()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: cmd, log: log, ended: make(chan struct{})}
	p := &process{server: s, ready: make(chan error, 1)}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.ended)
		err := s.readReady(bufio.NewReader(stdout))
		s.took = time.Since(started)
		p.ready <- err
		// Both fail only when the process ends, and then its state says how.
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		telling := !s.killed
		s.kill(t)
		if telling && t.Failed() {
			t.Logf("%s\n%s", strings.Join(cmd.Args, " "), s.tail())
		}
	})
	return p
}

// start starts a server and waits until it is ready.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	return begin(t, args...).serving(t)
}

// serving waits until the server is ready.
func (p *process) serving(t *testing.T) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyTimeout)
	defer cancel()
	if err := p.wait(ctx); err != nil {
		t.Fatal(err)
	}
	return p.server
}

// wait waits for the ready line.
func (p *process) wait(ctx context.Context) error {
	select {
	case err := <-p.ready:
		return err
	case <-ctx.Done():
		return fmt.Errorf("server is not ready: %w\n%s", ctx.Err(), p.tail())
	}
}

// readReady reads the ready line and what --json prints before it. Nothing else may be on stdout. design §9
func (s *server) readReady(stdout *bufio.Reader) error {
	var before strings.Builder
	for {
		line, err := stdout.ReadString('\n')
		if err != nil {
			return fmt.Errorf("server ended before it was ready: %w\n%s%s", err, before.String(), s.tail())
		}
		url, ok := strings.CutPrefix(strings.TrimSpace(line), "guildhall ready ")
		if !ok {
			before.WriteString(line)
			continue
		}
		s.url = url
		if !slices.Contains(s.cmd.Args, "--json") {
			if before.Len() > 0 {
				return fmt.Errorf("stdout before the ready line: %q", before.String())
			}
			return nil
		}
		if err := json.Unmarshal([]byte(before.String()), &s.world); err != nil {
			return fmt.Errorf("what --json printed: %w\n%s", err, before.String())
		}
		return nil
	}
}

// kill ends the process with SIGKILL, if it has not ended, and waits until it is gone.
func (s *server) kill(t *testing.T) {
	t.Helper()
	s.killed = true
	if err := s.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	if _, err := s.wait(endTimeout); err != nil {
		t.Error(err)
	}
}

// signal sends a signal to the process, which must be running.
func (s *server) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatalf("%v: %v\n%s", sig, err, s.tail())
	}
}

// wait gives the exit code once the process has ended; -1 if a signal ended it.
func (s *server) wait(within time.Duration) (code int, err error) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-s.ended:
		return s.cmd.ProcessState.ExitCode(), nil
	case <-timer.C:
		return 0, fmt.Errorf("process %d has not ended within %v\n%s", s.cmd.Process.Pid, within, s.tail())
	}
}

// tail is the end of the server's log.
func (s *server) tail() string {
	log, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-logShown):])
}

// runCommand runs another command of the binary and gives what it printed.
func runCommand(t *testing.T, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(t), args...)
	cmd.Env = cleanEnvironment()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("guildhall %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// fixture fills an empty data folder.
func fixture(t *testing.T, dir string, bots int) world {
	t.Helper()
	out := runCommand(t, "fixture", "--data", dir, "--bots", fmt.Sprint(bots), "--users", "2", "--guilds", "1", "--members", "all", "--json")
	var w world
	if err := json.Unmarshal(out, &w); err != nil {
		t.Fatalf("fixture printed: %v\n%s", err, out)
	}
	if len(w.Bots) != bots || len(w.Users) != 2 || len(w.Guilds) != 1 || w.Guilds[0].ChannelID == 0 {
		t.Fatalf("fixture made something else than was asked: %s", out)
	}
	return w
}

// cleanEnvironment is ours without settings for guildhall.
func cleanEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GUILDHALL_") })
}
