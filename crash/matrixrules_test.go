package crash_test

import (
	"net/http"
	"time"
)

// Further bits, written down anew as those of the oracle.
// discord: topics/permissions#permissions-bitwise-permission-flags
const (
	bitCreateInvite    bit = 1 << 0
	bitKickMembers     bit = 1 << 1
	bitBanMembers      bit = 1 << 2
	bitManageChannels  bit = 1 << 4
	bitManageGuild     bit = 1 << 5
	bitViewAuditLog    bit = 1 << 7
	bitManageNicknames bit = 1 << 27
	bitChangeNickname  bit = 1 << 26
	bitManageRoles     bit = 1 << 28
	bitManageWebhooks  bit = 1 << 29
	bitManageThreads   bit = 1 << 34
	bitPinMessages     bit = 1 << 51
	bitPublicThreads   bit = 1 << 35
	bitSendInThreads   bit = 1 << 38
	bitMuteMembers     bit = 1 << 22
	bitMoveMembers     bit = 1 << 24
	bitManageEvents    bit = 1 << 33
	bitCreateEvents    bit = 1 << 44
	bitVoiceStatus     bit = 1 << 48
)

// object is a body.
type object = map[string]any

func vars(pairs ...string) map[string]string {
	v := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		v[pairs[i]] = pairs[i+1]
	}
	return v
}

// inChannelWith is an example in a channel of its own.
func inChannelWith(body any) func(*matrix) plea {
	return func(m *matrix) plea { return plea{vars: vars("channel_id", m.channel()), body: body} }
}

// onMessage is an example about a message that the owner wrote.
func onMessage(body any, more ...string) func(*matrix) plea {
	return func(m *matrix) plea {
		c := m.channel()
		v := vars(more...)
		v["channel_id"], v["message_id"] = c, m.message(c)
		return plea{vars: v, body: body}
	}
}

func inGuildWith(body any) func(*matrix) plea {
	return func(*matrix) plea { return plea{body: body} }
}

// matrixRules are the routes that need permissions.
func matrixRules() map[string]rule {
	rules := map[string]rule{}
	for _, part := range []map[string]rule{
		guildRules(),
		placeRules(),
		messageRules(),
		moderationRules(),
		eventRules(),
		threadRules(),
		emojiRules(),
		pinRules(),
	} {
		for name, r := range part {
			rules[name] = r
		}
	}
	return rules
}

// unseenChanges are routes that change nothing that the owner could look up, with the reason.
func unseenChanges() map[string]string {
	return map[string]string{
		"trigger_typing_indicator": "it is told and nowhere kept",
		"prune_guild":              "nobody has been away for as long as members must",
	}
}

// discord: resources/guild
func guildRules() map[string]rule {
	return map[string]rule{
		"update_guild":         {[]bit{bitManageGuild}, inGuildWith(object{"name": "renamed"})},
		"create_guild_channel": {[]bit{bitManageChannels}, inGuildWith(object{"name": "made"})},
		"bulk_update_guild_channels": {[]bit{bitManageChannels}, func(m *matrix) plea {
			return plea{body: []object{{"id": m.channel(), "position": 7}}}
		}},
		"list_guild_audit_log_entries": {[]bit{bitViewAuditLog}, inGuildWith(nil)},
		"create_guild_role":            {[]bit{bitManageRoles}, inGuildWith(object{"name": "made", "permissions": "0"})},
		"bulk_update_guild_roles": {[]bit{bitManageRoles}, func(m *matrix) plea {
			m.lowRole() // the next one comes in below it
			return plea{body: []object{{"id": m.lowRole(), "position": 2}}}
		}},
		"update_guild_role": {[]bit{bitManageRoles}, func(m *matrix) plea {
			return plea{vars: vars("role_id", m.lowRole()), body: object{"name": "changed"}}
		}},
		"delete_guild_role": {[]bit{bitManageRoles}, func(m *matrix) plea { return plea{vars: vars("role_id", m.lowRole())} }},
		"update_guild_member": {[]bit{bitManageNicknames}, func(m *matrix) plea {
			return plea{vars: vars("user_id", m.other.ID.String()), body: object{"nick": m.name()}}
		}},
		"update_my_guild_member": {[]bit{bitChangeNickname}, inGuildWith(object{"nick": "me"})},
		"update_my_nick":         {[]bit{bitChangeNickname}, inGuildWith(object{"nick": "myself"})},
		"delete_guild_member":    {[]bit{bitKickMembers}, func(m *matrix) plea { return plea{vars: vars("user_id", m.newcomer())} }},
		"add_guild_member_role": {[]bit{bitManageRoles}, func(m *matrix) plea {
			return plea{vars: vars("user_id", m.other.ID.String(), "role_id", m.lowRole())}
		}},
		"delete_guild_member_role": {[]bit{bitManageRoles}, func(m *matrix) plea {
			role := m.lowRole()
			m.must(m.owner, http.MethodPut, m.in("/members/"+m.other.ID.String()+"/roles/"+role), nil, nil)
			return plea{vars: vars("user_id", m.other.ID.String(), "role_id", role)}
		}},
	}
}

