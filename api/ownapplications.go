package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"guildhall"
	"guildhall/admission"
)

const (
	applicationNameMin = 2
	applicationNameMax = 32
	redirectURIsMax    = 10
	redirectMax        = 512
	clientSecretBytes  = 32
)

func (r *request) application() guildhall.ApplicationID {
	return guildhall.ApplicationID(r.ids["application_id"])
}

// unknownApplication tells of others' applications as of those that never were.
func unknownApplication(err error) error {
	if errors.Is(err, guildhall.ErrMissingAccess) || errors.Is(err, guildhall.ErrUnknownUser) {
		return guildhall.ErrUnknownApplication.Because(err)
	}
	return err
}

// listApplications lists the person's own. The list is an index; what is shown comes from each application.
func (a *API) listApplications(ctx context.Context, r *request) (any, error) {
	owned, err := ask[[]guildhall.OwnedApplication](ctx, a.deps.Owners, r.onSelf(guildhall.QueryOwnedApplications, nil))
	if err != nil {
		return nil, err
	}
	shown := []any{}
	for _, o := range owned {
		one, err := a.readApplication(ctx, r, o.ID)
		if errors.Is(err, guildhall.ErrUnknownApplication) {
			continue
		}
		if err != nil {
			return nil, err
		}
		shown = append(shown, one)
	}
	return shown, nil
}

func (a *API) readApplication(ctx context.Context, r *request, id guildhall.ApplicationID) (any, error) {
	body, err := a.query(ctx, r.onObject(guildhall.UserObject(guildhall.UserID(id)), guildhall.QueryApplication, nil))
	return a.showApplication(ctx, r, body, unknownApplication(err))
}

func (a *API) getApplication(ctx context.Context, r *request) (any, error) {
	return a.readApplication(ctx, r, r.application())
}

func (a *API) updateApplication(ctx context.Context, r *request) (any, error) {
	return a.changeApplication(ctx, r, r.application())
}

// createApplication makes an application with its bot, in the place that the person's own object has given it.
func (a *API) createApplication(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("name")
	name := f.text("name", applicationNameMin, applicationNameMax).Value
	description := f.text("description", 0, descriptionMax).Value
	if err := f.err(); err != nil {
		return nil, err
	}
	place, err := tell[guildhall.OwnedApplication](ctx, a.deps.Owners, r.onSelf(guildhall.CommandApplicationReserve, nil))
	if err != nil {
		return nil, err
	}
	_, err = a.operator.CreateBot(ctx, NewBot{
		ID: guildhall.UserID(place.ID), Name: name, Description: description, Owner: r.who.User,
	})
	var refused *guildhall.Error
	if errors.As(err, &refused) && refused.Status < http.StatusInternalServerError {
		gone := newCommand(guildhall.CommandApplicationGone, place)
		gone.Object = guildhall.UserObject(r.who.User)
		if _, err := a.command(ctx, gone); err != nil {
			return nil, err
		}
		return nil, namedApplication(refused)
	}
	if err != nil {
		return nil, err
	}
	shown, err := a.readApplication(ctx, r, place.ID)
	return reply{status: http.StatusCreated, body: shown}, err
}

// namedApplication puts what is wrong with the bot's name where the application's is.
func namedApplication(refused *guildhall.Error) error {
	moved := *refused
	moved.Fields = slices.Clone(refused.Fields)
	for i, f := range moved.Fields {
		if slices.Equal(f.Path, []string{"username"}) {
			moved.Fields[i].Path = []string{"name"}
		}
	}
	return &moved
}

// ownApplication refuses all but the owner of the application in the path.
func (a *API) ownApplication(ctx context.Context, r *request) (guildhall.AccountAnswer, error) {
	account, err := a.operator.Account(ctx, guildhall.UserID(r.application()))
	if err != nil {
		return account, unknownApplication(err)
	}
	if account.Application == nil || account.Application.OwnerID != r.who.User {
		return account, guildhall.ErrUnknownApplication
	}
	return account, nil
}

