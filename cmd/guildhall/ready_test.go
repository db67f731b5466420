package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestReadyTellsPeopleTheirAddress: READY's user is the one of GET /users/@me, private parts included.
func TestReadyTellsPeopleTheirAddress(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	made := mustRun[madeFixture](t, "fixture", "--data", dir, "--bots", "1", "--users", "1", "--guilds", "1")
	s := serve(t, "--data", dir)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for _, as := range []struct{ token, header string }{
		{made.Users[0].Token, made.Users[0].Token}, {made.Bots[0].Token, "Bot " + made.Bots[0].Token},
	} {
		conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.url, "http")+"/?v=10&encoding=json", nil)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetReadLimit(1 << 20)
		if err := conn.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"op":2,"d":{"token":%q,"intents":1}}`, as.token)); err != nil {
			t.Fatal(err)
		}
		var ready struct {
			T string
			D struct{ User map[string]any }
		}
		for ready.T != "READY" {
			_, text, err := conn.Read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &ready); err != nil {
				t.Fatal(err)
			}
		}
		_ = conn.CloseNow()
		_, me := s.get(s.url+"/api/v10/users/@me", as.header)
		for _, field := range []string{"id", "username", "email", "locale", "verified", "mfa_enabled", "flags"} {
			if ready.D.User[field] != me[field] {
				t.Errorf("%s is %v in READY and %v in REST", field, ready.D.User[field], me[field])
			}
		}
		if person := as.token == as.header; person && me["email"] != made.Users[0].Email {
			t.Error("the person has no address, so that nothing was compared")
		}
	}
}
