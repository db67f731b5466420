package guilds

// pure core

import (
	"encoding/json"
	"fmt"

	"guildhall"
)

// asWebhook is the request with the webhook as its actor: it writes in its channel, and in that channel's threads, with
// all permissions there, as an author that is no member. The API has checked the token.
func (g *guild) asWebhook(r *request, id guildhall.Snowflake) (*request, error) {
	if !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	w := r.view.Webhook(id)
	if w == nil {
		return nil, guildhall.ErrUnknownWebhook
	}
	if r.cmd.Channel != w.ChannelID {
		if t := r.view.Thread(r.cmd.Channel); t == nil || t.ParentID != w.ChannelID {
			return nil, guildhall.ErrUnknownChannel
		}
	}
	as := *r
	as.actor, as.webhook, as.application = guildhall.UserID(w.ID), w.ID, w.ApplicationID
	as.disguise = &guildhall.Member{User: guildhall.User{
		ID: guildhall.UserID(w.ID), Username: w.Name, Avatar: w.Avatar, Bot: true, Discriminator: webhookDiscriminator,
	}}
	return &as, nil
}

// executeWebhook sends a message as the webhook.
// discord: resources/webhook#execute-webhook
func (g *guild) executeWebhook(r *request, f guildhall.ExecuteWebhook) (*draft, error) {
	as, err := g.asWebhook(r, f.WebhookID)
	if err != nil {
		return nil, err
	}
	if f.Username != "" {
		if err := checkWebhookName(f.Username); err != nil {
			return nil, err
		}
		as.disguise.User.Username = f.Username
	}
	if f.Avatar != "" {
		as.disguise.User.Avatar = &f.Avatar
	}
	c := r.view.Channel(r.cmd.Channel)
	if f.Thread == nil {
		if c != nil && c.Type.IsForum() {
			return nil, errWebhookNeedsThread
		}
		return g.createMessage(as, f.CreateMessage)
	}
	switch {
	case c == nil:
		return nil, errWebhookTwoThreads
	case !c.Type.IsForum():
		return nil, errWebhookThread
	}
	d, err := g.createThread(as, guildhall.CreateThread{
		Name: f.Thread.Name, AppliedTags: f.Thread.AppliedTags, Message: &f.CreateMessage,
	})
	if err != nil {
		return nil, err
	}
	// It is answered with the message, not with the post.
	var made struct {
		Message json.RawMessage `json:"message"`
	}
	if err := json.Unmarshal(d.reply, &made); err != nil {
		return nil, fmt.Errorf("post of webhook %s: %w", f.WebhookID, err)
	}
	d.reply = made.Message
	return d, nil
}

// What a webhook is told that takes a forum for a text channel, or the other way round.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errWebhookNeedsThread = &guildhall.Error{
		Status: 400, Code: 220001, Message: "Webhooks posted to forum channels must have a thread_name or thread_id",
	}
	errWebhookTwoThreads = &guildhall.Error{
		Status: 400, Code: 220002, Message: "Webhooks posted to forum channels cannot have both a thread_name and thread_id",
	}
	errWebhookThread = &guildhall.Error{
		Status: 400, Code: 220003, Message: "Webhooks can only create threads in forum channels",
	}
)

// editWebhookMessage changes one of the webhook's own messages.
// discord: resources/webhook#edit-webhook-message
func (g *guild) editWebhookMessage(r *request, f guildhall.EditWebhookMessage) (*draft, error) {
	as, err := g.ofWebhook(r, f)
	if err != nil {
		return nil, err
	}
	return g.editMessage(as, f.EditMessage)
}

// discord: resources/webhook#delete-webhook-message
func (g *guild) deleteWebhookMessage(r *request, f guildhall.EditWebhookMessage) (*draft, error) {
	as, err := g.ofWebhook(r, f)
	if err != nil {
		return nil, err
	}
	return g.deleteMessage(as, guildhall.MessageRef{ID: f.ID})
}

// ofWebhook refuses messages that are not the webhook's: to its token they don't exist.
func (g *guild) ofWebhook(r *request, f guildhall.EditWebhookMessage) (*request, error) {
	as, err := g.asWebhook(r, f.WebhookID)
	if err != nil {
		return nil, err
	}
	m, err := g.message(as, f.ID)
	if err != nil {
		return nil, err
	}
	if m.WebhookID != f.WebhookID {
		return nil, guildhall.ErrUnknownMessage
	}
	return as, nil
}
