package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is what a command wrote.
type output struct {
	out, err bytes.Buffer
}

// runCommand runs a command line in this process, as main would.
func runCommand(t *testing.T, args ...string) (code int, o *output) {
	t.Helper()
	o = &output{}
	code = run(t.Context(), streams{&o.out, &o.err, nil}, args)
	return code, o
}

// mustRun runs a command line that prints one JSON object.
func mustRun[T any](t *testing.T, args ...string) T {
	t.Helper()
	code, o := runCommand(t, append(args, "--json")...)
	if code != exitDone {
		t.Fatalf("guildhall %s: exit code %d\n%s", strings.Join(args, " "), code, &o.err)
	}
	var v T
	if err := json.Unmarshal(o.out.Bytes(), &v); err != nil {
		t.Fatalf("guildhall %s: %v in %s", strings.Join(args, " "), err, &o.out)
	}
	return v
}

// served is a server that a test talks to.
type served struct {
	t   *testing.T
	url string
	err *pipe
	// client is what requests are made with.
	client *http.Client
	// said is what it printed on stdout before the ready line.
	said []string
	// end tells it to end; wait waits until it has. Both give the exit code.
	end, wait func() int
}

// devMade is what a test needs of the world that --dev makes.
type devMade struct {
	Guilds   []madeThing `json:"guilds"`
	Channels []madeThing `json:"channels"`
	Users    []madeThing `json:"users"`
	Bots     []madeThing `json:"bots"`
}

type madeThing struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// serveDev starts a server with a world in memory.
func serveDev(t *testing.T, args ...string) (*served, devMade) {
	t.Helper()
	s := serve(t, append([]string{"--dev", "--json"}, args...)...)
	var made devMade
	if err := json.Unmarshal([]byte(strings.Join(s.said, "\n")), &made); err != nil {
		t.Fatal(err)
	}
	return s, made
}

// pipe keeps what is written and tells when a line has come.
type pipe struct {
	lines chan string
	rest  []byte
}

func (p *pipe) Write(b []byte) (int, error) {
	p.rest = append(p.rest, b...)
	for {
		line, rest, whole := bytes.Cut(p.rest, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		p.lines <- string(line)
		p.rest = rest
	}
}

// serve starts a server in this process and waits for its ready line.
func serve(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, errs := &pipe{lines: make(chan string, 64)}, &pipe{lines: make(chan string, 4096)}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, streams{out, errs, nil}, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...))
	}()
	s := &served{t: t, err: errs}
	s.wait = sync.OnceValue(func() int { return <-code })
	s.end = func() int {
		cancel()
		return s.wait()
	}
	t.Cleanup(func() { s.end() })
	for {
		select {
		case line := <-out.lines:
			if url, ok := strings.CutPrefix(line, "guildhall ready "); ok {
				s.url = url
				return s
			}
			s.said = append(s.said, line)
		case c := <-code:
			code <- c
			t.Fatalf("serve ended with %d: %s", c, s.log())
		case <-time.After(20 * time.Second):
			t.Fatalf("serve is not ready: %s", s.log())
		}
	}
}

// log gives the lines on stderr so far.
func (s *served) log() string {
	var b strings.Builder
	for {
		select {
		case line := <-s.err.lines:
			b.WriteString(line + "\n")
		default:
			return b.String()
		}
	}
}

func (s *served) post(path, token string, body any) (status int, answer map[string]any) {
	s.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, bytes.NewReader(encoded))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	return s.do(r)
}

func (s *served) get(url, token string) (status int, answer map[string]any) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	return s.do(r)
}

func (s *served) do(r *http.Request) (int, map[string]any) {
	s.t.Helper()
	if s.client == nil {
		s.client = shapeClient(s.t)
	}
	response, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var answer map[string]any
	_ = json.Unmarshal(content, &answer) // not every answer is an object
	return response.StatusCode, answer
}

