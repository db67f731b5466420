package api

import (
	"context"
	"encoding/json"

	"guildhall"
)

const reactorsDefault = 25

// reactionCommand makes a command about the message and emoji in the path.
func (a *API) reactionCommand(ctx context.Context, r *request, name string, user guildhall.UserID) (any, error) {
	e, err := parseEmoji(r.params["emoji_name"])
	if err != nil {
		return nil, err
	}
	ref := guildhall.ReactionRef{MessageID: r.message(), Emoji: e, UserID: user}
	return a.silently(ctx, r.onChannel(name, ref))
}

// addMyMessageReaction also asks of a custom emoji what it is: it may belong to another guild than the message.
func (a *API) addMyMessageReaction(ctx context.Context, r *request) (any, error) {
	e, err := parseEmoji(r.params["emoji_name"])
	if err != nil {
		return nil, err
	}
	ref := guildhall.ReactionRef{MessageID: r.message(), Emoji: e}
	if e.ID != 0 {
		if ref.Emoji, ref.Usable, err = a.usable(ctx, r, e); err != nil {
			return nil, err
		}
	}
	return a.silently(ctx, r.onChannel(guildhall.CommandReactionPut, ref))
}

func (a *API) deleteMyMessageReaction(ctx context.Context, r *request) (any, error) {
	return a.reactionCommand(ctx, r, guildhall.CommandReactionDelete, 0)
}

func (a *API) deleteUserMessageReaction(ctx context.Context, r *request) (any, error) {
	return a.reactionCommand(ctx, r, guildhall.CommandReactionDelete, r.user())
}

func (a *API) deleteAllMessageReactionsByEmoji(ctx context.Context, r *request) (any, error) {
	return a.reactionCommand(ctx, r, guildhall.CommandReactionClearEmoji, 0)
}

func (a *API) deleteAllMessageReactions(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onChannel(guildhall.CommandReactionClear, guildhall.ReactionRef{MessageID: r.message()}))
}

// listMessageReactionsByEmoji pages through the users who reacted, by id. One library pages until a page is empty.
// discord: resources/message#get-reactions
func (a *API) listMessageReactionsByEmoji(ctx context.Context, r *request) (any, error) {
	q := r.query()
	limit := q.integer("limit", 1, pageMax).Or(reactorsDefault)
	after := q.cursor("after")
	burst := q.choice("type", 0, 1).Value == 1
	if err := q.err(); err != nil {
		return nil, err
	}
	e, err := parseEmoji(r.params["emoji_name"])
	if err != nil {
		return nil, err
	}
	row, _, err := a.messageRow(ctx, r)
	if err != nil {
		return nil, err
	}
	m, err := guildhall.DecodeMessage(row.Value)
	if err != nil {
		return nil, err
	}
	users := []json.RawMessage{}
	for _, reaction := range m.Reactions {
		if burst || !sameEmoji(reaction.Emoji, e) {
			continue // there are no super reactions here
		}
		s := span{
			table: guildhall.TableReactions, part: guildhall.ReactionPart(m.ID, reaction.Generation), limit: limit,
		}
		if after.Set {
			s.after = after.Value.Key()
		}
		pages, v, err := a.pages(ctx, r, s)
		if err != nil {
			return nil, err
		}
		if !v.history {
			return nil, guildhall.ErrMissingAccess
		}
		for _, row := range pages[0] {
			users = append(users, row.Value)
		}
	}
	return users, nil
}
