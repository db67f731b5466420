package main

import (
	"fmt"
	"net/http"
	"testing"

	"guildhall"
)

// TestVoiceStatesAreServed: a member connects over the gateway, is moved over REST, and leaves with its session.
func TestVoiceStatesAreServed(t *testing.T) {
	t.Parallel()
	f := newForge(t, "2")
	room := func(name string) guildhall.ChannelID {
		return parsed[guildhall.Channel](t, f.must(http.StatusCreated, f.owner.Token, "POST", f.inGuild("/channels"), fmt.Sprintf(`{"name":%q,"type":2}`, name))).ID
	}
	one, other := room("one"), room("other")
	hears, speaks := f.listen(f.bot.Token), f.listen(f.member.Token)
	speaks.send(4, map[string]any{"guild_id": f.guild.ID, "channel_id": one, "self_mute": true, "self_deaf": false})
	server := parsed[map[string]any](t, speaks.next("VOICE_SERVER_UPDATE"))
	if endpoint, there := server["endpoint"]; !there || endpoint != nil || server["token"] == "" {
		t.Errorf("voice server %v", server)
	}
	state := parsed[guildhall.VoiceState](t, hears.next("VOICE_STATE_UPDATE"))
	if state.ChannelID != one || !state.SelfMute || state.SessionID == "" || state.Node != "" || state.GuildID != f.guild.ID {
		t.Errorf("told of %+v", state)
	}
	path := f.inGuild("/voice-states/" + f.member.ID.String())
	if shown := parsed[guildhall.VoiceState](t, f.must(http.StatusOK, "Bot "+f.bot.Token, "GET", path, "")); shown != state {
		t.Errorf("shown %+v, want %+v", shown, state)
	}
	f.must(http.StatusOK, f.member.Token, "GET", f.inGuild("/voice-states/@me"), "")
	f.must(http.StatusOK, "Bot "+f.bot.Token, "PATCH", f.inGuild("/members/"+f.member.ID.String()), fmt.Sprintf(`{"channel_id":"%s"}`, other))
	if moved := parsed[guildhall.VoiceState](t, hears.next("VOICE_STATE_UPDATE")); moved.ChannelID != other {
		t.Errorf("moved to %+v", moved)
	}
	if late := parsed[map[string]any](t, f.listen(f.bot.Token).guild); len(late["voice_states"].([]any)) != 1 {
		t.Errorf("one who comes later sees %v", late["voice_states"])
	}
	speaks.end()
	if left := parsed[guildhall.VoiceState](t, hears.next("VOICE_STATE_UPDATE")); left.ChannelID != 0 || left.UserID != f.member.ID {
		t.Errorf("left: %+v", left)
	}
	if status, answer := f.ask("Bot "+f.bot.Token, "GET", path, ""); status != http.StatusNotFound || errorCode(t, answer) != 10065 {
		t.Errorf("a voice state that is no more: %d %s", status, answer)
	}
}
