package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// tools is an application with a secret, its owner, and a user with a guild who may let it in.
type tools struct {
	*hearth
	ann, bob madeUser
	id       string
	secret   string
	bot      string
	guild    string
}

const toolsBack = "https://tools.example/back?from=hall"

func newTools(t *testing.T, flags ...string) *tools {
	t.Helper()
	h := newHearth(t, flags...)
	w := &tools{hearth: h, ann: h.someone("ann"), bob: h.someone("bob")}
	w.id = h.want(http.StatusCreated, w.ann.Token, "POST", "/applications", fields("name", "Anvil"))["id"].(string)
	h.want(200, w.ann.Token, "PATCH", "/applications/"+w.id, map[string]any{"redirect_uris": []string{toolsBack}})
	again := fields("password", hearthPassword)
	w.secret = h.want(200, w.ann.Token, "POST", "/applications/"+w.id+"/reset", again)["secret"].(string)
	w.bot = "Bot " + h.want(200, w.ann.Token, "POST", "/applications/"+w.id+"/bot/reset", again)["token"].(string)
	w.guild = h.want(http.StatusCreated, w.bob.Token, "POST", "/guilds", fields("name", "Forge"))["id"].(string)
	h.eventually(func() bool { return strings.Contains(string(h.must200(w.bob.Token, "/users/@me/guilds")), w.guild) })
	return w
}

// query is that of an authorization request; pairs change it, an empty value takes a field away.
func (w *tools) query(scope string, pairs ...string) string {
	q := url.Values{
		"client_id": {w.id}, "scope": {scope}, "response_type": {"code"}, "redirect_uri": {toolsBack}, "state": {"s t&ate"},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		}
	}
	return "/oauth2/authorize?" + q.Encode()
}

// consent lets the application have what the query asks, and gives the query that the browser is sent back with.
func (w *tools) consent(query string, more map[string]any) url.Values {
	w.t.Helper()
	body := map[string]any{"authorize": true}
	for name, value := range more {
		body[name] = value
	}
	location := w.want(200, w.bob.Token, "POST", query, body)["location"].(string)
	back, err := url.Parse(location)
	if err != nil || !strings.HasPrefix(location, toolsBack+"&") || back.Query().Get("from") != "hall" || back.Query().Get("state") != "s t&ate" {
		w.t.Fatalf("sent back to %s", location)
	}
	return back.Query()
}

// token asks the token endpoint in the application's name.
func (w *tools) token(status int, pairs ...string) map[string]any {
	w.t.Helper()
	form := url.Values{"client_id": {w.id}, "client_secret": {w.secret}, "redirect_uri": {toolsBack}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			form.Del(pairs[i])
		}
	}
	return w.want(status, "", "POST", "/oauth2/token", form.Encode())
}

