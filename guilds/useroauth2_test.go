package guilds

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"guildhall"
)

// granted is a user with a code that an application may exchange.
type granted struct {
	*bench
	id   guildhall.UserID
	made int
}

const grantApp = guildhall.ApplicationID(77 << 22)

func newGranted(t *testing.T) *granted {
	t.Helper()
	b, id := newUser(t, guildhall.CreateUser{Username: "mira"})
	return &granted{bench: b, id: id}
}

func (g *granted) code(hash string, change func(*guildhall.OAuth2Code)) {
	g.t.Helper()
	c := guildhall.OAuth2Code{
		Hash: hash, ApplicationID: grantApp, RedirectURI: "https://a.example/", Scopes: []string{"guilds", "identify"},
		ExpiresAt: guildhall.TimestampOf(g.now.Add(time.Minute)),
	}
	if change != nil {
		change(&c)
	}
	g.must(system, 0, guildhall.CommandOAuth2Code, c)
}

// exchange asks for another token.
func (g *granted) exchange(code string) guildhall.OAuth2Exchange {
	g.made++
	return guildhall.OAuth2Exchange{
		Code: code, ApplicationID: grantApp, RedirectURI: "https://a.example/",
		Token: guildhall.OAuth2Token{
			Hash: fmt.Sprintf("access%d", g.made), Refresh: fmt.Sprintf("refresh%d", g.made),
			ExpiresAt: guildhall.TimestampOf(g.now.Add(time.Hour)),
		},
	}
}

func (g *granted) tokens() []string {
	g.t.Helper()
	var hashes []string
	for _, grant := range ask[guildhall.AccountAnswer](g.bench, system, 0, guildhall.QueryAccount, nil).Grants {
		for _, t := range grant.Tokens {
			hashes = append(hashes, t.Hash)
		}
	}
	return hashes
}

