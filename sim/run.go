package sim

// pure core

import (
	"fmt"
	"time"

	"guildhall/history"
)

const (
	// prepareWithin bounds the setup, which has no faults.
	prepareWithin = 30 * time.Second
	// quiet is how long nothing is asked before the end is judged: longer than the latest write of the load, than the
	// audits, and than the checker's 10 s for H9.
	quiet = lateMost + 3*time.Second
	// probeWithin bounds the writes to all objects after healing.
	probeWithin = 20 * time.Second
)

// Run runs one seed.
func Run(seed uint64, opts Options) Result {
	w := newWorld(seed, opts)
	w.play()
	return Result{
		Seed: seed, Steps: w.steps, Records: w.model.records, Operations: w.operations,
		Digest: w.digest.Sum64() ^ w.rng.Uint64(), Coverage: w.coverage, Violations: w.broken, History: w.recorder.History(),
		Report: w.report, Reproduce: reproduce(seed, opts),
	}
}

func reproduce(seed uint64, opts Options) string {
	line := fmt.Sprintf("go test ./sim -run 'TestSeed$' -sim.seed=%d", seed)
	if opts.Bug != BugNone {
		line += fmt.Sprintf(" -sim.bug=%q", opts.Bug)
	}
	if opts.Stale {
		line += " -sim.stale"
	}
	if opts.Restless {
		line += " -sim.restless"
	}
	return line + " -sim.trace"
}

// play is a run: setup, load under faults, healing, probes, and the judgement.
func (w *world) play() {
	for _, p := range w.processes {
		p.start()
	}
	prepared := false
	w.stage.prepare(func() { prepared = true })
	if !w.until(prepareWithin, func() bool { return prepared }) {
		if !w.failed() {
			w.violate(CheckHealed, "the setup, without faults, has not ended")
		}
		return
	}
	w.load()
	w.heal()
	w.until(w.now+settleWithin+time.Second, func() bool { return !w.busy() })
	probed := false
	w.stage.probe(func() { probed = true })
	if !w.until(w.now+probeWithin, func() bool { return probed }) && !w.failed() {
		w.violate(CheckHealed, "not all objects take writes")
	}
	w.until(w.now+quiet, nil)
	if !w.failed() {
		w.checkEnd()
	}
}

// load has clients and listeners work while faults strike.
func (w *world) load() {
	w.connect()
	w.until(w.now+500*time.Millisecond, nil)
	if w.mix.has(FaultClockSkew) {
		w.hit(HitClockSkew)
	}
	w.faults.active, w.loading = true, true
	w.recorder.Record(&history.Fault{Name: "load", Active: true})
	w.strike()
	for i := range w.mix.clients {
		c := &client{
			w: w, name: fmt.Sprintf("client%d", i), user: w.stage.users[i%len(w.stage.users)], api: pick(w, w.apis),
			patience: settleWithin,
		}
		if w.chance(0.3) {
			c.patience = w.between(200*time.Millisecond, settleWithin)
		}
		w.clients = append(w.clients, c)
		c.run()
	}
	w.until(w.now+w.mix.load/2, nil)
	w.rest()
	w.until(w.now+w.mix.load/2, nil)
	w.loading = false
	w.recorder.Record(&history.Fault{Name: "load", Active: false})
}

// rest has nothing go wrong and nobody do anything for a while, in some runs.
func (w *world) rest() {
	if w.mix.idle == 0 {
		return
	}
	w.hit(HitIdle)
	w.loading, w.faults.active = false, false
	w.until(w.now+w.mix.idle, nil)
	w.loading, w.faults.active = true, true
	w.strike()
	for _, c := range w.clients {
		c.run()
	}
}

func (w *world) busy() bool {
	for _, c := range w.clients {
		if c.busy {
			return true
		}
	}
	return false
}
