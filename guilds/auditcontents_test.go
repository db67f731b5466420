package guilds

import (
	"time"

	"guildhall"
)

// auditedContents are changes of what is in a guild's channels, and of what applications bring along.
func auditedContents(h *hall) []audited {
	hook, emoji := newHook(h), h.emoji(adminID, "hat")
	place := guildhall.ChannelID(hook.ID)
	one, two, three := h.say(plainID, "one"), h.say(plainID, "two"), h.say(plainID, "three")
	thread, _ := h.thread(plainID, guildhall.CreateThread{Name: "talk", Type: guildhall.ChannelPublicThread})
	voice := func(name string) guildhall.ChannelID {
		f := guildhall.CreateChannel{Name: name, Type: guildhall.ChannelGuildVoice}
		return read[guildhall.Channel](h.t, h.must(adminID, 0, guildhall.CommandChannelCreate, f).reply).ID
	}
	room, other := voice("room"), voice("other")
	h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: room, SessionID: "s", Node: "n"})
	command := read[guildhall.PutAppCommandAnswer](h.t, h.must(botID, 0, guildhall.CommandAppCommandPut, chatCommand("roll")).reply).Command
	robot := person(strangerID, "robot")
	robot.Bot = true
	plain, general, status := guildhall.Snowflake(plainID), guildhall.Snowflake(h.general), "on air"
	permit := func(allow bool) guildhall.AppCommandPermissions {
		return guildhall.AppCommandPermissions{ID: command.ID, ApplicationID: botApp, Permissions: []guildhall.AppCommandPermission{
			{ID: plain, Type: 2, Permission: allow},
		}}
	}
	hookKeys := []string{"channel_id", "name", "type"}
	threadKeys := []string{"archived", "auto_archive_duration", "flags", "locked", "name", "rate_limit_per_user", "type"}
	return []audited{
		{guildhall.CommandWebhookCreate, h.general, guildhall.ModifyWebhook{Name: set("x")}, []entryWanted{
			{guildhall.AuditWebhookCreate, 0, hookKeys, nil},
		}},
		{guildhall.CommandWebhookModify, place, guildhall.ModifyWebhook{Name: set("y"), Avatar: set("0123456789abcdef0123456789abcdef")}, []entryWanted{
			{guildhall.AuditWebhookUpdate, hook.ID, []string{"avatar_hash", "name"}, nil},
		}},
		{guildhall.CommandWebhookDelete, place, nil, []entryWanted{
			{guildhall.AuditWebhookDelete, hook.ID, []string{"avatar_hash", "channel_id", "name", "type"}, nil},
		}},
		{guildhall.CommandEmojiCreate, 0, emojiFields("cap", false), []entryWanted{
			{guildhall.AuditEmojiCreate, 0, []string{"name", "roles"}, nil},
		}},
		{guildhall.CommandEmojiModify, 0, guildhall.EmojiFields{ID: emoji.ID, Name: set("hut")}, []entryWanted{
			{guildhall.AuditEmojiUpdate, guildhall.Snowflake(emoji.ID), []string{"name"}, nil},
		}},
		{guildhall.CommandEmojiDelete, 0, guildhall.EmojiFields{ID: emoji.ID}, []entryWanted{
			{guildhall.AuditEmojiDelete, guildhall.Snowflake(emoji.ID), []string{"name", "roles"}, nil},
		}},
		{guildhall.CommandPinPut, h.general, guildhall.MessageRef{ID: one.ID}, []entryWanted{
			{guildhall.AuditMessagePin, plain, nil, []string{"channel_id", "message_id"}},
		}},
		{guildhall.CommandPinDelete, h.general, guildhall.MessageRef{ID: one.ID}, []entryWanted{
			{guildhall.AuditMessageUnpin, plain, nil, []string{"channel_id", "message_id"}},
		}},
		{guildhall.CommandMessageDelete, h.general, guildhall.MessageRef{ID: one.ID}, []entryWanted{
			{guildhall.AuditMessageDelete, plain, nil, []string{"channel_id", "count"}},
		}},
		{guildhall.CommandMessageBulkDelete, h.general, guildhall.MessageIDs{IDs: []guildhall.MessageID{two.ID, three.ID}}, []entryWanted{
			{guildhall.AuditMessageBulkDelete, general, nil, []string{"count"}},
		}},
		{guildhall.CommandThreadCreate, h.general, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread}, []entryWanted{
			{guildhall.AuditThreadCreate, 0, threadKeys, nil},
		}},
		{guildhall.CommandChannelModify, thread.ID, guildhall.ModifyChannel{
			Name: set("u"), Thread: guildhall.ThreadChanges{Locked: set(true)},
		}, []entryWanted{
			{guildhall.AuditThreadUpdate, guildhall.Snowflake(thread.ID), []string{"locked", "name"}, nil},
		}},
		{guildhall.CommandChannelDelete, thread.ID, nil, []entryWanted{
			{guildhall.AuditThreadDelete, guildhall.Snowflake(thread.ID), threadKeys, nil},
		}},
		{guildhall.CommandAppCommandPermit, 0, permit(true), []entryWanted{
			{guildhall.AuditCommandPermissionsEdit, command.ID, []string{plain.String()}, []string{"application_id"}},
		}},
		{guildhall.CommandAppCommandPermit, 0, permit(false), []entryWanted{
			{guildhall.AuditCommandPermissionsEdit, command.ID, []string{plain.String()}, []string{"application_id"}},
		}},
		{guildhall.CommandVoiceStatus, room, guildhall.VoiceStatus{Status: &status}, []entryWanted{
			{guildhall.AuditVoiceStatusUpdate, guildhall.Snowflake(room), nil, []string{"status"}},
		}},
		{guildhall.CommandVoiceStatus, room, guildhall.VoiceStatus{}, []entryWanted{
			{guildhall.AuditVoiceStatusDelete, guildhall.Snowflake(room), []string{"status"}, nil},
		}},
		{guildhall.CommandMemberModify, 0, guildhall.ModifyMember{UserID: plainID, ChannelID: set(other)}, []entryWanted{
			{guildhall.AuditMemberMove, 0, nil, []string{"channel_id", "count"}},
		}},
		{guildhall.CommandBotAdd, 0, guildhall.AddBot{User: robot, Permissions: guildhall.PermissionSendMessages}, []entryWanted{
			{guildhall.AuditBotAdd, guildhall.Snowflake(strangerID), nil, nil},
			{guildhall.AuditIntegrationCreate, guildhall.Snowflake(strangerID), []string{"name", "type"}, nil},
		}},
		{guildhall.CommandBotAdd, 0, guildhall.AddBot{User: robot, Permissions: guildhall.PermissionAddReactions}, []entryWanted{
			{guildhall.AuditRoleUpdate, 0, []string{"permissions"}, nil},
		}},
	}
}

// auditedAway is a guild whose members have not been there for long.
func auditedAway(h *hall) []audited {
	h.now = h.now.Add(8 * 24 * time.Hour)
	return []audited{
		{guildhall.CommandMemberPrune, 0, guildhall.PruneMembers{Days: 7}, []entryWanted{
			{guildhall.AuditMemberPrune, 0, nil, []string{"delete_member_days", "members_removed"}},
		}},
	}
}
