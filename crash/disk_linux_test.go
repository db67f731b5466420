package crash_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"guildhall/faultfs"
	"guildhall/history"
)

const (
	// reserveArgument is small, so that a small disk will do.
	reserveArgument = "1MiB"
	reserveBytes    = 1 << 20
	// noticeTimeout is how long a server may take to see that there is room again, or none. failures F59, F60: 5 s
	noticeTimeout = 5 * time.Second
	noticePause   = 20 * time.Millisecond
)

// room is a server on a disk of a test's, and a bot that writes to it.
type room struct {
	*testing.T
	*machine
	*place
	writer *writer
	server *server
}

func newRoom(t *testing.T, args ...string) *room {
	t.Helper()
	m := newMachine(t)
	world := fixture(t, m.data(), 1)
	_, seed := chance(t)
	r := &room{T: t, machine: m, place: newPlace(world)}
	r.keeper = new(keeper)
	r.writer = newWriter(r.place, "w0", world.Bots[0], seed)
	r.server = start(t, append([]string{"--data", m.data(), "--rate-limits", "off"}, args...)...)
	r.where.set(r.server.url)
	return r
}

// ask sends one message, with a file or not, and gives the status of a refusal; 0 for none, -1 for no answer: one that was
// on its way to the disk as it filled up waits for room.
func (r *room) ask(ctx context.Context, withFile bool) int {
	r.Helper()
	ctx, cancel := context.WithTimeout(ctx, noticeTimeout/2)
	defer cancel()
	err := r.writer.tryOnce(ctx, r.server.url, withFile)
	switch refusal := refused(err); {
	case err == nil:
		return 0
	case refusal == nil:
		return -1
	default:
		if refusal.Message == "" {
			r.Errorf("not Discord's form: %s", refusal.Body)
		}
		return refusal.Status
	}
}

// tryOnce sends a message that no history is kept of.
func (w *writer) tryOnce(ctx context.Context, base string, withFile bool) error {
	if !withFile {
		return w.client.do(ctx, base, http.MethodPost, messagesPath(w.channel), map[string]any{"content": "words"}, nil)
	}
	const boundary = "limit"
	body := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.txt\"\r\n\r\ncontent\r\n--" + boundary + "--\r\n"
	return w.client.send(ctx, base, http.MethodPost, messagesPath(w.channel), "multipart/form-data; boundary="+boundary, strings.NewReader(body), nil)
}

