package history

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"guildhall"
)

// event is one dispatch that the history proves to exist: by a commit, an acknowledged operation, a final content, or
// because a session got it.
type event struct {
	scope   guildhall.Object
	channel guildhall.ChannelID
	typ     string
	id      guildhall.Snowflake
	hash    Hash
	intents guildhall.Intents
	// order is the position; where nobody knows the object's positions, the id of a message's creation, since ids rise
	// with positions; 0 where the place in the order is not known.
	order uint64
	part  int
	byID  bool
	// n is the line that proves it best.
	n int
	// proved is false for what a session got although the object's records, which are known, do not have it.
	proved bool
	// lower and upper bound the time of the commit; 0 and forever where not known.
	lower, upper time.Duration
	// named says that it can be told from all others without its position.
	named bool
	// times is how often one lifetime may get it.
	times int
	// writers counts the operations that may have caused it.
	writers int
}

// committed is the event's position; 0 where not known.
func (e *event) committed() uint64 {
	if e.byID {
		return 0
	}
	return e.order
}

// before orders two events of one scope whose order is known.
func (e *event) before(o *event) bool {
	return e.order < o.order || e.order == o.order && e.part < o.part
}

// nowhere marks a dispatch that is not one of the universe's events: one that is not kept, or can't be told apart.
const nowhere = -1

// placeKey and nameKey find an event.
type placeKey struct {
	scope guildhall.Object
	order uint64
	part  int
}

type nameKey struct {
	typ  string
	id   guildhall.Snowflake
	hash Hash
}

// nameOf names an event without its position. Creations and deletions happen once to an id; edits and reactions are
// told apart by their content.
func nameOf(typ string, id guildhall.Snowflake, hash Hash) (nameKey, bool) {
	switch typ {
	case messageCreate, messageDelete:
		return nameKey{typ, id, 0}, id != 0
	case messageUpdate, reactionAdd, reactionRemove:
		return nameKey{typ, id, hash}, id != 0 && hash != 0
	}
	return nameKey{}, false
}

// universe is all events of a history.
type universe struct {
	ix      *index
	events  []event
	byPlace map[placeKey]int
	byName  map[nameKey]int // nowhere where several have the name
	// positioned are the objects whose positions somebody knows.
	positioned map[guildhall.Object]bool
	// scopes, with their events in order, and those whose place is not known.
	ordered   map[guildhall.Object]*sequence
	unordered map[guildhall.Object][]int
	// got says of each life which event each of its receives is.
	got map[*life][]int
}

// sequence is an object's events in order, with what lets a scan start and stop early.
type sequence struct {
	events   []int
	maxLower []time.Duration // of the events up to each
	minUpper []time.Duration // of the events from each
}

func newUniverse(ix *index) *universe {
	u := &universe{
		ix: ix, byPlace: map[placeKey]int{}, byName: map[nameKey]int{}, positioned: map[guildhall.Object]bool{},
		ordered: map[guildhall.Object]*sequence{}, unordered: map[guildhall.Object][]int{}, got: map[*life][]int{},
	}
	for o := range ix.ledgers {
		u.positioned[o] = true
	}
	for _, l := range ix.lives {
		for _, r := range l.receives {
			if r.f.Position > 0 && r.f.Type != guildCreate {
				u.positioned[ix.scope(r.f.Object, r.f.Channel)] = true
			}
		}
	}
	for _, o := range ix.ops {
		if o.out.Position > 0 {
			u.positioned[ix.scope(o.Object, o.Channel)] = true
		}
	}
	for i := range ix.commits {
		u.addCommit(&ix.commits[i])
	}
	for _, l := range ix.lives {
		got := make([]int, len(l.receives))
		for i := range l.receives {
			got[i] = u.addReceive(&l.receives[i])
		}
		u.got[l] = got
	}
	for _, o := range ix.ops {
		u.addOp(o)
	}
	for i := range ix.finals {
		u.addFinal(&ix.finals[i])
	}
	u.arrange()
	return u
}

