package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// endpoint is an application that is called over HTTP.
type endpoint struct {
	*httptest.Server
	key ed25519.PublicKey
	// careless answers without a look at signatures.
	careless bool
	// answer gives the body for an interaction; "" is 202: the answer comes by the callback.
	answer func(interaction map[string]any) string
	seen   chan map[string]any
}

func newEndpoint(t *testing.T, key string) *endpoint {
	t.Helper()
	decoded, err := hex.DecodeString(key)
	if err != nil || len(decoded) != ed25519.PublicKeySize {
		t.Fatalf("verify_key %q", key)
	}
	e := &endpoint{key: decoded, seen: make(chan map[string]any, 16), answer: func(map[string]any) string { return "" }}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	signature, bad := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
	signed := append([]byte(r.Header.Get("X-Signature-Timestamp")), body...)
	if err != nil || !e.careless && (bad != nil || !ed25519.Verify(e.key, signed, signature)) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var interaction map[string]any
	if err := json.Unmarshal(body, &interaction); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer := `{"type":1}`
	if interaction["type"] != 1.0 {
		answer = e.answer(interaction)
		e.seen <- interaction
	}
	if answer == "" {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, answer)
}

// actors are a person and an application in one guild, over a real server.
type actors struct {
	*tour
	endpoint *endpoint
	app      string
	commands map[string]string
}

// call makes a request and gives its status and body. Answers have to be what Discord's document says.
func (a *actors) call(who as, method, path, body string) (int, json.RawMessage) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), method, a.url+"/api/v10"+a.fill(path), strings.NewReader(a.fill(body)))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return a.send(who, r)
}

func (a *actors) send(who as, r *http.Request) (int, json.RawMessage) {
	a.t.Helper()
	if token := map[as]string{asBot: "Bot " + a.bot, asPerson: a.person}[who]; token != "" {
		r.Header.Set("Authorization", token)
	}
	answer, err := a.client.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return answer.StatusCode, text
}

// want is call for what must be answered with a status.
func (a *actors) want(status int, who as, method, path, body string) map[string]any {
	a.t.Helper()
	got, text := a.call(who, method, path, body)
	if got != status {
		a.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, got, text, status)
	}
	var object map[string]any
	_ = json.Unmarshal(text, &object) // some answers are lists, or nothing
	return object
}

// code is want for a refusal, by Discord's number.
func (a *actors) code(status, code int, who as, method, path, body string) {
	a.t.Helper()
	if got := a.want(status, who, method, path, body); got["code"] != float64(code) {
		a.t.Errorf("%s %s: code %v, want %d", method, path, got["code"], code)
	}
}

// next is the interaction that the application is called with.
func (a *actors) next() map[string]any {
	a.t.Helper()
	select {
	case i := <-a.endpoint.seen:
		a.ids["interaction"], a.ids["token"] = i["id"].(string), i["token"].(string)
		return i
	case <-time.After(10 * time.Second):
		a.t.Fatal("the application was not called")
		return nil
	}
}

// use has the person use something, and gives the interaction that the application gets.
func (a *actors) use(kind int, data string, more ...string) map[string]any {
	a.t.Helper()
	body := fmt.Sprintf(`{"type":%d,"application_id":"{app}","guild_id":"{guild_id}","channel_id":"{channel_id}","nonce":"1","data":%s%s}`,
		kind, data, strings.Join(more, ""))
	a.want(http.StatusOK, asPerson, "POST", "/interactions", body)
	return a.next()
}

func newActors(t *testing.T) *actors {
	t.Helper()
	a := &actors{tour: newTour(t), commands: map[string]string{}}
	self := a.want(http.StatusOK, asBot, "GET", "/applications/@me", "")
	a.app = self["id"].(string)
	a.ids["app"] = a.app
	a.endpoint = newEndpoint(t, self["verify_key"].(string))
	return a
}

const callback = "/interactions/{interaction}/{token}/callback"
const hook = "/webhooks/{app}/{token}"

