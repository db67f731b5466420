package history

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"guildhall"
)

// sights answers who may see what from the grants of a history.
type sights struct {
	lists   map[sightKey]*grants
	objects map[guildhall.UserID][]guildhall.Object // with a grant that lets the user see something
}

type sightKey struct {
	user    guildhall.UserID
	object  guildhall.Object
	channel guildhall.ChannelID
}

// grants are the changes of what one user sees of one channel.
type grants struct {
	positioned bool         // every one has its position: then order is known exactly
	byPosition []grantPoint // where positioned
	byTime     []grantPoint // by start
	latest     []time.Duration
}

// grantPoint takes effect at a position, at some time from start to end.
type grantPoint struct {
	position   uint64
	start, end time.Duration
	sees       bool
	n          int
}

func newSights(ix *index, all []noted[Grant]) *sights {
	s := &sights{lists: map[sightKey]*grants{}, objects: map[guildhall.UserID][]guildhall.Object{}}
	for _, g := range all {
		p := grantPoint{position: g.f.Position, sees: g.f.Sees, n: g.n}
		switch o := ix.opByID[g.f.Op]; {
		case g.f.Op != 0 && o == nil:
			ix.problem("line %d grants by operation %d, which has not begun", g.n, g.f.Op)
			continue
		case o != nil && !o.may():
			continue // refused: it changed nothing
		case o != nil:
			p.start, p.end = o.at, o.done
			if p.position == 0 {
				p.position = o.out.Position
			}
		case g.f.Position == 0:
			p.start, p.end = -1, -1
		case ix.o.StoreOrder:
			p.start, p.end = g.at, g.at
		default:
			p.end = forever
		}
		object := ix.scope(g.f.Object, g.f.Channel)
		key := sightKey{g.f.User, object, g.f.Channel}
		l := s.lists[key]
		if l == nil {
			l = &grants{positioned: true}
			s.lists[key] = l
		}
		l.byTime = append(l.byTime, p)
		l.positioned = l.positioned && (p.position > 0 || p.end < 0)
		if p.sees && !slices.Contains(s.objects[g.f.User], object) {
			s.objects[g.f.User] = append(s.objects[g.f.User], object)
		}
	}
	for _, l := range s.lists {
		l.arrange()
	}
	return s
}

func (l *grants) arrange() {
	if l.positioned {
		l.byPosition = slices.Clone(l.byTime)
		slices.SortStableFunc(l.byPosition, func(a, b grantPoint) int { return cmp.Compare(a.position, b.position) })
	}
	slices.SortStableFunc(l.byTime, func(a, b grantPoint) int { return cmp.Compare(a.start, b.start) })
	latest := time.Duration(-1)
	for _, p := range l.byTime {
		latest = max(latest, p.end)
		l.latest = append(l.latest, latest)
	}
}

// at answers for an event at a position (0: not known) that was committed at some time from lower to upper. Where the
// changes around that time leave more than one answer it is SightUnknown. line is that of a change that decided.
func (l *grants) at(position uint64, lower, upper time.Duration) (s Sight, line int) {
	if l.positioned && position > 0 {
		i := sort.Search(len(l.byPosition), func(i int) bool { return l.byPosition[i].position > position })
		if i == 0 {
			return SightUnknown, 0
		}
		return sightOf(l.byPosition[i-1].sees), l.byPosition[i-1].n
	}
	i := sort.Search(len(l.byTime), func(i int) bool { return l.byTime[i].start > upper }) - 1
	before := time.Duration(-2) // start of the last change that was certainly over before lower
	for ; i >= 0; i-- {
		p := &l.byTime[i]
		nearest := p.end < lower && before == -2
		if nearest {
			before = p.start
		}
		// It may be the one in force, if it did not end before the nearest began. Those from before the history stand in
		// their order.
		if nearest || p.end >= lower || p.end >= max(before, 0) {
			if s != SightUnknown && s != sightOf(p.sees) {
				return SightUnknown, 0
			}
			s, line = sightOf(p.sees), p.n
		}
		if before != -2 && (i == 0 || l.latest[i-1] < lower && l.latest[i-1] < before) {
			return s, line
		}
	}
	return SightUnknown, 0 // nothing is known of the time before the first change
}

func sightOf(sees bool) Sight {
	if sees {
		return Seen
	}
	return Hidden
}

// ask answers for a user by the object's grants and the channel's, both of which must let it see.
func (s *sights) ask(user guildhall.UserID, object guildhall.Object, channel guildhall.ChannelID, position uint64, lower, upper time.Duration) (Sight, int) {
	whole, inPart := s.lists[sightKey{user, object, 0}], (*grants)(nil)
	if channel != 0 {
		inPart = s.lists[sightKey{user, object, channel}]
	}
	if whole == nil && inPart == nil {
		return SightUnknown, 0
	}
	answer, line := Seen, 0
	for _, l := range []*grants{whole, inPart} {
		if l == nil {
			continue
		}
		one, n := l.at(position, lower, upper)
		if one == Hidden {
			return Hidden, n
		}
		if one == SightUnknown {
			answer = SightUnknown
		}
		line = n
	}
	return answer, line
}

// sight answers for a session and an event. The intents are judged apart.
func (ix *index) sight(l *life, e *event) (Sight, int) {
	if !l.known {
		return SightUnknown, 0
	}
	if ix.o.Entitled != nil {
		if s := ix.o.Entitled(ix.view(l, e, e.committed())); s != SightUnknown {
			return s, 0
		}
	}
	return ix.sights.ask(l.user, e.scope, e.channel, e.committed(), e.lower, e.upper)
}

func (ix *index) view(l *life, e *event, position uint64) View {
	return View{
		Session: l.session, User: l.user, Intents: l.intents, Object: e.scope, Channel: e.channel,
		Position: position, Part: e.part, Type: e.typ, ID: e.id,
	}
}

// filtered tells whether the user lost sight of the event's channel between the event and a resume: what a session
// missed is filtered with the permissions of the moment of the resume. design §4
func (ix *index) filtered(l *life, e *event, resume noted[Session]) bool {
	if resume.at < e.lower {
		return false
	}
	if ix.o.Entitled != nil && e.committed() > 0 {
		last := ix.universe.last(e.scope)
		for p := e.committed() + 1; p <= last; p++ {
			if ix.o.Entitled(ix.view(l, e, p)) == Hidden {
				return true
			}
		}
	}
	for _, channel := range []guildhall.ChannelID{0, e.channel} {
		list := ix.sights.lists[sightKey{l.user, e.scope, channel}]
		if list == nil {
			continue
		}
		for i := range list.byTime {
			p := &list.byTime[i]
			after := p.position > e.committed() || e.committed() == 0 || p.position == 0
			if !p.sees && after && p.end >= e.lower && p.start <= resume.at {
				return true
			}
		}
	}
	return false
}
