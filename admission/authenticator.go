package admission

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"guildhall"
)

const (
	// identityAge is how long an answer is believed: a removed token, a disabled account ends within it. S20 asks for 5 s.
	identityAge = 2 * time.Second
	// identitiesMax bounds the cache: as many as one node can have busy users in two seconds.
	identitiesMax = 20_000
	// lookupTimeout bounds a look-up that several requests wait for and that therefore belongs to none of them.
	lookupTimeout = 5 * time.Second

	// ClaimToken is the kind of claim by which a token's hash leads to its user.
	ClaimToken = guildhall.ClaimToken
)

// Queries asks owners.
type Queries interface {
	// Query returns a *guildhall.Error where the owner refuses. ctx must have a deadline.
	Query(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error)
}

// Claimed looks names up.
type Claimed interface {
	Claimed(ctx context.Context, kind, key string) (guildhall.Object, error)
}

// Authenticator tells whose a token is. It is safe for several goroutines.
type Authenticator struct {
	// fixed after NewAuthenticator
	owners Queries
	claims Claimed
	now    func() time.Time

	known   *Recent[string, knownIdentity]
	lookups singleflight.Group
}

type knownIdentity struct {
	identity guildhall.Identity
	until    time.Time
}

// NewAuthenticator makes one. now is the wall clock unless a test says otherwise; nil is time.Now.
func NewAuthenticator(owners Queries, claims Claimed, now func() time.Time) *Authenticator {
	if now == nil {
		now = time.Now
	}
	return &Authenticator{owners: owners, claims: claims, now: now, known: NewRecent[string, knownIdentity](identitiesMax)}
}

// Authenticate tells whose the token is, without the "Bot " that goes before a bot's. The error is ErrUnauthorized where it
// is nobody's (any more), and another where that couldn't be found out.
func (a *Authenticator) Authenticate(ctx context.Context, token string) (guildhall.Identity, error) {
	return a.authenticate(ctx, token, "", a.look)
}

// AuthenticateBearer is Authenticate for tokens that users have given to applications. Who takes these must ask the
// identity for the scope: nothing else takes them.
func (a *Authenticator) AuthenticateBearer(ctx context.Context, token string) (guildhall.Identity, error) {
	return a.authenticate(ctx, token, "bearer ", a.lookBearer)
}

func (a *Authenticator) authenticate(
	ctx context.Context, token, kind string, look func(context.Context, guildhall.UserID, string) (guildhall.Identity, error),
) (guildhall.Identity, error) {
	// Most wrong tokens are seen by their form and cost no look-up.
	user, err := guildhall.ParseToken(token)
	if err != nil {
		return guildhall.Identity{}, guildhall.ErrUnauthorized.Because(err)
	}
	hash := guildhall.TokenHash(token)
	key := kind + hash
	if k, ok := a.known.Get(key); ok && a.now().Before(k.until) {
		return k.identity, nil
	}
	result := a.lookups.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookupTimeout)
		defer cancel()
		began := a.now()
		identity, err := look(ctx, user, hash)
		if err != nil {
			a.known.Delete(key)
			return nil, err
		}
		// The age counts from before the question, because the answer may have been true only then.
		a.known.Put(key, knownIdentity{identity, began.Add(identityAge)})
		return identity, nil
	})
	select {
	case <-ctx.Done():
		return guildhall.Identity{}, fmt.Errorf("authenticate: %w", context.Cause(ctx))
	case r := <-result:
		if r.Err != nil {
			return guildhall.Identity{}, r.Err
		}
		return r.Val.(guildhall.Identity), nil
	}
}

// Forget drops what is known of a token, so that its end is seen at once on this node.
func (a *Authenticator) Forget(hash string) { a.known.Delete(hash) }

// ForgetBearer is Forget for a token that a user has given to an application.
func (a *Authenticator) ForgetBearer(hash string) { a.known.Delete("bearer " + hash) }

func (a *Authenticator) look(ctx context.Context, user guildhall.UserID, hash string) (guildhall.Identity, error) {
	var none guildhall.Identity
	holder, err := a.claims.Claimed(ctx, ClaimToken, hash)
	if err != nil {
		return none, fmt.Errorf("look up token: %w", err)
	}
	if holder != guildhall.UserObject(user) {
		return none, guildhall.ErrUnauthorized
	}
	account, position, err := a.account(ctx, holder)
	if err != nil {
		return none, err
	}
	if account.Account.Disabled || !holds(account.Tokens, hash) {
		return none, guildhall.ErrUnauthorized
	}
	identity := guildhall.Identity{
		User: user, Bot: account.User.Bot, Operator: account.Account.Operator, TokenHash: hash, Position: position,
	}
	switch {
	case account.Application != nil:
		identity.Intents = account.Application.AllowedIntents()
	case !account.User.Bot:
		identity.Intents = guildhall.IntentsPrivileged
	}
	return identity, nil
}

// account asks the user's owner.
func (a *Authenticator) account(ctx context.Context, user guildhall.Object) (account guildhall.AccountAnswer, position uint64, err error) {
	cmd := &guildhall.Command{Name: guildhall.QueryAccount, Object: user}
	if _, err := rand.Read(cmd.RequestID[:]); err != nil {
		return account, 0, fmt.Errorf("make request id: %w", err)
	}
	answer, err := a.owners.Query(ctx, cmd)
	if errors.Is(err, guildhall.ErrUnknownUser) {
		// The claim was made for a user who was never born or is gone.
		return account, 0, guildhall.ErrUnauthorized.Because(err)
	}
	if err != nil {
		return account, 0, fmt.Errorf("read account: %w", err)
	}
	if err := json.Unmarshal(answer.Body, &account); err != nil {
		return account, 0, fmt.Errorf("read account: %w", err)
	}
	return account, answer.Position, nil
}

// lookBearer finds an application's token among those that the user has given. The token names the user, so that no claim
// needs to lead there.
func (a *Authenticator) lookBearer(ctx context.Context, user guildhall.UserID, hash string) (guildhall.Identity, error) {
	var none guildhall.Identity
	account, position, err := a.account(ctx, guildhall.UserObject(user))
	if err != nil {
		return none, err
	}
	if account.Account.Disabled {
		return none, guildhall.ErrUnauthorized
	}
	for _, g := range account.Grants {
		for _, t := range g.Tokens {
			if subtle.ConstantTimeCompare([]byte(t.Hash), []byte(hash)) == 1 && t.ExpiresAt.Time().After(a.now()) {
				return guildhall.Identity{
					User: user, TokenHash: hash, Position: position, Application: g.ApplicationID, Scopes: strings.Join(t.Scopes, " "),
				}, nil
			}
		}
	}
	return none, guildhall.ErrUnauthorized
}

// holds compares all tokens and each whole, so that the time tells nothing.
func holds(tokens []*guildhall.Token, hash string) bool {
	found := 0
	for _, t := range tokens {
		found |= subtle.ConstantTimeCompare([]byte(t.Hash), []byte(hash))
	}
	return found == 1
}
