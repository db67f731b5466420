package main

// guildWide changes the guild itself, its bans and its invites.
func (r *tour) guildWide(who as) {
	const guild, channel = "/guilds/{guild_id}", "/channels/{channel_id}"
	r.must(who, "PATCH", guild, `{"description":"d","default_message_notifications":1}`, "")
	r.must(who, "PATCH", guild+"/channels", `[{"id":"{channel_id}","position":0}]`, "")
	r.must(who, "GET", guild+"/members/search?query=a", "", "")
	r.must(who, "POST", guild+"/prune", `{"days":30}`, "")
	r.must(who, "PUT", guild+"/bans/{ban_id}", `{"delete_message_seconds":0}`, "")
	r.must(who, "GET", guild+"/bans/{ban_id}", "", "")
	r.must(who, "GET", guild+"/bans", "", "")
	r.must(who, "DELETE", guild+"/bans/{ban_id}", "", "")
	r.must(who, "POST", guild+"/bulk-ban", `{"user_ids":["{ban_id}"]}`, "")
	r.must(who, "DELETE", guild+"/bans/{ban_id}", "", "")
	r.must(who, "POST", channel+"/invites", `{"max_age":600,"unique":true}`, "code")
	r.must(who, "GET", "/invites/{code}?with_counts=true", "", "")
	r.must(who, "GET", guild+"/invites", "", "")
	r.must(who, "GET", channel+"/invites", "", "")
	r.must(who, "DELETE", "/invites/{code}", "", "")
	r.must(who, "GET", guild+"/audit-logs", "", "")
}

// threads opens threads with and without a message, and their members come and go.
func (r *tour) threads(who as) {
	const channel, member = "/channels/{channel_id}", "/channels/{thread_id}/thread-members"
	r.must(who, "POST", channel+"/messages", `{"content":"to talk about"}`, "message_id")
	r.must(who, "POST", channel+"/messages/{message_id}/threads", `{"name":"from a message"}`, "")
	r.must(who, "POST", channel+"/threads", `{"name":"by itself","type":11}`, "thread_id")
	r.must(who, "PUT", member+"/{user_id}", "", "")
	r.must(who, "GET", member+"/{user_id}?with_member=true", "", "")
	r.must(who, "GET", member+"?with_member=true", "", "")
	r.must(who, "DELETE", member+"/{user_id}", "", "")
	r.must(who, "DELETE", member+"/@me", "", "")
	r.must(who, "PUT", member+"/@me", "", "")
	r.must(who, "POST", "/channels/{thread_id}/messages", `{"content":"in a thread"}`, "")
	r.must(who, "GET", "/guilds/{guild_id}/threads/active", "", "")
	r.must(who, "PATCH", "/channels/{thread_id}", `{"archived":true}`, "")
	r.must(who, "GET", channel+"/threads/archived/public", "", "")
	r.must(who, "GET", channel+"/messages", "", "")
	r.must(who, "DELETE", "/channels/{thread_id}", "", "")
}

// events makes one at a place outside, and one in a voice channel.
func (r *tour) events(who as) {
	const all, one = "/guilds/{guild_id}/scheduled-events", "/guilds/{guild_id}/scheduled-events/{event_id}"
	r.must(who, "POST", all, `{"name":"outside","privacy_level":2,"entity_type":3,"entity_metadata":{"location":"here"},
		"scheduled_start_time":"2099-01-01T00:00:00Z","scheduled_end_time":"2099-01-02T00:00:00Z"}`, "event_id")
	r.must(who, "GET", one+"?with_user_count=true", "", "")
	r.must(who, "GET", all+"?with_user_count=true", "", "")
	r.must(who, "GET", one+"/users?with_member=true", "", "")
	r.must(who, "GET", one+"/users/counts", "", "")
	r.must(who, "PATCH", one, `{"description":"d"}`, "")
	r.must(who, "DELETE", one, "", "")
	r.must(who, "POST", "/guilds/{guild_id}/channels", `{"name":"voice","type":2}`, "voice_id")
	r.must(who, "POST", all, `{"name":"inside","privacy_level":2,"entity_type":2,"channel_id":"{voice_id}","scheduled_start_time":"2099-01-01T00:00:00Z"}`, "event_id")
	r.must(who, "PATCH", one, `{"status":2}`, "")
	r.must(who, "DELETE", one, "", "")
	r.must(who, "PUT", "/channels/{voice_id}/voice-status", `{"status":"s"}`, "")
	r.must(who, "DELETE", "/channels/{voice_id}", "", "")
}

