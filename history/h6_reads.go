package history

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"guildhall"
)

// checkReads judges H6: after its own acknowledged write a client's pages show it, and what a client has seen once does
// not go away, come back or grow older. With Options.FreshReads everybody's acknowledged writes count.
//
// A write counts for a page that began strictly later than the write ended.
func checkReads(ix *index, j *judge) {
	if len(ix.pages) == 0 {
		return
	}
	k := knowledge{ix: ix, j: j, by: map[reader]*known{}, vanished: map[*noted[Page]][]guildhall.Snowflake{}}
	for _, m := range ix.moments() {
		switch {
		case m.op != nil:
			k.acknowledged(m.op)
		case m.begins:
			k.begin(m.page)
		default:
			k.end(m.page)
		}
	}
}

// moment is the acknowledgement of a write, or the start or the end of a read.
type moment struct {
	at     time.Duration
	rank   int // at equal times: starts, acknowledgements, ends
	op     *op
	page   *noted[Page]
	begins bool
}

func (ix *index) moments() []moment {
	var all []moment
	for _, o := range ix.ops {
		if o.ok() && o.Channel != 0 && o.made() != 0 && (o.Kind == Send || o.Kind == Edit || o.Kind == Delete) {
			all = append(all, moment{at: o.done, rank: 1, op: o})
		}
	}
	for i := range ix.pages {
		p := &ix.pages[i]
		all = append(all, moment{at: p.f.Start, rank: 0, page: p, begins: true}, moment{at: p.at, rank: 2, page: p})
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank)) })
	return all
}

// reader is a client in a channel; the client "" stands for all.
type reader struct {
	client  string
	channel guildhall.ChannelID
}

// known is what a reader must be shown from now on.
type known struct {
	ids    []guildhall.Snowflake       // rising: messages that must be there unless they may have been deleted
	line   map[guildhall.Snowflake]int // of each of them: a line that says so
	newest map[guildhall.Snowflake]version
	gone   map[guildhall.Snowflake]int // messages that were certainly deleted, or seen to be, with a line
}

// version says that content older than a change that began at some time must not be shown.
type version struct {
	since time.Duration
	n     int
}

type knowledge struct {
	ix *index
	j  *judge
	by map[reader]*known
	// vanished are messages that a page under way does not show although its reader knew them: somebody's deletion took
	// effect. From the page's end they must not come back.
	vanished map[*noted[Page]][]guildhall.Snowflake
}

func (k *knowledge) of(client string, c guildhall.ChannelID) *known {
	r := reader{client, c}
	if k.by[r] == nil {
		k.by[r] = &known{
			line: map[guildhall.Snowflake]int{}, newest: map[guildhall.Snowflake]version{}, gone: map[guildhall.Snowflake]int{},
		}
	}
	return k.by[r]
}

// all gives what the reader of a page must be shown.
func (k *knowledge) all(p *Page) []*known {
	if k.ix.o.FreshReads {
		return []*known{k.of(p.Client, p.Channel), k.of("", p.Channel)}
	}
	return []*known{k.of(p.Client, p.Channel)}
}

func (s *known) expect(id guildhall.Snowflake, n int) {
	if _, ok := s.line[id]; ok {
		return
	}
	s.line[id] = n
	at, _ := slices.BinarySearch(s.ids, id)
	s.ids = slices.Insert(s.ids, at, id)
}

func (s *known) raise(id guildhall.Snowflake, since time.Duration, n int) {
	if v, ok := s.newest[id]; !ok || v.since < since {
		s.newest[id] = version{since, n}
	}
}

func (k *knowledge) acknowledged(o *op) {
	sets := []*known{k.of(o.Client, o.Channel)}
	if k.ix.o.FreshReads {
		sets = append(sets, k.of("", o.Channel))
	}
	for _, s := range sets {
		switch o.Kind {
		case Send:
			s.expect(o.made(), o.endN)
		case Edit:
			s.raise(o.made(), o.at, o.endN)
		case Delete:
			s.gone[o.made()] = o.endN
		}
	}
}

