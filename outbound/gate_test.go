package outbound

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestGate: no more at once than there are places, no more of one host than are its, who waits comes in order, and who gives
// up leaves nothing behind.
func TestGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2, 1, 4)
		ctx := t.Context()
		in := func(host string) chan error {
			done := make(chan error, 1)
			go func() { done <- g.enter(ctx, host) }()
			synctest.Wait()
			return done
		}
		waits := func(c chan error) bool { return len(c) == 0 }
		if err := <-in("a"); err != nil {
			t.Fatal(err)
		}
		second := in("a") // its host has no place left
		if !waits(second) {
			t.Error("two of one host")
		}
		if third := in("a"); waits(third) || !errors.Is(<-third, ErrBusy) {
			t.Error("one host fills the queue")
		}
		if err := <-in("b"); err != nil {
			t.Fatal(err)
		}
		c, d, e := in("c"), in("d"), in("e")
		if !waits(c) || !waits(d) || !waits(e) {
			t.Error("more at once than there are places")
		}
		if f := in("f"); waits(f) || !errors.Is(<-f, ErrBusy) {
			t.Error("the queue has no bound")
		}
		g.leave("b")
		synctest.Wait()
		if waits(c) || !waits(d) || !waits(second) {
			t.Error("not the first who can has come in")
		}
		g.leave("a")
		synctest.Wait()
		if waits(second) || !waits(d) {
			t.Error("the host's own place went to another, out of order")
		}
		for _, host := range []string{"a", "c"} { // d and e come in
			g.leave(host)
		}
		synctest.Wait()
		short, cancel := context.WithCancel(ctx)
		gone := make(chan error, 1)
		go func() { gone <- g.enter(short, "d") }()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		g.leave("d")
		g.leave("e")
		if g.running != 0 || len(g.hosts) != 0 || len(g.queue) != 0 {
			t.Errorf("left behind: %d, %v, %d", g.running, g.hosts, len(g.queue))
		}
	})
}
