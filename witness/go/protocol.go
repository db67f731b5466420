package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// protocol speaks the gateway by hand, for what no library does.
// discord: topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func (w *witness) protocol(r *report) {
	token := w.world.Bots[2%len(w.world.Bots)].Token
	identify := frame(2, map[string]any{"token": token, "intents": 1, "properties": map[string]string{"os": "linux"}})
	shard := frame(2, map[string]any{"token": token, "intents": 1, "properties": map[string]string{}, "shard": []int{2, 1}})
	closes := []struct {
		code  int
		query string
		send  []string
	}{
		{4001, "v=10&encoding=json", []string{identify, `{"op":99,"d":null}`}},
		{4002, "v=10&encoding=json", []string{`{"op":`}},
		{4003, "v=10&encoding=json", []string{frame(3, map[string]any{"since": nil, "activities": []any{}, "status": "online", "afk": false})}},
		{4005, "v=10&encoding=json", []string{identify, identify}},
		{4010, "v=10&encoding=json", []string{shard}},
		{4012, "v=3&encoding=json", nil},
	}
	for _, c := range closes {
		r.check(fmt.Sprintf("close.%d", c.code), func() error {
			g, err := w.dialGateway(c.query)
			if err != nil {
				return err
			}
			defer g.Close()
			for _, s := range c.send {
				if err := g.WriteMessage(websocket.TextMessage, []byte(s)); err != nil {
					return err
				}
			}
			for {
				if _, _, err := g.ReadMessage(); err != nil {
					return wantClose(err, c.code)
				}
			}
		})
	}
	r.check("heartbeat", func() error { return w.heartbeat(token) })
	r.check("session.unknown", func() error {
		g, err := w.dialGateway("v=10&encoding=json")
		if err != nil {
			return err
		}
		defer g.Close()
		return invalidSession(g, token)
	})
}

func (w *witness) heartbeat(token string) error {
	g, err := w.dialGateway("v=10&encoding=json")
	if err != nil {
		return err
	}
	defer g.Close()
	hello, err := nextOp(g, 10)
	if err != nil {
		return err
	}
	var d struct {
		Interval int `json:"heartbeat_interval"`
	}
	if err := json.Unmarshal(hello.D, &d); err != nil || d.Interval < 1000 {
		return fmt.Errorf("HELLO is %s", hello.D)
	}
	if err := g.WriteMessage(websocket.TextMessage, []byte(`{"op":1,"d":null}`)); err != nil {
		return err
	}
	_, err = nextOp(g, 11)
	return err
}

// invalidSession resumes what never was: the answer is op 9 with d false.
func invalidSession(g *websocket.Conn, token string) error {
	resume := frame(6, map[string]any{"token": token, "session_id": strings.Repeat("0", 32), "seq": 3})
	if err := g.WriteMessage(websocket.TextMessage, []byte(resume)); err != nil {
		return err
	}
	p, err := nextOp(g, 9)
	if err != nil {
		return err
	}
	if string(p.D) != "false" {
		return fmt.Errorf("op 9 has d %s", p.D)
	}
	return nil
}

type payload struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	D  json.RawMessage `json:"d"`
}

func frame(op int, d any) string {
	b, err := json.Marshal(map[string]any{"op": op, "d": d})
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	return string(b)
}

func (w *witness) dialGateway(query string) (*websocket.Conn, error) {
	d := websocket.Dialer{HandshakeTimeout: eventTimeout}
	g, _, err := d.Dial(strings.TrimSuffix(w.world.Gateway, "/")+"/?"+query, nil)
	if err != nil {
		return nil, fmt.Errorf("dial gateway: %w", err)
	}
	return g, g.SetReadDeadline(time.Now().Add(eventTimeout))
}

// nextOp reads until a payload with the opcode comes; the deadline set by
// dialGateway bounds it.
func nextOp(g *websocket.Conn, op int) (payload, error) {
	for {
		var p payload
		if err := g.ReadJSON(&p); err != nil {
			return p, fmt.Errorf("waiting for op %d: %w", op, err)
		}
		if p.Op == op {
			return p, nil
		}
	}
}
