package guilds

import (
	"testing"

	"guildhall"
	"guildhall/conformance"
	"guildhall/store"
)

// letters are follow-ups from many objects that nobody accepts.
func (b *ownerRig) letters(n int, to func(int) guildhall.Object) {
	for i := range n {
		b.core.post(store.Pending{
			From: guildhall.GuildObject(guildhall.GuildID(i + 1)), Position: 1, FollowUp: guildhall.FollowUp{To: to(i)},
		})
	}
}

// TestWhatNobodyAcceptsStopsOnlyWhatIsForIt: one user's owner is away for long.
func TestWhatNobodyAcceptsStopsOnlyWhatIsForIt(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, c := b.guild()
	b.letters(mailedObjectMax, func(int) guildhall.Object { return guildhall.UserObject(ben) })
	if cmd, body := joins(o, ben); b.answers[b.ask(cmd, body)].Status != guildhall.Busy {
		t.Error("one more is added for a user for whom very many wait")
	}
	b.done(say(c), content("x"))
	cmd, body := joins(o, ben+1)
	b.done(cmd, body)

	// Those to many users, 6000 in all, stop nobody.
	b.letters(6000, func(i int) guildhall.Object { return guildhall.UserObject(guildhall.UserID(i%600+1) << 22) })
	b.done(say(c), content("x"))
	cmd, body = joins(o, ben+2)
	b.done(cmd, body)

	b.core = throughJSON(t, b.core)
	if cmd, body := joins(o, ben); b.answers[b.ask(cmd, body)].Status != guildhall.Busy {
		t.Error("a restored core has lost count")
	}
	for i := range mailedObjectMax {
		b.step(Delivered{store.Pending{
			From: guildhall.GuildObject(guildhall.GuildID(i + 1)), Position: 1, FollowUp: guildhall.FollowUp{To: guildhall.UserObject(ben)},
		}})
	}
	cmd, body = joins(o, ben)
	b.done(cmd, body)
}

func TestFollowUpsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, c := b.guild()
	b.letters(mailedMax, func(i int) guildhall.Object { return guildhall.UserObject(guildhall.UserID(i+1) << 22) })
	if cmd, body := joins(o, ben); b.answers[b.ask(cmd, body)].Status != guildhall.Busy {
		t.Error("one more is added to very many")
	}
	b.done(say(c), content("messages have none"))
}

// TestKnownRequestsAreBounded: a busy guild makes more records within the window than are worth to be known.
func TestKnownRequestsAreBounded(t *testing.T) {
	t.Parallel()
	c := NewCore(store.LogID{1}, guildhall.Limits{})
	h := c.hold(guildhall.GuildObject(1), true)
	for n := range uint64(knownMax + 100) {
		r := &guildhall.Record{Position: n + 1, RequestID: guildhall.RequestID{byte(n), byte(n >> 8), byte(n >> 16)}}
		r.Nonce = guildhall.NonceKey{Author: guildhall.UserID(n), Nonce: "n"}
		c.remember(h, r)
	}
	if len(h.requests) != knownMax || len(h.nonces) != knownMax || len(h.expiry) != knownMax {
		t.Errorf("%d requests, %d nonces, %d by age are known", len(h.requests), len(h.nonces), len(h.expiry))
	}
	if h.requests[guildhall.RequestID{}] != 0 || h.nonces[guildhall.NonceKey{Author: knownMax + 99, Nonce: "n"}] != knownMax+100 {
		t.Error("the oldest is known, or the newest is not")
	}
}
