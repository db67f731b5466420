package sessions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// Invariant 2: what came while the socket was away comes once, in order, numbered on from what the client has.
func TestResumeReplaysWhatWasMissed(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.expect("login", "READY", "GUILD_CREATE")
		r.publish(r.w.say(general, "one"))
		a.read()
		r.publish(r.w.say(general, "two"))
		a.read() // the client is gone before it got this
		a.gone()
		r.publish(r.w.say(general, "three"))
		if outcome := a.resume(3); outcome != sessions.Resumed {
			t.Fatalf("resume gives %v", outcome)
		}
		r.publish(r.w.say(general, "four"))
		a.expect("replay", "MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED", "MESSAGE_CREATE")
		if got := a.contents(5); !slices.Equal(got, []string{"one", "two", "three", "four"}) {
			t.Errorf("got %v", got)
		}
	})
}

// S20: a token that ends while a RESUME with it is under way, its check done, continues nothing; and what it has continued
// ends with it.
func TestResumeRacesTheEndOfItsToken(t *testing.T) {
	end := func(r *rig, hashes ...string) {
		rows := make([]guildhall.Row, len(hashes))
		for i, hash := range hashes {
			rows[i] = guildhall.TokenRow(alice, &guildhall.Token{Hash: hash}).Deleted()
		}
		r.publish(r.w.commit(guildhall.UserObject(alice), rows))
	}
	resume := func(r *rig, a *bot, who guildhall.Identity) (outcome sessions.ResumeOutcome) {
		r.do(func(c *sessions.Core) { a.key, outcome = c.Resume(r.now, a.key.Session, who, 2) })
		return outcome
	}
	begin := func(r *rig, hash string) (*bot, guildhall.Identity) {
		a := r.login(alice)
		a.expect("login", "READY", "GUILD_CREATE")
		a.gone()
		other := r.w.identity(alice) // the same person's, by another token
		other.TokenHash = hash
		return a, other
	}
	bothWays(t, func(t *testing.T, r *rig) {
		a, other := begin(r, "first")
		end(r, "first")
		if outcome := resume(r, a, other); outcome != sessions.ResumeInvalid {
			t.Errorf("ended before: %v", outcome)
		}
		if r.core.SessionCount() != 0 {
			t.Error("the session that it was used for is left")
		}
		b, other := begin(r, "second")
		if outcome := resume(r, b, other); outcome != sessions.Resumed {
			t.Fatalf("a good token: %v", outcome)
		}
		end(r, "second")
		if len(r.drops) != 1 || r.drops[0].Code != gateway.CloseAuthenticationFailed || r.core.SessionCount() != 0 {
			t.Errorf("ended after: %v", r.drops)
		}
		c, other := begin(r, "third")
		end(r, "third")
		for i := range 1100 { // more than are remembered
			end(r, fmt.Sprint("old", i))
		}
		if outcome := resume(r, c, other); outcome != sessions.ResumeInvalid {
			t.Errorf("ended long ago: %v", outcome)
		}
	})
}

// S21: a session is its user's, whoever else knows its id; and the other's try does not end it.
func TestResumeOfAnothersSession(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		a.gone()
		r.do(func(c *sessions.Core) {
			if _, outcome := c.Resume(r.now, a.key.Session, r.w.identity(bob), 2); outcome != sessions.ResumeInvalid {
				t.Errorf("another's: %v", outcome)
			}
		})
		if outcome := a.resume(2); outcome != sessions.Resumed {
			t.Errorf("one's own afterwards: %v", outcome)
		}
	})
}

// S27: the replay is filtered by today's rights, and numbered without a hole.
func TestResumeFilters(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)})
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.say(secret, "hidden by now"))
		r.publish(r.w.say(general, "one"))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice)}))
		r.publish(r.w.say(secret, "hidden"))
		r.publish(r.w.say(general, "two"))
		a.resume(2)
		a.expect("replay", "MESSAGE_CREATE", "CHANNEL_DELETE", "MESSAGE_CREATE", "RESUMED")
		if got := a.contents(4); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("got %v", got)
		}
	})
}

// A channel that is deleted takes no right away: the client gets what was said in it, and then that it is gone.
func TestResumeKeepsWhatWasSaidInDeletedChannel(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.say(general, "one"))
		deleted := guildhall.Event{Type: "CHANNEL_DELETE", Data: []byte(`{"id":"501"}`), Audience: guildhall.Audience{
			Channel: general, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuilds, Before: true,
		}}
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(general).Deleted()}, deleted))
		a.resume(2)
		a.expect("replay", "MESSAGE_CREATE", "CHANNEL_DELETE", "RESUMED")
	})
}

// Hidden and then deleted is not deleted in sight.
func TestResumeDropsWhatWasSaidInHiddenDeletedChannel(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)})
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.say(secret, "hidden by now"))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice)}))
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret).Deleted()}))
		a.resume(2)
		a.expect("replay", "CHANNEL_DELETE", "RESUMED")
	})
}

