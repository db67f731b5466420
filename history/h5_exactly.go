package history

import (
	"cmp"
	"slices"
)

const (
	noSight = "events of which the history does not say whether the session may see them, or got them"
	noSeq   = "lifetimes whose dispatches were noted without s"
)

// checkExactly judges H5: in a lifetime, over all its resumes, s counts from 1 without a hole, no event comes twice,
// and none is left out before one that came. What is left out at the end is H9's to judge.
func checkExactly(ix *index, j *judge) {
	for _, l := range ix.lives {
		ix.countSeqs(j, l)
		ix.findTwice(j, l)
		for _, s := range ix.spans(l) {
			ix.findHoles(j, s)
		}
	}
}

// countSeqs judges s.
// discord: events/gateway#resuming
func (ix *index) countSeqs(j *judge, l *life) {
	type numbered struct {
		n   int
		seq uint64
	}
	var all []numbered
	for _, s := range l.states {
		if s.f.Seq > 0 {
			all = append(all, numbered{s.n, s.f.Seq})
		}
	}
	for _, r := range l.receives {
		if r.f.Seq > 0 {
			all = append(all, numbered{r.n, r.f.Seq})
		}
	}
	if len(all) == 0 {
		j.skip(noSeq)
		return
	}
	slices.SortFunc(all, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	last := numbered{l.n, 0}
	for _, a := range all {
		j.judged()
		switch {
		case a.seq <= last.seq:
			j.fail([]int{last.n, a.n}, "session %s got s %d after s %d", l.session, a.seq, last.seq)
		case a.seq != last.seq+1:
			j.fail([]int{last.n, a.n}, "session %s got s %d after s %d: %d dispatches are missing", l.session, a.seq, last.seq, a.seq-last.seq-1)
		}
		if a.seq > last.seq {
			last = a
		} else {
			last.n = a.n
		}
	}
}

// findTwice judges that no event comes twice.
func (ix *index) findTwice(j *judge, l *life) {
	times, first := map[int]int{}, map[int]int{}
	unnamed := 0
	for i, at := range ix.universe.got[l] {
		r := &l.receives[i]
		if at == nowhere {
			if name, kept := nameOf(r.f.Type, r.f.ID, r.f.Hash); kept && name.id != 0 {
				unnamed++
			}
			continue
		}
		j.judged()
		e := &ix.universe.events[at]
		times[at]++
		if times[at] == 1 {
			first[at] = r.n
		} else if times[at] > max(1, e.times) {
			j.fail([]int{first[at], r.n}, "session %s got %s %s of %s %d times", l.session, e.typ, e.id, e.scope, times[at])
		}
	}
	j.skipN("deliveries that can't be told from others without positions", unnamed)
}

// findHoles judges what a span leaves out before its highest event, and what it was given twice, in a snapshot and as
// an event.
func (ix *index) findHoles(j *judge, s *span) {
	u := ix.universe
	for at, r := range s.got {
		if e := &u.events[at]; s.start > 0 && e.committed() > 0 && e.committed() <= s.start {
			j.fail([]int{r.n}, "session %s got position %d of %s, which its snapshot at %d held already", s.life.session, e.committed(), s.scope, s.start)
		}
	}
	q := u.ordered[s.scope]
	if q == nil || s.highest == nil {
		return
	}
	before, after := noted[Receive]{}, -1 // the deliveries around the hole; after is the place of the second
	for i := s.first(q, u); i < len(q.events); i++ {
		e := &u.events[q.events[i]]
		if !e.before(s.highest) {
			return
		}
		if r, ok := s.got[q.events[i]]; ok {
			before = r
			continue
		}
		if !e.proved || !s.covers(e) {
			continue
		}
		sight := ix.owed(s.life, e)
		if sight == SightUnknown {
			j.skip(noSight)
		}
		if sight != Seen {
			continue
		}
		after = max(after, i)
		for _, ok := s.got[q.events[after]]; !ok; _, ok = s.got[q.events[after]] {
			after++
		}
		next := s.got[q.events[after]]
		if ix.excused(s.life, e, before, next.n) {
			continue
		}
		j.fail([]int{before.n, e.n, next.n}, "session %s did not get %s %s of %s (%s), but later ones", s.life.session, e.typ, e.id, s.scope, e.place())
	}
}

// excused tells whether the event may have waited for a resume at which the user could not see its channel any more.
// before is the delivery before the hole, next the line of the one after it, 0 for none. What waited comes before
// RESUMED, so the one after may stand anywhere behind the loss of the socket.
func (ix *index) excused(l *life, e *event, before noted[Receive], next int) bool {
	lost := 0
	for _, s := range l.states {
		if s.f.State == Resumed && s.n > before.n && (next == 0 || next > lost) && ix.filtered(l, e, s) {
			return true
		}
		lost = s.n
	}
	return false
}
