package guilds

// pure core

import (
	"errors"
	"maps"
	"slices"
	"time"

	"guildhall"
	"guildhall/store"
)

const (
	// batchBytesMax bounds one append. protocol §3.4
	batchBytesMax = 64 << 10
	// unprojectedMax and unprojectedAge are how much may wait to be projected before the owner answers busy; they keep a
	// takeover's tail short. protocol §3.2
	unprojectedMax = 500
	unprojectedAge = time.Second
	// proposedMax bounds what may wait to be appended, above what a second of appends carries.
	proposedMax = 4096
	// retention is for how long requests and nonces are known and records can be followed. protocol §2
	retention = 10 * time.Minute
	// knownMax bounds the requests and nonces that are known of one object, at 80 changes a second for all of retention.
	// The oldest go first.
	knownMax = 50_000
	// mailedMax bounds the follow-ups that wait to be accepted, mailedObjectMax those to one object. Above, changes that
	// would add one (to it) wait; others go on.
	mailedMax       = 50_000
	mailedObjectMax = 1000
	// parkedMax bounds the asks that wait for loads.
	parkedMax = 8192
)

var errBroken = errors.New("guilds: broken invariant")

// Core is the owner of slots as a pure state machine, for one log from its start to its seal: Step takes what happened
// and returns what is to be done. It is not safe for several goroutines.
type Core struct {
	// fixed after NewCore
	log    store.LogID
	limits guildhall.Limits

	now  time.Time
	out  []Output
	dead bool

	ring  store.RingTable
	slots map[guildhall.Slot]*slot
	held  map[guildhall.Object]*held
	// order lists held by the time it came in, for eviction.
	order []guildhall.Object
	// places caches which object a channel is part of.
	places map[guildhall.ChannelID]guildhall.Object

	// last is the number of the last committed batch.
	last     uint64
	inflight []*proposal
	queue    []*proposal
	// full says that the store has no room for the batch in flight, which is tried again until it has.
	full bool
	// low says that the store would refuse the next batch: nothing is proposed that would have to wait in flight.
	low bool
	// projecting are the committed batches that are not projected yet, oldest first.
	projecting  []waitingBatch
	unprojected int

	parked map[Ticket]*parkedAsk
	// byPlace and bySlot are who waits for a channel's place or a slot's snowflake.
	byPlace map[guildhall.ChannelID][]*parkedAsk
	bySlot  map[guildhall.Slot][]*parkedAsk

	// mail are the follow-ups on their way, in order, by the pair of objects.
	mail   map[route][]store.Pending
	mailed int
	// mailedTo counts those of mail by the object that they are for.
	mailedTo map[guildhall.Object]int

	// settled are the answers that made no record.
	settled settledAnswers
	// releasing are the names on their way to be free again.
	releasing map[nameOf]*release
}

// slot is a slot of this log, known to be so by the newest ring seen.
type slot struct {
	epoch   uint64
	loaded  bool
	loading bool
	last    guildhall.Snowflake

	// outboxRead says that the follow-ups of earlier owners are known; later ones wait in held until then.
	outboxRead bool
	heldBack   []store.Pending
}

// waitingBatch is a committed batch on its way to the tables.
type waitingBatch struct {
	n       uint64
	records []*guildhall.Record
	since   time.Time
}

// proposal is a record that is not committed yet, and who waits for it.
type proposal struct {
	record *guildhall.Record
	size   int
	held   *held
	asked  []Ticket
}

// parkedAsk is an ask that waits for something to be loaded or claimed.
type parkedAsk struct {
	ask    Ask
	follow *AskFollow
	// object is where it goes, once known.
	object guildhall.Object
	// claimed counts the command's claims that are the object's by now, the birth's own claim first.
	claimed int
	born    bool
	// what it reads from old events, see knownAnswer and followEvents
	wants eventsFor
	// again: a name that it has claimed, or is about to, is being freed. All are claimed anew.
	again bool
	// unsaid is its answer, which waits until so many names are free; unsaidAt is what must be committed before.
	unsaid   *guildhall.Answer
	unsaidAt uint64
	freeing  int
}

// eventsFor says what an ask reads events for.
type eventsFor struct {
	position  uint64
	following bool
}

// NewCore starts the owner of a new log. It owns nothing before it has seen the ring.
func NewCore(log store.LogID, limits guildhall.Limits) *Core {
	return &Core{
		log:     log,
		limits:  limits,
		slots:   make(map[guildhall.Slot]*slot),
		held:    make(map[guildhall.Object]*held),
		places:  make(map[guildhall.ChannelID]guildhall.Object),
		parked:  make(map[Ticket]*parkedAsk),
		byPlace: make(map[guildhall.ChannelID][]*parkedAsk),
		bySlot:  make(map[guildhall.Slot][]*parkedAsk),
		mail:    make(map[route][]store.Pending),
		settled: newSettledAnswers(),

		mailedTo:  make(map[guildhall.Object]int),
		releasing: make(map[nameOf]*release),
	}
}

