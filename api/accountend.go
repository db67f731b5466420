package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"guildhall"
)

var errOwnsGuild = &guildhall.Error{
	Status: http.StatusBadRequest, Code: 40011,
	Message: "You must transfer ownership of any owned guilds before deleting your account",
}

// deleteMyUser ends the account of whoever shows that it is theirs once more.
func (a *API) deleteMyUser(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	password, code := f.secret("password"), f.text("code", 1, codeMax)
	if err := f.err(); err != nil {
		return nil, err
	}
	account, err := a.confirm(ctx, r, password)
	if err != nil {
		return nil, err
	}
	if err := a.operator.mayGo(ctx, r.who.User); err != nil {
		return nil, err
	}
	if err := a.secondFactor(ctx, r, &account, code.Value); err != nil {
		return nil, err
	}
	if err := a.operator.DeleteUser(ctx, r.who.User); err != nil {
		return nil, err
	}
	for _, t := range account.Tokens {
		a.deps.Authenticator.Forget(t.Hash)
	}
	return nil, nil
}

// mayGo refuses those who own a guild.
func (o *Operator) mayGo(ctx context.Context, id guildhall.UserID) error {
	refs, err := own[[]guildhall.GuildRef](ctx, o, id, guildhall.QueryUserGuilds)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		cmd := newCommand(guildhall.QueryGuildPartial, guildhall.GuildQuery{})
		cmd.Object, cmd.Actor = guildhall.GuildObject(ref.ID), id
		partial, err := ask[guildhall.GuildPartial](ctx, o.owners, cmd)
		if err != nil && !isGone(err) {
			return err
		}
		if err == nil && partial.Owner {
			return errOwnsGuild
		}
	}
	return nil
}

// DeleteUser deletes a user who owns no guild, and frees the names that were the user's. It may be repeated; a server that
// ends right after the deletion leaves the names taken.
func (o *Operator) DeleteUser(ctx context.Context, id guildhall.UserID) error {
	if err := o.mayGo(ctx, id); err != nil {
		return err
	}
	account, err := o.Account(ctx, id)
	if err != nil {
		return err
	}
	owned, err := own[[]guildhall.OwnedApplication](ctx, o, id, guildhall.QueryOwnedApplications)
	if err != nil {
		return err
	}
	for _, a := range owned {
		if err := o.DeleteUser(ctx, guildhall.UserID(a.ID)); err != nil && !errors.Is(err, guildhall.ErrUnknownUser) {
			return err
		}
	}
	// What readers of messages look for comes first: a claim without a deletion costs them a question, a deletion without a
	// claim would show the name for ever.
	user := guildhall.UserObject(id)
	if _, err := o.claims.Claim(ctx, guildhall.ClaimDeleted, id.String(), user); err != nil {
		return fmt.Errorf("mark user as deleted: %w", err)
	}
	cmd := newCommand(guildhall.CommandUserDelete, nil)
	cmd.Object = user
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	// A deleted user can't take a name back, so that nobody else's claim is released here.
	names := []guildhall.ClaimKey{{Kind: claimUsername, Key: strings.ToLower(account.User.Username)}}
	if account.Account.Email != nil {
		names = append(names, guildhall.ClaimKey{Kind: claimEmail, Key: strings.ToLower(*account.Account.Email)})
	}
	for _, n := range names {
		if err := o.claims.Release(ctx, n.Kind, n.Key, user); err != nil {
			return fmt.Errorf("free name: %w", err)
		}
	}
	return nil
}

const (
	// authorsMax bounds what is remembered of messages' authors, and authorAge how long one is believed not to be deleted.
	authorsMax = 50_000
	authorAge  = time.Minute
)

// deletedAuthor is what is known of a messages' author: with user set, that it is deleted.
type deletedAuthor struct {
	user  *guildhall.User
	until time.Time
}

// deletedUser gives what a user is shown as now, if it is deleted.
func (a *API) deletedUser(ctx context.Context, id guildhall.UserID) (*guildhall.User, error) {
	known, ok := a.deleted.Get(id)
	if ok && (known.user != nil || a.now().Before(known.until)) {
		return known.user, nil
	}
	holder, err := a.deps.Claims.Claimed(ctx, guildhall.ClaimDeleted, id.String())
	if err != nil {
		return nil, fmt.Errorf("look up author: %w", err)
	}
	known = deletedAuthor{until: a.now().Add(authorAge)}
	if !holder.IsZero() {
		account, err := a.operator.Account(ctx, id)
		if err != nil {
			return nil, err
		}
		if account.Account.Deleted {
			known.user = &account.User
		}
	}
	a.deleted.Put(id, known)
	return known.user, nil
}

// showAuthor puts deleted users' present names in the place of those that a message was written by and with.
func (a *API) showAuthor(ctx context.Context, m *guildhall.Message) error {
	if m == nil {
		return nil
	}
	shown := []*guildhall.User{}
	if m.WebhookID == 0 && m.Author.ID != 0 {
		shown = append(shown, &m.Author)
	}
	for i := range m.Mentions {
		shown = append(shown, &m.Mentions[i])
	}
	for _, u := range shown {
		gone, err := a.deletedUser(ctx, u.ID)
		if err != nil {
			return err
		}
		if gone != nil {
			*u = *gone
		}
	}
	return nil
}
