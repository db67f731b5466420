package routes

import "time"

func interactionRoutes() []Route {
	const (
		global  = "/applications/{application_id}/commands"
		inGuild = "/applications/{application_id}/guilds/{guild_id}/commands"
		one     = "/{command_id}"

		original = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
	)
	// The token in the path is all that is asked for, as with webhooks, whose limit these share.
	follow := func(r Route) Route {
		return r.auth(Nobody).rank(Sending).limit("webhook-execute", 5, 2*time.Second).each("webhook_id")
	}
	manage := func(r Route) Route { return r.auth(Bot).limit("app-commands", 20, 5*time.Second) }
	return []Route{
		manage(get("list_application_commands", global)),
		manage(change("create_application_command", post, global).json()),
		manage(change("bulk_set_application_commands", put, global).json()),
		manage(get("get_application_command", global+one)),
		manage(change("update_application_command", patch, global+one).json()),
		manage(change("delete_application_command", remove, global+one)),
		manage(get("list_guild_application_commands", inGuild)),
		manage(change("create_guild_application_command", post, inGuild).json()),
		manage(change("bulk_set_guild_application_commands", put, inGuild).json()),
		manage(get("get_guild_application_command", inGuild+one)),
		manage(change("update_guild_application_command", patch, inGuild+one).json()),
		manage(change("delete_guild_application_command", remove, inGuild+one)),
		get("list_guild_application_command_permissions", inGuild+"/permissions").
			limit("app-command-permissions", 10, 10*time.Second).each(guild),
		get("get_guild_application_command_permissions", inGuild+one+"/permissions").
			limit("app-command-permissions", 10, 10*time.Second).each(guild),
		change("set_guild_application_command_permissions", put, inGuild+one+"/permissions").auth(Person).scope("applications.commands.permissions.update").json().
			limit("app-command-permissions", 10, 10*time.Second).each(guild),
		get("list_channel_application_commands", "/channels/{channel_id}/application-command-index").from(People).auth(Person).
			cost(Moderate).limit("app-command-index", 10, 10*time.Second).each(channel),
		// It asks some owners, and may end with a call to an address outside.
		change("create_interaction", post, "/interactions").from(People).auth(Person).body(Multipart, filesBytes).
			cost(Expensive).rank(Sending).limit("interaction", 10, 5*time.Second),
		change("create_interaction_response", post, "/interactions/{interaction_id}/{interaction_token}/callback").
			auth(Nobody).body(Multipart, filesBytes).rank(Sending),
		follow(get("get_original_webhook_message", original).cost(Moderate)),
		follow(change("update_original_webhook_message", patch, original).body(Multipart, filesBytes)),
		follow(change("delete_original_webhook_message", remove, original)),
	}
}
