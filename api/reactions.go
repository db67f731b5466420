package api

import (
	"context"
	"encoding/json"
	"errors"

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
	if ref.Burst, err = r.burst(); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onChannel(name, ref))
}

// burst tells whether a reaction is a super one, which are people's.
// docs/reference/people-api.md
func (r *request) burst() (bool, error) {
	q := r.query()
	burst := q.choice("type", 0, 1).Value == 1
	if burst && r.who.Bot {
		return false, guildhall.ErrPeopleOnly
	}
	return burst, q.err()
}

// addMyMessageReaction also asks of a custom emoji what it is: it may belong to another guild than the message.
func (a *API) addMyMessageReaction(ctx context.Context, r *request) (any, error) {
	e, err := parseEmoji(r.params["emoji_name"])
	if err != nil {
		return nil, err
	}
	ref := guildhall.ReactionRef{MessageID: r.message(), Emoji: e}
	if ref.Burst, err = r.burst(); err != nil {
		return nil, err
	}
	if e.ID != 0 {
		if ref.Emoji, ref.Usable, err = a.usable(ctx, r, e); err != nil {
			return nil, err
		}
	}
	body, err := a.reachSilently(ctx, r, r.onChannel(guildhall.CommandReactionPut, ref))
	if errors.Is(err, guildhall.ErrCannotSendToUser) {
		err = guildhall.ErrReactionBlocked.Because(err)
	}
	return body, err
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
		if !sameEmoji(reaction.Emoji, e) {
			continue
		}
		s := span{table: guildhall.TableReactions, part: reaction.Key(m.ID, 0, burst).Part, limit: limit}
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
			gone, err := a.deletedUser(ctx, guildhall.UserID(guildhall.IDFromKey[struct{}](row.Sort)))
			if err != nil {
				return nil, err
			}
			if gone != nil {
				row.Value = mustJSON(gone)
			}
			users = append(users, row.Value)
		}
	}
	return users, nil
}
