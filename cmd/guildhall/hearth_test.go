package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

const hearthPassword = "correct horse"

// hearth is a server whose accounts are tried out.
type hearth struct {
	*served
	dir string
	// client holds every answer against Discord's document.
	client *http.Client
}

func newHearth(t *testing.T, flags ...string) *hearth {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, append([]string{"--data", dir, "--rate-limits", "off", "--log-level", "debug"}, flags...)...)
	return &hearth{served: s, dir: dir, client: shapeClient(t)}
}

// someone makes an account by the operator's command.
func (h *hearth) someone(name string) madeUser {
	h.t.Helper()
	file := filepath.Join(h.t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(hearthPassword+"\n"), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return mustRun[madeUser](h.t, "admin", "user", "create", name, "--password-file", file, "--data", h.dir)
}

// ask makes a request. A body that is a string goes as a form, any other as JSON.
func (h *hearth) ask(authorization, method, path string, body any) (int, []byte) {
	h.t.Helper()
	kind, encoded := "application/json", []byte(nil)
	if form, ok := body.(string); ok {
		kind, encoded = "application/x-www-form-urlencoded", []byte(form)
	} else if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			h.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.url+"/api/v10"+path, bytes.NewReader(encoded))
	if err != nil {
		h.t.Fatal(err)
	}
	if encoded != nil {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("User-Agent", "hearth")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	response, err := h.client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response.StatusCode, content
}

// want is ask for what must be answered with the status; the answer is given as an object, if it is one.
func (h *hearth) want(status int, authorization, method, path string, body any) map[string]any {
	h.t.Helper()
	got, content := h.ask(authorization, method, path, body)
	if got != status {
		h.t.Fatalf("%s %s %v: %d %s, want %d", method, path, body, got, content, status)
	}
	var answer map[string]any
	_ = json.Unmarshal(content, &answer) // not every answer is an object
	return answer
}

// refused is want for a refusal with the code.
func (h *hearth) refused(status, code int, authorization, method, path string, body any) {
	h.t.Helper()
	if answer := h.want(status, authorization, method, path, body); answer["code"] != float64(code) {
		h.t.Fatalf("%s %s: %v, want code %d", method, path, answer, code)
	}
}

// fields is a JSON object of strings.
func fields(pairs ...string) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// listener is a gateway session.
type listener struct {
	t      *testing.T
	events chan map[string]any
	closed chan ws.StatusCode
	conn   io.Closer
}

// listen opens a gateway session and waits for READY.
func (h *hearth) listen(token string) (*listener, map[string]any) {
	h.t.Helper()
	conn, buffered, _, err := ws.Dial(h.t.Context(), "ws"+strings.TrimPrefix(h.url, "http")+"/?v=10&encoding=json")
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	var in io.ReadWriter = conn
	if buffered != nil {
		in = struct {
			io.Reader
			io.Writer
		}{io.MultiReader(buffered, conn), conn}
	}
	l := &listener{t: h.t, events: make(chan map[string]any, 100), closed: make(chan ws.StatusCode, 1), conn: conn}
	identify := `{"op":2,"d":{"token":"` + token + `","intents":0,"properties":{}}}`
	if err := wsutil.WriteClientText(conn, []byte(identify)); err != nil {
		h.t.Fatal(err)
	}
	go func() {
		for {
			data, _, err := wsutil.ReadServerData(in)
			if err != nil {
				code := ws.StatusNoStatusRcvd
				if closed, ok := err.(wsutil.ClosedError); ok {
					code = closed.Code
				}
				l.closed <- code
				return
			}
			var frame map[string]any
			if json.Unmarshal(data, &frame) == nil && frame["op"] == 0.0 {
				l.events <- frame
			}
		}
	}()
	return l, l.next("READY")
}

// next waits for an event of a type and gives its data.
func (l *listener) next(kind string) map[string]any {
	l.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case frame := <-l.events:
			if frame["t"] == kind {
				data, _ := frame["d"].(map[string]any)
				return data
			}
		case code := <-l.closed:
			l.t.Fatalf("waiting for %s: closed with %d", kind, code)
		case <-late:
			l.t.Fatalf("no %s", kind)
		}
	}
}

// ends waits for the session to be ended for good, within the time that a lost token may live.
func (l *listener) ends() {
	l.t.Helper()
	select {
	case code := <-l.closed:
		if code != 4004 {
			l.t.Errorf("closed with %d", code)
		}
	case <-time.After(5 * time.Second):
		l.t.Error("still open after 5 s")
	}
}
