package sim

// pure core

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Fault is a kind of thing that goes wrong.
type Fault int

// The kinds of fault. failures §5.1
const (
	// FaultCrash ends a process, which starts again with nothing after a while.
	FaultCrash Fault = iota
	// FaultFreeze stops a process for some seconds; FaultStill does so without its clock seeing it.
	FaultFreeze
	FaultStill
	// FaultCut crashes or freezes an owner between two of the effects of one step: between answer and publish, say.
	FaultCut
	// FaultClockSkew gives clocks that differ, FaultClockJump sets them forth and back.
	FaultClockSkew
	FaultClockJump
	// FaultSuspect has healthy nodes taken over, several at once too.
	FaultSuspect
	// A request to the store is lost, applied without an answer, applied long after, applied twice, or slow.
	FaultStoreLost
	FaultStoreUnanswered
	FaultStoreLate
	FaultStoreTwice
	FaultStoreSlow
	// FaultTorn lets the rows of one projection land one by one.
	FaultTorn
	// Calls, their answers, publishes and news of the ring are lost, doubled, or late and so out of order.
	FaultCallLost
	FaultCallTwice
	FaultCallSlow
	FaultAnswerLost
	FaultPublishLost
	FaultPublishTwice
	FaultPublishSlow
	FaultNewsLost
	// FaultPartition cuts one direction between two processes for a while.
	FaultPartition
	// FaultSocketCut breaks a client's socket, of which its node hears late or never.
	FaultSocketCut
	// FaultStoreFull leaves the store without room for a while.
	FaultStoreFull

	faults int = iota
)

// counterOf is where it is counted that a fault struck. Each fault has the counter of its own number.
func counterOf(f Fault) Counter { return Counter(f) }

// mix is what a seed draws before it begins.
type mix struct {
	// rate is each fault's probability where it can strike; for those that strike processes, relative to each other.
	rate [faults]float64
	// every is the mean time between faults that strike processes.
	every time.Duration

	owners, apis, sessionsNodes, slots int
	guilds, clients                    int
	// load is how long the clients work; pause is their mean thinking time.
	load, pause time.Duration
	// readers is the share of operations that read.
	readers float64
	// messages is the share of writes that are about messages; the rest changes who may see what.
	messages float64
	// away is how long clients take at most to dial again.
	away time.Duration
	// ringTick is how often a process asks whether the ring has changed.
	ringTick time.Duration
	// hot has all clients work on one channel.
	hot bool
	// idle is how long nobody does anything in the middle of the load: requests and nonces are forgotten, events pruned.
	idle time.Duration
}

// awayUsual is how long a client takes at most to dial again, but in restless runs.
const awayUsual = 500 * time.Millisecond

func (m *mix) has(f Fault) bool { return m.rate[f] > 0 }

// drawMix draws the faults of a run, each with even chance (swarm testing: with all on, some hide others), and its load.
func drawMix(rng *rand.Rand, opts Options, restless bool) mix {
	m := mix{
		owners: 2 + rng.IntN(2), apis: 1 + rng.IntN(2), sessionsNodes: 2, slots: 2 + rng.IntN(2),
		guilds: 1 + rng.IntN(2), clients: 3 + rng.IntN(4),
		load:     time.Duration(6+rng.IntN(10)) * time.Second,
		pause:    time.Duration(40+rng.IntN(300)) * time.Millisecond,
		every:    time.Duration(500+rng.IntN(3000)) * time.Millisecond,
		readers:  0.3 * rng.Float64(),
		messages: 0.3 + 0.6*rng.Float64(),
		hot:      rng.IntN(3) == 0,
		ringTick: ringTick, away: awayUsual,
	}
	if rng.IntN(12) == 0 {
		// A crowd, so that memory does not reach back to the first records.
		m.clients, m.pause, m.hot, m.messages = 12, 25*time.Millisecond, true, 0.9
	}
	if rng.IntN(20) == 0 {
		m.idle = time.Duration(8+rng.IntN(25)) * time.Minute
	}
	calm := rng.IntN(16) == 0
	for f := range Fault(faults) {
		on, strength := rng.IntN(2) == 0, rng.Float64()
		if on && !calm && (opts.Faults == nil || slices.Contains(opts.Faults, f)) {
			m.rate[f] = 0.003 + 0.12*strength*strength
		}
	}
	if restless {
		// Sockets that are often gone for long, while what may be seen changes all the time.
		m.rate[FaultSocketCut], m.every, m.away = 1, 300*time.Millisecond, 6*time.Second
		m.guilds, m.hot, m.messages, m.readers, m.pause = 1, true, 0.5, 0.05, 80*time.Millisecond
	}
	if opts.Stale {
		m.rate = [faults]float64{}
		m.rate[FaultSuspect], m.rate[FaultNewsLost] = 1, 0.5
		m.owners, m.apis, m.every, m.ringTick, m.idle = 3, 2, 600*time.Millisecond, 20*time.Second, 0
		m.readers = 0.6 * float64(rng.IntN(2)) // each read of the ring for a page makes a view fresh, so that half do without
	}
	m.rate[FaultCut] *= 0.1 // it may strike at every step of an owner
	m.rate[FaultTorn] *= 8
	return m
}

