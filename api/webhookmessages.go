package api

import (
	"context"

	"guildhall"
	"guildhall/store"
)

// inWebhook is the request as if it were to the webhook's channel, or the thread that it names.
func (a *API) inWebhook(ctx context.Context, r *request) (*request, error) {
	w, err := a.webhookOf(ctx, r)
	if err != nil {
		return nil, err
	}
	q := r.query()
	thread := q.id("thread_id")
	if err := q.err(); err != nil {
		return nil, err
	}
	in := *r
	in.ids = map[string]guildhall.Snowflake{
		"webhook_id": w.ID, "message_id": r.ids["message_id"], "channel_id": thread.Or(guildhall.Snowflake(w.ChannelID)),
	}
	// It reads nothing but its own.
	in.who.Intents = guildhall.IntentsAll
	return &in, nil
}

// discord: resources/webhook#execute-webhook
func (a *API) executeWebhook(ctx context.Context, r *request) (any, error) {
	in, err := a.inWebhook(ctx, r)
	if err != nil {
		return nil, err
	}
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	e := guildhall.ExecuteWebhook{WebhookID: r.webhook(), Username: f.text("username", 0, webhookNameMax).Value}
	q := r.query()
	wait := q.boolean("wait").Value
	if err := q.err(); err != nil {
		return nil, err
	}
	f.refuse("thread_name", "applied_tags", "message_reference")
	if e.CreateMessage, _, err = a.newMessage(in, f); err != nil {
		return nil, err
	}
	body, err := a.messageCommand(ctx, in, in.onChannel(guildhall.CommandWebhookExecute, e))
	if err != nil || wait {
		return a.readable(in, body, err)
	}
	return nil, nil
}

// getWebhookMessage reads one of the webhook's own messages.
func (a *API) getWebhookMessage(ctx context.Context, r *request) (any, error) {
	in, err := a.inWebhook(ctx, r)
	if err != nil {
		return nil, err
	}
	row, v, err := a.messageRow(ctx, in)
	if err != nil {
		return nil, err
	}
	messages, err := a.showMessages(ctx, in, v, []store.Stored{row})
	if err != nil {
		return nil, err
	}
	if messages[0].WebhookID != r.webhook() {
		return nil, guildhall.ErrUnknownMessage
	}
	return messages[0], nil
}

func (a *API) updateWebhookMessage(ctx context.Context, r *request) (any, error) {
	in, err := a.inWebhook(ctx, r)
	if err != nil {
		return nil, err
	}
	e := guildhall.EditWebhookMessage{WebhookID: r.webhook()}
	if e.EditMessage, err = a.editedMessage(in); err != nil {
		return nil, err
	}
	body, err := a.messageCommand(ctx, in, in.onChannel(guildhall.CommandWebhookMessageEdit, e))
	return a.readable(in, body, err)
}

func (a *API) deleteWebhookMessage(ctx context.Context, r *request) (any, error) {
	in, err := a.inWebhook(ctx, r)
	if err != nil {
		return nil, err
	}
	e := guildhall.EditWebhookMessage{WebhookID: r.webhook()}
	e.ID = r.message()
	return a.silently(ctx, in.onChannel(guildhall.CommandWebhookMessageDelete, e))
}
