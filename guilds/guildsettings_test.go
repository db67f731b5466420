package guilds

import (
	"errors"
	"slices"
	"testing"

	"guildhall"
)

// entries are the audit log entries that a draft adds, each as its event tells it.
func entries(t testingT, d *draft) []guildhall.AuditLogEntry {
	t.Helper()
	var all []guildhall.AuditLogEntry
	for _, e := range d.events {
		if e.Type != "GUILD_AUDIT_LOG_ENTRY_CREATE" {
			continue
		}
		if e.Audience.Intents != guildhall.IntentGuildModeration || e.Audience.Permissions != guildhall.PermissionViewAuditLog {
			t.Errorf("an entry is told to %+v", e.Audience)
		}
		all = append(all, read[guildhall.AuditLogEntry](t, e.Data))
	}
	return all
}

func keys(e guildhall.AuditLogEntry) []string {
	var names []string
	for _, c := range e.Changes {
		names = append(names, c.Key)
	}
	slices.Sort(names)
	return names
}

func TestAuditLogTellsChanges(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	cmd := command(modID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{
		ID: h.low, Name: guildhall.Some("lower"), Hoist: guildhall.Some(true),
	})
	cmd.Reason = "tidy"
	d, err := h.propose(cmd)
	if err != nil {
		t.Fatal(err)
	}
	h.commit()
	got := entries(t, d)
	if len(got) != 1 || got[0].ActionType != guildhall.AuditRoleUpdate || got[0].UserID != modID ||
		got[0].TargetID != guildhall.Snowflake(h.low) || got[0].Reason != "tidy" || !slices.Equal(keys(got[0]), []string{"hoist", "name"}) {
		t.Fatalf("entries %+v", got)
	}
	rows := 0
	for _, row := range d.rows {
		if row.Table == guildhall.TableAuditLog {
			rows++
		}
	}
	if rows != 8 { // by user, kind and target, each or not
		t.Errorf("%d rows for one entry", rows)
	}
	d = h.must(adminID, 0, guildhall.CommandMemberRolePut, guildhall.MemberRole{UserID: plainID, RoleID: h.low})
	if got = entries(t, d); len(got) != 1 || got[0].ActionType != guildhall.AuditMemberRoleUpdate ||
		got[0].Changes[0].Key != "$add" || string(got[0].Changes[0].New) != `[{"id":"`+h.low.String()+`","name":"lower"}]` {
		t.Errorf("entries %+v", got)
	}
	d = h.must(adminID, h.general, guildhall.CommandOverwritePut, guildhall.Overwrite{ID: guildhall.Snowflake(h.low), Deny: guildhall.PermissionSendMessages})
	if got = entries(t, d); len(got) != 1 || got[0].ActionType != guildhall.AuditOverwriteCreate || got[0].Options["role_name"] != "lower" {
		t.Errorf("entries %+v", got)
	}
	d = h.must(adminID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{Topic: guildhall.Some("t"), Overwrites: guildhall.Some([]guildhall.Overwrite{})})
	if got = entries(t, d); len(got) != 2 || got[0].ActionType != guildhall.AuditChannelUpdate || got[1].ActionType != guildhall.AuditOverwriteDelete {
		t.Errorf("entries %+v", got)
	}
	d = h.must(adminID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: plainID})
	if got = entries(t, d); len(got) != 1 || got[0].ActionType != guildhall.AuditMemberKick {
		t.Errorf("entries %+v", got)
	}
	if _, err := h.query(modID, 0, guildhall.QueryAuditLog, guildhall.AuditLogQuery{}); !errors.Is(err, guildhall.ErrMissingPermissions) {
		t.Errorf("a moderator without VIEW_AUDIT_LOG reads it: %v", err)
	}
	if _, err := h.query(adminID, 0, guildhall.QueryAuditLog, guildhall.AuditLogQuery{}); err != nil {
		t.Errorf("an administrator: %v", err)
	}
}

