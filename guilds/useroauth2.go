package guilds

// pure core

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"time"

	"guildhall"
)

const (
	// oauth2TokensMax bounds the tokens that one application has of a user; a further one ends the oldest.
	oauth2TokensMax = 10
	// oauth2CodesMax bounds the codes that wait; a further one ends the one that would end first.
	oauth2CodesMax = 50
	// usedCodeAge is for how long a code that was used is known, so that its second use is seen.
	usedCodeAge = 10 * time.Minute
)

// addCode keeps a code, and drops those that can't be used any more.
func (u *user) addCode(r *userRequest, c guildhall.OAuth2Code) (*draft, error) {
	if r.deleted() {
		return nil, guildhall.ErrUnknownUser
	}
	d := &draft{}
	if g := r.view.Grant(c.ApplicationID); g == nil {
		if err := r.limits.Room(guildhall.LimitAuthorizations, len(r.view.Grants())); err != nil {
			return nil, err
		}
	} else if g.Doubted {
		now := *g
		now.Doubted = false // the user was asked
		d.put(guildhall.OAuth2GrantRow(u.id, &now))
	}
	waiting := r.view.Codes()
	for i, old := range waiting {
		// A used code is kept as long as one that isn't: that it comes again must be seen.
		if !old.ExpiresAt.Time().After(r.now) || len(waiting)-i >= oauth2CodesMax {
			d.put(guildhall.OAuth2CodeRow(u.id, old).Deleted())
		}
	}
	d.put(guildhall.OAuth2CodeRow(u.id, &c))
	return d, nil
}

// proves tells whether a verifier is the one of the code's challenge. A verifier for a code without a challenge is
// refused too: somebody has taken the challenge out of the request.
// RFC 7636 §4.6, RFC 9700 §2.1.1
func proves(c *guildhall.OAuth2Code, verifier string) bool {
	if c.Challenge == "" {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(got), []byte(c.Challenge)) == 1
}

// exchangeCode gives a token for a code, once.
// RFC 6749 §4.1.3
func (u *user) exchangeCode(r *userRequest, f guildhall.OAuth2Exchange) (*draft, error) {
	c := r.view.Code(f.Code)
	switch {
	case c == nil, c.ApplicationID != f.ApplicationID, c.RedirectURI != f.RedirectURI, !proves(c, f.Verifier):
		return nil, guildhall.ErrInvalidGrant
	case c.Challenge == "" && f.Public:
		return nil, guildhall.ErrInvalidGrant
	case !c.ExpiresAt.Time().After(r.now):
		return nil, guildhall.ErrInvalidGrant
	}
	d := &draft{}
	if c.Used {
		u.endCoded(r, d, c)
		d.answer(guildhall.OAuth2Exchanged{Refused: true})
		return d, nil
	}
	used := *c
	used.Used, used.ExpiresAt = true, guildhall.TimestampOf(r.now.Add(usedCodeAge))
	d.put(guildhall.OAuth2CodeRow(u.id, &used))
	f.Token.Scopes, f.Token.Code, f.Token.Public = c.Scopes, c.Hash, f.Public
	if err := u.grant(r, d, c.ApplicationID, c.Scopes, f.Token); err != nil {
		return nil, err
	}
	d.answer(guildhall.OAuth2Exchanged{Scopes: c.Scopes, GuildID: c.GuildID, AddBot: c.AddBot, Permissions: c.Permissions})
	return d, nil
}

// endCoded ends the tokens that a code has given: it was used twice, so that one of the two stole it.
func (u *user) endCoded(r *userRequest, d *draft, c *guildhall.OAuth2Code) {
	g := r.view.Grant(c.ApplicationID)
	if g == nil {
		return
	}
	u.doubt(d, g, func(t guildhall.OAuth2Token) bool { return t.Code == c.Hash })
}

// doubt ends tokens of which a thief may have had one, and with the last of them what was allowed. Who has got the rest is not
// sure either: before the application gets a further one, the user is asked, whatever it says of the prompt.
func (u *user) doubt(d *draft, g *guildhall.OAuth2Grant, ended func(guildhall.OAuth2Token) bool) {
	now := *g
	now.Doubted, now.Tokens = true, slices.DeleteFunc(slices.Clone(g.Tokens), ended)
	if len(now.Tokens) == 0 {
		d.put(guildhall.OAuth2GrantRow(u.id, g).Deleted())
		return
	}
	d.put(guildhall.OAuth2GrantRow(u.id, &now))
}

