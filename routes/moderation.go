package routes

import "time"

// moderationRoutes are about members as a whole: who they are, who may not be one, and who has gone quiet.
func moderationRoutes() []Route {
	const (
		bans  = "/guilds/{guild_id}/bans"
		one   = bans + "/{user_id}"
		prune = "/guilds/{guild_id}/prune"
	)
	// A ban reads what the user wrote lately, in every channel.
	ban := func(r Route) Route {
		return r.maybe().cost(Expensive).limit("ban", 10, 10*time.Second).each(guild)
	}
	const integrations = "/guilds/{guild_id}/integrations"
	return []Route{
		get("search_guild_members", "/guilds/{guild_id}/members/search").cost(Moderate).
			limit("member-search", 10, 10*time.Second).each(guild),
		get("guild_role_member_counts", "/guilds/{guild_id}/roles/member-counts").cost(Moderate).
			limit("role-counts", 5, 10*time.Second).each(guild),
		get("get_guild_preview", "/guilds/{guild_id}/preview").limit("guild-preview", 10, 10*time.Second).each(guild),
		// One question for each bot.
		get("list_guild_integrations", integrations).cost(Expensive).limit("integration-list", 5, 10*time.Second).each(guild),
		change("delete_guild_integration", remove, integrations+"/{integration_id}").
			limit("integration-delete", 5, 10*time.Second).each(guild),
		get("list_guild_bans", bans).cost(Moderate).limit("ban-list", 10, 10*time.Second).each(guild),
		get("get_guild_ban", one).limit("ban-get", 10, 10*time.Second).each(guild),
		ban(change("ban_user_from_guild", put, one)),
		change("unban_user_from_guild", remove, one).limit("ban-remove", 10, 10*time.Second).each(guild),
		ban(change("bulk_ban_users_from_guild", post, "/guilds/{guild_id}/bulk-ban")),
		// Every member is looked at.
		get("preview_prune_guild", prune).cost(Moderate).limit("prune", 5, 10*time.Second).each(guild),
		change("prune_guild", post, prune).maybe().limit("prune", 5, 10*time.Second).each(guild),
	}
}
