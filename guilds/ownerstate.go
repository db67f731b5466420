package guilds

// pure core

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"guildhall"
	"guildhall/store"
)

// State is a core as plain data, which JSON carries without loss. Two cores with equal states do the same from then on,
// but for what guilds keep softly: presences and slow mode.
type State struct {
	Log        store.LogID       `json:"log"`
	Limits     guildhall.Limits  `json:"limits"`
	Dead       bool              `json:"dead,omitempty"`
	Ring       store.RingTable   `json:"ring"`
	Slots      []SlotState       `json:"slots,omitempty"`
	Objects    []ObjectState     `json:"objects,omitempty"`
	Last       uint64            `json:"last"`
	Full       bool              `json:"full,omitempty"`
	Low        bool              `json:"low,omitempty"`
	Proposals  []ProposalState   `json:"proposals,omitempty"`
	InFlight   int               `json:"in_flight,omitempty"` // how many of Proposals, from the front
	Projecting []ProjectState    `json:"projecting,omitempty"`
	Parked     []ParkedState     `json:"parked,omitempty"`
	Places     []PlaceState      `json:"places,omitempty"`
	Mail       [][]store.Pending `json:"mail,omitempty"`
	Settled    []SettledState    `json:"settled,omitempty"`
	Releasing  []ReleasingState  `json:"releasing,omitempty"`
}

// SlotState is a slot of the log.
type SlotState struct {
	Slot       guildhall.Slot      `json:"slot"`
	Epoch      uint64              `json:"epoch"`
	Loaded     bool                `json:"loaded,omitempty"`
	Loading    bool                `json:"loading,omitempty"`
	Last       guildhall.Snowflake `json:"last"`
	OutboxRead bool                `json:"outbox_read,omitempty"`
	HeldBack   []store.Pending     `json:"held_back,omitempty"`
}

// ObjectState is an object in memory. Records are encoded with guildhall.AppendRecords.
type ObjectState struct {
	Object    guildhall.Object   `json:"object"`
	Loaded    bool               `json:"loaded,omitempty"`
	Committed uint64             `json:"committed"`
	Projected uint64             `json:"projected"`
	Resident  []guildhall.Row    `json:"resident,omitempty"`
	Sources   []guildhall.Source `json:"sources,omitempty"`
	Cached    []CachedState      `json:"cached,omitempty"`
	Fetching  []guildhall.RowKey `json:"fetching,omitempty"`
	Recent    []byte             `json:"recent,omitempty"`
	Known     []KnownState       `json:"known,omitempty"`
	Barriers  []BarrierState     `json:"barriers,omitempty"`
	Followers []FollowerState    `json:"followers,omitempty"`
}

// FollowerState is a node that follows an object.
type FollowerState struct {
	Node  string    `json:"node"`
	Asked time.Time `json:"asked"`
}

// CachedState is a row beside the resident state.
type CachedState struct {
	Key      guildhall.RowKey `json:"key"`
	Value    []byte           `json:"value,omitempty"`
	Missing  bool             `json:"missing,omitempty"`
	Position uint64           `json:"position"`
}

// KnownState is a request, and perhaps a nonce, that a repeat is recognised by.
type KnownState struct {
	At       guildhall.Timestamp `json:"at"`
	Position uint64              `json:"position"`
	Request  guildhall.RequestID `json:"request"`
	Nonce    guildhall.NonceKey  `json:"nonce"`
}

// BarrierState is an answer that waits for what it saw to be committed.
type BarrierState struct {
	Position uint64            `json:"position"`
	Ticket   Ticket            `json:"ticket"`
	Answer   *guildhall.Answer `json:"answer"`
	Events   []guildhall.Event `json:"events,omitempty"`
}

// ProposalState is a record that is not committed, and who waits for it.
type ProposalState struct {
	Record []byte   `json:"record"`
	Asked  []Ticket `json:"asked"`
}

// ProjectState is a committed batch that is not projected.
type ProjectState struct {
	N       uint64    `json:"n"`
	Records []byte    `json:"records"`
	Since   time.Time `json:"since"`
}

// ParkedState is an ask that waits, and for what.
type ParkedState struct {
	Ask      *Ask              `json:"ask,omitempty"`
	Follow   *AskFollow        `json:"follow,omitempty"`
	Object   guildhall.Object  `json:"object"`
	Claimed  int               `json:"claimed,omitempty"`
	Born     bool              `json:"born,omitempty"`
	Position uint64            `json:"position,omitempty"`
	Events   bool              `json:"events,omitempty"`
	Slot     bool              `json:"slot,omitempty"`
	Place    bool              `json:"place,omitempty"`
	Load     bool              `json:"load,omitempty"`
	Row      *guildhall.RowKey `json:"row,omitempty"`
	Again    bool              `json:"again,omitempty"`
	Unsaid   *guildhall.Answer `json:"unsaid,omitempty"`
	UnsaidAt uint64            `json:"unsaid_at,omitempty"`
	Freeing  int               `json:"freeing,omitempty"`
}

