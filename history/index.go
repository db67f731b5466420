package history

import (
	"fmt"
	"math"
	"time"

	"guildhall"
)

// forever is the end of what has no end noted.
const forever = time.Duration(math.MaxInt64)

// problemsMax bounds the list of contradictions in a recording; the first few say what is wrong with the recorder.
const problemsMax = 20

// index is a history arranged for the checks. Lines (n) count from 1.
type index struct {
	o        Options
	h        *History
	counts   Counts
	problems []string
	end      time.Duration // the time of the last entry

	ops       []*op // by invocation
	opByID    map[OpID]*op
	byRequest map[Request][]*op
	byNonce   map[guildhall.NonceKey][]*op // enforced ones
	sends     map[content][]*op            // that may have taken effect, by channel (and by 0) and hash
	guessed   map[guildhall.ChannelID][]*op
	messages  map[guildhall.Snowflake]*message
	effects   map[nameKey]effect
	objects   map[guildhall.ChannelID]guildhall.Object

	lives   []*life
	lifeBy  map[lifeKey]*life
	finals  []noted[Final]
	finalBy map[guildhall.ChannelID]*noted[Final]
	pages   []noted[Page]
	commits []noted[Commit]
	ledgers map[guildhall.Object]*ledger

	recordRequests map[Request]bool
	recordNonces   map[guildhall.NonceKey]bool

	claims   []noted[Ack] // acks
	publish  []noted[Publish]
	seals    []noted[Seal]
	sights   *sights
	faults   []noted[Fault]
	calm     []window // without fault
	universe *universe
	spansOf  map[*life][]*span // filled where asked for
}

// noted is a fact with its line and time.
type noted[F any] struct {
	n  int
	at time.Duration
	f  *F
}

// content names what was written where.
type content struct {
	channel guildhall.ChannelID
	hash    Hash
}

// op is an operation with its end.
type op struct {
	*Invoke
	n, endN  int // lines; endN is 0 without an outcome
	at, done time.Duration
	out      Outcome
	// first is when the earliest operation with the same request or enforced nonce began: the effect may be that one's.
	first time.Duration
}

// may tells whether the operation may have had an effect.
func (o *op) may() bool { return o.out.Result != Fail }

func (o *op) ok() bool { return o.out.Result == OK }

// open tells whether nobody knows if the operation had an effect.
func (o *op) open() bool { return o.may() && !o.ok() }

// message is what operations say of one message.
type message struct {
	channel  guildhall.ChannelID
	sends    []*op // acknowledged with this id
	edits    []*op // these and the next: that may have had an effect
	removals []*op
	reacts   []*op
	unreacts []*op
}

// life is one lifetime of a session.
type life struct {
	lifeKey
	user     guildhall.UserID
	intents  guildhall.Intents
	known    bool // a Ready was noted
	placed   bool // its receives have positions
	n        int
	at       time.Duration
	endAt    time.Duration
	objects  []guildhall.Object
	states   []noted[Session]
	receives []noted[Receive]
}

type lifeKey struct {
	session  string
	lifetime int
}

// ledger is an object's records.
type ledger struct {
	object  guildhall.Object
	commits []noted[Commit] // by position, each position's first
	at      map[uint64]int  // position → place in commits
}

func newIndex(h *History, o Options) *index {
	ix := &index{
		o: o, h: h,
		opByID: map[OpID]*op{}, byRequest: map[Request][]*op{}, byNonce: map[guildhall.NonceKey][]*op{},
		sends: map[content][]*op{}, guessed: map[guildhall.ChannelID][]*op{},
		messages: map[guildhall.Snowflake]*message{}, effects: map[nameKey]effect{}, objects: map[guildhall.ChannelID]guildhall.Object{},
		lifeBy: map[lifeKey]*life{}, finalBy: map[guildhall.ChannelID]*noted[Final]{}, ledgers: map[guildhall.Object]*ledger{},
		spansOf: map[*life][]*span{}, recordRequests: map[Request]bool{}, recordNonces: map[guildhall.NonceKey]bool{},
	}
	grants := []noted[Grant]{}
	for i := range h.Entries {
		e := &h.Entries[i]
		ix.end = max(ix.end, e.At)
		n := i + 1
		if f, ok := e.Fact.(*Grant); ok {
			grants = append(grants, noted[Grant]{n, e.At, f})
			ix.learnPlace(f.Channel, f.Object)
			continue
		}
		ix.sort(n, e)
	}
	ix.indexOps()
	ix.indexLedgers()
	ix.sights = newSights(ix, grants)
	ix.calm = calmWindows(ix.faults, ix.end)
	ix.universe = newUniverse(ix)
	ix.count(len(grants))
	return ix
}

