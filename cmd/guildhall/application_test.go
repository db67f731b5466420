package main

import (
	"net/http"
	"testing"
)

func TestOwnApplications(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann, bob := h.someone("ann"), h.someone("bob")
	h.refused(400, 50035, ann.Token, "POST", "/applications", fields("name", "x"))
	h.refused(400, 50035, ann.Token, "POST", "/applications", fields("name", "everyone"))
	app := h.want(http.StatusCreated, ann.Token, "POST", "/applications", fields("name", "Anvil", "description", "rings"))
	id := app["id"].(string)
	one, again := "/applications/"+id, fields("password", hearthPassword)
	if app["name"] != "Anvil" || app["owner"].(map[string]any)["username"] != "ann" || app["bot"].(map[string]any)["id"] != id {
		t.Errorf("made %v", app)
	}
	h.refused(404, 10002, bob.Token, "GET", one, nil)
	h.refused(404, 10002, bob.Token, "PATCH", one, fields("description", "mine"))
	h.refused(404, 10002, bob.Token, "POST", one+"/delete", nil)
	h.refused(404, 10002, bob.Token, "POST", one+"/bot/reset", nil)
	h.refused(404, 10002, bob.Token, "POST", one+"/reset", nil)
	for _, bad := range []string{"http://a.example/x", "javascript:alert(1)", "https://a.example/#x", "/x", "https://", "https://u:p@a.example/"} {
		h.refused(400, 50035, ann.Token, "PATCH", one, map[string]any{"redirect_uris": []string{bad}})
	}
	redirects := []string{"https://a.example/back?x=1", "http://127.0.0.1:5000/back", "org.example.app:/back"}
	changed := h.want(200, ann.Token, "PATCH", one, map[string]any{
		"name": "Hammer", "redirect_uris": redirects, "flags": 1<<15 | 1<<19, "bot_public": false, "tags": []string{"loud"},
	})
	if changed["name"] != "Hammer" || len(changed["redirect_uris"].([]any)) != 3 || changed["bot_public"] != false || changed["flags"] != float64(1<<15|1<<19) {
		t.Errorf("changed %v", changed)
	}
	first := "Bot " + h.want(200, ann.Token, "POST", one+"/bot/reset", again)["token"].(string)
	if mine := h.want(200, first, "GET", "/applications/@me", nil); mine["name"] != "Hammer" {
		t.Errorf("by the bot %v", mine)
	}
	h.want(200, first, "GET", one, nil)
	h.want(200, first, "PATCH", one, fields("description", "rings loud"))
	session, _ := h.listen(first[len("Bot "):])
	second := "Bot " + h.want(200, ann.Token, "POST", one+"/bot/reset", again)["token"].(string)
	session.ends()
	h.want(401, first, "GET", "/users/@me", nil)
	h.want(200, second, "GET", "/users/@me", nil)
	if secret := h.want(200, ann.Token, "POST", one+"/reset", again)["secret"].(string); len(secret) < 40 {
		t.Errorf("secret of %d letters", len(secret))
	}
	guild := h.want(http.StatusCreated, ann.Token, "POST", "/guilds", fields("name", "Forge"))["id"].(string)
	mustRun[map[string]any](t, "admin", "guild", "join", guild, id, "--data", h.dir)
	h.want(204, ann.Token, "POST", one+"/delete", again)
	h.want(401, second, "GET", "/users/@me", nil)
	h.refused(404, 10002, ann.Token, "GET", one, nil)
	h.eventually(func() bool {
		status, _ := h.ask(ann.Token, "GET", "/guilds/"+guild+"/members/"+id, nil)
		return status == http.StatusNotFound
	})
	for range 25 {
		h.want(http.StatusCreated, bob.Token, "POST", "/applications", fields("name", "Tongs"))
	}
	h.refused(400, 50035, bob.Token, "POST", "/applications", fields("name", "Tongs"))
	if status, list := h.ask(bob.Token, "GET", "/applications", nil); status != 200 || len(parsed[[]any](t, list)) != 25 {
		t.Errorf("list: %d", status)
	}
	// Who goes takes them along.
	last := parsed[[]map[string]any](t, h.must200(bob.Token, "/applications"))[0]["id"].(string)
	h.want(204, bob.Token, "POST", "/users/@me/delete", fields("password", hearthPassword))
	h.refused(404, 10002, ann.Token, "GET", "/applications/"+last, nil)
	if user := h.want(200, ann.Token, "GET", "/users/"+last, nil); user["username"] != "Deleted User" {
		t.Errorf("the bot of who is gone: %v", user)
	}
}

// must200 gives the whole answer of a GET.
func (h *hearth) must200(authorization, path string) []byte {
	h.t.Helper()
	status, content := h.ask(authorization, "GET", path, nil)
	if status != http.StatusOK {
		h.t.Fatalf("GET %s: %d %s", path, status, content)
	}
	return content
}