// Step takes one input at a time and returns what is to be done, in order. now may stand still or go back: it is used for
// the time part of snowflakes, which rise anyway, and for windows.
func (c *Core) Step(now time.Time, in Input) []Output {
	c.now = now
	c.out = nil
	if c.dead {
		c.refuseDead(in)
		return c.out
	}
	switch in := in.(type) {
	case Ask:
		c.ask(in)
	case AskFollow:
		c.askFollow(in)
	case Tick:
		c.low = in.Full
		c.tick()
	case RingSeen:
		c.ringSeen(in.Table)
	case SlotLoaded:
		c.slotLoaded(in)
	case ObjectLoaded:
		c.objectLoaded(in)
	case PlaceLoaded:
		c.placeLoaded(in)
	case RowsLoaded:
		c.rowsLoaded(in)
	case EventsLoaded:
		c.eventsLoaded(in)
	case Claimed:
		c.claimAnswered(in)
	case Released:
		c.released(nameOf{in.Key, in.Object})
	case Appended:
		c.appended(in)
	case Full:
		c.full = c.full || len(c.inflight) > 0 && in.N == c.last+1
	case Projected:
		c.projected(in.N)
	case OutboxLoaded:
		c.outboxLoaded(in)
	case Delivered:
		c.delivered(in.Pending)
	case OutboxCleared:
		c.outboxCleared(in.Pending)
	case LoadFailed:
		c.loadFailed(in)
	}
	c.flush()
	c.evict()
	return c.out
}

// refuseDead sends those who still ask to whoever owns the slots now.
func (c *Core) refuseDead(in Input) {
	switch in := in.(type) {
	case Ask:
		c.answer(in.Ticket, &guildhall.Answer{Status: guildhall.NotOwner})
	case AskFollow:
		c.do(FollowAnswered{in.Ticket, &guildhall.Followed{Status: guildhall.NotOwner, Ring: c.ring.Version}})
	}
}

func (c *Core) do(o Output) { c.out = append(c.out, o) }

func (c *Core) answer(t Ticket, a *guildhall.Answer) {
	a.Ring = c.ring.Version
	c.do(Answered{t, a})
}

// ringSeen takes over what the ring gives to this log. A slot that the ring takes away was not given by this node: its
// log has been taken over, and the whole owner is dead.
// protocol §1 rules 4 and 6
func (c *Core) ringSeen(table store.RingTable) {
	if table.Version < c.ring.Version {
		return
	}
	c.ring = table
	for s := range c.slots {
		if table.Slots[s].Log != c.log {
			c.die()
			return
		}
	}
	var gained []guildhall.Slot
	for s, claim := range table.Slots {
		if claim.Log != c.log {
			continue
		}
		if have := c.slots[s]; have == nil {
			c.slots[s] = &slot{epoch: claim.Epoch}
			gained = append(gained, s)
		}
	}
	slices.Sort(gained)
	for _, s := range gained {
		c.do(LoadOutbox{s})
	}
}

// die forgets everything: no append of this log can be committed any more, so that nothing here is worth keeping.
func (c *Core) die() {
	c.dead = true
	for _, p := range append(c.inflight, c.queue...) {
		for _, t := range p.asked {
			c.answer(t, &guildhall.Answer{Status: guildhall.NotOwner})
		}
	}
	var waiting []Ticket
	for _, h := range c.held {
		for _, w := range h.barriers {
			waiting = append(waiting, w.ticket)
		}
	}
	slices.Sort(waiting)
	for _, t := range waiting {
		c.answer(t, &guildhall.Answer{Status: guildhall.NotOwner})
	}
	for _, t := range slices.Sorted(maps.Keys(c.parked)) {
		c.turnAway(c.unpark(t), guildhall.NotOwner)
	}
	c.inflight, c.queue, c.projecting = nil, nil, nil
	c.held, c.slots, c.mail, c.mailedTo, c.settled = nil, nil, nil, nil, settledAnswers{}
	c.releasing = nil
	c.do(Dead{})
}

// turnAway tells a parked asker to try again elsewhere or later.
func (c *Core) turnAway(p *parkedAsk, status guildhall.AnswerStatus) {
	if p.follow != nil {
		c.do(FollowAnswered{p.follow.Ticket, &guildhall.Followed{Status: status, Ring: c.ring.Version, Object: p.object}})
		return
	}
	c.answer(p.ask.Ticket, &guildhall.Answer{Status: status})
}

// busy tells whether so much waits that a new change must not be added.
func (c *Core) busy() bool {
	if len(c.queue) >= proposedMax || c.unprojected > unprojectedMax {
		return true
	}
	return len(c.projecting) > 0 && c.now.Sub(c.projecting[0].since) > unprojectedAge
}

// Owns tells whether the slot is this log's by the newest ring seen.
func (c *Core) Owns(s guildhall.Slot) bool { return c.slots[s] != nil }

// Head gives the position of the object's last committed record, if it is loaded.
func (c *Core) Head(o guildhall.Object) (uint64, bool) {
	h := c.held[o]
	if h == nil || !h.loaded {
		return 0, false
	}
	return h.committed, true
}