// discord: resources/channel, resources/webhook
func placeRules() map[string]rule {
	manage := []bit{bitViewChannel, bitManageChannels}
	overwrite := func(m *matrix) plea {
		c := m.channel()
		m.must(m.owner, http.MethodPut, "/channels/"+c+"/permissions/"+m.other.ID.String(), object{"type": 1, "deny": "1024"}, nil)
		return plea{vars: vars("channel_id", c, "overwrite_id", m.other.ID.String()), body: object{"type": 1, "allow": "1024"}}
	}
	webhook := func(body any) func(*matrix) plea {
		return func(m *matrix) plea {
			id := m.make("/channels/"+m.channel()+"/webhooks", object{"name": "hook"})
			return plea{vars: vars("webhook_id", id.String()), body: body}
		}
	}
	return map[string]rule{
		"get_channel":                         {[]bit{bitViewChannel}, inChannelWith(nil)},
		"update_channel":                      {manage, inChannelWith(object{"topic": "new"})},
		"delete_channel":                      {manage, inChannelWith(nil)},
		"set_channel_permission_overwrite":    {[]bit{bitViewChannel, bitManageRoles}, overwrite},
		"delete_channel_permission_overwrite": {[]bit{bitViewChannel, bitManageRoles}, overwrite},
		"trigger_typing_indicator":            {[]bit{bitViewChannel, bitSendMessages}, inChannelWith(nil)},
		"list_channel_webhooks":               {[]bit{bitViewChannel, bitManageWebhooks}, inChannelWith(nil)},
		"create_webhook":                      {[]bit{bitViewChannel, bitManageWebhooks}, inChannelWith(object{"name": "hook"})},
		"get_guild_webhooks":                  {[]bit{bitManageWebhooks}, inGuildWith(nil)},
		"get_webhook":                         {[]bit{bitViewChannel, bitManageWebhooks}, webhook(nil)},
		"follow_channel": {[]bit{bitViewChannel, bitManageWebhooks}, func(m *matrix) plea {
			return plea{vars: vars("channel_id", m.channelOf(5)), body: object{"webhook_channel_id": m.channel()}}
		}},
		"update_webhook": {[]bit{bitViewChannel, bitManageWebhooks}, webhook(object{"name": "hooked"})},
		"delete_webhook": {[]bit{bitViewChannel, bitManageWebhooks}, webhook(nil)},
	}
}

// discord: resources/message
func messageRules() map[string]rule {
	read := []bit{bitViewChannel, bitReadHistory}
	moderate := []bit{bitViewChannel, bitManageMessages}
	others := func(body any) func(*matrix) plea {
		return func(m *matrix) plea {
			p := onMessage(body, "emoji_name", "%F0%9F%91%8D", "user_id", "")(m)
			path := "/channels/" + p.vars["channel_id"] + "/messages/" + p.vars["message_id"] + "/reactions/%F0%9F%91%8D/@me"
			m.must(m.owner, http.MethodPut, path, nil, nil)
			p.vars["user_id"] = m.server.world.Users[0].ID.String()
			return p
		}
	}
	return map[string]rule{
		"list_messages":                         {[]bit{bitViewChannel}, inChannelWith(nil)},
		"create_message":                        {[]bit{bitViewChannel, bitSendMessages}, inChannelWith(object{"content": "hello"})},
		"get_message":                           {read, onMessage(nil)},
		"update_message":                        {moderate, onMessage(object{"flags": 4})},
		"delete_message":                        {moderate, onMessage(nil)},
		"add_my_message_reaction":               {append(read, bitAddReactions), onMessage(nil, "emoji_name", "%F0%9F%91%8D")},
		"delete_user_message_reaction":          {moderate, others(nil)},
		"delete_all_message_reactions":          {moderate, others(nil)},
		"delete_all_message_reactions_by_emoji": {moderate, others(nil)},
		"list_message_reactions_by_emoji":       {read, others(nil)},
	}
}

