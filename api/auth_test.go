package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

const invalidLogin = `{"code":50035,"message":"Invalid Form Body","errors":{
	"login":{"_errors":[{"code":"INVALID_LOGIN","message":"Login or password is invalid."}]},
	"password":{"_errors":[{"code":"INVALID_LOGIN","message":"Login or password is invalid."}]}}}`

// people makes the owners create users and keep tokens, as the real ones do for these commands.
func people(w *world) {
	next := guildhall.UserID(200 << 22)
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		id := guildhall.UserID(cmd.Object.ID)
		switch cmd.Name {
		case guildhall.CommandUserCreate:
			var c guildhall.CreateUser
			if err := json.Unmarshal(cmd.Body, &c); err != nil {
				return nil, err
			}
			if c.ID == 0 {
				c.ID = next
				next++
			}
			for _, claim := range cmd.Claims {
				holder, _ := w.claims.Claim(w.t.Context(), claim.Kind, claim.Key, guildhall.UserObject(c.ID))
				if holder != guildhall.UserObject(c.ID) {
					return nil, guildhall.BadField("USERNAME_ALREADY_TAKEN", "Username is already taken.", "username")
				}
			}
			u := guildhall.User{ID: c.ID, Username: c.Username}
			w.owners.accounts[c.ID] = &guildhall.AccountAnswer{User: u, Account: c.Account}
			return answerOf(guildhall.NewSelf(&u, &c.Account)), nil
		case guildhall.CommandTokenAdd:
			var added guildhall.AddToken
			if err := json.Unmarshal(cmd.Body, &added); err != nil {
				return nil, err
			}
			token := added.Token
			if was := added.PasswordWas; was != "" && was != w.owners.accounts[id].Account.PasswordHash {
				return nil, guildhall.ErrUnauthorized
			}
			for _, claim := range cmd.Claims {
				_, _ = w.claims.Claim(w.t.Context(), claim.Kind, claim.Key, cmd.Object)
			}
			w.owners.accounts[id].Tokens = append(w.owners.accounts[id].Tokens, &token)
		case guildhall.CommandTokenRemove:
			var removed guildhall.TokensRemoved
			if err := json.Unmarshal(cmd.Body, &removed); err != nil {
				return nil, err
			}
			a := w.owners.accounts[id]
			var left []*guildhall.Token
			for _, token := range a.Tokens {
				if !strings.Contains(strings.Join(removed.Hashes, " "), token.Hash) {
					left = append(left, token)
				}
			}
			a.Tokens = left
		}
		return answerOf(struct{}{}), nil
	}
}

func (w *world) login(login, password string, status int) (token string) {
	w.t.Helper()
	return w.loginFrom("192.0.2.1:1", login, password, status)
}

func (w *world) loginFrom(from, login, password string, status int) (token string) {
	w.t.Helper()
	got := w.want(ask{method: "POST", path: "/api/v10/auth/login", body: fmt.Sprintf(`{"login":%q,"password":%q}`, login, password), from: from}, status, "")
	var answer struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
		w.t.Fatal(err)
	}
	return answer.Token
}

