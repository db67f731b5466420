package routes

import "time"

// moderationRoutes are about who may not be a member, and about members who have gone quiet.
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
	return []Route{
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
