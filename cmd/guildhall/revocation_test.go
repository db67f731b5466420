package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// resume tries to go on with a session and gives what came of it: RESUMED, an opcode, or a close code.
func (h *hearth) resume(token, session string) string {
	h.t.Helper()
	return h.resumeTo(token, session, "RESUMED")
}

// resumeTo is resume that goes on until the event comes, or the end.
func (h *hearth) resumeTo(token, session, event string) string {
	h.t.Helper()
	conn, buffered, _, err := ws.Dial(h.t.Context(), "ws"+strings.TrimPrefix(h.url, "http")+"/?v=10&encoding=json")
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil { // S20
		h.t.Fatal(err)
	}
	var in io.ReadWriter = conn
	if buffered != nil {
		in = struct {
			io.Reader
			io.Writer
		}{io.MultiReader(buffered, conn), conn}
	}
	payload := fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":%q,"seq":1}}`, token, session)
	if err := wsutil.WriteClientText(conn, []byte(payload)); err != nil {
		h.t.Fatal(err)
	}
	for {
		data, _, err := wsutil.ReadServerData(in)
		if err != nil {
			if closed, ok := err.(wsutil.ClosedError); ok {
				return fmt.Sprint("closed with ", closed.Code)
			}
			return err.Error()
		}
		var frame struct {
			Op int    `json:"op"`
			T  string `json:"t"`
		}
		switch err := json.Unmarshal(data, &frame); {
		case err != nil:
			return err.Error()
		case frame.Op == 9:
			return "invalid session"
		case frame.T == event:
			return frame.T
		}
	}
}

// TestWhatEndsSessions is S20: after each of these the gateway sessions of a token end within 5 s with 4004, those without a
// socket too, and can't be resumed.
func TestWhatEndsSessions(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	next := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(next, []byte("battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	password := fields("password", hearthPassword)
	admin := func(args ...string) { mustRun[map[string]any](t, append(args, "--data", h.dir)...) }
	for name, end := range map[string]func(user madeUser, other, app string) (bot bool){
		"password change": func(user madeUser, other, _ string) bool {
			h.want(204, other, "POST", "/auth/password", fields("password", hearthPassword, "new_password", "battery staple"))
			return false
		},
		"logout everywhere": func(user madeUser, other, _ string) bool {
			h.want(204, other, "DELETE", "/auth/sessions", nil)
			return false
		},
		"logout": func(user madeUser, _, _ string) bool {
			h.want(204, user.Token, "POST", "/auth/logout", nil)
			return false
		},
		"one sign-in ended": func(user madeUser, other, _ string) bool {
			h.want(204, other, "DELETE", "/auth/sessions/"+h.current(user.Token), nil)
			return false
		},
		"ban from the server": func(user madeUser, _, _ string) bool {
			admin("admin", "user", "disable", user.ID.String())
			return false
		},
		"password by the operator": func(user madeUser, _, _ string) bool {
			admin("admin", "user", "password", user.ID.String(), "--password-file", next)
			return false
		},
		"reset by the operator": func(user madeUser, _, _ string) bool {
			admin("admin", "user", "reset", user.ID.String(), "--password-file", next)
			return false
		},
		"deletion": func(user madeUser, _, _ string) bool {
			h.want(204, user.Token, "POST", "/users/@me/delete", password)
			return false
		},
		"bot token reset": func(user madeUser, _, app string) bool {
			h.want(200, user.Token, "POST", "/applications/"+app+"/bot/reset", password)
			return true
		},
		"bot token reset by the operator": func(user madeUser, _, app string) bool {
			admin("admin", "token", "reset", app)
			return true
		},
		"application deleted": func(user madeUser, _, app string) bool {
			h.want(204, user.Token, "POST", "/applications/"+app+"/delete", password)
			return true
		},
		"owner of the bot deleted": func(user madeUser, _, _ string) bool {
			h.want(204, user.Token, "POST", "/users/@me/delete", password)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := &hearth{served: h.served, dir: h.dir, client: h.client}
			h.t = t
			user := h.someone("u" + strings.ToLower(strings.ReplaceAll(name, " ", "")[:4]) + fmt.Sprint(len(name)))
			other := h.want(200, "", "POST", "/auth/login", fields("login", h.nameOf(user.Token), "password", hearthPassword))["token"].(string)
			app := h.want(http.StatusCreated, user.Token, "POST", "/applications", fields("name", "Anvil"))["id"].(string)
			bot := h.want(200, user.Token, "POST", "/applications/"+app+"/bot/reset", password)["token"].(string)
			type opened struct {
				*listener
				token, id, detached string
			}
			open := func(token string) opened {
				l, ready := h.listen(token)
				away, detached := h.listen(token)
				if err := away.conn.Close(); err != nil {
					t.Fatal(err)
				}
				return opened{l, token, ready["session_id"].(string), detached["session_id"].(string)}
			}
			persons, bots := open(user.Token), open(bot)
			ofBot := end(user, other, app)
			ends := persons
			if ofBot {
				ends = bots
			}
			ends.ends()
			for _, session := range []string{ends.id, ends.detached} {
				if got := h.resume(ends.token, session); got != "closed with 4004" {
					t.Errorf("resumed with the token that ended: %s", got)
				}
				if !ofBot && h.valid(other) {
					if got := h.resume(other, session); got != "invalid session" {
						t.Errorf("resumed with another token: %s", got)
					}
				}
			}
		})
	}
}

func (h *hearth) nameOf(token string) string {
	h.t.Helper()
	return h.want(200, token, "GET", "/users/@me", nil)["username"].(string)
}

func (h *hearth) valid(token string) bool {
	status, _ := h.ask(token, "GET", "/users/@me", nil)
	return status == http.StatusOK
}

// TestResumeRacesAChangeOfThePassword is S20: whichever comes first, no session of the token is open five seconds later.
func TestResumeRacesAChangeOfThePassword(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann := h.someone("ann")
	password, next := hearthPassword, "battery staple"
	login := func() string {
		return h.want(200, "", "POST", "/auth/login", fields("login", "ann", "password", password))["token"].(string)
	}
	outcomes := map[string]int{}
	for range 8 {
		old := login()
		away, ready := h.listen(old)
		if err := away.conn.Close(); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var got [2]string
		for i := range got {
			all.Go(func() { got[i] = h.resumeTo(old, ready["session_id"].(string), "the end") })
		}
		h.want(204, ann.Token, "POST", "/auth/password", fields("password", password, "new_password", next))
		password, next = next, password
		all.Wait()
		for _, outcome := range got {
			// 4000 is for the one from whom the other has taken the session.
			if outcome != "closed with 4004" && outcome != "closed with 4000" && outcome != "invalid session" {
				t.Errorf("in the end: %s", outcome)
			}
			outcomes[outcome]++
		}
	}
	t.Logf("%v", outcomes)
}