// begin judges a page by what its reader knew when it began. What the page shows is in the history already, under its
// end.
func (k *knowledge) begin(p *noted[Page]) {
	object := k.ix.scope(guildhall.Object{}, p.f.Channel)
	if sight, _ := k.ix.sights.ask(p.f.User, object, p.f.Channel, 0, p.f.Start, p.at); sight == Hidden {
		k.j.skip("pages read by who could not see the channel")
		return
	} else if sight == SightUnknown && k.ix.sights.any(p.f.User, object, p.f.Channel) {
		k.j.skip("pages read while the reader's permissions changed")
		return
	}
	shown := make(map[guildhall.Snowflake]Hash, len(p.f.Items))
	for _, item := range p.f.Items {
		shown[item.ID] = item.Hash
	}
	k.j.judged()
	low, high := p.f.reach()
	for _, s := range k.all(p.f) {
		k.missing(p, s, shown, low, high)
		for _, item := range p.f.Items {
			k.item(p, s, item)
		}
	}
}

// reach gives the ids of which the page has all there are: those from low to high.
func (p *Page) reach() (low, high guildhall.Snowflake) {
	low, high = p.After+1, ^guildhall.Snowflake(0)
	if p.Before != 0 {
		high = p.Before - 1
	}
	if p.Limit == 0 || len(p.Items) < p.Limit {
		return low, high
	}
	// A full page has the oldest after After, else the newest.
	byID := func(a, b Item) int { return cmp.Compare(a.ID, b.ID) }
	if p.After != 0 {
		return low, slices.MaxFunc(p.Items, byID).ID
	}
	return slices.MinFunc(p.Items, byID).ID, high
}

// missing judges what the page should have shown and did not.
func (k *knowledge) missing(p *noted[Page], s *known, shown map[guildhall.Snowflake]Hash, low, high guildhall.Snowflake) {
	from := sort.Search(len(s.ids), func(i int) bool { return s.ids[i] >= low })
	to := sort.Search(len(s.ids), func(i int) bool { return s.ids[i] > high })
	if from >= to {
		return
	}
	kept := s.ids[:from]
	for _, id := range s.ids[from:to] {
		k.j.judged()
		if _, ok := shown[id]; ok {
			kept = append(kept, id)
			continue
		}
		removed := k.ix.messages[id].removedBy(p.at)
		if removed == nil {
			k.j.fail([]int{s.line[id], p.n}, "%s read channel %s without message %s, which it knew", p.f.Client, p.f.Channel, id)
			kept = append(kept, id)
			continue
		}
		k.vanished[p] = append(k.vanished[p], id)
		if removed.at > p.f.Start {
			kept = append(kept, id) // a page that began earlier or in parallel may show it still
			continue
		}
		delete(s.line, id)
	}
	s.ids = append(kept, s.ids[to:]...)
}

// removedBy gives a deletion that may have had its effect at the given time.
func (m *message) removedBy(at time.Duration) *op {
	if m == nil {
		return nil
	}
	for _, o := range m.removals {
		if o.at <= at {
			return o
		}
	}
	return nil
}

// item judges one message that the page shows.
func (k *knowledge) item(p *noted[Page], s *known, item Item) {
	k.j.judged()
	if n, ok := s.gone[item.ID]; ok {
		k.j.fail([]int{n, p.n}, "%s read message %s in channel %s, which was gone", p.f.Client, item.ID, p.f.Channel)
	}
	v, ok := s.newest[item.ID]
	if ok && k.ix.stale(item.ID, item.Hash, v.since) {
		k.j.fail([]int{v.n, p.n}, "%s read an older content of message %s than it knew", p.f.Client, item.ID)
	}
}

// end notes what the reader has seen.
func (k *knowledge) end(p *noted[Page]) {
	s := k.of(p.f.Client, p.f.Channel)
	for _, item := range p.f.Items {
		if k.ix.messages[item.ID].removedBy(p.at) == nil {
			s.expect(item.ID, p.n)
		}
		if since, ok := k.ix.began(item.ID, item.Hash); ok {
			s.raise(item.ID, since, p.n)
		}
	}
	for _, id := range k.vanished[p] {
		s.gone[id] = p.n
	}
	delete(k.vanished, p)
}