// What is in sight again at the resume was the session's to see all along (H9).
func TestResumeKeepsWhatIsInSightAgain(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)})
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.say(secret, "one"))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice)}))
		r.publish(r.w.say(secret, "hidden"))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)}))
		a.resume(2)
		a.expect("replay", "MESSAGE_CREATE", "CHANNEL_DELETE", "CHANNEL_CREATE", "RESUMED")
		if got := a.contents(4); !slices.Equal(got, []string{"one"}) {
			t.Errorf("got %v", got)
		}
	})
}

// A channel that came into sight and went while the client was away is not shown to it afterwards.
func TestResumeDropsChannelThatCameAndWent(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)}))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice)}))
		a.resume(2)
		a.expect("replay", "CHANNEL_DELETE", "RESUMED")
	})
}

func TestResumeAfterKick(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.say(general, "one"))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice).Deleted()}))
		a.resume(2)
		a.expect("replay", "GUILD_DELETE", "RESUMED")
	})
}

// A GUILD_CREATE that the client has not got lists channels as they were: where one was hidden since, nothing can be
// told of it truly, and the session begins anew.
func TestResumeWithStaleGuild(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)})
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice)}))
		if outcome := a.resume(1); outcome != sessions.ResumeInvalid {
			t.Errorf("resume gives %v", outcome)
		}
	})
}

func TestResumeIsRefused(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		a.gone()
		if outcome := a.resume(3); outcome != sessions.ResumeSequence {
			t.Errorf("with a number that was never sent: %v", outcome)
		}
		thief := &bot{r: r, user: bob, key: a.key}
		if outcome := thief.resume(2); outcome != sessions.ResumeInvalid {
			t.Errorf("by another user: %v", outcome)
		}
		unknown := &bot{r: r, user: bob, key: sessions.Socket{Session: "s9"}}
		if outcome := unknown.resume(2); outcome != sessions.ResumeInvalid {
			t.Errorf("of nothing: %v", outcome)
		}
		// None of this harmed the session.
		if outcome := a.resume(2); outcome != sessions.Resumed {
			t.Errorf("by its own client: %v", outcome)
		}
		r.do(func(c *sessions.Core) { c.Gone(r.now, a.key, true) })
		if outcome := a.resume(2); outcome != sessions.ResumeInvalid {
			t.Errorf("after the client ended it: %v", outcome)
		}
	})
}

// F48: of two sockets that resume one session, one has it.
func TestResumeTakesTheSessionFromTheOlderSocket(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		older := *a
		if outcome := a.resume(2); outcome != sessions.Resumed {
			t.Fatalf("resume gives %v", outcome)
		}
		if len(r.drops) != 1 || r.drops[0].Socket != older.key || !r.drops[0].Code.MayResume() {
			t.Errorf("drops %v", r.drops)
		}
		older.gone() // late, and of no effect
		r.publish(r.w.say(general, "one"))
		a.expect("newer", "RESUMED", "MESSAGE_CREATE")
		older.expect("older")
	})
}

func TestSessionsExpire(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		a.gone()
		r.pass(119 * time.Second)
		if outcome := a.resume(2); outcome != sessions.Resumed {
			t.Fatalf("within the age: %v", outcome)
		}
		a.read()
		a.gone()
		r.pass(121 * time.Second)
		if outcome := a.resume(3); outcome != sessions.ResumeInvalid {
			t.Errorf("beyond the age: %v", outcome)
		}
		if r.core.SessionCount() != 0 {
			t.Error("an expired session stays")
		}
	})
}

// The time without a socket is counted from the last time that it was lost.
func TestSessionsExpireFromTheirLastSocket(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		a.gone()
		r.pass(time.Minute)
		a.resume(2)
		a.read()
		a.gone()
		r.pass(90 * time.Second)
		if outcome := a.resume(3); outcome != sessions.Resumed {
			t.Errorf("resume gives %v", outcome)
		}
	})
}

// Invariant 5, F49: what goes out is kept up to the bound; beyond it a resume is refused rather than has a hole.
func TestReplayIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld().settle(alice))
	a := r.login(alice)
	a.read()
	text := strings.Repeat("x", 100<<10)
	for range 20 {
		r.publish(r.w.say(general, text))
		a.read()
	}
	if queued, kept := r.core.Held(); queued != 0 || kept > limits().ReplayBytesMax {
		t.Errorf("%d bytes queued, %d kept", queued, kept)
	}
	have := *a.last().S
	a.gone()
	if outcome := a.resume(have - 5); outcome != sessions.Resumed {
		t.Errorf("within the bound: %v", outcome)
	}
	a.read()
	a.gone()
	if outcome := a.resume(2); outcome != sessions.ResumeInvalid {
		t.Errorf("beyond the bound: %v", outcome)
	}
}

