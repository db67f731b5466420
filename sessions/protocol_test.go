package sessions_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// S10 and others: each close code for its cause.
func TestCloseCodes(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	w.tokens["unprivileged"] = guildhall.Identity{User: alice, Bot: true, TokenHash: "u"}
	w.tokens["person"] = guildhall.Identity{User: alice, TokenHash: "p", Intents: guildhall.IntentsPrivileged}
	_, url := serve(t, w, sessions.Config{EnforceLimits: true})
	presence := `{"op":3,"d":{"since":null,"activities":[],"status":"idle","afk":false}}`
	tests := map[string]struct {
		query string
		send  []string
		want  gateway.CloseCode
	}{
		"unknown opcode":             {"", []string{`{"op":99,"d":null}`}, gateway.CloseUnknownOpcode},
		"not JSON":                   {"", []string{`{"op":`}, gateway.CloseDecodeError},
		"not an object":              {"", []string{`[1]`}, gateway.CloseDecodeError},
		"no opcode":                  {"", []string{`{}`}, gateway.CloseDecodeError},
		"too large":                  {"", []string{`{"op":1,"d":"` + strings.Repeat("x", 4096) + `"}`}, gateway.CloseDecodeError},
		"bad body":                   {"", []string{`{"op":2,"d":[]}`}, gateway.CloseDecodeError},
		"before IDENTIFY":            {"", []string{presence}, gateway.CloseNotAuthenticated},
		"wrong token":                {"", []string{identify("nobody", 1)}, gateway.CloseAuthenticationFailed},
		"resume with a wrong token":  {"", []string{`{"op":6,"d":{"token":"nobody","session_id":"x","seq":1}}`}, gateway.CloseAuthenticationFailed},
		"a person's token as a bot":  {"", []string{identify("Bot person", 1)}, gateway.CloseAuthenticationFailed},
		"resuming a person as a bot": {"", []string{`{"op":6,"d":{"token":"Bot person","session_id":"x","seq":1}}`}, gateway.CloseAuthenticationFailed},
		"shards beyond all bounds":   {"", []string{`{"op":2,"d":{"token":"token101","intents":1,"shard":[0,65537]}}`}, gateway.CloseInvalidShard},
		"shard below none":           {"", []string{`{"op":2,"d":{"token":"token101","intents":1,"shard":[-1,1]}}`}, gateway.CloseInvalidShard},
		"no shards":                  {"", []string{`{"op":2,"d":{"token":"token101","intents":1,"shard":[0,0]}}`}, gateway.CloseInvalidShard},
		"second IDENTIFY":            {"", []string{identify("token101", 1), identify("token101", 1)}, gateway.CloseAlreadyAuthenticated},
		"too many":                   {"", append([]string{identify("token101", 1)}, repeat(presence, 120)...), gateway.CloseRateLimited},
		"shard beyond its count":     {"", []string{`{"op":2,"d":{"token":"token101","intents":1,"shard":[2,2]}}`}, gateway.CloseInvalidShard},
		"shard of one number":        {"", []string{`{"op":2,"d":{"token":"token101","intents":1,"shard":[0]}}`}, gateway.CloseInvalidShard},
		"old version":                {"?v=8", nil, gateway.CloseInvalidVersion},
		"no version number":          {"?v=x", nil, gateway.CloseInvalidVersion},
		"unknown encoding":           {"?v=10&encoding=etf", nil, gateway.CloseDecodeError},
		"unknown compression":        {"?v=10&compress=lz4-stream", nil, gateway.CloseDecodeError},
		"undocumented intent":        {"", []string{identify("token101", 1<<19)}, gateway.CloseInvalidIntents},
		"negative intents":           {"", []string{identify("token101", -1)}, gateway.CloseInvalidIntents},
		"a bot without intents":      {"", []string{`{"op":2,"d":{"token":"token101"}}`}, gateway.CloseInvalidIntents},
		"members without the flag":   {"", []string{identify("unprivileged", 1<<1)}, gateway.CloseDisallowedIntents},
		"presences without the flag": {"", []string{identify("unprivileged", 1<<8)}, gateway.CloseDisallowedIntents},
		"content without the flag":   {"", []string{identify("unprivileged", 1<<15)}, gateway.CloseDisallowedIntents},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, url+"/"+test.query)
			for _, text := range test.send {
				c.send(text)
			}
			if got := c.closed(); got != test.want {
				t.Errorf("closed with %d, want %d", got, test.want)
			}
		})
	}
	t.Run("number never sent", func(t *testing.T) {
		t.Parallel()
		c := dial(t, url)
		id := c.ready("token101")
		other := dial(t, url)
		other.send(fmt.Sprintf(`{"op":6,"d":{"token":"token101","session_id":%q,"seq":9}}`, id))
		if got := other.closed(); got != gateway.CloseInvalidSequence {
			t.Errorf("closed with %d", got)
		}
	})
	for _, token := range []string{"token101", "Bot token101"} {
		t.Run("a bot as "+token, func(t *testing.T) {
			t.Parallel()
			dial(t, url).ready(token)
		})
	}
	t.Run("a person without intents", func(t *testing.T) {
		t.Parallel()
		c := dial(t, url)
		c.send(`{"op":2,"d":{"token":"person"}}`)
		r := c.expect("READY")
		if !strings.Contains(string(r.D), `"read_state":[]`) || !strings.Contains(string(r.D), `"email":"`+addressOf(alice)+`"`) ||
			!strings.Contains(string(r.D), `"locale":"de"`) {
			t.Errorf("READY is %s", r.D)
		}
		c.expect("GUILD_CREATE")
	})
}

