package history

import (
	"slices"
	"time"

	"guildhall"
)

// span is a stretch of a lifetime in which the session was told of one object: from READY or a GUILD_CREATE to a
// GUILD_DELETE or the end.
type span struct {
	life  *life
	scope guildhall.Object
	// start is what the session had at the beginning: all up to a position, or, where that is 0, all that was committed
	// at some moment before startAt.
	start   uint64
	startAt time.Duration
	endAt   time.Duration
	got     map[int]noted[Receive] // event → its first delivery
	lowest  *event                 // of those got whose order is known
	highest *event
}

// spans gives the stretches of a lifetime, each object's in order of time.
func (ix *index) spans(l *life) []*span {
	if _, ok := ix.spansOf[l]; !ok {
		ix.spansOf[l] = ix.findSpans(l)
	}
	return ix.spansOf[l]
}

func (ix *index) findSpans(l *life) []*span {
	var all []*span
	open := map[guildhall.Object]*span{}
	begin := func(o guildhall.Object, start uint64, at time.Duration) *span {
		s := &span{life: l, scope: o, start: start, startAt: at, endAt: l.endAt, got: map[int]noted[Receive]{}}
		all = append(all, s)
		open[o] = s
		return s
	}
	follow := slices.Clone(l.objects)
	if l.known {
		follow = append(follow, ix.sights.objects[l.user]...)
	}
	for _, o := range follow {
		if open[o] == nil && l.known {
			begin(o, 0, l.at)
		}
	}
	for i, e := range ix.universe.got[l] {
		r := l.receives[i]
		scope := ix.scope(r.f.Object, r.f.Channel)
		s := open[scope]
		switch {
		case r.f.Type == guildCreate:
			if s != nil && len(s.got) == 0 && s.start == 0 {
				s.start, s.startAt = r.f.Position, r.at
				continue
			}
			if s != nil {
				s.endAt = min(s.endAt, r.at)
			}
			begin(scope, r.f.Position, r.at)
			continue
		case r.f.Type == guildDelete && s != nil:
			s.endAt = min(s.endAt, r.at)
			delete(open, scope)
		}
		if e == nowhere {
			continue
		}
		if s == nil {
			s = begin(scope, 0, l.at)
		}
		s.add(ix, e, r)
	}
	return all
}

func (s *span) add(ix *index, at int, r noted[Receive]) {
	if _, twice := s.got[at]; !twice {
		s.got[at] = r
	}
	e := &ix.universe.events[at]
	if e.order == 0 || !e.proved {
		return
	}
	if s.lowest == nil || e.before(s.lowest) {
		s.lowest = e
	}
	if s.highest == nil || s.highest.before(e) {
		s.highest = e
	}
}

// covers tells whether the event certainly came after what the session was given at the span's beginning.
func (s *span) covers(e *event) bool {
	if s.start > 0 && e.committed() > 0 {
		return e.committed() > s.start
	}
	if s.lowest != nil && e.order > 0 && s.lowest.before(e) {
		return true
	}
	return e.lower > s.startAt
}

// first is the place in the object's sequence before which the span covers nothing.
func (s *span) first(q *sequence, u *universe) int {
	at := q.from(s.startAt)
	if s.start == 0 && s.lowest == nil {
		return at
	}
	i, _ := slices.BinarySearchFunc(q.events, 0, func(k, _ int) int {
		e := &u.events[k]
		if s.start > 0 && e.committed() > 0 {
			if e.committed() <= s.start {
				return -1
			}
			return 1
		}
		if s.lowest == nil || e.before(s.lowest) {
			return -1
		}
		return 1
	})
	if s.start > 0 {
		return i
	}
	return min(i, at)
}

// owed tells whether the session was to get the event, were it only in the span. Without positions it could not even be
// told that it did get one that is like others.
func (ix *index) owed(l *life, e *event) Sight {
	if !l.placed && !e.named {
		return SightUnknown
	}
	if e.intents != 0 && l.intents != 0 && l.intents&e.intents == 0 {
		return Hidden
	}
	s, _ := ix.sight(l, e)
	return s
}