// until waits until the server answers as wanted.
func (r *room) until(ctx context.Context, what string, wanted func() bool) {
	r.Helper()
	deadline := time.NewTimer(noticeTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(noticePause)
	defer tick.Stop()
	for !wanted() {
		select {
		case <-tick.C:
		case <-deadline.C:
			r.Fatalf("not within %v: %s", noticeTimeout, what)
		case <-ctx.Done():
			r.Fatal(context.Cause(ctx))
		}
	}
}

// ops gets a path of the ops listener.
func (r *room) ops(path string) (status int, body string) {
	r.Helper()
	return opsOf(r.T, r.data(), path)
}

// opsOf asks the ops listener of the server on a data folder.
func opsOf(t *testing.T, data, path string) (status int, body string) {
	t.Helper()
	client := http.Client{Timeout: noticeTimeout, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + opsAddress(t, data) + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, answerMax))
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// opsAddress is where the server on a data folder has its ops listener.
func opsAddress(t *testing.T, data string) string {
	t.Helper()
	content, err := os.ReadFile(data + "/endpoints.json")
	if err != nil {
		t.Fatal(err)
	}
	var endpoints struct{ Ops string }
	if err := json.Unmarshal(content, &endpoints); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(endpoints.Ops, "http://")
}

// TestFullDisk: files are refused first, chat lives until the reserve, reading goes on, and all comes back by itself. F60
func TestFullDisk(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := newRoom(t, "--disk-reserve", reserveArgument)
	steps := []struct {
		name          string
		free          int64
		message, file int // the status that each is refused with
		ready, metric string
	}{
		{"room", -1, 0, 0, "ready\n", "guildhall_disk_level 0"},
		{"no files", reserveBytes * 3 / 2, 0, http.StatusInsufficientStorage, "files are refused", "guildhall_disk_level 3"},
		{"read only", reserveBytes / 2, http.StatusInsufficientStorage, http.StatusInsufficientStorage, "reading goes on", "guildhall_disk_level 4"},
		{"nothing left", 0, http.StatusInsufficientStorage, http.StatusInsufficientStorage, "reading goes on", "guildhall_disk_free_bytes"},
		{"no files again", reserveBytes * 3 / 2, 0, http.StatusInsufficientStorage, "files are refused", "guildhall_disk_level 3"},
		{"room again", -1, 0, 0, "ready\n", "guildhall_disk_level 0"},
	}
	for _, step := range steps {
		r.disk.Limit(step.free)
		began := time.Now()
		r.until(ctx, step.name+": messages", func() bool { return r.ask(ctx, false) == step.message })
		t.Logf("%s: after %v", step.name, time.Since(began).Round(time.Millisecond))
		if got := r.ask(ctx, true); got != step.file {
			t.Errorf("%s: a file is answered %d, want %d", step.name, got, step.file)
		}
		var page []message
		if err := r.writer.client.do(ctx, r.server.url, http.MethodGet, messagesPath(r.channel), nil, &page); err != nil || len(page) == 0 {
			t.Errorf("%s: reading: %v, %d messages", step.name, err, len(page))
		}
		if status, body := r.ops("/readyz"); status != http.StatusOK || !strings.Contains(body, step.ready) {
			t.Errorf("%s: readyz says %d %q", step.name, status, body)
		}
		if _, body := r.ops("/metrics"); !strings.Contains(body, step.metric) {
			t.Errorf("%s: metrics say nothing of %q", step.name, step.metric)
		}
	}
	if log := r.server.tail(); !strings.Contains(log, "files are refused") || !strings.Contains(log, "disk_reserve") {
		t.Errorf("the log does not say what to do:\n%s", log)
	}
}

// TestDiskFillsUpUnderLoad: a disk that others fill to its last byte, faster than it is looked at, loses nothing that was
// acknowledged and ends no server, and writing goes on when there is room again. F37, F60
func TestDiskFillsUpUnderLoad(t *testing.T) {
	t.Parallel()
	rng, seed := chance(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	m := newMachine(t)
	world := fixture(t, m.data(), writers)
	p := newPlace(world)
	o := outage{machine: m, killer: killer{place: p, t: t, rng: rng, args: []string{"--data", m.data(), "--rate-limits", "off", "--disk-reserve", reserveArgument}}}
	c := muster(ctx, t, p, world, seed)
	s := o.start(c.writing)
	const rounds = 5
	for range rounds {
		o.awaitAcks(c.writing, 1+rng.IntN(acksMost))
		p.recorder.Record(&history.Fault{Name: "full", Active: true})
		m.disk.Limit(rng.Int64N(64 << 10))
		o.delay(ctx, time.Second)
		m.disk.Limit(-1)
		p.recorder.Record(&history.Fault{Name: "full"})
	}
	o.awaitAcks(c.writing, writers)
	o.lose(c.writing, s)
	o.start(c.writing)
	if err := c.rest(); err != nil {
		t.Error(err)
	}
	c.readAll(ctx, t)
	report := judgeCrash(t, p.recorder, seed)
	lost, _ := report.Finding("H1")
	t.Logf("%d lost in %d acknowledged over %d full disks and a power loss; %d unknown and asked again", lost.Count, lost.Judged, rounds, p.unknown.Load())
}

// TestFailingDiskEndsTheServer: after a sync that failed the process ends by itself, says why, and the next one has all
// that was acknowledged; a disk that can't be written is no different. F37
func TestFailingDiskEndsTheServer(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]faultfs.Fault{
		"sync":  {Operation: faultfs.Sync, File: "*-wal", Times: 1, Err: syscall.EIO},
		"write": {Operation: faultfs.Write, File: "*-wal", Times: 1, Err: syscall.EIO},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			r := newRoom(t)
			for range keptWrites {
				if err := r.writer.send(ctx); err != nil {
					t.Fatal(err)
				}
			}
			r.disk.Inject(fault)
			if err := r.writer.tryOnce(ctx, r.server.url, false); err == nil || certain(err) {
				t.Errorf("a write that the disk has failed: %v", err)
			}
			code, err := r.server.wait(endTimeout)
			if err != nil || code != 1 {
				t.Fatalf("exit code %d, %v", code, err)
			}
			if log := r.server.tail(); !strings.Contains(log, "the store can't be trusted") || !strings.Contains(log, "disk I/O error") {
				t.Errorf("the log does not say why:\n%s", log)
			}
			s := start(t, "--data", r.data(), "--rate-limits", "off")
			r.where.set(s.url)
			if _, err := r.writer.readAll(ctx); err != nil {
				t.Fatal(err)
			}
			report := history.Check(r.recorder.History(), history.Options{Entitled: history.Everyone})
			// One more may be there than was acknowledged: the outcome of the last was unknown.
			if lost, _ := report.Finding("H1"); lost.Count != 0 || lost.Judged != keptWrites {
				t.Errorf("%d of %d are lost", lost.Count, lost.Judged)
			}
		})
	}
}