func TestTheFirstAccountIsMadeByTheLink(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, "--data", dir)
	greeting := s.log()
	_, rest, found := strings.Cut(greeting, "/setup#")
	secret, _, _ := strings.Cut(rest, "\n")
	if !found || !strings.Contains(greeting, dir) || !strings.Contains(greeting, "only this machine") {
		t.Fatalf("an empty folder is greeted with:\n%s", greeting)
	}
	account := map[string]string{"secret": "wrong", "username": "ada", "password": "correct horse"}
	if status, _ := s.post("/api/v10/auth/setup", "", account); status != http.StatusForbidden {
		t.Errorf("a wrong secret is answered with %d", status)
	}
	newer := mustRun[map[string]string](t, "admin", "setup-link", "--data", dir)["url"]
	account["secret"] = secret
	if status, _ := s.post("/api/v10/auth/setup", "", account); status != http.StatusForbidden {
		t.Errorf("the link before the newest is answered with %d", status)
	}
	_, account["secret"], _ = strings.Cut(newer, "#")
	status, made := s.post("/api/v10/auth/setup", "", account)
	if status != http.StatusCreated {
		t.Fatalf("the link is answered with %d %v", status, made)
	}
	if status, _ := s.get(s.url+"/api/v10/users/@me", made["token"].(string)); status != http.StatusOK {
		t.Errorf("the new token is answered with %d", status)
	}
	if status, _ := s.post("/api/v10/auth/setup", "", account); status != http.StatusForbidden {
		t.Errorf("the link, used again, is answered with %d", status)
	}
	if code, o := runCommand(t, "admin", "setup-link", "--data", dir); code != exitFailed || !strings.Contains(o.err.String(), "set up already") {
		t.Errorf("a link for a server that is set up: %d %s", code, &o.err)
	}
	if code := s.end(); code != exitDone {
		t.Errorf("serve ended with %d", code)
	}
	again := serve(t, "--data", dir)
	if strings.Contains(again.log(), "/setup#") {
		t.Error("a server that is set up offers a link")
	}
}

func TestOperatorCommandsWorkWithAndWithoutAServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	where := []string{"--data", dir}
	offline := mustRun[madeUser](t, append([]string{"admin", "user", "create", "ada", "--password-file", password}, where...)...)
	s := serve(t, "--data", dir)
	if status, me := s.get(s.url+"/api/v10/users/@me", offline.Token); status != http.StatusOK || me["username"] != "ada" {
		t.Errorf("who was made without a server is %d %v to it", status, me)
	}
	online := mustRun[madeUser](t, append([]string{"admin", "user", "create", "bob", "--password-file", password}, where...)...)
	bot := mustRun[madeBot](t, append([]string{"admin", "bot", "create", "anvil", "--owner", "bob", "--intents"}, where...)...)
	guild := mustRun[madeGuild](t, append([]string{"admin", "guild", "create", "Forge", "--owner", "ada"}, where...)...)
	mustRun[map[string]any](t, append([]string{"admin", "guild", "join", guild.ID.String(), bot.ID.String(), "--administrator"}, where...)...)
	message := map[string]string{"content": "hi"}
	channel := "/api/v10/channels/" + guild.ChannelID.String() + "/messages"
	if status, m := s.post(channel, "Bot "+bot.Token, message); status != http.StatusOK || m["content"] != "hi" {
		t.Errorf("the bot's message is answered with %d %v", status, m)
	}
	if status, _ := s.post(channel, online.Token, message); status != http.StatusForbidden {
		t.Errorf("a stranger's message is answered with %d", status)
	}
	reset := mustRun[madeToken](t, append([]string{"admin", "token", "reset", bot.ID.String()}, where...)...)
	if status, _ := s.post(channel, "Bot "+reset.Token, message); status != http.StatusOK {
		t.Errorf("the new token is answered with %d", status)
	}
	if status, login := s.post("/api/v10/auth/login", "", map[string]string{"login": "bob", "password": "correct horse"}); status != http.StatusOK {
		t.Errorf("login: %d %v", status, login)
	}
	mustRun[named](t, append([]string{"admin", "user", "disable", "bob"}, where...)...)
	if status, _ := s.post("/api/v10/auth/login", "", map[string]string{"login": "bob", "password": "correct horse"}); status != http.StatusForbidden {
		t.Errorf("login of a disabled account: %d", status)
	}
	if code, o := runCommand(t, "admin", "user", "create", "ada", "--password-file", password, "--data", dir); code != exitFailed || !strings.Contains(o.err.String(), "taken") {
		t.Errorf("a name that is taken: %d %s", code, &o.err)
	}
}

