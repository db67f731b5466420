package api_test

import (
	"net/http"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestPanicsTellNoSecrets is S16: the stack of a panic goes to the log, and nothing of what the request brought.
func TestPanicsTellNoSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) {
		var nobody *guildhall.Guild
		return answerOf(nobody.Name), nil
	}
	canary, _ := guildhall.NewToken(personID)
	_, core, _ := strings.Cut(canary, ".guildhall.")
	header := http.Header{"Cookie": {canary}, "Referer": {"https://a.example/" + canary}, "X-Audit-Log-Reason": {canary}, "User-Agent": {canary}}
	panicked := 0
	for _, a := range []ask{
		{method: "GET", path: "/api/v10/channels/4194304?token=" + canary, as: botID, header: header},
		{method: "POST", path: chat, as: botID, body: `{"content":"` + canary + `"}`, header: header},
		{method: "PATCH", path: "/api/v10/guilds/4194304", as: botID, body: `{"name":"` + canary + `"}`, header: header},
		{method: "PUT", path: "/api/v10/guilds/4194304/members/4194304", as: botID, body: `{"access_token":"` + canary + `"}`, header: header},
		{method: "PUT", path: "/api/v10/channels/4194304/messages/4194304/reactions/" + canary + "/@me", as: botID, header: header},
		{method: "GET", path: "/api/v10/invites/" + canary, as: botID, header: header},
	} {
		got := w.do(a)
		if got.Code == http.StatusInternalServerError {
			panicked++
			if strings.Contains(got.Body.String(), core) {
				t.Errorf("%s %s: answered with %s", a.method, a.path, got.Body)
			}
		}
	}
	log := w.logged.String()
	if panicked < 3 || strings.Count(log, "request panicked") != panicked || !strings.Contains(log, "goroutine") {
		t.Fatalf("%d requests panicked: %s", panicked, log)
	}
	for _, secret := range []string{core, w.tokens[botID], canary} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %s: %s", secret, log)
		}
	}
}
