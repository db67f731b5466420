package sessions

// pure core

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"guildhall"
	"guildhall/gateway"
)

// The core as plain data. What follows from the rest (classes, byte counts) is left out and made again.
type (
	coreState struct {
		Node      string          `json:"node"`
		Limits    Limits          `json:"limits"`
		Now       time.Time       `json:"now"`
		Ring      uint64          `json:"ring"`
		Attaches  uint64          `json:"attaches"`
		Events    []eventState    `json:"events"`
		Sessions  []sessionState  `json:"sessions"`
		Objects   []objectState   `json:"objects"`
		People    []personState   `json:"people"`
		Detached  []detachedState `json:"detached"`
		Condemned []string        `json:"condemned"`
	}
	eventState struct {
		Object    guildhall.Object     `json:"object"`
		Position  uint64               `json:"position"`
		Type      string               `json:"type"`
		Channel   guildhall.ChannelID  `json:"channel"`
		Audience  *guildhall.Audience  `json:"audience"`
		Farewell  bool                 `json:"farewell"`
		Ephemeral bool                 `json:"ephemeral"`
		Bodies    [forms]*gateway.Body `json:"bodies"`
	}
	sessionState struct {
		ID             string             `json:"id"`
		User           guildhall.UserID   `json:"user"`
		Bot            bool               `json:"bot"`
		TokenHash      string             `json:"token_hash"`
		AuthPosition   uint64             `json:"auth_position"`
		Intents        guildhall.Intents  `json:"intents"`
		Version        int                `json:"version"`
		Shard          *gateway.Shard     `json:"shard"`
		LargeThreshold int                `json:"large_threshold"`
		URL            string             `json:"url"`
		Browser        string             `json:"browser"`
		Presence       guildhall.Presence `json:"presence"`
		Account        *guildhall.Account `json:"account"`
		Attach         uint64             `json:"attach"`
		DetachedAt     time.Time          `json:"detached_at"`
		Verified       bool               `json:"verified"`
		Checking       bool               `json:"checking"`
		Ready          bool               `json:"ready"`
		Condemned      bool               `json:"condemned"`
		Sequence       uint64             `json:"sequence"`
		Taken          uint64             `json:"taken"`
		Grace          int                `json:"grace"`
		Stream         []entryState       `json:"stream"`
		Attached       []guildhall.Object `json:"attached"`
		Backlog        []guildhall.Object `json:"backlog"`
	}
	entryState struct {
		At      time.Time `json:"at"`
		Event   int       `json:"event"`
		Form    form      `json:"form"`
		Revoked bool      `json:"revoked"`
	}
	objectState struct {
		Name       guildhall.Object `json:"name"`
		Live       bool             `json:"live"`
		Position   uint64           `json:"position"`
		Epoch      uint64           `json:"epoch"`
		Asking     bool             `json:"asking"`
		Asked      guildhall.Follow `json:"asked"`
		Failures   int              `json:"failures"`
		RetryAt    time.Time        `json:"retry_at"`
		AuditAt    time.Time        `json:"audit_at"`
		Unattended time.Time        `json:"unattended"`
		Held       []byte           `json:"held"`
		Late       *lateState       `json:"late"`
		Guild      *guildFeedState  `json:"guild"`
		User       *userFeedState   `json:"user"`
		Viewers    []viewerState    `json:"viewers"`
	}
	lateState struct {
		Position uint64             `json:"position"`
		Asked    []guildhall.UserID `json:"asked"`
		Rows     []guildhall.Row    `json:"rows"`
	}
	guildFeedState struct {
		Rows        []guildhall.Row      `json:"rows"`
		Whole       bool                 `json:"whole"`
		MemberCount int                  `json:"member_count"`
		Presences   []guildhall.Presence `json:"presences"`
	}
	userFeedState struct {
		Rows    []guildhall.Row `json:"rows"`
		Since   uint64          `json:"since"`
		Removed []string        `json:"removed"`
	}
	viewerState struct {
		User        guildhall.UserID  `json:"user"`
		Known       bool              `json:"known"`
		Attachments []attachmentState `json:"attachments"`
	}
	attachmentState struct {
		Session  string `json:"session"`
		Shown    bool   `json:"shown"`
		Listed   bool   `json:"listed"`
		Promised bool   `json:"promised"`
	}
	personState struct {
		User     guildhall.UserID `json:"user"`
		Sessions []string         `json:"sessions"`
	}
	detachedState struct {
		Session string    `json:"session"`
		At      time.Time `json:"at"`
	}
)

