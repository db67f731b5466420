package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestSecretsAreSecret is S49: a secret that others can read is told of, one that can be guessed stops the start, and an empty one,
// which everybody has who sends none, is made anew.
func TestSecretsAreSecret(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, "--data", dir)
	s.end()
	if list := exposed(dir); len(list) != 0 {
		t.Errorf("a folder as it is made: %v", list)
	}
	token := filepath.Join(dir, operatorTokenFile)
	if runtime.GOOS != "windows" {
		for _, path := range []string{token, dir} {
			before, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, 0o755); err != nil {
				t.Fatal(err)
			}
			again := serve(t, "--data", dir)
			again.end()
			if log := again.log(); !strings.Contains(log, "others on this machine can get at "+path) {
				t.Errorf("%s is open to all and nothing is said:\n%s", path, log)
			}
			if err := os.Chmod(path, before.Mode().Perm()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, file := range []string{operatorTokenFile, linkSecretFile} {
		path := filepath.Join(dir, file)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("short\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		code, o := runCommand(t, "serve", "--data", dir, "--listen", "127.0.0.1:0")
		if code != exitFailed || !strings.Contains(o.err.String(), path+" holds too short a secret: remove it") {
			t.Errorf("a short %s: %d %s", file, code, &o.err)
		}
		for _, empty := range []string{"", "\n"} {
			if err := os.WriteFile(path, []byte(empty), 0o600); err != nil {
				t.Fatal(err)
			}
			if secret, err := secretFile(dir, file); err != nil || len(secret) != 2*secretBytes {
				t.Errorf("an empty %s gives %q, %v", file, secret, err)
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
