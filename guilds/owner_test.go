package guilds

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"guildhall"
	"guildhall/conformance"
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
	delivers  []store.Pending
	dead      bool

	holdAppends, holdProjects bool
	appends                   []Append
	projects                  []Project
}

func newOwnerRig(t *testing.T, s store.Store, log byte) *ownerRig {
	t.Helper()
	b := &ownerRig{
		t: t, store: s, log: store.LogID{log}, now: time.UnixMilli(1_790_000_000_000),
		answers: map[Ticket]*guildhall.Answer{}, followed: map[Ticket]*guildhall.Followed{},
	}
	b.core = NewCore(b.log)
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
	case OutboxDone:
		b.must(b.store.OutboxDone(b.t.Context(), out.Pending))
	case Dead:
		b.dead = true
	case RefreshRing:
		b.seeRing()
	default:
		i := &incarnation{Config: Config{Store: b.store, Now: func() time.Time { return b.now }}}
		in, err := i.read(b.t.Context(), out)
		b.must(err)
		b.step(in)
	}
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

func TestNothingLeavesBeforeItIsCommitted(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, c := b.guild()
	b.follow(guildhall.Follow{Node: "s1", Object: o})
	b.published = nil
	b.holdAppends = true

	first := b.ask(say(c), content("one"))
	second := b.ask(say(c), content("two"))
	refused := b.ask(guildhall.Command{Name: guildhall.CommandMessageDelete, Channel: c, Actor: owner.ID}, guildhall.MessageRef{ID: 1})
	got := b.follow(guildhall.Follow{Node: "s2", Object: o, From: 1})
	if len(got.Records) != 0 || got.Position != 1 {
		t.Errorf("a follower was told of position %d", got.Position)
	}
	for _, ticket := range []Ticket{first, second, refused} {
		if b.answers[ticket] != nil {
			t.Errorf("ticket %d was answered before the append: %+v", ticket, b.answers[ticket])
		}
	}
	if len(b.published) != 0 {
		t.Errorf("%d records published before the append", len(b.published))
	}

	b.commit()
	if b.answers[first] == nil || b.answers[second] != nil {
		t.Fatal("the first batch answers the first message and no other")
	}
	b.commit()
	if a := b.answers[refused]; a == nil || a.Err == nil || a.Err.Code != guildhall.ErrUnknownMessage.Code {
		t.Errorf("refusal: %+v", a)
	}
	if len(b.published) != 2 {
		t.Errorf("%d publishes for 2 records", len(b.published))
	}
}

func TestARepeatedRequestIsAnsweredWithItsRecord(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	cmd := say(c)
	cmd.RequestID = guildhall.RequestID{1}
	b.holdAppends = true
	first := b.ask(cmd, content("once"))
	again := b.ask(cmd, content("once"))
	b.commit()
	b.holdAppends = false
	late := b.done(cmd, content("once"))
	if string(b.answers[first].Body) != string(b.answers[again].Body) || string(late.Body) != string(b.answers[first].Body) {
		t.Errorf("three tries, answers\n%s\n%s\n%s", b.answers[first].Body, b.answers[again].Body, late.Body)
	}
	if head, _ := b.core.Head(late.Object); head != 2 {
		t.Errorf("%d records for one guild and one message", head)
	}
}

func TestANonceHoldsAfterTheOwnerHasChanged(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	b := newOwnerRig(t, s, 1)
	_, c := b.guild()
	cmd := say(c)
	cmd.Nonce = "n1"
	first := b.done(cmd, content("once"))
	for i := range recentMax + 10 { // so many that the record has left memory
		b.done(say(c), content(fmt.Sprint(i)))
	}
	sameOwner := b.done(cmd, content("once"))

	successor := newOwnerRig(t, s, 2)
	successor.now = b.now.Add(time.Minute)
	other := successor.done(cmd, content("once"))
	for _, a := range []*guildhall.Answer{sameOwner, other} {
		if string(a.Body) != string(first.Body) {
			t.Errorf("same nonce, another message:\n%s\n%s", first.Body, a.Body)
		}
	}
	successor.now = b.now.Add(retention + time.Minute)
	successor.done(say(c), content("moves the window"))
	if late := successor.done(cmd, content("once")); string(late.Body) == string(first.Body) {
		t.Error("the nonce is known past the window")
	}
}

