package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"guildhall"
)

const (
	// bearerTime is for how long an access token is good.
	bearerTime = 7 * 24 * time.Hour
	tokenMax   = 512
)

// oauth2Error is a refusal in the form that clients of token endpoints read.
// RFC 6749 §5.2
type oauth2Error struct {
	status      int
	Kind        string `json:"error"`
	Description string `json:"error_description"`
}

func (e *oauth2Error) reply() reply { return reply{status: e.status, body: e} }

func badRequest(kind, description string) *oauth2Error {
	return &oauth2Error{http.StatusBadRequest, kind, description}
}

var (
	errInvalidClient = &oauth2Error{http.StatusUnauthorized, "invalid_client", "The client is not known, or its secret is wrong."}
	errInvalidGrant  = badRequest("invalid_grant", "The code or token is not good (any more), or not for this client.")
)

// bearer answers with a token.
// RFC 6749 §5.1
type bearer struct {
	AccessToken  string    `json:"access_token"`
	TokenType    string    `json:"token_type"`
	ExpiresIn    int       `json:"expires_in"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	Scope        string    `json:"scope"`
	Guild        *inGuilds `json:"guild,omitempty"`
}

// inGuilds says to which guild a bot was added.
type inGuilds struct {
	ID   guildhall.GuildID `json:"id"`
	Name string            `json:"name"`
}

// client is an application that has shown who it is, or that has no secret to show.
type client struct {
	app    guildhall.Application
	bot    guildhall.User
	public bool
}

// credentials takes them from HTTP Basic, where they are encoded as in a form, or from the body.
// RFC 6749 §2.3.1
func credentials(r *request, f *form) (id, secret string) {
	id, secret = f.text("client_id", 0, tokenMax).Value, f.text("client_secret", 0, tokenMax).Value
	name, password, ok := r.http.BasicAuth()
	if !ok {
		return id, secret
	}
	if decoded, err := url.QueryUnescape(name); err == nil {
		name = decoded
	}
	if decoded, err := url.QueryUnescape(password); err == nil {
		password = decoded
	}
	return name, password
}

// client finds out which application asks. Wrong secrets count as failed tries, but only of the address that they come
// from: a secret is too long to be guessed, and everybody knows the id by which others could be kept out.
func (a *API) client(ctx context.Context, r *request, f *form) (*client, error) {
	name, secret := credentials(r, f)
	var id guildhall.UserID
	if err := id.UnmarshalText([]byte(name)); err != nil {
		return nil, nil
	}
	wait, undo := a.tries.Begin("client "+name+" from "+r.addr.String(), r.addr)
	if wait > 0 {
		return nil, limited(wait, false)
	}
	account, err := a.operator.Account(ctx, id)
	if err != nil && !errors.Is(err, guildhall.ErrUnknownUser) {
		undo()
		return nil, err
	}
	known := account.Account.ClientSecret
	switch {
	case err != nil, account.Application == nil:
		return nil, nil
	case secret == "":
		undo()
		return &client{*account.Application, account.User, true}, nil
	case known == "" || subtle.ConstantTimeCompare([]byte(secretHash(secret)), []byte(known)) != 1:
		return nil, nil
	}
	undo()
	return &client{*account.Application, account.User, false}, nil
}

// createToken is the token endpoint.
// RFC 6749 §3.2
func (a *API) createToken(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	c, err := a.client(ctx, r, f)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return errInvalidClient.reply(), nil
	}
	switch f.text("grant_type", 0, tokenMax).Value {
	case "authorization_code":
		return a.exchange(ctx, c, f, guildhall.CommandOAuth2Exchange, f.text("code", 0, tokenMax).Value)
	case "refresh_token":
		return a.exchange(ctx, c, f, guildhall.CommandOAuth2Refresh, f.text("refresh_token", 0, tokenMax).Value)
	case "client_credentials":
		return a.ownToken(ctx, c, f)
	}
	return badRequest("unsupported_grant_type", "Offered are authorization_code, refresh_token and client_credentials.").reply(), nil
}

// newBearer makes a token and the form in which it is kept.
func (a *API) newBearer(user guildhall.UserID) (bearer, guildhall.OAuth2Token) {
	token, hash := guildhall.NewToken(user)
	now := a.now()
	return bearer{AccessToken: token, TokenType: "Bearer", ExpiresIn: int(bearerTime / time.Second)}, guildhall.OAuth2Token{
		Hash: hash, CreatedAt: guildhall.TimestampOf(now), ExpiresAt: guildhall.TimestampOf(now.Add(bearerTime)),
	}
}

// exchange gives a token for a code or a refresh token, which name the user that they are of.
func (a *API) exchange(ctx context.Context, c *client, f *form, command, code string) (any, error) {
	user, err := guildhall.ParseToken(code)
	if err != nil {
		return errInvalidGrant.reply(), nil
	}
	made, kept := a.newBearer(user)
	made.RefreshToken, kept.Refresh = guildhall.NewToken(user)
	cmd := newCommand(command, guildhall.OAuth2Exchange{
		Code: guildhall.TokenHash(code), ApplicationID: c.app.ID, RedirectURI: f.text("redirect_uri", 0, redirectMax).Value,
		Verifier: f.text("code_verifier", 0, tokenMax).Value, Public: c.public, Scopes: strings.Fields(f.text("scope", 0, stateMax).Value), Token: kept,
	})
	cmd.Object = guildhall.UserObject(user)
	done, err := tell[guildhall.OAuth2Exchanged](ctx, a.deps.Owners, cmd)
	if errors.Is(err, guildhall.ErrInvalidGrant) || errors.Is(err, guildhall.ErrUnknownUser) || err == nil && done.Refused {
		return errInvalidGrant.reply(), nil
	}
	if err != nil {
		return nil, err
	}
	made.Scope = strings.Join(done.Scopes, " ")
	if done.AddBot {
		if err := a.addBot(ctx, user, done.GuildID, &c.bot, done.Permissions); err != nil {
			return nil, err
		}
	}
	if done.GuildID != 0 && slices.Contains(done.Scopes, scopeBot) {
		made.Guild = a.guildOf(ctx, user, done.GuildID)
	}
	return made, nil
}

// guildOf names the guild for the answer; the token is given also where that can't be found out now.
func (a *API) guildOf(ctx context.Context, user guildhall.UserID, id guildhall.GuildID) *inGuilds {
	cmd := newCommand(guildhall.QueryGuildPartial, guildhall.GuildQuery{})
	cmd.Object, cmd.Actor = guildhall.GuildObject(id), user
	g, err := ask[guildhall.GuildPartial](ctx, a.deps.Owners, cmd)
	if err != nil {
		return nil
	}
	return &inGuilds{g.ID, g.Name}
}

// ownToken gives an application a token of its owner's.
// discord: topics/oauth2#client-credentials-grant
func (a *API) ownToken(ctx context.Context, c *client, f *form) (any, error) {
	scopes := strings.Fields(f.text("scope", 0, stateMax).Value)
	for _, s := range scopes {
		if !slices.Contains(offeredScopes(), s) || s == scopeBot {
			return badRequest("invalid_scope", "The scope is not offered.").reply(), nil
		}
	}
	switch {
	case c.public:
		return errInvalidClient.reply(), nil
	case len(scopes) == 0:
		return badRequest("invalid_scope", "A scope is needed.").reply(), nil
	case c.app.OwnerID == 0:
		return badRequest("unauthorized_client", "The application has no owner.").reply(), nil
	}
	made, kept := a.newBearer(c.app.OwnerID)
	kept.Scopes = scopes
	cmd := newCommand(guildhall.CommandOAuth2Issue, guildhall.OAuth2Issue{ApplicationID: c.app.ID, Token: kept})
	cmd.Object = guildhall.UserObject(c.app.OwnerID)
	if _, err := a.command(ctx, cmd); err != nil {
		return nil, err
	}
	made.Scope = strings.Join(scopes, " ")
	return made, nil
}

// revokeToken ends a token of the client's. Of one that there is not, nothing is said.
// RFC 7009 §2.2
func (a *API) revokeToken(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	c, err := a.client(ctx, r, f)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return errInvalidClient.reply(), nil
	}
	token := f.text("token", 0, tokenMax).Value
	user, err := guildhall.ParseToken(token)
	if err != nil {
		return struct{}{}, nil
	}
	hash := guildhall.TokenHash(token)
	cmd := newCommand(guildhall.CommandOAuth2Revoke, guildhall.OAuth2Exchange{Code: hash, ApplicationID: c.app.ID})
	cmd.Object = guildhall.UserObject(user)
	if _, err := a.command(ctx, cmd); err != nil && !errors.Is(err, guildhall.ErrUnknownUser) {
		return nil, err
	}
	a.deps.Authenticator.ForgetBearer(hash)
	return struct{}{}, nil
}
