package guilds

import (
	"fmt"
	"testing"
	"time"

	"guildhall"
	"guildhall/conformance"
)

// copyTest is a change that is refused, or finds nothing to change, and would be committed a moment later.
type copyTest struct {
	name string
	// cmd is asked before change and again after it.
	cmd    func(b *ownerRig, o guildhall.Object, c guildhall.ChannelID) (guildhall.Command, any)
	change func(b *ownerRig, o guildhall.Object, c guildhall.ChannelID)
}

const ben = guildhall.UserID(9<<22 | 1)

func copyTests() []copyTest {
	nick := func(b *ownerRig, o guildhall.Object, name string) {
		b.done(guildhall.Command{Name: guildhall.CommandMemberModify, Object: o, Actor: owner.ID},
			guildhall.ModifyMember{UserID: owner.ID, Nick: guildhall.Some(name)})
	}
	return []copyTest{
		{"refused", func(_ *ownerRig, _ guildhall.Object, c guildhall.ChannelID) (guildhall.Command, any) {
			cmd := say(c)
			cmd.Actor = ben
			return cmd, content("let me in")
		}, func(b *ownerRig, o guildhall.Object, _ guildhall.ChannelID) {
			b.done(guildhall.Command{Name: guildhall.CommandMemberAdd, Object: o},
				guildhall.AddMember{User: guildhall.User{ID: ben, Username: "ben", Discriminator: "0"}})
		}},
		{"nothing to change", func(b *ownerRig, o guildhall.Object, _ guildhall.ChannelID) (guildhall.Command, any) {
			nick(b, o, "same")
			return guildhall.Command{Name: guildhall.CommandMemberModify, Object: o, Actor: owner.ID},
				guildhall.ModifyMember{UserID: owner.ID, Nick: guildhall.Some("same")}
		}, func(b *ownerRig, o guildhall.Object, _ guildhall.ChannelID) { nick(b, o, "other") }},
	}
}

// TestAnAnswerWithoutARecordIsFinal asks twice with one request id; in between, what was refused becomes allowed.
func TestAnAnswerWithoutARecordIsFinal(t *testing.T) {
	t.Parallel()
	for _, test := range copyTests() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := conformance.NewModel()
			b := newOwnerRig(t, s, 1)
			o, c := b.guild()
			cmd, body := test.cmd(b, o, c)
			cmd.RequestID = guildhall.RequestID{0xaa}
			first := *b.answers[b.ask(cmd, body)]
			test.change(b, o, c)
			head, _ := b.core.Head(o)
			again := b.answers[b.ask(cmd, body)]
			if again == nil || again.Status != first.Status || fmt.Sprint(again.Err) != fmt.Sprint(first.Err) || again.Unlogged != first.Unlogged ||
				again.Epoch != first.Epoch || string(again.Body) != string(first.Body) {
				t.Errorf("first %+v, then %+v", first, again)
			}
			if now, _ := b.core.Head(o); now != head {
				t.Errorf("the second copy was committed")
			}
			cmd.RequestID = guildhall.RequestID{0xab}
			if a := b.done(cmd, body); a.Unlogged {
				t.Error("a new request finds nothing to change")
			}
			// What is not logged is lost with the log: a successor judges anew.
			next := newOwnerRig(t, s, 2)
			cmd.RequestID = guildhall.RequestID{0xaa}
			next.done(cmd, body)
		})
	}
}

// TestCopiesThatWaitTogetherHaveOneAnswer: both wait for the guild to be loaded.
func TestCopiesThatWaitTogetherHaveOneAnswer(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	o, c := newOwnerRig(t, s, 1).guild()
	b := newOwnerRig(t, s, 2)
	b.holdLoads = true
	cmd := say(c)
	cmd.Actor, cmd.RequestID = ben, guildhall.RequestID{0xaa}
	first := b.ask(cmd, content("let me in"))
	joined := b.ask(guildhall.Command{Name: guildhall.CommandMemberAdd, Object: o},
		guildhall.AddMember{User: guildhall.User{ID: ben, Username: "ben", Discriminator: "0"}})
	second := b.ask(cmd, content("let me in"))
	for len(b.loads) > 0 {
		b.load()
	}
	if b.answers[joined] == nil || b.answers[first] == nil || b.answers[second] == nil {
		t.Fatalf("%+v", b.answers)
	}
	if b.answers[first].Status != b.answers[second].Status {
		t.Errorf("one copy: %+v, the other: %+v", b.answers[first], b.answers[second])
	}
}

// TestWhatFailedInsideIsNoAnswer: an owner without room refuses, and commits the same request later.
func TestWhatFailedInsideIsNoAnswer(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	b.core.full = true
	cmd := say(c)
	cmd.RequestID = guildhall.RequestID{0xaa}
	if a := b.answers[b.ask(cmd, content("x"))]; a == nil || a.Err == nil || a.Err.Status != 507 {
		t.Fatalf("%+v", a)
	}
	b.core.full = false
	b.done(cmd, content("x"))
}

// TestAStoreThatSaysItIsFullIsNotTried: nothing is proposed that would have to wait in flight until there is room. F60
func TestAStoreThatSaysItIsFullIsNotTried(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	b.holdAppends = true
	b.step(Tick{Full: true})
	b.core = throughJSON(t, b.core)
	if a := b.answers[b.ask(say(c), content("x"))]; a == nil || a.Err == nil || a.Err.Status != 507 || len(b.appends) > 0 {
		t.Fatalf("%+v, %d appends", a, len(b.appends))
	}
	b.holdAppends = false
	b.step(Tick{})
	b.done(say(c), content("x"))
}

func TestAnswersWithoutARecordAreBounded(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, c := b.guild()
	refused := say(c)
	refused.Actor = ben
	ask := func(n int) {
		refused.RequestID = guildhall.RequestID{0xaa, byte(n >> 16), byte(n >> 8), byte(n)}
		b.ask(refused, content("x"))
		clear(b.answers)
	}
	for n := range settledObjectMax + 10 {
		ask(n)
	}
	memory := &b.core.settled
	if len(memory.byRequest) != settledObjectMax || memory.byRequest[guildhall.RequestID{0xaa, 0, 0, 9}] != nil {
		t.Errorf("%d answers of one guild are remembered", len(memory.byRequest))
	}
	for n := range 3 * settledMax {
		memory.add(b.now, &settled{
			at: b.now, request: guildhall.RequestID{0xbb, byte(n >> 16), byte(n >> 8), byte(n)},
			object: guildhall.Object{ID: guildhall.Snowflake(n % 50)}, answer: &guildhall.Answer{},
		})
	}
	if len(memory.byRequest) > settledMax || len(memory.order) > 2*settledMax || len(memory.ofObject) > 50 {
		t.Errorf("%d answers, %d in order, of %d objects", len(memory.byRequest), len(memory.order), len(memory.ofObject))
	}
	memory.add(b.now, &settled{at: b.now, request: guildhall.RequestID{1}, answer: &guildhall.Answer{Body: make([]byte, settledBytesMax-2*settledSize)}})
	if memory.bytes > settledBytesMax || memory.byRequest[guildhall.RequestID{1}] == nil {
		t.Errorf("%d bytes in %d answers", memory.bytes, len(memory.byRequest))
	}
	b.now = b.now.Add(retention + time.Second)
	ask(0)
	if len(memory.byRequest) != 1 || memory.bytes != settledSize {
		t.Errorf("%d answers, %d bytes are left past the window", len(memory.byRequest), memory.bytes)
	}
}
