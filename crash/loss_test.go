package crash_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"guildhall/history"
)

const (
	keptWrites = 60
	lostWrites = 30
)

// TestLossIsSeen shows that the judgement of these tests can fail: a server that is killed and finds its data folder as
// it was some acknowledgements ago has lost something (H1), and the checker says so.
func TestLossIsSeen(t *testing.T) {
	t.Parallel()
	_, seed := chance(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir, copied := t.TempDir()+"/data", t.TempDir()+"/copy"
	world := fixture(t, dir, 1)
	p := newPlace(world)
	w := newWriter(p, "w0", world.Bots[0], seed)
	send := func(n int) {
		t.Helper()
		for range n {
			if err := w.send(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := start(t, "--data", dir, "--rate-limits", "off")
	p.where.set(s.url)
	send(keptWrites)
	s.kill(t)
	copyFolder(t, copied, dir)
	s = start(t, "--data", dir, "--rate-limits", "off")
	p.where.set(s.url)
	send(lostWrites)
	s.kill(t)

	s = start(t, "--data", copied, "--rate-limits", "off")
	p.where.set(s.url)
	final, err := w.readAll(ctx)
	if err != nil {
		t.Fatal(err)
	}
	report := history.Check(p.recorder.History(), history.Options{Entitled: history.Everyone})
	lost, _ := report.Finding("H1")
	if lost.Count != lostWrites || lost.Judged != keptWrites+lostWrites || len(final.Items) != keptWrites {
		t.Errorf("%d of %d writes are found to be lost and %d to be there, want %d of %d and %d\n%s",
			lost.Count, lost.Judged, len(final.Items), lostWrites, keptWrites+lostWrites, keptWrites, fmt.Sprint(report))
	}
}
