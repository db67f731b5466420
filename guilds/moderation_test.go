package guilds

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"guildhall"
)

func TestBans(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	kept, gone := h.say(modID, "stays"), h.say(plainID, "goes")
	plain := person(plainID, "plain")
	ban := guildhall.BanMembers{Users: []guildhall.User{plain}, Messages: []guildhall.MessageAt{{Channel: h.general, ID: kept.ID}, {Channel: h.general, ID: gone.ID}}}
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandBanAdd, ban)
	h.refuse(guildhall.ErrMissingPermissions, adminID, 0, guildhall.CommandBanAdd, guildhall.BanMembers{Users: []guildhall.User{person(ownerID, "owner")}})
	d := h.must(adminID, 0, guildhall.CommandBanAdd, ban)
	if want := []string{"GUILD_MEMBER_REMOVE", "GUILD_BAN_ADD", "MESSAGE_DELETE_BULK"}; !slices.Equal(types(d), want) {
		t.Errorf("events %v, want %v", types(d), want)
	}
	if h.stored(kept.ID) == nil || h.stored(gone.ID) != nil {
		t.Error("messages of the banned one alone should go")
	}
	if e, _ := event(t, d, "GUILD_BAN_ADD"); e.Audience.Permissions != guildhall.PermissionBanMembers || e.Audience.Intents != guildhall.IntentGuildModeration {
		t.Errorf("a ban is told to %+v", e.Audience)
	}
	h.refuse(errBanned, system, 0, guildhall.CommandMemberAdd, guildhall.AddMember{User: plain})
	if bans := ask[[]guildhall.Ban](h.bench, adminID, 0, guildhall.QueryBans, guildhall.BansQuery{Limit: 10}); len(bans) != 1 || bans[0].User.ID != plainID {
		t.Errorf("bans %+v", bans)
	}
	h.must(adminID, 0, guildhall.CommandBanRemove, guildhall.MemberRef{UserID: plainID})
	h.refuse(errUnknownBan, adminID, 0, guildhall.CommandBanRemove, guildhall.MemberRef{UserID: plainID})
	h.join(plainID, "plain")
	d = h.must(adminID, 0, guildhall.CommandBanAdd, guildhall.BanMembers{Bulk: true, Users: []guildhall.User{
		plain, person(ownerID, "owner"), person(strangerID, "stranger"),
	}})
	a := read[guildhall.BanAnswer](t, d.reply)
	if !slices.Equal(a.Banned, []guildhall.UserID{plainID, strangerID}) || !slices.Equal(a.Failed, []guildhall.UserID{ownerID}) {
		t.Errorf("bulk ban %+v", a)
	}
}

func TestPruneTakesNobodyItHasNotWatched(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	prune := guildhall.PruneMembers{Days: 7}
	count := func() int {
		return *ask[guildhall.PruneAnswer](h.bench, ownerID, 0, guildhall.QueryPrune, prune).Pruned
	}
	h.now = h.now.Add(6 * 24 * time.Hour)
	if n := count(); n != 0 {
		t.Errorf("%d pruned within the watch", n)
	}
	h.now = h.now.Add(2 * 24 * time.Hour)
	if n := count(); n != 1 {
		t.Errorf("%d would be pruned, want the plain member", n)
	}
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandMemberPrune, prune)
	h.say(plainID, "I am here")
	if n := count(); n != 0 {
		t.Error("one who writes would be pruned")
	}
	h.now = h.now.Add(8 * 24 * time.Hour)
	d := h.must(ownerID, 0, guildhall.CommandMemberPrune, prune)
	if *read[guildhall.PruneAnswer](t, d.reply).Pruned != 1 || h.view().Member(plainID) != nil || entries(t, d)[0].Options["members_removed"] != "1" {
		t.Errorf("prune %s", d.reply)
	}
}

