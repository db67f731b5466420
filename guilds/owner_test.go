package guilds

import (
	"context"
	"fmt"
	"testing"
	"time"

	"guildhall"
	"guildhall/conformance"
)

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
