package sim

// pure core

import "time"

// process is a node of the world: something that can crash and freeze between any two steps, with a clock of its own.
type process struct {
	w    *world
	name string

	// up is false between a crash and the next start; life counts starts, so that what an earlier life began ends with it.
	up     bool
	life   uint64
	frozen bool
	// unfinished is the rest of the step that the freeze interrupted; backlog is what happened to it meanwhile.
	unfinished func()
	backlog    []func()
	frozenAt   time.Duration
	// skew is how far its wall clock is ahead.
	skew time.Duration

	// boot starts it anew; forget drops all that it held in memory.
	boot, forget func()
	// heard is told of ring versions that others have seen.
	heard func(version uint64)
}

func (w *world) join(p *process, name string) {
	p.w, p.name = w, name
	if w.mix.has(FaultClockSkew) {
		p.skew = w.between(-3*time.Second, 3*time.Second)
	}
	w.processes = append(w.processes, p)
}

// clock is the process's wall clock.
func (p *process) clock() time.Time { return p.w.start.Add(p.w.now + p.skew) }

// after has run called once d has passed, if the process still lives the same life then.
func (p *process) after(d time.Duration, run func()) {
	life := p.life
	p.w.after(d, func() { p.resume(life, run) })
}

func (p *process) resume(life uint64, run func()) {
	switch {
	case p.life != life || !p.up:
	case p.frozen:
		p.backlog = append(p.backlog, func() { p.resume(life, run) })
	default:
		run()
	}
}

// receive has run called once d has passed, in whatever life the process is then; it is lost on one that is down.
func (p *process) receive(d time.Duration, run func()) {
	p.w.after(d, func() { p.accept(run) })
}

func (p *process) accept(run func()) {
	switch {
	case !p.up:
	case p.frozen:
		p.backlog = append(p.backlog, func() { p.accept(run) })
	default:
		run()
	}
}

func (p *process) start() {
	if p.up {
		return
	}
	p.up, p.frozen = true, false
	p.life++
	p.w.trace("%s starts", p.name)
	p.boot()
}

func (p *process) crash() {
	if !p.up {
		return
	}
	p.w.trace("%s crashes", p.name)
	p.up, p.frozen = false, false
	p.life++
	p.unfinished, p.backlog = nil, nil
	p.forget()
}

// freeze stops the process between two steps.
func (p *process) freeze() {
	if p.up && !p.frozen {
		p.w.trace("%s freezes", p.name)
		p.frozen, p.frozenAt = true, p.w.now
	}
}

// thaw lets it go on, with all that came meanwhile in any order. still means that its clock has not seen time pass, as
// on a virtual machine that was moved.
func (p *process) thaw(still bool) {
	if !p.frozen {
		return
	}
	p.w.trace("%s thaws", p.name)
	p.frozen = false
	if still {
		p.skew -= p.w.now - p.frozenAt
	}
	backlog, unfinished := p.backlog, p.unfinished
	p.backlog, p.unfinished = nil, nil
	if unfinished != nil {
		unfinished()
	}
	for _, run := range backlog {
		p.w.after(p.w.between(0, time.Millisecond), run)
	}
}