func TestGuildModify(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	modify := func(m guildhall.ModifyGuild) *draft {
		return h.must(adminID, 0, guildhall.CommandGuildModify, m)
	}
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandGuildModify, guildhall.ModifyGuild{Name: guildhall.Some("Mine")})
	d := modify(guildhall.ModifyGuild{
		Name: guildhall.Some("Great hall"), Description: guildhall.Some("d"), VerificationLevel: guildhall.Some(2),
		DefaultMessageNotifications: guildhall.Some(1), AFKTimeout: guildhall.Some(60), PreferredLocale: guildhall.Some("de"),
		SystemChannelID: guildhall.Optional[guildhall.ChannelID]{Set: true, Null: true}, RulesChannelID: guildhall.Some(h.general),
		PublicUpdatesChannelID: guildhall.Some(h.general), Features: guildhall.Some([]string{"COMMUNITY", "VERIFIED"}),
	})
	g := h.view().Guild()
	if g.Name != "Great hall" || *g.Description != "d" || g.VerificationLevel != 2 || g.DefaultMessageNotifications != 1 ||
		g.AFKTimeout != 60 || g.PreferredLocale != "de" || g.SystemChannelID != 0 || g.RulesChannelID != h.general ||
		!slices.Equal(g.Features, []string{"COMMUNITY"}) {
		t.Errorf("guild %+v", g)
	}
	if !slices.Equal(types(d), []string{"GUILD_UPDATE"}) || entries(t, d)[0].ActionType != guildhall.AuditGuildUpdate {
		t.Errorf("events %v", types(d))
	}
	if d = modify(guildhall.ModifyGuild{Name: guildhall.Some("Great hall")}); len(d.rows) != 0 {
		t.Error("nothing changed and something was written")
	}
	h.refuse(guildhall.ErrInvalidForm, adminID, 0, guildhall.CommandGuildModify, guildhall.ModifyGuild{AFKChannelID: guildhall.Some(h.general)})
	h.refuse(guildhall.ErrMissingPermissions, adminID, 0, guildhall.CommandGuildModify, guildhall.ModifyGuild{OwnerID: adminID})
	h.refuse(guildhall.ErrUnknownMember, ownerID, 0, guildhall.CommandGuildModify, guildhall.ModifyGuild{OwnerID: strangerID})
	h.refuse(errCommunityChannel, adminID, h.general, guildhall.CommandChannelDelete, nil)
	h.must(ownerID, 0, guildhall.CommandGuildModify, guildhall.ModifyGuild{OwnerID: adminID})
	if h.view().Guild().OwnerID != adminID {
		t.Error("the guild was not handed on")
	}
}

func TestGuildDelete(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.say(plainID, "last words")
	h.refuse(guildhall.ErrMissingPermissions, adminID, 0, guildhall.CommandGuildDelete, nil)
	d := h.must(ownerID, 0, guildhall.CommandGuildDelete, nil)
	told := map[guildhall.Object]bool{}
	for _, f := range d.followUps {
		if f.Name != guildhall.CommandUserGuildLeft {
			t.Errorf("follow-up %s", f.Name)
		}
		told[f.To] = true
	}
	for _, id := range []guildhall.UserID{ownerID, adminID, modID, plainID, botID} {
		if !told[guildhall.UserObject(id)] {
			t.Errorf("%s is not told", id)
		}
	}
	if h.state.exists() {
		t.Error("the guild exists")
	}
	for key := range h.tables() {
		if key.Table == guildhall.TableMembers || key.Table == guildhall.TablePlaces ||
			key.Table == guildhall.TableState && key.Sort != "x" {
			t.Errorf("row %v is left", key)
		}
	}
	h.refuse(guildhall.ErrUnknownGuild, ownerID, 0, guildhall.CommandGuildModify, guildhall.ModifyGuild{Name: guildhall.Some("Again")})
	h.refuse(guildhall.ErrInvalidForm, system, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{ID: h.id, Name: "Again", Owner: person(ownerID, "owner")})
	again := newObject(h.object).(*guild)
	for _, row := range h.state.resident() {
		if err := again.apply(&row, guildhall.Install); err != nil {
			t.Fatal(err)
		}
	}
	if again.state.Committed().Gone() == nil {
		t.Error("that the id is used up is forgotten")
	}
}

