package sim

// pure core

import (
	"time"

	"guildhall"
	"guildhall/guilds"
)

const (
	// retryFirst and retryMost are the pauses between tries of one request.
	retryFirst = 2 * time.Millisecond
	retryMost  = 100 * time.Millisecond
)

// router brings requests to the owner of their object, wherever it is just now: the pure form of cluster.Router.
// protocol §8
type router struct {
	p    *process
	view *ringView
}

// request is one request on its way, with the same id on every try.
type request struct {
	*router
	cmd      *guildhall.Command
	query    bool
	deadline time.Duration
	pause    time.Duration
	done     func(*guildhall.Answer)
}

// command has the owner make a change. done gets nil when the deadline passed: the outcome is then unknown.
func (r *router) command(cmd *guildhall.Command, within time.Duration, done func(*guildhall.Answer)) {
	q := &request{router: r, cmd: cmd, deadline: r.p.w.now + within, pause: retryFirst, done: done}
	q.try()
}

// query has the owner answer from its committed state; the answer counts only if the ring, read after the query began,
// still names the epoch under which it was given. protocol §1 rule 5
func (r *router) query(cmd *guildhall.Command, within time.Duration, done func(*guildhall.Answer)) {
	q := &request{router: r, cmd: cmd, query: true, deadline: r.p.w.now + within, pause: retryFirst, done: done}
	q.try()
}

func (q *request) try() {
	w := q.p.w
	claim, has := q.view.table.Slots[q.cmd.Where()]
	owner := w.directory[claim.Log].node
	if !has || owner == nil {
		q.again(nil)
		return
	}
	w.copies[q.cmd.RequestID] += call(w, q.p, owner, func(t guilds.Ticket) guilds.Input {
		return guilds.Ask{Ticket: t, Command: q.cmd, Query: q.query}
	}, func() { w.copies[q.cmd.RequestID]-- }, func(out guilds.Output) {
		a, ok := out.(guilds.Answered)
		switch {
		case !ok:
			q.again(nil)
		case q.aboutNow(a.Answer):
			// One read for query and answer both: it begins after the request did, which is all that is needed.
			q.view.fresh(func(ok bool) {
				if !ok {
					q.again(nil)
					return
				}
				q.settle(a.Answer)
			})
		default:
			q.settle(a.Answer)
		}
	})
}

// aboutNow tells whether an answer says how things are now, and so needs the ring read of protocol §1 rule 5: those of
// queries, refusals, and those of commands that found nothing to change. A record is true whoever tells it.
func (q *request) aboutNow(a *guildhall.Answer) bool {
	switch bug := q.p.w.opts.Bug; {
	case bug == BugNoRingRead, bug == BugBelievesRefusals && !q.query:
		return false
	}
	return a.Status == guildhall.Refused || a.Status == guildhall.Done && (q.query || a.Unlogged)
}

func (q *request) settle(a *guildhall.Answer) {
	w := q.p.w
	switch {
	case a.Status == guildhall.Busy:
		w.hit(HitBusy)
		q.again(a)
	case a.Status == guildhall.NotOwner:
		w.hit(HitNotOwner)
		q.again(a)
	case q.aboutNow(a) && q.view.table.Slots[q.cmd.Where()].Epoch != a.Epoch:
		w.hit(HitRingRefusedAnswer)
		q.again(a)
	default:
		q.finish(a)
	}
}

// again tries once more after a pause, with a newer view of the ring where there is reason to.
func (q *request) again(a *guildhall.Answer) {
	w := q.p.w
	if q.done == nil {
		return
	}
	w.hit(HitTryAgain)
	pause := q.pause
	q.pause = min(2*q.pause, retryMost)
	if w.now+pause >= q.deadline {
		q.finish(nil)
		return
	}
	q.p.after(pause, func() {
		if a == nil || a.Status == guildhall.NotOwner || a.Ring > q.view.table.Version {
			q.view.fresh(func(bool) { q.try() })
			return
		}
		q.try()
	})
}

func (q *request) finish(a *guildhall.Answer) {
	done := q.done
	q.done = nil
	if done != nil {
		done(a)
	}
}