func repeat(text string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = text
	}
	return list
}

// A stream is decoded by one decompressor from its first byte to its last, as libraries do.
func TestStreams(t *testing.T) {
	t.Parallel()
	for name, decoder := range map[string]func(io.Reader) (io.Reader, error){
		"zlib-stream": func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
		"zstd-stream": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderConcurrency(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testStream(t, name, decoder)
		})
	}
}

func testStream(t *testing.T, name string, decoder func(io.Reader) (io.Reader, error)) {
	w := newWorld().settle(alice)
	_, url := serve(t, w, sessions.Config{})
	c := dial(t, url+"/?v=10&encoding=json&compress="+name)
	compressed, feed := io.Pipe()
	t.Cleanup(func() { _ = feed.Close() })
	raw := c.read
	type result struct {
		text []byte
		err  error
	}
	decoded := make(chan result)
	done := make(chan struct{})
	go func() {
		defer close(done)
		z, err := decoder(compressed)
		if err != nil {
			return
		}
		decoder := json.NewDecoder(z)
		for {
			var text json.RawMessage
			err := decoder.Decode(&text)
			if err != nil {
				return
			}
			decoded <- result{text, nil}
		}
	}()
	t.Cleanup(func() { _ = feed.Close(); <-done })
	c.read = func() ([]byte, error) {
		message, err := raw()
		if err != nil {
			return nil, err
		}
		if name == "zlib-stream" && !bytes.HasSuffix(message, []byte{0, 0, 0xff, 0xff}) {
			t.Errorf("a message ends in % x", message[max(0, len(message)-4):])
		}
		go func() { _, _ = feed.Write(message) }()
		select {
		case r := <-decoded:
			return r.text, r.err
		case <-time.After(patience):
			return nil, errors.New("a message can't be decoded by itself")
		}
	}
	c.ready("token101")
	texts := []string{"short", strings.Repeat("long ", 300), strings.Repeat("å", 70_000), "", "short"}
	for i, text := range texts {
		w.say(general, text)
		c.send(`{"op":1,"d":1}`)
		for got := false; !got; {
			p := c.next()
			if p.T == "MESSAGE_CREATE" {
				got = true
				if m := parse[guildhall.Message](t, p.D); m.Content != text || *p.S != uint64(i)+3 {
					t.Fatalf("message %d came as %d with %d bytes", i, *p.S, len(m.Content))
				}
			}
		}
	}
}

func TestResumeOverSockets(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	_, url := serve(t, w, sessions.Config{})
	c := dial(t, url)
	id := c.ready("token101")
	w.say(general, "one")
	c.expect("MESSAGE_CREATE")
	_ = c.conn.CloseNow() // without a close frame
	w.say(general, "two")
	again := dial(t, url)
	again.send(fmt.Sprintf(`{"op":6,"d":{"token":"Bot token101","session_id":%q,"seq":2}}`, id))
	for _, want := range []string{"one", "two"} {
		p := again.expect("MESSAGE_CREATE")
		if m := parse[guildhall.Message](t, p.D); m.Content != want {
			t.Errorf("got %q, want %q", m.Content, want)
		}
	}
	p := again.next()
	if p.T != "RESUMED" || string(p.D) != `{"_trace":[]}` || *p.S != 5 {
		t.Errorf("got %+v", p)
	}
	// discord: events/gateway#disconnecting: 1000 and 1001 end the session.
	if err := again.conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	last := dial(t, url)
	last.send(fmt.Sprintf(`{"op":6,"d":{"token":"Bot token101","session_id":%q,"seq":5}}`, id))
	last.next() // HELLO
	if p := last.next(); p.Op != int(gateway.OpInvalidSession) || string(p.D) != "false" {
		t.Errorf("got %+v", p)
	}
	// The socket is good for a new session.
	last.send(identify("token101", allIntents))
	last.expect("READY")
}

// S20 over a socket.
func TestRevokedTokenClosesSocket(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	_, url := serve(t, w, sessions.Config{})
	c := dial(t, url)
	c.ready("token101")
	row := guildhall.TokenRow(alice, &guildhall.Token{Hash: "hash101"}).Deleted()
	w.commit(guildhall.UserObject(alice), []guildhall.Row{row})
	if got := c.closed(); got != gateway.CloseAuthenticationFailed {
		t.Errorf("closed with %d", got)
	}
}

