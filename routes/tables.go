package routes

import (
	"net/http"
	"time"
)

const (
	post   = http.MethodPost
	put    = http.MethodPut
	patch  = http.MethodPatch
	remove = http.MethodDelete

	channel = "channel_id"
	guild   = "guild_id"
)

// Discord publishes the global limit only (50 a second; discord: topics/rate-limits#global-rate-limit) and tells the
// others by headers. The values here are those that its clients have long seen, and are adjustable each; routes for which
// none is known share wide buckets by resource.

func userRoutes() []Route {
	return []Route{
		get("get_my_user", "/users/@me").scope("identify").rank(Connecting),
		change("update_my_user", patch, "/users/@me").image().cost(Expensive).limit("user-modify", 10, time.Minute),
		get("get_user", "/users/{user_id}").limit("user-get", 30, 30*time.Second),
		// One question to each guild's owner.
		get("list_my_guilds", "/users/@me/guilds").scope("guilds").cost(Expensive).limit("user-guilds", 10, 10*time.Second),
		get("get_my_guild_member", "/users/@me/guilds/{guild_id}/member").scope("guilds.members.read").limit("user-member", 5, 2*time.Second).each(guild),
		change("leave_guild", remove, "/users/@me/guilds/{guild_id}").limit("user-leave", 10, 10*time.Second),
	}
}

func applicationRoutes() []Route {
	return []Route{
		get("get_my_application", "/applications/@me").auth(Bot).rank(Connecting),
		change("update_my_application", patch, "/applications/@me").auth(Bot).image().
			cost(Expensive).limit("application-modify", 10, time.Minute),
		get("get_my_oauth2_application", "/oauth2/applications/@me").auth(Bot).rank(Connecting),
	}
}

func gatewayRoutes() []Route {
	return []Route{
		get("get_gateway", "/gateway").auth(Nobody).rank(Connecting).static(),
		get("get_bot_gateway", "/gateway/bot").auth(Bot).rank(Connecting),
		get("list_voice_regions", "/voice/regions").static(),
		get("list_sticker_packs", "/sticker-packs").auth(Nobody).static().rank(Extra),
		get("get_soundboard_default_sounds", "/soundboard-default-sounds").static().rank(Connecting),
	}
}

func guildRoutes() []Route {
	return []Route{
		change("create_guild", post, "/guilds").from(DiscordPages).image().cost(Expensive).limit("guild-create", 10, time.Minute),
		get("get_guild", "/guilds/{guild_id}").limit("guild-get", 10, 10*time.Second).each(guild),
		change("update_guild", patch, "/guilds/{guild_id}").image().cost(Expensive).
			limit("guild-modify", 10, 10*time.Second).each(guild),
		// It ends with a follow-up to every member.
		change("delete_guild", remove, "/guilds/{guild_id}").from(DiscordPages).cost(Expensive).
			limit("guild-delete", 5, time.Minute),
		change("bulk_update_guild_channels", patch, "/guilds/{guild_id}/channels").json().
			limit("channel-positions", 10, 10*time.Second).each(guild),
		get("list_guild_channels", "/guilds/{guild_id}/channels").limit("guild-channels", 10, 10*time.Second).each(guild),
		change("create_guild_channel", post, "/guilds/{guild_id}/channels").json().
			limit("channel-create", 10, 10*time.Second).each(guild),
		// A page, and one question for each user in it.
		get("list_guild_audit_log_entries", "/guilds/{guild_id}/audit-logs").cost(Expensive).
			limit("audit-log", 10, 10*time.Second).each(guild),
	}
}

