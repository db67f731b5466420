package crash_test

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"guildhall"
)

// account uses what lets a person in: passwords, a second factor, recovery codes.
func (c *canaries) account(p *person) {
	c.t.Helper()
	login := func(password string) (int, []byte) {
		return c.ask("POST", "/auth/login", "", map[string]any{"login": p.name, "password": password}, nil)
	}
	login(c.keep("a wrong password", "wrong-"+rand.Text()))
	status, answer := login(p.password)
	c.keep("a second sign-in", c.object("login", status, answer)["token"].(string))
	made := c.must("POST", "/users/@me/mfa/totp", p.token, map[string]any{"password": p.password})
	text := c.keep("the secret of the app", made["secret"].(string))
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil {
		c.t.Fatal(err)
	}
	code := guildhall.TOTPCode(secret, guildhall.TOTPStep(time.Now())-1)
	enable := map[string]any{"password": p.password, "secret": text, "code": code}
	codes := c.must("POST", "/users/@me/mfa/totp/enable", p.token, enable)["backup_codes"].([]any)
	recovery := func(i int) string { return codes[i].(map[string]any)["code"].(string) }
	used := c.keep("a recovery code that is used", recovery(0))
	c.keep("a recovery code that is not", recovery(1))
	status, answer = login(p.password)
	ticket := c.keep("a ticket", c.object("login", status, answer)["ticket"].(string))
	c.ask("POST", "/auth/mfa/totp", "", map[string]any{"ticket": ticket + "x", "code": used}, nil)
	c.keep("a third sign-in", c.must("POST", "/auth/mfa/totp", "", map[string]any{"ticket": ticket, "code": used})["token"].(string))
	c.must("POST", "/users/@me/mfa/totp/disable", p.token, map[string]any{"password": p.password, "code": recovery(2)})
	next := c.keep("the next password", "next-"+rand.Text())
	c.must("POST", "/auth/password", p.token, map[string]any{"password": p.password, "new_password": next})
	p.password = next
}

// owned is an application with its bot in a guild.
type owned struct{ id, secret, bot, guild, channel, hook, back string }

// application makes one, twice with a secret and a token.
func (c *canaries) application(p *person) *owned {
	c.t.Helper()
	app := &owned{id: c.must("POST", "/applications", p.token, map[string]any{"name": "Anvil"})["id"].(string)}
	one, again := "/applications/"+app.id, map[string]any{"password": p.password}
	c.keep("an old client secret", c.must("POST", one+"/reset", p.token, again)["secret"].(string))
	app.secret = c.keep("a client secret", c.must("POST", one+"/reset", p.token, again)["secret"].(string))
	c.keep("an old bot token", c.must("POST", one+"/bot/reset", p.token, again)["token"].(string))
	app.bot = "Bot " + c.keep("a bot token", c.must("POST", one+"/bot/reset", p.token, again)["token"].(string))
	app.back = "https://tools.example/back"
	c.must("PATCH", one, p.token, map[string]any{"redirect_uris": []string{app.back}})
	// Nobody is there: what the endpoint's address says is for its owner.
	hidden := c.keep("a secret of an endpoint's address", "hook-"+rand.Text())
	c.ask("PATCH", one, p.token, map[string]any{"interactions_endpoint_url": "http://127.0.0.1:1/" + hidden + "?key=" + hidden}, nil)
	guild := c.must("POST", "/guilds", p.token, map[string]any{"name": c.shown})
	app.guild, app.channel = guild["id"].(string), guild["system_channel_id"].(string)
	return app
}

