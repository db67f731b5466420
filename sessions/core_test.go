package sessions_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

func TestFirstFollow(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.expect("login", "READY", "GUILD_CREATE")
		ready := parse[gateway.Ready](t, a.got[0].D)
		if len(ready.Guilds) != 1 || !ready.Guilds[0].Unavailable || ready.User.ID != alice || ready.Application.ID == 0 {
			t.Errorf("READY is %s", a.got[0].D)
		}
		created := parse[gateway.GuildCreate](t, a.got[1].D)
		if created.MemberCount != 3 || len(created.Channels) != 1 || created.Channels[0].ID != general {
			t.Errorf("GUILD_CREATE is %s", a.got[1].D)
		}
		r.publish(r.w.say(general, "one"))
		r.publish(r.w.say(secret, "two"))
		a.expect("messages", "MESSAGE_CREATE")
		if got := a.contents(1); !slices.Equal(got, []string{"one"}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestDuplicatesAreDropped(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		p := r.w.say(general, "one")
		r.publish(p)
		r.publish(p)
		a.expect("one message", "READY", "GUILD_CREATE", "MESSAGE_CREATE")
	})
}

// Invariant 2: over a gap nothing is delivered until what is missing was.
func TestGapIsFilledInOrder(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		r.manual = true
		r.w.lose = 1
		r.w.say(general, "one")
		r.publish(r.w.say(general, "two"))
		a.expect("nothing before the gap is filled")
		if len(r.asked) != 1 || r.asked[0].From == 0 {
			t.Fatalf("asked %v", r.asked)
		}
		// More comes while the follow is under way: still one follow, nothing delivered.
		r.publish(r.w.say(general, "three"))
		if len(r.asked) != 1 {
			t.Fatalf("asked %v", r.asked)
		}
		r.answer()
		a.read()
		if got := a.contents(3); !slices.Equal(got, []string{"one", "two", "three"}) {
			t.Errorf("got %v", got)
		}
	})
}

// The answer to a follow may be older than publishes that came before it: these wait and are delivered after.
func TestPublishesDuringFollowWait(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		r.manual = true
		r.w.lose = 1
		r.w.say(general, "one")
		r.publish(r.w.say(general, "two"))
		f := r.asked[0]
		early, err := r.w.Follow(t.Context(), &f)
		if err != nil {
			t.Fatal(err)
		}
		r.publish(r.w.say(general, "three"))
		r.asked = nil
		r.do(func(c *sessions.Core) { c.Followed(r.now, f.Object, early) })
		a.read()
		if got := a.contents(3); !slices.Equal(got, []string{"one", "two", "three"}) {
			t.Errorf("got %v", got)
		}
	})
}

// protocol §7.3: the last publish leaves no gap to see.
func TestAuditFindsLostLastPublish(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		r.w.lose = 1
		r.w.say(general, "lost")
		a.expect("nothing yet")
		r.pass(2200 * time.Millisecond)
		a.expect("the audit", "MESSAGE_CREATE")
	})
}

func TestRisenRingAuditsAtOnce(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		r.pass(time.Second)
		a.read()
		r.w.lose = 1
		r.w.say(general, "lost")
		r.w.ring, r.w.epoch = 2, 2
		r.tells = nil
		r.do(func(c *sessions.Core) { c.Ring(r.now, 2) })
		r.pass(100 * time.Millisecond)
		a.expect("the audit", "MESSAGE_CREATE")
		if len(r.tells) != 1 || r.tells[0].Presence.Status != gateway.StatusOnline {
			t.Errorf("the new owner was told %v", r.tells)
		}
	})
}

func TestFollowIsRepeatedWhileThereIsNoOwner(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.refuse = guildhall.NotOwner
		a := r.login(alice)
		r.pass(5 * time.Second)
		a.expect("nothing without an owner")
		r.w.refuse = guildhall.Done
		r.pass(2500 * time.Millisecond)
		a.expect("the owner is back", "READY", "GUILD_CREATE")
	})
}