// TestInviteRace: of a hundred who come at once, proposed before any of them is committed, max_uses get in.
func TestInviteRace(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	before := h.view().MemberCount()
	d := h.must(plainID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "abc", MaxUses: 7})
	if !slices.Equal(types(d), []string{"INVITE_CREATE"}) || entries(t, d)[0].ActionType != guildhall.AuditInviteCreate {
		t.Errorf("events %v", types(d))
	}
	in := 0
	for i := range 100 {
		u := person(guildhall.UserID(1000+i)<<22, "u"+strconv.Itoa(i))
		_, err := h.propose(command(system, 0, guildhall.CommandInviteAccept, guildhall.AcceptInvite{Code: "abc", User: u}))
		switch {
		case err == nil:
			in++
		case !errors.Is(err, errUnknownInvite):
			t.Fatal(err)
		}
	}
	for len(h.proposed) > 0 {
		h.commit()
	}
	if in != 7 || h.view().MemberCount() != before+7 || h.view().Invite("abc") != nil {
		t.Errorf("%d got in, %d members more", in, h.view().MemberCount()-before)
	}
}

func TestInvites(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.refuse(guildhall.ErrMissingAccess, strangerID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "x"})
	h.must(plainID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "short", MaxAge: 60})
	same := ask[*guildhall.InviteAnswer](h.bench, plainID, h.general, guildhall.QueryInviteSame, guildhall.CreateInvite{MaxAge: 60})
	if same == nil || same.Code != "short" || same.InviteMetadata == nil || same.MaxAge != 60 {
		t.Errorf("to be used again: %+v", same)
	}
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandInviteDelete, guildhall.InviteRef{Code: "short"})
	if list := ask[[]guildhall.InviteAnswer](h.bench, modID, h.general, guildhall.QueryInvites, nil); len(list) != 1 {
		t.Errorf("listed %+v", list)
	}
	if _, err := h.query(plainID, 0, guildhall.QueryInvites, nil); !errors.Is(err, guildhall.ErrMissingPermissions) {
		t.Errorf("a plain member lists the guild's invites: %v", err)
	}
	h.now = h.now.Add(time.Minute)
	h.refuse(errUnknownInvite, system, 0, guildhall.CommandInviteAccept, guildhall.AcceptInvite{Code: "short", User: person(strangerID, "s")})
	h.must(plainID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "long"})
	if h.view().Invite("short") != nil {
		t.Error("an invite that has ended was not cleared away")
	}
	d := h.must(modID, 0, guildhall.CommandInviteDelete, guildhall.InviteRef{Code: "long"})
	if !slices.Equal(types(d), []string{"INVITE_DELETE"}) {
		t.Errorf("events %v", types(d))
	}
}

// TestInvitesGiveRoles that their inviters could give, and no others.
func TestInvitesGiveRoles(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	gone := h.role("gone", 0)
	give := func(roles ...guildhall.RoleID) guildhall.CreateInvite {
		return guildhall.CreateInvite{Code: "roles", RoleIDs: roles}
	}
	strong := h.role("strong", guildhall.PermissionBanMembers) // below the moderator's, and may what the moderator may not
	for who, cases := range map[guildhall.UserID]map[error]guildhall.CreateInvite{
		plainID: {guildhall.ErrMissingPermissions: give(h.low)},
		adminID: {guildhall.ErrInvalidRole: give(h.everyone), guildhall.ErrUnknownRole: give(4711), guildhall.ErrMissingPermissions: give(h.admin)},
		modID:   {guildhall.ErrMissingPermissions: give(strong)},
	} {
		for want, f := range cases {
			h.refuse(want, who, h.general, guildhall.CommandInviteCreate, f)
			if _, err := h.query(who, h.general, guildhall.QueryInviteSame, f); !errors.Is(err, want) {
				t.Errorf("%s asks for an invite with %v: %v, want %v", who, f.RoleIDs, err, want)
			}
		}
	}
	h.refuse(guildhall.ErrInvalidRole, ownerID, h.general, guildhall.CommandInviteCreate, give(h.botRole))
	d := h.must(modID, h.general, guildhall.CommandInviteCreate, give(h.low, gone))
	if _, data := event(t, d, "INVITE_CREATE"); len(data["role_ids"].([]any)) != 2 {
		t.Errorf("told %v", data)
	}
	if same := ask[*guildhall.InviteAnswer](h.bench, modID, h.general, guildhall.QueryInviteSame, guildhall.CreateInvite{}); same != nil {
		t.Errorf("an invite without roles is one with %+v", same.Roles)
	}
	h.must(ownerID, 0, guildhall.CommandRoleDelete, guildhall.RoleFields{ID: gone})
	shown := read[guildhall.InviteAnswer](t, h.must(system, 0, guildhall.CommandInviteAccept, guildhall.AcceptInvite{Code: "roles", User: person(strangerID, "new")}).reply)
	if m := h.member(strangerID); !slices.Equal(m.Roles, []guildhall.RoleID{h.low}) || len(shown.Roles) != 1 || shown.Roles[0].ID != h.low {
		t.Errorf("came in as %+v, shown %+v", m, shown.Roles)
	}
}