func TestCodeGrant(t *testing.T) {
	t.Parallel()
	w := newTools(t)
	query := w.query("identify guilds")
	if shown := w.want(200, w.bob.Token, "GET", query, nil); shown["authorized"] != false || shown["application"].(map[string]any)["name"] != "Anvil" {
		t.Errorf("shown %v", shown)
	}
	code := w.consent(query, nil).Get("code")
	for name, change := range map[string][]string{
		"another redirect": {"redirect_uri", "https://tools.example/back"},
		"no redirect":      {"redirect_uri", ""},
		"a verifier":       {"code_verifier", "x"},
		"another code":     {"code", code + "x"},
		"no code":          {"code", ""},
	} {
		if e := w.token(400, append([]string{"grant_type", "authorization_code", "code", code}, change...)...); e["error"] != "invalid_grant" {
			t.Errorf("%s: %v", name, e)
		}
	}
	if e := w.token(401, "grant_type", "authorization_code", "code", code, "client_secret", "wrong"); e["error"] != "invalid_client" {
		t.Errorf("a wrong secret: %v", e)
	}
	if e := w.token(400, "grant_type", "authorization_code", "code", code, "client_secret", ""); e["error"] != "invalid_grant" {
		t.Errorf("no secret and no proof: %v", e)
	}
	if e := w.token(400, "grant_type", "password"); e["error"] != "unsupported_grant_type" {
		t.Errorf("a password: %v", e)
	}
	first := w.token(200, "grant_type", "authorization_code", "code", code)
	access := "Bearer " + first["access_token"].(string)
	if first["token_type"] != "Bearer" || first["scope"] != "guilds identify" || first["expires_in"] != 604800.0 {
		t.Errorf("token %v", first)
	}
	if me := w.want(200, access, "GET", "/users/@me", nil); me["username"] != "bob" || me["email"] != nil {
		t.Errorf("me %v", me)
	} else if _, told := me["email"]; told {
		t.Errorf("the address without the scope: %v", me)
	}
	if list := parsed[[]map[string]any](t, w.must200(access, "/users/@me/guilds")); len(list) != 1 || list[0]["name"] != "Forge" {
		t.Errorf("guilds %v", list)
	}
	w.refused(403, 50001, access, "GET", "/users/@me/guilds/"+w.guild+"/member", nil)
	if info := w.want(200, access, "GET", "/oauth2/@me", nil); info["user"].(map[string]any)["username"] != "bob" || info["expires"] == nil {
		t.Errorf("authorization %v", info)
	}
	// A user's token in an application's hands is good for nothing else.
	raw := first["access_token"].(string)
	for _, a := range []struct{ authorization, method, path string }{
		{access, "PATCH", "/users/@me"}, {access, "GET", "/guilds/" + w.guild}, {raw, "GET", "/users/@me"}, {"Bot " + raw, "GET", "/users/@me"},
		{access, "GET", "/auth/sessions"}, {access, "GET", "/gateway/bot"}, {"Bearer " + w.bob.Token, "GET", "/users/@me"},
	} {
		w.want(401, a.authorization, a.method, a.path, nil)
	}
	second := w.token(200, "grant_type", "refresh_token", "refresh_token", first["refresh_token"].(string))
	w.token(400, "grant_type", "refresh_token", "refresh_token", first["refresh_token"].(string))
	w.token(400, "grant_type", "refresh_token", "refresh_token", second["refresh_token"].(string), "client_secret", "")
	again := "Bearer " + second["access_token"].(string)
	w.want(200, again, "GET", "/users/@me", nil)
	if shown := w.want(200, w.bob.Token, "GET", query, nil); shown["authorized"] != true {
		t.Errorf("after consent %v", shown["authorized"])
	}
	// The code, used again, ends what it gave, and with the last of it the consent: nobody gets another by prompt=none.
	w.token(400, "grant_type", "authorization_code", "code", code)
	if shown := w.want(200, w.bob.Token, "GET", query+"&prompt=none", nil); shown["authorized"] != false {
		t.Error("the consent outlives a code that came twice")
	}
	kept := w.token(200, "grant_type", "authorization_code", "code", w.consent(query, nil).Get("code"))
	other := w.consent(query, nil).Get("code")
	w.token(200, "grant_type", "authorization_code", "code", other)
	w.token(400, "grant_type", "authorization_code", "code", other)
	if shown := w.want(200, w.bob.Token, "GET", query, nil); shown["authorized"] != false {
		t.Error("the consent is not doubted after a code that came twice")
	}
	w.want(200, "Bearer "+kept["access_token"].(string), "GET", "/users/@me", nil)
	w.consent(query, nil)
	if shown := w.want(200, w.bob.Token, "GET", query, nil); shown["authorized"] != true {
		t.Error("the consent is doubted after it was given again")
	}
	w.eventually(func() bool { status, _ := w.ask(again, "GET", "/users/@me", nil); return status == 401 })
	log := w.log()
	for _, s := range []string{w.secret, code, raw, second["refresh_token"].(string), second["access_token"].(string)} {
		if strings.Contains(log, s) {
			t.Errorf("the log holds %q", s)
		}
	}
}