// PlaceState says which object a channel is part of.
type PlaceState struct {
	Channel guildhall.ChannelID `json:"channel"`
	Object  guildhall.Object    `json:"object"`
}

// State gives the core as data. The data shares nothing that the core will change.
func (c *Core) State() State {
	s := State{Log: c.log, Limits: c.limits, Dead: c.dead, Ring: c.ring, Last: c.last, Full: c.full, Low: c.low, InFlight: len(c.inflight)}
	if c.dead {
		return s
	}
	for _, n := range slices.Sorted(maps.Keys(c.slots)) {
		sl := c.slots[n]
		s.Slots = append(s.Slots, SlotState{n, sl.epoch, sl.loaded, sl.loading, sl.last, sl.outboxRead, slices.Clone(sl.heldBack)})
	}
	for _, o := range c.order {
		if h := c.held[o]; h != nil {
			s.Objects = append(s.Objects, h.saved())
		}
	}
	for _, p := range append(slices.Clone(c.inflight), c.queue...) {
		s.Proposals = append(s.Proposals, ProposalState{guildhall.AppendRecord(nil, p.record), slices.Clone(p.asked)})
	}
	for _, b := range c.projecting {
		s.Projecting = append(s.Projecting, ProjectState{b.n, guildhall.AppendRecords(nil, b.records), b.since})
	}
	for _, t := range slices.Sorted(maps.Keys(c.parked)) {
		s.Parked = append(s.Parked, c.savedAsk(c.parked[t]))
	}
	for _, id := range slices.Sorted(maps.Keys(c.places)) {
		s.Places = append(s.Places, PlaceState{id, c.places[id]})
	}
	for _, waiting := range c.mail {
		s.Mail = append(s.Mail, slices.Clone(waiting))
	}
	slices.SortFunc(s.Mail, func(a, b []store.Pending) int {
		return cmp.Or(cmp.Compare(a[0].From.Key(), b[0].From.Key()), cmp.Compare(a[0].To.Key(), b[0].To.Key()))
	})
	s.Settled, s.Releasing = c.settled.saved(), c.savedReleasing()
	return s
}

func (h *held) saved() ObjectState {
	s := ObjectState{
		Object: h.object, Loaded: h.loaded, Committed: h.committed, Projected: h.projected,
		Recent: guildhall.AppendRecords(nil, h.recent),
	}
	for _, n := range slices.Sorted(maps.Keys(h.followers)) {
		s.Followers = append(s.Followers, FollowerState{n, h.followers[n]})
	}
	if h.state != nil {
		s.Resident = h.state.resident()
	}
	for _, k := range h.order {
		if v, ok := h.rows.Get(k, false); ok {
			s.Cached = append(s.Cached, CachedState{k, v.value, v.missing, v.position})
		}
	}
	for _, k := range h.expiry {
		if k.position <= h.committed {
			s.Known = append(s.Known, KnownState{k.at, k.position, k.request, k.nonce})
		}
	}
	for o, p := range h.sources {
		s.Sources = append(s.Sources, guildhall.Source{Object: o, Position: p})
	}
	slices.SortFunc(s.Sources, func(a, b guildhall.Source) int { return cmp.Compare(a.Object.Key(), b.Object.Key()) })
	for k := range h.fetching {
		s.Fetching = append(s.Fetching, k)
	}
	slices.SortFunc(s.Fetching, func(a, b guildhall.RowKey) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Sort, b.Sort))
	})
	for _, b := range h.barriers {
		answer := *b.answer // settling it fills in the rest
		s.Barriers = append(s.Barriers, BarrierState{b.position, b.ticket, &answer, b.events})
	}
	return s
}

func (c *Core) savedAsk(p *parkedAsk) ParkedState {
	s := ParkedState{
		Follow: p.follow, Object: p.object, Claimed: p.claimed, Born: p.born,
		Position: p.wants.position, Events: p.wants.following, Again: p.again, UnsaidAt: p.unsaidAt, Freeing: p.freeing,
	}
	if p.unsaid != nil {
		unsaid := *p.unsaid
		s.Unsaid = &unsaid
	}
	if p.follow == nil {
		s.Ask = &p.ask
		s.Place = slices.Contains(c.byPlace[p.ask.Command.Channel], p)
		s.Slot = slices.Contains(c.bySlot[p.ask.Command.Where()], p)
	} else {
		s.Slot = slices.Contains(c.bySlot[p.object.Slot()], p)
	}
	h := c.held[p.object]
	if h == nil {
		return s
	}
	s.Load = slices.Contains(h.waiting, p)
	for k, waiting := range h.fetching {
		if slices.Contains(waiting, p) {
			s.Row = &k
		}
	}
	return s
}

