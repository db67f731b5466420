package sim

// pure core

import (
	"time"

	"guildhall/guilds"
)

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
func (w *world) send(from, to *process, lost, twice, slow Fault, deliver func()) (copies int) {
	if w.faults.cut(from, to) {
		w.hit(HitPartition)
		return 0
	}
	if w.rolls(lost) {
		w.hit(counterOf(lost))
		return 0
	}
	times := 1
	if w.rolls(twice) {
		w.hit(counterOf(twice))
		times = 2
	}
	for range times {
		to.receive(w.lag(slow, counterOf(slow)), deliver)
	}
	return times
}

// call brings a request to an owner and its one answer back; done gets nil when none came in time. The request may be
// served twice; of the answers the first counts. The result is how many copies are on their way; arrived is called for
// each that comes there.
func call(w *world, from *process, to *ownerNode, in func(guilds.Ticket) guilds.Input, arrived func(), done func(guilds.Output)) (copies int) {
	settled := false
	finish := func(answer guilds.Output) {
		if !settled {
			settled = true
			done(answer)
		}
	}
	from.after(callTimeout, func() { finish(nil) })
	if !to.up && !w.faults.cut(from, &to.process) {
		from.after(w.between(100*time.Microsecond, 2*time.Millisecond), func() { finish(nil) }) // refused
		return 0
	}
	life := from.life
	reply := func(answer guilds.Output) {
		if w.faults.cut(&to.process, from) {
			w.hit(HitPartition)
			return
		}
		if w.rolls(FaultAnswerLost) {
			w.hit(HitAnswerLost)
			return
		}
		w.after(w.lag(FaultCallSlow, HitCallSlow), func() { from.resume(life, func() { finish(answer) }) })
	}
	return w.send(from, &to.process, FaultCallLost, FaultCallTwice, FaultCallSlow, func() {
		arrived()
		to.serve(in, reply)
	})
}
