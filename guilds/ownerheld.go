package guilds

// pure core

import (
	"cmp"
	"slices"
	"time"

	"guildhall"
)

const (
	// recentMax is how many committed records of an object stay in memory for those who follow it, above what is not
	// projected yet; further ones are read from the store.
	recentMax = 256
	// recentBytesMax bounds them too: a record can be as large as a batch.
	recentBytesMax = 1 << 20
	// rowsMax bounds the rows (messages, reactions) that an object keeps beside its resident state.
	rowsMax = 2048
	// heldMax is how many objects stay in memory although nobody follows them: some 100 MB of small guilds and users.
	heldMax = 20_000
	// placesMax bounds the cache of places: 50 bytes or so each.
	placesMax  = 200_000
	evictTries = 4
)

// held is an object in this owner's memory.
type held struct {
	object guildhall.Object
	state  object
	loaded bool
	// waiting are the asks that came while it was being loaded.
	waiting []*parkedAsk

	// staged, committed and projected are the positions of its last proposed, committed and projected record.
	staged, committed, projected uint64
	// recent is an unbroken run of committed records up to committed.
	recent []*guildhall.Record
	// requests and nonces lead to the record that a repeated request is answered with; expiry lists them by age.
	requests map[guildhall.RequestID]uint64
	nonces   map[guildhall.NonceKey]uint64
	expiry   []*remembered
	// sources is up to where each first object's follow-ups are applied, proposed ones included.
	sources map[guildhall.Object]uint64

	// rows are rows beside the resident state; order lists them by the time they came in.
	rows     guildhall.Layered[guildhall.RowKey, *cachedRow]
	order    []guildhall.RowKey
	fetching map[guildhall.RowKey][]*parkedAsk

	// barriers are answers that wait until what they saw is committed, in order of position.
	barriers []barrier
	// followers are the nodes that follow it, with when each last asked.
	followers map[string]time.Time
}

type remembered struct {
	at       guildhall.Timestamp
	position uint64
	request  guildhall.RequestID
	nonce    guildhall.NonceKey
}

// cachedRow is a row, or the knowledge that there is none.
type cachedRow struct {
	value    []byte
	missing  bool
	position uint64
}

type barrier struct {
	position uint64
	ticket   Ticket
	answer   *guildhall.Answer
	events   []guildhall.Event // not logged
}

// hold gives the object, and starts to load it at its first use; one that is just being born needs no loading.
func (c *Core) hold(o guildhall.Object, born bool) *held {
	if h := c.held[o]; h != nil {
		return h
	}
	h := &held{
		object:    o,
		state:     newObject(o),
		loaded:    born,
		requests:  make(map[guildhall.RequestID]uint64),
		nonces:    make(map[guildhall.NonceKey]uint64),
		sources:   make(map[guildhall.Object]uint64),
		fetching:  make(map[guildhall.RowKey][]*parkedAsk),
		followers: make(map[string]time.Time),
	}
	c.held[o] = h
	c.order = append(c.order, o)
	if !born {
		c.do(LoadObject{o})
	}
	return h
}

// ticket is the parked asker's.
func (p *parkedAsk) ticket() Ticket {
	if p.follow != nil {
		return p.follow.Ticket
	}
	return p.ask.Ticket
}

func (c *Core) park(p *parkedAsk) { c.parked[p.ticket()] = p }

func (c *Core) unpark(t Ticket) *parkedAsk {
	p := c.parked[t]
	delete(c.parked, t)
	return p
}

// inTurn puts asks into the order in which they came: in the lists they stand in the order in which they began to wait there.
func inTurn(waiting []*parkedAsk) []*parkedAsk {
	slices.SortFunc(waiting, func(a, b *parkedAsk) int { return cmp.Compare(a.ticket(), b.ticket()) })
	return waiting
}

// resume goes on with asks that waited.
func (c *Core) resume(waiting []*parkedAsk) {
	for _, p := range inTurn(waiting) {
		if c.unpark(p.ticket()) == nil || c.dead {
			continue
		}
		if p.follow != nil {
			c.proceedFollow(p)
		} else {
			c.proceed(p)
		}
	}
}