// add puts an event in, or returns the one that is there in its place.
func (u *universe) add(e event) int {
	name, named := nameOf(e.typ, e.id, e.hash)
	if e.order == 0 && !u.positioned[e.scope] && e.typ == messageCreate {
		e.order, e.byID = uint64(e.id), true
	}
	if e.order > 0 {
		if at, ok := u.byPlace[placeKey{e.scope, e.order, e.part}]; ok {
			return at
		}
	}
	if e.intents == 0 {
		e.intents = intentsFor(e.typ, e.scope.Kind)
	}
	e.times = 1
	at := len(u.events)
	u.events = append(u.events, e)
	if e.order > 0 {
		u.byPlace[placeKey{e.scope, e.order, e.part}] = at
	}
	if other, twice := u.byName[name]; named && twice {
		if other != nowhere {
			u.events[other].named = false
		}
		u.byName[name] = nowhere
	} else if named {
		u.events[at].named = true
		u.byName[name] = at
	}
	return len(u.events) - 1
}

func (u *universe) addCommit(c *noted[Commit]) {
	if first, ok := u.ix.ledgers[c.f.Object].record(c.f.Position); !ok || first.n != c.n {
		return
	}
	for i := range c.f.Events {
		f := &c.f.Events[i]
		e := event{
			scope: c.f.Object, channel: f.Channel, typ: f.Type, id: f.ID, hash: f.Hash, intents: f.Intents,
			order: c.f.Position, part: i, n: c.n, proved: true, upper: c.at,
		}
		if u.ix.o.StoreOrder {
			e.lower = c.at
		} else if ops := u.ix.byRequest[c.f.Request]; len(ops) > 0 && c.f.Request != (Request{}) {
			e.lower = ops[0].first
		}
		u.add(e)
	}
}

// find gives the event that a dispatch is. There may be one of its name although it is not known by its place.
func (u *universe) find(scope guildhall.Object, r *Receive) (int, bool) {
	if r.Position > 0 {
		at, ok := u.byPlace[placeKey{scope, r.Position, r.Part}]
		return at, ok
	}
	name, named := nameOf(r.Type, r.ID, r.Hash)
	if !named {
		return nowhere, true
	}
	at, ok := u.byName[name]
	return at, ok
}

func (u *universe) addReceive(r *noted[Receive]) int {
	f := r.f
	if f.Type == guildCreate || f.Type == guildDelete && f.Position == 0 {
		return nowhere
	}
	scope := u.ix.scope(f.Object, f.Channel)
	at, ok := u.find(scope, f)
	if ok {
		if at != nowhere {
			e := &u.events[at]
			e.upper = min(e.upper, r.at)
			if e.channel == 0 {
				e.channel = f.Channel
			}
		}
		return at
	}
	return u.add(event{
		scope: scope, channel: f.Channel, typ: f.Type, id: f.ID, hash: f.Hash, order: f.Position, part: f.Part,
		n: r.n, proved: u.ix.ledgers[scope] == nil, upper: r.at,
	})
}

// addOp adds the event of an acknowledged operation, and to events that are known what the operation says of their time.
func (u *universe) addOp(o *op) {
	id := o.Target
	if o.Kind == Send {
		id = o.out.ID
	}
	name, named := nameOf(o.Kind.Event(), id, o.Hash)
	if !named || !o.may() {
		return
	}
	if at, ok := u.byName[name]; ok {
		if at != nowhere {
			u.events[at].wrote(o, u.ix.o.StoreOrder && u.ix.ledgers[u.events[at].scope] != nil)
		}
		return
	}
	scope := u.ix.scope(o.Object, o.Channel)
	if !o.ok() || u.ix.ledgers[scope] != nil {
		return
	}
	u.add(event{
		scope: scope, channel: o.Channel, typ: o.Kind.Event(), id: id, hash: o.Hash, order: o.out.Position,
		n: o.n, proved: true, lower: o.first, upper: o.done, writers: 1,
	})
}