func roleRoutes() []Route {
	return []Route{
		get("list_guild_roles", "/guilds/{guild_id}/roles").limit("role-list", 10, 10*time.Second).each(guild),
		change("create_guild_role", post, "/guilds/{guild_id}/roles").json().limit("role-create", 10, 10*time.Second).each(guild),
		change("bulk_update_guild_roles", patch, "/guilds/{guild_id}/roles").json().
			limit("role-positions", 10, 10*time.Second).each(guild),
		get("get_guild_role", "/guilds/{guild_id}/roles/{role_id}").limit("role-get", 10, 10*time.Second).each(guild),
		change("update_guild_role", patch, "/guilds/{guild_id}/roles/{role_id}").json().
			limit("role-modify", 10, 10*time.Second).each(guild),
		change("delete_guild_role", remove, "/guilds/{guild_id}/roles/{role_id}").
			limit("role-delete", 10, 10*time.Second).each(guild),
	}
}

func memberRoutes() []Route {
	return []Route{
		get("list_guild_members", "/guilds/{guild_id}/members").cost(Moderate).limit("member-list", 10, 10*time.Second).each(guild),
		get("get_guild_member", "/guilds/{guild_id}/members/{user_id}").limit("member-get", 5, time.Second).each(guild),
		change("update_guild_member", patch, "/guilds/{guild_id}/members/{user_id}").json().
			limit("member-modify", 10, 10*time.Second).each(guild),
		change("update_my_guild_member", patch, "/guilds/{guild_id}/members/@me").image().cost(Expensive).
			limit("member-self", 5, 10*time.Second).each(guild),
		change("update_my_nick", patch, "/guilds/{guild_id}/members/@me/nick").from(DiscordPages).json().
			limit("member-self", 5, 10*time.Second).each(guild),
		change("add_guild_member", put, "/guilds/{guild_id}/members/{user_id}").auth(Bot).json().
			limit("member-add", 10, 10*time.Second).each(guild),
		change("delete_guild_member", remove, "/guilds/{guild_id}/members/{user_id}").
			limit("member-remove", 5, time.Second).each(guild),
		change("add_guild_member_role", put, "/guilds/{guild_id}/members/{user_id}/roles/{role_id}").
			limit("member-role", 10, 10*time.Second).each(guild),
		change("delete_guild_member_role", remove, "/guilds/{guild_id}/members/{user_id}/roles/{role_id}").
			limit("member-role", 10, 10*time.Second).each(guild),
	}
}

func channelRoutes() []Route {
	const one = "/channels/{channel_id}"
	return []Route{
		get("get_channel", one).limit("channel-get", 10, 10*time.Second).each(channel),
		change("update_channel", patch, one).image().limit("channel-modify", 5, 15*time.Second).each(channel),
		change("delete_channel", remove, one).limit("channel-delete", 5, 10*time.Second).each(channel),
		change("set_channel_permission_overwrite", put, one+"/permissions/{overwrite_id}").json().
			limit("overwrite", 10, 10*time.Second).each(channel),
		change("delete_channel_permission_overwrite", remove, one+"/permissions/{overwrite_id}").
			limit("overwrite", 10, 10*time.Second).each(channel),
		// Three owners are asked.
		change("follow_channel", post, one+"/followers").json().cost(Expensive).limit("channel-follow", 10, time.Minute).each(channel),
		change("trigger_typing_indicator", post, one+"/typing").cost(Cheap).rank(Passing).
			limit("typing", 5, 5*time.Second).each(channel),
	}
}

func messageRoutes() []Route {
	const all, one = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
	return []Route{
		get("list_messages", all).cost(Moderate).limit("message-list", 5, time.Second).each(channel),
		change("create_message", post, all).body(Multipart, filesBytes).rank(Sending).
			limit("message-create", 5, 5*time.Second).each(channel),
		get("get_message", one).cost(Moderate).limit("message-get", 5, time.Second).each(channel),
		change("update_message", patch, one).body(Multipart, filesBytes).rank(Sending).
			limit("message-edit", 5, 5*time.Second).each(channel),
		change("delete_message", remove, one).rank(Sending).limit("message-delete", 5, time.Second).each(channel),
		// A hundred rows in one commit.
		change("bulk_delete_messages", post, all+"/bulk-delete").json().cost(Expensive).
			limit("message-bulk", 1, time.Second).each(channel),
		change("crosspost_message", post, one+"/crosspost").limit("crosspost", 10, time.Hour).each(channel),
	}
}

