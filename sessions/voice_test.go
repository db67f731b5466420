package sessions_test

import (
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// connected is the row of a member in the channel by a session of a node.
func connected(user guildhall.UserID, channel guildhall.ChannelID, session, node string) guildhall.Row {
	return guildhall.VoiceRow(guildID, &guildhall.VoiceState{UserID: user, ChannelID: channel, SessionID: session, Node: node})
}

func TestVoiceStatesAreShownWhereTheChannelIs(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{connected(owner, general, "x", "n2"), connected(bob, secret, "y", "n2")})
		a := r.login(alice, func(i *gateway.Identify) {
			intents := guildhall.IntentGuilds | guildhall.IntentGuildVoiceStates
			i.Intents = &intents
		})
		a.read()
		created := parse[gateway.GuildCreate](t, a.last().D)
		if len(created.VoiceStates) != 1 || created.VoiceStates[0].UserID != owner || created.VoiceStates[0].Node != "" {
			t.Errorf("GUILD_CREATE is %s", a.last().D)
		}
		if len(created.Members) != 2 {
			t.Errorf("members %+v, want one's own and who is connected", created.Members)
		}
		b := r.login(alice, func(i *gateway.Identify) {
			intents := guildhall.IntentGuilds
			i.Intents = &intents
		})
		b.read()
		if created := parse[gateway.GuildCreate](t, b.last().D); len(created.VoiceStates) != 0 {
			t.Errorf("without the intent, GUILD_CREATE is %s", b.last().D)
		}
		if len(r.hangs) != 0 {
			t.Errorf("hung up %v of another node", r.hangs)
		}
	})
}

// A session's voice state ends with it, and that of a session which the node has lost when it finds the guild again.
func TestVoiceEndsWithTheSession(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{connected(bob, general, "lost", "n1")})
		a := r.login(alice)
		if want := []sessions.HangUp{{User: bob, Guild: guildID, Session: "lost"}}; !slices.Equal(r.hangs, want) {
			t.Fatalf("hung up %v, want %v", r.hangs, want)
		}
		r.publish(r.w.commit(guildObject, []guildhall.Row{connected(alice, general, a.key.Session, "n1")}))
		a.read()
		a.gone()
		r.pass(time.Second)
		if len(r.hangs) != 1 {
			t.Errorf("hung up %v of a session that can be resumed", r.hangs)
		}
		r.pass(limits().ReplayAge)
		if want := (sessions.HangUp{User: alice, Guild: guildID, Session: a.key.Session}); len(r.hangs) != 2 || r.hangs[1] != want {
			t.Errorf("hung up %v, want %v last", r.hangs, want)
		}
	})
}

// TestVoiceComesIntoSightWithItsChannel: who is connected to a channel is told of with the channel, and as gone when it goes; not
// to sessions without the intent, and nobody is told that it has left itself.
func TestVoiceComesIntoSightWithItsChannel(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{connected(bob, secret, "y", "n2"), connected(owner, general, "x", "n2")})
		a, deaf := r.login(alice), r.login(alice, func(i *gateway.Identify) {
			intents := guildhall.IntentGuilds
			i.Intents = &intents
		})
		a.read()
		deaf.read()
		show := channelRow(secret, hideFromEveryone(), showToMember(alice))
		r.publish(r.w.commit(guildObject, []guildhall.Row{show}))
		a.expect("came into sight", "CHANNEL_CREATE", "VOICE_STATE_UPDATE")
		deaf.expect("came into sight", "CHANNEL_CREATE")
		if s := parse[gateway.ConnectedMember](t, a.last().D); s.UserID != bob || s.ChannelID != secret || s.GuildID != guildID || s.Node != "" {
			t.Errorf("told %s", a.last().D)
		}
		r.publish(r.w.commit(guildObject, []guildhall.Row{connected(alice, secret, "z", "n2")}))
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret, hideFromEveryone())}))
		a.expect("went out of sight", "VOICE_STATE_UPDATE", "CHANNEL_DELETE")
		deaf.expect("went out of sight", "CHANNEL_DELETE")
		r.publish(r.w.commit(guildObject, []guildhall.Row{show}))
		a.expect("again", "CHANNEL_CREATE", "VOICE_STATE_UPDATE", "VOICE_STATE_UPDATE")
	})
}

// TestVoiceOfHiddenChannelIsNotReplayed: a state that came into sight while the client was away, and went again, is not told.
func TestVoiceOfHiddenChannelIsNotReplayed(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.commit(guildObject, []guildhall.Row{connected(bob, secret, "y", "n2")})
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret, hideFromEveryone(), showToMember(alice))}))
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret, hideFromEveryone())}))
		a.resume(2)
		a.expect("replay", "VOICE_STATE_UPDATE", "CHANNEL_DELETE", "RESUMED")
		if s := parse[gateway.ConnectedMember](t, a.got[len(a.got)-3].D); s.ChannelID != 0 {
			t.Errorf("told %+v", s)
		}
	})
}
