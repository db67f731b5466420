package sim

// pure core

import (
	"time"

	"guildhall/store"
)

// ringTick is how often a process asks whether the ring has changed. protocol §8
const ringTick = time.Second

// ringView is a process's newest reading of the ring. It is the pure form of cluster.Ring.
type ringView struct {
	p     *process
	table store.RingTable
	// seen is told of each newer table.
	seen func(store.RingTable)
	// running are those who wait for the read under way, next those who came after it began.
	running, next []func(ok bool)
	reading       bool
	// resets tells callbacks that what they belong to has ended.
	resets int
}

func newRingView(p *process, seen func(store.RingTable)) *ringView {
	return &ringView{p: p, seen: seen}
}

// forget drops the table too, as a crash does; reset only what is under way.
func (v *ringView) forget() {
	v.table = store.RingTable{}
	v.reset()
}

func (v *ringView) reset() {
	v.running, v.next, v.reading = nil, nil, false
	v.resets++
}

// keep reads the ring again and again.
func (v *ringView) keep() {
	tick := v.p.w.mix.ringTick
	v.p.after(v.p.w.between(tick/2, tick), func() {
		v.fresh(func(bool) {})
		v.keep()
	})
}

// fresh calls done once the view is at least as new as the table was at some moment after the call; ok is false when it
// could not be read. One read is under way at a time; all who come during it share the next. protocol §8 (c)
func (v *ringView) fresh(done func(ok bool)) {
	v.next = append(v.next, done)
	if !v.reading {
		v.read()
	}
}

func (v *ringView) read() {
	v.running, v.next, v.reading = v.next, nil, true
	s := v.p.w.store
	resets := v.resets
	finish := func(ok bool) {
		waiting := v.running
		v.running, v.reading = nil, false
		for _, done := range waiting {
			if v.resets != resets {
				return
			}
			done(ok)
		}
		if v.resets == resets && len(v.next) > 0 && !v.reading {
			v.read()
		}
	}
	ask(v.p, false, func() uint64 { return s.ring.Version }, func(version uint64, ok bool) {
		if !ok || version <= v.table.Version {
			finish(ok)
			return
		}
		ask(v.p, false, s.readRing, func(table store.RingTable, ok bool) {
			if ok {
				v.saw(table)
			}
			if v.resets == resets {
				finish(ok)
			}
		})
	})
}

// saw takes a reading unless a newer one is known.
func (v *ringView) saw(table store.RingTable) {
	if table.Version <= v.table.Version {
		return
	}
	v.table = table
	v.seen(table)
}

// heard has the ring read if somebody knows of a newer version.
func (v *ringView) heard(version uint64) {
	if version > v.table.Version {
		v.fresh(func(bool) {})
	}
}