// dropIfNothing forgets an object that does not exist: strangers ask for many.
func (c *Core) dropIfNothing(h *held) {
	if h != nil && h.loaded && h.staged == 0 && len(h.waiting) == 0 && len(h.fetching) == 0 && c.held[h.object] == h {
		for _, p := range c.parked {
			if p.object == h.object {
				return
			}
		}
		c.forget(h.object)
	}
}

// forget takes an object out of memory. It is looked for in order from the back, where what strangers ask for is.
func (c *Core) forget(o guildhall.Object) {
	delete(c.held, o)
	for i, other := range slices.Backward(c.order) {
		if other == o {
			c.order = slices.Delete(c.order, i, i+1)
			return
		}
	}
}

func (h *held) install(row *guildhall.Row) {
	if s, ok := guildhall.DecodeSource(row); ok {
		h.sources[s.Object] = s.Position
		return
	}
	if err := h.state.apply(row, guildhall.Install); err != nil {
		panic(err) // what was written here can't be read: nothing of this object may be decided
	}
}

// remember makes a record's request and nonce known, and forgets those that are past the window or too many.
func (c *Core) remember(h *held, r *guildhall.Record) {
	k := &remembered{at: r.At, position: r.Position, request: r.RequestID, nonce: r.Nonce}
	h.requests[k.request] = k.position
	if k.nonce.Nonce != "" {
		h.nonces[k.nonce] = k.position
	}
	h.expiry = append(h.expiry, k)
	oldest := guildhall.TimestampOf(c.now.Add(-retention))
	for len(h.expiry) > 0 && (h.expiry[0].at < oldest || len(h.expiry) > knownMax) {
		old := h.expiry[0]
		h.expiry = h.expiry[1:]
		if h.requests[old.request] == old.position {
			delete(h.requests, old.request)
		}
		if h.nonces[old.nonce] == old.position {
			delete(h.nonces, old.nonce)
		}
	}
}

// recall gives a committed record from memory, or nil.
func (h *held) recall(position uint64) *guildhall.Record {
	first := h.firstRecent()
	if position < first || position > h.committed || len(h.recent) == 0 {
		return nil
	}
	return h.recent[position-first]
}

// firstRecent is the position of the oldest record in memory; one after the head when there is none.
func (h *held) firstRecent() uint64 {
	if len(h.recent) == 0 {
		return h.committed + 1
	}
	return h.recent[0].Position
}

// trimRecent keeps what is not projected and, above that, recentMax and recentBytesMax.
func (h *held) trimRecent() {
	drop := max(len(h.recent)-recentMax, 0)
	bytes := 0
	for n := len(h.recent) - 1; n >= drop; n-- {
		if bytes += h.recent[n].Size(); bytes > recentBytesMax {
			drop = n + 1
		}
	}
	if drop == 0 {
		return
	}
	for drop > 0 && h.recent[drop-1].Position > h.projected {
		drop--
	}
	h.recent = append([]*guildhall.Record(nil), h.recent[drop:]...)
}

// fetch sees to it that every row that the object's decision needs is in memory; false when the ask has been parked.
func (c *Core) fetch(h *held, p *parkedAsk, e *env) bool {
	var missing []guildhall.RowKey
	parked := false
	for _, k := range h.state.needs(e, p.ask.Command) {
		if _, ok := h.rows.Get(k, true); ok {
			continue
		}
		waiting, under := h.fetching[k]
		if !under {
			missing = append(missing, k)
		}
		if !parked {
			waiting = append(waiting, p)
			parked = true
		}
		h.fetching[k] = waiting
	}
	if parked {
		c.park(p)
	}
	if len(missing) > 0 {
		c.do(LoadRows{h.object, missing})
	}
	return !parked
}

