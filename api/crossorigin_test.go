package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
	"guildhall/routes"
)

// TestFormsOfOtherPages is S23: what a page of another site can send without asking first, text and forms, is taken by no
// route but those of which Discord documents it, whoever's token comes with it.
func TestFormsOfOtherPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	by := map[routes.Auth]guildhall.UserID{
		routes.Bot: botID, routes.Person: personID, routes.Operator: operatorID, routes.Anyone: personID,
	}
	const boundary = "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{}\r\n--b--\r\n"
	bodies := map[string]string{
		"text/plain": `{"name":"x","content":"x"}`, "text/plain;charset=UTF-8": `{"content":"x"}`, "application/x-www-form-urlencoded": "content=x&name=x",
		"multipart/form-data; boundary=b": boundary, "application/octet-stream": `{"content":"x"}`, "application/json, text/plain": `{}`,
	}
	checked := 0
	for _, route := range routes.Table() {
		if route.Body == routes.NoBody {
			continue
		}
		path := route.Path
		for _, part := range strings.Split(route.Path, "/") {
			if strings.HasPrefix(part, "{") {
				path = strings.Replace(path, part, "4194304", 1)
			}
		}
		for kind, body := range bodies {
			isForm, isMultipart := strings.HasPrefix(kind, "application/x-www"), strings.HasPrefix(kind, "multipart/")
			if route.Body == routes.Form && isForm || route.Body == routes.Multipart && isMultipart {
				continue
			}
			checked++
			before := w.owners.asked()
			got := w.do(ask{method: route.Method, path: "/api/v10" + path, as: by[route.Auth], body: body, header: http.Header{"Content-Type": {kind}}})
			// A webhook's or an interaction's token in the path is wrong here, and said first.
			secret := strings.Contains(route.Path, "_token}")
			if got.Code != http.StatusUnsupportedMediaType && !(secret && got.Code == http.StatusNotFound) {
				t.Errorf("%s with %s: %d %s", route.Name, kind, got.Code, got.Body)
			}
			if after := w.owners.asked(); after != before {
				t.Errorf("%s with %s has come to an owner", route.Name, kind)
			}
		}
	}
	if checked < 300 {
		t.Errorf("%d bodies were tried", checked)
	}
}

// TestOtherPages is S22 and S23 for requests: any page may ask, and nothing that a browser adds by itself makes it anybody.
func TestOtherPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	for _, origin := range []string{"null", "https://evil.example", "file://"} {
		h := http.Header{"Origin": {origin}, "Cookie": {"token=" + w.tokens[personID] + "; Authorization=" + w.tokens[personID]}, "Referer": {"https://evil.example/" + w.tokens[personID]}}
		got := w.want(ask{method: "GET", path: "/api/v10/users/@me", header: h}, 401, `{"code":0,"message":"401: Unauthorized"}`)
		allowed := got.Header()
		if allowed.Get("Access-Control-Allow-Origin") != "*" || allowed.Get("Access-Control-Allow-Credentials") != "" || allowed.Get("Set-Cookie") != "" {
			t.Errorf("origin %s: %v", origin, allowed)
		}
		if got := w.do(ask{method: "GET", path: "/api/v10/users/@me?token=" + w.tokens[personID] + "&access_token=" + w.tokens[personID], header: h}); got.Code != 401 {
			t.Errorf("a token in the address: %d", got.Code)
		}
	}
	narrow := newWorld(t, api.Config{AllowedOrigins: []string{"https://mine.example"}, RateLimits: admission.Off})
	for origin, status := range map[string]int{
		"https://mine.example": 200, "": 200, "https://MINE.example": 403, "https://mine.example.evil.example": 403, "http://mine.example": 403, "null": 403,
		"https://mine.example:444": 403,
	} {
		a := ask{method: "GET", path: "/api/v10/users/@me", as: personID, header: http.Header{}}
		if origin != "" {
			a.header.Set("Origin", origin)
		}
		if got := narrow.do(a); got.Code != status {
			t.Errorf("origin %q: %d, want %d", origin, got.Code, status)
		}
	}
}

// TestSignInsAreNotTheClientsChoice is S21: each sign-in has a token of its own that nobody has known before.
func TestSignInsAreNotTheClientsChoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	if _, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "carl", Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{w.tokens[personID]: true}
	planted := w.tokens[personID]
	for range 3 {
		got := w.want(ask{
			method: "POST", path: "/api/v10/auth/login", header: http.Header{"Authorization": {planted}, "Cookie": {"token=" + planted}},
			body: `{"login":"carl","password":"correct horse","token":"` + planted + `","session":"` + planted + `"}`,
		}, 200, "")
		var answer struct{ Token string }
		if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		token := answer.Token
		if user, err := guildhall.ParseToken(token); err != nil || seen[token] || user == personID {
			t.Errorf("token %q of %s, %v", token, user, err)
		}
		seen[token] = true
	}
}
