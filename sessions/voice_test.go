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
