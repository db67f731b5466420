package routes

import "time"

// eventRoutes are about what is planned, and what goes on on stages.
func eventRoutes() []Route {
	const (
		events = "/guilds/{guild_id}/scheduled-events"
		one    = events + "/{guild_scheduled_event_id}"
		stage  = "/stage-instances/{channel_id}"
	)
	list := func(r Route) Route { return r.limit("event-list", 10, 10*time.Second).each(guild) }
	modify := func(r Route) Route {
		return r.image().cost(Expensive).limit("event-modify", 10, 10*time.Second).each(guild)
	}
	interest := func(r Route) Route {
		return r.from(People).auth(Person).limit("event-interest", 10, 10*time.Second).each(guild)
	}
	stages := func(r Route) Route { return r.limit("stage", 10, 10*time.Second).each(channel) }
	return []Route{
		list(get("list_guild_scheduled_events", events)),
		modify(change("create_guild_scheduled_event", post, events)),
		list(get("get_guild_scheduled_event", one)),
		modify(change("update_guild_scheduled_event", patch, one)),
		change("delete_guild_scheduled_event", remove, one).limit("event-delete", 10, 10*time.Second).each(guild),
		list(get("list_guild_scheduled_event_users", one+"/users")),
		list(get("count_guild_scheduled_event_users", one+"/users/counts")),
		interest(change("guild_scheduled_event_join", put, one+"/users/@me").maybe()),
		interest(change("guild_scheduled_event_leave", remove, one+"/users/@me")),

		change("create_stage_instance", post, "/stage-instances").json().limit("stage-create", 10, 10*time.Second),
		stages(get("get_stage_instance", stage)),
		stages(change("update_stage_instance", patch, stage).json()),
		stages(change("delete_stage_instance", remove, stage)),
	}
}
