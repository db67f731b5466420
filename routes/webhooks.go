package routes

import (
	"time"
)

func webhookRoutes() []Route {
	const (
		webhook = "webhook_id"
		one     = "/webhooks/{webhook_id}"
		token   = one + "/{webhook_token}"
		message = token + "/messages/{message_id}"
	)
	// The token in the path is all that is asked for.
	execute := func(r Route) Route {
		return r.auth(Nobody).rank(Sending).limit("webhook-execute", 5, 2*time.Second).each(webhook)
	}
	manage := func(r Route) Route { return r.limit("webhook", 10, 10*time.Second).each(webhook) }
	return []Route{
		get("list_channel_webhooks", "/channels/{channel_id}/webhooks").limit("webhook-list", 10, 10*time.Second).each(channel),
		change("create_webhook", post, "/channels/{channel_id}/webhooks").image().
			limit("webhook-create", 10, 10*time.Second).each(channel),
		get("get_guild_webhooks", "/guilds/{guild_id}/webhooks").limit("webhook-guild", 10, 10*time.Second).each(guild),
		manage(get("get_webhook", one)),
		manage(change("update_webhook", patch, one).image()),
		manage(change("delete_webhook", remove, one)),
		manage(get("get_webhook_by_token", token)).auth(Nobody),
		manage(change("update_webhook_by_token", patch, token).image()).auth(Nobody),
		manage(change("delete_webhook_by_token", remove, token)).auth(Nobody),
		execute(change("execute_webhook", post, token).body(Multipart, filesBytes)),
		execute(change("execute_slack_compatible_webhook", post, token+"/slack").json()),
		execute(change("execute_github_compatible_webhook", post, token+"/github").json()),
		execute(get("get_webhook_message", message).cost(Moderate)),
		execute(change("update_webhook_message", patch, message).body(Multipart, filesBytes)),
		execute(change("delete_webhook_message", remove, message)),
	}
}
