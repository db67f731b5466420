package cluster

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"guildhall"
	"guildhall/calls"
	"guildhall/store"
)

// Methods of the calls that owners answer, each with a JSON body and answer.
const (
	MethodCommand = "guilds.command" // guildhall.Command → guildhall.Answer
	MethodQuery   = "guilds.query"   // guildhall.Command → guildhall.Answer
	MethodFollow  = "guilds.follow"  // guildhall.Follow → guildhall.Followed
)

const (
	// retryFirst and retryMost are the pauses between tries while a slot changes hands; they double.
	retryFirst = 2 * time.Millisecond
	retryMost  = 100 * time.Millisecond
	// tryFirst is how long one try waits for its answer: an owner that is frozen, and will be taken over, must not hold a
	// request until its deadline. It doubles with each try at the same owner, since a slow one answers in the end.
	tryFirst = 2 * time.Second
)

// Router brings requests to the owner of their object, wherever it is just now.
type Router struct {
	calls     calls.Caller
	ring      *Ring
	directory *Directory
}

// NewRouter makes a router.
func NewRouter(c calls.Caller, ring *Ring, d *Directory) *Router { return &Router{c, ring, d} }

// Ring is the newest ring version that this node has seen.
func (r *Router) Ring() uint64 { return r.ring.Table().Version }

// NewRequestID makes the id of a new request.
func NewRequestID() (id guildhall.RequestID) {
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the process instead
	return id
}

// Command has the owner make a change and returns when it is committed. It tries again, with the same request id, until
// it is settled or ctx, which must have a deadline, ends: then the outcome is unknown and the error is ErrTimeout.
// A refusal is returned as its *guildhall.Error. It, and an answer that nothing had to be changed, says how things are
// now, and counts as a query's answer does; a record is true whoever tells of it.
// protocol §1 rule 5, §8
func (r *Router) Command(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	return r.ask(ctx, MethodCommand, cmd)
}

// Query has the owner answer from its committed state. The answer counts only if the ring, read after the query began,
// still names the epoch that it was given under.
// protocol §1 rule 5
func (r *Router) Query(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	return r.ask(ctx, MethodQuery, cmd)
}

func (r *Router) ask(ctx context.Context, method string, cmd *guildhall.Command) (*guildhall.Answer, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		return nil, fmt.Errorf("%s: %w", cmd.Name, calls.ErrNoDeadline)
	}
	if cmd.RequestID == (guildhall.RequestID{}) {
		cmd.RequestID = NewRequestID()
	}
	frame, err := json.Marshal(cmd)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", cmd.Name, err)
	}
	request := calls.Request{ID: cmd.RequestID, Method: method, Body: frame}
	patience := patience{try: tryFirst}
	for pause := retryFirst; ; {
		var a guildhall.Answer
		fresh := r.freshFor(ctx, method)
		err := r.try(ctx, &patience, cmd.Where(), request, &a)
		if err == nil && a.Status == guildhall.Done && !a.Unlogged && method == MethodCommand {
			return &a, nil
		}
		if err == nil && (a.Status == guildhall.Done || a.Status == guildhall.Refused) {
			var table store.RingTable
			if table, err = fresh(); err == nil && table.Slots[cmd.Where()].Epoch == a.Epoch {
				return &a, refused(&a)
			}
		}
		if err == nil && a.Status == guildhall.Busy && patience.unanswered {
			err = errUnanswered
		}
		if pause, err = r.pause(ctx, pause, a.Status, a.Ring, err); err != nil {
			return nil, err
		}
	}
}

// errUnanswered says of a request that was turned away in the end that an earlier try may have been carried out.
var errUnanswered = errors.New("an earlier try has not been answered")

// patience is what the tries of one request have been through.
type patience struct {
	log store.LogID   // who was asked last
	try time.Duration // for how long the next try waits
	// unanswered: a try was begun and its outcome is not known.
	unanswered bool
}

