package routes

import "time"

func inviteRoutes() []Route {
	const one = "/invites/{code}"
	// Codes can be guessed at: the limits here bound how fast.
	by := func(r Route) Route { return r.limit("invite", 20, 10*time.Second) }
	return []Route{
		get("list_channel_invites", "/channels/{channel_id}/invites").limit("invite-list-channel", 10, 10*time.Second).each(channel),
		change("create_channel_invite", post, "/channels/{channel_id}/invites").maybe().
			limit("invite-create", 5, 15*time.Second).each(channel),
		get("list_guild_invites", "/guilds/{guild_id}/invites").limit("invite-list-guild", 10, 10*time.Second).each(guild),
		get("get_guild_vanity_url", "/guilds/{guild_id}/vanity-url").limit("vanity-url", 10, 10*time.Second).each(guild),
		by(get("invite_resolve", one)).auth(Nobody),
		by(change("invite_revoke", remove, one)),
		by(change("invite_accept", post, one).maybe()).from(People).auth(Person),
	}
}
