package guildhall

import "cmp"

// Commands and queries of webhooks. A webhook's id leads to its guild as a channel's does (TablePlaces), so that those
// by webhook name it as the command's channel.
const (
	CommandWebhookCreate        = "webhook.create"         // by channel; ModifyWebhook → Webhook
	CommandWebhookModify        = "webhook.modify"         // by webhook; ModifyWebhook → Webhook
	CommandWebhookDelete        = "webhook.delete"         // by webhook; – → –
	CommandWebhookExecute       = "webhook.execute"        // by channel; system only; ExecuteWebhook → message
	CommandWebhookMessageEdit   = "webhook.message.edit"   // by channel; system only; EditWebhookMessage → message
	CommandWebhookMessageDelete = "webhook.message.delete" // by channel; system only; EditWebhookMessage → –
	QueryWebhook                = "get.webhook"            // by webhook → Webhook
	QueryChannelWebhooks        = "get.webhooks.channel"   // by channel → []Webhook
	QueryGuildWebhooks          = "get.webhooks.guild"     // – → []Webhook
)

// WebhookIncoming is the type of webhook that writes for who knows its token.
// discord: resources/webhook#webhook-object-webhook-types
const WebhookIncoming = 1

// Webhook lets whoever knows its token write in a channel. The token is not part of it: see docs/decisions/.
// discord: resources/webhook#webhook-object
type Webhook struct {
	ID            Snowflake     `json:"id"`
	Type          int           `json:"type"`
	GuildID       GuildID       `json:"guild_id"`
	ChannelID     ChannelID     `json:"channel_id"`
	User          *User         `json:"user,omitempty"`
	Name          string        `json:"name"`
	Avatar        *string       `json:"avatar"`
	ApplicationID ApplicationID `json:"application_id"`
	// SourceGuild and SourceChannel are what a webhook of the other type brings messages of.
	SourceGuild   *WebhookSourceGuild `json:"source_guild,omitempty"`
	SourceChannel *WebhookSource      `json:"source_channel,omitempty"`
}

// ModifyWebhook makes a webhook, or changes the fields that are set.
type ModifyWebhook struct {
	Name      Optional[string]    `json:"name,omitzero"`
	Avatar    Optional[string]    `json:"avatar,omitzero"`
	ChannelID Optional[ChannelID] `json:"channel_id,omitzero"`
}

// ExecuteWebhook sends a message as a webhook, whose name and picture it may change for this once.
type ExecuteWebhook struct {
	WebhookID Snowflake `json:"webhook_id"`
	Username  string    `json:"username,omitempty"`
	// Avatar is the hash of a picture that the API has kept for the webhook.
	Avatar string `json:"avatar,omitempty"`
	// Thread makes the message a forum's new post.
	Thread *WebhookThread `json:"thread,omitempty"`
	CreateMessage
}

// WebhookThread is a post that a webhook begins.
type WebhookThread struct {
	Name        string      `json:"name"`
	AppliedTags []Snowflake `json:"applied_tags,omitempty"`
}

// EditWebhookMessage changes or, with the id alone, names one of a webhook's own messages.
type EditWebhookMessage struct {
	WebhookID Snowflake `json:"webhook_id"`
	EditMessage
}

// WebhookRow holds one webhook.
func WebhookRow(w *Webhook) Row {
	return stateRow(GuildObject(w.GuildID), stateWebhook, w.ID.Key(), w)
}

// Webhook gives one webhook, or nil.
func (v GuildView) Webhook(id Snowflake) *Webhook {
	w, _ := v.s.webhooks.Get(id, v.staged)
	return w
}

// Webhooks gives the webhooks by id.
func (v GuildView) Webhooks() []*Webhook {
	return sorted(v.s.webhooks.All(v.staged), func(a, b *Webhook) int { return cmp.Compare(a.ID, b.ID) })
}
