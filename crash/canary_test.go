package crash_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// canaries are secrets that are given out and used in right and in wrong places, and then looked for wherever none may be.
type canaries struct {
	t      *testing.T
	server *server
	dir    string
	ops    string
	http   *http.Client
	// secrets are by what they are.
	secrets map[string]string
	// shown is no secret: it must be found in the folder, so that a search that finds nothing is one.
	shown string
}

// TestCanaries is S16 and S17: of all that lets somebody in, nothing stands in the log, the metrics, a dump of goroutines, what
// others are answered, what the operator exports, or the data folder, which is what a backup is made of. The few files of
// the folder that are secrets themselves hold none of these either.
func TestCanaries(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no SIGQUIT")
	}
	c := newCanaries(t)
	ann := c.register("ann")
	c.account(ann)
	app := c.application(ann)
	c.allow(ann, app)
	c.webhook(ann, app)
	c.interact(ann, app)
	for name, secret := range c.secrets {
		c.misplace(name, secret)
		c.mistype(secret)
	}
	eve := c.register("eve")
	for _, path := range []string{
		"/users/@me", "/users/" + ann.id, "/applications/" + app.id, "/guilds/" + app.guild, "/guilds/" + app.guild + "/webhooks", "/channels/" + app.channel + "/messages",
		"/oauth2/tokens", "/auth/sessions", "/users/@me/export", "/gateway", "/applications/@me", "/webhooks/" + app.hook,
	} {
		_, answer := c.ask("GET", path, eve.token, nil, nil)
		c.hasNone("what another is answered at "+path, answer, eve.token)
	}
	_, export := c.ask("GET", "/users/@me/export", ann.token, nil, nil)
	c.hasNone("one's own export", export)
	for _, args := range [][]string{{"admin", "user", "export", "ann"}, {"config", "show"}} {
		c.hasNone(strings.Join(args, " "), runCommand(t, append(args, "--data", c.dir)...))
	}
	status, metrics := c.to(c.ops, "GET", "/metrics", "", nil, nil)
	if status != http.StatusOK || !bytes.Contains(metrics, []byte("guildhall_api_requests_total")) {
		t.Fatalf("metrics: %d %.200s", status, metrics)
	}
	c.hasNone("the metrics", metrics)
	c.folderHasNone("while it runs")
	c.server.killed = true
	c.server.signal(t, syscall.SIGQUIT)
	if _, err := c.server.wait(endTimeout); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(c.server.log)
	if err != nil || !bytes.Contains(log, []byte("goroutine ")) {
		t.Fatalf("the log has no dump: %v", err)
	}
	c.hasNone("the log and the dump", log)
	c.folderHasNone("after a crash")
	again := start(t, c.flags()...)
	again.signal(t, syscall.SIGTERM)
	if _, err := again.wait(endTimeout); err != nil {
		t.Fatal(err)
	}
	c.folderHasNone("after a drain")
	t.Logf("%d secrets, 0 found", len(c.secrets))
}

func newCanaries(t *testing.T) *canaries {
	t.Helper()
	c := &canaries{
		t: t, dir: filepath.Join(t.TempDir(), "data"), secrets: map[string]string{}, shown: "Forge " + rand.Text(),
		http: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	t.Cleanup(c.http.CloseIdleConnections)
	c.server = start(t, c.flags()...)
	var endpoints struct{ Ops string }
	content, err := os.ReadFile(filepath.Join(c.dir, "endpoints.json"))
	if err == nil {
		err = json.Unmarshal(content, &endpoints)
	}
	if err != nil || endpoints.Ops == "" {
		t.Fatalf("endpoints: %v", err)
	}
	c.ops = endpoints.Ops
	return c
}

func (c *canaries) flags() []string {
	return []string{
		"--data", c.dir, "--registration", "open", "--log-level", "debug", "--ops-listen", "127.0.0.1:0", "--rate-limits", "off",
		"--allow-private-targets",
	}
}

// keep notes a secret under a name, and gives it.
func (c *canaries) keep(name, secret string) string {
	c.t.Helper()
	if len(secret) < 12 {
		c.t.Fatalf("%s is %q", name, secret)
	}
	c.secrets[name] = secret
	return secret
}

// forms are how a secret may be written. Of a token the part that is secret is enough.
func forms(secret string) []string {
	core := secret[strings.LastIndexByte(secret, '.')+1:]
	raw := []byte(core)
	all := []string{core, hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw)[:len(raw)], url.QueryEscape(core)}
	if decoded, err := base64.RawURLEncoding.DecodeString(core); err == nil && len(decoded) >= 16 {
		all = append(all, string(decoded), hex.EncodeToString(decoded))
	}
	if decoded, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(core); err == nil && len(decoded) >= 10 {
		all = append(all, string(decoded), hex.EncodeToString(decoded), base64.StdEncoding.EncodeToString(decoded))
	}
	return all
}

