package guilds

import (
	"encoding/json"
	"testing"
	"time"

	"guildhall"
	"guildhall/store"
)

// ownerRig runs a core against a store, one thing after another. What the core wants done is done at once, but for
// appends and projections, which wait for commit and project when the test holds them back.
type ownerRig struct {
	t     *testing.T
	store store.Store
	core  *Core
	log   store.LogID
	now   time.Time

	ticket    Ticket
	answers   map[Ticket]*guildhall.Answer
	followed  map[Ticket]*guildhall.Followed
	published []*guildhall.Publish
	sent      [][]string // the nodes of each publish
	delivers  []store.Pending
	dead      bool
	ran       []string

	holdAppends, holdProjects, holdLoads, holdOutbox bool

	cleared  []OutboxDone
	appends  []Append
	projects []Project
	loads    []Output
}

func newOwnerRig(t *testing.T, s store.Store, log byte) *ownerRig {
	t.Helper()
	b := &ownerRig{
		t: t, store: s, log: store.LogID{log}, now: time.UnixMilli(1_790_000_000_000),
		answers: map[Ticket]*guildhall.Answer{}, followed: map[Ticket]*guildhall.Followed{},
	}
	b.core = NewCore(b.log, guildhall.Limits{})
	b.claim()
	return b
}

// claim takes all slots for the rig's log.
func (b *ownerRig) claim() {
	b.t.Helper()
	table, err := b.store.Ring(b.t.Context())
	b.must(err)
	var all []guildhall.Slot
	for s := range guildhall.Slot(guildhall.Slots) {
		all = append(all, s)
	}
	_, err = b.store.SetRing(b.t.Context(), table.Version, b.log, all)
	b.must(err)
	b.seeRing()
}

func (b *ownerRig) seeRing() {
	table, err := b.store.Ring(b.t.Context())
	b.must(err)
	b.step(RingSeen{table})
}

func (b *ownerRig) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *ownerRig) step(in Input) {
	b.t.Helper()
	for _, out := range b.core.Step(b.now, in) {
		b.carryOut(out)
	}
}

func (b *ownerRig) carryOut(out Output) {
	b.t.Helper()
	switch out := out.(type) {
	case Answered:
		if b.answers[out.Ticket] != nil {
			b.t.Errorf("ticket %d answered twice", out.Ticket)
		}
		b.answers[out.Ticket] = out.Answer
	case FollowAnswered:
		b.followed[out.Ticket] = out.Followed
	case Send:
		b.published = append(b.published, out.Publish)
		b.sent = append(b.sent, out.Nodes)
	case Append:
		b.appends = append(b.appends, out)
		if !b.holdAppends {
			b.commit()
		}
	case Project:
		b.projects = append(b.projects, out)
		if !b.holdProjects {
			b.project()
		}
	case Deliver:
		b.delivers = append(b.delivers, out.Pending)
	case Release:
		b.loads = append(b.loads, out)
		if !b.holdLoads {
			b.load()
		}
	case OutboxDone:
		b.cleared = append(b.cleared, out)
		if !b.holdOutbox {
			b.clear()
		}
	case Run:
		b.ran = append(b.ran, out.Command.Name)
		b.ask(*out.Command, nil)
	case Dead:
		b.dead = true
	case RefreshRing:
		b.seeRing()
	default:
		b.loads = append(b.loads, out)
		if !b.holdLoads {
			b.load()
		}
	}
}

// clear settles the oldest removal from the outbox.
func (b *ownerRig) clear() {
	b.t.Helper()
	p := b.cleared[0].Pending
	b.cleared = b.cleared[1:]
	b.must(b.store.OutboxDone(b.t.Context(), p))
	b.step(OutboxCleared{p})
}

// load answers the oldest request to read something.
func (b *ownerRig) load() {
	b.t.Helper()
	out := b.loads[0]
	b.loads = b.loads[1:]
	if r, ok := out.(Release); ok {
		b.must(b.store.Release(b.t.Context(), r.Key.Kind, r.Key.Key, r.Object))
		b.step(Released(r))
		return
	}
	i := &incarnation{Config: Config{Store: b.store, Now: func() time.Time { return b.now }}}
	in, err := i.read(b.t.Context(), out)
	b.must(err)
	b.step(in)
}

// commit settles the oldest append.
func (b *ownerRig) commit() {
	b.t.Helper()
	a := b.appends[0]
	b.appends = b.appends[1:]
	outcome := Committed
	if err := b.store.Append(b.t.Context(), b.log, a.N, a.Records); err != nil {
		outcome = Fenced
	}
	b.step(Appended{a.N, outcome})
}

// project settles the oldest projection.
func (b *ownerRig) project() {
	b.t.Helper()
	p := b.projects[0]
	b.projects = b.projects[1:]
	b.must(b.store.Project(b.t.Context(), p.Records))
	b.must(b.store.SetCursor(b.t.Context(), b.log, p.N))
	b.step(Projected{p.N})
}

func (b *ownerRig) ask(cmd guildhall.Command, body any) Ticket {
	b.t.Helper()
	b.ticket++
	if cmd.RequestID == (guildhall.RequestID{}) {
		cmd.RequestID = guildhall.RequestID{b.log[0], 0xff, byte(b.ticket >> 8), byte(b.ticket)}
	}
	if body != nil {
		encoded, err := json.Marshal(body)
		b.must(err)
		cmd.Body = encoded
	}
	b.step(Ask{b.ticket, &cmd, len(cmd.Name) > 4 && cmd.Name[:4] == "get."})
	return b.ticket
}

// done asks and expects to be answered at once.
func (b *ownerRig) done(cmd guildhall.Command, body any) *guildhall.Answer {
	b.t.Helper()
	a := b.answers[b.ask(cmd, body)]
	if a == nil || a.Status != guildhall.Done {
		b.t.Fatalf("%s: %+v", cmd.Name, a)
	}
	return a
}

func (b *ownerRig) follow(f guildhall.Follow) *guildhall.Followed {
	b.t.Helper()
	b.ticket++
	b.step(AskFollow{b.ticket, f})
	a := b.followed[b.ticket]
	if a == nil {
		b.t.Fatalf("follow %v is not answered", f)
	}
	return a
}

const testSlot = guildhall.Slot(7)

var owner = guildhall.User{ID: guildhall.UserID(testSlot.Next(0, 1_780_000_000_000)), Username: "ada", Discriminator: "0"}

// guild makes a guild and returns it with its text channel.
func (b *ownerRig) guild() (guildhall.Object, guildhall.ChannelID) {
	b.t.Helper()
	a := b.done(guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot}, guildhall.CreateGuild{Name: "G", Owner: owner})
	var made struct {
		Channels []guildhall.Channel `json:"channels"`
	}
	b.must(json.Unmarshal(a.Body, &made))
	for _, c := range made.Channels {
		if c.Type == guildhall.ChannelGuildText {
			return a.Object, c.ID
		}
	}
	b.t.Fatalf("no text channel in %s", a.Body)
	return a.Object, 0
}

func say(c guildhall.ChannelID) guildhall.Command {
	return guildhall.Command{Name: guildhall.CommandMessageCreate, Channel: c, Actor: owner.ID}
}

func content(s string) guildhall.CreateMessage { return guildhall.CreateMessage{Content: s} }

// joins has a user join.
func joins(o guildhall.Object, user guildhall.UserID) (guildhall.Command, guildhall.AddMember) {
	return guildhall.Command{Name: guildhall.CommandMemberAdd, Object: o},
		guildhall.AddMember{User: guildhall.User{ID: user, Username: "u" + user.String(), Discriminator: "0"}}
}
