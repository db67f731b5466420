package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// frameBytesMax bounds a frame of the gateway that an ear takes.
const frameBytesMax = 8 << 20

// dispatch is an event as the gateway tells it.
type dispatch struct {
	Op   int             `json:"op"`
	Type string          `json:"t"`
	Data json.RawMessage `json:"d"`
}

// ear is a person's gateway session, for whom there is no library: it only listens. What it is told within the half minute
// before a heartbeat is due is enough for an example.
type ear struct {
	socket *websocket.Conn
	ended  chan struct{}

	mu    sync.Mutex
	heard []dispatch // guarded by mu
	err   error      // guarded by mu
}

// listen opens a session for the world's first person.
func (w world) listen(ctx context.Context) (*ear, error) {
	opening, cancel := context.WithTimeout(ctx, restTimeout)
	defer cancel()
	socket, _, err := websocket.Dial(opening, w.Gateway+"/?v=10&encoding=json", nil)
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(frameBytesMax)
	identify, err := json.Marshal(map[string]any{"op": 2, "d": map[string]any{
		"token": w.Users[0].Token, "properties": map[string]string{"os": "linux", "browser": "witness", "device": "witness"},
	}})
	if err != nil {
		return nil, err
	}
	if err := socket.Write(opening, websocket.MessageText, identify); err != nil {
		return nil, err
	}
	e := &ear{socket: socket, ended: make(chan struct{})}
	go e.read(ctx)
	_, err = e.expect(ctx, "GUILD_CREATE", nil)
	return e, err
}

// read ends when the socket does.
func (e *ear) read(ctx context.Context) {
	defer close(e.ended)
	for {
		_, text, err := e.socket.Read(ctx)
		var d dispatch
		if err == nil {
			err = json.Unmarshal(text, &d)
		}
		e.mu.Lock()
		e.heard, e.err = append(e.heard, d), err
		e.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (e *ear) close() {
	_ = e.socket.CloseNow() // nothing more is wanted of it
	<-e.ended
}

// expect waits for the first event of a type that matches, and gives its data.
func (e *ear) expect(ctx context.Context, kind string, match func(data json.RawMessage) bool) (found json.RawMessage, err error) {
	next := 0
	err = until(ctx, exampleAnswer, "a person is told "+kind, func() (bool, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		for ; next < len(e.heard); next++ {
			if d := e.heard[next]; d.Type == kind && (match == nil || match(d.Data)) {
				found = d.Data
				return true, nil
			}
		}
		if e.err != nil {
			return false, fmt.Errorf("the person's session ended: %w", e.err)
		}
		return false, nil
	})
	return found, err
}

// exampleSettle is how long an example may take to register its commands.
const exampleSettle = 20 * time.Second
