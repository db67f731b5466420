package guilds

import (
	"os"
	"slices"
	"testing"
	"time"

	"guildhall"
)

// audited is a change and the entries that the audit log must have of it.
type audited struct {
	name    string
	channel guildhall.ChannelID
	body    any
	want    []entryWanted
}

type entryWanted struct {
	event  guildhall.AuditLogEvent
	target guildhall.Snowflake // 0 is not looked at
	// keys are all that changed; options those that must be there.
	keys    []string
	options []string
}

// noEntries are the kinds of entry that nothing here makes, with the reason.
var noEntries = map[guildhall.AuditLogEvent]string{
	41: "no request changes an invite", 81: "a bot's integration has nothing that changes",
	90: stickersLater, 91: stickersLater, 92: stickersLater,
	130: soundsLater, 131: soundsLater, 132: soundsLater,
	140: automodLater, 141: automodLater, 142: automodLater, 143: automodLater, 144: automodLater, 145: automodLater, 146: automodLater,
	150: "nothing is sold", 151: "nothing is sold",
	163: welcomeLater, 164: welcomeLater, 165: welcomeLater, 166: welcomeLater, 167: welcomeLater,
	171: welcomeLater, 172: welcomeLater, 190: welcomeLater, 191: welcomeLater,
	180: "links are not judged", 211: "belongs to Discord's own discovery",
	200: exceptionsLater, 201: exceptionsLater, 202: exceptionsLater,
}

const (
	stickersLater   = "there are no stickers yet"
	soundsLater     = "there are no sounds"
	automodLater    = "there is no automatic moderation yet"
	welcomeLater    = "there is no welcoming of new members yet"
	exceptionsLater = "recurring events have no exceptions yet"
)

// TestEveryKindOfEntry: each kind that Discord's document lists is made by a change of the tables below, or by nothing here for
// a reason.
func TestEveryKindOfEntry(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../witness/spec/discord-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	document := read[struct {
		Components struct {
			Schemas struct {
				Kinds struct {
					OneOf []struct {
						Title string                  `json:"title"`
						Const guildhall.AuditLogEvent `json:"const"`
					} `json:"oneOf"`
				} `json:"AuditLogActionTypes"`
			} `json:"schemas"`
		} `json:"components"`
	}](t, text)
	made := map[guildhall.AuditLogEvent]bool{}
	for _, table := range auditTables {
		for _, change := range table(newHall(t)) {
			for _, entry := range change.want {
				made[entry.event] = true
			}
		}
	}
	kinds := document.Components.Schemas.Kinds.OneOf
	if len(kinds) < 60 {
		t.Fatalf("the document lists %d kinds", len(kinds))
	}
	for _, kind := range kinds {
		if made[kind.Const] == (noEntries[kind.Const] != "") {
			t.Errorf("%s (%d): made %v, not made because %q", kind.Title, kind.Const, made[kind.Const], noEntries[kind.Const])
		}
	}
}

// TestEveryChangeIsLogged carries out changes one after the other and looks at what each leaves in the audit log.
func TestEveryChangeIsLogged(t *testing.T) {
	t.Parallel()
	for _, table := range auditTables {
		h := newHall(t)
		for _, change := range table(h) {
			h.logs(change)
		}
	}
}

var auditTables = []func(*hall) []audited{auditedSettings, auditedContents, auditedAway}

