package calls_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"guildhall"
	"guildhall/calls"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestACallCarriesItsRequestAndTheTimeLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n calls.Network
		sent := calls.Request{ID: guildhall.RequestID{1, 2, 3}, Method: "a.b", Body: []byte("body")}
		n.Serve("x", func(ctx context.Context, r calls.Request) ([]byte, error) {
			if r.ID != sent.ID || r.Method != sent.Method || string(r.Body) != "body" {
				t.Errorf("got %+v", r)
			}
			deadline, ok := ctx.Deadline()
			if left := time.Until(deadline); !ok || left != 3*time.Second {
				t.Errorf("%v left", left)
			}
			r.Body[0] = 'X' // the wire's bytes, not the caller's
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		if _, err := n.Call(ctx, "x", sent); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		if string(sent.Body) != "body" {
			t.Errorf("the handler has changed the caller's bytes: %q", sent.Body)
		}
	})
}

func TestCallsThatCantBeMade(t *testing.T) {
	t.Parallel()
	var n calls.Network
	answer := func(text string) calls.Handler {
		return func(context.Context, calls.Request) ([]byte, error) { return []byte(text), nil }
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stopFirst := n.Serve("x", answer("first"))
	if _, err := n.Call(t.Context(), "x", calls.Request{}); !errors.Is(err, calls.ErrNoDeadline) {
		t.Errorf("without a deadline: %v", err)
	}
	if _, err := n.Call(ctx, "y", calls.Request{}); !errors.Is(err, calls.ErrNoNode) {
		t.Errorf("to nobody: %v", err)
	}
	stopSecond := n.Serve("x", answer("second"))
	stopFirst() // must not end the second
	if got, err := n.Call(ctx, "x", calls.Request{}); string(got) != "second" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	stopSecond()
	if _, err := n.Call(ctx, "x", calls.Request{}); !errors.Is(err, calls.ErrNoNode) {
		t.Errorf("after stop: %v", err)
	}
}

func TestTooManyCallsAreTurnedAwayAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const most = 4096
		var n calls.Network
		release := make(chan struct{})
		n.Serve("x", func(context.Context, calls.Request) ([]byte, error) {
			<-release
			return nil, nil
		})
		n.Serve("y", func(context.Context, calls.Request) ([]byte, error) { return nil, nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var under sync.WaitGroup
		for range most {
			under.Go(func() {
				if _, err := n.Call(ctx, "x", calls.Request{}); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if _, err := n.Call(ctx, "x", calls.Request{}); !errors.Is(err, calls.ErrOverloaded) {
			t.Errorf("one too many: %v", err)
		}
		if _, err := n.Call(ctx, "y", calls.Request{}); err != nil {
			t.Errorf("another node: %v", err)
		}
		close(release)
		under.Wait()
		if _, err := n.Call(ctx, "x", calls.Request{}); err != nil {
			t.Errorf("when they are done: %v", err)
		}
	})
}