func TestCodeGrantWithProof(t *testing.T) {
	t.Parallel()
	w := newTools(t)
	verifier := strings.Repeat("verify-", 7)
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	proof := []string{"code_challenge", challenge, "code_challenge_method", "S256"}
	code := w.consent(w.query("identify", proof...), nil).Get("code")
	public := []string{"grant_type", "authorization_code", "code", code, "client_secret", ""}
	w.token(400, public...)
	w.token(400, append(public, "code_verifier", verifier+"x")...)
	first := w.token(200, append(public, "code_verifier", verifier)...)
	w.want(200, "Bearer "+first["access_token"].(string), "GET", "/users/@me", nil)
	w.token(200, "grant_type", "refresh_token", "refresh_token", first["refresh_token"].(string), "client_secret", "")
	w.refused(400, 50035, w.bob.Token, "GET", w.query("identify", "code_challenge", challenge, "code_challenge_method", "plain"), nil)
	w.refused(400, 50035, w.bob.Token, "GET", w.query("identify", "code_challenge", challenge), nil)
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	w := newTools(t)
	grant := func() map[string]any {
		return w.token(200, "grant_type", "authorization_code", "code", w.consent(w.query("identify"), nil).Get("code"))
	}
	revoke := func(token string) {
		form := url.Values{"token": {token}}
		basic := base64.StdEncoding.EncodeToString([]byte(w.id + ":" + w.secret))
		w.want(200, "Basic "+basic, "POST", "/oauth2/token/revoke", form.Encode())
	}
	first, second := grant(), grant()
	w.want(401, "", "POST", "/oauth2/token/revoke", url.Values{"token": {first["access_token"].(string)}, "client_id": {"5"}}.Encode())
	w.want(200, "Bearer "+first["access_token"].(string), "GET", "/users/@me", nil)
	revoke(first["access_token"].(string))
	w.want(401, "Bearer "+first["access_token"].(string), "GET", "/users/@me", nil)
	w.token(400, "grant_type", "refresh_token", "refresh_token", first["refresh_token"].(string))
	revoke("nothing")
	if list := parsed[[]map[string]any](t, w.must200(w.bob.Token, "/oauth2/tokens")); len(list) != 1 || list[0]["id"] != w.id {
		t.Errorf("allowed: %v", list)
	}
	export := w.want(200, w.bob.Token, "GET", "/users/@me/export", nil)["authorizations"].([]any)
	if len(export) != 1 || export[0].(map[string]any)["application_id"] != w.id || export[0].(map[string]any)["tokens"] != nil {
		t.Errorf("exported: %v", export)
	}
	w.want(204, w.bob.Token, "DELETE", "/oauth2/tokens/"+w.id, nil)
	w.want(401, "Bearer "+second["access_token"].(string), "GET", "/users/@me", nil)
	own := w.token(200, "grant_type", "client_credentials", "scope", "identify email", "redirect_uri", "")
	if me := w.want(200, "Bearer "+own["access_token"].(string), "GET", "/users/@me", nil); me["username"] != "ann" || own["refresh_token"] != nil {
		t.Errorf("the owner's: %v by %v", me, own)
	} else if _, told := me["email"]; !told {
		t.Error("the scope email tells no address")
	}
	w.token(401, "grant_type", "client_credentials", "scope", "identify", "client_secret", "")
	w.token(400, "grant_type", "client_credentials", "scope", "bot")
	// A deleted account's are no good either.
	last := grant()
	w.want(204, w.bob.Token, "DELETE", "/guilds/"+w.guild, nil)
	w.want(204, w.bob.Token, "POST", "/users/@me/delete", fields("password", hearthPassword))
	w.eventually(func() bool {
		status, _ := w.ask("Bearer "+last["access_token"].(string), "GET", "/users/@me", nil)
		return status == 401
	})
}