// ownApplicationAgain is ownApplication for what would give an application away: a sign-in alone isn't enough. Of others'
// applications nothing is asked, for there are none to be seen.
func (a *API) ownApplicationAgain(ctx context.Context, r *request) (guildhall.AccountAnswer, error) {
	account, err := a.ownApplication(ctx, r)
	if err != nil {
		return account, err
	}
	f, err := parseForm(r.body)
	if err != nil {
		return account, err
	}
	return account, a.reauthenticate(ctx, r, f)
}

// resetBotToken shows a new token, once; all others end with the sessions opened with them.
func (a *API) resetBotToken(ctx context.Context, r *request) (any, error) {
	account, err := a.ownApplicationAgain(ctx, r)
	if err != nil {
		return nil, err
	}
	token, err := a.operator.resetToken(ctx, account.User)
	if err != nil {
		return nil, err
	}
	for _, t := range account.Tokens {
		a.deps.Authenticator.Forget(t.Hash)
	}
	return struct {
		Token string `json:"token"`
	}{token}, nil
}

func (o *Operator) resetToken(ctx context.Context, user guildhall.User) (string, error) {
	token, hash := guildhall.NewToken(user.ID)
	cmd := newCommand(guildhall.CommandTokenReset, guildhall.Token{Hash: hash, CreatedAt: guildhall.TimestampOf(o.now()), Kind: tokenBot})
	cmd.Object = guildhall.UserObject(user.ID)
	cmd.Claims = []guildhall.ClaimKey{{Kind: admission.ClaimToken, Key: hash}}
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return "", fmt.Errorf("reset token: %w", err)
	}
	return token, nil
}

// secretHash is the form in which secrets that are random and long are kept.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// resetClientSecret shows a new client secret, once.
func (a *API) resetClientSecret(ctx context.Context, r *request) (any, error) {
	account, err := a.ownApplicationAgain(ctx, r)
	if err != nil {
		return nil, err
	}
	secret := base64.RawURLEncoding.EncodeToString(randomBytes(clientSecretBytes))
	cmd := newCommand(guildhall.CommandApplicationSecret, guildhall.ApplicationSecret{Hash: secretHash(secret)})
	cmd.Object = guildhall.UserObject(account.User.ID)
	if _, err := a.command(ctx, cmd); err != nil {
		return nil, err
	}
	return struct {
		Secret string `json:"secret"`
	}{secret}, nil
}

// deleteApplication deletes an application with its bot. A place that was taken for one that was never made is freed.
func (a *API) deleteApplication(ctx context.Context, r *request) (any, error) {
	account, err := a.ownApplicationAgain(ctx, r)
	if errors.Is(err, guildhall.ErrUnknownApplication) {
		cmd := newCommand(guildhall.CommandApplicationGone, guildhall.OwnedApplication{ID: r.application()})
		cmd.Object = guildhall.UserObject(r.who.User)
		if _, again := a.command(ctx, cmd); again != nil {
			return nil, again
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if err := a.operator.DeleteUser(ctx, account.User.ID); err != nil {
		return nil, err
	}
	for _, t := range account.Tokens {
		a.deps.Authenticator.Forget(t.Hash)
	}
	return nil, nil
}

// redirects reads the addresses to which people may be sent back.
func (f *form) redirects() guildhall.Optional[[]string] {
	const field = "redirect_uris"
	if !f.has(field) {
		return guildhall.Optional[[]string]{}
	}
	all := f.texts(field, redirectURIsMax)
	for _, text := range all {
		if !isRedirect(text) {
			f.fail("URL_TYPE_INVALID_URL", "Not a well formed URL.", field)
			break
		}
	}
	return guildhall.Some(all)
}

// isRedirect: absolute, without fragment, and not readable on the way unless it stays on the machine. Schemes with a dot
// are those of installed programs.
// RFC 6749 §3.1.2, RFC 8252 §7
func isRedirect(text string) bool {
	u, err := url.Parse(text)
	switch {
	case err != nil, len(text) > redirectMax, u.Fragment != "", strings.Contains(text, "#"), u.User != nil:
		return false
	case u.Scheme == "https":
		return u.Host != ""
	case u.Scheme == "http":
		return isLoopback(u.Host)
	}
	return strings.Contains(u.Scheme, ".")
}
