package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"guildhall"
	"guildhall/calls"
	"guildhall/cluster"
	"guildhall/conformance"
	"guildhall/store"
)

// world is a router with everything it works with; serve says how a node answers.
type world struct {
	network   *calls.Network
	store     store.Store
	ring      *cluster.Ring
	directory *cluster.Directory
	router    *cluster.Router
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOver(t, conformance.NewModel())
}

func newWorldOver(t *testing.T, s store.Store) *world {
	t.Helper()
	w := &world{network: new(calls.Network), store: s, directory: new(cluster.Directory)}
	w.ring = cluster.NewRing(w.store)
	w.router = cluster.NewRouter(w.network, w.ring, w.directory)
	must(t, cluster.ClaimAll(t.Context(), w.store, logA))
	_, err := w.ring.Fresh(t.Context())
	must(t, err)
	w.directory.Put(logA, "a")
	w.directory.Put(logB, "b")
	return w
}

func (w *world) serve(node string, answer func(*guildhall.Command) guildhall.Answer) {
	w.network.Serve(node, func(_ context.Context, r calls.Request) ([]byte, error) {
		var cmd guildhall.Command
		if err := json.Unmarshal(r.Body, &cmd); err != nil {
			return nil, err
		}
		return json.Marshal(answer(&cmd))
	})
}

var somewhere = guildhall.GuildObject(9 << 22)

func (w *world) epoch() uint64 { return w.ring.Table().Slots[somewhere.Slot()].Epoch }

func TestACommandIsRepeatedUntilItIsSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var tries []guildhall.RequestID
		w.serve("a", func(cmd *guildhall.Command) guildhall.Answer {
			tries = append(tries, cmd.RequestID)
			switch len(tries) {
			case 1:
				return guildhall.Answer{Status: guildhall.Busy}
			case 2: // gives the slot away
				must(t, cluster.Carry(t.Context(), w.store, &cluster.Takeover{Victim: logA, Own: logB}))
			}
			return guildhall.Answer{Status: guildhall.NotOwner}
		})
		w.serve("b", func(cmd *guildhall.Command) guildhall.Answer {
			tries = append(tries, cmd.RequestID)
			return guildhall.Answer{Status: guildhall.Done, Position: 7}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		a, err := w.router.Command(ctx, &guildhall.Command{Name: "x", Object: somewhere})
		if err != nil || a.Position != 7 {
			t.Fatalf("%+v, %v", a, err)
		}
		if len(tries) != 3 || tries[0] != tries[2] || tries[0] == (guildhall.RequestID{}) {
			t.Errorf("request ids of the tries: %x", tries)
		}
	})
}

func TestACommandWithoutAnAnswerEndsUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve("a", func(*guildhall.Command) guildhall.Answer { return guildhall.Answer{Status: guildhall.NotOwner} })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := w.router.Command(ctx, &guildhall.Command{Name: "x", Object: somewhere}); !errors.Is(err, guildhall.ErrTimeout) {
			t.Errorf("%v", err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("took %v of a deadline of 1 s", took)
		}
		if _, err := w.router.Command(t.Context(), &guildhall.Command{Name: "x", Object: somewhere}); err == nil {
			t.Error("a command without a deadline is carried out")
		}
	})
}

func TestAnAnswerAboutNowNeedsTheRingsEpoch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		old := w.epoch()
		// The slot moves, and nobody has told this node or the old owner, which was frozen meanwhile.
		must(t, cluster.Carry(t.Context(), w.store, &cluster.Takeover{Victim: logA, Own: logB}))
		var asked atomic.Int32
		w.serve("a", func(*guildhall.Command) guildhall.Answer {
			asked.Add(1)
			return guildhall.Answer{Status: guildhall.Done, Epoch: old, Body: json.RawMessage(`"stale"`)}
		})
		w.serve("b", func(*guildhall.Command) guildhall.Answer {
			return guildhall.Answer{Status: guildhall.Done, Epoch: w.epoch(), Body: json.RawMessage(`"fresh"`)}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		a, err := w.router.Query(ctx, &guildhall.Command{Name: "get.x", Object: somewhere})
		must(t, err)
		if string(a.Body) != `"fresh"` {
			t.Errorf("answered %s", a.Body)
		}
		if asked.Load() != 1 {
			t.Errorf("the old owner was asked %d times", asked.Load())
		}
	})
}

func TestARefusalIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve("a", func(*guildhall.Command) guildhall.Answer {
		return guildhall.Answer{Status: guildhall.Refused, Epoch: w.epoch(), Err: guildhall.ErrUnknownGuild}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := w.router.Query(ctx, &guildhall.Command{Name: "get.x", Object: somewhere}); !errors.Is(err, guildhall.ErrUnknownGuild) {
		t.Errorf("%v", err)
	}
}

// frozen has a node accept calls and answer none of them.
func (w *world) frozen(node string, accepted func(guildhall.RequestID)) {
	w.network.Serve(node, func(ctx context.Context, r calls.Request) ([]byte, error) {
		accepted(r.ID)
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
}

// TestAFrozenOwnerDoesNotHoldACallUntilItsDeadline: it accepts and never answers; meanwhile its log is taken over.
func TestAFrozenOwnerDoesNotHoldACallUntilItsDeadline(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*cluster.Router, context.Context, *guildhall.Command) (*guildhall.Answer, error){
		"command": (*cluster.Router).Command,
		"query":   (*cluster.Router).Query,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				var asked []guildhall.RequestID
				w.frozen("a", func(id guildhall.RequestID) {
					asked = append(asked, id)
					must(t, cluster.Carry(t.Context(), w.store, &cluster.Takeover{Victim: logA, Own: logB}))
				})
				w.serve("b", func(cmd *guildhall.Command) guildhall.Answer {
					asked = append(asked, cmd.RequestID)
					return guildhall.Answer{Status: guildhall.Done, Position: 7, Epoch: w.epoch()}
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				a, err := ask(w.router, ctx, &guildhall.Command{Name: "x", Object: somewhere})
				if err != nil || a.Position != 7 {
					t.Fatalf("%+v, %v", a, err)
				}
				if took := time.Since(began); took > 3*time.Second {
					t.Errorf("the frozen owner held the call for %v", took)
				}
				if len(asked) != 2 || asked[0] != asked[1] {
					t.Errorf("request ids of the tries: %x", asked)
				}
			})
		})
	}
}