// discord: resources/guild, resources/invite
func moderationRules() map[string]rule {
	onBanned := func(m *matrix) plea {
		id := m.newcomer()
		m.must(m.owner, http.MethodPut, m.in("/bans/"+id), object{}, nil)
		return plea{vars: vars("user_id", id)}
	}
	invite := func(m *matrix) string {
		var made struct {
			Code string `json:"code"`
		}
		m.must(m.owner, http.MethodPost, "/channels/"+m.channel()+"/invites", object{"unique": true}, &made)
		return made.Code
	}
	return map[string]rule{
		"list_guild_integrations": {[]bit{bitManageGuild}, inGuildWith(nil)},
		"delete_guild_integration": {[]bit{bitManageGuild}, func(m *matrix) plea {
			return plea{vars: vars("integration_id", m.spare.ID.String())}
		}},
		"list_guild_bans":       {[]bit{bitBanMembers}, inGuildWith(nil)},
		"get_guild_ban":         {[]bit{bitBanMembers}, onBanned},
		"ban_user_from_guild":   {[]bit{bitBanMembers}, func(m *matrix) plea { return plea{vars: vars("user_id", m.newcomer()), body: object{}} }},
		"unban_user_from_guild": {[]bit{bitBanMembers}, onBanned},
		"bulk_ban_users_from_guild": {[]bit{bitBanMembers, bitManageGuild}, func(m *matrix) plea {
			return plea{body: object{"user_ids": []string{m.newcomer()}}}
		}},
		"preview_prune_guild":   {[]bit{bitKickMembers, bitManageGuild}, inGuildWith(nil)},
		"prune_guild":           {[]bit{bitKickMembers, bitManageGuild}, inGuildWith(object{"days": 30})},
		"list_channel_invites":  {[]bit{bitViewChannel, bitManageChannels}, inChannelWith(nil)},
		"create_channel_invite": {[]bit{bitViewChannel, bitCreateInvite}, inChannelWith(object{})},
		"list_guild_invites":    {[]bit{bitManageGuild}, inGuildWith(nil)},
		"get_guild_vanity_url":  {[]bit{bitManageGuild}, inGuildWith(nil)},
		"invite_revoke": {[]bit{bitViewChannel, bitManageChannels}, func(m *matrix) plea {
			return plea{vars: vars("code", invite(m))}
		}},
	}
}

// eventBody makes an event at a place outside.
func eventBody() object {
	start := time.Now().Add(time.Hour)
	return object{
		"name": "fair", "privacy_level": 2, "entity_type": 3, "entity_metadata": object{"location": "yard"},
		"scheduled_start_time": start, "scheduled_end_time": start.Add(time.Hour),
	}
}

// discord: resources/guild-scheduled-event, resources/stage-instance, resources/channel#set-voice-channel-status
func eventRules() map[string]rule {
	planned := func(body any) func(*matrix) plea {
		return func(m *matrix) plea {
			return plea{vars: vars("guild_scheduled_event_id", m.make(m.in("/scheduled-events"), eventBody()).String()), body: body}
		}
	}
	onStage := func(body any) func(*matrix) plea {
		return func(m *matrix) plea {
			c := m.channelOf(13)
			m.must(m.owner, http.MethodPost, "/stage-instances", object{"channel_id": c, "topic": "talk"}, nil)
			return plea{vars: vars("channel_id", c), body: body}
		}
	}
	stage := []bit{bitViewChannel, bitManageChannels, bitMuteMembers, bitMoveMembers}
	return map[string]rule{
		"create_guild_scheduled_event": {[]bit{bitCreateEvents}, inGuildWith(eventBody())},
		"update_guild_scheduled_event": {[]bit{bitManageEvents}, planned(object{"name": "great fair"})},
		"delete_guild_scheduled_event": {[]bit{bitManageEvents}, planned(nil)},
		"create_stage_instance": {stage, func(m *matrix) plea {
			return plea{body: object{"channel_id": m.channelOf(13), "topic": "talk"}}
		}},
		"get_stage_instance":    {[]bit{bitViewChannel}, onStage(nil)},
		"update_stage_instance": {stage, onStage(object{"topic": "another"})},
		"delete_stage_instance": {stage, onStage(nil)},
		"update_voice_channel_status": {[]bit{bitViewChannel, bitVoiceStatus, bitManageChannels}, func(m *matrix) plea {
			return plea{vars: vars("channel_id", m.channelOf(2)), body: object{"status": "chess"}}
		}},
	}
}

