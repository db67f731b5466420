package routes

import "time"

func privateRoutes() []Route {
	const recipient = "/channels/{channel_id}/recipients/{user_id}"
	return []Route{
		change("create_dm", post, "/users/@me/channels").json().limit("dm-create", 10, 10*time.Second),
		// One question to each channel's owner.
		get("list_my_private_channels", "/users/@me/channels").from(People).auth(Person).cost(Expensive).limit("dm-list", 10, 10*time.Second),
		change("add_group_dm_user", put, recipient).auth(Person).limit("recipient", 10, 10*time.Second).each(channel),
		change("delete_group_dm_user", remove, recipient).auth(Person).limit("recipient", 10, 10*time.Second).each(channel),
	}
}