func TestVoice(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	room := func(limit int) guildhall.ChannelID {
		d := h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "v", Type: guildhall.ChannelGuildVoice, ChannelKindFields: guildhall.ChannelKindFields{UserLimit: guildhall.Some(limit)}})
		return read[guildhall.Channel](t, d.reply).ID
	}
	one, other := room(1), room(0)
	d := h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: one, SessionID: "s", SelfMute: true})
	if want := []string{"VOICE_STATE_UPDATE", "VOICE_SERVER_UPDATE"}; !slices.Equal(types(d), want) {
		t.Errorf("events %v, want %v", types(d), want)
	}
	e, data := event(t, d, "VOICE_SERVER_UPDATE")
	if endpoint, there := data["endpoint"]; !there || endpoint != nil || !slices.Equal(e.Audience.Users, []guildhall.UserID{plainID}) {
		t.Errorf("voice server %v for %+v", data, e.Audience)
	}
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: one, SessionID: "m"})
	h.refuse(guildhall.ErrUnknownChannel, modID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: h.general, SessionID: "m"})
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: plainID, ChannelID: guildhall.Some(other)})
	d = h.must(adminID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: plainID, ChannelID: guildhall.Some(other), Mute: guildhall.Some(true)})
	if v := h.view().Voice(plainID); v.ChannelID != other || !v.Mute || !v.SelfMute {
		t.Errorf("moved to %+v, events %v", v, types(d))
	}
	h.must(adminID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: plainID, ChannelID: guildhall.Optional[guildhall.ChannelID]{Set: true, Null: true}})
	if h.view().Voice(plainID) != nil {
		t.Error("still connected")
	}
	h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: other, SessionID: "s"})
	d = h.must(modID, other, guildhall.CommandChannelDelete, nil)
	if h.view().Voice(plainID) != nil || !slices.Contains(types(d), "VOICE_STATE_UPDATE") {
		t.Errorf("connected to a channel that is gone; events %v", types(d))
	}
}

// TestTemporaryMembersLeave when they go offline, unless they were given a role.
func TestTemporaryMembersLeave(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.must(plainID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "abc", Temporary: true})
	guest := guildhall.UserID(106<<22 | 1)
	for _, u := range []guildhall.UserID{strangerID, guest} {
		h.must(system, 0, guildhall.CommandInviteAccept, guildhall.AcceptInvite{Code: "abc", User: person(u, "u"+u.String())})
		h.must(system, 0, guildhall.CommandPresence, guildhall.Presence{User: guildhall.PresenceUser{ID: u}, Status: "online"})
	}
	h.give(guest, h.low)
	for _, u := range []guildhall.UserID{strangerID, guest, plainID} {
		h.must(system, 0, guildhall.CommandPresence, guildhall.Presence{User: guildhall.PresenceUser{ID: u}, Status: "offline"})
	}
	if h.view().Member(strangerID) != nil || h.view().Temporary(strangerID) {
		t.Error("a temporary member stays when it goes offline")
	}
	if h.view().Member(guest) == nil || h.view().Member(plainID) == nil {
		t.Error("one with a role, or a usual member, left")
	}
}

