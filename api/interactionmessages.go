package api

import (
	"context"
	"encoding/json"
	"strings"

	"guildhall"
)

// interactionTokenParam is the path parameter that holds an interaction's token in its callback.
const interactionTokenParam = "interaction_token"

// ofInteraction tells whether a webhook's path holds an interaction's token: follow-ups go the way of webhooks.
// discord: interactions/receiving-and-responding#followup-messages
func (r *request) ofInteraction() bool {
	return strings.HasPrefix(r.params[tokenParam], interactionPrefix)
}

// knowInteraction opens the interaction's token in the path, if there is one.
func (a *API) knowInteraction(r *request) bool {
	token, callback := r.params[interactionTokenParam]
	if !callback {
		token = r.params[tokenParam]
	}
	if !callback && !r.ofInteraction() {
		return false
	}
	ref, ok := a.keys.open(token)
	named := ok && callback && ref.ID == r.ids["interaction_id"] || ok && !callback && guildhall.Snowflake(ref.Application) == r.webhook()
	if named && !ref.Over(a.now(), guildhall.InteractionLife) {
		r.interaction = ref
	}
	return true
}

// admitInteraction refuses tokens that are over, or were never given.
func (r *request) admitInteraction() error {
	_, callback := r.params[interactionTokenParam]
	switch {
	case r.interaction != nil:
		return nil
	case callback:
		return errUnknownInteraction
	case r.ofInteraction():
		return errWebhookToken
	}
	return nil
}

// orInteraction leads requests with an interaction's token to what follows interactions, all others to webhooks.
func (a *API) orInteraction(
	follow func(context.Context, *request, *guildhall.InteractionRef) (any, error), webhook handler,
) handler {
	return func(ctx context.Context, r *request) (any, error) {
		if ref := r.interaction; ref != nil {
			return follow(ctx, r.inInteraction(ref), ref)
		}
		return webhook(ctx, r)
	}
}

// originalOnly is for the paths that name the original message, which webhooks don't have.
func (a *API) originalOnly(follow func(context.Context, *request, *guildhall.InteractionRef) (any, error)) handler {
	return a.orInteraction(follow, func(context.Context, *request) (any, error) { return nil, guildhall.ErrUnknownMessage })
}

// discord: interactions/receiving-and-responding#create-followup-message
func (a *API) followInteraction(ctx context.Context, r *request, ref *guildhall.InteractionRef) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	answer := guildhall.AnswerInteraction{Ref: *ref}
	if answer.Message, err = a.answerMessage(r, f); err != nil {
		return nil, err
	}
	return a.shownAnswer(r, systemOnChannel(ref, guildhall.CommandInteractionFollow, answer), a.commander(ctx))
}

func (a *API) getInteractionMessage(ctx context.Context, r *request, ref *guildhall.InteractionRef) (any, error) {
	e := guildhall.EditInteraction{Ref: *ref}
	e.ID = r.message()
	return a.shownAnswer(r, systemOnChannel(ref, guildhall.QueryInteractionMessage, e), func(cmd *guildhall.Command) (any, error) {
		return a.query(ctx, cmd)
	})
}

func (a *API) updateInteractionMessage(ctx context.Context, r *request, ref *guildhall.InteractionRef) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	e := guildhall.EditInteraction{Ref: *ref}
	if e.EditMessage, err = a.answerEdit(r, f); err != nil {
		return nil, err
	}
	e.ID = r.message()
	return a.shownAnswer(r, systemOnChannel(ref, guildhall.CommandInteractionEdit, e), a.commander(ctx))
}

func (a *API) deleteInteractionMessage(ctx context.Context, r *request, ref *guildhall.InteractionRef) (any, error) {
	e := guildhall.EditInteraction{Ref: *ref}
	e.ID = r.message()
	return a.silently(ctx, systemOnChannel(ref, guildhall.CommandInteractionDelete, e))
}

func (a *API) commander(ctx context.Context) func(*guildhall.Command) (any, error) {
	return func(cmd *guildhall.Command) (any, error) { return a.command(ctx, cmd) }
}

// shownAnswer gives a message as its application sees it, with links that are good from now on.
func (a *API) shownAnswer(r *request, cmd *guildhall.Command, do func(*guildhall.Command) (any, error)) (any, error) {
	body, err := do(cmd)
	m, err := decoded[*guildhall.Message](body, err)
	if err != nil {
		return nil, err
	}
	if cmd.Name != guildhall.QueryInteractionMessage {
		a.unfurl(r.http, body)
	}
	return a.linkMessage(r.http, m), nil
}

// orNull makes no answer at all one that can be decoded.
func orNull(body any) any {
	if b, ok := body.(json.RawMessage); !ok || len(b) == 0 {
		return json.RawMessage("null")
	}
	return body
}