func TestChannelKinds(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	create := func(c guildhall.CreateChannel) guildhall.Channel {
		return read[guildhall.Channel](t, h.must(modID, 0, guildhall.CommandChannelCreate, c).reply)
	}
	voice := create(guildhall.CreateChannel{Name: "Voice Room", Type: guildhall.ChannelGuildVoice, ChannelKindFields: guildhall.ChannelKindFields{
		UserLimit: guildhall.Some(5), RTCRegion: guildhall.Some("here"), VideoQualityMode: guildhall.Some(2),
	}})
	if voice.Name != "Voice Room" || voice.VoiceFields == nil || voice.Bitrate != 64000 || voice.UserLimit != 5 || *voice.RTCRegion != "here" || voice.VideoQualityMode != 2 {
		t.Errorf("voice channel %+v", voice)
	}
	forum := create(guildhall.CreateChannel{Name: "Help Me", Type: guildhall.ChannelGuildForum, ChannelKindFields: guildhall.ChannelKindFields{
		AvailableTags: guildhall.Some([]guildhall.ForumTag{{Name: "bug"}, {Name: "idea", Moderated: true}}), AutoArchive: guildhall.Some(1440),
		DefaultForumLayout: guildhall.Some(1), Flags: guildhall.Some(guildhall.ChannelRequireTag | 1<<1),
	}})
	if forum.Name != "help-me" || len(forum.AvailableTags) != 2 || forum.AvailableTags[0].ID == 0 || forum.Flags != guildhall.ChannelRequireTag || forum.AutoArchive != 1440 {
		t.Errorf("forum %+v %+v", forum, forum.ForumFields)
	}
	keep := []guildhall.ForumTag{forum.AvailableTags[1], {Name: "new"}}
	d := h.must(modID, forum.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{ChannelKindFields: guildhall.ChannelKindFields{AvailableTags: guildhall.Some(keep)}})
	if tags := read[guildhall.Channel](t, d.reply).AvailableTags; len(tags) != 2 || tags[0] != forum.AvailableTags[1] || tags[1].ID == 0 {
		t.Errorf("tags %+v", tags)
	}
	h.refuse(errTagNames, modID, forum.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{ChannelKindFields: guildhall.ChannelKindFields{
		AvailableTags: guildhall.Some([]guildhall.ForumTag{{Name: "a"}, {Name: "a"}})}})
	news := create(guildhall.CreateChannel{Name: "news", Type: guildhall.ChannelGuildAnnouncement})
	d = h.must(modID, news.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Type: guildhall.Some(guildhall.ChannelGuildText)})
	if read[guildhall.Channel](t, d.reply).Type != guildhall.ChannelGuildText {
		t.Error("an announcement channel did not become a text channel")
	}
	h.refuse(guildhall.ErrInvalidForm, modID, news.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Type: guildhall.Some(guildhall.ChannelGuildVoice)})
	h.refuse(guildhall.ErrInvalidForm, modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "x", Type: guildhall.ChannelGuildStageVoice, ChannelKindFields: guildhall.ChannelKindFields{Bitrate: guildhall.Some(96000)}})
	h.must(modID, voice.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "in voice"})
	h.refuse(errNotText, modID, forum.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "in a forum"})
}

func TestChannelPositions(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	voice := read[guildhall.Channel](t, h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "v", Type: guildhall.ChannelGuildVoice}).reply)
	h.overwrite(h.category, guildhall.Overwrite{ID: guildhall.Snowflake(h.low), Deny: guildhall.PermissionSpeak})
	seven := 7
	moves := []guildhall.ChannelPosition{
		{ID: voice.ID, Position: &seven, ParentID: guildhall.Some(h.category), LockPermissions: true}, {ID: h.general},
	}
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandChannelPositions, moves)
	h.refuse(guildhall.ErrUnknownChannel, ownerID, 0, guildhall.CommandChannelPositions, []guildhall.ChannelPosition{{ID: 5}})
	d := h.must(ownerID, 0, guildhall.CommandChannelPositions, moves)
	if !slices.Equal(types(d), []string{"CHANNEL_UPDATE"}) {
		t.Errorf("events %v", types(d))
	}
	c := h.view().Channel(voice.ID)
	if c.Position != 7 || c.ParentID != h.category || len(c.Overwrites) != 1 {
		t.Errorf("channel %+v", c)
	}
}