// sort puts an entry where its kind belongs.
func (ix *index) sort(n int, e *Entry) {
	switch f := e.Fact.(type) {
	case *Invoke:
		ix.invoke(n, e.At, f)
	case *Outcome:
		ix.outcome(n, e.At, f)
	case *Session:
		ix.session(n, e.At, f)
	case *Receive:
		l := ix.life(lifeKey{f.Session, f.Lifetime}, n, e.At)
		l.receives = append(l.receives, noted[Receive]{n, e.At, f})
		l.placed = l.placed || f.Position > 0
		ix.learnPlace(f.Channel, f.Object)
	case *Page:
		ix.pages = append(ix.pages, noted[Page]{n, e.At, f})
	case *Final:
		ix.finals = append(ix.finals, noted[Final]{n, e.At, f})
	case *Commit:
		ix.commits = append(ix.commits, noted[Commit]{n, e.At, f})
		for i := range f.Events {
			ix.learnPlace(f.Events[i].Channel, f.Object)
		}
	case *Ack:
		ix.claims = append(ix.claims, noted[Ack]{n, e.At, f})
	case *Publish:
		ix.publish = append(ix.publish, noted[Publish]{n, e.At, f})
	case *Seal:
		ix.seals = append(ix.seals, noted[Seal]{n, e.At, f})
	case *Fault:
		ix.faults = append(ix.faults, noted[Fault]{n, e.At, f})
	default:
		ix.problem("line %d holds no fact", n)
	}
}

func (ix *index) problem(format string, args ...any) {
	if len(ix.problems) < problemsMax {
		ix.problems = append(ix.problems, fmt.Sprintf(format, args...))
	}
}

func (ix *index) learnPlace(c guildhall.ChannelID, o guildhall.Object) {
	if c == 0 || o.IsZero() {
		return
	}
	if known, ok := ix.objects[c]; ok && known != o {
		ix.problem("channel %s is noted in %s and in %s", c, known, o)
		return
	}
	ix.objects[c] = o
}

// scope is the object in whose order an event stands. Where no entry tells a channel's object, the channel stands for it.
func (ix *index) scope(o guildhall.Object, c guildhall.ChannelID) guildhall.Object {
	if !o.IsZero() || c == 0 {
		return o
	}
	if known, ok := ix.objects[c]; ok {
		return known
	}
	return guildhall.Object{ID: guildhall.Snowflake(c)}
}

func (ix *index) invoke(n int, at time.Duration, f *Invoke) {
	if other, ok := ix.opByID[f.Op]; ok {
		ix.problem("operation %d begins in line %d and in line %d", f.Op, other.n, n)
		return
	}
	o := &op{Invoke: f, n: n, at: at, done: forever, first: at, out: Outcome{Op: f.Op, Result: Unknown}}
	ix.ops = append(ix.ops, o)
	ix.opByID[f.Op] = o
	ix.learnPlace(f.Channel, f.Object)
}

func (ix *index) outcome(n int, at time.Duration, f *Outcome) {
	o, ok := ix.opByID[f.Op]
	switch {
	case !ok:
		ix.problem("line %d ends operation %d, which has not begun", n, f.Op)
		return
	case o.endN != 0:
		ix.problem("operation %d ends in line %d and in line %d", f.Op, o.endN, n)
		return
	}
	o.endN, o.out = n, *f
	switch f.Result {
	case OK, Fail:
		o.done = at
	case Unknown:
	default:
		ix.problem("line %d has no result known here: %q", n, f.Result)
		o.out.Result = Unknown
	}
}

func (ix *index) life(key lifeKey, n int, at time.Duration) *life {
	l, ok := ix.lifeBy[key]
	if !ok {
		l = &life{lifeKey: key, n: n, at: at, endAt: forever}
		ix.lives = append(ix.lives, l)
		ix.lifeBy[key] = l
	}
	return l
}

func (ix *index) session(n int, at time.Duration, f *Session) {
	l := ix.life(lifeKey{f.Session, f.Lifetime}, n, at)
	l.states = append(l.states, noted[Session]{n, at, f})
	switch f.State {
	case Ready:
		if l.known {
			ix.problem("lifetime %d of session %s begins twice, the second time in line %d", f.Lifetime, f.Session, n)
			return
		}
		l.known, l.at, l.user, l.intents, l.objects = true, at, f.User, f.Intents, f.Objects
	case Ended:
		l.endAt = min(l.endAt, at)
	case Resumed, Down:
	default:
		ix.problem("line %d has no state known here: %q", n, f.State)
	}
}

// count fills the report's counts.
func (ix *index) count(grants int) {
	c := &ix.counts
	clients, sessions, objects := map[string]bool{}, map[string]bool{}, map[guildhall.Object]bool{}
	c.Entries, c.Writes, c.Lifetimes, c.Pages = len(ix.h.Entries), len(ix.ops), len(ix.lives), len(ix.pages)
	c.Finals, c.Commits, c.Seals, c.Grants = len(ix.finals), len(ix.commits), len(ix.seals), grants
	for _, o := range ix.ops {
		clients[o.Client] = true
		objects[ix.scope(o.Object, o.Channel)] = true
		switch o.out.Result {
		case OK:
			c.Acknowledged++
		case Fail:
			c.Refused++
		default:
			c.Unknown++
		}
	}
	for _, l := range ix.lives {
		sessions[l.session] = true
		c.Deliveries += len(l.receives)
		for _, s := range l.states {
			if s.f.State == Resumed {
				c.Resumes++
			}
		}
	}
	for _, p := range ix.pages {
		clients[p.f.Client] = true
	}
	for o := range ix.ledgers {
		objects[o] = true
	}
	delete(objects, guildhall.Object{})
	for _, f := range ix.faults {
		if f.f.Active {
			c.Faults++
		}
	}
	c.Clients, c.Sessions, c.Objects = len(clients), len(sessions), len(objects)
}
