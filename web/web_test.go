package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guildhall/web"
)

func TestPages(t *testing.T) {
	t.Parallel()
	for path, holds := range map[string]string{
		"/": "Guildhall is running", "/setup": "Make the account", "/oauth2/authorize?client_id=5&scope=bot": "Authorize",
		"/oauth2/authorized": "It is done", "/assets/authorize.js": "oauth2/authorize",
	} {
		w := httptest.NewRecorder()
		web.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), holds) {
			t.Errorf("%s: %d", path, w.Code)
		}
		// A page that consents must neither run others' scripts nor lie under others' buttons.
		if !strings.Contains(policy, "script-src 'self'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %s", path, policy)
		}
		if strings.Contains(w.Body.String(), "<script>") || strings.Contains(w.Body.String(), " style=") {
			t.Errorf("%s holds what its policy forbids", path)
		}
	}
}

func TestSentHere(t *testing.T) {
	t.Parallel()
	const html = "text/html,application/xhtml+xml"
	for _, test := range []struct{ method, target, accept, authorization, want string }{
		{"GET", "/api/oauth2/authorize?client_id=5", html, "", "/oauth2/authorize?client_id=5"},
		{"GET", "/api/v10/oauth2/authorize?a=b", html, "", "/oauth2/authorize?a=b"},
		{"GET", "/api/v10/oauth2/authorize", "*/*", "", ""},
		{"GET", "/api/v10/oauth2/authorize", html, "token", ""},
		{"POST", "/api/oauth2/authorize", html, "", ""},
		{"GET", "/oauth2/authorize", html, "", ""},
		{"GET", "/api/v10/oauth2/@me", html, "", ""},
		{"GET", "/api//evil.example/oauth2/authorize", html, "", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), test.method, test.target, nil)
		r.Header.Set("Accept", test.accept)
		if test.authorization != "" {
			r.Header.Set("Authorization", test.authorization)
		}
		if got, ok := web.SentHere(r); got != test.want || ok != (test.want != "") {
			t.Errorf("%s %s: %q, want %q", test.method, test.target, got, test.want)
		}
	}
}