func TestAddingABot(t *testing.T) {
	t.Parallel()
	w := newTools(t)
	const manageMessages, administrator, sends = 1 << 13, 1 << 3, 1 << 11
	plain := []string{"response_type", "", "redirect_uri", "", "state", ""}
	add := w.query("bot applications.commands", append(plain, "permissions", "10248")...) // the three above
	shown := w.want(200, w.bob.Token, "GET", add, nil)
	if guilds := shown["guilds"].([]any); len(guilds) != 1 || guilds[0].(map[string]any)["id"] != w.guild || shown["permissions"] != "10248" {
		t.Errorf("shown %v", shown)
	}
	w.refused(400, 50035, w.bob.Token, "POST", add, map[string]any{"authorize": true})
	w.refused(404, 10004, w.ann.Token, "POST", add, map[string]any{"authorize": true, "guild_id": w.guild})
	mustRun[map[string]any](t, "admin", "guild", "join", w.guild, "ann", "--data", w.dir)
	w.refused(403, 50013, w.ann.Token, "POST", add, map[string]any{"authorize": true, "guild_id": w.guild})
	denied := w.want(200, w.bob.Token, "POST", add, map[string]any{"authorize": false})
	if denied["location"] != "/oauth2/authorized#denied" {
		t.Errorf("denied: %v", denied)
	}
	// A manager gives what managers have.
	role := w.want(200, w.bob.Token, "POST", "/guilds/"+w.guild+"/roles", fields("name", "managers", "permissions", "8224"))["id"].(string) // MANAGE_GUILD, MANAGE_MESSAGES
	w.want(204, w.bob.Token, "PUT", "/guilds/"+w.guild+"/members/"+w.ann.ID.String()+"/roles/"+role, nil)
	done := w.want(200, w.ann.Token, "POST", add, map[string]any{"authorize": true, "guild_id": w.guild, "permissions": "10248"})
	if done["location"] != "/oauth2/authorized" {
		t.Errorf("added: %v", done)
	}
	own := w.ownRole()
	if own != manageMessages|sends {
		t.Errorf("the bot's role may %d", own)
	}
	// The owner gives the rest, and can take from what was asked.
	w.want(200, w.bob.Token, "POST", add, map[string]any{"authorize": true, "guild_id": w.guild})
	if own := w.ownRole(); own != manageMessages|administrator|sends {
		t.Errorf("the bot's role may now %d", own)
	}
	w.want(200, w.bob.Token, "POST", add, map[string]any{"authorize": true, "guild_id": w.guild, "permissions": "2048"})
	if own := w.ownRole(); own != sends {
		t.Errorf("the bot's role may in the end %d", own)
	}
	w.want(200, w.ann.Token, "PATCH", "/applications/"+w.id, map[string]any{"bot_public": false})
	w.refused(403, 50001, w.bob.Token, "GET", add, nil)
	w.want(200, w.ann.Token, "GET", add, nil)
	w.refused(400, 50035, w.bob.Token, "GET", w.query("bot", "redirect_uri", "https://evil.example/"), nil)
	w.refused(400, 50035, w.bob.Token, "GET", w.query("identify rpc"), nil)
	w.refused(400, 50035, w.bob.Token, "GET", w.query("applications.commands", plain...), nil)
	w.refused(400, 50035, w.bob.Token, "GET", w.query("identify", "response_type", "token"), nil)
	w.refused(404, 10002, w.bob.Token, "GET", w.query("identify", "client_id", w.bob.ID.String()), nil)
	w.want(401, "", "GET", add, nil)
}

