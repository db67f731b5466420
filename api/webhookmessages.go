package api

import (
	"context"
	"encoding/json"
	"slices"

	"guildhall"
	"guildhall/store"
)

// inWebhook is the request as if it were to the webhook's channel, or the thread that it names.
func (a *API) inWebhook(ctx context.Context, r *request) (*request, *guildhall.Webhook, error) {
	w, err := a.webhookOf(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	q := r.query()
	thread := q.id("thread_id")
	if err := q.err(); err != nil {
		return nil, nil, err
	}
	in := *r
	in.ids = map[string]guildhall.Snowflake{
		"webhook_id": w.ID, "message_id": r.ids["message_id"], "channel_id": thread.Or(guildhall.Snowflake(w.ChannelID)),
	}
	// It reads nothing but its own.
	in.who.Intents = guildhall.IntentsAll
	return &in, &w, nil
}

// discord: resources/webhook#execute-webhook
func (a *API) executeWebhook(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	body, err := a.sendAsWebhook(ctx, r, f)
	if q := r.query(); err != nil || q.boolean("wait").Value {
		return body, err
	}
	return nil, nil
}

// sendAsWebhook sends what the form says.
func (a *API) sendAsWebhook(ctx context.Context, r *request, f *form) (any, error) {
	in, w, err := a.inWebhook(ctx, r)
	if err != nil {
		return nil, err
	}
	q := r.query()
	q.boolean("wait")
	respected := q.boolean("with_components").Value
	if err := q.err(); err != nil {
		return nil, err
	}
	e := guildhall.ExecuteWebhook{WebhookID: w.ID, Username: f.text("username", 1, webhookNameMax).Value}
	picture := f.url("avatar_url")
	if f.has("thread_name") {
		e.Thread = &guildhall.WebhookThread{Name: f.text("thread_name", 1, threadNameMax).Value}
		e.Thread.AppliedTags = f.ids("applied_tags", guildhall.LimitAppliedTags.Max()).Value
	}
	f.refuse("message_reference")
	if e.CreateMessage, _, err = a.newMessage(in, f); err != nil {
		return nil, err
	}
	if e.Components, err = webhookComponents(w, e.Components, respected); err != nil {
		return nil, err
	}
	if isEmpty(&e.CreateMessage) {
		return nil, guildhall.ErrEmptyMessage
	}
	if picture != "" {
		e.Avatar = a.pictures.get(ctx, a.images, w.ID, picture)
	}
	body, err := a.messageCommand(ctx, in, in.onChannel(guildhall.CommandWebhookExecute, e))
	a.unfurl(r.http, body)
	return a.readable(in, body, err)
}

// isEmpty tells whether a message holds nothing to be sent.
func isEmpty(m *guildhall.CreateMessage) bool {
	return m.Content == "" && len(m.Embeds) == 0 && len(m.Components) == 0 && len(m.Attachments) == 0 && m.Poll == nil &&
		(m.Reference == nil || m.Reference.Type != guildhall.MessageForward)
}

// webhookComponents are those of a message that the webhook may send: an application's own all, since somebody answers to
// them; another only such as nobody has to answer to, and only on demand.
// discord: resources/webhook#execute-webhook-query-string-params
func webhookComponents(w *guildhall.Webhook, all []json.RawMessage, respected bool) ([]json.RawMessage, error) {
	if w.ApplicationID != 0 {
		return all, nil
	}
	if !respected {
		return nil, nil
	}
	for _, raw := range all {
		if interactive(raw) {
			return nil, guildhall.BadField("WEBHOOK_COMPONENTS_NOT_ALLOWED",
				"Only webhooks owned by an application may send interactive components.", "components")
		}
	}
	return all, nil
}

// interactive tells whether a component, or one in it, asks for somebody who answers: a select, or a button that is no
// link.
// discord: components/reference#component-object-component-types
func interactive(raw json.RawMessage) bool {
	var c struct {
		Type       int               `json:"type"`
		Style      int               `json:"style"`
		Components []json.RawMessage `json:"components"`
		Accessory  json.RawMessage   `json:"accessory"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return true
	}
	const button, link = 2, 5
	selects := []int{3, 5, 6, 7, 8}
	return c.Type == button && c.Style != link || slices.Contains(selects, c.Type) ||
		slices.ContainsFunc(c.Components, interactive) || c.Accessory != nil && interactive(c.Accessory)
}

// getWebhookMessage reads one of the webhook's own messages.
func (a *API) getWebhookMessage(ctx context.Context, r *request) (any, error) {
	in, w, err := a.inWebhook(ctx, r)
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
	if messages[0].WebhookID != w.ID {
		return nil, guildhall.ErrUnknownMessage
	}
	return messages[0], nil
}

func (a *API) updateWebhookMessage(ctx context.Context, r *request) (any, error) {
	in, w, err := a.inWebhook(ctx, r)
	if err != nil {
		return nil, err
	}
	e := guildhall.EditWebhookMessage{WebhookID: w.ID}
	if e.EditMessage, err = a.editedMessage(in); err != nil {
		return nil, err
	}
	if e.Components.Set {
		respected := r.query().boolean("with_components").Value
		if e.Components.Value, err = webhookComponents(w, e.Components.Value, respected); err != nil {
			return nil, err
		}
	}
	body, err := a.messageCommand(ctx, in, in.onChannel(guildhall.CommandWebhookMessageEdit, e))
	a.unfurl(r.http, body)
	return a.readable(in, body, err)
}

func (a *API) deleteWebhookMessage(ctx context.Context, r *request) (any, error) {
	in, w, err := a.inWebhook(ctx, r)
	if err != nil {
		return nil, err
	}
	e := guildhall.EditWebhookMessage{WebhookID: w.ID}
	e.ID = r.message()
	return a.silently(ctx, in.onChannel(guildhall.CommandWebhookMessageDelete, e))
}
