package routes

import "time"

func emojiRoutes() []Route {
	var all []Route
	for _, of := range []struct{ name, names, path, resource string }{
		{"guild_emoji", "guild_emojis", "/guilds/{guild_id}/emojis", guild},
		{"application_emoji", "application_emojis", "/applications/{application_id}/emojis", ""},
	} {
		one := of.path + "/{emoji_id}"
		read := func(r Route) Route { return r.limit(of.name, 10, 10*time.Second).each(of.resource) }
		// Pictures are decoded once as they come.
		write := func(r Route) Route { return r.limit(of.name+"-write", 10, 10*time.Second).each(of.resource) }
		all = append(all,
			read(get("list_"+of.names, of.path)), read(get("get_"+of.name, one)),
			write(change("create_"+of.name, post, of.path).image().cost(Expensive)),
			write(change("update_"+of.name, patch, one).json()), write(change("delete_"+of.name, remove, one)),
		)
	}
	return all
}