// Restore makes a core of a state. What was asked of the world and not answered yet will be answered to the new core.
func Restore(s State) (*Core, error) {
	c := NewCore(s.Log, s.Limits)
	c.dead, c.ring, c.last, c.full, c.low = s.Dead, s.Ring, s.Last, s.Full, s.Low
	for _, sl := range s.Slots {
		c.slots[sl.Slot] = &slot{sl.Epoch, sl.Loaded, sl.Loading, sl.Last, sl.OutboxRead, sl.HeldBack}
		c.mailed += len(sl.HeldBack)
	}
	for i := range s.Objects {
		if err := c.restoreObject(&s.Objects[i]); err != nil {
			return nil, err
		}
	}
	for _, p := range s.Places {
		c.places[p.Channel] = p.Object
	}
	for i, p := range s.Proposals {
		if err := c.restoreProposal(p, i < s.InFlight); err != nil {
			return nil, err
		}
	}
	for _, b := range s.Projecting {
		records, err := guildhall.DecodeRecords(b.Records)
		if err != nil {
			return nil, fmt.Errorf("restore batch %d: %w", b.N, err)
		}
		c.projecting = append(c.projecting, waitingBatch{b.N, records, b.Since})
		c.unprojected += len(records)
	}
	for i := range s.Parked {
		c.restoreAsk(&s.Parked[i])
	}
	for _, waiting := range s.Mail {
		c.mail[route{waiting[0].From, waiting[0].To}] = waiting
		c.mailed += len(waiting)
		c.mailedTo[waiting[0].To] += len(waiting)
	}
	c.settled.restore(s.Settled)
	for _, r := range s.Releasing {
		c.releasing[nameOf{r.Key, r.Object}] = &release{r.Waiting}
	}
	return c, nil
}

func (c *Core) restoreObject(s *ObjectState) error {
	h := c.hold(s.Object, true)
	h.loaded = s.Loaded
	h.staged, h.committed, h.projected = s.Committed, s.Committed, s.Projected
	for i := range s.Resident {
		h.install(&s.Resident[i])
	}
	for _, v := range s.Cached {
		h.rows.Set(v.Key, &cachedRow{v.Value, v.Missing, v.Position}, true)
		h.order = append(h.order, v.Key)
	}
	recent, err := guildhall.DecodeRecords(s.Recent)
	if err != nil {
		return fmt.Errorf("restore %v: %w", s.Object, err)
	}
	h.recent = recent
	for _, k := range s.Known {
		h.requests[k.Request] = k.Position
		if k.Nonce.Nonce != "" {
			h.nonces[k.Nonce] = k.Position
		}
		h.expiry = append(h.expiry, &remembered{k.At, k.Position, k.Request, k.Nonce})
	}
	for _, src := range s.Sources {
		h.sources[src.Object] = src.Position
	}
	for _, b := range s.Barriers {
		h.barriers = append(h.barriers, barrier{b.Position, b.Ticket, b.Answer, b.Events})
	}
	for _, k := range s.Fetching {
		h.fetching[k] = nil
	}
	for _, n := range s.Followers {
		h.followers[n.Node] = n.Asked
	}
	return nil
}

func (c *Core) restoreProposal(p ProposalState, inflight bool) error {
	r, rest, err := guildhall.DecodeRecord(p.Record)
	if err != nil || len(rest) > 0 {
		return fmt.Errorf("restore proposal: %w", cmp.Or(err, errBroken))
	}
	h := c.held[r.Object]
	if h == nil {
		return fmt.Errorf("restore proposal of %v: %w", r.Object, errBroken)
	}
	q := &proposal{record: r, size: r.Freeze(), held: h, asked: p.Asked}
	h.staged = r.Position
	c.remember(h, r)
	c.applyRecord(h, r, guildhall.Stage)
	if inflight {
		c.inflight = append(c.inflight, q)
	} else {
		c.queue = append(c.queue, q)
	}
	return nil
}

func (c *Core) restoreAsk(s *ParkedState) {
	p := &parkedAsk{
		follow: s.Follow, object: s.Object, claimed: s.Claimed, born: s.Born, wants: eventsFor{s.Position, s.Events},
		again: s.Again, unsaid: s.Unsaid, unsaidAt: s.UnsaidAt, freeing: s.Freeing,
	}
	where := p.object.Slot()
	if s.Ask != nil {
		p.ask = *s.Ask
		where = p.ask.Command.Where()
	}
	c.park(p)
	if s.Slot {
		c.bySlot[where] = append(c.bySlot[where], p)
	}
	if s.Place {
		c.byPlace[p.ask.Command.Channel] = append(c.byPlace[p.ask.Command.Channel], p)
	}
	if h := c.held[p.object]; h != nil {
		if s.Load {
			h.waiting = append(h.waiting, p)
		}
		if s.Row != nil {
			h.fetching[*s.Row] = append(h.fetching[*s.Row], p)
		}
	}
}

// resident gives a guild's resident rows.
func (g *guild) resident() []guildhall.Row { return g.state.Committed().AllRows() }

// resident gives a user's resident rows.
func (u *user) resident() []guildhall.Row { return u.state.AllRows() }