// What can't be followed any more ends its sessions rather than leave a hole in them (H12).
func TestTooOldPositionEndsSessions(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		b := r.login(bob)
		a.read()
		b.gone()
		r.w.keep = 1
		r.w.lose = 5
		for range 5 {
			r.w.say(general, "lost")
		}
		r.publish(r.w.say(general, "seen"))
		r.pass(200 * time.Millisecond)
		a.expect("nothing over the hole")
		if len(r.drops) != 1 || !r.drops[0].Invalid || r.drops[0].Session != a.key.Session {
			t.Fatalf("drops %v", r.drops)
		}
		for _, lost := range []*bot{a, b} {
			if outcome := lost.resume(2); outcome != sessions.ResumeInvalid {
				t.Errorf("resume gives %v", outcome)
			}
		}
		again := r.login(alice)
		again.expect("a new session is whole", "READY", "GUILD_CREATE")
		r.publish(r.w.say(general, "on"))
		again.expect("and goes on", "MESSAGE_CREATE")
	})
}

func TestCondemnedAreTakenOnesByOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld().settle(alice))
	for range 99 {
		r.login(alice)
	}
	r.w.keep, r.w.lose = 1, 5
	for range 5 {
		r.w.say(general, "lost")
	}
	r.publish(r.w.say(general, "seen"))
	r.pass(100 * time.Millisecond)
	if n := len(r.drops); n == 0 || n > 50 {
		t.Errorf("%d told in the first tick", n)
	}
	r.pass(100 * time.Millisecond)
	if n := len(r.drops); n != 99 {
		t.Errorf("%d told in all", n)
	}
}

func TestKickMidStream(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		r.publish(r.w.say(general, "one"))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice).Deleted()}, guildhall.Event{Type: "GUILD_MEMBER_REMOVE", Data: []byte(`{}`)}))
		r.publish(r.w.say(general, "two"))
		a.expect("kicked", "MESSAGE_CREATE", "GUILD_DELETE")
		if got := string(a.last().D); got != `{"id":"`+guildID.String()+`"}` {
			t.Errorf("GUILD_DELETE is %s", got)
		}
		// It comes back before its guild list has caught up, which then says that it left, and joined.
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice)}))
		a.expect("joined", "GUILD_CREATE")
		r.publish(r.w.unlist(alice, guildID))
		r.publish(r.w.list(alice, guildID))
		r.publish(r.w.say(general, "three"))
		a.expect("still in", "MESSAGE_CREATE")
	})
}

func TestGuildListComesAndGoes(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		other := guildhall.GuildID(9 << 22)
		r.w.addUser(103)
		a := r.login(103)
		a.expect("no guild", "READY")
		r.w.commit(guildhall.GuildObject(other), []guildhall.Row{
			guildhall.GuildRow(&guildhall.Guild{ID: other, OwnerID: 103}),
			guildhall.MemberRow(other, &guildhall.Member{User: userOf(103), Roles: []guildhall.RoleID{}}),
		})
		r.publish(r.w.list(103, other))
		a.expect("joined", "GUILD_CREATE")
		r.publish(r.w.commit(guildhall.GuildObject(other), []guildhall.Row{
			guildhall.GuildRow(&guildhall.Guild{ID: other}).Deleted(),
		}))
		a.expect("guild deleted", "GUILD_DELETE")
		r.publish(r.w.unlist(103, other))
		a.expect("nothing more")
	})
}

// The guild list may name a guild that the user has left meanwhile: the client must not wait for it.
func TestListedGuildWithoutMembership(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.addUser(103)
		r.w.list(103, guildID)
		a := r.login(103)
		a.expect("not a member", "READY", "GUILD_DELETE")
	})
}

// The guild list may even name a guild that is no more.
func TestListedGuildThatIsGone(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.addUser(103)
		r.w.list(103, 99<<22)
		a := r.login(103)
		a.expect("no such guild", "READY", "GUILD_DELETE")
	})
}

