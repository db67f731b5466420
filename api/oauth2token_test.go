package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestClientTries: wrong secrets keep the address out that they come from, and never the application itself.
func TestClientTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	const app = guildhall.UserID(500 << 22)
	sum := sha256.Sum256([]byte("right"))
	w.owners.accounts[app] = &guildhall.AccountAnswer{
		User:        guildhall.User{ID: app, Bot: true},
		Account:     guildhall.Account{ClientSecret: hex.EncodeToString(sum[:])},
		Application: &guildhall.Application{ID: guildhall.ApplicationID(app)},
	}
	try := func(from, secret string, status int) {
		t.Helper()
		w.want(ask{
			method: "POST", path: "/api/v10/oauth2/token", from: from,
			header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
			body:   fmt.Sprintf("client_id=%s&client_secret=%s&grant_type=none", app, secret),
		}, status, "")
	}
	for range 11 {
		for host := range 2 {
			for range 5 {
				try(fmt.Sprintf("192.0.2.%d:1", host+1), "wrong", 401)
			}
		}
		w.clock.pass(5 * time.Minute)
	}
	try("192.0.2.9:1", "right", 400) // known, and asks for what is not offered
	for range 5 {
		try("192.0.2.1:1", "wrong", 401)
	}
	try("192.0.2.1:1", "right", 429)
}