func TestSetupLoginLogout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	secret := w.links.Issue()
	setup := func(secret, rest string) ask {
		return ask{method: "POST", path: "/api/v10/auth/setup", body: fmt.Sprintf(`{"secret":%q,%s}`, secret, rest)}
	}
	const good = `"username":"Root.1","password":"correct horse","email":"Root@Example.org"`
	refused := `{"code":0,"message":"Setup link is not valid"}`
	w.want(setup("wrong", good), 403, refused)
	w.want(setup(secret, `"username":"olga","password":"correct horse"`), 400,
		`{"code":50035,"message":"Invalid Form Body","errors":{"username":{"_errors":[{"code":"USERNAME_ALREADY_TAKEN","message":"Username is already taken."}]}}}`)
	for _, bad := range []string{
		`"username":"a..b","password":"correct horse"`, `"username":"x y","password":"correct horse"`, `"username":"everyone","password":"correct horse"`,
		`"username":"ok","password":"short"`, `"username":"ok","password":"` + strings.Repeat("x", 1025) + `"`, `"username":"ok","password":"12345678\u0000"`,
		`"username":"ok"`, `"password":"correct horse"`, `"username":"ok","password":"correct horse","email":"nothing"`,
	} {
		w.want(setup(secret, bad), 400, "")
	}
	w.clock.pass(10 * time.Minute)
	got := w.want(setup(secret, good), 201, "")
	if !strings.Contains(got.Body.String(), `"token":"`) {
		t.Errorf("answer: %s", got.Body)
	}
	w.want(setup(secret, `"username":"other","password":"correct horse"`), 403, refused)
	w.want(setup(w.links.Issue(), `"username":"other","password":"correct horse"`), 403, refused)

	token := w.login("ROOT.1", "correct horse", 200)
	w.login("root@example.ORG", "correct horse", 200)
	id, err := guildhall.ParseToken(token)
	if err != nil {
		t.Fatal(err)
	}
	if account := w.owners.accounts[id]; !account.Account.Operator || !strings.HasPrefix(account.Account.PasswordHash, "$argon2id$") ||
		strings.Contains(account.Account.PasswordHash, "horse") {
		t.Errorf("account: %+v", account.Account)
	}
	w.tokens[id] = token
	w.want(ask{method: "POST", path: "/api/v10/auth/logout", as: id}, 204, "")
	w.want(ask{method: "POST", path: "/api/v10/auth/logout", as: id}, 401, "")
	w.owners.accounts[id].Account.Disabled = true
	w.login("root.1", "correct horse", 403)
}

// TestSetupAfterCrash: a server that died between the claim and the birth must not be without an operator for ever.
func TestSetupAfterCrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	const unborn = guildhall.UserID(300 << 22)
	w.claims.held["operator/first"] = guildhall.UserObject(unborn)
	body := fmt.Sprintf(`{"secret":%q,"username":"root","password":"correct horse"}`, w.links.Issue())
	got := w.want(ask{method: "POST", path: "/api/v10/auth/setup", body: body}, 201, "")
	if !strings.Contains(got.Body.String(), unborn.String()) {
		t.Errorf("another id than the claim's: %s", got.Body)
	}
}

func TestSetupLinkExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	secret := w.links.Issue()
	w.clock.pass(api.SetupTime)
	body := fmt.Sprintf(`{"secret":%q,"username":"root","password":"correct horse"}`, secret)
	w.want(ask{method: "POST", path: "/api/v10/auth/setup", body: body}, 403, "")
}

func TestWrongLoginsAreAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	for _, login := range []string{"nobody", "ann", "robot", "nobody@example.org"} {
		w.want(ask{method: "POST", path: "/api/v10/auth/login", body: fmt.Sprintf(`{"login":%q,"password":"12345678"}`, login)}, 400, invalidLogin)
	}
}

func TestLoginTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	made, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "carl", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		w.login("carl", "wrong horse", 400)
	}
	w.login("Carl", "correct horse", 429)
	w.loginFrom("192.0.2.9:1", "carl", "correct horse", 200)
	w.clock.pass(5 * time.Minute)
	for range 8 {
		w.login("carl", "correct horse", 200) // those that succeed don't count
	}
	if n := len(w.owners.accounts[made.ID].Tokens); n != 9 {
		t.Errorf("%d tokens, want 9", n)
	}
}

func TestOldestLoginsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	made, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "carl", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	account := w.owners.accounts[made.ID]
	for i := range 50 {
		account.Tokens = append(account.Tokens, &guildhall.Token{Hash: fmt.Sprint("old", i), CreatedAt: guildhall.Timestamp(i), Kind: "login"})
	}
	account.Tokens = append(account.Tokens, &guildhall.Token{Hash: "bots", Kind: "bot"})
	w.login("carl", "correct horse", 200)
	if len(account.Tokens) != 51 || account.Tokens[0].Hash != "old1" {
		t.Errorf("%d tokens, first %s", len(account.Tokens), account.Tokens[0].Hash)
	}
}