// MarshalJSON writes the core as it is between two inputs, after Output.
func (c *Core) MarshalJSON() ([]byte, error) {
	state := coreState{Node: c.node, Limits: c.limits, Now: c.now, Ring: c.ring, Attaches: c.attaches}
	events := make(map[*event]int)
	for _, id := range slices.Sorted(maps.Keys(c.sessions)) {
		state.Sessions = append(state.Sessions, saveSession(c.sessions[id], events, &state.Events))
	}
	for _, o := range c.order {
		state.Objects = append(state.Objects, saveObject(o))
	}
	for _, user := range slices.Sorted(maps.Keys(c.users)) {
		p := personState{User: user}
		for _, s := range c.users[user].sessions {
			p.Sessions = append(p.Sessions, s.ID)
		}
		state.People = append(state.People, p)
	}
	for _, d := range c.detached {
		if !d.session.removed {
			state.Detached = append(state.Detached, detachedState{d.session.ID, d.at})
		}
	}
	for _, s := range c.condemned {
		if !s.removed {
			state.Condemned = append(state.Condemned, s.ID)
		}
	}
	return json.Marshal(state)
}

func saveSession(s *session, known map[*event]int, events *[]eventState) sessionState {
	saved := sessionState{
		ID: s.ID, User: s.User, Bot: s.Bot, TokenHash: s.TokenHash, AuthPosition: s.AuthPosition, Intents: s.Intents,
		Version: s.Version, Shard: s.Shard, LargeThreshold: s.LargeThreshold, URL: s.URL, Browser: s.Browser, Presence: s.Presence,
		Account: s.Account,
		Attach:  s.Attach, DetachedAt: s.detachedAt, Verified: s.verified, Checking: s.checking, Ready: s.ready,
		Condemned: s.condemned, Sequence: s.seq, Taken: s.taken, Grace: s.grace,
	}
	for i := s.head; i < len(s.stream); i++ {
		e := &s.stream[i]
		n, ok := known[e.event]
		if !ok {
			n = len(*events)
			known[e.event] = n
			*events = append(*events, eventState{
				Object: e.event.Object, Position: e.event.Position, Type: e.event.Type, Channel: e.event.Channel,
				Audience: e.event.Audience, Farewell: e.event.Farewell, Ephemeral: e.event.Ephemeral,
				Bodies: e.event.bodies,
			})
		}
		saved.Stream = append(saved.Stream, entryState{e.at, n, e.form(), e.revoked})
	}
	for _, a := range s.order {
		saved.Attached = append(saved.Attached, a.object.name)
	}
	for _, a := range s.backlog {
		saved.Backlog = append(saved.Backlog, a.object.name)
	}
	return saved
}

func saveObject(o *object) objectState {
	saved := objectState{
		Name: o.name, Live: o.live, Position: o.position, Epoch: o.epoch, Asking: o.asking, Asked: o.asked, Failures: o.failures,
		RetryAt: o.retryAt, AuditAt: o.auditAt, Unattended: o.unattended, Held: guildhall.AppendRecords(nil, o.held),
	}
	if o.late != nil {
		saved.Late = &lateState{o.late.position, o.late.asked, o.late.rows}
	}
	if g := o.guild; g != nil {
		presences := slices.SortedFunc(maps.Values(g.presences), func(a, b guildhall.Presence) int {
			return cmp.Compare(a.User.ID, b.User.ID)
		})
		saved.Guild = &guildFeedState{sortedRows(g.state.Rows(nil)), g.whole, g.memberCount, presences}
	}
	if u := o.user; u != nil {
		saved.User = &userFeedState{sortedRows(u.state.Rows()), u.since, slices.Sorted(maps.Keys(u.removed))}
	}
	for _, v := range o.viewers {
		viewer := viewerState{User: v.user, Known: v.known}
		for _, a := range v.attachments {
			viewer.Attachments = append(viewer.Attachments, attachmentState{a.session.ID, a.shown, a.listed, a.promised})
		}
		saved.Viewers = append(saved.Viewers, viewer)
	}
	return saved
}

func sortedRows(rows []guildhall.Row) []guildhall.Row {
	slices.SortFunc(rows, func(a, b guildhall.Row) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Sort, b.Sort))
	})
	return rows
}