func pinRoutes() []Route {
	const all, old = "/channels/{channel_id}/messages/pins", "/channels/{channel_id}/pins"
	pin := func(r Route) Route { return r.limit("pin", 4, 4*time.Second).each(channel) }
	list := func(r Route) Route { return r.cost(Moderate).limit("pin-list", 5, 5*time.Second).each(channel) }
	return []Route{
		list(get("list_pins", all)),
		pin(change("create_pin", put, all+"/{message_id}")),
		pin(change("delete_pin", remove, all+"/{message_id}")),
		list(get("deprecated_list_pins", old)),
		pin(change("deprecated_create_pin", put, old+"/{message_id}")),
		pin(change("deprecated_delete_pin", remove, old+"/{message_id}")),
	}
}

func reactionRoutes() []Route {
	const all = "/channels/{channel_id}/messages/{message_id}/reactions"
	const emoji = all + "/{emoji_name}"
	// One reaction each quarter of a second: the one limit that all libraries know by heart.
	reaction := func(r Route) Route { return r.limit("reaction", 1, 250*time.Millisecond).each(channel) }
	return []Route{
		reaction(change("add_my_message_reaction", put, emoji+"/@me")),
		reaction(change("delete_my_message_reaction", remove, emoji+"/@me")),
		reaction(change("delete_user_message_reaction", remove, emoji+"/{user_id}")),
		reaction(change("delete_all_message_reactions", remove, all)),
		reaction(change("delete_all_message_reactions_by_emoji", remove, emoji)),
		get("list_message_reactions_by_emoji", emoji).cost(Moderate).limit("reaction-list", 5, time.Second).each(channel),
	}
}

func cdnRoutes() []Route {
	// A name holds the content's hash, so that what it names never changes.
	image := func(name, path string) Route {
		r := get(name, path).from(CDN).auth(Nobody).cost(Expensive)
		r.Cache = Cache{Scope: Shared, MaxAge: 365 * 24 * time.Hour, StaleIfError: 24 * time.Hour, Immutable: true}
		r.Coalesce = true
		r.Down = Stale
		return r
	}
	return []Route{
		image("cdn_avatar", "/cdn/avatars/{user_id}/{file}"),
		image("cdn_banner", "/cdn/banners/{user_id}/{file}"),
		image("cdn_guild_icon", "/cdn/icons/{guild_id}/{file}"),
		image("cdn_guild_splash", "/cdn/splashes/{guild_id}/{file}"),
		image("cdn_guild_discovery_splash", "/cdn/discovery-splashes/{guild_id}/{file}"),
		image("cdn_guild_home_header", "/cdn/home-headers/{guild_id}/{file}"),
		image("cdn_member_avatar", "/cdn/guilds/{guild_id}/users/{user_id}/avatars/{file}"),
		image("cdn_member_banner", "/cdn/guilds/{guild_id}/users/{user_id}/banners/{file}"),
		image("cdn_guild_event", "/cdn/guild-events/{guild_scheduled_event_id}/{file}"),
		image("cdn_role_icon", "/cdn/role-icons/{role_id}/{file}"),
		image("cdn_application_icon", "/cdn/app-icons/{application_id}/{file}"),
		image("cdn_channel_icon", "/cdn/channel-icons/{channel_id}/{file}"),
		image("cdn_emoji", "/cdn/emojis/{file}"),
		image("cdn_default_avatar", "/cdn/embed/avatars/{file}"),
		externalRoute(image("cdn_external", "/cdn/external/{signature}/{address}")),
		// The link is the right to the file, so that only who has it may keep a copy.
		get("cdn_attachment", "/cdn/attachments/{channel_id}/{attachment_id}/{file}").from(CDN).auth(Nobody).cost(Moderate),
	}
}

// externalRoute is for what lies with others, who may change it.
func externalRoute(r Route) Route {
	r.Cache = Cache{Scope: Shared, MaxAge: 24 * time.Hour, StaleIfError: 24 * time.Hour}
	return r
}