// wrote notes an operation that may have caused the event. exact says that its time is known already.
func (e *event) wrote(o *op, exact bool) {
	e.writers++
	if e.order == 0 && e.typ != messageDelete {
		e.times = e.writers // equal edits can't be told apart without positions
	}
	if !exact {
		if e.lower == 0 {
			e.lower = o.first
		}
		e.lower = min(e.lower, o.first)
	}
	if o.ok() {
		e.upper = min(e.upper, o.done)
	}
}

// addFinal adds the messages of sends whose answer was lost. What no send explains is judged by H2 and H3, and not owed
// to anybody.
func (u *universe) addFinal(f *noted[Final]) {
	scope := u.ix.scope(guildhall.Object{}, f.f.Channel)
	if u.ix.ledgers[scope] != nil {
		return
	}
	for i := range f.f.Items {
		item := &f.f.Items[i]
		sends := u.ix.sends[content{f.f.Channel, item.Hash}]
		if _, ok := u.byName[nameKey{messageCreate, item.ID, 0}]; ok || item.Hash == 0 || !slices.ContainsFunc(sends, (*op).open) {
			continue
		}
		u.add(event{
			scope: scope, channel: f.f.Channel, typ: messageCreate, id: item.ID, hash: item.Hash,
			n: f.n, proved: true, upper: f.at,
		})
	}
}

func (u *universe) arrange() {
	for i := range u.events {
		e := &u.events[i]
		if e.typ == messageCreate && e.writers == 0 && e.lower == 0 {
			// A send whose answer was lost: the earliest that says the same may be the one.
			for _, o := range firstFew(u.ix.sends[content{e.channel, e.hash}], 1) {
				e.lower = o.first
			}
		}
		if e.order == 0 {
			u.unordered[e.scope] = append(u.unordered[e.scope], i)
			continue
		}
		s := u.ordered[e.scope]
		if s == nil {
			s = &sequence{}
			u.ordered[e.scope] = s
		}
		s.events = append(s.events, i)
	}
	for _, s := range u.ordered {
		slices.SortFunc(s.events, func(a, b int) int {
			x, y := &u.events[a], &u.events[b]
			return cmp.Or(cmp.Compare(x.order, y.order), cmp.Compare(x.part, y.part))
		})
		s.maxLower = make([]time.Duration, len(s.events))
		s.minUpper = make([]time.Duration, len(s.events))
		top, bottom := time.Duration(0), forever
		for i := range s.events {
			top = max(top, u.events[s.events[i]].lower)
			s.maxLower[i] = top
			k := len(s.events) - 1 - i
			bottom = min(bottom, u.events[s.events[k]].upper)
			s.minUpper[k] = bottom
		}
	}
}

// last is the highest position of a scope.
func (u *universe) last(scope guildhall.Object) uint64 {
	s := u.ordered[scope]
	if s == nil {
		return 0
	}
	return u.events[s.events[len(s.events)-1]].committed()
}

// from gives the first place in the sequence at which an event may have been committed after t.
func (s *sequence) from(t time.Duration) int {
	return sort.Search(len(s.events), func(i int) bool { return s.maxLower[i] > t })
}

// intentsFor gives the intents of which a session needs one, for the events whose intent is the same for every session;
// 0 for others.
// discord: events/gateway#list-of-intents
func intentsFor(typ string, kind guildhall.ObjectKind) guildhall.Intents {
	private := kind == guildhall.KindPrivate
	switch typ {
	case messageCreate, messageUpdate, messageDelete:
		if private {
			return guildhall.IntentDirectMessages
		}
		return guildhall.IntentGuildMessages
	case reactionAdd, reactionRemove:
		if private {
			return guildhall.IntentDirectMessageReactions
		}
		return guildhall.IntentGuildMessageReactions
	case "GUILD_UPDATE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE",
		"CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE":
		if !private {
			return guildhall.IntentGuilds
		}
	}
	return 0
}

// place says where the event stands, for a report.
func (e *event) place() string {
	switch {
	case e.byID || e.order == 0:
		return "position not known"
	case e.part > 0:
		return fmt.Sprintf("position %d, part %d", e.order, e.part)
	}
	return fmt.Sprintf("position %d", e.order)
}