func TestRequestGuildMembers(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(owner, alice, bob)
	_, url := serve(t, w, sessions.Config{})
	c := dial(t, url)
	c.ready("token101")
	chunk := func(d string) gateway.MembersChunk {
		t.Helper()
		c.send(`{"op":8,"d":` + d + `}`)
		return parse[gateway.MembersChunk](t, c.expect("GUILD_MEMBERS_CHUNK").D)
	}
	all := chunk(fmt.Sprintf(`{"guild_id":"%d","query":"","limit":0,"nonce":"n"}`, guildID))
	if len(all.Members) != 3 || all.ChunkCount != 1 || all.Nonce != "n" || all.GuildID != guildID {
		t.Errorf("all: %+v", all)
	}
	some := chunk(fmt.Sprintf(`{"guild_id":%d,"user_ids":[%d,999],"limit":0}`, guildID, bob))
	if len(some.Members) != 1 || some.Members[0].User.ID != bob || len(some.NotFound) != 1 || some.NotFound[0] != 999 {
		t.Errorf("some: %+v", some)
	}
	one := chunk(fmt.Sprintf(`{"guild_id":["%d"],"user_ids":"%d"}`, guildID, bob))
	if len(one.Members) != 1 {
		t.Errorf("one: %+v", one)
	}
	c.send(fmt.Sprintf(`{"op":31,"d":{"guild_ids":["%d"]}}`, guildID))
	if p := c.expect("SOUNDBOARD_SOUNDS"); !strings.Contains(string(p.D), `"soundboard_sounds":[]`) {
		t.Errorf("sounds: %s", p.D)
	}
}

func TestPresenceReachesTheGuild(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	_, url := serve(t, w, sessions.Config{})
	c := dial(t, url)
	c.ready("token101")
	expect := func(status string, activities int) {
		t.Helper()
		for {
			select {
			case p := <-w.told:
				if p.Status == status && p.GuildID == guildID && p.User.ID == alice && len(p.Activities) == activities {
					return
				}
			case <-time.After(patience):
				t.Fatalf("%s never told", status)
			}
		}
	}
	expect("online", 0)
	c.send(`{"op":3,"d":{"since":0,"status":"dnd","afk":false,"activities":[{"name":"x","type":0,"url":"","emoji":{"id":"","name":""}},{"name":""}]}}`)
	expect("dnd", 1)
	if err := c.conn.Close(websocket.StatusGoingAway, ""); err != nil {
		t.Fatal(err)
	}
	expect("offline", 0)
}

func TestBoundsAndUpgrade(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	_, url := serve(t, w, sessions.Config{SocketsMax: 1})
	c := dial(t, url)
	c.ready("token101")
	_, response, err := websocket.Dial(t.Context(), url, nil)
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("one socket too many: %v %v", response, err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	plain, err := (&http.Client{Transport: transport}).Get("http" + strings.TrimPrefix(url, "ws"))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Body.Close()
	if plain.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("without an upgrade: %d", plain.StatusCode)
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	s, url := serve(t, w, sessions.Config{})
	leaver, stayer := dial(t, url), dial(t, url)
	leaver.ready("token101")
	stayer.ready("token101")
	drained := make(chan error, 1)
	go func() { drained <- s.Drain(t.Context()) }()
	for c := range map[*client]bool{leaver: true, stayer: true} {
		if p := c.next(); p.Op != int(gateway.OpReconnect) {
			t.Errorf("got %+v", p)
		}
	}
	if err := leaver.conn.Close(4000, ""); err != nil {
		t.Fatal(err)
	}
	if code := stayer.closed(); !code.MayResume() || code < 4000 {
		t.Errorf("closed with %d", code)
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
	_, response, _ := websocket.Dial(t.Context(), url, nil)
	if response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a new socket while draining: %v", response)
	}
}

func TestStartLimit(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	s, url := serve(t, w, sessions.Config{EnforceLimits: true})
	if l := s.StartLimit(alice); l.Total != 1000 || l.Remaining != 1000 || l.MaxConcurrency < 1 {
		t.Errorf("before: %+v", l)
	}
	refused := false
	for range 17 {
		c := dial(t, url)
		c.next()
		c.send(identify("token101", 1))
		refused = c.next().Op == int(gateway.OpInvalidSession)
	}
	if !refused {
		t.Error("more than max_concurrency at once were let in")
	}
	if l := s.StartLimit(alice); l.Remaining != 1000-17 || l.ResetAfter <= 0 {
		t.Errorf("after: %+v", l)
	}
}

// TestDrainClosesWithinItsTime: clients that stay are closed with a code, resumable, before the drain's time is over.
func TestDrainClosesWithinItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(alice)
	s, url := serve(t, w, sessions.Config{})
	c := dial(t, url+"/?v=10&encoding=json")
	c.ready("token101")
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	drained := make(chan error, 1)
	go func() { drained <- s.Drain(ctx) }()
	if code := c.closed(); code != gateway.CloseUnknownError {
		t.Errorf("closed with %d", code)
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
}
