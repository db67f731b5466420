package sim

// pure core

import (
	"time"

	"guildhall"
)

const (
	// storeTimeout is how long a request to the store is waited for.
	storeTimeout = 400 * time.Millisecond
	// pauseFirst and pauseMost are the pauses before a request is repeated.
	pauseFirst = 5 * time.Millisecond
	pauseMost  = time.Second
	// lateMost is how late a write may land that nobody waits for any more.
	lateMost = 12 * time.Second
)

// fate is what becomes of one request to the store.
type fate struct {
	lost, unanswered, twice bool
	there, back, again      time.Duration
}

func (w *world) drawFate(write bool) fate {
	f := fate{there: w.between(200*time.Microsecond, 6*time.Millisecond), back: w.between(100*time.Microsecond, 3*time.Millisecond)}
	if w.rolls(FaultStoreSlow) {
		w.hit(HitStoreSlow)
		f.there += w.between(0, 2*storeTimeout)
	}
	if w.rolls(FaultStoreLost) {
		w.hit(HitStoreLost)
		f.lost = true
	}
	if w.rolls(FaultStoreUnanswered) {
		w.hit(HitStoreUnanswered)
		f.unanswered = true
	}
	if !write {
		return f
	}
	if w.rolls(FaultStoreLate) {
		w.hit(HitStoreLate)
		f.there += w.between(storeTimeout/2, lateMost/2)
	}
	if w.rolls(FaultStoreTwice) {
		w.hit(HitStoreTwice)
		f.twice = true
		f.again = w.between(0, lateMost/2)
	}
	return f
}

// ask sends one request of a process to the store: apply is what the store does. done gets ok=false when no answer came
// in time; the request may then have been carried out, or may still be.
func ask[T any](p *process, write bool, apply func() T, done func(result T, ok bool)) {
	w := p.w
	settled := false
	finish := func(result T, ok bool) {
		if !settled {
			settled = true
			done(result, ok)
		}
	}
	p.after(storeTimeout, func() {
		var none T
		finish(none, false)
	})
	f := w.drawFate(write)
	life := p.life
	if f.lost {
		return
	}
	w.after(f.there, func() {
		result := apply()
		if !f.unanswered {
			w.after(f.back, func() { p.resume(life, func() { finish(result, true) }) })
		}
		if f.twice {
			w.after(f.again, func() { apply() })
		}
	})
}

// insist repeats a request until it is answered.
func insist[T any](p *process, write bool, apply func() T, done func(T)) {
	insistAfter(p, write, pauseFirst, apply, done)
}

func insistAfter[T any](p *process, write bool, pause time.Duration, apply func() T, done func(T)) {
	ask(p, write, apply, func(result T, ok bool) {
		if ok {
			done(result)
			return
		}
		p.after(pause, func() { insistAfter(p, write, min(2*pause, pauseMost), apply, done) })
	})
}

// project writes what records say, in pieces that land by themselves where the seed says so, and calls done when all are
// confirmed.
func project(p *process, records []*guildhall.Record, done func()) {
	w := p.w
	var writes []func()
	for _, r := range records {
		writes = append(writes, w.store.writesOf(r)...)
	}
	pieces := [][]func(){writes}
	if w.rolls(FaultTorn) {
		w.hit(HitTorn)
		pieces = tear(w, writes)
	}
	left, failed := len(pieces), false
	for _, piece := range pieces {
		apply := func() struct{} {
			for _, write := range piece {
				write()
			}
			return struct{}{}
		}
		ask(p, true, apply, func(_ struct{}, ok bool) {
			failed = failed || !ok
			if left--; left > 0 {
				return
			}
			if !failed {
				done()
				return
			}
			w.hit(HitProjectRepeated)
			p.after(w.between(pauseFirst, 10*pauseFirst), func() { project(p, records, done) })
		})
	}
}

// tear deals the writes out into pieces.
func tear(w *world, writes []func()) [][]func() {
	pieces := make([][]func(), 1+w.rng.IntN(4))
	for _, write := range writes {
		i := w.rng.IntN(len(pieces))
		pieces[i] = append(pieces[i], write)
	}
	return pieces
}