func (c *Core) rowsLoaded(in RowsLoaded) {
	h := c.held[in.Object]
	if h == nil {
		return
	}
	var waiting []*parkedAsk
	for _, k := range in.Keys {
		waiting = append(waiting, h.fetching[k]...)
		delete(h.fetching, k)
		if _, ok := h.rows.Get(k, true); ok {
			continue // a record has written it meanwhile
		}
		if s, ok := in.Rows[k]; ok {
			h.rows.Set(k, &cachedRow{value: s.Value, position: s.Position}, true)
		} else {
			h.rows.Set(k, &cachedRow{missing: true}, true)
		}
		h.order = append(h.order, k)
	}
	c.resume(waiting)
	h.trimRows()
	c.dropIfNothing(h)
}

// trimRows forgets the oldest rows beside the resident state; never one that the tables may not show yet.
func (h *held) trimRows() {
	for range len(h.order) {
		if len(h.order) <= rowsMax {
			return
		}
		k := h.order[0]
		h.order = h.order[1:]
		v, ok := h.rows.Get(k, false)
		if _, fetching := h.fetching[k]; fetching || (ok && v.position > h.projected) || !h.rows.Forget(k) {
			h.order = append(h.order, k)
		}
	}
}

// stateful tells which rows an object's resident state is made of; the others go to the row cache.
func stateful(t guildhall.Table) bool {
	return t == guildhall.TableState || t == guildhall.TableMembers
}

// unread tells which rows no decision ever reads, so that they need no place in the row cache.
func unread(t guildhall.Table) bool {
	return t == guildhall.TablePlaces || t == guildhall.TableAuditLog
}

// applyRecord carries a record's rows through a phase.
func (c *Core) applyRecord(h *held, r *guildhall.Record, phase guildhall.Phase) {
	for i := range r.Rows {
		row := &r.Rows[i]
		if s, ok := guildhall.DecodeSource(row); ok {
			h.sources[s.Object] = s.Position
			continue
		}
		if row.Table == guildhall.TablePlaces {
			c.place(row, h.object)
		}
		// The state may keep something of any row, such as a channel's last message.
		if err := h.state.apply(row, phase); err != nil {
			panic(err) // the row was encoded in this process
		}
		if !stateful(row.Table) && !unread(row.Table) {
			h.cacheRow(row, r.Position, phase)
		}
	}
}

func (h *held) cacheRow(row *guildhall.Row, position uint64, phase guildhall.Phase) {
	k := row.Key()
	if phase == guildhall.Commit {
		h.rows.Commit(k)
		return
	}
	if _, ok := h.rows.Get(k, true); !ok {
		h.order = append(h.order, k)
	}
	h.rows.Stage(k, &cachedRow{value: row.Value, missing: row.Delete, position: position}, true)
}

// place keeps the cache of places true for channels made and deleted here.
func (c *Core) place(row *guildhall.Row, o guildhall.Object) {
	id := guildhall.IDFromKey[channelKey](row.Part)
	if row.Delete {
		delete(c.places, guildhall.ChannelID(id))
	} else {
		c.places[guildhall.ChannelID(id)] = o
	}
}

type channelKey struct{}

// evict forgets objects that nobody uses, oldest first, while there are more than heldMax; they are loaded again at
// their next use. A few per step are enough, since a step adds at most one.
func (c *Core) evict() {
	for range evictTries {
		if len(c.held) <= heldMax || len(c.order) == 0 {
			break
		}
		o := c.order[0]
		c.order = c.order[1:]
		h := c.held[o]
		if h == nil {
			continue
		}
		if len(c.nodes(h)) > 0 || !h.idle() {
			c.order = append(c.order, o)
			continue
		}
		delete(c.held, o)
	}
	if len(c.places) > placesMax && c.unprojected == 0 && len(c.inflight) == 0 {
		clear(c.places)
	}
}

// idle tells whether the object, which nobody follows, can be loaded again with nothing missing and nobody noticing.
func (h *held) idle() bool {
	return h.loaded && h.staged == h.projected && len(h.fetching) == 0 && len(h.waiting) == 0
}