// UnmarshalJSON makes a core of what MarshalJSON wrote.
func (c *Core) UnmarshalJSON(b []byte) error {
	var state coreState
	if err := json.Unmarshal(b, &state); err != nil {
		return fmt.Errorf("read core: %w", err)
	}
	*c = *NewCore(state.Node, state.Limits)
	c.now, c.ring, c.attaches = state.Now, state.Ring, state.Attaches
	events := make([]*event, 0, len(state.Events))
	for _, e := range state.Events {
		events = append(events, &event{
			Object: e.Object, Position: e.Position, Type: e.Type, Channel: e.Channel, Audience: e.Audience,
			Farewell: e.Farewell, Ephemeral: e.Ephemeral, bodies: e.Bodies,
		})
	}
	for i := range state.Sessions {
		s := loadSession(&state.Sessions[i], events)
		c.sessions[s.ID] = s
	}
	for i := range state.Objects {
		o, err := c.loadObject(&state.Objects[i])
		if err != nil {
			return err
		}
		c.objects[o.name] = o
		c.order = append(c.order, o)
	}
	for i := range state.Sessions {
		saved := &state.Sessions[i]
		s := c.sessions[saved.ID]
		for _, name := range saved.Attached {
			s.order = append(s.order, s.attachments[name])
		}
		for _, name := range saved.Backlog {
			s.backlog = append(s.backlog, s.attachments[name])
		}
	}
	for _, p := range state.People {
		c.users[p.User] = &person{}
		for _, id := range p.Sessions {
			c.users[p.User].sessions = append(c.users[p.User].sessions, c.sessions[id])
		}
	}
	for _, d := range state.Detached {
		c.detached = append(c.detached, detachment{c.sessions[d.Session], d.At})
	}
	for _, id := range state.Condemned {
		c.condemned = append(c.condemned, c.sessions[id])
	}
	return nil
}

func loadSession(saved *sessionState, events []*event) *session {
	s := &session{
		ID: saved.ID, User: saved.User, Bot: saved.Bot, TokenHash: saved.TokenHash, AuthPosition: saved.AuthPosition,
		Intents: saved.Intents, Version: saved.Version, Shard: saved.Shard, LargeThreshold: saved.LargeThreshold, URL: saved.URL,
		Browser: saved.Browser, Presence: saved.Presence, Attach: saved.Attach, detachedAt: saved.DetachedAt,
		Account: saved.Account, verified: saved.Verified, checking: saved.Checking, ready: saved.Ready, condemned: saved.Condemned,
		seq: saved.Sequence, taken: saved.Taken, grace: saved.Grace, attachments: make(map[guildhall.Object]*attachment),
	}
	for i, e := range saved.Stream {
		added := entry{at: e.At, event: events[e.Event], body: events[e.Event].bodies[e.Form], revoked: e.Revoked}
		s.stream = append(s.stream, added)
		s.bytes += added.size()
		if s.seq-uint64(len(saved.Stream)-1-i) > s.taken {
			s.unsent += added.size()
		}
	}
	return s
}

func (c *Core) loadObject(saved *objectState) (*object, error) {
	held, err := guildhall.DecodeRecords(saved.Held)
	if err != nil {
		return nil, fmt.Errorf("read held records: %w", err)
	}
	o := &object{
		name: saved.Name, live: saved.Live, position: saved.Position, epoch: saved.Epoch, asking: saved.Asking, asked: saved.Asked,
		failures: saved.Failures, retryAt: saved.RetryAt, auditAt: saved.AuditAt, unattended: saved.Unattended, held: held,
		byUser: make(map[guildhall.UserID]*viewer),
	}
	if l := saved.Late; l != nil {
		o.late = &lateMembers{l.Position, l.Asked, l.Rows}
	}
	if g := saved.Guild; g != nil {
		o.guild, err = newGuildFeed(guildOf(o.name), &guildhall.Snapshot{
			Rows: g.Rows, Whole: g.Whole, MemberCount: g.MemberCount, Presences: g.Presences,
		})
	}
	if u := saved.User; u != nil && err == nil {
		o.user, err = newUserFeed(&guildhall.Snapshot{Rows: u.Rows}, u.Since)
		for _, hash := range u.Removed {
			o.user.removed[hash] = struct{}{}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read rows of %v: %w", o.name, err)
	}
	for _, v := range saved.Viewers {
		loaded := &viewer{user: v.User}
		if o.guild != nil {
			o.guild.admit(loaded)
		}
		loaded.known = v.Known
		for _, a := range v.Attachments {
			s := c.sessions[a.Session]
			made := &attachment{session: s, object: o, viewer: loaded, shown: a.Shown, listed: a.Listed, promised: a.Promised}
			s.attachments[o.name] = made
			loaded.attachments = append(loaded.attachments, made)
		}
		o.viewers = append(o.viewers, loaded)
		o.byUser[v.User] = loaded
	}
	return o, nil
}
