package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"guildhall"
)

// getMyAuthorization tells an application what its token is good for.
// discord: topics/oauth2#get-current-authorization-information
func (a *API) getMyAuthorization(ctx context.Context, r *request) (any, error) {
	if r.who.Application == 0 {
		return nil, guildhall.ErrUnauthorized
	}
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	app, err := a.operator.Account(ctx, guildhall.UserID(r.who.Application))
	if err != nil || app.Application == nil {
		return nil, guildhall.ErrUnauthorized.Because(err)
	}
	shown := map[string]any{
		"application": a.partialApplication(app.Application, &app.User), "scopes": strings.Fields(r.who.Scopes),
	}
	if r.who.Has(scopeIdentify) {
		shown["user"] = account.User
	}
	for _, g := range account.Grants {
		for _, t := range g.Tokens {
			if t.Hash == r.who.TokenHash {
				shown["expires"] = t.ExpiresAt
			}
		}
	}
	return shown, nil
}

// getUserinfo is the user in OpenID Connect's words.
func (a *API) getUserinfo(ctx context.Context, r *request) (any, error) {
	if r.who.Application == 0 {
		return nil, guildhall.ErrUnauthorized
	}
	self, err := ask[guildhall.Self](ctx, a.deps.Owners, r.onSelf(guildhall.QuerySelf, nil))
	if err != nil {
		return nil, err
	}
	shown := map[string]any{
		"sub": self.ID, "preferred_username": self.Username, "nickname": self.GlobalName, "locale": self.Locale,
	}
	if r.who.Has(scopeEmail) {
		shown["email"], shown["email_verified"] = self.Email, self.Verified
	}
	return shown, nil
}

// getPublicKeys lists none: id tokens, which keys would sign, are not made.
func (a *API) getPublicKeys(context.Context, *request) (any, error) {
	return map[string]any{"keys": []struct{}{}}, nil
}

// addGuildMember lets a bot bring in a user who has allowed its application to.
// discord: resources/guild#add-guild-member
func (a *API) addGuildMember(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("access_token")
	token := f.text("access_token", 1, tokenMax).Value
	add := guildhall.AddMember{
		Nick: f.text("nick", 1, usernameMax).Pointer(), Roles: idsOf[guildhall.RoleID](f.ids("roles", guildhall.LimitRoles.Max()).Value),
		Mute: f.boolean("mute").Or(false), Deaf: f.boolean("deaf").Or(false),
	}
	f.refuse("flags")
	if err := f.err(); err != nil {
		return nil, err
	}
	who, err := a.deps.Authenticator.AuthenticateBearer(ctx, token)
	switch {
	case err != nil || who.User != r.user() || who.Application != guildhall.ApplicationID(r.who.User):
		return nil, guildhall.ErrInvalidGrant.Because(err)
	case !who.Has(scopeJoin):
		return nil, guildhall.ErrMissingAccess
	}
	if add.User, err = a.operator.User(ctx, who.User); err != nil {
		return nil, err
	}
	member, err := a.command(ctx, r.onGuild(guildhall.CommandMemberBring, add))
	if raw, ok := member.(json.RawMessage); err != nil || ok && len(raw) == 0 {
		return nil, err // who is a member already is answered with 204
	}
	return reply{status: http.StatusCreated, body: member}, nil
}