func TestASealedLogAnswersNothing(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	b := newOwnerRig(t, s, 1)
	_, c := b.guild()
	b.holdAppends = true
	inFlight, queued := b.ask(say(c), content("1")), b.ask(say(c), content("2"))
	if _, err := s.Seal(context.Background(), b.log); err != nil {
		t.Fatal(err)
	}
	b.commit()
	if !b.dead {
		t.Fatal("the owner lives on after its log was sealed")
	}
	after := b.ask(say(c), content("3"))
	for _, ticket := range []Ticket{inFlight, queued, after} {
		if a := b.answers[ticket]; a == nil || a.Status != guildhall.NotOwner {
			t.Errorf("ticket %d: %+v", ticket, a)
		}
	}
}

func TestARingThatTakesSlotsAwayIsTheEnd(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	b := newOwnerRig(t, s, 1)
	newOwnerRig(t, s, 2)
	b.seeRing()
	if !b.dead {
		t.Error("the owner lives on although the ring names another")
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, c := b.guild()
	if a := b.follow(guildhall.Follow{Node: "s", Object: o}); a.Snapshot == nil || a.Position != 1 {
		t.Fatalf("first subscription: %+v", a)
	}
	n := recentMax + 300
	for i := range n {
		b.done(say(c), content(fmt.Sprint(i)))
	}
	// From far back, memory does not reach: the events do.
	for from := uint64(1); from < uint64(n+1); {
		a := b.follow(guildhall.Follow{Node: "s", Object: o, From: from})
		records, err := guildhall.DecodeRecords(a.Records)
		b.must(err)
		if len(records) == 0 {
			t.Fatalf("nothing after %d of %d", from, n+1)
		}
		for _, r := range records {
			if r.Position != from+1 {
				t.Fatalf("position %d after %d", r.Position, from)
			}
			from = r.Position
		}
		if a.Position != from || a.More != (from < uint64(n+1)) {
			t.Errorf("up to %d of %d: position %d, more %v", from, n+1, a.Position, a.More)
		}
	}
	if a := b.follow(guildhall.Follow{Node: "s", Object: o, From: uint64(n + 1)}); len(a.Records) != 0 || a.Snapshot != nil {
		t.Errorf("an audit at the head: %+v", a)
	}
	if a := b.follow(guildhall.Follow{Node: "s", Object: o, From: uint64(n + 50)}); a.Status != guildhall.NotOwner {
		t.Errorf("from ahead of the head: %+v", a)
	}
	b.must(b.store.Prune(t.Context(), guildhall.TimestampOf(b.now.Add(time.Hour))))
	if a := b.follow(guildhall.Follow{Node: "s", Object: o, From: 1}); a.Snapshot == nil {
		t.Errorf("from before what is kept: %+v", a)
	}
	b.follow(guildhall.Follow{Node: "s", Object: o, Unfollow: true})
	b.published = nil
	b.done(say(c), content("unheard"))
	if len(b.published) != 0 {
		t.Error("published to one who has unfollowed")
	}
}

func TestAnOwnerThatLagsBehindWithProjectionsIsBusy(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	b.holdProjects = true
	b.done(say(c), content("waits"))
	b.now = b.now.Add(unprojectedAge + time.Millisecond)
	if a := b.answers[b.ask(say(c), content("too soon"))]; a.Status != guildhall.Busy {
		t.Errorf("%+v", a)
	}
	if a := b.done(guildhall.Command{Name: guildhall.QueryChannel, Channel: c, Actor: owner.ID}, nil); a.Projected >= a.Position {
		t.Errorf("a query says projected %d of %d", a.Projected, a.Position)
	}
	b.project()
	b.done(say(c), content("now"))
}

func TestAPageIsMadeWholeByTheOwnersRecords(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	ask := func(projected uint64) *guildhall.Answer {
		return b.done(guildhall.Command{Name: guildhall.QueryMessages, Channel: c, Actor: owner.ID}, guildhall.MessagesQuery{Projected: projected})
	}
	b.holdProjects = true
	b.done(say(c), content("not in the tables"))
	a := ask(1)
	records, err := guildhall.DecodeRecords(a.Records)
	b.must(err)
	if len(records) != 1 || a.Reread || a.Projected != 1 || a.Position != 2 {
		t.Errorf("%d records, %+v", len(records), a)
	}
	b.project()
	for i := range recentMax + 1 {
		b.done(say(c), content(fmt.Sprint(i)))
		b.project()
	}
	if a := ask(1); !a.Reread || a.Projected != a.Position {
		t.Errorf("memory does not reach back to 1, and yet: %+v", a)
	}
}

func TestABirthHappensOnce(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	b := newOwnerRig(t, s, 1)
	cmd := guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot, RequestID: guildhall.RequestID{9}}
	first := b.done(cmd, guildhall.CreateGuild{Name: "G", Owner: owner})
	again := b.done(cmd, guildhall.CreateGuild{Name: "G", Owner: owner})
	other := newOwnerRig(t, s, 2).done(cmd, guildhall.CreateGuild{Name: "G", Owner: owner})
	if first.Object != again.Object || first.Object != other.Object {
		t.Errorf("one request made %v, %v and %v", first.Object, again.Object, other.Object)
	}
}

