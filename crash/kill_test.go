package crash_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
)

const (
	killsUsual = 3
	writers    = 4
	// acksMost is the most acknowledgements between a start and the kill.
	acksMost = 200
	// startKills: one kill in so many hits a server that is still starting.
	startKills = 6
	// startKillMost is how long such a server has lived at most.
	startKillMost = 250 * time.Millisecond
	// killJitter parts the kill from the acknowledgement that it counts from.
	killJitter = 3 * time.Millisecond
	// quietTimeout is how long a ready server may acknowledge nothing.
	quietTimeout = 20 * time.Second
)

// TestKill: a server that is killed at any moment and started again has all that it acknowledged, once, in one order,
// and nothing that nobody wrote (H1 to H4); each session got its events once and in order (H5); a writer reads what it
// wrote (H6).
func TestKill(t *testing.T) {
	t.Parallel()
	kills := size(t, "CRASH_KILLS", killsUsual)
	rng, seed := chance(t)
	took := stopwatch()
	dir := t.TempDir()
	world := fixture(t, dir, writers)
	p := newPlace(world)
	// The bound of the whole run; each kill takes about a second on an idle machine.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(kills)*10*time.Second)
	defer cancel()

	c := muster(ctx, t, p, world, seed)
	k := killer{place: p, t: t, rng: rng, args: []string{"--data", dir, "--rate-limits", "off"}}
	k.run(c.writing, kills)
	if err := c.rest(); err != nil {
		t.Error(err)
	}
	messages := c.readAll(ctx, t)
	report := judgeCrash(t, p.recorder, seed)
	lost, _ := report.Finding("H1")
	t.Logf("%d kills (%d during start-up) in %v: %d writes acknowledged, %d unknown and asked again; lost %d of %d judged; "+
		"%d messages at the end; watcher: %d lifetimes, %d resumed, %d refused; starts took %v",
		kills, k.early, took(), report.Counts.Acknowledged, p.unknown.Load(), lost.Count, lost.Judged,
		messages, c.watcher.lifetime, c.watcher.resumes, c.watcher.refused, k.starts())
	t.Logf("\n%s", report)
}

// judgeCrash runs the checker and, where it finds something, keeps the history.
func judgeCrash(t *testing.T, r *history.Recorder, seed uint64) *history.Report {
	t.Helper()
	h := r.History()
	report := history.Check(h, history.Options{Entitled: history.Everyone})
	if err := report.Require("H1", "H2", "H3", "H4", "H5", "H6"); err != nil {
		t.Error(err)
		keep(t, fmt.Sprintf("%s-%d.jsonl", t.Name(), seed), func(f *os.File) error { return writeHistory(f, h) })
	}
	return report
}

func writeHistory(f *os.File, h *history.History) error {
	for _, e := range h.Entries {
		line, err := e.MarshalJSON()
		if err != nil {
			return err
		}
		if _, err := f.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// fence sends one more message and waits until the watcher has it: whatever was sent before has come too.
func fence(ctx context.Context, t *testing.T, w *writer, watcher *watcher) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, quietTimeout)
	defer cancel()
	if err := watcher.await(ctx, func() bool { return watcher.attached }); err != nil {
		t.Fatalf("the watcher is not back: %v", err)
	}
	if err := w.send(ctx); err != nil {
		t.Fatal(err)
	}
	last := guildhall.Snowflake(w.posts[len(w.posts)-1].id)
	if err := watcher.await(ctx, func() bool { return watcher.latest >= last }); err != nil {
		t.Errorf("the watcher did not get message %s: %v", last, err)
	}
}

// killer starts a server and kills it, over and over, and leaves one running.
type killer struct {
	*place
	t     *testing.T
	rng   *rand.Rand
	args  []string
	early int
	took  []time.Duration
}

func (k *killer) run(ctx context.Context, kills int) {
	k.t.Helper()
	s := k.start(ctx)
	for range kills {
		if k.rng.IntN(startKills) == 0 {
			// This kill hits the next start instead.
			k.recorder.Record(&history.Fault{Name: "kill", Active: true})
			k.where.set("")
			s.kill(k.t)
			k.killEarly(ctx)
			k.recorder.Record(&history.Fault{Name: "kill"})
			s = k.start(ctx)
			continue
		}
		k.awaitAcks(ctx, 1+k.rng.IntN(acksMost))
		k.delay(ctx, time.Duration(k.rng.Int64N(int64(killJitter))))
		k.recorder.Record(&history.Fault{Name: "kill", Active: true})
		s.kill(k.t)
		k.where.set("")
		k.recorder.Record(&history.Fault{Name: "kill"})
		s = k.start(ctx)
	}
	k.awaitAcks(ctx, writers)
}

func (k *killer) start(ctx context.Context) *server {
	k.t.Helper()
	p := begin(k.t, k.args...)
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := p.wait(ctx); err != nil {
		k.t.Fatal(err)
	}
	k.took = append(k.took, p.took)
	k.where.set(p.url)
	return p.server
}

// killEarly kills a server somewhere on its way to being ready.
func (k *killer) killEarly(ctx context.Context) {
	k.t.Helper()
	k.early++
	p := begin(k.t, k.args...)
	life := time.NewTimer(time.Duration(k.rng.Int64N(int64(startKillMost))))
	defer life.Stop()
	select {
	case <-life.C:
	case <-ctx.Done():
	case err := <-p.ready:
		if err != nil {
			k.t.Fatal(err)
		}
	}
	p.kill(k.t)
}

// awaitAcks waits for so many acknowledgements.
func (k *killer) awaitAcks(ctx context.Context, n int) {
	k.t.Helper()
	for len(k.acks) > 0 { // those of before
		<-k.acks
	}
	quiet := time.NewTimer(quietTimeout)
	defer quiet.Stop()
	for range n {
		select {
		case <-k.acks:
		case <-quiet.C:
			k.t.Fatalf("fewer than %d writes were acknowledged in %v", n, quietTimeout)
		case <-ctx.Done():
			k.t.Fatal(context.Cause(ctx))
		}
	}
}

// delay is chance, not waiting for something: without it every kill would hit a moment right after an answer.
func (k *killer) delay(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// starts sums up how long the starts took.
func (k *killer) starts() string {
	slices.Sort(k.took)
	return fmt.Sprintf("%v to %v, in the middle %v", k.took[0].Round(time.Millisecond),
		k.took[len(k.took)-1].Round(time.Millisecond), k.took[len(k.took)/2].Round(time.Millisecond))
}
