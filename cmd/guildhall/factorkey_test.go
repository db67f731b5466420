package main

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// again starts a server on the folder of one that has ended.
func (h *hearth) again() {
	h.t.Helper()
	h.end()
	h.served = serve(h.t, "--data", h.dir, "--rate-limits", "off", "--log-level", "debug")
}

// secondStep signs in by password and code.
func (h *hearth) secondStep(status int, name, code string) map[string]any {
	h.t.Helper()
	ticket := h.want(200, "", "POST", "/auth/login", fields("login", name, "password", hearthPassword))["ticket"].(string)
	return h.want(status, "", "POST", "/auth/mfa/totp", fields("ticket", ticket, "code", code))
}

// folderHolds names the files of a folder in which one of the texts stands.
func folderHolds(t *testing.T, dir string, texts ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(content, []byte(text)) {
				found = append(found, path+" holds "+text)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestFactorKey: the store alone shows no authenticator app's secret, a key that is lost is missed at once, and one can be
// replaced by another.
func TestFactorKey(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann := h.someone("ann")
	f := h.enroll(ann.Token)
	path := filepath.Join(h.dir, factorKeyFile)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key's file: %v, %v", info, err)
	}
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h.end()
	raw, _ := hex.DecodeString(strings.TrimSpace(string(key)))
	spellings := []string{string(f.secret), hex.EncodeToString(f.secret), base64.StdEncoding.EncodeToString(f.secret), base32.StdEncoding.EncodeToString(f.secret)}
	if found := folderHolds(t, h.dir, spellings...); len(found) > 0 {
		t.Errorf("the secret is in clear: %v", found)
	}
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(path, away); err != nil {
		t.Fatal(err)
	}
	if found := folderHolds(t, h.dir, strings.TrimSpace(string(key)), string(raw)); len(found) > 0 {
		t.Errorf("the key is elsewhere too: %v", found)
	}
	code, o := runCommand(t, "serve", "--listen", "127.0.0.1:0", "--data", h.dir)
	if said := o.err.String(); code != exitFailed || !strings.Contains(said, factorKeyFile+" is missing") || !strings.Contains(said, "admin factor-key") {
		t.Fatalf("without its key: %d, %s", code, said)
	}
	// It is lost: with another one recovery codes are good, and codes of apps are refused for what it is.
	if code, o := runCommand(t, "admin", "factor-key", "--data", h.dir); code != exitDone || !strings.Contains(o.out.String(), "1 key(s)") {
		t.Fatalf("a new key: %d %s", code, &o.err)
	}
	h.again()
	if answer := h.secondStep(503, "ann", f.code(0)); !strings.Contains(answer["message"].(string), "recovery code") {
		t.Errorf("a code without its key: %v", answer)
	}
	h.secondStep(200, "ann", f.recovery())
	if log := h.log(); !strings.Contains(log, "none of the server's") || strings.Contains(log, f.code(0)) {
		t.Errorf("the log says nothing of the key, or the code: %s", log)
	}
	// It is found again: what it has sealed is sealed anew when it is used.
	h.end()
	newer, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text []byte, mode fs.FileMode) {
		t.Helper()
		if err := writeFile(path, text, mode); err != nil {
			t.Fatal(err)
		}
	}
	write(append(bytes.Clone(newer), key...), 0o644)
	if code, o := runCommand(t, "serve", "--listen", "127.0.0.1:0", "--data", h.dir); code != exitFailed || !strings.Contains(o.err.String(), "chmod 600") {
		t.Fatalf("with a key for everybody: %d, %s", code, &o.err)
	}
	write(append(bytes.Clone(newer), key...), 0o600)
	h.again()
	h.secondStep(200, "ann", f.code(0))
	h.end()
	write(newer, 0o600)
	h.again()
	h.secondStep(200, "ann", f.code(1))
	h.end()
	write([]byte("nonsense\n"), 0o600)
	if code, o := runCommand(t, "serve", "--listen", "127.0.0.1:0", "--data", h.dir); code != exitFailed || !strings.Contains(o.err.String(), "line 1") || strings.Contains(o.err.String(), "nonsense") {
		t.Fatalf("with a broken key: %d, %s", code, &o.err)
	}
}
