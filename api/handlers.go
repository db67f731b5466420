package api

// table maps each route's name to what answers it.
func (a *API) table() map[string]handler {
	return map[string]handler{
		"get_my_user":         a.getMyUser,
		"update_my_user":      a.updateMyUser,
		"get_user":            a.getUser,
		"list_my_guilds":      a.listMyGuilds,
		"get_my_guild_member": a.getMyGuildMember,
		"leave_guild":         a.leaveGuild,

		"list_channel_webhooks":   a.listChannelWebhooks,
		"create_webhook":          a.createWebhook,
		"get_guild_webhooks":      a.getGuildWebhooks,
		"get_webhook":             a.getWebhook,
		"update_webhook":          a.updateWebhook,
		"delete_webhook":          a.deleteWebhook,
		"get_webhook_by_token":    a.getWebhookByToken,
		"update_webhook_by_token": a.updateWebhookByToken,
		"delete_webhook_by_token": a.deleteWebhook,
		"execute_webhook":         a.executeWebhook,
		"get_webhook_message":     a.getWebhookMessage,
		"update_webhook_message":  a.updateWebhookMessage,
		"delete_webhook_message":  a.deleteWebhookMessage,

		"execute_slack_compatible_webhook": a.executeSlackWebhook,

		"create_dm":                a.createDM,
		"list_my_private_channels": a.listMyPrivateChannels,
		"add_group_dm_user":        a.addGroupRecipient,
		"delete_group_dm_user":     a.deleteGroupRecipient,

		"get_my_application":        a.getMyApplication,
		"update_my_application":     a.updateMyApplication,
		"get_my_oauth2_application": a.getMyApplication,

		"get_gateway":                   a.getGateway,
		"get_bot_gateway":               a.getBotGateway,
		"list_voice_regions":            a.listVoiceRegions,
		"list_sticker_packs":            a.listStickerPacks,
		"get_soundboard_default_sounds": a.getSoundboardDefaultSounds,

		"create_guild":               a.createGuild,
		"get_guild":                  a.getGuild,
		"update_guild":               a.updateGuild,
		"delete_guild":               a.deleteGuild,
		"bulk_update_guild_channels": a.bulkUpdateGuildChannels,

		"list_guild_channels":  a.listGuildChannels,
		"create_guild_channel": a.createGuildChannel,

		"list_guild_audit_log_entries": a.listGuildAuditLogEntries,

		"list_guild_roles":        a.listGuildRoles,
		"create_guild_role":       a.createGuildRole,
		"bulk_update_guild_roles": a.bulkUpdateGuildRoles,
		"get_guild_role":          a.getGuildRole,
		"update_guild_role":       a.updateGuildRole,
		"delete_guild_role":       a.deleteGuildRole,

		"list_guild_members":       a.listGuildMembers,
		"get_guild_member":         a.getGuildMember,
		"update_guild_member":      a.updateGuildMember,
		"update_my_guild_member":   a.updateMyGuildMember,
		"update_my_nick":           a.updateMyNick,
		"delete_guild_member":      a.deleteGuildMember,
		"add_guild_member_role":    a.addGuildMemberRole,
		"delete_guild_member_role": a.deleteGuildMemberRole,

		"get_channel":                         a.getChannel,
		"update_channel":                      a.updateChannel,
		"delete_channel":                      a.deleteChannel,
		"set_channel_permission_overwrite":    a.setChannelPermissionOverwrite,
		"delete_channel_permission_overwrite": a.deleteChannelPermissionOverwrite,
		"trigger_typing_indicator":            a.triggerTypingIndicator,

		"list_messages":  a.listMessages,
		"create_message": a.createMessage,
		"get_message":    a.getMessage,
		"update_message": a.updateMessage,
		"delete_message": a.deleteMessage,

		"add_my_message_reaction":               a.addMyMessageReaction,
		"delete_my_message_reaction":            a.deleteMyMessageReaction,
		"delete_user_message_reaction":          a.deleteUserMessageReaction,
		"delete_all_message_reactions":          a.deleteAllMessageReactions,
		"delete_all_message_reactions_by_emoji": a.deleteAllMessageReactionsByEmoji,
		"list_message_reactions_by_emoji":       a.listMessageReactionsByEmoji,

		"auth_setup":  a.authSetup,
		"auth_login":  a.authLogin,
		"auth_logout": a.authLogout,

		"cdn_avatar":                 a.cdnImage("avatars", "user_id"),
		"cdn_banner":                 a.cdnImage("banners", "user_id"),
		"cdn_guild_icon":             a.cdnImage("icons", "guild_id"),
		"cdn_guild_splash":           a.cdnImage("splashes", "guild_id"),
		"cdn_guild_discovery_splash": a.cdnImage("discovery-splashes", "guild_id"),
		"cdn_guild_home_header":      a.cdnImage("home-headers", "guild_id"),
		"cdn_application_icon":       a.cdnImage("app-icons", "application_id"),
		"cdn_channel_icon":           a.cdnImage("channel-icons", "channel_id"),
		"cdn_default_avatar":         a.cdnDefaultAvatar,
		"cdn_attachment":             a.cdnAttachment,
	}
}
