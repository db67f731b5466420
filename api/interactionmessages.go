package api

import (
	"context"
	"encoding/json"
	"strings"

	"guildhall"
)

// tokenOfInteraction opens the token in a webhook's path, if it is an interaction's: follow-ups go the way of webhooks.
// discord: interactions/receiving-and-responding#followup-messages
func (a *API) tokenOfInteraction(r *request) (ref *guildhall.InteractionRef, is bool, err error) {
	token := r.params["webhook_token"]
	if !strings.HasPrefix(token, interactionPrefix) {
		return nil, false, nil
	}
	ref, ok := a.keys.open(token)
	if !ok || guildhall.Snowflake(ref.Application) != r.webhook() || ref.Over(a.now(), guildhall.InteractionLife) {
		return nil, true, errWebhookToken
	}
	return ref, true, nil
}

// orInteraction leads requests with an interaction's token to what follows interactions, all others to webhooks.
func (a *API) orInteraction(
	follow func(context.Context, *request, *guildhall.InteractionRef) (any, error), webhook handler,
) handler {
	return func(ctx context.Context, r *request) (any, error) {
		ref, is, err := a.tokenOfInteraction(r)
		switch {
		case err != nil:
			return nil, err
		case is:
			return follow(ctx, r.inInteraction(ref), ref)
		}
		return webhook(ctx, r)
	}
}

// originalOnly is for the paths that name the original message, which webhooks don't have.
func (a *API) originalOnly(follow func(context.Context, *request, *guildhall.InteractionRef) (any, error)) handler {
	return a.orInteraction(follow, func(ctx context.Context, r *request) (any, error) {
		if err := a.byToken(r); err != nil {
			return nil, err
		}
		return nil, guildhall.ErrUnknownMessage
	})
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
	m, err := decoded[*guildhall.Message](do(cmd))
	if err != nil {
		return nil, err
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