// ownRole gives the permissions of the role that came with the bot.
func (w *tools) ownRole() int64 {
	w.t.Helper()
	for _, role := range parsed[[]map[string]any](w.t, w.must200(w.bob.Token, "/guilds/"+w.guild+"/roles")) {
		if tags, ok := role["tags"].(map[string]any); ok && tags["bot_id"] == w.id {
			n, err := json.Number(role["permissions"].(string)).Int64()
			if err != nil {
				w.t.Fatal(err)
			}
			return n
		}
	}
	w.t.Fatal("the bot has no role")
	return 0
}

func TestABotThatAsksForTheWholeGrant(t *testing.T) {
	t.Parallel()
	w := newTools(t)
	w.want(200, w.ann.Token, "PATCH", "/applications/"+w.id, map[string]any{"bot_require_code_grant": true})
	w.refused(400, 50035, w.bob.Token, "GET", w.query("bot", "response_type", ""), nil)
	back := w.consent(w.query("bot identify", "permissions", "2048"), map[string]any{"guild_id": w.guild})
	member := "/guilds/" + w.guild + "/members/" + w.id
	w.want(404, w.bob.Token, "GET", member, nil)
	made := w.token(200, "grant_type", "authorization_code", "code", back.Get("code"))
	if made["guild"].(map[string]any)["name"] != "Forge" {
		t.Errorf("token %v", made)
	}
	w.want(200, w.bob.Token, "GET", member, nil)
}

func TestCommandPermissionsByToken(t *testing.T) {
	t.Parallel()
	w := newTools(t)
	scopes := "bot applications.commands applications.commands.permissions.update"
	back := w.consent(w.query(scopes, "permissions", "1"), map[string]any{"guild_id": w.guild})
	access := "Bearer " + w.token(200, "grant_type", "authorization_code", "code", back.Get("code"))["access_token"].(string)
	command := w.want(http.StatusCreated, w.bot, "POST", "/applications/"+w.id+"/commands", fields("name", "ring", "description", "Rings."))
	path := "/guilds/" + w.guild + "/commands/" + command["id"].(string) + "/permissions"
	body := map[string]any{"permissions": []map[string]any{{"id": w.guild, "type": 1, "permission": false}}}
	// The guild hears of the command by a follow-up.
	w.eventually(func() bool {
		status, set := w.ask(access, "PUT", "/applications/"+w.id+path, body)
		return status == 200 && strings.Count(string(set), `"permission":`) == 1
	})
	w.refused(403, 50001, access, "PUT", "/applications/"+w.ann.ID.String()+path, body)
	narrow := w.token(200, "grant_type", "authorization_code", "code", w.consent(w.query("identify"), nil).Get("code"))
	w.refused(403, 50001, "Bearer "+narrow["access_token"].(string), "PUT", "/applications/"+w.id+path, body)
}

func TestBringingAUserIn(t *testing.T) {
	t.Parallel()
	w := newTools(t)
	w.consent(w.query("bot identify", "permissions", "1"), map[string]any{"guild_id": w.guild})
	// ann lets the application bring her in.
	location := w.want(200, w.ann.Token, "POST", w.query("guilds.join identify"), map[string]any{"authorize": true})["location"].(string)
	back, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	access := w.token(200, "grant_type", "authorization_code", "code", back.Query().Get("code"))["access_token"].(string)
	member := "/guilds/" + w.guild + "/members/" + w.ann.ID.String()
	w.refused(400, 50025, w.bot, "PUT", member, fields("access_token", "nothing"))
	w.refused(400, 50025, w.bot, "PUT", "/guilds/"+w.guild+"/members/"+w.bob.ID.String(), fields("access_token", access))
	w.refused(403, 50013, w.bot, "PUT", member, fields("access_token", access, "nick", "Smith"))
	made := w.want(http.StatusCreated, w.bot, "PUT", member, fields("access_token", access))
	if made["user"].(map[string]any)["username"] != "ann" {
		t.Errorf("brought in %v", made)
	}
	w.want(204, w.bot, "PUT", member, fields("access_token", access))
}
