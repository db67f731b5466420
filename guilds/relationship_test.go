package guilds

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guildhall"
)

// pair is two people whose follow-ups arrive when the test says, in order.
type pair struct {
	t     testingT
	sides [2]*bench
	ids   [2]guildhall.UserID
	mail  [2][]guildhall.FollowUp // by sender
}

func newPair(t testingT) *pair {
	p := &pair{t: t}
	for i := range p.sides {
		p.ids[i] = guildhall.UserID(guildhall.Slot(9+i).Next(0, 1_700_000_000_000))
		p.sides[i] = newBench(t, guildhall.UserObject(p.ids[i]))
		p.sides[i].must(system, 0, guildhall.CommandUserCreate, guildhall.CreateUser{Username: fmt.Sprintf("user%d", i)})
	}
	return p
}

func (p *pair) act(by int, name string, body any) {
	d, err := p.sides[by].do(p.ids[by], 0, name, body)
	if err == nil {
		p.posted(by, d)
	}
}

func (p *pair) posted(by int, d *draft) {
	own := guildhall.UserObject(p.ids[by])
	said := slices.DeleteFunc(slices.Clone(d.followUps), func(f guildhall.FollowUp) bool { return f.To == own })
	if len(said) > 1 {
		p.t.Fatalf("a record tells the other %d things, of which one is heard", len(said))
	}
	p.mail[by] = append(p.mail[by], said...)
}

func (p *pair) deliver(from int) {
	if len(p.mail[from]) == 0 {
		return
	}
	next := p.mail[from][0]
	p.mail[from] = p.mail[from][1:]
	to := 1 - from
	p.posted(to, p.sides[to].must(system, 0, next.Name, json.RawMessage(next.Body)))
}

func (p *pair) other(by int) guildhall.Relationship {
	u := guildhall.User{ID: p.ids[1-by], Username: fmt.Sprintf("user%d", 1-by)}
	return guildhall.Relationship{Type: guildhall.RelationshipFriend, User: u}
}

func (p *pair) has(side int) guildhall.RelationshipType {
	r := p.sides[side].state.(*user).state.Committed().Relationship(p.ids[1-side])
	if r == nil {
		return 0
	}
	return r.Type
}

// TestFriendsAreFriendsOnBothSides: however requests, answers, ends and blocks cross, when all has arrived both are friends
// or neither is.
func TestFriendsAreFriendsOnBothSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := newPair(rt)
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			by := rapid.IntRange(0, 1).Draw(rt, "side")
			other := p.other(by)
			switch rapid.SampledFrom([]string{"ask", "ask", "end", "block", "deliver", "deliver", "deliver"}).Draw(rt, "step") {
			case "ask":
				p.act(by, guildhall.CommandRelationshipPut, other)
			case "end":
				p.act(by, guildhall.CommandRelationshipDelete, other)
			case "block":
				other.Type = guildhall.RelationshipBlocked
				p.act(by, guildhall.CommandRelationshipPut, other)
			case "deliver":
				p.deliver(by)
			}
		}
		for rounds := 0; len(p.mail[0])+len(p.mail[1]) > 0; rounds++ {
			if rounds > 1000 {
				rt.Fatal("they never come to an end")
			}
			p.deliver(rounds % 2)
		}
		a, b := p.has(0), p.has(1)
		if (a == guildhall.RelationshipFriend) != (b == guildhall.RelationshipFriend) {
			rt.Fatalf("one has %d, the other %d", a, b)
		}
	})
}

func TestFriendRequests(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	d := p.sides[0].must(p.ids[0], 0, guildhall.CommandRelationshipPut, p.other(0))
	if e, data := event(t, d, "RELATIONSHIP_ADD"); len(e.Audience.Users) != 1 || data["type"] != 4.0 || data["asked"] != nil {
		t.Errorf("asked: %+v %v", e.Audience, data)
	}
	p.posted(0, d)
	p.deliver(0)
	if p.has(0) != guildhall.RelationshipOutgoing || p.has(1) != guildhall.RelationshipIncoming {
		t.Errorf("asked: %d and %d", p.has(0), p.has(1))
	}
	p.act(1, guildhall.CommandRelationshipPut, p.other(1))
	p.deliver(1)
	if p.has(0) != guildhall.RelationshipFriend || p.has(1) != guildhall.RelationshipFriend {
		t.Errorf("accepted: %d and %d", p.has(0), p.has(1))
	}
	p.sides[0].refuse(errFriendAlready, p.ids[0], 0, guildhall.CommandRelationshipPut, p.other(0))
	d = p.sides[1].must(p.ids[1], 0, userName, guildhall.ModifyUser{GlobalName: guildhall.Some("One")})
	p.posted(1, d)
	p.deliver(1)
	if r := p.sides[0].state.(*user).state.Committed().Relationship(p.ids[1]); *r.User.GlobalName != "One" {
		t.Errorf("renamed friend: %+v", r.User)
	}
	p.posted(1, p.sides[1].must(system, 0, guildhall.CommandUserDelete, nil))
	p.deliver(1)
	if p.has(0) != 0 {
		t.Errorf("a friend who is gone: %d", p.has(0))
	}
	self := guildhall.Relationship{Type: guildhall.RelationshipFriend, User: guildhall.User{ID: p.ids[0]}}
	p.sides[0].refuse(errFriendSelf, p.ids[0], 0, guildhall.CommandRelationshipPut, self)
	p.sides[0].refuse(guildhall.ErrMissingAccess, p.ids[1], 0, guildhall.CommandRelationshipPut, p.other(0))
}

