package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// tokenLogin is the kind of token that a person gets by logging in; bots have the other.
const tokenLogin = "login"

func newToken(id guildhall.UserID, t guildhall.Token, now guildhall.Timestamp) guildhall.Row {
	if t.CreatedAt == 0 {
		t.CreatedAt = now
	}
	return guildhall.TokenRow(id, &t)
}

func (u *user) addToken(r *userRequest, t guildhall.AddToken) (*draft, error) {
	if r.deleted() {
		return nil, guildhall.ErrUnknownUser
	}
	if err := r.samePassword(t.PasswordWas); err != nil {
		return nil, err
	}
	d := &draft{}
	if r.view.Token(t.Hash) == nil {
		d.put(newToken(u.id, t.Token, guildhall.TimestampOf(r.now)))
	}
	return d, nil
}

// samePassword refuses what was allowed for a password that has been changed since. Empty is no such thing.
func (r *userRequest) samePassword(was string) error {
	if account := r.view.Account(); was != "" && (account == nil || account.PasswordHash != was) {
		return guildhall.ErrUnauthorized
	}
	return nil
}

// removeTokens ends the sessions that were opened with the tokens: sessions nodes see the rows go.
func (u *user) removeTokens(r *userRequest, f guildhall.TokensRemoved) (*draft, error) {
	d := &draft{}
	for _, t := range r.view.Tokens() {
		if slices.Contains(f.Hashes, t.Hash) != f.AllExcept {
			d.put(guildhall.TokenRow(u.id, t).Deleted())
		}
	}
	return d, nil
}

// endLogins removes the tokens of all logins but one.
func (u *user) endLogins(r *userRequest, d *draft, keep string) {
	for _, t := range r.view.Tokens() {
		if t.Kind == tokenLogin && t.Hash != keep {
			d.put(guildhall.TokenRow(u.id, t).Deleted())
		}
	}
}
