package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"guildhall"
)

// TestTheGuildOutlivesTheServer: bans, invites, events and stages are there after a new start; a voice state ends, because
// its session is no more.
func TestTheGuildOutlivesTheServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	f := forgeIn(t, dir, "3")
	owner, out := f.owner.Token, f.people[0]
	room := func(kind int) guildhall.ChannelID {
		return parsed[guildhall.Channel](t, f.must(http.StatusCreated, owner, "POST", f.inGuild("/channels"), fmt.Sprintf(`{"name":"v","type":%d}`, kind))).ID
	}
	voice, stage := room(2), room(13)
	f.must(http.StatusNoContent, owner, "PUT", f.inGuild("/bans/"+out.ID.String()), "")
	invite := parsed[guildhall.InviteAnswer](t, f.must(http.StatusOK, owner, "POST", f.inChannel("/invites"), `{"max_uses":2}`))
	start := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	event := parsed[guildhall.ScheduledEvent](t, f.must(http.StatusOK, owner, "POST", f.inGuild("/scheduled-events"), fmt.Sprintf(
		`{"name":"fair","privacy_level":2,"entity_type":2,"channel_id":"%s","scheduled_start_time":"%s"}`, voice, start,
	)))
	f.must(http.StatusOK, f.member.Token, "PUT", f.inGuild("/scheduled-events/"+event.ID.String()+"/users/@me"), "")
	f.must(http.StatusOK, owner, "POST", "/stage-instances", fmt.Sprintf(`{"channel_id":"%s","topic":"talk"}`, stage))
	speaks := f.listen(f.member.Token)
	speaks.send(4, map[string]any{"guild_id": f.guild.ID, "channel_id": voice})
	speaks.next("VOICE_STATE_UPDATE")

	f.end()
	f.served = serve(t, "--data", dir, "--rate-limits", "off")
	f.must(http.StatusOK, owner, "GET", f.inGuild("/bans/"+out.ID.String()), "")
	f.must(http.StatusOK, owner, "GET", "/invites/"+invite.Code, "")
	f.must(http.StatusOK, owner, "GET", "/stage-instances/"+stage.String(), "")
	shown := parsed[guildhall.ScheduledEvent](t, f.must(http.StatusOK, owner, "GET", f.inGuild("/scheduled-events/"+event.ID.String()+"?with_user_count=true"), ""))
	if shown.Name != "fair" || *shown.UserCount != 1 {
		t.Errorf("event %+v", shown)
	}
	state := f.inGuild("/voice-states/" + f.member.ID.String())
	f.must(http.StatusOK, owner, "GET", state, "")
	hears := f.listen("Bot " + f.bot.Token)
	if left := parsed[guildhall.VoiceState](t, hears.next("VOICE_STATE_UPDATE")); left.ChannelID != 0 || left.UserID != f.member.ID {
		t.Errorf("the voice state of a lost session is told as %+v", left)
	}
	f.must(http.StatusNotFound, owner, "GET", state, "")
}