// webhooks makes one, and lets it speak by its token.
func (r *tour) webhooks(who as) {
	const byToken = "/webhooks/{webhook_id}/{webhook_token}"
	r.must(who, "POST", "/channels/{channel_id}/webhooks", `{"name":"hook"}`, "webhook_id")
	r.ids["webhook_token"], _ = r.answer["token"].(string)
	r.must(who, "GET", "/webhooks/{webhook_id}", "", "")
	r.must(who, "PATCH", "/webhooks/{webhook_id}", `{"name":"renamed"}`, "")
	r.must(who, "GET", "/channels/{channel_id}/webhooks", "", "")
	r.must(who, "GET", "/guilds/{guild_id}/webhooks", "", "")
	r.must(asNobody, "GET", byToken, "", "")
	r.must(asNobody, "PATCH", byToken, `{"name":"by token"}`, "")
	r.must(asNobody, "POST", byToken+"?wait=true", `{"content":"hooked","username":"else"}`, "message_id")
	r.must(asNobody, "POST", byToken, `{"content":"not waited for"}`, "")
	r.must(asNobody, "POST", byToken+"/slack?wait=true", `{"text":"from elsewhere"}`, "")
	r.must(asNobody, "GET", byToken+"/messages/{message_id}", "", "")
	r.must(asNobody, "PATCH", byToken+"/messages/{message_id}", `{"content":"edited"}`, "")
	r.must(asNobody, "DELETE", byToken+"/messages/{message_id}", "", "")
	if who == asBot {
		r.must(asNobody, "DELETE", byToken, "", "")
	} else {
		r.must(who, "DELETE", "/webhooks/{webhook_id}", "", "")
	}
}

// messages sends and keeps what messages can carry beside text, in a guild and in private.
func (r *tour) messages(who as) {
	const channel = "/channels/{channel_id}"
	r.must(who, "POST", channel+"/messages", `{"components":[{"type":1,"components":[{"type":2,"style":1,"label":"b","custom_id":"c"}]}]}`, "message_id")
	r.must(who, "GET", channel+"/messages", "", "")
	r.must(who, "POST", channel+"/messages", `{"content":"to be pinned"}`, "message_id")
	for _, pins := range []string{"/messages/pins", "/pins"} {
		r.must(who, "PUT", channel+pins+"/{message_id}", "", "")
		r.must(who, "GET", channel+pins, "", "")
		r.must(who, "DELETE", channel+pins+"/{message_id}", "", "")
	}
	if who == asBot {
		r.must(who, "POST", channel+"/messages", `{"content":"to be deleted"}`, "second_id")
		r.must(who, "POST", channel+"/messages/bulk-delete", `{"messages":["{message_id}","{second_id}"]}`, "")
	}
	r.must(who, "POST", "/users/@me/channels", `{"recipient_id":"{user_id}"}`, "private_id")
	r.must(who, "POST", "/channels/{private_id}/messages", `{"content":"in private"}`, "message_id")
	r.must(who, "GET", "/channels/{private_id}", "", "")
	r.must(who, "GET", "/channels/{private_id}/messages", "", "")
	r.must(who, "DELETE", "/channels/{private_id}", "", "")
}

// stages opens a stage and speaks about it; announcements are passed on.
func (r *tour) stages(who as) {
	r.must(who, "POST", "/guilds/{guild_id}/channels", `{"name":"stage","type":13}`, "stage_id")
	r.must(who, "POST", "/stage-instances", `{"channel_id":"{stage_id}","topic":"t"}`, "")
	r.must(who, "GET", "/stage-instances/{stage_id}", "", "")
	r.must(who, "PATCH", "/stage-instances/{stage_id}", `{"topic":"u"}`, "")
	r.must(who, "DELETE", "/stage-instances/{stage_id}", "", "")
	r.must(who, "DELETE", "/channels/{stage_id}", "", "")
	r.must(who, "POST", "/guilds/{guild_id}/channels", `{"name":"news","type":5}`, "news_id")
	r.must(who, "POST", "/channels/{news_id}/messages", `{"content":"news"}`, "message_id")
	r.must(who, "POST", "/channels/{news_id}/messages/{message_id}/crosspost", "", "")
	r.must(who, "DELETE", "/channels/{news_id}", "", "")
	if who == asBot {
		r.must(who, "GET", "/applications/{application_id}", "", "")
		r.must(who, "PATCH", "/applications/{application_id}", `{"description":"e"}`, "")
	}
}
