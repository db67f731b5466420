package crash_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// markup is what would run if a page took a text for HTML.
var markup = []string{
	`<img src=x onerror=alert(1)>`, `<script>alert(2)</script>`, `"><svg onload=alert(3)>`, `javascript:alert(4)`, `{{alert(5)}}`, `<b>bold</b>&amp;`,
}

// TestPagesInABrowser is S40: in a real browser, names and texts of others are shown as they are by the pages that the server has,
// nothing in them is run, and the pages break their own policy nowhere.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), browserTimeout)
	defer cancel()
	b := newBrowser(ctx, t)
	s := start(t, "--dev", "--json")
	owner := newClient(s.world.Users[0].Token)
	const hostile = `<img src=x onerror=alert(1)>`
	if err := owner.do(ctx, s.url, http.MethodPatch, "/guilds/"+s.world.Guilds[0].ID.String(), object{"name": hostile}, nil); err != nil {
		t.Fatal(err)
	}
	b.open(ctx, t, s.url+"/", "document.body")
	b.run(ctx, t, `sessionStorage.setItem('guildhall-token', `+quote(s.world.Users[0].Token)+`)`, nil)
	for _, text := range markup {
		var app struct{ ID string }
		name := strings.ReplaceAll(text, ":", ".") // which no name may have
		if err := owner.do(ctx, s.url, http.MethodPost, "/applications", object{"name": name}, &app); err != nil {
			t.Fatal(err)
		}
		body := object{"description": text, "redirect_uris": []string{"https://example.org/?x=" + url.QueryEscape(text)}}
		if err := owner.do(ctx, s.url, http.MethodPatch, "/applications/"+app.ID, body, nil); err != nil {
			t.Fatal(err)
		}
		query := url.Values{"client_id": {app.ID}, "scope": {"bot identify"}, "response_type": {"code"}, "state": {text}, "permissions": {"8"},
			"redirect_uri": {"https://example.org/?x=" + url.QueryEscape(text)}}
		b.open(ctx, t, s.url+"/oauth2/authorize?"+query.Encode(), `!document.getElementById('consent').hidden || document.getElementById('failure').textContent`)
		var shown struct {
			Name, Description, Failure string
			Guilds                     []string
		}
		b.run(ctx, t, `({Name: document.getElementById('name').textContent, Description: document.getElementById('description').textContent,
			Failure: document.getElementById('failure').textContent, Guilds: [...document.getElementById('guild').options].map((o) => o.textContent)})`, &shown)
		if shown.Failure != "" || shown.Name != name || shown.Description != text || !slices.Contains(shown.Guilds, hostile) {
			t.Errorf("%s is shown as %+v", text, shown)
		}
		b.clean(ctx, t, "consent to "+text)
		for _, page := range []string{
			"/oauth2/authorize?client_id=" + url.QueryEscape(text) + "&scope=" + url.QueryEscape(text), "/oauth2/authorize?client_id=" + app.ID + "&scope=bot&redirect_uri=javascript:alert(1)&response_type=code",
			"/setup?x=" + url.QueryEscape(text) + "#" + url.PathEscape(text), "/oauth2/authorized?x=" + url.QueryEscape(text) + "#" + url.PathEscape(text), "/?x=" + url.QueryEscape(text),
			"/" + url.PathEscape(text), "/assets/" + url.PathEscape(text), "/api/v10/" + url.PathEscape(text), "/cdn/avatars/1/" + url.PathEscape(text),
		} {
			b.open(ctx, t, s.url+page, "true")
			b.clean(ctx, t, page)
		}
	}
	// The test sees what it looks for.
	b.open(ctx, t, s.url+"/", "document.body")
	var seen []string
	b.run(ctx, t, `new Promise((done) => { addEventListener('securitypolicyviolation', () => done(stopped));
		const i = document.createElement('img'); i.src = 'https://evil.example/x.png'; document.body.append(i); })`, &seen)
	if len(seen) == 0 {
		t.Error("a picture of somewhere else is loaded")
	}
}

// clean looks whether the page has run or tried to load anything that it should not.
func (b *browser) clean(ctx context.Context, t *testing.T, page string) {
	t.Helper()
	var noted struct {
		Ran, Stopped []string
		Odd          int
	}
	b.run(ctx, t, `new Promise((done) => setTimeout(() => done({Ran: window.ran ?? [], Stopped: window.stopped ?? [],
		Odd: document.querySelectorAll('[onerror], [onload], img:not(#icon img), svg, iframe, script:not([src])').length}), 30))`, &noted)
	if len(noted.Ran) > 0 || len(noted.Stopped) > 0 || noted.Odd > 0 {
		t.Errorf("%s: ran %v, policy stopped %v, %d odd elements", page, noted.Ran, noted.Stopped, noted.Odd)
	}
}

// quote writes a string as JavaScript does.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }
