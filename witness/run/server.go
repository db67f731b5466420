package main

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
	"time"
)

const (
	// readyTimeout is how long `serve` may take to say that it is ready. The
	// project promises 0.3 s on an idle machine; here others build next to it.
	readyTimeout = 15 * time.Second
	// drainTimeout is how long it may take to end after SIGTERM.
	drainTimeout = 15 * time.Second
)

// world is what `guildhall serve --dev --json` prints.
type world struct {
	URL     string `json:"url"`
	Gateway string `json:"gateway"`
	// Ops is where the operator calls, with this token.
	Ops           string `json:"ops"`
	OperatorToken string `json:"operator_token"`
	Guilds        []struct {
		ID string `json:"id"`
	} `json:"guilds"`
	Channels []struct {
		ID string `json:"id"`
	} `json:"channels"`
	Bots  []account `json:"bots"`
	Users []account `json:"users"`

	raw json.RawMessage // the whole object, for the witnesses
}

type account struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// server is a running `guildhall serve --dev`.
type server struct {
	world world
	cmd   *exec.Cmd
	log   *os.File
	ended chan error // gets the exit once
}

// startServer starts a fresh server and waits until it is ready. name is that
// of its log.
func (r *runner) startServer(ctx context.Context, name string) (*server, error) {
	log, err := os.Create(filepath.Join(r.build, "logs", name+".serve.log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(r.server, "serve", "--dev", "--json", "--listen", "127.0.0.1:0")
	cmd.Dir = r.build
	cmd.Env = cleanEnvironment()
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start server: %w", err), log.Close())
	}
	s := &server{cmd: cmd, log: log, ended: make(chan error, 1)}
	ready := make(chan error, 1)
	go func() {
		ready <- s.readWorld(stdout)
		// An error here means that the server has gone, which Wait reports.
		_, _ = io.Copy(io.Discard, stdout)
		s.ended <- cmd.Wait()
	}()
	select {
	case err = <-ready:
	case <-time.After(readyTimeout):
		err = fmt.Errorf("not ready within %v", readyTimeout)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = cmd.Process.Kill() // it may have ended by itself
		<-s.ended
		return nil, errors.Join(fmt.Errorf("server: %w; its log is %s", err, log.Name()), log.Close())
	}
	r.table.add(row{Witness: name, Check: "serve.ready", OK: true, Millis: time.Since(start).Milliseconds()})
	return s, nil
}

// readWorld reads the object and the ready line after it.
func (s *server) readWorld(stdout io.Reader) error {
	dec := json.NewDecoder(stdout)
	if err := dec.Decode(&s.world.raw); err != nil {
		return fmt.Errorf("read the JSON object: %w", err)
	}
	if err := json.Unmarshal(s.world.raw, &s.world); err != nil {
		return fmt.Errorf("read the JSON object: %w", err)
	}
	lines := bufio.NewReader(io.MultiReader(dec.Buffered(), stdout))
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read the ready line: %w", err)
		}
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		url, ok := strings.CutPrefix(line, "guildhall ready ")
		if !ok || url != s.world.URL {
			return fmt.Errorf("want %q after the object, got %q", "guildhall ready "+s.world.URL, line)
		}
		break
	}
	if len(s.world.Guilds) < 1 || len(s.world.Bots) < 5 || len(s.world.Users) < 2 || len(s.world.Channels) < 2 {
		return fmt.Errorf("world has %d guilds, %d bots, %d users, %d channels; want at least 1, 5, 2 and 2",
			len(s.world.Guilds), len(s.world.Bots), len(s.world.Users), len(s.world.Channels))
	}
	return nil
}

// stop ends the server as a service manager does; it must drain and exit 0.
func (r *runner) stop(name string, s *server) {
	start := time.Now()
	result := row{Witness: name, Check: "serve.drain"}
	defer s.log.Close() // nothing is written any more
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		result.Detail = "it had ended before: " + err.Error()
		r.table.add(result)
		return
	}
	select {
	case err := <-s.ended:
		if result.OK = err == nil; err != nil {
			result.Detail = fmt.Sprintf("after SIGTERM: %v; its log is %s", err, s.log.Name())
		}
	case <-time.After(drainTimeout):
		_ = s.cmd.Process.Kill() // if it has just ended, all the better
		<-s.ended
		result.Detail = fmt.Sprintf("still running %v after SIGTERM; its log is %s", drainTimeout, s.log.Name())
	}
	result.Millis = time.Since(start).Milliseconds()
	r.table.add(result)
}

// cleanEnvironment is ours without settings for guildhall itself.
func cleanEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "GUILDHALL_") })
}
