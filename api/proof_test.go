package api_test

import (
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