// TestASlowOwnerIsGivenMoreTime: nobody takes over one that takes 5 s for an answer.
func TestASlowOwnerIsGivenMoreTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.network.Serve("a", func(ctx context.Context, _ calls.Request) ([]byte, error) {
			select {
			case <-time.After(5 * time.Second):
				return json.Marshal(guildhall.Answer{Status: guildhall.Done, Position: 7})
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if a, err := w.router.Command(ctx, &guildhall.Command{Name: "x", Object: somewhere}); err != nil || a.Position != 7 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

// TestTurnedAwayAfterAnUnansweredTryIsUnknown: that try may have been committed.
func TestTurnedAwayAfterAnUnansweredTryIsUnknown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, answered := range []bool{true, false} {
			w := newWorld(t)
			w.serve("a", func(*guildhall.Command) guildhall.Answer { return guildhall.Answer{Status: guildhall.Busy} })
			if !answered {
				w.frozen("a", func(guildhall.RequestID) {
					w.serve("a", func(*guildhall.Command) guildhall.Answer { return guildhall.Answer{Status: guildhall.Busy} })
				})
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			_, err := w.router.Command(ctx, &guildhall.Command{Name: "x", Object: somewhere})
			cancel()
			if want := map[bool]error{true: guildhall.ErrOverloaded, false: guildhall.ErrTimeout}[answered]; !errors.Is(err, want) {
				t.Errorf("answered %v: %v", answered, err)
			}
		}
	})
}

// TestAFrozenOwnersRefusalDoesNotCount: what an owner says of now, in answer to a command too, is worth nothing once the
// slot has moved.
func TestAFrozenOwnersRefusalDoesNotCount(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]guildhall.Answer{
		"refusal":           {Status: guildhall.Refused, Err: guildhall.ErrMissingPermissions},
		"nothing to change": {Status: guildhall.Done, Unlogged: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				stale.Epoch = w.epoch()
				must(t, cluster.Carry(t.Context(), w.store, &cluster.Takeover{Victim: logA, Own: logB}))
				w.serve("a", func(*guildhall.Command) guildhall.Answer { return stale })
				w.serve("b", func(*guildhall.Command) guildhall.Answer {
					return guildhall.Answer{Status: guildhall.Done, Position: 7}
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				a, err := w.router.Command(ctx, &guildhall.Command{Name: "x", Object: somewhere})
				if err != nil || a.Position != 7 {
					t.Errorf("%+v, %v", a, err)
				}
			})
		})
	}
}

// TestARecordIsTrueWhoeverTellsOfIt: a frozen owner's committed record needs no reading of the ring.
func TestARecordIsTrueWhoeverTellsOfIt(t *testing.T) {
	t.Parallel()
	held := &countingRing{Store: conformance.NewModel(), release: make(chan struct{}, 1)}
	held.release <- struct{}{}
	w := newWorldOver(t, held)
	w.serve("a", func(*guildhall.Command) guildhall.Answer {
		return guildhall.Answer{Status: guildhall.Done, Epoch: w.epoch() - 1, Position: 7}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if a, err := w.router.Command(ctx, &guildhall.Command{Name: "x", Object: somewhere}); err != nil || a.Position != 7 {
		t.Errorf("%+v, %v", a, err)
	}
	if n := held.reads.Load(); n != 1 {
		t.Errorf("the ring was read %d times", n)
	}
}

// countingRing counts and holds the reads of the version.
type countingRing struct {
	store.Store
	reads   atomic.Int32
	release chan struct{}
}

func (c *countingRing) RingVersion(ctx context.Context) (uint64, error) {
	c.reads.Add(1)
	<-c.release
	return c.Store.RingVersion(ctx)
}

func TestFreshReadsAreSharedButNeverOlderThanTheirAsker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := &countingRing{Store: conformance.NewModel(), release: make(chan struct{})}
		ring := cluster.NewRing(held)
		done := make(chan error, 100)
		ask := func() {
			_, err := ring.Fresh(t.Context())
			done <- err
		}
		go ask()
		synctest.Wait()
		for range 50 {
			go ask() // during the first read: all share the second
		}
		synctest.Wait()
		held.release <- struct{}{}
		must(t, <-done)
		synctest.Wait()
		if len(done) != 0 {
			t.Errorf("%d were answered by a read that began before they asked", len(done))
		}
		held.release <- struct{}{}
		for range 50 {
			must(t, <-done)
		}
		if n := held.reads.Load(); n != 2 {
			t.Errorf("%d reads", n)
		}
	})
}
