package api_test

import (
	"fmt"
	"slices"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestCodesAreUsedLast: the hash of a new password, for which there may be no room, is made before a code is used up that is
// good once.
func TestCodesAreUsedLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	made, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "carl", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	w.tokens[made.ID] = w.login("carl", "correct horse", 200)
	w.owners.accounts[made.ID].Account.MFA = &guildhall.MFA{Codes: []string{guildhall.RecoveryHash("abcd-efgh")}}
	used := func() bool {
		w.owners.mu.Lock()
		defer w.owners.mu.Unlock()
		return slices.ContainsFunc(w.owners.seen, func(cmd *guildhall.Command) bool { return cmd.Name == guildhall.CommandMFAUse })
	}
	var hashed []string
	w.WatchPasswords(func(password string, _, _ uint32, _ uint8, _ uint32) {
		hashed = append(hashed, password)
		if used() {
			t.Errorf("the code was used up before %q was hashed", password)
		}
	})
	w.want(ask{
		method: "POST", path: "/api/v10/auth/password", as: made.ID,
		body: `{"password":"correct horse","new_password":"battery staple","code":"abcd-efgh"}`,
	}, 204, "")
	if !slices.Equal(hashed, []string{"correct horse", "battery staple"}) || !used() {
		t.Errorf("hashed %q, code used: %t", hashed, used())
	}
}

// TestStrangersLockNobodyOut: who guesses at an account from outside does not keep the person who is signed in from showing
// who it is, which a change of the password takes.
func TestStrangersLockNobodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	made, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "carl", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	w.tokens[made.ID] = w.login("carl", "correct horse", 200)
	w.ReplacePasswords(func() {})
	for n := range 101 {
		status := map[bool]int{false: 400, true: 429}[n >= 100]
		w.loginFrom(fmt.Sprintf("203.0.113.%d:1", n/5), "carl", "wrong horse", status)
		// Nor does a login that reads like what others' tries are counted under.
		w.loginFrom(fmt.Sprintf("203.0.113.%d:1", 100+n/5), "insider "+made.ID.String(), "wrong horse", status)
	}
	change := func(password string, status int) {
		t.Helper()
		w.want(ask{
			method: "POST", path: "/api/v10/auth/password", as: made.ID, from: "198.51.100.7:1",
			body: fmt.Sprintf(`{"password":%q,"new_password":"battery staple"}`, password),
		}, status, "")
	}
	change("wrong horse", 400) // no hash matches: what matters is that it is looked at
	// Who has the token alone can't guess for long either.
	for range 4 {
		change("wrong horse", 400)
	}
	change("wrong horse", 429)
}