func TestLargeGuildAsksForMembers(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.large = true
		a := r.login(alice)
		a.expect("first", "READY", "GUILD_CREATE")
		if created := parse[gateway.GuildCreate](t, a.got[1].D); created.MemberCount != 3 || len(created.Members) != 1 {
			t.Errorf("GUILD_CREATE is %s", a.got[1].D)
		}
		// The answer is read before, and comes after, a record that takes the secret channel's role from bob.
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(bob, staff)}))
		r.manual = true
		b := r.login(bob)
		r.answer() // the user
		f := r.asked[len(r.asked)-1]
		if f.From != 0 || !slices.Equal(f.Users, []guildhall.UserID{bob}) {
			t.Fatalf("asked %+v", f)
		}
		old, err := r.w.Follow(t.Context(), &f)
		if err != nil {
			t.Fatal(err)
		}
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(bob)}))
		r.asked = nil
		r.do(func(c *sessions.Core) { c.Followed(r.now, f.Object, old) })
		r.manual = false
		r.publish(r.w.say(secret, "hidden"))
		r.publish(r.w.say(general, "open"))
		b.expect("second", "READY", "GUILD_CREATE", "MESSAGE_CREATE")
		if got := b.contents(1); got[0] != "open" {
			t.Errorf("got %v", got)
		}
	})
}

// The rows of a member are as of a position that is not reached yet: the session joins there, not earlier.
func TestLateMemberJoinsAtItsPosition(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.large = true
		a := r.login(alice)
		a.read()
		r.manual = true
		b := r.login(bob)
		r.answer()
		r.w.lose = 2
		r.w.say(general, "one")
		r.w.say(general, "two")
		r.answer() // a snapshot two records ahead of what is here
		b.expect("not yet", "READY")
		r.manual = false
		for len(r.asked) > 0 {
			r.answer()
		}
		r.publish(r.w.say(general, "three"))
		b.expect("from there on", "GUILD_CREATE", "MESSAGE_CREATE")
		if got := b.contents(1); got[0] != "three" {
			t.Errorf("got %v", got)
		}
		a.read()
		if got := a.contents(3); !slices.Equal(got, []string{"one", "two", "three"}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestShards(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		mine := r.login(alice, func(id *gateway.Identify) { id.Shard = &gateway.Shard{1, 2} })
		other := r.login(alice, func(id *gateway.Identify) { id.Shard = &gateway.Shard{0, 2} })
		mine.expect("the guild's shard", "READY", "GUILD_CREATE")
		other.expect("the other", "READY")
		r.publish(r.w.say(general, "one"))
		mine.expect("message", "MESSAGE_CREATE")
		other.expect("nothing")
	})
}

// S20: a removed token ends its sessions, those without a socket too.
func TestRemovedTokenEndsSessions(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		detached := r.login(alice)
		detached.read()
		detached.gone()
		row := guildhall.TokenRow(alice, &guildhall.Token{Hash: "hash101"}).Deleted()
		r.publish(r.w.commit(guildhall.UserObject(alice), []guildhall.Row{row}))
		if len(r.drops) != 1 || r.drops[0].Code != gateway.CloseAuthenticationFailed || r.drops[0].Session != a.key.Session {
			t.Fatalf("drops %v", r.drops)
		}
		if outcome := detached.resume(2); outcome != sessions.ResumeInvalid {
			t.Errorf("resume gives %v", outcome)
		}
		if r.core.SessionCount() != 0 {
			t.Errorf("%d sessions left", r.core.SessionCount())
		}
	})
}