// hasNone fails for each secret that stands in content, but for those that it is for.
func (c *canaries) hasNone(where string, content []byte, own ...string) {
	c.t.Helper()
next:
	for name, secret := range c.secrets {
		for _, mine := range own {
			if mine == secret {
				continue next
			}
		}
		for _, form := range forms(secret) {
			if i := bytes.Index(content, []byte(form)); i >= 0 {
				c.t.Errorf("%s: %s at byte %d: …%q…", where, name, i, content[max(0, i-120):min(len(content), i+20)])
				break
			}
		}
	}
}

// folderHasNone looks into every file of the data folder. Pages that the store has given up and not yet overwritten are in
// its files too, so that no copy of it, made in whatever way, holds more.
func (c *canaries) folderHasNone(when string) {
	c.t.Helper()
	files, found := 0, false
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		files, found = files+1, found || bytes.Contains(content, []byte(c.shown))
		c.hasNone(fmt.Sprintf("%s %s", filepath.Base(path), when), content)
		return err
	})
	if err != nil || files < 4 || !found {
		c.t.Errorf("%d files in the folder, what is no secret is found: %v, %v", files, found, err)
	}
}

// ask makes a request of the API. A body that is a string goes as it is.
func (c *canaries) ask(method, path, authorization string, body any, headers map[string]string) (int, []byte) {
	c.t.Helper()
	return c.to(c.server.url, method, "/api/v10"+path, authorization, body, headers)
}

func (c *canaries) to(base, method, path, authorization string, body any, headers map[string]string) (int, []byte) {
	c.t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		text = string(encoded)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, base+path, strings.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	if text != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(io.LimitReader(answer.Body, answerMax))
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode, content
}

// must is ask for what must succeed, and gives the answer.
func (c *canaries) must(method, path, authorization string, body any) map[string]any {
	c.t.Helper()
	status, content := c.ask(method, path, authorization, body, nil)
	return c.object(method+" "+path, status, content)
}

func (c *canaries) object(what string, status int, content []byte) map[string]any {
	c.t.Helper()
	if status/100 != 2 {
		c.t.Fatalf("%s: %d %s", what, status, content)
	}
	var answer map[string]any
	_ = json.Unmarshal(content, &answer) // not every answer is an object
	return answer
}

// person is somebody with a token and a password.
type person struct{ name, id, token, password string }

func (c *canaries) register(name string) *person {
	c.t.Helper()
	p := &person{name: name, password: c.keep(name+"'s password", "pass-"+rand.Text())}
	made := c.must("POST", "/auth/register", "", map[string]any{"username": name, "password": p.password})
	p.id, p.token = made["user_id"].(string), c.keep(name+"'s token", made["token"].(string))
	return p
}

// eventually waits for the effect of a follow-up.
func (c *canaries) eventually(what string, done func() bool) {
	c.t.Helper()
	late := time.After(readyTimeout)
	for !done() {
		select {
		case <-late:
			c.t.Fatalf("%s never came", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