func TestBlocksAreNotTold(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	block := p.other(1)
	block.Type = guildhall.RelationshipBlocked
	p.act(1, guildhall.CommandRelationshipPut, block)
	if len(p.mail[1]) != 0 {
		t.Error("a block of a stranger is told")
	}
	p.act(0, guildhall.CommandRelationshipPut, p.other(0))
	p.deliver(0)
	if p.has(0) != guildhall.RelationshipOutgoing || p.has(1) != guildhall.RelationshipBlocked || len(p.mail[1]) != 0 {
		t.Errorf("asked who blocks: %d and %d", p.has(0), p.has(1))
	}
	p.sides[1].refuse(errFriendBlocked, p.ids[1], 0, guildhall.CommandRelationshipPut, p.other(1))
}

func TestNotes(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{Username: "mira"})
	d := b.must(id, 0, guildhall.CommandNotePut, guildhall.Note{UserID: 5, Text: "kind"})
	if e, data := event(t, d, "USER_NOTE_UPDATE"); len(e.Audience.Users) != 1 || data["note"] != "kind" || data["id"] != "5" {
		t.Errorf("noted: %v", data)
	}
	if d = b.must(id, 0, guildhall.CommandNotePut, guildhall.Note{UserID: 5, Text: "kind"}); len(d.events) != 0 {
		t.Error("noted twice")
	}
	b.must(id, 0, guildhall.CommandNotePut, guildhall.Note{UserID: 5})
	if notes := ask[[]guildhall.Note](b, id, 0, guildhall.QueryNotes, nil); len(notes) != 0 {
		t.Errorf("notes %v", notes)
	}
	b.refuse(guildhall.ErrMissingAccess, 5, 0, guildhall.CommandNotePut, guildhall.Note{UserID: 5, Text: "x"})
}

// TestManyWhoAskKeepNobodyFromMakingFriends: requests that wait are counted apart from what a person has made itself.
func TestManyWhoAskKeepNobodyFromMakingFriends(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ann := p.sides[0]
	stranger := func(i int) guildhall.User { return guildhall.User{ID: guildhall.UserID(1000+i) << 22, Username: "s"} }
	asked := func(i int) {
		ann.must(system, 0, guildhall.CommandRelationshipFrom, guildhall.RelationshipFrom{
			User: stranger(i), Step: guildhall.RelationshipAsk, Asked: 1,
		})
	}
	waiting := documented.Of(guildhall.LimitFriendRequests)
	for i := range waiting + 20 {
		asked(i)
	}
	v := func() guildhall.UserView { return ann.state.(*user).state.Committed() }
	if own, others := v().RelationshipCounts(); own != 0 || others != waiting {
		t.Fatalf("%d own, %d waiting", own, others)
	}
	for id, want := range map[guildhall.UserID]bool{p.ids[1]: false, stranger(3).ID: true} {
		if got := ask[bool](ann, system, 0, guildhall.QueryRequestable, id); got != want {
			t.Errorf("%s may ask: %t", id, got)
		}
	}
	if _, err := ann.query(p.ids[1], 0, guildhall.QueryRequestable, p.ids[1]); err == nil {
		t.Error("others may ask how many wait")
	}
	// She asks bob, whose own request was dropped, and they are friends.
	p.act(1, guildhall.CommandRelationshipPut, p.other(1))
	p.deliver(1)
	p.act(0, guildhall.CommandRelationshipPut, p.other(0))
	for range 4 {
		p.deliver(0)
		p.deliver(1)
	}
	if p.has(0) != guildhall.RelationshipFriend || p.has(1) != guildhall.RelationshipFriend {
		t.Errorf("they are %d and %d", p.has(0), p.has(1))
	}
	// Accepting is making a friend, and bounded as that.
	for i := range documented.Of(guildhall.LimitFriends) - 1 {
		ann.must(p.ids[0], 0, guildhall.CommandRelationshipPut, guildhall.Relationship{Type: guildhall.RelationshipFriend, User: stranger(i)})
	}
	asked(waiting + 30)
	last := guildhall.Relationship{Type: guildhall.RelationshipFriend, User: stranger(waiting + 30)}
	ann.refuse(documented.Exceeded(guildhall.LimitFriends), p.ids[0], 0, guildhall.CommandRelationshipPut, last)
}
