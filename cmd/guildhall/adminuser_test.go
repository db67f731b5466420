package main

import (
	"encoding/base32"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guildhall"
)

func TestTheOperatorsTwins(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann := h.someone("ann")
	admin := func(args ...string) map[string]any {
		t.Helper()
		return mustRun[map[string]any](t, append(append([]string{"admin", "user"}, args...), "--data", h.dir)...)
	}
	session, _ := h.listen(ann.Token)
	admin("disable", "ann")
	session.ends()
	h.eventually(func() bool { status, _ := h.ask(ann.Token, "GET", "/users/@me", nil); return status == 401 })
	admin("enable", "ann")
	h.eventually(func() bool { status, _ := h.ask(ann.Token, "GET", "/users/@me", nil); return status == 200 })

	made := h.want(200, ann.Token, "POST", "/users/@me/mfa/totp", fields("password", hearthPassword))["secret"].(string)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(made)
	if err != nil {
		t.Fatal(err)
	}
	code := guildhall.TOTPCode(secret, guildhall.TOTPStep(time.Now()))
	h.want(200, ann.Token, "POST", "/users/@me/mfa/totp/enable", fields("password", hearthPassword, "secret", made, "code", code))
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	admin("reset", "ann", "--password-file", file)
	h.eventually(func() bool { status, _ := h.ask(ann.Token, "GET", "/users/@me", nil); return status == 401 })
	token, _ := h.want(200, "", "POST", "/auth/login", fields("login", "ann", "password", "battery staple"))["token"].(string)
	if token == "" {
		t.Fatal("after the reset a second factor is asked for")
	}
	if renamed := admin("rename", "ann", "Anna"); renamed["username"] != "anna" {
		t.Errorf("renamed to %v", renamed)
	}
	if me := h.want(200, token, "GET", "/users/@me", nil); me["username"] != "anna" {
		t.Errorf("me %v", me)
	}
	h.someone("bob")
	if code, o := runCommand(t, "admin", "user", "rename", "anna", "bob", "--data", h.dir); code != exitFailed || !strings.Contains(o.err.String(), "taken") {
		t.Errorf("a name that is taken: %d %s", code, &o.err)
	}
	export, _ := json.Marshal(admin("export", "anna"))
	if !strings.Contains(string(export), `"username":"anna"`) || strings.Contains(string(export), "argon2") {
		t.Errorf("export %s", export)
	}
	if code, o := runCommand(t, "admin", "user", "delete", "anna", "--data", h.dir); code != exitUsage || !strings.Contains(o.err.String(), "--yes") {
		t.Errorf("without --yes: %d %s", code, &o.err)
	}
	session, _ = h.listen(token)
	admin("delete", "anna", "--yes")
	session.ends()
	h.refused(400, 50035, "", "POST", "/auth/login", fields("login", "anna", "password", "battery staple"))
	if code, _ := runCommand(t, "admin", "user", "enable", ann.ID.String(), "--data", h.dir); code != exitFailed {
		t.Errorf("a deleted account is enabled again: %d", code)
	}
}
