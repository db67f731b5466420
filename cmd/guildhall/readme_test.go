package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestREADMEPing sends what the README's curl line sends.
func TestREADMEPing(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`curl -sS \$SERVER(/\S+) \\\n\s+-H "Authorization: ([^"]+)" -H 'Content-Type: ([^']+)' -d '([^']+)'`)
	line := form.FindSubmatch(readme)
	if line == nil {
		t.Fatal("README.md has no curl line that says !ping")
	}
	s, world := serveDev(t)
	values := strings.NewReplacer("$CHANNEL", world.Channels[0].ID, "$TOKEN", world.Bots[0].Token)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+values.Replace(string(line[1])), strings.NewReader(string(line[4])))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", values.Replace(string(line[2])))
	r.Header.Set("Content-Type", string(line[3]))
	if status, m := s.do(r); status != http.StatusOK || m["content"] != "!ping" {
		t.Errorf("answered with %d %v", status, m)
	}
}
