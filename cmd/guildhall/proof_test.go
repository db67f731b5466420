package main

import (
	"encoding/base32"
	"net/http"
	"slices"
	"testing"
	"time"

	"guildhall"
)

// factor is a second factor that was turned on in a test.
type factor struct {
	secret []byte
	codes  []string // recovery codes that are left
}

// enroll turns an account's second factor on.
func (h *hearth) enroll(token string) *factor {
	h.t.Helper()
	made := h.want(200, token, "POST", "/users/@me/mfa/totp", fields("password", hearthPassword))
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(made["secret"].(string))
	if err != nil {
		h.t.Fatal(err)
	}
	f := &factor{secret: secret}
	answer := h.want(200, token, "POST", "/users/@me/mfa/totp/enable",
		fields("password", hearthPassword, "secret", made["secret"].(string), "code", f.code(-1)))
	for _, c := range answer["backup_codes"].([]any) {
		f.codes = append(f.codes, c.(map[string]any)["code"].(string))
	}
	return f
}

// code is what the authenticator app shows some steps from now.
func (f *factor) code(steps int64) string {
	return guildhall.TOTPCode(f.secret, guildhall.TOTPStep(time.Now())+steps)
}

// recovery takes one of the recovery codes.
func (f *factor) recovery() string {
	code := f.codes[0]
	f.codes = f.codes[1:]
	return code
}

// TestASignInAloneGivesNothingAway: what would keep its person out for good asks for the password or a code.
func TestASignInAloneGivesNothingAway(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann, bob := h.someone("ann"), h.someone("bob")
	id := h.want(http.StatusCreated, ann.Token, "POST", "/applications", fields("name", "Anvil"))["id"].(string)
	one := "/applications/" + id
	guarded := []string{one + "/bot/reset", one + "/reset", one + "/delete"}
	methods := func(path string, body any) []any {
		t.Helper()
		h.refused(400, 60003, ann.Token, "POST", path, body)
		return h.want(400, ann.Token, "POST", path, body)["mfa"].(map[string]any)["methods"].([]any)
	}
	bot := h.want(200, ann.Token, "POST", one+"/bot/reset", fields("password", hearthPassword))["token"].(string)
	for _, path := range guarded {
		if m := methods(path, nil); len(m) != 1 || m[0].(map[string]any)["type"] != "password" {
			t.Errorf("%s asks for %v", path, m)
		}
		methods(path, map[string]any{"password": nil, "code": "123456"})
		h.refused(400, 50035, ann.Token, "POST", path, map[string]any{"password": 5})
		h.refused(404, 10002, bob.Token, "POST", path, fields("password", hearthPassword))
		// A bot's token does not give the bot away either.
		h.refused(403, 20001, "Bot "+bot, "POST", path, nil)
	}
	h.refused(400, 50035, ann.Token, "POST", guarded[1], fields("password", "wrong"))
	f := h.enroll(ann.Token)
	for _, path := range guarded {
		m := methods(path, fields("password", hearthPassword))
		if first := m[0].(map[string]any); len(m) != 1 || first["type"] != "totp" || first["backup_codes_allowed"] != true {
			t.Errorf("%s asks for %v", path, m)
		}
	}
	h.refused(400, 60008, ann.Token, "POST", guarded[0], fields("password", hearthPassword, "code", "000000x"))
	h.want(200, "Bot "+bot, "GET", "/users/@me", nil) // nothing of this has ended the token
	used := f.code(0)
	h.want(200, ann.Token, "POST", one+"/reset", fields("code", used))
	h.refused(400, 60008, ann.Token, "POST", one+"/bot/reset", fields("code", used))
	h.want(200, ann.Token, "POST", one+"/bot/reset", fields("code", f.recovery()))
	for path, body := range map[string]map[string]any{
		"/auth/password":              fields("password", hearthPassword, "new_password", "battery staple"),
		"/users/@me/delete":           fields("password", hearthPassword),
		"/users/@me/mfa/codes":        fields("password", hearthPassword),
		"/users/@me/mfa/totp/disable": fields("password", hearthPassword),
	} {
		answer := h.want(400, ann.Token, "POST", path, body)
		if code := answer["code"].(float64); !slices.Contains([]float64{60003, 50035}, code) {
			t.Errorf("%s without a code: %v", path, answer)
		}
	}
	h.want(204, ann.Token, "POST", one+"/delete", fields("code", f.recovery()))
	h.refused(404, 10002, ann.Token, "POST", one+"/delete", fields("code", f.recovery()))
}