// auditedSettings are changes of a guild, its channels, roles, members and plans.
func auditedSettings(h *hall) []audited {
	onStage := stage(h)
	plan := outside(h, "fair")
	event := read[guildhall.ScheduledEvent](h.t, h.must(adminID, 0, guildhall.CommandEventCreate, plan).reply).ID
	h.must(adminID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "old"})
	until := guildhall.TimestampOf(h.now.Add(time.Hour))
	plain, guild, general := guildhall.Snowflake(plainID), guildhall.Snowflake(h.id), guildhall.Snowflake(h.general)
	position := 3
	nowhere := guildhall.Optional[guildhall.ChannelID]{Set: true, Null: true}
	eventKeys := []string{"entity_type", "location", "name", "privacy_level", "scheduled_end_time", "scheduled_start_time", "status"}
	inviteKeys := []string{"channel_id", "code", "inviter_id", "max_age", "max_uses", "temporary", "uses"}
	return []audited{
		{guildhall.CommandGuildModify, 0, guildhall.ModifyGuild{Name: guildhall.Some("New"), AFKTimeout: guildhall.Some(60)}, []entryWanted{
			{guildhall.AuditGuildUpdate, guild, []string{"afk_timeout", "name"}, nil},
		}},
		{guildhall.CommandChannelCreate, 0, guildhall.CreateChannel{Name: "c", Type: guildhall.ChannelGuildCategory}, []entryWanted{
			{guildhall.AuditChannelCreate, 0, []string{"flags", "name", "nsfw", "permission_overwrites", "rate_limit_per_user", "type"}, nil},
		}},
		{guildhall.CommandChannelModify, h.general, guildhall.ModifyChannel{Topic: guildhall.Some("t"), NSFW: guildhall.Some(true)}, []entryWanted{
			{guildhall.AuditChannelUpdate, general, []string{"nsfw", "topic"}, nil},
		}},
		{guildhall.CommandChannelPositions, 0, []guildhall.ChannelPosition{{ID: h.general, Position: &position, ParentID: nowhere}}, []entryWanted{
			{guildhall.AuditChannelUpdate, general, []string{"parent_id"}, nil},
		}},
		{guildhall.CommandOverwritePut, h.general, guildhall.Overwrite{ID: plain, Type: guildhall.OverwriteMember, Deny: 64}, []entryWanted{
			{guildhall.AuditOverwriteCreate, general, []string{"allow", "deny", "id", "type"}, []string{"id", "type"}},
		}},
		{guildhall.CommandOverwritePut, h.general, guildhall.Overwrite{ID: plain, Type: guildhall.OverwriteMember, Deny: 128}, []entryWanted{
			{guildhall.AuditOverwriteUpdate, general, []string{"deny"}, []string{"id", "type"}},
		}},
		{guildhall.CommandOverwriteDelete, h.general, guildhall.Overwrite{ID: plain}, []entryWanted{
			{guildhall.AuditOverwriteDelete, general, []string{"allow", "deny", "id", "type"}, []string{"id", "type"}},
		}},
		{guildhall.CommandRoleCreate, 0, guildhall.RoleFields{Name: guildhall.Some("r")}, []entryWanted{
			{guildhall.AuditRoleCreate, 0, []string{"color", "colors", "hoist", "mentionable", "name", "permissions"}, nil},
		}},
		{guildhall.CommandRoleModify, 0, guildhall.RoleFields{ID: h.low, Hoist: guildhall.Some(true)}, []entryWanted{
			{guildhall.AuditRoleUpdate, guildhall.Snowflake(h.low), []string{"hoist"}, nil},
		}},
		{guildhall.CommandMemberModify, 0, guildhall.ModifyMember{
			UserID: plainID, Nick: guildhall.Some("p"), Roles: guildhall.Some([]guildhall.RoleID{h.low}),
			CommunicationDisabledUntil: guildhall.Some(until), Mute: guildhall.Some(true),
		}, []entryWanted{
			{guildhall.AuditMemberUpdate, plain, []string{"communication_disabled_until", "mute", "nick"}, nil},
			{guildhall.AuditMemberRoleUpdate, plain, []string{"$add"}, nil},
		}},
		{guildhall.CommandMemberRoleDelete, 0, guildhall.MemberRole{UserID: plainID, RoleID: h.low}, []entryWanted{
			{guildhall.AuditMemberRoleUpdate, plain, []string{"$remove"}, nil},
		}},
		{guildhall.CommandRoleDelete, 0, guildhall.RoleFields{ID: h.low}, []entryWanted{
			{guildhall.AuditRoleDelete, guildhall.Snowflake(h.low), []string{"color", "colors", "hoist", "mentionable", "name", "permissions"}, nil},
		}},
		{guildhall.CommandMemberModify, 0, guildhall.ModifyMember{UserID: plainID, ChannelID: nowhere}, []entryWanted{
			{guildhall.AuditMemberDisconnect, 0, nil, []string{"count"}},
		}},
		{guildhall.CommandInviteCreate, h.general, guildhall.CreateInvite{Code: "new"}, []entryWanted{
			{guildhall.AuditInviteCreate, 0, inviteKeys, nil},
		}},
		{guildhall.CommandInviteDelete, 0, guildhall.InviteRef{Code: "old"}, []entryWanted{
			{guildhall.AuditInviteDelete, 0, inviteKeys, nil},
		}},
		{guildhall.CommandStageCreate, onStage, guildhall.StageFields{Topic: guildhall.Some("x")}, []entryWanted{
			{guildhall.AuditStageCreate, 0, []string{"privacy_level", "topic"}, []string{"channel_id"}},
		}},
		{guildhall.CommandStageModify, onStage, guildhall.StageFields{Topic: guildhall.Some("y")}, []entryWanted{
			{guildhall.AuditStageUpdate, 0, []string{"topic"}, []string{"channel_id"}},
		}},
		{guildhall.CommandStageDelete, onStage, nil, []entryWanted{
			{guildhall.AuditStageDelete, 0, []string{"privacy_level", "topic"}, []string{"channel_id"}},
		}},
		{guildhall.CommandEventCreate, 0, plan, []entryWanted{
			{guildhall.AuditScheduledEventCreate, 0, eventKeys, nil},
		}},
		{guildhall.CommandEventModify, 0, guildhall.EventFields{ID: event, Status: guildhall.Some(2)}, []entryWanted{
			{guildhall.AuditScheduledEventUpdate, event, []string{"status"}, nil},
		}},
		{guildhall.CommandEventDelete, 0, guildhall.EventFields{ID: event}, []entryWanted{
			{guildhall.AuditScheduledEventDelete, event, eventKeys, nil},
		}},
		{guildhall.CommandMemberRemove, 0, guildhall.MemberRef{UserID: plainID}, []entryWanted{
			{guildhall.AuditMemberKick, plain, nil, nil},
		}},
		{guildhall.CommandBanAdd, 0, guildhall.BanMembers{Users: []guildhall.User{person(plainID, "plain")}}, []entryWanted{
			{guildhall.AuditMemberBanAdd, plain, nil, nil},
		}},
		{guildhall.CommandBanRemove, 0, guildhall.MemberRef{UserID: plainID}, []entryWanted{
			{guildhall.AuditMemberBanRemove, plain, nil, nil},
		}},
		{guildhall.CommandIntegrationDelete, 0, guildhall.IntegrationRef{ID: guildhall.ApplicationID(botID)}, []entryWanted{
			{guildhall.AuditIntegrationDelete, guildhall.Snowflake(botID), []string{"name"}, nil},
		}},
		{guildhall.CommandChannelDelete, onStage, nil, []entryWanted{
			{guildhall.AuditChannelDelete, guildhall.Snowflake(onStage), []string{
				"bitrate", "flags", "name", "nsfw", "permission_overwrites", "rate_limit_per_user", "type", "user_limit",
			}, nil},
		}},
	}
}

// logs carries out a change as the administrator, with a reason, and compares its entries.
func (h *hall) logs(change audited) {
	h.t.Helper()
	h.now = h.now.Add(time.Second)
	cmd := command(adminID, change.channel, change.name, change.body)
	cmd.Reason = "because"
	d, err := h.propose(cmd)
	if err != nil {
		h.t.Errorf("%s: %v", change.name, err)
		return
	}
	for len(h.proposed) > 0 {
		h.commit()
	}
	got := entries(h.t, d)
	if len(got) != len(change.want) {
		h.t.Errorf("%s: %d entries %+v, want %d", change.name, len(got), got, len(change.want))
		return
	}
	for i, want := range change.want {
		e := got[i]
		if e.ActionType != want.event || want.target != 0 && e.TargetID != want.target || e.UserID != adminID || e.Reason != "because" {
			h.t.Errorf("%s: entry %+v, want %+v", change.name, e, want)
		}
		if !slices.Equal(keys(e), want.keys) {
			h.t.Errorf("%s: changes of %v, want %v", change.name, keys(e), want.keys)
		}
		for _, option := range want.options {
			if e.Options[option] == "" {
				h.t.Errorf("%s: no option %s in %v", change.name, option, e.Options)
			}
		}
	}
}
