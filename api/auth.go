package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"guildhall"
)

const (
	// loginsMax is how many login tokens an account has; a further login ends the oldest.
	loginsMax = 50
	loginMax  = 254
	secretMax = 128
)

var (
	errInvalidLogin = guildhall.Invalid(
		guildhall.FieldError{Path: []string{"login"}, Code: "INVALID_LOGIN", Message: "Login or password is invalid."},
		guildhall.FieldError{Path: []string{"password"}, Code: "INVALID_LOGIN", Message: "Login or password is invalid."},
	)
	errDisabled = &guildhall.Error{Status: http.StatusForbidden, Code: 20013, Message: "This user account is disabled"}
)

// loggedIn answers a login.
type loggedIn struct {
	Token  string           `json:"token"`
	UserID guildhall.UserID `json:"user_id"`
}

// secret reads a string in which spaces count.
func (f *form) secret(name string) string {
	f.required(name)
	if !f.has(name) {
		return ""
	}
	s, _ := f.plain(f.fields[name], name)
	return s
}

// newUser reads what makes an account.
func (f *form) newUser() (NewUser, error) {
	f.required("username")
	name, _ := f.username("username", false)
	n := NewUser{
		Username: name, Password: f.secret("password"), GlobalName: f.text("global_name", 1, globalMax).Pointer(),
		Email: f.text("email", 3, loginMax).Pointer(),
	}
	if err := f.err(); err != nil {
		return n, err
	}
	return n, checkPassword(n.Password)
}

// authSetup makes the first account, the operator's. docs/reference/people-api.md
func (a *API) authSetup(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	secret := f.secret("secret")
	f.length(len(secret), 0, secretMax, "secret")
	n, err := f.newUser()
	if err != nil {
		return nil, err
	}
	n.Operator = true
	wait, undo := a.tries.Begin("", r.addr)
	if wait > 0 {
		return nil, limited(wait, false)
	}
	var done loggedIn
	err = a.deps.Setup.Redeem(ctx, secret, func(ctx context.Context) error {
		there, err := a.operator.HasOperator(ctx)
		if err != nil {
			return err
		}
		if there {
			return ErrSetupLink
		}
		self, err := a.operator.CreateUser(ctx, n)
		if err != nil {
			return err
		}
		done.UserID = self.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	undo()
	if done.Token, err = a.operator.newToken(ctx, guildhall.User{ID: done.UserID}, r.client(), ""); err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: done}, nil
}

// authLogin exchanges a password for a token. Whether an account exists can't be told from the answer or its time.
func (a *API) authLogin(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("login")
	login, password := strings.ToLower(f.text("login", 1, loginMax).Value), f.secret("password")
	if err := f.err(); err != nil {
		return nil, err
	}
	wait, undo := a.tries.Begin(outsider(login), r.addr)
	if wait > 0 {
		return nil, limited(wait, false)
	}
	account, err := a.accountOf(ctx, login)
	if err != nil {
		undo()
		return nil, err
	}
	ok, err := a.operator.passwords.matches(ctx, account.Account.PasswordHash, password)
	if err != nil {
		undo()
		return nil, err
	}
	if !ok {
		return nil, errInvalidLogin
	}
	undo()
	if account.Account.Disabled {
		return nil, errDisabled
	}
	if account.Account.MFA != nil {
		return a.askFactor(&account), nil
	}
	return a.signIn(ctx, r, &account)
}

// signIn makes a token for an account whose owner has shown all that is asked for.
func (a *API) signIn(ctx context.Context, r *request, account *guildhall.AccountAnswer) (any, error) {
	token, err := a.operator.newToken(ctx, account.User, r.client(), account.Account.PasswordHash)
	if errors.Is(err, guildhall.ErrUnauthorized) {
		return nil, errInvalidLogin // the password was changed a moment ago
	}
	if err != nil {
		return nil, err
	}
	if err := a.endOldest(ctx, account); err != nil {
		return nil, err
	}
	a.tries.Know(insider(account.User.ID), r.addr)
	a.tries.Know(outsider(strings.ToLower(account.User.Username)), r.addr)
	if account.Account.Email != nil {
		a.tries.Know(outsider(strings.ToLower(*account.Account.Email)), r.addr)
	}
	return loggedIn{token, account.User.ID}, nil
}

// insider is what failed tries of those count against who have a token or the password already. They are counted apart from
// logins: strangers who guess at an account must not keep its person from changing the password.
func insider(id guildhall.UserID) string { return "insider " + id.String() }

// outsider is what failed logins count against. All kinds of tries begin with a word of their own, because a login may be any
// text.
func outsider(login string) string { return "login " + login }

// client is what the program that asks calls itself, for the list of sign-ins.
func (r *request) client() string {
	const most = 200
	name := strings.ToValidUTF8(r.http.UserAgent(), "")
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "")
	}
	return name
}

// accountOf finds an account by name or address; an empty one where there is none.
func (a *API) accountOf(ctx context.Context, login string) (guildhall.AccountAnswer, error) {
	kind := claimUsername
	if strings.Contains(login, "@") {
		kind = claimEmail
	}
	holder, err := a.deps.Claims.Claimed(ctx, kind, login)
	if err != nil {
		return guildhall.AccountAnswer{}, fmt.Errorf("look up login: %w", err)
	}
	if holder.Kind != guildhall.KindUser {
		return guildhall.AccountAnswer{}, nil
	}
	account, err := a.operator.Account(ctx, guildhall.UserID(holder.ID))
	if errors.Is(err, guildhall.ErrUnknownUser) {
		return guildhall.AccountAnswer{}, nil
	}
	return account, err
}

// endOldest removes the oldest logins beyond the number that an account may have, one more having just been made.
func (a *API) endOldest(ctx context.Context, account *guildhall.AccountAnswer) error {
	var logins []*guildhall.Token
	for _, t := range account.Tokens {
		if t.Kind == tokenLogin {
			logins = append(logins, t)
		}
	}
	slices.SortFunc(logins, func(x, y *guildhall.Token) int { return cmp.Compare(x.CreatedAt, y.CreatedAt) })
	var hashes []string
	for i := 0; i+loginsMax <= len(logins); i++ {
		hashes = append(hashes, logins[i].Hash)
	}
	if len(hashes) == 0 {
		return nil
	}
	return a.operator.RemoveTokens(ctx, account.User.ID, guildhall.TokensRemoved{Hashes: hashes})
}
