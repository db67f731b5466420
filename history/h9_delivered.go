package history

import "time"

// checkDelivered judges H9: a session gets every event that its user may see, Options.Within after its commit at the
// latest, not counting what faults and lost sockets took: the time runs from the first moment after which there was
// neither for as long. What is left out before a later event is H5's to judge.
func checkDelivered(ix *index, j *judge) {
	for _, l := range ix.lives {
		if !l.known {
			j.skip("lifetimes without READY")
			continue
		}
		spans := ix.spans(l)
		if len(spans) == 0 {
			j.skip("lifetimes of which the history does not say what they were to get")
			continue
		}
		quiet := quiet(l.up(ix.end), ix.calm, ix.o.Within)
		for _, s := range spans {
			d := delivery{ix: ix, j: j, s: s, quiet: quiet}
			d.ordered()
			for _, at := range ix.universe.unordered[s.scope] {
				d.judge(at)
			}
		}
	}
}

// delivery judges what one span was to get.
type delivery struct {
	ix    *index
	j     *judge
	s     *span
	quiet []window
	last  noted[Receive] // the last delivery before
}

func (d *delivery) ordered() {
	u := d.ix.universe
	q := u.ordered[d.s.scope]
	if q == nil {
		return
	}
	for i := d.s.first(q, u); i < len(q.events); i++ {
		if q.minUpper[i] > d.s.endAt {
			return // all the rest came after the session's end
		}
		d.judge(q.events[i])
	}
}

func (d *delivery) judge(at int) {
	e := &d.ix.universe.events[at]
	r, got := d.s.got[at]
	if got {
		d.last = r
	}
	if !e.proved || !got && (!d.s.covers(e) || d.hole(e)) {
		return
	}
	by, ok := deadline(d.quiet, e.upper, d.ix.o.Within)
	if !ok || by > d.s.endAt {
		if !got {
			d.j.skip("events for which the session or the run ended too early")
		}
		return
	}
	if got {
		d.j.judged()
		if r.at > by {
			d.j.fail([]int{e.n, r.n}, "session %s got %s %s of %s (%s) %v after its commit, %v too late",
				d.s.life.session, e.typ, e.id, e.scope, e.place(), round(r.at-e.upper), round(r.at-by))
		}
		return
	}
	switch d.ix.owed(d.s.life, e) {
	case SightUnknown:
		d.j.skip(noSight)
	case Seen:
		before := d.last
		if e.order == 0 {
			before = noted[Receive]{} // it may have come before any other
		}
		if d.ix.excused(d.s.life, e, before, 0) {
			return
		}
		d.j.judged()
		d.j.fail([]int{e.n, d.last.n}, "session %s never got %s %s of %s (%s), committed %v before the end",
			d.s.life.session, e.typ, e.id, e.scope, e.place(), round(d.ix.end-e.upper))
	}
}

// hole tells whether a later event was delivered.
func (d *delivery) hole(e *event) bool {
	return e.order > 0 && d.s.highest != nil && e.before(d.s.highest)
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