// discord: topics/threads#permissions
func threadRules() map[string]rule {
	// Only who sees the channel can be in its threads.
	thread := func(m *matrix) string {
		c := m.channel()
		m.must(m.owner, http.MethodPut, "/channels/"+c+"/permissions/"+m.other.ID.String(), object{"type": 1, "allow": "1024"}, nil)
		return m.make("/channels/"+c+"/threads", object{"name": "thread", "type": 11}).String()
	}
	inThread := func(more ...string) func(*matrix) plea {
		return func(m *matrix) plea {
			v := vars(more...)
			v["channel_id"] = thread(m)
			return plea{vars: v}
		}
	}
	withOther := func(m *matrix) plea {
		p := inThread("user_id", m.other.ID.String())(m)
		m.must(m.owner, http.MethodPut, "/channels/"+p.vars["channel_id"]+"/thread-members/"+m.other.ID.String(), nil, nil)
		return p
	}
	history := []bit{bitViewChannel, bitReadHistory}
	return map[string]rule{
		"create_thread":              {[]bit{bitViewChannel, bitPublicThreads}, inChannelWith(object{"name": "thread", "type": 11})},
		"create_thread_from_message": {append(history, bitPublicThreads), onMessage(object{"name": "thread"})},
		"join_thread":                {[]bit{bitViewChannel}, inThread()},
		"add_thread_member": {[]bit{bitViewChannel, bitSendInThreads}, func(m *matrix) plea {
			return inThread("user_id", m.other.ID.String())(m)
		}},
		"delete_thread_member":             {[]bit{bitViewChannel, bitManageThreads}, withOther},
		"get_thread_member":                {[]bit{bitViewChannel}, withOther},
		"list_thread_members":              {[]bit{bitViewChannel}, inThread()},
		"thread_search":                    {history, func(m *matrix) plea { return plea{vars: vars("channel_id", m.channelOf(15))} }},
		"list_public_archived_threads":     {history, inChannelWith(nil)},
		"list_private_archived_threads":    {append(history, bitManageThreads), inChannelWith(nil)},
		"list_my_private_archived_threads": {history, inChannelWith(nil)},
	}
}

// discord: resources/message, resources/poll
func pinRules() map[string]rule {
	pin := []bit{bitViewChannel, bitReadHistory, bitPinMessages}
	pinned := func(m *matrix) plea {
		p := onMessage(nil)(m)
		m.must(m.owner, http.MethodPut, "/channels/"+p.vars["channel_id"]+"/messages/pins/"+p.vars["message_id"], nil, nil)
		return p
	}
	poll := func(more ...string) func(*matrix) plea {
		return func(m *matrix) plea {
			c := m.channel()
			id := m.make("/channels/"+c+"/messages", object{"poll": object{
				"question": object{"text": "?"}, "answers": []object{{"poll_media": object{"text": "a"}}, {"poll_media": object{"text": "b"}}},
			}})
			v := vars(more...)
			v["channel_id"], v["message_id"] = c, id.String()
			return plea{vars: v}
		}
	}
	return map[string]rule{
		"list_pins":             {[]bit{bitViewChannel}, inChannelWith(nil)},
		"deprecated_list_pins":  {[]bit{bitViewChannel}, inChannelWith(nil)},
		"create_pin":            {pin, onMessage(nil)},
		"deprecated_create_pin": {pin, onMessage(nil)},
		"delete_pin":            {pin, pinned},
		"deprecated_delete_pin": {pin, pinned},
		"bulk_delete_messages": {[]bit{bitViewChannel, bitManageMessages}, func(m *matrix) plea {
			c := m.channel()
			return plea{vars: vars("channel_id", c), body: object{"messages": []string{m.message(c), m.message(c)}}}
		}},
		"crosspost_message": {[]bit{bitViewChannel, bitSendMessages, bitManageMessages}, func(m *matrix) plea {
			c := m.channelOf(5)
			return plea{vars: vars("channel_id", c, "message_id", m.message(c))}
		}},
		"get_answer_voters": {[]bit{bitViewChannel, bitReadHistory}, poll("answer_id", "1")},
	}
}