// TestInteractionsOverHTTP: an application that is called over HTTP does all that one on the gateway does.
func TestInteractionsOverHTTP(t *testing.T) {
	t.Parallel()
	a := newActors(t)
	a.endpoint.careless = true
	a.code(http.StatusBadRequest, 50035, asBot, "PATCH", "/applications/@me", `{"interactions_endpoint_url":"`+a.endpoint.URL+`"}`)
	a.endpoint.careless = false
	self := a.want(http.StatusOK, asBot, "PATCH", "/applications/@me", `{"interactions_endpoint_url":"`+a.endpoint.URL+`"}`)
	if self["interactions_endpoint_url"] != a.endpoint.URL {
		t.Fatalf("the endpoint is %v", self["interactions_endpoint_url"])
	}
	a.want(http.StatusCreated, asBot, "POST", "/applications/{app}/guilds/{guild_id}/commands", `{"name":"roll","description":"d","options":[{"type":3,"name":"text","description":"d","autocomplete":true},{"type":11,"name":"file","description":"d"}]}`)
	a.want(http.StatusOK, asBot, "POST", "/applications/{app}/guilds/{guild_id}/commands", `{"name":"roll","description":"else","options":[{"type":3,"name":"text","description":"d","autocomplete":true},{"type":11,"name":"file","description":"d"}]}`)
	_, list := a.call(asBot, "GET", "/applications/{app}/guilds/{guild_id}/commands?with_localizations=true", "")
	var commands []struct{ ID, Description string }
	if err := json.Unmarshal(list, &commands); err != nil || len(commands) != 1 || commands[0].Description != "else" {
		t.Fatalf("commands %s", list)
	}
	a.ids["command"] = commands[0].ID
	a.want(http.StatusOK, asBot, "GET", "/applications/{app}/guilds/{guild_id}/commands/{command}", "")
	a.want(http.StatusOK, asBot, "PATCH", "/applications/{app}/guilds/{guild_id}/commands/{command}", `{"description":"third"}`)
	a.answers()
	a.files()
	a.components()
	a.ends()
}

const roll = `{"id":"{command}","type":1}`

// answers goes through the ways to answer a command.
func (a *actors) answers() {
	a.t.Helper()
	i := a.use(2, roll)
	if i["application_id"] != a.app || i["data"].(map[string]any)["name"] != "roll" || i["member"] == nil || i["app_permissions"] == "" {
		a.t.Errorf("interaction %v", i)
	}
	a.code(http.StatusNotFound, 10015, asNobody, "POST", hook, `{"content":"too early"}`)
	answer := a.want(http.StatusOK, asNobody, "POST", callback+"?with_response=true", `{"type":4,"data":{"content":"four"}}`)
	if m := answer["resource"].(map[string]any)["message"].(map[string]any); m["type"] != 20.0 || m["content"] != "four" {
		a.t.Errorf("answer %v", answer)
	}
	a.code(http.StatusBadRequest, 40060, asNobody, "POST", callback, `{"type":4,"data":{"content":"five"}}`)
	a.want(http.StatusOK, asNobody, "GET", hook+"/messages/@original", "")
	a.want(http.StatusOK, asNobody, "PATCH", hook+"/messages/@original", `{"content":"edited"}`)
	secret := a.want(http.StatusOK, asNobody, "POST", hook, `{"content":"for you","flags":64}`)
	a.ids["secret"] = secret["id"].(string)
	a.want(http.StatusOK, asNobody, "GET", hook+"/messages/{secret}", "")
	a.want(http.StatusOK, asNobody, "PATCH", hook+"/messages/{secret}", `{"content":"only for you"}`)
	a.code(http.StatusNotFound, 10008, asPerson, "GET", "/channels/{channel_id}/messages/{secret}", "")
	a.want(http.StatusNoContent, asNobody, "DELETE", hook+"/messages/{secret}", "")
	a.code(http.StatusNotFound, 10008, asNobody, "GET", hook+"/messages/{secret}", "")
	a.want(http.StatusNoContent, asNobody, "DELETE", hook+"/messages/@original", "")
	a.code(http.StatusNotFound, 10008, asNobody, "GET", hook+"/messages/@original", "")
	a.use(2, roll)
	promised := a.want(http.StatusOK, asNobody, "POST", callback+"?with_response=true", `{"type":5,"data":{"flags":64}}`)
	if i := promised["interaction"].(map[string]any); i["response_message_loading"] != true || i["response_message_ephemeral"] != true {
		a.t.Errorf("promise %v", i)
	}
	if m := a.want(http.StatusOK, asNobody, "PATCH", hook+"/messages/@original", `{"content":"at last"}`); m["flags"] != 64.0 {
		a.t.Errorf("a deferred answer is %v", m)
	}
	a.endpoint.answer = func(map[string]any) string { return `{"type":4,"data":{"content":"at once"}}` }
	a.use(2, roll)
	a.endpoint.answer = func(map[string]any) string { return "" }
	a.hears("at once")
	typed := a.use(4, `{"id":"{command}","type":1,"options":[{"type":3,"name":"text","value":"a","focused":true}]}`)
	if !strings.Contains(fmt.Sprint(typed["data"]), "focused:true") {
		a.t.Errorf("autocomplete %v", typed["data"])
	}
	a.want(http.StatusNoContent, asNobody, "POST", callback, `{"type":8,"data":{"choices":[{"name":"A","value":"a"}]}}`)
}

