package sessions

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guildhall/gateway"
)

// echoBytesMax bounds a message to the echo: Autobahn's largest outside of its performance cases has 256 KiB.
const echoBytesMax = 1 << 20

// echoHandler sends back what comes, over the sockets that the gateway has: the same handshake, reader, writer and closing, with
// the gateway's protocol left out.
func echoHandler(t *testing.T, s *Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, early, err := upgrade(w, r)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		k := newSocket(s, conn, gateway.Params{}, "", early)
		k.protocol.Authenticated = true // so that it may be silent for as long as between heartbeats
		k.frames.max = echoBytesMax
		k.given = func(m message) gateway.CloseCode {
			k.queue(queuedFrame{op: m.op, payload: bytes.Clone(m.payload)})
			return 0
		}
		if s.add(k) {
			defer s.running.Done()
			defer k.end()
			k.receive()
		}
	})
}

// echoServer starts an echo and gives its address.
func echoServer(t *testing.T) (address string) {
	t.Helper()
	s := &Server{open: map[*socket]bool{}, sockets: map[uint64]*socket{}}
	if err := s.config.fill(); err != nil {
		t.Fatal(err)
	}
	s.config.HeartbeatInterval = time.Minute
	s.core = NewCore("echo", Limits{SessionsMax: 1})
	s.tells = newTellQueue(s)
	var err error
	if s.metrics, err = newMetrics(s.config.Registerer, s); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: echoHandler(t, s), ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with Close
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
		s.mu.Lock()
		open := s.openSockets()
		s.mu.Unlock()
		for _, k := range open {
			k.abort()
		}
		s.running.Wait()
	})
	return listener.Addr().String()
}

// autobahnGroups are the groups of Autobahn's cases that the sockets have to pass: framing, pings, reserved bits, opcodes,
// fragments, UTF-8, closing, and fragments made by the peer. Group 9 measures; 12 and 13 are permessage-deflate, which is not
// taken.
var autobahnGroups = []string{"1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"}

// TestAutobahn is S9: it has Autobahn's cases run by kosoku, whose path is in GUILDHALL_KOSOKU (scripts/autobahn). Without it,
// TestFraming and TestFragments have the important ones.
func TestAutobahn(t *testing.T) {
	t.Parallel()
	program := os.Getenv("GUILDHALL_KOSOKU")
	if program == "" {
		t.Skip("GUILDHALL_KOSOKU is not set: scripts/autobahn sets it")
	}
	reports := t.TempDir()
	args := []string{"--outdir", reports, "--parallelism", "4"}
	for _, group := range autobahnGroups {
		args = append(args, "--include", group)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, append(args, echoServer(t))...).CombinedOutput()
	if err != nil {
		t.Logf("kosoku: %v\n%s", err, out)
	}
	judgeAutobahn(t, reports)
}

// autobahnCase is what the report says of one case.
type autobahnCase struct {
	Behavior      string `json:"behavior"`
	BehaviorClose string `json:"behaviorClose"`
}

func (c autobahnCase) passed() bool {
	return (c.Behavior == "OK" || c.Behavior == "INFORMATIONAL") && (c.BehaviorClose == "OK" || c.BehaviorClose == "INFORMATIONAL")
}

// autobahnCases is how many cases the groups have: fewer were not all run.
const autobahnCases = 247

func judgeAutobahn(t *testing.T, reports string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(reports, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var agents map[string]map[string]autobahnCase
	if err := json.Unmarshal(text, &agents); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, cases := range agents {
		for id, c := range cases {
			ran++
			if !c.passed() {
				t.Errorf("case %s: %s, close %s", id, c.Behavior, c.BehaviorClose)
			}
		}
	}
	t.Logf("%d cases of groups %s", ran, strings.Join(autobahnGroups, " "))
	if ran != autobahnCases {
		t.Errorf("%d cases were run, want %d", ran, autobahnCases)
	}
}