// try asks the owner once, and waits no longer than its patience with that owner.
func (r *Router) try(ctx context.Context, p *patience, slot guildhall.Slot, request calls.Request, into any) error {
	if log := r.ring.Table().Slots[slot].Log; log != p.log {
		p.log, p.try = log, tryFirst
	}
	bounded, cancel := context.WithTimeout(ctx, p.try)
	defer cancel()
	err := r.call(bounded, slot, request, into)
	if err == nil || errors.Is(err, calls.ErrNoNode) || errors.Is(err, calls.ErrOverloaded) {
		return err
	}
	p.unanswered = true
	p.try *= 2
	return err
}

func refused(a *guildhall.Answer) error {
	switch {
	case a.Status != guildhall.Refused:
		return nil
	case a.Err == nil:
		return guildhall.ErrInternal
	}
	return a.Err
}

// freshFor gives the ring read that an answer is held against. For a query it begins at once; few answers to commands
// need one, and then it begins with the answer.
func (r *Router) freshFor(ctx context.Context, method string) func() (store.RingTable, error) {
	if method != MethodQuery {
		return func() (store.RingTable, error) { return r.ring.Fresh(ctx) }
	}
	type result struct {
		table store.RingTable
		err   error
	}
	read := make(chan result, 1)
	go func() {
		table, err := r.ring.Fresh(ctx)
		read <- result{table, err}
	}()
	return func() (store.RingTable, error) {
		got := <-read
		return got.table, got.err
	}
}

// Follow asks the owner once for an object's records; the caller, who audits anyway, decides when to try again. Records
// are true whoever tells them; a snapshot counts only from the owner by a ring read begun after the call.
// protocol §7.5
func (r *Router) Follow(ctx context.Context, f *guildhall.Follow) (*guildhall.Followed, error) {
	frame, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode follow: %w", err)
	}
	var a guildhall.Followed
	if err := r.call(ctx, f.Object.Slot(), calls.Request{ID: NewRequestID(), Method: MethodFollow, Body: frame}, &a); err != nil {
		return nil, fmt.Errorf("follow %v: %w", f.Object, err)
	}
	now := a.Snapshot != nil || a.Gone
	if !now && a.Ring <= r.Ring() && a.Status != guildhall.NotOwner {
		return &a, nil
	}
	table, err := r.ring.Fresh(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow %v: %w", f.Object, err)
	}
	if now && table.Slots[f.Object.Slot()].Epoch != a.Epoch {
		return &guildhall.Followed{Status: guildhall.NotOwner, Ring: table.Version, Object: f.Object}, nil
	}
	return &a, nil
}

// call asks whoever the newest ring names; no owner is an answer like NotOwner.
func (r *Router) call(ctx context.Context, slot guildhall.Slot, request calls.Request, into any) error {
	claim, ok := r.ring.Table().Slots[slot]
	if !ok {
		return fmt.Errorf("slot %d: %w", slot, calls.ErrNoNode)
	}
	node, ok := r.directory.Node(claim.Log)
	if !ok {
		return fmt.Errorf("slot %d, log %x: %w", slot, claim.Log[:4], calls.ErrNoNode)
	}
	answer, err := r.calls.Call(ctx, node, request)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("answer of %s: %w", request.Method, err)
	}
	return nil
}

// pause waits before the next try, and has the ring read again if the last answer said that there is a newer one.
func (r *Router) pause(ctx context.Context, d time.Duration, status guildhall.AnswerStatus, ring uint64, cause error) (time.Duration, error) {
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		if cause == nil && status == guildhall.Busy {
			return 0, guildhall.ErrOverloaded.Because(context.Cause(ctx))
		}
		if cause == nil {
			cause = context.Cause(ctx)
		}
		return 0, guildhall.ErrTimeout.Because(cause)
	}
	if status == guildhall.NotOwner || cause != nil || ring > r.Ring() {
		_, _ = r.ring.Fresh(ctx) // the next try finds out
	}
	return min(2*d, retryMost), nil
}