// allow goes through OAuth2: codes, tokens, refreshed ones, some of them twice.
func (c *canaries) allow(p *person, app *owned) {
	c.t.Helper()
	state := c.keep("the state of a redirect", "state-"+rand.Text())
	q := url.Values{
		"client_id": {app.id}, "scope": {"identify bot applications.commands"}, "response_type": {"code"}, "redirect_uri": {app.back},
		"state": {state}, "permissions": {"8"},
	}
	consent := func(q url.Values) string {
		c.t.Helper()
		body := map[string]any{"authorize": true, "guild_id": app.guild}
		back, err := url.Parse(c.must("POST", "/oauth2/authorize?"+q.Encode(), p.token, body)["location"].(string))
		if err != nil {
			c.t.Fatal(err)
		}
		return back.Query().Get("code")
	}
	token := func(pairs ...string) map[string]any {
		c.t.Helper()
		form := url.Values{"client_id": {app.id}, "client_secret": {app.secret}, "redirect_uri": {app.back}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		_, answer := c.ask("POST", "/oauth2/token", "", form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
		var made map[string]any
		if err := json.Unmarshal(answer, &made); err != nil {
			c.t.Fatal(err)
		}
		return made
	}
	code := c.keep("an OAuth2 code", consent(q))
	first := token("grant_type", "authorization_code", "code", code)
	c.keep("an access token", first["access_token"].(string))
	second := token("grant_type", "refresh_token", "refresh_token", c.keep("a used refresh token", first["refresh_token"].(string)))
	access := c.keep("a refreshed token", second["access_token"].(string))
	c.keep("a refresh token", second["refresh_token"].(string))
	c.must("GET", "/users/@me", "Bearer "+access, nil)
	token("grant_type", "authorization_code", "code", c.keep("a code that is not for this address", consent(q)), "redirect_uri", "https://evil.example/")
	token("grant_type", "authorization_code", "code", code) // twice
	c.keep("a code that nobody fetches", consent(q))
	q.Set("redirect_uri", "https://evil.example/"+state)
	c.ask("GET", "/oauth2/authorize?"+q.Encode(), p.token, nil, nil)
	c.to(c.server.url, "GET", "/oauth2/authorize?"+q.Encode(), "", nil, nil) // the page
}

// webhook makes one and uses its token.
func (c *canaries) webhook(p *person, app *owned) {
	c.t.Helper()
	hook := c.must("POST", "/channels/"+app.channel+"/webhooks", p.token, map[string]any{"name": "Bell"})
	app.hook = hook["id"].(string)
	one := "/webhooks/" + app.hook + "/" + c.keep("a webhook's token", hook["token"].(string))
	hidden := c.keep("a secret of a picture's address", "face-"+rand.Text())
	c.must("POST", one+"?wait=true", "", map[string]any{"content": "ding", "avatar_url": "http://127.0.0.1:1/" + hidden + "?key=" + hidden})
	c.ask("POST", one+"/slack", "", map[string]any{"text": 5}, nil)
	c.ask("POST", one+"/github", "", "{", nil)
	c.ask("PATCH", one, "", map[string]any{"name": ""}, nil)
	c.ask("PATCH", one+"/messages/1", "", map[string]any{}, nil)
	c.ask("GET", one+"/nothing", "", nil, nil)
	c.ask("POST", "/channels/"+app.channel+"/webhooks", p.token, map[string]any{"name": "x", "avatar": one}, map[string]string{"X-Audit-Log-Reason": strings.Repeat("r", 513)})
}

// interact has a command used, and its interaction's token.
func (c *canaries) interact(p *person, app *owned) {
	c.t.Helper()
	command := c.must("POST", "/applications/"+app.id+"/guilds/"+app.guild+"/commands", app.bot, map[string]any{"name": "ring", "description": "Rings."})
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	intents := intentsOrdinary
	socket, err := dial(ctx, "ws"+strings.TrimPrefix(c.server.url, "http"), &session{token: strings.TrimPrefix(app.bot, "Bot "), intents: &intents})
	if err != nil {
		c.t.Fatal(err)
	}
	defer socket.close()
	use := map[string]any{
		"type": 2, "application_id": app.id, "channel_id": app.channel, "guild_id": app.guild,
		"data": map[string]any{"id": command["id"], "type": 1, "options": []any{}},
	}
	var made struct{ ID, Token string }
	asked := false
	for made.Token == "" {
		f, err := socket.next(ctx)
		if err != nil {
			c.t.Fatal(err)
		}
		if !asked && f.Type == "GUILD_CREATE" {
			asked = true
			c.eventually("the command", func() bool {
				status, _ := c.ask("POST", "/interactions", p.token, use, nil)
				return status/100 == 2
			})
		}
		if f.Type == "INTERACTION_CREATE" {
			if err := json.Unmarshal(f.Data, &made); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	c.keep("an interaction's token", made.Token)
	callback := "/interactions/" + made.ID + "/" + made.Token + "/callback"
	c.ask("POST", callback, "", map[string]any{"type": 99}, nil)
	c.must("POST", callback, "", map[string]any{"type": 4, "data": map[string]any{"content": "rings"}})
	c.ask("POST", callback, "", map[string]any{"type": 4, "data": map[string]any{"content": "twice"}}, nil)
	c.must("POST", "/webhooks/"+app.id+"/"+made.Token, "", map[string]any{"content": "more"})
	c.ask("GET", "/webhooks/"+app.id+"/"+made.Token+"/messages/1", "", nil, nil)
}

// misplace puts a secret where it does not belong, in requests.
func (c *canaries) misplace(name, secret string) {
	c.t.Helper()
	escaped, queried := url.PathEscape(secret), url.QueryEscape(secret)
	for _, path := range []string{
		"/users/@me?token=" + queried, "/" + escaped, "/" + escaped + "/" + escaped, "/channels/" + escaped, "/guilds/1/" + escaped, "/webhooks/1/" + escaped,
		"/webhooks/" + escaped + "/x", "/interactions/1/" + escaped + "/callback", "/invites/" + escaped, "/oauth2/authorize?client_id=" + queried, "/users/" + escaped,
	} {
		c.ask("GET", path, "", nil, nil)
		c.ask("POST", path, "", map[string]any{}, nil)
	}
	for _, path := range []string{"/" + escaped, "/cdn/" + escaped, "/cdn/avatars/1/" + escaped + ".png", "/cdn/attachments/1/1/x?hm=" + queried, "/setup?" + queried} {
		c.to(c.server.url, "GET", path, "", nil, nil)
	}
	for _, scheme := range []string{"", "Bot ", "Bearer ", "Basic ", "Token "} {
		// Some of these are right: then it is used with what comes of it.
		c.ask("GET", "/users/@me?"+queried, scheme+secret, nil, nil)
		c.ask("PATCH", "/guilds/1/roles/2", scheme+secret, map[string]any{"name": 5}, map[string]string{"X-Audit-Log-Reason": secret})
		c.to(c.ops, "POST", "/operator/v1/users", scheme+secret, map[string]any{"username": secret}, nil)
	}
	for _, header := range []string{"Referer", "Cookie", "Origin", "If-None-Match", "X-Forwarded-For", "Content-Type", "X-Audit-Log-Reason", "Range", "X-Request-Id", "User-Agent"} {
		c.ask("GET", "/gateway", "", nil, map[string]string{header: secret})
		c.ask("POST", "/auth/login", "", map[string]any{"login": "x"}, map[string]string{header: secret})
	}
	for _, body := range []any{
		map[string]any{"login": secret, "password": secret}, `{"login":"` + secret, `{"` + secret + `":1,"` + secret + `":1}`, map[string]any{"ticket": secret, "code": secret},
		map[string]any{"secret": secret, "username": secret, "password": secret},
	} {
		for _, path := range []string{"/auth/login", "/auth/mfa/totp", "/auth/setup"} {
			c.ask("POST", path, "", body, nil)
		}
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	c.ask("POST", "/oauth2/token", "", "client_id=1&client_secret="+queried+"&grant_type=authorization_code&code="+queried, form)
	c.ask("POST", "/oauth2/token/revoke", "", "client_id="+queried+"&token="+queried, form)
	c.to(c.ops, "GET", "/metrics?"+queried, secret, nil, nil)
	c.to(c.ops, "POST", "/operator/v1/"+escaped, secret, nil, nil)
}

// mistype does so on the gateway.
func (c *canaries) mistype(secret string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), dialTimeout)
	defer cancel()
	quoted, err := json.Marshal(secret)
	if err != nil {
		c.t.Fatal(err)
	}
	text := string(quoted)
	for _, payload := range []string{
		`{"op":2,"d":{"token":` + text + `,"intents":"` + secret, `{"op":2,"d":{"token":[` + text + `],"intents":0}}`, `{"op":99,"d":` + text + `}`,
		`{"op":2,"d":{"token":"Bot x` + strings.Trim(text, `"`) + `","intents":0,"properties":{}}}`, `{"op":6,"d":{"token":` + text + `,"session_id":` + text + `,"seq":-1}}`,
	} {
		conn, answer, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(c.server.url, "http")+"/?v=10&encoding=json&token="+url.QueryEscape(secret), &websocket.DialOptions{
			HTTPHeader: http.Header{"Cookie": {"token=" + secret}, "Authorization": {secret}, "Origin": {"https://" + url.PathEscape(secret)}},
		})
		if err != nil {
			c.t.Fatalf("dial: %v (%v)", err, answer)
		}
		if err := conn.Write(ctx, websocket.MessageText, []byte(payload)); err != nil {
			c.t.Fatal(err)
		}
		for err == nil { // until it is closed for what was sent
			_, _, err = conn.Read(ctx)
		}
		_ = conn.CloseNow()
	}
}