func TestFixture(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	made := mustRun[madeFixture](t, "fixture", "--data", dir, "--bots", "2", "--users", "3", "--guilds", "2")
	if len(made.Bots) != 2 || len(made.Users) != 3 || len(made.Guilds) != 2 {
		t.Fatalf("made %+v", made)
	}
	s := serve(t, "--data", dir)
	second := mustRun[madeFixture](t, "fixture", "--data", dir, "--bots", "1", "--users", "1", "--guilds", "1", "--members", "all")
	made.Users, made.Bots = append(made.Users, second.Users...), append(made.Bots, second.Bots...)
	for _, u := range made.Users {
		login := map[string]string{"login": u.Email, "password": u.Password}
		if status, a := s.post("/api/v10/auth/login", "", login); status != http.StatusOK {
			t.Errorf("login with %s: %d %v", u.Email, status, a)
		}
	}
	for _, g := range made.Guilds {
		for _, u := range made.Users[:3] {
			if status, _ := s.get(s.url+"/api/v10/channels/"+g.ChannelID.String(), u.Token); status != http.StatusOK {
				t.Errorf("user %s sees the channel of guild %s: %d", u.Name, g.ID, status)
			}
		}
		status, whole := s.get(s.url+"/api/v10/guilds/"+g.ID.String()+"?with_counts=true", "Bot "+made.Bots[0].Token)
		if status != http.StatusOK || whole["approximate_member_count"] != 5.0 || whole["owner_id"] != made.Users[0].ID.String() {
			t.Errorf("guild: %d %v members, owner %v", status, whole["approximate_member_count"], whole["owner_id"])
		}
	}
}

func TestOps(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := serve(t, "--data", dir)
	e, err := readEndpoints(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if status, _ := s.get(e.Ops+path, ""); status != http.StatusOK {
			t.Errorf("%s on the ops listener: %d", path, status)
		}
		if status, _ := s.get(s.url+path, ""); status != http.StatusNotFound {
			t.Errorf("%s on the public listener: %d", path, status)
		}
	}
	ops := &served{t: t, url: e.Ops}
	for _, token := range []string{"", "Bearer wrong", "Bearer "} {
		if status, _ := ops.post("/operator/v1/setup-link", token, struct{}{}); status != http.StatusUnauthorized {
			t.Errorf("token %q: %d", token, status)
		}
	}
	if code, o := runCommand(t, "admin", "setup-link", "--url", e.Ops, "--token", "wrong"); code != exitFailed || !strings.Contains(o.err.String(), operatorTokenFile) {
		t.Errorf("a wrong token: %d %s", code, &o.err)
	}
	info, err := os.Stat(filepath.Join(dir, operatorTokenFile))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("operator token: %v, mode %v", err, info.Mode())
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, says string }{
		{"", "say what to do"},
		{"swerve", "there is no guildhall swerve"},
		{"admin bot create anvil", "--owner"},
		{"admin guild join x y", "no guild's id"},
		{"admin user create", "takes NAME"},
		{"serve --lissten x", "lissten"},
		{"serve --listen nonsense", "listen"},
		{"serve --json --data /nowhere/at/all", "--json needs --dev"},
		{"fixture --members some", "--members"},
		{"fixture --url http://127.0.0.1:1", "token"},
		{"config validate", "name one file"},
	} {
		code, o := runCommand(t, strings.Fields(c.args)...)
		if code != exitUsage || !strings.Contains(o.err.String(), c.says) {
			t.Errorf("guildhall %s: exit code %d, says %s", c.args, code, &o.err)
		}
	}
	for _, args := range []string{"--help", "serve --help", "admin --help", "admin user --help", "admin user create --help", "fixture --help", "config show --help", "version --help"} {
		if code, o := runCommand(t, strings.Fields(args)...); code != exitDone || !strings.Contains(o.out.String(), "Usage:") {
			t.Errorf("guildhall %s: exit code %d\n%s", args, code, &o.out)
		}
	}
}

func TestASecondServerOnAFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	serve(t, "--data", dir)
	code, o := runCommand(t, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	if code != exitFailed || !strings.Contains(o.err.String(), "--data") {
		t.Errorf("exit code %d: %s", code, &o.err)
	}
}

func TestTheDevWorldIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	first, second := devWorld(t), devWorld(t)
	for _, key := range []string{"guilds", "channels", "bots", "users", "operator_token"} {
		a, _ := json.Marshal(first[key])
		b, _ := json.Marshal(second[key])
		if !bytes.Equal(a, b) || string(a) == "null" {
			t.Errorf("%s: %s, then %s", key, a, b)
		}
	}
}

func devWorld(t *testing.T) map[string]any {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, code := &pipe{lines: make(chan string, 64)}, make(chan int, 1)
	go func() {
		code <- run(ctx, streams{out, io.Discard, nil}, []string{"serve", "--dev", "--json", "--listen", "127.0.0.1:0"})
	}()
	var world map[string]any
	if err := json.Unmarshal([]byte(<-out.lines), &world); err != nil {
		t.Fatal(err)
	}
	cancel()
	if c := <-code; c != exitDone {
		t.Errorf("exit code %d", c)
	}
	return world
}