// F40: a client that doesn't read is closed at the bound, and may resume; one that stays away too long may not.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld().settle(alice, bob))
	slow, other := r.login(alice), r.login(bob)
	slow.read()
	other.read()
	text := strings.Repeat("x", 100<<10)
	flood := func(n int) {
		for range n {
			r.publish(r.w.say(general, text))
			other.read()
		}
	}
	flood(45)
	if len(r.drops) != 1 || r.drops[0].Socket != slow.key || r.drops[0].Code != gateway.CloseUnknownError {
		t.Fatalf("drops %v", r.drops)
	}
	if outcome := slow.resume(2); outcome != sessions.Resumed {
		t.Fatalf("resume gives %v", outcome)
	}
	flood(1) // what the resume put in line doesn't count against it
	if got := slow.read(); len(got) != 47 {
		t.Errorf("got %d events", len(got))
	}
	slow.gone()
	flood(60)
	if r.core.SessionCount() != 1 {
		t.Error("a session beyond all bounds stays")
	}
}

func TestEphemeralIsDroppedFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld().settle(alice))
	a := r.login(alice)
	a.read()
	typing := guildhall.Event{Type: "TYPING_START", Data: []byte(`{}`), Audience: guildhall.Audience{Channel: general}}
	for range 25 {
		r.publish(r.w.say(general, strings.Repeat("x", 100<<10)))
	}
	r.publish(r.w.ephemeral(guildObject, typing))
	if r.out.Counts.DroppedEphemeral != 1 {
		t.Errorf("counts %+v", r.out.Counts)
	}
	if got := a.read(); slices.Contains(got, "TYPING_START") {
		t.Error("typing came through")
	}
}

// Guilds that would fill the queue wait until the client has read what is before them.
func TestGuildsArePaced(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld())
	r.w.addUser(alice)
	const guilds = 60
	topic := strings.Repeat("x", 100<<10)
	for i := range guilds {
		id := guildhall.GuildID(i+10) << 22
		r.w.commit(guildhall.GuildObject(id), []guildhall.Row{
			guildhall.GuildRow(&guildhall.Guild{ID: id, OwnerID: alice}),
			guildhall.ChannelRow(id, &guildhall.Channel{ID: guildhall.ChannelID(id) + 1, GuildID: id, Topic: &topic}),
			guildhall.MemberRow(id, &guildhall.Member{User: userOf(alice), Roles: []guildhall.RoleID{}}),
		})
		r.w.list(alice, id)
	}
	a := r.login(alice)
	if queued, _ := r.core.Held(); queued > limits().QueueBytesMax {
		t.Errorf("%d bytes queued", queued)
	}
	if got := a.read(); len(got) != 1+guilds || len(r.drops) > 0 {
		t.Errorf("got %d events, drops %v", len(got), r.drops)
	}
}

// TestInteractionsAreNotDropped: somebody waits for each, so that they are not left out where typing is; and they are
// their user's alone, on all its sessions.
func TestInteractionsAreNotDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld().settle(alice, bob))
	a, again, b := r.login(alice), r.login(alice), r.login(bob)
	b.read()
	for range 25 {
		r.publish(r.w.say(general, strings.Repeat("x", 100<<10)))
	}
	b.read()
	r.publish(r.w.ephemeral(guildObject, guildhall.Event{
		Type: "INTERACTION_CREATE", Data: []byte(`{"token":"secret"}`), Audience: guildhall.Audience{Users: []guildhall.UserID{alice}},
	}))
	r.publish(r.w.ephemeral(guildObject, guildhall.Event{
		Type: "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", Data: []byte(`{}`), Audience: guildhall.Audience{Users: []guildhall.UserID{alice}},
	}))
	if r.out.Counts.DroppedEphemeral != 0 {
		t.Error("an interaction was left out")
	}
	for _, s := range []*bot{a, again} {
		got := s.read()
		if last := got[len(got)-2:]; !slices.Equal(last, []string{"INTERACTION_CREATE", "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE"}) {
			t.Errorf("the newest events are %v", last)
		}
	}
	if got := b.read(); len(got) != 0 {
		t.Errorf("another user was told %v", got)
	}
}

// TestInteractionsOfUsers: those of private channels are told by the user's own object, to the shard that has them.
func TestInteractionsOfUsers(t *testing.T) {
	t.Parallel()
	r := newRig(t, newWorld().settle(alice, bob))
	a, b := r.login(alice), r.login(bob)
	a.read()
	b.read()
	r.publish(r.w.ephemeral(guildhall.UserObject(alice), guildhall.Event{
		Type: "INTERACTION_CREATE", Data: []byte(`{}`), Audience: guildhall.Audience{Users: []guildhall.UserID{alice}},
	}))
	if got := a.read(); !slices.Equal(got, []string{"INTERACTION_CREATE"}) {
		t.Errorf("told %v", got)
	}
	if got := b.read(); len(got) != 0 {
		t.Errorf("another user was told %v", got)
	}
}
