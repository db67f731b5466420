package main

import (
	"encoding/base32"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guildhall"
)

func TestRegistration(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann := h.someone("ann")
	guild := h.want(http.StatusCreated, ann.Token, "POST", "/guilds", fields("name", "Forge"))
	invite := "/channels/" + guild["system_channel_id"].(string) + "/invites"
	code := h.want(200, ann.Token, "POST", invite, map[string]any{"max_uses": 3})["code"].(string)
	account := func(name, code string) map[string]any {
		return fields("username", name, "password", hearthPassword, "invite", code)
	}
	h.refused(400, 50035, "", "POST", "/auth/register", fields("username", "bob", "password", hearthPassword))
	h.refused(404, 10006, "", "POST", "/auth/register", account("bob", "nothing"))
	// Three of ten who come at once are let in; of the others nothing stays.
	var in atomic.Int32
	var all sync.WaitGroup
	for _, name := range strings.Fields("b0 b1 b2 b3 b4 b5 b6 b7 b8 b9") {
		all.Go(func() {
			status, _ := h.ask("", "POST", "/auth/register", account(name, code))
			switch status {
			case http.StatusCreated:
				in.Add(1)
			case http.StatusNotFound, http.StatusTooManyRequests:
			default:
				t.Errorf("%s: %d", name, status)
			}
		})
	}
	all.Wait()
	if in.Load() != 3 {
		t.Errorf("%d accounts by an invite for three", in.Load())
	}
	counts := h.want(200, ann.Token, "GET", "/guilds/"+guild["id"].(string)+"?with_counts=true", nil)
	if counts["approximate_member_count"] != 4.0 {
		t.Errorf("members: %v", counts["approximate_member_count"])
	}
	open := newHearth(t, "--registration", "open")
	made := open.want(http.StatusCreated, "", "POST", "/auth/register", fields("username", "zoe", "password", hearthPassword))
	if me := open.want(200, made["token"].(string), "GET", "/users/@me", nil); me["username"] != "zoe" {
		t.Errorf("registered as %v", me)
	}
	open.refused(400, 50035, "", "POST", "/auth/register", fields("username", "zoe", "password", hearthPassword))
	closed := newHearth(t, "--registration", "closed")
	closed.refused(403, 0, "", "POST", "/auth/register", fields("username", "zoe", "password", hearthPassword))
}

func TestSignIns(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	h.someone("ann")
	login := func(password string) string {
		t.Helper()
		return h.want(200, "", "POST", "/auth/login", fields("login", "ann", "password", password))["token"].(string)
	}
	here, there, phone := login(hearthPassword), login(hearthPassword), login(hearthPassword)
	session, _ := h.listen(there)
	list := h.want(200, here, "GET", "/auth/sessions", nil)["user_sessions"].([]any)
	if len(list) != 4 {
		t.Fatalf("sign-ins %v", list)
	}
	var current []map[string]any
	for _, s := range list {
		if s.(map[string]any)["current"] == true {
			current = append(current, s.(map[string]any))
		}
	}
	if len(current) != 1 || current[0]["client_info"].(map[string]any)["user_agent"] != "hearth" {
		t.Errorf("current: %v", current)
	}
	h.refused(404, 10012, here, "DELETE", "/auth/sessions/nothing", nil)
	h.want(204, here, "DELETE", "/auth/sessions/"+h.current(phone), nil)
	h.want(401, phone, "GET", "/users/@me", nil)
	h.refused(400, 50035, here, "POST", "/auth/password", fields("password", "wrong", "new_password", "battery staple"))
	h.refused(400, 50035, here, "POST", "/auth/password", fields("password", hearthPassword, "new_password", "short"))
	h.want(204, here, "POST", "/auth/password", fields("password", hearthPassword, "new_password", "battery staple"))
	session.ends()
	h.want(401, there, "GET", "/users/@me", nil)
	h.want(200, here, "GET", "/users/@me", nil)
	h.refused(400, 50035, "", "POST", "/auth/login", fields("login", "ann", "password", hearthPassword))
	again := login("battery staple")
	session, _ = h.listen(again)
	h.want(204, here, "DELETE", "/auth/sessions", nil)
	session.ends()
	h.want(401, here, "GET", "/users/@me", nil)
	h.want(401, again, "GET", "/users/@me", nil)
}