// grant adds a token to what is allowed to an application, without those that can be neither used nor refreshed.
func (u *user) grant(r *userRequest, d *draft, app guildhall.ApplicationID, scopes []string, t guildhall.OAuth2Token) error {
	now := guildhall.OAuth2Grant{ApplicationID: app, CreatedAt: guildhall.TimestampOf(r.now)}
	if before := r.view.Grant(app); before != nil {
		now = *before
	} else if err := r.limits.Room(guildhall.LimitAuthorizations, len(r.view.Grants())); err != nil {
		return err
	}
	now.Scopes = union(now.Scopes, scopes)
	now.Tokens = slices.DeleteFunc(slices.Clone(now.Tokens), func(old guildhall.OAuth2Token) bool {
		return old.Hash == t.Hash || old.Refresh == "" && !old.ExpiresAt.Time().After(r.now)
	})
	if over := len(now.Tokens) + 1 - oauth2TokensMax; over > 0 {
		now.Tokens = now.Tokens[over:]
	}
	now.Tokens = append(now.Tokens, t)
	d.put(guildhall.OAuth2GrantRow(u.id, &now))
	return nil
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// refreshToken puts a new token in the place of the one that the refresh token belongs to.
// RFC 6749 §6
func (u *user) refreshToken(r *userRequest, f guildhall.OAuth2Exchange) (*draft, error) {
	g := r.view.Grant(f.ApplicationID)
	if g == nil {
		return nil, guildhall.ErrInvalidGrant
	}
	i := slices.IndexFunc(g.Tokens, func(t guildhall.OAuth2Token) bool { return t.Refresh != "" && t.Refresh == f.Code })
	if i < 0 {
		return u.refreshedTwice(g, f)
	}
	if f.Public && !g.Tokens[i].Public {
		return nil, guildhall.ErrInvalidGrant
	}
	old := g.Tokens[i]
	scopes := old.Scopes
	for _, s := range f.Scopes {
		if !slices.Contains(old.Scopes, s) {
			return nil, guildhall.ErrInvalidGrant
		}
		scopes = f.Scopes
	}
	now := *g
	now.Tokens = slices.Clone(g.Tokens)
	f.Token.Scopes, f.Token.Code, f.Token.Public = scopes, old.Code, old.Public
	if old.Public {
		f.Token.Spent = append(slices.Clone(old.Spent[max(0, len(old.Spent)-spentMax+1):]), old.Refresh)
	}
	now.Tokens[i] = f.Token
	d := &draft{}
	d.put(guildhall.OAuth2GrantRow(u.id, &now))
	d.answer(guildhall.OAuth2Exchanged{Scopes: scopes})
	return d, nil
}

// spentMax bounds how many refresh tokens are known to have been used.
const spentMax = 8

// refreshedTwice ends the token of a public client whose refresh token was used before; others are simply wrong.
// RFC 9700 §4.14.2
func (u *user) refreshedTwice(g *guildhall.OAuth2Grant, f guildhall.OAuth2Exchange) (*draft, error) {
	spent := func(t guildhall.OAuth2Token) bool { return slices.Contains(t.Spent, f.Code) }
	if !slices.ContainsFunc(g.Tokens, spent) {
		return nil, guildhall.ErrInvalidGrant
	}
	d := &draft{}
	u.doubt(d, g, spent)
	d.answer(guildhall.OAuth2Exchanged{Refused: true})
	return d, nil
}

func (u *user) issueToken(r *userRequest, f guildhall.OAuth2Issue) (*draft, error) {
	if r.deleted() {
		return nil, guildhall.ErrUnknownUser
	}
	d := &draft{}
	return d, u.grant(r, d, f.ApplicationID, f.Token.Scopes, f.Token)
}

// revokeToken ends an access token and its refresh token by either of the two.
// RFC 7009 §2.1
func (u *user) revokeToken(r *userRequest, f guildhall.OAuth2Exchange) (*draft, error) {
	d := &draft{}
	g := r.view.Grant(f.ApplicationID)
	if g == nil {
		return d, nil
	}
	now := *g
	now.Tokens = slices.DeleteFunc(slices.Clone(g.Tokens), func(t guildhall.OAuth2Token) bool {
		return t.Hash == f.Code || t.Refresh != "" && t.Refresh == f.Code
	})
	switch {
	case len(now.Tokens) == 0:
		d.put(guildhall.OAuth2GrantRow(u.id, g).Deleted())
	case len(now.Tokens) < len(g.Tokens):
		d.put(guildhall.OAuth2GrantRow(u.id, &now))
	}
	return d, nil
}

// deauthorize ends all that was allowed to an application, codes on their way included.
func (u *user) deauthorize(r *userRequest, app guildhall.OwnedApplication) (*draft, error) {
	d := &draft{}
	u.dropGrants(r, d, app.ID)
	return d, nil
}

// dropGrants ends what was allowed to one application, or to all for 0.
func (u *user) dropGrants(r *userRequest, d *draft, app guildhall.ApplicationID) {
	for _, g := range r.view.Grants() {
		if app == 0 || g.ApplicationID == app {
			d.put(guildhall.OAuth2GrantRow(u.id, g).Deleted())
		}
	}
	for _, c := range r.view.Codes() {
		if app == 0 || c.ApplicationID == app {
			d.put(guildhall.OAuth2CodeRow(u.id, c).Deleted())
		}
	}
}
