package guilds

import (
	"testing"

	"guildhall"
	"guildhall/conformance"
)

// TestAPresenceDoesNotTellOfAJoin: a user who joins is there at once, and nobody may know before the join is committed.
func TestAPresenceDoesNotTellOfAJoin(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	o, _ := b.guild()
	b.holdAppends = true
	cmd, body := joins(o, ben)
	joined := b.ask(cmd, body)
	online := func(status string) {
		b.ask(guildhall.Command{Name: guildhall.CommandPresence, Object: o}, guildhall.Presence{User: guildhall.PresenceUser{ID: ben}, Status: status})
	}
	online("idle")
	online("online")
	if s := b.follow(guildhall.Follow{Node: "s1", Object: o}).Snapshot; s == nil || len(s.Presences) != 0 || s.MemberCount != 1 {
		t.Errorf("before the join is committed: %+v", s)
	}
	b.commit()
	if b.answers[joined] == nil {
		t.Fatal("the join is not committed")
	}
	s := b.follow(guildhall.Follow{Node: "s2", Object: o}).Snapshot
	if s == nil || len(s.Presences) != 1 || s.Presences[0].Status != "online" {
		t.Errorf("after it: %+v", s)
	}
}
