package guildhall_test

import (
	"testing"

	"guildhall"
)

// TestNobodyIsVerified: an address that nobody has proved to be theirs must not let them in elsewhere.
func TestNobodyIsVerified(t *testing.T) {
	t.Parallel()
	address := "ann@example.org"
	for name, test := range map[string]struct {
		user    guildhall.User
		account guildhall.Account
		want    bool
	}{
		"with an address": {guildhall.User{ID: 1}, guildhall.Account{Email: &address}, false},
		"without one":     {guildhall.User{ID: 1}, guildhall.Account{}, false},
		"a bot":           {guildhall.User{ID: 1, Bot: true}, guildhall.Account{}, true},
	} {
		if got := guildhall.NewSelf(&test.user, &test.account).Verified; got != test.want {
			t.Errorf("%s: verified %v", name, got)
		}
	}
}