// hears waits until the newest message says something: an endpoint's answer is taken in after the person's request.
func (a *actors) hears(content string) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		_, text := a.call(asPerson, "GET", "/channels/{channel_id}/messages?limit=1", "")
		var list []struct{ Content string }
		if json.Unmarshal(text, &list) == nil && len(list) == 1 && list[0].Content == content {
			return
		}
	}
	a.t.Fatalf("nobody said %q", content)
}

// files go with what a person uses, and with what an application answers.
func (a *actors) files() {
	a.t.Helper()
	upload := func(who as, path, payload string) (int, json.RawMessage) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("payload_json", a.fill(payload))
		part, _ := form.CreateFormFile("files[0]", "a.txt")
		_, _ = part.Write([]byte("hello"))
		_ = form.Close()
		r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url+"/api/v10"+a.fill(path), &body)
		if err != nil {
			a.t.Fatal(err)
		}
		r.Header.Set("Content-Type", form.FormDataContentType())
		return a.send(who, r)
	}
	status, text := upload(asPerson, "/interactions", `{"type":2,"application_id":"{app}","guild_id":"{guild_id}","channel_id":"{channel_id}",
		"data":{"id":"{command}","type":1,"options":[{"type":11,"name":"file","value":"0"}]}}`)
	if status != http.StatusOK {
		a.t.Fatalf("%d %s", status, text)
	}
	data := fmt.Sprint(a.next()["data"])
	if !strings.Contains(data, "filename:a.txt") || !strings.Contains(data, "/cdn/attachments/") {
		a.t.Errorf("data %s", data)
	}
	status, text = upload(asNobody, callback+"?with_response=true", `{"type":4,"data":{"content":"with a file","attachments":[{"id":0,"description":"d"}]}}`)
	if status != http.StatusOK || !strings.Contains(string(text), `"filename":"a.txt"`) {
		a.t.Errorf("%d %s", status, text)
	}
}

// components are used on a message of the application's, and a modal is filled in.
func (a *actors) components() {
	a.t.Helper()
	m := a.want(http.StatusOK, asBot, "POST", "/channels/{channel_id}/messages", `{"content":"press","components":[
		{"type":1,"components":[{"type":2,"custom_id":"b","style":1,"label":"B"}]},
		{"type":1,"components":[{"type":6,"custom_id":"r"}]}]}`)
	a.ids["message"] = m["id"].(string)
	at := `,"message_id":"{message}"`
	if i := a.use(3, `{"custom_id":"b","component_type":2}`, at); i["message"].(map[string]any)["id"] != a.ids["message"] {
		a.t.Errorf("interaction %v", i)
	}
	updated := a.want(http.StatusOK, asNobody, "POST", callback+"?with_response=true", `{"type":7,"data":{"content":"pressed"}}`)
	if got := updated["resource"].(map[string]any)["message"].(map[string]any); got["id"] != a.ids["message"] || got["content"] != "pressed" {
		a.t.Errorf("updated %v", updated)
	}
	if i := a.use(3, `{"custom_id":"r","component_type":6,"values":["{guild_id}"]}`, at); !strings.Contains(fmt.Sprint(i["data"]), "roles:map") {
		a.t.Errorf("data %v", i["data"])
	}
	a.want(http.StatusNoContent, asNobody, "POST", callback, `{"type":6}`)
	shown := a.use(3, `{"custom_id":"b","component_type":2}`, at)
	a.code(http.StatusBadRequest, 50035, asNobody, "POST", callback, `{"type":9,"data":{"custom_id":"m","title":"T","components":[]}}`)
	a.want(http.StatusNoContent, asNobody, "POST", callback, `{"type":9,"data":{"custom_id":"m","title":"T","components":[
		{"type":18,"label":"L","component":{"type":4,"custom_id":"t","style":1}}]}}`)
	i := a.use(5, `{"id":"`+shown["id"].(string)+`","custom_id":"m","components":[{"type":18,"component":{"type":4,"custom_id":"t","value":"v"}}]}`)
	if !strings.Contains(fmt.Sprint(i["data"]), "value:v") || i["message"] == nil {
		a.t.Errorf("interaction %v", i)
	}
	a.want(http.StatusNoContent, asNobody, "POST", callback, `{"type":4,"data":{"content":"thanks"}}`)
}

