package routes

import "time"

// voiceRoutes are about voice as state: there are no media, so that regions are the same few for all.
func voiceRoutes() []Route {
	const states = "/guilds/{guild_id}/voice-states"
	modify := func(r Route) Route { return r.maybe().limit("voice-state", 10, 10*time.Second).each(guild) }
	return []Route{
		get("list_guild_voice_regions", "/guilds/{guild_id}/regions").limit("guild-regions", 10, 10*time.Second).each(guild),
		get("get_self_voice_state", states+"/@me").limit("voice-state-get", 10, 10*time.Second).each(guild),
		get("get_voice_state", states+"/{user_id}").limit("voice-state-get", 10, 10*time.Second).each(guild),
		modify(change("update_self_voice_state", patch, states+"/@me")),
		modify(change("update_voice_state", patch, states+"/{user_id}")),
		change("update_voice_channel_status", put, "/channels/{channel_id}/voice-status").maybe().
			limit("voice-status", 5, 10*time.Second).each(channel),
	}
}
