package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"guildhall"
)

// ear is a gateway session that a test listens with.
type ear struct {
	t    *testing.T
	conn *websocket.Conn
	// guild is the data of the GUILD_CREATE that the session began with.
	guild json.RawMessage
}

// listen opens a session with all intents, and reads to the end of its first guild.
func (f *forge) listen(token string) *ear {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 10*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(f.url, "http")+"/?v=10&encoding=json", nil)
	if err != nil {
		f.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 22)
	f.t.Cleanup(func() { _ = conn.CloseNow() })
	e := &ear{t: f.t, conn: conn}
	token = strings.TrimPrefix(token, "Bot ")
	e.send(2, map[string]any{"token": token, "intents": guildhall.IntentsAll, "properties": map[string]string{}})
	e.guild = e.next("GUILD_CREATE")
	return e
}

// end ends the session, for good.
func (e *ear) end() {
	if err := e.conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		e.t.Log(err) // the server may be first to go
	}
}

func (e *ear) send(op int, data any) {
	e.t.Helper()
	text, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		e.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(e.t.Context(), 10*time.Second)
	defer cancel()
	if err := e.conn.Write(ctx, websocket.MessageText, text); err != nil {
		e.t.Fatal(err)
	}
}

// next reads up to the next event of the type and gives its data.
func (e *ear) next(event string) json.RawMessage {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), 10*time.Second)
	defer cancel()
	var passed []string
	for {
		_, text, err := e.conn.Read(ctx)
		if err != nil {
			e.t.Fatalf("no %s, after %v: %v", event, passed, err)
		}
		p := parsed[struct {
			T string          `json:"t"`
			D json.RawMessage `json:"d"`
		}](e.t, text)
		if p.T == event {
			return p.D
		}
		passed = append(passed, p.T)
	}
}
