package sim

// pure core

import "time"

// callTimeout is how long a caller waits for one answer before it tries elsewhere.
const callTimeout = 700 * time.Millisecond

// lag is the time that a message takes.
func (w *world) lag(slow Fault, counter Counter) time.Duration {
	if w.rolls(slow) {
		w.hit(counter)
		return w.between(time.Millisecond, 3*time.Second)
	}
	return w.between(100*time.Microsecond, 2*time.Millisecond)
}

// send carries a message from one process to another: it may be lost, come late, twice, or before an earlier one.
func (w *world) send(from, to *process, lost, twice, slow Fault, deliver func()) {
	if w.faults.cut(from, to) {
		w.hit(HitPartition)
		return
	}
	if w.rolls(lost) {
		w.hit(counterOf(lost))
		return
	}
	to.receive(w.lag(slow, counterOf(slow)), deliver)
	if w.rolls(twice) {
		w.hit(counterOf(twice))
		to.receive(w.lag(slow, counterOf(slow)), deliver)
	}
}

// call brings a request to a process and its one answer back; done gets ok=false when none came in time. serve is run
// at the receiver, perhaps twice, and answers through reply; reply(nil) breaks the connection.
func call[T any](w *world, from, to *process, serve func(reply func(*T)), done func(*T)) {
	settled := false
	finish := func(answer *T) {
		if !settled {
			settled = true
			done(answer)
		}
	}
	from.after(callTimeout, func() { finish(nil) })
	if !to.up && !w.faults.cut(from, to) {
		from.after(w.between(100*time.Microsecond, 2*time.Millisecond), func() { finish(nil) }) // refused
		return
	}
	life := from.life
	reply := func(answer *T) {
		if w.faults.cut(to, from) {
			w.hit(HitPartition)
			return
		}
		if w.rolls(FaultAnswerLost) {
			w.hit(HitAnswerLost)
			return
		}
		w.after(w.lag(FaultCallSlow, HitCallSlow), func() { from.resume(life, func() { finish(answer) }) })
	}
	w.send(from, to, FaultCallLost, FaultCallTwice, FaultCallSlow, func() { serve(reply) })
}