// A token that ended between its check and the follow is found by a second check.
func TestTokenIsCheckedAgainAfterFollow(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld().settle(alice))
	id := r.w.identity(alice)
	row := guildhall.TokenRow(alice, &guildhall.Token{Hash: "hash101"}).Deleted()
	r.w.commit(guildhall.UserObject(alice), []guildhall.Row{row})
	var k sessions.Socket
	intents := guildhall.IntentsAll
	r.core.Identify(r.now, sessions.NewSession{ID: "x", Identity: id, Identify: &gateway.Identify{Intents: &intents}, Version: 10})
	for out := r.core.Output(); ; out = r.core.Output() {
		if len(out.Reauthenticate) > 0 {
			k = out.Reauthenticate[0]
			break
		}
		if len(out.Follows) == 0 {
			t.Fatal("never checked again")
		}
		for _, f := range out.Follows {
			a, err := r.w.Follow(t.Context(), &f)
			if err != nil {
				t.Fatal(err)
			}
			r.core.Followed(r.now, f.Object, a)
		}
	}
	if frames, _ := r.core.Take(r.now, k, nil, 1<<20); len(frames) > 0 {
		t.Fatal("told before the second check")
	}
	r.core.Reauthenticated(r.now, k, false)
	if out := r.core.Output(); len(out.Drops) != 1 || out.Drops[0].Code != gateway.CloseAuthenticationFailed {
		t.Errorf("drops %v", out.Drops)
	}
}

func TestEphemeral(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		typing := func(channel guildhall.ChannelID) guildhall.Event {
			return guildhall.Event{Type: "TYPING_START", Data: []byte(`{}`), Audience: guildhall.Audience{
				Channel: channel, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuildMessageTyping,
			}}
		}
		r.publish(r.w.ephemeral(guildObject, typing(general)))
		r.publish(r.w.ephemeral(guildObject, typing(secret)))
		a.expect("typing", "TYPING_START")
		online := guildhall.Presence{User: guildhall.PresenceUser{ID: bob}, GuildID: guildID, Status: "idle", Activities: []guildhall.Activity{}}
		data, err := json.Marshal(online)
		must(err)
		r.publish(r.w.ephemeral(guildObject, guildhall.Event{
			Type: "PRESENCE_UPDATE", Data: data, Audience: guildhall.Audience{Intents: guildhall.IntentGuildPresences},
		}))
		a.expect("presence", "PRESENCE_UPDATE")
		b := r.login(bob)
		b.read()
		if created := parse[gateway.GuildCreate](t, b.last().D); len(created.Presences) != 1 || created.Presences[0].Status != "idle" {
			t.Errorf("presences %v", created.Presences)
		}
	})
}

func TestPresenceIsMergedAndEnds(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		status := func(s string) *gateway.PresenceUpdate { return &gateway.PresenceUpdate{Status: s} }
		a := r.login(alice, func(id *gateway.Identify) { id.Presence = status("idle") })
		a.read()
		check := func(what, want string) {
			t.Helper()
			if n := len(r.tells); n == 0 || r.tells[n-1].Presence.Status != want || r.tells[n-1].Guild != guildID {
				t.Errorf("%s: told %v, want %s", what, r.tells, want)
			}
		}
		check("first", "idle")
		second := r.login(alice, func(id *gateway.Identify) { id.Presence = status("dnd") })
		check("second session", "dnd")
		r.do(func(c *sessions.Core) { c.SetPresence(r.now, a.key, status("online")) })
		check("set", "online")
		r.do(func(c *sessions.Core) { c.Gone(r.now, a.key, true) })
		check("first ended", "dnd")
		r.do(func(c *sessions.Core) { c.Gone(r.now, second.key, true) })
		check("all ended", "offline")
	})
}

func TestUnattendedObjectsAreGivenUp(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		r.do(func(c *sessions.Core) { c.Gone(r.now, a.key, true) })
		if n := r.core.ObjectCount(); n != 2 {
			t.Fatalf("%d objects", n)
		}
		r.pass(time.Minute + time.Second)
		if n := r.core.ObjectCount(); n != 0 || r.w.objects[guildObject].followed {
			t.Errorf("%d objects left", n)
		}
	})
}
