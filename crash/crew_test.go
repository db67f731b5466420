package crash_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"
)

// crew are the clients of a crash run: writers, one for each bot, and a watcher.
type crew struct {
	writers []*writer
	watcher *watcher
	// writing ends when a writer finds something that no death of a server explains.
	writing context.Context

	stop             chan struct{}
	endWatch         context.CancelFunc
	writes, watching *errgroup.Group
}

// muster starts the clients. The end of the test waits for them, also when it gives up.
func muster(ctx context.Context, t *testing.T, p *place, w world, seed uint64) *crew {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	c := &crew{watcher: newWatcher(p, "watcher", w.Bots[0]), stop: make(chan struct{})}
	var watch context.Context
	watch, c.endWatch = context.WithCancel(ctx)
	c.watching, watch = errgroup.WithContext(watch)
	c.watching.Go(func() error { return c.watcher.watch(watch) })
	c.writes, c.writing = errgroup.WithContext(ctx)
	for i, bot := range w.Bots {
		one := newWriter(p, fmt.Sprintf("w%d", i), bot, seed)
		c.writers = append(c.writers, one)
		c.writes.Go(func() error { return one.write(c.writing, c.stop) })
	}
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(c.writes.Wait(), c.watching.Wait()); t.Failed() {
			t.Log("the clients ended with:", err) // else it was said before
		}
	})
	return c
}

// rest lets the writers end what they have begun, and returns what they found wrong.
func (c *crew) rest() error {
	close(c.stop)
	return c.writes.Wait()
}

// readAll brings the watcher up to date, reads the whole channel and ends the watch.
func (c *crew) readAll(ctx context.Context, t *testing.T) (messages int) {
	t.Helper()
	fence(ctx, t, c.writers[0], c.watcher)
	final, err := c.writers[0].readAll(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c.endWatch()
	if err := c.watching.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	return len(final.Items)
}
