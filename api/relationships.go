package api

import (
	"context"
	"errors"
	"net/http"

	"guildhall"
)

// noteMax is in characters.
const noteMax = 256

var errNoSuchUser = &guildhall.Error{Status: http.StatusBadRequest, Code: 80004, Message: "No users with DiscordTag exist"}

func (a *API) listMyRelationships(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onSelf(guildhall.QueryRelationships, nil))
}

// createMyRelationship asks a person to be a friend by user name.
func (a *API) createMyRelationship(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("username")
	name := f.text("username", 1, usernameMax).Value
	if err := f.err(); err != nil {
		return nil, err
	}
	id, err := a.operator.FindUser(ctx, name)
	if errors.Is(err, guildhall.ErrUnknownUser) {
		return nil, errNoSuchUser
	}
	if err != nil {
		return nil, err
	}
	return a.relate(ctx, r, id, guildhall.RelationshipFriend)
}

// putMyRelationship asks, accepts or blocks by id.
func (a *API) putMyRelationship(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	kind := f.choice("type", int(guildhall.RelationshipFriend), int(guildhall.RelationshipBlocked))
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.relate(ctx, r, r.user(), guildhall.RelationshipType(kind.Or(int(guildhall.RelationshipFriend))))
}

func (a *API) relate(ctx context.Context, r *request, id guildhall.UserID, kind guildhall.RelationshipType) (any, error) {
	other, err := a.operator.User(ctx, id)
	if err != nil {
		return nil, err
	}
	if kind == guildhall.RelationshipFriend {
		// The other one's side has the last word, but says nothing: what it drops stays a request that is never answered.
		cmd := newCommand(guildhall.QueryRequestable, r.who.User)
		cmd.Object = guildhall.UserObject(id)
		room, err := ask[bool](ctx, a.deps.Owners, cmd)
		if err != nil {
			return nil, err
		}
		if !room {
			return nil, a.cfg.ObjectLimits.Exceeded(guildhall.LimitFriendRequests)
		}
	}
	return a.silently(ctx, r.onSelf(guildhall.CommandRelationshipPut, guildhall.Relationship{Type: kind, User: other}))
}

func (a *API) deleteMyRelationship(ctx context.Context, r *request) (any, error) {
	end := guildhall.Relationship{User: guildhall.User{ID: r.user()}}
	return a.silently(ctx, r.onSelf(guildhall.CommandRelationshipDelete, end))
}

func (a *API) listMyNotes(ctx context.Context, r *request) (any, error) {
	notes, err := ask[[]guildhall.Note](ctx, a.deps.Owners, r.onSelf(guildhall.QueryNotes, nil))
	if err != nil {
		return nil, err
	}
	shown := make(map[guildhall.UserID]string, len(notes))
	for _, n := range notes {
		shown[n.UserID] = n.Text
	}
	return shown, nil
}

func (a *API) getMyNote(ctx context.Context, r *request) (any, error) {
	notes, err := ask[[]guildhall.Note](ctx, a.deps.Owners, r.onSelf(guildhall.QueryNotes, nil))
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		if n.UserID == r.user() {
			return struct {
				UserID guildhall.UserID `json:"user_id"`
				About  guildhall.UserID `json:"note_user_id"`
				Note   string           `json:"note"`
			}{r.who.User, n.UserID, n.Text}, nil
		}
	}
	return nil, guildhall.ErrUnknownUser
}

func (a *API) putMyNote(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	note := guildhall.Note{UserID: r.user(), Text: f.text("note", 0, noteMax).Value}
	if err := f.err(); err != nil {
		return nil, err
	}
	if _, err := a.operator.User(ctx, note.UserID); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onSelf(guildhall.CommandNotePut, note))
}