// freeRoutes need no permission, and say why.
func freeRoutes() map[string]string {
	free := map[string]string{}
	for why, names := range map[string][]string{
		"about oneself": {
			"get_my_user", "update_my_user", "list_my_guilds", "get_my_guild_member", "leave_guild", "create_dm",
			"list_my_private_channels", "get_my_application", "update_my_application", "get_my_oauth2_application",
			"delete_my_message_reaction", "auth_logout", "leave_thread",
		},
		"all may know":    {"invite_resolve", "invite_accept", "get_user", "list_voice_regions", "list_sticker_packs", "get_sticker", "get_sticker_pack", "get_soundboard_default_sounds", "get_gateway", "get_bot_gateway", "get_public_keys"},
		"all members see": {"get_guild_preview", "guild_role_member_counts", "search_guild_members", "get_active_guild_threads", "get_guild", "list_guild_channels", "list_guild_roles", "get_guild_role", "list_guild_members", "get_guild_member"},
		"all members see what is not in a channel": {
			"list_guild_scheduled_events", "get_guild_scheduled_event", "list_guild_scheduled_event_users",
			"count_guild_scheduled_event_users", "list_guild_voice_regions", "guild_scheduled_event_join", "guild_scheduled_event_leave",
		},
		"takes somebody connected to voice: see TestStageSpeakers of the guilds": {
			"get_voice_state", "get_self_voice_state", "update_voice_state", "update_self_voice_state",
		},
		"all members see emojis and stickers": {"list_guild_emojis", "get_guild_emoji", "list_guild_stickers", "get_guild_sticker"},
		"about one's application": {
			"list_application_emojis", "get_application_emoji", "create_application_emoji", "update_application_emoji",
			"delete_application_emoji",
		},
		"the author alone may": {"poll_expire"},
		"people alone vote":    {"poll_vote"},
		"the token of the user who joins is asked for: see the OAuth2 tests": {"add_guild_member"},
		"about one's application, or commands of it": {
			"list_application_commands", "create_application_command", "bulk_set_application_commands", "get_application_command",
			"update_application_command", "delete_application_command", "list_guild_application_commands",
			"create_guild_application_command", "bulk_set_guild_application_commands", "get_guild_application_command",
			"update_guild_application_command", "delete_guild_application_command", "list_guild_application_command_permissions",
			"get_guild_application_command_permissions", "get_application", "update_application",
		},
		"asks for a Bearer token: see the OAuth2 tests": {"set_guild_application_command_permissions", "get_my_oauth2_authorization", "get_openid_connect_userinfo"},
		"the token of the interaction is asked for": {
			"create_interaction_response", "get_original_webhook_message", "update_original_webhook_message", "delete_original_webhook_message",
		},
		"people alone do": {
			"list_channel_application_commands", "create_interaction", "list_my_sign_ins", "delete_my_sign_ins", "delete_my_sign_in",
			"update_my_password", "create_my_mfa_secret", "enable_my_mfa", "disable_my_mfa", "replace_my_mfa_codes", "export_my_user",
			"delete_my_user", "list_my_relationships", "create_my_relationship", "put_my_relationship", "delete_my_relationship",
			"list_my_notes", "get_my_note", "put_my_note", "list_applications", "create_application", "delete_application",
			"reset_bot_token", "reset_client_secret", "check_oauth2_authorization", "create_oauth2_authorization",
			"list_my_oauth2_tokens", "delete_my_oauth2_token",
		},
		"all recipients may":      {"add_group_dm_user"},
		"the owner alone may":     {"delete_guild", "delete_group_dm_user"},
		"makes what is one's own": {"create_guild"},
		"the token in the path is asked for": {
			"get_webhook_by_token", "update_webhook_by_token", "delete_webhook_by_token", "execute_webhook", "get_webhook_message",
			"update_webhook_message", "delete_webhook_message", "execute_slack_compatible_webhook",
			"execute_github_compatible_webhook",
		},
		"secrets are asked for": {"auth_setup", "auth_login", "auth_mfa_totp", "auth_register", "create_oauth2_token", "revoke_oauth2_token"},
		"the link is the right to it": {
			"cdn_avatar", "cdn_banner", "cdn_guild_icon", "cdn_guild_splash", "cdn_guild_discovery_splash", "cdn_guild_home_header",
			"cdn_guild_event", "cdn_role_icon", "cdn_member_avatar", "cdn_member_banner", "cdn_application_icon", "cdn_channel_icon", "cdn_default_avatar", "cdn_attachment",
			"cdn_emoji", "cdn_external",
		},
	} {
		for _, name := range names {
			free[name] = why
		}
	}
	return free
}
