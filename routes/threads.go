package routes

import "time"

func threadRoutes() []Route {
	const (
		all      = "/channels/{channel_id}/threads"
		member   = "/channels/{channel_id}/thread-members"
		user     = member + "/{user_id}"
		archived = all + "/archived/"
	)
	create := func(r Route) Route { return r.limit("thread-create", 10, 10*time.Second).each(channel) }
	join := func(r Route) Route { return r.limit("thread-member", 10, 10*time.Second).each(channel) }
	list := func(r Route) Route { return r.cost(Moderate).limit("thread-list", 10, 10*time.Second).each(channel) }
	return []Route{
		create(change("create_thread", post, all).body(Multipart, filesBytes)),
		create(change("create_thread_from_message", post, "/channels/{channel_id}/messages/{message_id}/threads").json()),
		join(change("join_thread", put, member+"/@me")),
		join(change("leave_thread", remove, member+"/@me")),
		join(change("add_thread_member", put, user)),
		join(change("delete_thread_member", remove, user)),
		list(get("get_thread_member", user)),
		list(get("list_thread_members", member)),
		list(get("list_public_archived_threads", archived+"public")),
		list(get("thread_search", all+"/search")),
		list(get("list_private_archived_threads", archived+"private")),
		list(get("list_my_private_archived_threads", "/channels/{channel_id}/users/@me/threads/archived/private")),
		get("get_active_guild_threads", "/guilds/{guild_id}/threads/active").cost(Moderate).
			limit("thread-active", 10, 10*time.Second).each(guild),
	}
}