func TestIntegrationsAreBots(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.must(botID, h.general, guildhall.CommandTyping, nil)
	list := ask[[]guildhall.Integration](h.bench, adminID, 0, guildhall.QueryIntegrations, nil)
	if len(list) != 1 || list[0].ID != guildhall.ApplicationID(botID) || list[0].Application.Bot == nil {
		t.Fatalf("integrations %+v", list)
	}
	renamed := list[0].Application.Bot
	renamed.Username = "another"
	if d := h.must(system, 0, guildhall.CommandMemberUser, renamed); !slices.Contains(types(d), "INTEGRATION_UPDATE") {
		t.Errorf("a bot's new name is told by %v", types(d))
	}
	ref := guildhall.IntegrationRef{ID: list[0].ID}
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandIntegrationDelete, ref)
	h.refuse(errUnknownIntegration, adminID, 0, guildhall.CommandIntegrationDelete, guildhall.IntegrationRef{ID: guildhall.ApplicationID(plainID)})
	d := h.must(adminID, 0, guildhall.CommandIntegrationDelete, ref)
	want := []string{"GUILD_ROLE_DELETE", "INTEGRATION_DELETE", "GUILD_INTEGRATIONS_UPDATE", "GUILD_MEMBER_REMOVE"}
	if got := types(d); !slices.Equal(got, want) || h.view().Role(h.botRole) != nil || h.view().Member(botID) != nil {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestPreviewAndRoleCounts(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.give(plainID, h.low)
	h.give(modID, h.low)
	counts := ask[map[guildhall.RoleID]int](h.bench, plainID, 0, guildhall.QueryRoleCounts, nil)
	if counts[h.low] != 2 || counts[h.botRole] != 1 || len(counts) != 4 {
		t.Errorf("counts %v", counts)
	}
	seen := func(u guildhall.UserID) error {
		_, err := h.query(system, 0, guildhall.QueryGuildPreview, guildhall.MemberRef{UserID: u})
		return err
	}
	if err := seen(plainID); err != nil {
		t.Error(err)
	}
	if err := seen(strangerID); !errors.Is(err, guildhall.ErrUnknownGuild) {
		t.Errorf("a stranger sees a guild that can't be discovered: %v", err)
	}
	h.must(ownerID, 0, guildhall.CommandGuildModify, guildhall.ModifyGuild{Features: guildhall.Some([]string{featureDiscoverable})})
	if err := seen(strangerID); err != nil {
		t.Error(err)
	}
}

// stage makes a stage with the plain member in its audience.
func stage(h *hall) guildhall.ChannelID {
	h.t.Helper()
	d := h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "stage", Type: guildhall.ChannelGuildStageVoice})
	id := read[guildhall.Channel](h.t, d.reply).ID
	h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: id, SessionID: "s", Node: "n"})
	return id
}

func TestStageSpeakers(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	id := stage(h)
	state := func() *guildhall.VoiceState { return h.view().Voice(plainID) }
	if !state().Suppress {
		t.Error("who comes to a stage speaks at once")
	}
	speak := guildhall.ModifyVoice{ChannelID: id, Suppress: guildhall.Some(false)}
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandVoiceModify, speak)
	h.refuse(errUnknownVoiceState, plainID, 0, guildhall.CommandVoiceModify, guildhall.ModifyVoice{ChannelID: h.general})
	ask := guildhall.ModifyVoice{RequestToSpeak: guildhall.Some(guildhall.TimestampOf(h.now.Add(time.Minute)))}
	d := h.must(plainID, 0, guildhall.CommandVoiceModify, ask)
	if _, data := event(t, d, "VOICE_STATE_UPDATE"); data["request_to_speak_timestamp"] == nil || data["node"] != nil || data["guild_id"] != h.id.String() {
		t.Errorf("asking to speak is told as %v", data)
	}
	speak.UserID = plainID
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandVoiceModify, speak)
	h.must(adminID, 0, guildhall.CommandVoiceModify, speak)
	if s := state(); s.Suppress || s.RequestToSpeakTimestamp == nil {
		t.Errorf("invited to speak: %+v", s)
	}
	h.must(plainID, 0, guildhall.CommandVoiceModify, guildhall.ModifyVoice{Suppress: guildhall.Some(true)})
	if s := state(); !s.Suppress || s.RequestToSpeakTimestamp != nil {
		t.Errorf("back in the audience: %+v", s)
	}
	h.deny(id, guildhall.PermissionRequestToSpeak)
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandVoiceModify, ask)
}

