package guilds

import (
	"testing"
	"time"

	"guildhall"
	"guildhall/conformance"
)

// TestANodeThatWentWithoutAWordIsForgotten: it is published to no longer, and keeps nothing in memory.
func TestANodeThatWentWithoutAWordIsForgotten(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, c := b.guild()
	head := func() uint64 {
		at, _ := b.core.Head(o)
		return at
	}
	b.follow(guildhall.Follow{Node: "gone", Object: o})
	b.follow(guildhall.Follow{Node: "stays", Object: o})
	for range 4 {
		b.now = b.now.Add(followerAge / 2)
		b.follow(guildhall.Follow{Node: "stays", Object: o, From: head()}) // its audit
	}
	b.sent = nil
	b.done(say(c), content("x"))
	if len(b.sent) != 1 || len(b.sent[0]) != 1 || b.sent[0][0] != "stays" {
		t.Errorf("published to %v", b.sent)
	}
	b.follow(guildhall.Follow{Node: "gone", Object: o, From: head()}) // it was only slow
	b.core = throughJSON(t, b.core)
	b.sent = nil
	b.done(say(c), content("x"))
	if len(b.sent) != 1 || len(b.sent[0]) != 2 {
		t.Errorf("published to %v", b.sent)
	}

	b.now = b.now.Add(followerAge + time.Second)
	for n := range guildhall.UserID(heldMax) {
		b.core.hold(guildhall.UserObject(n<<22|1), true)
	}
	b.step(Projected{}) // anything
	if _, held := b.core.Head(o); held {
		t.Error("a guild that nobody follows any more stays in memory")
	}
}
