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
	var answer *guildhall.Answer
	// The read of the ring begins with the try, so that it is no older than the request, and both are waited for.
	ringRead, answered := !q.query, false
	both := func() {
		if ringRead && answered {
			q.settle(answer)
		}
	}
	if q.query && w.opts.Bug != BugNoRingRead {
		q.view.fresh(func(ok bool) {
			if !ok {
				q.again(nil)
				return
			}
			ringRead = true
			both()
		})
	} else {
		ringRead = true
	}
	w.copies[q.cmd.RequestID] += call(w, q.p, owner, func(t guilds.Ticket) guilds.Input {
		return guilds.Ask{Ticket: t, Command: q.cmd, Query: q.query}
	}, func(out guilds.Output) {
		if a, ok := out.(guilds.Answered); ok {
			answer = a.Answer
		}
		answered = true
		both()
	})
}

func (q *request) settle(a *guildhall.Answer) {
	if a == nil || a.Status != guildhall.Done && a.Status != guildhall.Refused {
		if a != nil && a.Status == guildhall.Busy {
			q.p.w.hit(HitBusy)
		}
		if a != nil && a.Status == guildhall.NotOwner {
			q.p.w.hit(HitNotOwner)
		}
		q.again(a)
		return
	}
	if q.query && q.p.w.opts.Bug != BugNoRingRead && q.view.table.Slots[q.cmd.Where()].Epoch != a.Epoch {
		q.p.w.hit(HitRingRefusedAnswer)
		q.again(a)
		return
	}
	q.finish(a)
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
