package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/blob"
	"guildhall/store"
)

// Tables are the projections that say what is named; see store.Tables.
type Tables interface {
	Row(ctx context.Context, key guildhall.RowKey) (store.Stored, bool, error)
	Rows(ctx context.Context, q store.Query) ([]store.Stored, error)
}

const (
	// tick is how often some blobs are looked at, perTick how many then: 180,000 in an hour, with three rows read for each
	// at most.
	tick    = time.Second
	perTick = 50
	// settle is after how long a blob that nothing names is looked at once more: the tables may trail behind a record that
	// names it, and a process that has just begun knows nothing of how far.
	settle = time.Hour
	// grace is how long a blob is left alone after it was written. What is to name it comes within seconds.
	grace = 24 * time.Hour
	// webhookGrace is grace for the pictures that webhooks' messages show, which nothing else names. Each use within it
	// writes them anew.
	webhookGrace = 30 * 24 * time.Hour
	// doubtedMax bounds the blobs that wait for their second look. Those that find no place are found again.
	doubtedMax = 100_000
	// removeTime bounds what is done in one tick.
	removeTime = 30 * time.Second
	// sinceKey is the blob that holds when names began to be written down: what is older may have a name that was not.
	sinceKey = "sweep/since"
)

// Sweeper goes through all blobs, over and over.
type Sweeper struct {
	blobs  blob.Store
	tables Tables
	now    func() time.Time
	log    *slog.Logger

	removed, failures prometheus.Counter

	// owned by Run
	since   time.Time
	doubted map[string]time.Time
	pass    *pass
	rest    time.Time // when the next pass may begin
}

// pass is one way through the blobs.
type pass struct {
	began time.Time
	next  func() (blob.Entry, error, bool)
	stop  func()
}

// New makes a sweeper; now nil is the clock.
func New(blobs blob.Store, tables Tables, now func() time.Time, log *slog.Logger, metrics prometheus.Registerer) (*Sweeper, error) {
	if now == nil {
		now = time.Now
	}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "guildhall", Subsystem: "sweep", Name: name, Help: help})
	}
	s := &Sweeper{
		blobs: blobs, tables: tables, now: now, log: log, doubted: map[string]time.Time{},
		removed: counter("removed_total", "Blobs removed."), failures: counter("failures_total", "Passes that ended early."),
	}
	if err := errors.Join(metrics.Register(s.removed), metrics.Register(s.failures)); err != nil {
		return nil, fmt.Errorf("new sweeper: %w", err)
	}
	return s, nil
}

// Run sweeps until ctx ends.
func (s *Sweeper) Run(ctx context.Context) {
	timer := time.NewTimer(tick)
	defer timer.Stop()
	defer s.endPass()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := s.Step(ctx); err != nil && ctx.Err() == nil {
			s.failures.Inc()
			s.log.Warn("blobs are swept later", "error", err)
			s.endPass()
		}
		wait := tick
		if s.pass == nil {
			wait = max(tick, s.rest.Sub(s.now()))
		}
		timer.Reset(wait)
	}
}

// Step looks at the next few blobs. Run calls it every second; nobody else may at the same time.
func (s *Sweeper) Step(ctx context.Context) error {
	if s.since.IsZero() {
		if err := s.begin(ctx); err != nil {
			return err
		}
	}
	work, cancel := context.WithTimeout(ctx, removeTime)
	defer cancel()
	if s.pass == nil {
		if s.now().Before(s.rest) {
			return nil
		}
		next, stop := iter.Pull2(s.blobs.All(ctx))
		s.pass = &pass{s.now(), next, stop}
		s.rest = s.pass.began.Add(settle)
	}
	for range perTick {
		e, err, ok := s.pass.next()
		if !ok {
			s.forget()
			s.endPass()
			return nil
		}
		if err == nil {
			err = s.look(work, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweeper) endPass() {
	if s.pass != nil {
		s.pass.stop()
		s.pass = nil
	}
}

// forget drops, after a whole pass, those from among the doubted that would have been judged in it: they are gone.
func (s *Sweeper) forget() {
	for key, first := range s.doubted {
		if s.pass.began.Sub(first) >= settle {
			delete(s.doubted, key)
		}
	}
}

// first is when names begin to be written down: now, and after all that is there, as the clock may be behind.
func (s *Sweeper) first(ctx context.Context) (time.Time, error) {
	since := s.now()
	for e, err := range s.blobs.All(ctx) {
		if err != nil {
			return since, err
		}
		if !e.Put.Before(since) {
			since = e.Put.Add(time.Second) // it is written down in whole seconds
		}
	}
	return since, nil
}

// begin finds out since when names are written down; the first sweeper of all begins that time.
func (s *Sweeper) begin(ctx context.Context) error {
	b, err := s.blobs.Get(ctx, sinceKey)
	if errors.Is(err, blob.ErrNotFound) {
		since, err := s.first(ctx)
		if err != nil {
			return fmt.Errorf("begin to sweep: %w", err)
		}
		if err := s.blobs.Put(ctx, sinceKey, strings.NewReader(since.Format(time.RFC3339))); err != nil {
			return fmt.Errorf("begin to sweep: %w", err)
		}
		s.since = since
		return nil
	}
	if err != nil {
		return fmt.Errorf("begin to sweep: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(b, int64(2*len(time.RFC3339))))
	if err = errors.Join(err, b.Close()); err == nil {
		s.since, err = time.Parse(time.RFC3339, string(text))
	}
	if err != nil {
		return fmt.Errorf("begin to sweep: read %s: %w", sinceKey, err)
	}
	return nil
}

// look judges one blob: one that nothing names, at two looks, and that has not been written for a while, is removed.
func (s *Sweeper) look(ctx context.Context, e blob.Entry) error {
	now := s.now()
	old := now.Add(-grace)
	if !e.Put.Before(old) {
		delete(s.doubted, e.Key)
		return nil
	}
	n, err := s.named(ctx, e.Key)
	if err != nil {
		return fmt.Errorf("who names %s: %w", e.Key, err)
	}
	if n == byWebhook {
		old = now.Add(-webhookGrace)
	}
	if n == yes || !e.Put.Before(old) {
		delete(s.doubted, e.Key)
		return nil
	}
	first, doubted := s.doubted[e.Key]
	switch {
	case !doubted && len(s.doubted) < doubtedMax:
		s.doubted[e.Key] = now
	case doubted && now.Sub(first) >= settle:
		delete(s.doubted, e.Key)
		did, err := s.blobs.DeleteStale(ctx, e.Key, old)
		if did {
			s.removed.Inc()
		}
		return err
	}
	return nil
}