// ends: tokens that are none, permissions, and the end of the command.
func (a *actors) ends() {
	a.t.Helper()
	good := a.ids["token"]
	a.ids["token"] = good[:len(good)-2] + "AA"
	a.code(http.StatusNotFound, 10062, asNobody, "POST", callback, `{"type":5}`)
	a.code(http.StatusUnauthorized, 50027, asNobody, "POST", hook, `{"content":"x"}`)
	a.ids["token"] = "unknown"
	a.code(http.StatusNotFound, 10015, asNobody, "GET", hook+"/messages/@original", "")
	a.want(http.StatusOK, asPerson, "PUT", "/applications/{app}/guilds/{guild_id}/commands/{command}/permissions", `{"permissions":[{"id":"{guild_id}","type":1,"permission":true}]}`)
	a.want(http.StatusOK, asBot, "GET", "/applications/{app}/guilds/{guild_id}/commands/{command}/permissions", "")
	if status, text := a.call(asBot, "GET", "/applications/{app}/guilds/{guild_id}/commands/permissions", ""); status != http.StatusOK || !bytes.Contains(text, []byte(a.ids["command"])) {
		a.t.Errorf("%d %s", status, text)
	}
	a.want(http.StatusNoContent, asBot, "DELETE", "/applications/{app}/guilds/{guild_id}/commands/{command}", "")
	a.code(http.StatusNotFound, 10063, asPerson, "POST", "/interactions", `{"type":2,"application_id":"{app}","guild_id":"{guild_id}","channel_id":"{channel_id}","data":`+roll+`}`)
}

// TestGlobalCommands reach the guilds that the bot is in, and private channels.
func TestGlobalCommands(t *testing.T) {
	t.Parallel()
	a := newActors(t)
	a.want(http.StatusOK, asBot, "PATCH", "/applications/@me", `{"interactions_endpoint_url":"`+a.endpoint.URL+`"}`)
	status, list := a.call(asBot, "PUT", "/applications/{app}/commands", `[{"name":"everywhere","description":"d"},{"name":"guilds","description":"d","contexts":[0]}]`)
	var commands []struct{ ID, Name string }
	if err := json.Unmarshal(list, &commands); status != http.StatusOK || err != nil || len(commands) != 2 {
		t.Fatalf("%d %s", status, list)
	}
	dm := a.want(http.StatusOK, asPerson, "POST", "/users/@me/channels", `{"recipient_id":"{app}"}`)
	a.ids["dm"] = dm["id"].(string)
	names := func(channel string) []string {
		_, text := a.call(asPerson, "GET", "/channels/"+channel+"/application-command-index", "")
		var index struct {
			Commands []struct{ Name string } `json:"application_commands"`
		}
		if err := json.Unmarshal(text, &index); err != nil {
			t.Fatalf("%s", text)
		}
		var names []string
		for _, c := range index.Commands {
			names = append(names, c.Name)
		}
		return names
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil && !slices.Equal(names("{channel_id}"), []string{"everywhere", "guilds"}) {
	}
	if got := names("{channel_id}"); !slices.Equal(got, []string{"everywhere", "guilds"}) {
		t.Errorf("in the guild: %v", got)
	}
	if got := names("{dm}"); !slices.Equal(got, []string{"everywhere"}) {
		t.Errorf("in the private channel: %v", got)
	}
	a.ids["command"] = commands[0].ID
	a.want(http.StatusOK, asPerson, "POST", "/interactions", `{"type":2,"application_id":"{app}","channel_id":"{dm}","data":`+roll+`}`)
	if i := a.next(); i["context"] != 1.0 || i["user"] == nil || i["member"] != nil || i["guild_id"] != nil {
		t.Errorf("interaction %v", i)
	}
	a.want(http.StatusNoContent, asNobody, "POST", callback, `{"type":4,"data":{"content":"hello","flags":64}}`)
	a.want(http.StatusOK, asNobody, "GET", hook+"/messages/@original", "")
	a.ids["command"] = commands[1].ID
	a.code(http.StatusNotFound, 10063, asPerson, "POST", "/interactions", `{"type":2,"application_id":"{app}","channel_id":"{dm}","data":`+roll+`}`)
	if status, text := a.call(asBot, "GET", "/applications/{app}/commands", ""); status != http.StatusOK || bytes.Contains(text, []byte("name_localizations")) {
		t.Errorf("%d %s", status, text)
	}
	a.want(http.StatusOK, asBot, "GET", "/applications/{app}/commands/{command}", "")
	a.want(http.StatusOK, asBot, "PATCH", "/applications/{app}/commands/{command}", `{"nsfw":true}`)
	a.want(http.StatusNoContent, asBot, "DELETE", "/applications/{app}/commands/{command}", "")
}
