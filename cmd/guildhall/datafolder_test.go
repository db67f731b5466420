package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestSecretsAreSecret is S49: a secret that others can read is told of, and one that is none stops the start: an empty operator's
// token would be that of everybody who sends none.
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
		for _, content := range []string{"", "\n", "short\n"} {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			code, o := runCommand(t, "serve", "--data", dir, "--listen", "127.0.0.1:0")
			if code != exitFailed || !strings.Contains(o.err.String(), path+" holds no secret: remove it") {
				t.Errorf("%s with %q: %d %s", file, content, code, &o.err)
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