func TestANameThatIsTakenRefusesTheBirth(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	cmd := guildhall.Command{Name: guildhall.CommandUserCreate, Birth: true, Slot: 3, Claims: []guildhall.ClaimKey{{Kind: "username", Key: "ada"}}}
	b.done(cmd, guildhall.CreateUser{Username: "ada"})
	held := len(b.core.held)
	a := b.answers[b.ask(cmd, guildhall.CreateUser{Username: "ada"})]
	if a.Err == nil || len(a.Err.Fields) != 1 || a.Err.Fields[0].Code != "USERNAME_ALREADY_TAKEN" {
		t.Errorf("%+v", a)
	}
	if len(b.core.held) != held {
		t.Error("what was not born stays in memory")
	}
}

func TestFollowUpsGoInOrderUntilAccepted(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	b := newOwnerRig(t, s, 1)
	o, _ := b.guild()
	if len(b.delivers) != 1 || b.delivers[0].To != guildhall.UserObject(owner.ID) {
		t.Fatalf("a new guild sends %+v", b.delivers)
	}
	pending := b.delivers[0]

	// Not accepted yet: a successor sends it again.
	successor := newOwnerRig(t, s, 2)
	if len(successor.delivers) != 1 || !samePending(successor.delivers[0], pending) {
		t.Fatalf("the successor sends %+v", successor.delivers)
	}
	user := successor.done(guildhall.Command{Name: guildhall.CommandUserCreate, Birth: true, Slot: owner.ID.Slot()},
		guildhall.CreateUser{ID: owner.ID, Username: "ada"})
	deliver := guildhall.Command{
		Name: pending.Name, Object: pending.To, Body: pending.Body,
		Source: guildhall.Source{Object: o, Position: pending.Position},
	}
	if user.Object != pending.To {
		t.Fatalf("made %v", user.Object)
	}
	encoded := deliver
	successor.ticket++
	successor.step(Ask{successor.ticket, &encoded, false})
	head, _ := successor.core.Head(user.Object)
	again := deliver
	successor.ticket++
	again.RequestID = guildhall.RequestID{77}
	successor.step(Ask{successor.ticket, &again, false})
	if after, _ := successor.core.Head(user.Object); after != head {
		t.Errorf("applied twice: head %d, then %d", head, after)
	}
	successor.step(Delivered{pending})
	if left, err := s.Outbox(t.Context(), o.Slot(), 10); err != nil || len(left) != 0 {
		t.Errorf("outbox after it was accepted: %v, %v", left, err)
	}
}
