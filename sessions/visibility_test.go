package sessions_test

import (
	"strings"
	"testing"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// Invariant 3, S27: what a session sees follows roles and overwrites, in order with the events.
func TestVisibilityChanges(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a := r.login(alice)
		a.read()
		// A role brings a channel.
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)}))
		a.expect("role given", "CHANNEL_CREATE")
		r.publish(r.w.say(secret, "now seen"))
		a.expect("message in it", "MESSAGE_CREATE")
		// An overwrite takes it away, in an update of the channel of which nothing may be seen.
		update := guildhall.Event{Type: "CHANNEL_UPDATE", Data: []byte(`{"id":"502","name":"new name"}`), Audience: guildhall.Audience{
			Channel: secret, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuilds,
		}}
		renamed := guildhall.ChannelRow(guildID, &guildhall.Channel{
			ID: secret, GuildID: guildID, Name: "new name", Overwrites: []guildhall.Overwrite{hideFromEveryone()},
		})
		r.publish(r.w.commit(guildObject, []guildhall.Row{renamed}, update))
		a.expect("overwrite removed", "CHANNEL_DELETE")
		if strings.Contains(string(a.last().D), "new name") {
			t.Errorf("told of what it may not see: %s", a.last().D)
		}
		r.publish(r.w.say(secret, "hidden"))
		a.expect("no message of a hidden channel")
		// The member's own overwrite brings it back: the update becomes a creation.
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret, hideFromEveryone(), showToMember(alice))}, update))
		a.expect("own overwrite", "CHANNEL_CREATE")
		// Seen before and after: an update.
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret, hideFromEveryone(), showToMember(alice))}, update))
		a.expect("update", "CHANNEL_UPDATE")
		// The last event of a deleted channel goes to those who saw it, once.
		deleted := guildhall.Event{Type: "CHANNEL_DELETE", Data: []byte(`{"id":"502"}`), Audience: guildhall.Audience{
			Channel: secret, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuilds, Before: true,
		}}
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret).Deleted()}, deleted))
		a.expect("deleted", "CHANNEL_DELETE")
		if got := string(a.last().D); got != `{"id":"502"}` {
			t.Errorf("the owner's own event is not told: %s", got)
		}
	})
}

// A member with an overwrite of its own shares its class with nobody.
func TestOwnOverwriteIsNotShared(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a, b := r.login(alice), r.login(bob)
		a.read()
		b.read()
		r.publish(r.w.commit(guildObject, []guildhall.Row{channelRow(secret, hideFromEveryone(), showToMember(alice))}))
		r.publish(r.w.say(secret, "for alice"))
		a.expect("its own", "CHANNEL_CREATE", "MESSAGE_CREATE")
		b.expect("another's")
	})
}

func TestEveryoneLosesChannel(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		a, b := r.login(alice), r.login(bob)
		o := r.login(owner)
		a.read()
		b.read()
		o.read()
		everyone := guildhall.RoleRow(guildID, &guildhall.Role{ID: guildhall.RoleID(guildID)})
		r.publish(r.w.commit(guildObject, []guildhall.Row{everyone}))
		a.expect("lost", "CHANNEL_DELETE")
		b.expect("lost", "CHANNEL_DELETE")
		o.expect("the owner sees all")
	})
}

func TestIntentsAndContent(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		with := func(i guildhall.Intents) func(*gateway.Identify) {
			return func(id *gateway.Identify) { id.Intents = &i }
		}
		none := r.login(alice, with(0))
		bare := r.login(alice, with(guildhall.IntentGuildMessages))
		full := r.login(alice, with(guildhall.IntentGuildMessages|guildhall.IntentMessageContent))
		r.publish(r.w.say(general, "words"))
		none.expect("no intents", "READY")
		bare.expect("messages", "READY", "MESSAGE_CREATE")
		full.expect("messages", "READY", "MESSAGE_CREATE")
		if got := bare.contents(1); got[0] != "" {
			t.Errorf("without the intent got %q", got)
		}
		if got := full.contents(1); got[0] != "words" {
			t.Errorf("with the intent got %q", got)
		}
	})
}

func TestEffectiveIntents(t *testing.T) {
	t.Parallel()
	granted := guildhall.Identity{Bot: true, Intents: guildhall.IntentMessageContent}
	refused := guildhall.Identity{Bot: true}
	asked := func(i guildhall.Intents) *guildhall.Intents { return &i }
	if got := sessions.EffectiveIntents(granted, asked(1), 9); !got.Has(guildhall.IntentMessageContent) {
		t.Error("version 9 needs the bit")
	}
	if got := sessions.EffectiveIntents(refused, asked(1), 9); got.Has(guildhall.IntentMessageContent) {
		t.Error("version 9 needs no flag")
	}
	if got := sessions.EffectiveIntents(granted, asked(1), 10); got.Has(guildhall.IntentMessageContent) {
		t.Error("version 10 needs no bit")
	}
	if got := sessions.EffectiveIntents(guildhall.Identity{}, nil, 10); got != guildhall.IntentsAll {
		t.Error("people get less than all")
	}
}
