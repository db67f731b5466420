package guilds

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"guildhall"
	"guildhall/conformance"
	"guildhall/store"
)

// longStore has an outbox and events of any length.
type longStore struct {
	store.Store
	pending int
	events  uint64
	every   time.Duration
	first   time.Time
	read    int
}

func (l *longStore) Outbox(_ context.Context, _ guildhall.Slot, limit int) ([]store.Pending, error) {
	var pending []store.Pending
	for n := range min(limit, l.pending) {
		pending = append(pending, store.Pending{Position: uint64(n + 1)})
	}
	return pending, nil
}

func (l *longStore) Events(_ context.Context, o guildhall.Object, after uint64, limit int) ([]*guildhall.Record, error) {
	var events []*guildhall.Record
	for p := after + 1; p <= l.events && len(events) < limit; p++ {
		at := guildhall.TimestampOf(l.first.Add(time.Duration(p) * l.every))
		events = append(events, &guildhall.Record{Object: o, Position: p, At: at})
	}
	l.read += len(events)
	return events, nil
}

func TestAllOfALongOutboxIsRead(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, outboxLimit - 1, outboxLimit, 5*outboxLimit + 1} {
		i := &incarnation{Config: Config{Store: &longStore{pending: n}}}
		pending, err := i.readOutbox(t.Context(), 1)
		if err != nil || len(pending) != n {
			t.Errorf("%d of %d read, %v", len(pending), n, err)
		}
	}
}

// TestALoadReadsTheWindowAndLittleMore: what is kept may be far more than the window, for instance when the pruner can't
// keep up.
func TestALoadReadsTheWindowAndLittleMore(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_790_000_000_000)
	for _, test := range []struct {
		name   string
		events uint64
		every  time.Duration
		want   int
	}{
		{"none", 0, time.Second, 0},
		{"few", 5, time.Second, 5},
		{"far more than the window", 200_000, time.Second, 600},
		{"a busy window", 20_000, 100 * time.Millisecond, 6000},
		{"all of it in the window", 3000, time.Millisecond, 3000},
		{"more than is known", 2 * knownMax, time.Millisecond, knownMax},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &longStore{Store: conformance.NewModel(), events: test.events, every: test.every}
			s.first = now.Add(-time.Duration(test.events) * test.every)
			i := &incarnation{Config: Config{Store: s, Now: func() time.Time { return now }}}
			events, err := i.readEvents(t.Context(), guildhall.GuildObject(1), test.events)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(events); n < test.want || n > test.want+1 || n > 0 && events[n-1].Position != test.events {
				t.Errorf("%d events, want %d", n, test.want)
			}
			if s.read > 2*test.want+2*pageLimit {
				t.Errorf("%d events read for %d", s.read, test.want)
			}
		})
	}
}

// stuckSender never gets an answer from some objects' owner.
type stuckSender struct{ stuck func(guildhall.Object) bool }

func (s stuckSender) Command(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	if s.stuck(cmd.Object) {
		<-ctx.Done()
		return nil, guildhall.ErrTimeout
	}
	return &guildhall.Answer{}, nil
}

// TestWhatCannotBeDeliveredDoesNotHoldUpWhatCan: hundreds of follow-ups wait for an owner that is gone.
func TestWhatCannotBeDeliveredDoesNotHoldUpWhatCan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reachable := guildhall.GuildObject(1)
		o := &Owner{cfg: Config{
			Sender: stuckSender{func(o guildhall.Object) bool { return o != reachable }}, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
		}}
		i := o.incarnate()
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for n := range 10 * sendersMax {
			all.Go(func() {
				i.deliver(ctx, store.Pending{FollowUp: guildhall.FollowUp{To: guildhall.GuildObject(guildhall.GuildID(n + 2))}})
			})
		}
		time.Sleep(time.Minute) // the bubble's clock
		began := time.Now()
		i.deliver(ctx, store.Pending{FollowUp: guildhall.FollowUp{To: reachable}})
		if took := time.Since(began); took > time.Second {
			t.Errorf("took %v", took)
		}
		cancel()
		all.Wait()
	})
}

func TestWhoHasLeftIsNotServed(t *testing.T) {
	t.Parallel()
	i := &incarnation{asked: map[Ticket]chan Output{7: nil, 8: make(chan Output)}}
	for _, in := range []Input{Ask{Ticket: 6}, AskFollow{Ticket: 6}} {
		if !i.left(in) {
			t.Errorf("%T of one who has left is served", in)
		}
	}
	for _, in := range []Input{Ask{Ticket: 8}, AskFollow{Ticket: 8}, Projected{1}} {
		if i.left(in) {
			t.Errorf("%T is passed over", in)
		}
	}
}
