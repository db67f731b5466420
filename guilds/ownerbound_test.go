package guilds

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"guildhall"
	"guildhall/conformance"
)

func TestWhatStrangersAskForLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	b.guild()
	held, order := len(b.core.held), len(b.core.order)
	for n := range 3000 {
		id := testSlot.Next(0, 1_700_000_000_000+int64(n))
		cmd := guildhall.Command{Name: guildhall.QueryGuild, Object: guildhall.GuildObject(guildhall.GuildID(id)), Actor: owner.ID}
		if n%2 == 0 {
			cmd = guildhall.Command{Name: guildhall.QueryChannel, Channel: guildhall.ChannelID(id), Actor: owner.ID}
		}
		if a := b.answers[b.ask(cmd, nil)]; a == nil || a.Err == nil {
			t.Fatalf("%+v", a)
		}
	}
	c := b.core
	if len(c.held) != held || len(c.order) != order || len(c.parked) != 0 || len(c.byPlace) != 0 {
		t.Errorf("left: %d objects more, %d in order, %d parked, %d places", len(c.held)-held, len(c.order)-order, len(c.parked), len(c.byPlace))
	}
}

// TestARefusalSaysUnderWhichEpoch is for those who hold it against the ring. protocol §1 rule 5
func TestARefusalSaysUnderWhichEpoch(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, c := b.guild()
	name := []guildhall.ClaimKey{{Kind: "username", Key: "ada"}}
	b.done(guildhall.Command{Name: guildhall.CommandUserCreate, Birth: true, Slot: 3, Claims: name}, guildhall.CreateUser{Username: "ada"})
	tests := map[string]struct {
		cmd  guildhall.Command
		body any
	}{
		"nowhere":         {guildhall.Command{Name: guildhall.CommandMessageCreate}, nil},
		"two places":      {guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot, Channel: c}, nil},
		"another kind":    {guildhall.Command{Name: guildhall.QueryChannel, Object: guildhall.PrivateObject(5)}, nil},
		"no kind":         {guildhall.Command{Name: guildhall.CommandMemberAdd, Object: guildhall.Object{Kind: 77, ID: 5}}, nil},
		"born elsewhere":  {guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot}, guildhall.CreateGuild{ID: 1}},
		"born as nothing": {guildhall.Command{Name: guildhall.CommandTyping, Birth: true, Slot: testSlot}, nil},
		"name taken":      {guildhall.Command{Name: guildhall.CommandUserCreate, Birth: true, Slot: 3, Claims: name}, guildhall.CreateUser{Username: "ada"}},
		"no such channel": {guildhall.Command{Name: guildhall.CommandTyping, Channel: 5 << 22}, nil},
		"no such guild":   {guildhall.Command{Name: guildhall.QueryGuild, Object: guildhall.GuildObject(5 << 22)}, nil},
		"no such message": {guildhall.Command{Name: guildhall.CommandMessageDelete, Channel: c, Actor: owner.ID}, guildhall.MessageRef{ID: 1}},
		"no such command": {guildhall.Command{Name: "x", Object: o}, nil},
	}
	for name, test := range tests {
		a := b.answers[b.ask(test.cmd, test.body)]
		if a == nil || a.Status != guildhall.Refused || a.Err == nil || a.Epoch != b.core.slots[testSlot].epoch {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestATakeoversTailStaysShort fills the queue while nothing is projected. protocol §3.2
func TestATakeoversTailStaysShort(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	b.holdAppends, b.holdProjects = true, true
	const asked = 3000
	var tickets []Ticket
	for n := range asked {
		tickets = append(tickets, b.ask(say(c), content(fmt.Sprint(n))))
	}
	for len(b.appends) > 0 {
		b.commit()
	}
	tail := 0
	for _, p := range b.projects {
		tail += len(p.Records)
	}
	if tail < unprojectedMax || tail > unprojectedMax+batchBytesMax/100 {
		t.Errorf("%d records wait to be projected", tail)
	}
	if len(b.projects) > unprojectedMax+1 {
		t.Errorf("%d batches wait, which is more than the projector's queue holds", len(b.projects))
	}
	b.holdAppends, b.holdProjects = false, false
	for len(b.projects) > 0 {
		b.project()
	}
	for _, ticket := range tickets {
		if a := b.answers[ticket]; a == nil || a.Status != guildhall.Done {
			t.Fatalf("ticket %d: %+v", ticket, a)
		}
	}
}

func TestAsksThatGoOnTogetherDoNotOverfillTheQueue(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	_, c := newOwnerRig(t, s, 1).guild()
	b := newOwnerRig(t, s, 2)
	b.holdLoads, b.holdAppends = true, true
	for range parkedMax {
		b.ask(say(c), content("all at once"))
	}
	for len(b.loads) > 0 {
		b.load()
	}
	busy := 0
	for _, a := range b.answers {
		if a.Status == guildhall.Busy {
			busy++
		}
	}
	waiting := len(b.core.queue) + len(b.core.inflight)
	if len(b.core.queue) > proposedMax || busy+waiting != parkedMax {
		t.Errorf("%d wait to be appended, %d are told that the owner is busy", waiting, busy)
	}
}

func TestWhatIsNotLoggedWaitsForWhatItSaw(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, c := b.guild()
	b.follow(guildhall.Follow{Node: "s1", Object: o})
	b.holdAppends = true
	nick := "not yet"
	b.ask(guildhall.Command{Name: guildhall.CommandMemberModify, Object: o, Actor: owner.ID},
		guildhall.ModifyMember{UserID: owner.ID, Nick: guildhall.Some(nick)})
	if len(b.appends) != 1 {
		t.Fatalf("the change of the nickname makes %d appends", len(b.appends))
	}
	b.published = nil
	typing := b.ask(guildhall.Command{Name: guildhall.CommandTyping, Channel: c, Actor: owner.ID}, nil)
	if len(b.published) != 0 || b.answers[typing] != nil {
		t.Errorf("told before the nickname in it is committed: %s", b.published[0].Ephemeral.Data)
	}
	b.core = throughJSON(t, b.core)
	b.commit()
	if len(b.published) != 2 || b.published[1].Ephemeral == nil || b.answers[typing] == nil {
		t.Errorf("%d publishes afterwards", len(b.published))
	}
}

func TestAFullStoreRefusesWhatWasNeverProposed(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	known := say(c)
	known.RequestID = guildhall.RequestID{1}
	before := b.done(known, content("there was room"))
	b.holdAppends = true
	inFlight := b.ask(say(c), content("in flight"))
	b.step(Full{b.appends[0].N - 1}) // an old one
	queued := b.ask(say(c), content("queued"))
	b.step(Full{b.appends[0].N})
	b.core = throughJSON(t, b.core)

	if a := b.answers[b.ask(say(c), content("no room"))]; a == nil || !errors.Is(a.Err, errFull) {
		t.Errorf("while it is full: %+v", a)
	}
	if again := b.answers[b.ask(known, content("there was room"))]; again == nil || string(again.Body) != string(before.Body) {
		t.Errorf("a request that has been committed: %+v", again)
	}
	b.done(guildhall.Command{Name: guildhall.QueryChannel, Channel: c, Actor: owner.ID}, nil)
	if b.answers[inFlight] != nil || b.answers[queued] != nil {
		t.Error("answered although it may still be committed")
	}
	b.holdAppends = false
	b.commit()
	for _, ticket := range []Ticket{inFlight, queued, b.ask(say(c), content("room again"))} {
		if a := b.answers[ticket]; a == nil || a.Status != guildhall.Done {
			t.Errorf("with room again: %+v", a)
		}
	}
}

// TestAReadThatFailsDoesNotUnmarkTheOthers: a row that is being read must stay in memory when it is changed, or the
// reading, older than the change, would bring the old value back.
func TestAReadThatFailsDoesNotUnmarkTheOthers(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	first := newOwnerRig(t, s, 1)
	_, c := first.guild()
	one, err := guildhall.DecodeMessage(first.done(say(c), content("one")).Body)
	first.must(err)
	two, err := guildhall.DecodeMessage(first.done(say(c), content("two")).Body)
	first.must(err)

	b := newOwnerRig(t, s, 2)
	b.done(guildhall.Command{Name: guildhall.QueryChannel, Channel: c, Actor: owner.ID}, nil)
	b.holdLoads = true
	del := guildhall.Command{Name: guildhall.CommandMessageDelete, Channel: c, Actor: owner.ID}
	slow, failing := b.ask(del, guildhall.MessageRef{ID: one.ID}), b.ask(del, guildhall.MessageRef{ID: two.ID})
	rows := b.loads[1].(LoadRows)
	b.step(failedLoad(rows, errors.New("read failed")))
	if a := b.answers[failing]; a == nil || a.Status != guildhall.Busy {
		t.Errorf("whose read failed: %+v", a)
	}
	if b.answers[slow] != nil {
		t.Errorf("whose read is under way: %+v", b.answers[slow])
	}
	if len(b.core.held[guildhall.GuildObject(ownGuild(b))].fetching) != 1 {
		t.Error("the row that is being read is not marked any more")
	}
	b.load()
	if a := b.answers[slow]; a == nil || a.Status != guildhall.Done {
		t.Errorf("after its read: %+v", a)
	}
}

func ownGuild(b *ownerRig) guildhall.GuildID {
	for o := range b.core.held {
		if o.Kind == guildhall.KindGuild {
			return guildhall.GuildID(o.ID)
		}
	}
	return 0
}

func TestFollowUpsHeldBackCountAsWaiting(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	b.core = NewCore(b.log, guildhall.Limits{})
	b.holdLoads, b.now = true, b.now.Add(time.Second)
	b.seeRing() // the outbox is not read yet
	b.ask(guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot}, guildhall.CreateGuild{Name: "G", Owner: owner})
	for i := 0; i < len(b.loads); {
		if _, outbox := b.loads[i].(LoadOutbox); outbox {
			i++
			continue
		}
		b.loads[0], b.loads[i] = b.loads[i], b.loads[0]
		b.load()
		i = 0
	}
	if len(b.delivers) != 0 || b.core.mailed != 1 {
		t.Errorf("%d on their way, %d counted", len(b.delivers), b.core.mailed)
	}
	for len(b.loads) > 0 {
		b.load()
	}
	if len(b.delivers) != 1 || b.core.mailed != 1 {
		t.Errorf("with the outbox read: %d on their way, %d counted", len(b.delivers), b.core.mailed)
	}
}

// TestAClaimInAnotherSlotIsNotJudgedHere: a birth whose request id leads to an object of another slot must leave it alone,
// since that slot may be another owner's.
func TestAClaimInAnotherSlotIsNotJudgedHere(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	b := newOwnerRig(t, s, 1)
	cmd := guildhall.Command{
		Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot, RequestID: guildhall.RequestID{0xaa},
	}
	elsewhere := guildhall.GuildObject(guildhall.GuildID((testSlot + 1).Next(0, 1_780_000_000_000)))
	_, err := s.Claim(t.Context(), claimBirth, fmt.Sprintf("%x", cmd.RequestID[:]), elsewhere)
	b.must(err)
	a := b.answers[b.ask(cmd, guildhall.CreateGuild{Name: "G", Owner: owner})]
	if a == nil || a.Status != guildhall.Refused || !errors.Is(a.Err, guildhall.ErrInternal) {
		t.Errorf("%+v", a)
	}
	if head, held := b.core.Head(elsewhere); held {
		t.Errorf("%v is held here, at %d", elsewhere, head)
	}
}
