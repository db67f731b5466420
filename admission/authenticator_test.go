package admission_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"guildhall"
	"guildhall/admission"
)

// account is the owner of one user, and the claims.
type account struct {
	mu     sync.Mutex
	answer guildhall.AccountAnswer
	held   map[string]guildhall.Object
	err    error
	asked  int
	slow   time.Duration
}

func (a *account) Query(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	if a.slow > 0 {
		select {
		case <-time.After(a.slow): // in a bubble
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	if _, ok := ctx.Deadline(); !ok || cmd.RequestID == (guildhall.RequestID{}) || cmd.Actor != 0 {
		return nil, errors.New("a query without deadline, with no id or for somebody")
	}
	if a.err != nil {
		return nil, a.err
	}
	b, err := json.Marshal(a.answer)
	return &guildhall.Answer{Body: b, Position: 9}, err
}

func (a *account) Claimed(_ context.Context, kind, key string) (guildhall.Object, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held[kind+"/"+key], nil
}

func newAccount(u guildhall.User) (a *account, token string) {
	token, hash := guildhall.NewToken(u.ID)
	a = &account{
		answer: guildhall.AccountAnswer{User: u, Tokens: []*guildhall.Token{{Hash: "another"}, {Hash: hash}}},
		held:   map[string]guildhall.Object{"token/" + hash: guildhall.UserObject(u.ID)},
	}
	return a, token
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	a, token := newAccount(guildhall.User{ID: 5, Bot: true})
	a.answer.Application = &guildhall.Application{Flags: guildhall.ApplicationMessageContentLimited}
	got, err := admission.NewAuthenticator(a, a, nil).Authenticate(t.Context(), token)
	want := guildhall.Identity{
		User: 5, Bot: true, TokenHash: guildhall.TokenHash(token), Intents: guildhall.IntentMessageContent, Position: 9,
	}
	if err != nil || got != want {
		t.Errorf("bot: %+v, %v; want %+v", got, err, want)
	}
	a, token = newAccount(guildhall.User{ID: 6})
	a.answer.Account.Operator = true
	got, err = admission.NewAuthenticator(a, a, nil).Authenticate(t.Context(), token)
	want = guildhall.Identity{User: 6, Operator: true, TokenHash: guildhall.TokenHash(token), Intents: guildhall.IntentsPrivileged, Position: 9}
	if err != nil || got != want {
		t.Errorf("person: %+v, %v; want %+v", got, err, want)
	}
}

func TestAuthenticateRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("store is away")
	other, _ := guildhall.NewToken(5)
	tests := map[string]struct {
		change func(a *account, token *string)
		want   error
	}{
		"a token of nobody": {func(_ *account, token *string) { *token = other }, guildhall.ErrUnauthorized},
		"no token":          {func(_ *account, token *string) { *token = "x" }, guildhall.ErrUnauthorized},
		"another's claim": {func(a *account, _ *string) {
			for k := range a.held {
				a.held[k] = guildhall.UserObject(6)
			}
		}, guildhall.ErrUnauthorized},
		"a removed token":         {func(a *account, _ *string) { a.answer.Tokens = a.answer.Tokens[:1] }, guildhall.ErrUnauthorized},
		"a disabled account":      {func(a *account, _ *string) { a.answer.Account.Disabled = true }, guildhall.ErrUnauthorized},
		"a user never born":       {func(a *account, _ *string) { a.err = guildhall.ErrUnknownUser }, guildhall.ErrUnauthorized},
		"an owner out of reach":   {func(a *account, _ *string) { a.err = broken }, broken},
		"an owner that is moving": {func(a *account, _ *string) { a.err = guildhall.ErrUnavailable }, guildhall.ErrUnavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, token := newAccount(guildhall.User{ID: 5})
			test.change(a, &token)
			if got, err := admission.NewAuthenticator(a, a, nil).Authenticate(t.Context(), token); !errors.Is(err, test.want) || got.User != 0 {
				t.Errorf("%+v, %v; want %v", got, err, test.want)
			}
		})
	}
}

// TestIdentitiesAge: S20.
func TestIdentitiesAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, token := newAccount(guildhall.User{ID: 5})
		auth := admission.NewAuthenticator(a, a, nil)
		for range 10 {
			if _, err := auth.Authenticate(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		if a.asked != 1 {
			t.Errorf("asked %d times in a moment", a.asked)
		}
		a.answer.Account.Disabled = true
		time.Sleep(2 * time.Second)
		if _, err := auth.Authenticate(t.Context(), token); !errors.Is(err, guildhall.ErrUnauthorized) {
			t.Errorf("two seconds after: %v", err)
		}
		a.answer.Account.Disabled = false
		if _, err := auth.Authenticate(t.Context(), token); err != nil {
			t.Errorf("enabled again: %v", err)
		}
		a.answer.Account.Disabled = true
		auth.Forget(guildhall.TokenHash(token))
		if _, err := auth.Authenticate(t.Context(), token); !errors.Is(err, guildhall.ErrUnauthorized) {
			t.Errorf("forgotten: %v", err)
		}
	})
}

// TestLookupsAreShared: many requests with one token at once ask once, and one that gives up spoils it for nobody.
func TestLookupsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, token := newAccount(guildhall.User{ID: 5})
		a.slow = time.Second
		auth := admission.NewAuthenticator(a, a, nil)
		hasty, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := auth.Authenticate(hasty, token); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the hasty one: %v", err)
			}
		})
		synctest.Wait()
		for range 20 {
			all.Go(func() {
				if _, err := auth.Authenticate(t.Context(), token); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if a.asked != 1 {
			t.Errorf("asked %d times", a.asked)
		}
	})
}

// TestApplicationsTokensAreAnotherKind: what a user has given to an application is not the user's own token, nor the other
// way round, and ends by itself.
func TestApplicationsTokensAreAnotherKind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, own := newAccount(guildhall.User{ID: 5})
		a.answer.Account.Operator = true
		given, hash := guildhall.NewToken(5)
		a.answer.Grants = []*guildhall.OAuth2Grant{{ApplicationID: 9, Tokens: []guildhall.OAuth2Token{{
			Hash: hash, Scopes: []string{"identify", "guilds"}, ExpiresAt: guildhall.TimestampOf(time.Now().Add(time.Hour)),
		}}}}
		auth := admission.NewAuthenticator(a, a, nil)
		got, err := auth.AuthenticateBearer(t.Context(), given)
		want := guildhall.Identity{User: 5, TokenHash: hash, Position: 9, Application: 9, Scopes: "identify guilds"}
		if err != nil || got != want || !got.Has("guilds") || got.Has("email") || got.Has("guild") {
			t.Errorf("given: %+v, %v; want %+v", got, err, want)
		}
		if got, err := auth.Authenticate(t.Context(), given); !errors.Is(err, guildhall.ErrUnauthorized) {
			t.Errorf("as the user's own: %+v, %v", got, err)
		}
		if got, err := auth.AuthenticateBearer(t.Context(), own); !errors.Is(err, guildhall.ErrUnauthorized) {
			t.Errorf("the own one as given: %+v, %v", got, err)
		}
		time.Sleep(time.Hour)
		if got, err := auth.AuthenticateBearer(t.Context(), given); !errors.Is(err, guildhall.ErrUnauthorized) {
			t.Errorf("an hour later: %+v, %v", got, err)
		}
	})
}
