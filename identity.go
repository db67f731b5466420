package guildhall

import (
	"slices"
	"strings"
)

// Identity is whom a token belongs to, as of a moment.
type Identity struct {
	User UserID `json:"user"`
	Bot  bool   `json:"bot,omitempty"`
	// Operator may do what the installation's operator may.
	Operator bool `json:"operator,omitempty"`
	// TokenHash names the token without telling it.
	TokenHash string `json:"token_hash"`
	// Intents are the privileged intents granted: those that a bot's application flags name; all for a person.
	Intents Intents `json:"intents"`
	// Position is the head of the user's object that the answer was read at; 0 where that isn't known. Who follows the
	// user from an earlier position sees the token's end in the records; who starts at a later one must ask again.
	Position uint64 `json:"position,omitempty"`
	// Application and Scopes, with spaces between, are set where the user's token was given to an application: it is good
	// for what the scopes say and for nothing else.
	Application ApplicationID `json:"application,omitempty"`
	Scopes      string        `json:"scopes,omitempty"`
}

// Has tells whether a token that was given to an application is good for a scope.
func (i *Identity) Has(scope string) bool {
	return i.Application != 0 && slices.Contains(strings.Fields(i.Scopes), scope)
}