func TestCodesAreGoodOnce(t *testing.T) {
	t.Parallel()
	g := newGranted(t)
	g.code("c", nil)
	bad := map[string]func(*guildhall.OAuth2Exchange){
		"another application": func(f *guildhall.OAuth2Exchange) { f.ApplicationID++ },
		"another address":     func(f *guildhall.OAuth2Exchange) { f.RedirectURI += "x" },
		"a verifier":          func(f *guildhall.OAuth2Exchange) { f.Verifier = "x" },
		"no secret":           func(f *guildhall.OAuth2Exchange) { f.Public = true },
		"another code":        func(f *guildhall.OAuth2Exchange) { f.Code = "d" },
	}
	for name, change := range bad {
		f := g.exchange("c")
		change(&f)
		if _, err := g.do(system, 0, guildhall.CommandOAuth2Exchange, f); !guildhall.ErrInvalidGrant.Is(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	g.refuse(guildhall.ErrMissingAccess, g.id, 0, guildhall.CommandOAuth2Exchange, g.exchange("c"))
	first := g.exchange("c")
	done := read[guildhall.OAuth2Exchanged](t, g.must(system, 0, guildhall.CommandOAuth2Exchange, first).reply)
	if done.Refused || !slices.Equal(done.Scopes, []string{"guilds", "identify"}) || !slices.Equal(g.tokens(), []string{first.Token.Hash}) {
		t.Errorf("exchanged: %+v, tokens %v", done, g.tokens())
	}
	// What was refreshed since ends with it.
	g.must(system, 0, guildhall.CommandOAuth2Refresh, g.exchange(first.Token.Refresh))
	done = read[guildhall.OAuth2Exchanged](t, g.must(system, 0, guildhall.CommandOAuth2Exchange, g.exchange("c")).reply)
	if !done.Refused || len(g.tokens()) != 0 {
		t.Errorf("used twice: %+v, tokens %v", done, g.tokens())
	}
	g.code("late", nil)
	g.now = g.now.Add(2 * time.Minute)
	g.refuse(guildhall.ErrInvalidGrant, system, 0, guildhall.CommandOAuth2Exchange, g.exchange("late"))
}

// TestDoubtedConsent: a code that came twice was in two hands. What was allowed is doubted until the user allows it again.
func TestDoubtedConsent(t *testing.T) {
	t.Parallel()
	g := newGranted(t)
	grants := func() []*guildhall.OAuth2Grant {
		return ask[guildhall.AccountAnswer](g.bench, system, 0, guildhall.QueryAccount, nil).Grants
	}
	exchange := func(code string) {
		t.Helper()
		g.must(system, 0, guildhall.CommandOAuth2Exchange, g.exchange(code))
	}
	g.code("c", nil)
	exchange("c")
	exchange("c")
	if left := grants(); len(left) != 0 {
		t.Errorf("without a token something is allowed: %+v", left[0])
	}
	for _, code := range []string{"d", "e", "waiting"} {
		g.code(code, nil)
	}
	exchange("d")
	exchange("e")
	exchange("e")
	if left := grants(); len(left) != 1 || !left[0].Doubted || len(left[0].Tokens) != 1 {
		t.Errorf("one of two tokens is doubted: %+v", left)
	}
	exchange("waiting") // allowed before
	if left := grants(); !left[0].Doubted {
		t.Error("a code from before ends the doubt")
	}
	g.code("f", nil)
	if left := grants(); left[0].Doubted {
		t.Error("doubted though the user was asked again")
	}
}

func TestProofKeys(t *testing.T) {
	t.Parallel()
	g := newGranted(t)
	sum := sha256.Sum256([]byte("verifier"))
	g.code("c", func(c *guildhall.OAuth2Code) { c.Challenge = base64.RawURLEncoding.EncodeToString(sum[:]) })
	for _, verifier := range []string{"", "verifie", "Verifier", base64.RawURLEncoding.EncodeToString(sum[:])} {
		f := g.exchange("c")
		f.Verifier = verifier
		g.refuse(guildhall.ErrInvalidGrant, system, 0, guildhall.CommandOAuth2Exchange, f)
	}
	f := g.exchange("c")
	f.Verifier, f.Public = "verifier", true
	g.must(system, 0, guildhall.CommandOAuth2Exchange, f)
}

func TestRefreshNarrows(t *testing.T) {
	t.Parallel()
	g := newGranted(t)
	g.code("c", nil)
	first := g.exchange("c")
	g.must(system, 0, guildhall.CommandOAuth2Exchange, first)
	wide := g.exchange(first.Token.Refresh)
	wide.Scopes = []string{"email"}
	g.refuse(guildhall.ErrInvalidGrant, system, 0, guildhall.CommandOAuth2Refresh, wide)
	narrow := g.exchange(first.Token.Refresh)
	narrow.Scopes = []string{"identify"}
	done := read[guildhall.OAuth2Exchanged](t, g.must(system, 0, guildhall.CommandOAuth2Refresh, narrow).reply)
	if !slices.Equal(done.Scopes, []string{"identify"}) || !slices.Equal(g.tokens(), []string{narrow.Token.Hash}) {
		t.Errorf("refreshed: %+v, tokens %v", done, g.tokens())
	}
	g.refuse(guildhall.ErrInvalidGrant, system, 0, guildhall.CommandOAuth2Refresh, g.exchange(first.Token.Refresh))
	g.must(system, 0, guildhall.CommandOAuth2Revoke, guildhall.OAuth2Exchange{Code: narrow.Token.Refresh, ApplicationID: grantApp + 1})
	if len(g.tokens()) != 1 {
		t.Error("another application has revoked it")
	}
	g.must(system, 0, guildhall.CommandOAuth2Revoke, guildhall.OAuth2Exchange{Code: narrow.Token.Refresh, ApplicationID: grantApp})
	if len(g.tokens()) != 0 {
		t.Errorf("revoked: %v", g.tokens())
	}
}

// TestRefreshOfAPublicClient: who shows a refresh token that was used already ends what came of it.
func TestRefreshOfAPublicClient(t *testing.T) {
	t.Parallel()
	g := newGranted(t)
	proof := sha256.Sum256([]byte("verifier"))
	g.code("c", func(c *guildhall.OAuth2Code) { c.Challenge = base64.RawURLEncoding.EncodeToString(proof[:]) })
	first := g.exchange("c")
	first.Public, first.Verifier = true, "verifier"
	g.must(system, 0, guildhall.CommandOAuth2Exchange, first)
	used, last := first.Token.Refresh, ""
	for range 3 {
		next := g.exchange(used)
		next.Public = true
		g.must(system, 0, guildhall.CommandOAuth2Refresh, next)
		last, used = used, next.Token.Refresh
	}
	again := g.exchange(last)
	again.Public = true
	if done := read[guildhall.OAuth2Exchanged](t, g.must(system, 0, guildhall.CommandOAuth2Refresh, again).reply); !done.Refused {
		t.Error("a used refresh token is good")
	}
	if left := g.tokens(); len(left) != 0 {
		t.Errorf("what came of it stays: %v", left)
	}
	g.refuse(guildhall.ErrInvalidGrant, system, 0, guildhall.CommandOAuth2Refresh, g.exchange(used))
}

// TestGrantsAreBounded: however often an application asks, the user's object stays small.
func TestGrantsAreBounded(t *testing.T) {
	t.Parallel()
	g := newGranted(t)
	for i := range 3 * oauth2CodesMax {
		g.code(fmt.Sprint("c", i), nil)
		if i%2 == 0 {
			g.must(system, 0, guildhall.CommandOAuth2Exchange, g.exchange(fmt.Sprint("c", i)))
		}
	}
	if n := len(g.tokens()); n != oauth2TokensMax {
		t.Errorf("%d tokens", n)
	}
	if n := len(g.state.(*user).state.Committed().Codes()); n > oauth2CodesMax {
		t.Errorf("%d codes", n)
	}
	g.must(g.id, 0, guildhall.CommandOAuth2Deauthorize, guildhall.OwnedApplication{ID: grantApp})
	if len(g.tokens()) != 0 || len(g.state.(*user).state.Committed().Codes()) != 0 {
		t.Errorf("deauthorized: %v", g.tokens())
	}
}