func TestVoiceStatus(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	d := h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "v", Type: guildhall.ChannelGuildVoice})
	id := read[guildhall.Channel](t, d.reply).ID
	chess := "chess"
	says := guildhall.VoiceStatus{Status: &chess}
	h.refuse(guildhall.ErrMissingPermissions, plainID, id, guildhall.CommandVoiceStatus, says)
	h.overwrite(id, guildhall.Overwrite{ID: guildhall.Snowflake(h.everyone), Allow: guildhall.PermissionSetVoiceChannelStatus})
	h.refuse(guildhall.ErrMissingPermissions, plainID, id, guildhall.CommandVoiceStatus, says)
	for _, u := range []guildhall.UserID{plainID, adminID} {
		h.must(u, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: id, SessionID: u.String()})
	}
	d = h.must(plainID, id, guildhall.CommandVoiceStatus, says)
	if _, data := event(t, d, "VOICE_CHANNEL_STATUS_UPDATE"); data["status"] != "chess" || entries(t, d)[0].Options["status"] != "chess" {
		t.Errorf("status told as %v", data)
	}
	leave := guildhall.UpdateVoice{}
	if d = h.must(plainID, 0, guildhall.CommandVoiceUpdate, leave); slices.Contains(types(d), "VOICE_CHANNEL_STATUS_UPDATE") {
		t.Error("the status is gone with somebody there")
	}
	d = h.must(adminID, 0, guildhall.CommandVoiceUpdate, leave)
	if _, data := event(t, d, "VOICE_CHANNEL_STATUS_UPDATE"); data["status"] != nil || h.view().Channel(id).Status != nil {
		t.Errorf("the last one left: %v", data)
	}
}

// TestBanScope names the channels and threads that were written in since, and messages in threads go too.
func TestBanScope(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	before := h.say(plainID, "old")
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread, AutoArchive: 60})
	said := read[guildhall.Message](t, h.must(plainID, th.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "new"}).reply)
	scope := func(since guildhall.MessageID) []guildhall.ChannelID {
		return ask[guildhall.BanScope](h.bench, adminID, 0, guildhall.QueryBanScope, guildhall.BanScopeQuery{Since: since}).Channels
	}
	if got := scope(said.ID - 1); !slices.Equal(got, []guildhall.ChannelID{th.ID}) {
		t.Errorf("scope %v, want the thread", got)
	}
	// A forum's newest post is named as its last message, and the forum has none to look through.
	forum := h.forum()
	post := guildhall.CreateThread{Name: "post", AutoArchive: 60, Message: &guildhall.CreateMessage{Content: "in the post"}}
	d := h.must(plainID, forum, guildhall.CommandThreadCreate, post)
	if in := read[guildhall.Thread](t, d.reply).ID; !slices.Equal(scope(said.ID), []guildhall.ChannelID{in}) {
		t.Errorf("scope %v, want the post %v", scope(said.ID), in)
	}
	if got := scope(before.ID - 1); len(got) != 3 {
		t.Errorf("scope %v, want channel, thread and post", got)
	}
	d = h.must(adminID, 0, guildhall.CommandBanAdd, guildhall.BanMembers{
		Users: []guildhall.User{person(plainID, "plain")}, Messages: []guildhall.MessageAt{{Channel: th.ID, ID: said.ID}},
	})
	if _, data := event(t, d, "MESSAGE_DELETE_BULK"); data["channel_id"] != th.ID.String() {
		t.Errorf("told %v", data)
	}
	if _, there := h.rows.Get(guildhall.MessageKey(th.ID, said.ID), false); there {
		t.Error("the message in the thread is still there")
	}
}
