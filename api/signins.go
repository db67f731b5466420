package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"guildhall"
)

var errWrongPassword = guildhall.BadField("PASSWORD_DOES_NOT_MATCH", "Password does not match.", "password")

// signIns answers the list of sign-ins.
type signIns struct {
	Sessions []signIn `json:"user_sessions"`
}

// signIn is one of an account's logins as its owner sees it.
type signIn struct {
	IDHash    string              `json:"id_hash"`
	CreatedAt guildhall.Timestamp `json:"created_at"`
	Client    clientInfo          `json:"client_info"`
	Current   bool                `json:"current"`
}

type clientInfo struct {
	UserAgent string `json:"user_agent"`
}

// signInHash names a sign-in: not by the token's own hash, under which the token is looked up.
func signInHash(t *guildhall.Token) string {
	sum := sha256.Sum256([]byte("sign-in:" + t.Hash))
	return hex.EncodeToString(sum[:])
}

func shownSignIns(account *guildhall.AccountAnswer, current string) []signIn {
	shown := []signIn{}
	for _, t := range account.Tokens {
		if t.Kind == tokenLogin {
			shown = append(shown, signIn{signInHash(t), t.CreatedAt, clientInfo{t.Client}, t.Hash == current})
		}
	}
	slices.SortFunc(shown, func(x, y signIn) int { return cmp.Compare(y.CreatedAt, x.CreatedAt) })
	return shown
}

func (a *API) listMySignIns(ctx context.Context, r *request) (any, error) {
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	return signIns{shownSignIns(&account, r.who.TokenHash)}, nil
}

// deleteMySignIn ends one sign-in.
func (a *API) deleteMySignIn(ctx context.Context, r *request) (any, error) {
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	for _, t := range account.Tokens {
		if t.Kind == tokenLogin && signInHash(t) == r.params["session_hash"] {
			return nil, a.endTokens(ctx, r.who.User, t.Hash)
		}
	}
	return nil, guildhall.ErrUnknownToken
}

// deleteMySignIns signs out everywhere.
func (a *API) deleteMySignIns(ctx context.Context, r *request) (any, error) {
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	var hashes []string
	for _, t := range account.Tokens {
		if t.Kind == tokenLogin {
			hashes = append(hashes, t.Hash)
		}
	}
	return nil, a.endTokens(ctx, r.who.User, hashes...)
}

// authLogout ends the token that was used.
func (a *API) authLogout(ctx context.Context, r *request) (any, error) {
	return nil, a.endTokens(ctx, r.who.User, r.who.TokenHash)
}

// endTokens removes tokens, with the gateway sessions opened with them, and has this node know at once.
func (a *API) endTokens(ctx context.Context, user guildhall.UserID, hashes ...string) error {
	if err := a.operator.RemoveTokens(ctx, user, guildhall.TokensRemoved{Hashes: hashes}); err != nil {
		return err
	}
	for _, hash := range hashes {
		a.deps.Authenticator.Forget(hash)
	}
	return nil
}

// confirm checks that whoever has the token knows the account's password too. A wrong one counts as a failed try.
func (a *API) confirm(ctx context.Context, r *request, password string) (guildhall.AccountAnswer, error) {
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return account, err
	}
	wait, undo := a.tries.Begin(insider(account.User.ID), r.addr)
	if wait > 0 {
		return account, limited(wait, false)
	}
	ok, err := a.operator.passwords.matches(ctx, account.Account.PasswordHash, password)
	if err != nil {
		undo()
		return account, err
	}
	if !ok {
		return account, errWrongPassword
	}
	undo()
	return account, nil
}

// updateMyPassword ends all other logins in the record that changes the password.
func (a *API) updateMyPassword(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	password, next, code := f.secret("password"), f.secret("new_password"), f.text("code", 1, codeMax).Value
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := checkPasswordAt(next, "new_password"); err != nil {
		return nil, err
	}
	account, err := a.confirm(ctx, r, password)
	if err != nil {
		return nil, err
	}
	// Before the code is used up: there may be no room for it.
	hash, err := a.operator.passwords.hash(ctx, next)
	if err != nil {
		return nil, err
	}
	if err := a.secondFactor(ctx, r, &account, code); err != nil {
		return nil, err
	}
	change := guildhall.ModifyUser{PasswordHash: guildhall.Some(hash), KeepToken: r.who.TokenHash, PasswordWas: account.Account.PasswordHash}
	err = a.operator.modify(ctx, r.who.User, change)
	if errors.Is(err, guildhall.ErrUnauthorized) {
		return nil, errWrongPassword // it was changed a moment ago
	}
	if err != nil {
		return nil, err
	}
	for _, t := range account.Tokens {
		if t.Hash != r.who.TokenHash {
			a.deps.Authenticator.Forget(t.Hash)
		}
	}
	return nil, nil
}