// current is the name of the sign-in that the token is of.
func (h *hearth) current(token string) string {
	h.t.Helper()
	for _, s := range h.want(200, token, "GET", "/auth/sessions", nil)["user_sessions"].([]any) {
		if s := s.(map[string]any); s["current"] == true {
			return s["id_hash"].(string)
		}
	}
	h.t.Fatal("no sign-in is the current one")
	return ""
}

func TestSecondFactorOverTheAPI(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann := h.someone("ann")
	password := fields("password", hearthPassword)
	made := h.want(200, ann.Token, "POST", "/users/@me/mfa/totp", password)
	if link := made["otpauth_url"].(string); !strings.HasPrefix(link, "otpauth://totp/Guildhall:ann?") || !strings.Contains(link, made["secret"].(string)) {
		t.Errorf("link %s", link)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(made["secret"].(string))
	if err != nil {
		t.Fatal(err)
	}
	code := func(steps int64) string { return guildhall.TOTPCode(secret, guildhall.TOTPStep(time.Now())+steps) }
	enable := fields("password", hearthPassword, "secret", made["secret"].(string), "code", "000000x")
	h.refused(400, 60008, ann.Token, "POST", "/users/@me/mfa/totp/enable", enable)
	enable["code"] = code(-1)
	codes := h.want(200, ann.Token, "POST", "/users/@me/mfa/totp/enable", enable)["backup_codes"].([]any)
	if me := h.want(200, ann.Token, "GET", "/users/@me", nil); len(codes) != 10 || me["mfa_enabled"] != true {
		t.Errorf("enabled: %d codes, %v", len(codes), me)
	}
	ticket := func() string {
		t.Helper()
		answer := h.want(200, "", "POST", "/auth/login", fields("login", "ann", "password", hearthPassword))
		if answer["mfa"] != true || answer["token"] != nil {
			t.Fatalf("login without the second step: %v", answer)
		}
		return answer["ticket"].(string)
	}
	first := ticket()
	second := fields("ticket", first, "code", code(0))
	token := h.want(200, "", "POST", "/auth/mfa/totp", second)["token"].(string)
	h.want(200, token, "GET", "/users/@me", nil)
	h.refused(400, 60008, "", "POST", "/auth/mfa/totp", second) // the code was used
	second["ticket"] = strings.Replace(first, ".", ".9", 1)
	h.want(401, "", "POST", "/auth/mfa/totp", second)
	recovery := codes[3].(map[string]any)["code"].(string)
	h.want(200, "", "POST", "/auth/mfa/totp", fields("ticket", ticket(), "code", strings.ToUpper(recovery)))
	h.refused(400, 60008, "", "POST", "/auth/mfa/totp", fields("ticket", ticket(), "code", recovery))
	old := ticket()
	change := fields("password", hearthPassword, "new_password", "battery staple")
	h.refused(400, 60003, ann.Token, "POST", "/auth/password", change)
	change["code"] = codes[6].(map[string]any)["code"]
	h.want(204, ann.Token, "POST", "/auth/password", change)
	h.want(401, "", "POST", "/auth/mfa/totp", fields("ticket", old, "code", codes[4].(map[string]any)["code"].(string)))
	off := fields("password", "battery staple", "code", codes[5].(map[string]any)["code"].(string))
	h.want(204, ann.Token, "POST", "/users/@me/mfa/totp/disable", off)
	h.refused(400, 60002, ann.Token, "POST", "/users/@me/mfa/totp/disable", off)
	log := h.log()
	for _, s := range []string{made["secret"].(string), recovery, hearthPassword, "battery staple", ann.Token, token, first} {
		if strings.Contains(log, s) {
			t.Errorf("the log holds %q", s)
		}
	}
}

func TestTheEndOfAnAccount(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann, bob := h.someone("ann"), h.someone("bob")
	guild := h.want(http.StatusCreated, ann.Token, "POST", "/guilds", fields("name", "Forge"))
	id, channel := guild["id"].(string), guild["system_channel_id"].(string)
	mustRun[map[string]any](t, "admin", "guild", "join", id, "bob", "--data", h.dir)
	message := h.want(200, bob.Token, "POST", "/channels/"+channel+"/messages", fields("content", "hello"))
	one := "/channels/" + channel + "/messages/" + message["id"].(string)
	h.want(204, bob.Token, "PUT", one+"/reactions/%F0%9F%94%A5/@me", nil)
	h.want(200, ann.Token, "POST", "/channels/"+channel+"/messages", fields("content", "<@"+bob.ID.String()+">"))
	h.eventually(func() bool { return strings.Contains(string(h.must200(ann.Token, "/users/@me/guilds")), id) })
	dm := h.want(200, ann.Token, "POST", "/users/@me/channels", fields("recipient_id", bob.ID.String()))["id"].(string)
	h.want(200, ann.Token, "POST", "/channels/"+dm+"/messages", fields("content", "hi"))
	h.refused(400, 40011, ann.Token, "POST", "/users/@me/delete", fields("password", hearthPassword))
	h.refused(400, 50035, bob.Token, "POST", "/users/@me/delete", fields("password", "wrong"))
	export := h.want(200, bob.Token, "GET", "/users/@me/export", nil)
	if encoded, _ := json.Marshal(export); !strings.Contains(string(encoded), id) || strings.Contains(string(encoded), "argon2") {
		t.Errorf("export %s", encoded)
	}
	session, _ := h.listen(bob.Token)
	h.want(204, bob.Token, "POST", "/users/@me/delete", fields("password", hearthPassword))
	session.ends()
	h.want(401, bob.Token, "GET", "/users/@me", nil)
	h.refused(400, 50035, "", "POST", "/auth/login", fields("login", "bob", "password", hearthPassword))
	read := h.want(200, ann.Token, "GET", one, nil)
	if author := read["author"].(map[string]any); author["global_name"] != guildhall.DeletedName || strings.Contains(author["username"].(string), "bob") {
		t.Errorf("author %v", author)
	}
	for _, path := range []string{"/channels/" + channel + "/messages", one + "/reactions/%F0%9F%94%A5"} {
		if page := string(h.must200(ann.Token, path)); strings.Contains(page, `"bob"`) || !strings.Contains(page, guildhall.DeletedName) {
			t.Errorf("%s: %s", path, page)
		}
	}
	h.eventually(func() bool {
		status, _ := h.ask(ann.Token, "GET", "/guilds/"+id+"/members/"+bob.ID.String(), nil)
		return status == http.StatusNotFound
	})
	h.eventually(func() bool {
		list := string(h.must200(ann.Token, "/users/@me/channels"))
		return strings.Contains(list, dm) && strings.Contains(list, guildhall.DeletedName) && !strings.Contains(list, `"bob"`)
	})
	h.refused(403, 50007, ann.Token, "POST", "/channels/"+dm+"/messages", fields("content", "are you there?"))
	if second := h.someone("bob"); second.ID == bob.ID {
		t.Error("the name's new holder has the old id")
	}
}

// eventually waits for the effect of a follow-up.
func (h *hearth) eventually(done func() bool) {
	h.t.Helper()
	late := time.After(10 * time.Second)
	for !done() {
		select {
		case <-late:
			h.t.Fatal("a follow-up had no effect")
		case <-time.After(5 * time.Millisecond):
		}
	}
}