// rolls tells whether a fault strikes here.
func (w *world) rolls(f Fault) bool { return w.faults.active && w.chance(w.mix.rate[f]) }

// faultPlan is the faults under way.
type faultPlan struct {
	active bool
	cuts   []cut
}

// cut is a direction in which nothing passes.
type cut struct{ from, to *process }

func (f *faultPlan) cut(from, to *process) bool {
	return f.active && slices.Contains(f.cuts, cut{from, to})
}

// strike lets faults strike processes from now until they are switched off.
func (w *world) strike() {
	w.after(w.between(0, 2*w.mix.every), func() {
		if !w.faults.active {
			return
		}
		w.strikeOnce()
		w.strike()
	})
}

func (w *world) strikeOnce() {
	kinds := []Fault{FaultCrash, FaultFreeze, FaultStill, FaultClockJump, FaultSuspect, FaultPartition, FaultSocketCut, FaultStoreFull}
	total := 0.0
	for _, f := range kinds {
		total += w.mix.rate[f]
	}
	if total == 0 {
		return
	}
	at := w.rng.Float64() * total
	for _, f := range kinds {
		if at -= w.mix.rate[f]; at < 0 {
			w.strikeWith(f)
			return
		}
	}
}

func (w *world) strikeWith(f Fault) {
	p := pick(w, w.processes)
	if w.chance(0.6) {
		p = &pick(w, w.owners).process
	}
	aimed := f == FaultCrash || f == FaultFreeze || f == FaultStill || f == FaultClockJump
	if aimed && (!p.up || p.frozen) {
		return
	}
	w.hit(counterOf(f))
	switch f {
	case FaultStoreFull:
		w.store.full++
		w.trace("the store is full")
		w.after(w.between(100*time.Millisecond, 3*time.Second), func() { w.store.full-- })
	case FaultSocketCut:
		pick(w, w.listeners).cut()
	case FaultCrash:
		p.crash()
		w.after(w.between(50*time.Millisecond, 5*time.Second), p.start)
	case FaultFreeze, FaultStill:
		p.freeze()
		life := p.life
		w.after(w.between(50*time.Millisecond, 6*time.Second), func() {
			if p.life == life {
				p.thaw(f == FaultStill)
			}
		})
	case FaultClockJump:
		p.skew += w.between(-5*time.Second, 5*time.Second)
		w.trace("%s: clock is %v ahead", p.name, p.skew)
	case FaultSuspect:
		victim := pick(w, w.owners)
		for _, n := range w.owners {
			if w.chance(0.7) {
				n.suspect(victim)
			}
		}
	case FaultPartition:
		c := cut{pick(w, w.processes), pick(w, w.processes)}
		w.faults.cuts = append(w.faults.cuts, c)
		w.trace("nothing passes from %s to %s", c.from.name, c.to.name)
		w.after(w.between(100*time.Millisecond, 6*time.Second), func() {
			if i := slices.Index(w.faults.cuts, c); i >= 0 {
				w.faults.cuts = slices.Delete(w.faults.cuts, i, i+1)
			}
		})
	}
}

// heal ends all faults: what is frozen goes on, what is down comes back, messages pass.
func (w *world) heal() {
	w.trace("healing")
	w.faults.active = false
	w.faults.cuts = nil
	for _, p := range w.processes {
		p.thaw(false)
		p.start()
	}
}
