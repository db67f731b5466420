package guildhall

import "cmp"

// Commands about what a user has allowed to applications, all but the last of the system's. Codes and tokens are named by
// their SHA-256 in hex.
const (
	CommandOAuth2Code        = "oauth2.code"        // OAuth2Code → –
	CommandOAuth2Exchange    = "oauth2.exchange"    // OAuth2Exchange → OAuth2Exchanged
	CommandOAuth2Refresh     = "oauth2.refresh"     // OAuth2Exchange (code: the refresh token) → OAuth2Exchanged
	CommandOAuth2Issue       = "oauth2.issue"       // OAuth2Issue → –
	CommandOAuth2Revoke      = "oauth2.revoke"      // OAuth2Exchange (code: either token) → –
	CommandOAuth2Deauthorize = "oauth2.deauthorize" // of the user itself; OwnedApplication (id) → –
)

// OAuth2Grant is what a user has allowed to one application.
type OAuth2Grant struct {
	ApplicationID ApplicationID `json:"application_id"`
	Scopes        []string      `json:"scopes"`
	CreatedAt     Timestamp     `json:"created_at"`
	Tokens        []OAuth2Token `json:"tokens"`
	// Doubted is set when a code or refresh token came twice: the user is asked anew, also where nobody is to be prompted.
	Doubted bool `json:"doubted,omitempty"`
}

// OAuth2Token is an access token with the refresh token that goes with it.
type OAuth2Token struct {
	Hash      string    `json:"hash"`
	Refresh   string    `json:"refresh,omitempty"` // none for client credentials
	Scopes    []string  `json:"scopes"`
	CreatedAt Timestamp `json:"created_at"`
	ExpiresAt Timestamp `json:"expires_at"` // of the access token
	// Code is what it was first given for: used again, the code ends it.
	Code string `json:"code,omitempty"`
	// Public tokens went to a client without a secret, which may then refresh them without.
	Public bool `json:"public,omitempty"`
	// Spent are the last refresh tokens that it came after, of a public client: who shows one of them again may be a thief,
	// or the one who was robbed. RFC 9700 §4.14.2
	Spent []string `json:"spent,omitempty"`
}

// OAuth2Code is an authorization code.
// RFC 6749 §4.1.2
type OAuth2Code struct {
	Hash          string        `json:"hash"`
	ApplicationID ApplicationID `json:"application_id"`
	RedirectURI   string        `json:"redirect_uri"`
	Scopes        []string      `json:"scopes"`
	// Challenge is that of RFC 7636 by S256; empty for none.
	Challenge string    `json:"challenge,omitempty"`
	ExpiresAt Timestamp `json:"expires_at"`
	Used      bool      `json:"used,omitempty"`
	// GuildID is where a bot was added or, for one that asks for the whole grant, is to be added with Permissions.
	GuildID     GuildID     `json:"guild_id,omitempty"`
	AddBot      bool        `json:"add_bot,omitempty"`
	Permissions Permissions `json:"permissions,omitempty"`
}

// OAuth2Exchange brings a code or a token for another token.
type OAuth2Exchange struct {
	Code          string        `json:"code"`
	ApplicationID ApplicationID `json:"application_id"`
	RedirectURI   string        `json:"redirect_uri,omitempty"`
	Verifier      string        `json:"verifier,omitempty"`
	// Public is set where the client has shown no secret.
	Public bool `json:"public,omitempty"`
	// Scopes narrows a refreshed token; empty keeps all.
	Scopes []string    `json:"scopes,omitempty"`
	Token  OAuth2Token `json:"token"`
}

// OAuth2Exchanged says what the new token is good for.
type OAuth2Exchanged struct {
	// Refused is set when the code was used before: that is recorded, and what it gave has ended.
	Refused     bool        `json:"refused,omitempty"`
	Scopes      []string    `json:"scopes,omitempty"`
	GuildID     GuildID     `json:"guild_id,omitempty"`
	AddBot      bool        `json:"add_bot,omitempty"`
	Permissions Permissions `json:"permissions,omitempty"`
}

// OAuth2Issue gives an application a token of its own owner's.
type OAuth2Issue struct {
	ApplicationID ApplicationID `json:"application_id"`
	Token         OAuth2Token   `json:"token"`
}

// ErrInvalidGrant is for codes and tokens that are not good (any more).
var ErrInvalidGrant = &Error{Status: 400, Code: 50025, Message: "Invalid OAuth2 access token provided"}

// OAuth2GrantRow holds what is allowed to one application.
func OAuth2GrantRow(id UserID, g *OAuth2Grant) Row {
	return oauth2Row(id, oauth2Granted, g.ApplicationID.Key(), g)
}

// OAuth2CodeRow holds one code.
func OAuth2CodeRow(id UserID, c *OAuth2Code) Row {
	return oauth2Row(id, oauth2Coded, c.Hash, c)
}

// Grant gives what is allowed to an application, or nil.
func (v UserView) Grant(id ApplicationID) *OAuth2Grant {
	g, _ := v.s.grants.Get(id, v.staged)
	return g
}

// Grants gives all of it by application.
func (v UserView) Grants() []*OAuth2Grant {
	return sorted(v.s.grants.All(v.staged), func(a, b *OAuth2Grant) int { return cmp.Compare(a.ApplicationID, b.ApplicationID) })
}

// Code gives an authorization code, or nil; it may have expired.
func (v UserView) Code(hash string) *OAuth2Code {
	c, _ := v.s.codes.Get(hash, v.staged)
	return c
}

// Codes gives all authorization codes, those that end first in front.
func (v UserView) Codes() []*OAuth2Code {
	return sorted(v.s.codes.All(v.staged), func(a, b *OAuth2Code) int {
		return cmp.Or(cmp.Compare(a.ExpiresAt, b.ExpiresAt), cmp.Compare(a.Hash, b.Hash))
	})
}
