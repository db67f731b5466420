package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

const (
	// eventTimeout is how long an event may take to reach the person.
	eventTimeout = 5 * time.Second
	// packetBytesMax bounds what the server may send at once.
	packetBytesMax = 16 << 20
)

// discord: topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opHeartbeat = 1
	opIdentify  = 2
	opHello     = 10
)

// packet is a gateway payload.
type packet struct {
	Op   int             `json:"op"`
	Type string          `json:"t"`
	Data json.RawMessage `json:"d"`
}

// person uses what bots offer, as a client for people does: over the API, with
// an ear on the gateway.
type person struct {
	world   world
	account account
	socket  *websocket.Conn
	ended   chan error // gets why reading ended

	mu    sync.Mutex
	heard []packet      // guarded by mu
	grown chan struct{} // guarded by mu; closed and replaced when heard grows
}

// connect opens a gateway session for one of the people and waits for READY.
func (w world) connect(ctx context.Context, who account) (*person, error) {
	dial, cancel := context.WithTimeout(ctx, restTimeout)
	defer cancel()
	socket, _, err := websocket.Dial(dial, w.Gateway+"/?v=10&encoding=json", nil)
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(packetBytesMax)
	p := &person{world: w, account: who, socket: socket, ended: make(chan error, 1), grown: make(chan struct{})}
	go func() { p.ended <- p.listen(ctx) }()
	if _, err := p.expect(ctx, 0, "READY", func(json.RawMessage) bool { return true }); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// listen keeps what comes until the socket ends.
func (p *person) listen(ctx context.Context) error {
	for {
		var got packet
		if err := wsjson.Read(ctx, p.socket, &got); err != nil {
			return err
		}
		switch got.Op {
		case opHello:
			properties := map[string]string{"os": "linux", "browser": "witness", "device": "witness"}
			identify := map[string]any{"op": opIdentify, "d": map[string]any{"token": p.account.Token, "properties": properties}}
			if err := wsjson.Write(ctx, p.socket, identify); err != nil {
				return err
			}
		case opHeartbeat:
			if err := wsjson.Write(ctx, p.socket, map[string]any{"op": opHeartbeat, "d": nil}); err != nil {
				return err
			}
		}
		p.mu.Lock()
		p.heard = append(p.heard, got)
		close(p.grown)
		p.grown = make(chan struct{})
		p.mu.Unlock()
	}
}

func (p *person) close() error {
	err := p.socket.Close(websocket.StatusNormalClosure, "")
	<-p.ended
	return err
}

// mark is the position after the newest event.
func (p *person) mark() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.heard)
}

// expect gives the data of the first dispatch from mark on that matches.
func (p *person) expect(ctx context.Context, mark int, kind string, match func(json.RawMessage) bool) (json.RawMessage, error) {
	return p.expectWithin(ctx, eventTimeout, mark, kind, match)
}

func (p *person) expectWithin(ctx context.Context, limit time.Duration, mark int, kind string, match func(json.RawMessage) bool) (json.RawMessage, error) {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	others := ""
	for {
		p.mu.Lock()
		news, grown := p.heard[mark:], p.grown
		p.mu.Unlock()
		mark += len(news)
		for _, e := range news {
			if e.Type != kind {
				continue
			}
			if match(e.Data) {
				return e.Data, nil
			}
			others = fmt.Sprintf("; the last other is %.500s", e.Data)
		}
		select {
		case <-grown:
		case <-deadline.C:
			return nil, fmt.Errorf("the person saw no matching %s within %v%s", kind, limit, others)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// call makes a request as the person.
func (p *person) call(ctx context.Context, method, path string, body, answer any) error {
	return call(ctx, method, p.world.URL+"/api/v10"+path, p.account.Token, body, answer)
}

// discord: interactions/receiving-and-responding#interaction-object-interaction-type
const (
	useCommand      = 2
	useComponent    = 3
	useAutocomplete = 4
	useModal        = 5
)

// using is what a person does with an application; see docs/reference/people-api.md.
type using struct {
	Type        int    `json:"type"`
	Application string `json:"application_id"`
	Guild       string `json:"guild_id"`
	Channel     string `json:"channel_id"`
	Message     string `json:"message_id,omitempty"`
	Nonce       string `json:"nonce"`
	Data        any    `json:"data"`
}

// interaction is one that the application was told of.
type interaction struct {
	ID    string `json:"id"`
	Nonce string `json:"nonce"`
	mark  int    // nothing about it was heard before
}

// use does it in the first channel.
func (p *person) use(ctx context.Context, what using) (interaction, error) {
	i := interaction{mark: p.mark()}
	what.Guild, what.Channel, what.Nonce = p.world.Guilds[0].ID, p.world.Channels[0].ID, strconv.Itoa(i.mark)
	if err := p.call(ctx, http.MethodPost, "/interactions", what, &i); err != nil {
		return i, err
	}
	if i.ID == "" || i.Nonce != what.Nonce {
		return i, fmt.Errorf("the interaction is %+v, with nonce %q", i, what.Nonce)
	}
	return i, nil
}

// option is a value that a person gives to a command.
type option struct {
	Name    string   `json:"name"`
	Type    int      `json:"type"`
	Value   any      `json:"value,omitempty"`
	Focused bool     `json:"focused,omitempty"`
	Options []option `json:"options,omitempty"`
}

// offered is a command as it is offered to people.
type offered struct {
	ID          string `json:"id"`
	Application string `json:"application_id"`
	Type        int    `json:"type"`
	Name        string `json:"name"`
}

// offers lists the commands of an application that the person can use.
func (p *person) offers(ctx context.Context, application string) ([]offered, error) {
	var index struct {
		Commands []offered `json:"application_commands"`
	}
	if err := p.call(ctx, http.MethodGet, "/channels/"+p.world.Channels[0].ID+"/application-command-index", nil, &index); err != nil {
		return nil, err
	}
	var own []offered
	for _, c := range index.Commands {
		if c.Application == application {
			own = append(own, c)
		}
	}
	return own, nil
}

// commandData names a command with what it is used on, or with its options.
type commandData struct {
	ID      string   `json:"id"`
	Type    int      `json:"type"`
	Target  string   `json:"target_id,omitempty"`
	Options []option `json:"options,omitempty"`
}

// command uses a command by its name: kind is useCommand, or useAutocomplete while its options are typed.
func (p *person) command(ctx context.Context, application, name string, kind int, target string, options ...option) (interaction, error) {
	list, err := p.offers(ctx, application)
	if err != nil {
		return interaction{}, err
	}
	for _, c := range list {
		if c.Name == name {
			data := commandData{ID: c.ID, Type: c.Type, Target: target, Options: options}
			return p.use(ctx, using{Type: kind, Application: application, Data: data})
		}
	}
	return interaction{}, fmt.Errorf("no command %q is offered, only %+v", name, list)
}
