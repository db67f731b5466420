package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"guildhall/routes"
	"guildhall/witness/spec"
)

// discord is Discord's document, read once for all tests.
var discord = sync.OnceValues(spec.Discord)

// shapeClient is an HTTP client that holds every answer against Discord's document.
func shapeClient(t *testing.T) *http.Client {
	t.Helper()
	return shapeClientTelling(t, func(string) {})
}

// shapeClientTelling tells the operation of each answer that is right.
func shapeClientTelling(t *testing.T, right func(operationID string)) *http.Client {
	t.Helper()
	d, err := discord()
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: &spec.Transport{Document: d, Report: func(id string, err error) {
		if err != nil {
			t.Error(err)
			return
		}
		right(id)
	}}}
}

// tour goes through the API and keeps the ids of what it makes, by the names that paths have for them.
type tour struct {
	t      *testing.T
	client *http.Client
	url    string
	ids    map[string]string
	bot    string
	leaver string // another bot
	person string
	// right are the operations with an answer that succeeded and was right.
	right map[string]bool
	last  string
	// answer is the last one, if it was an object.
	answer map[string]any
}

// as is who asks.
type as string

const (
	asBot    as = "bot"
	asPerson as = "person"
	asNobody as = ""
)

func (r *tour) fill(path string) string {
	for name, id := range r.ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	return path
}

// do makes a request and gives its status, and the id in its answer, if any.
func (r *tour) do(who as, method, path, body string) (status int, id string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+"/api/v10"+r.fill(path), strings.NewReader(r.fill(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	switch who {
	case asBot:
		request.Header.Set("Authorization", "Bot "+r.bot)
	case asPerson:
		request.Header.Set("Authorization", r.person)
	}
	r.last = ""
	s := &served{t: r.t, client: r.client}
	status, answer := s.do(request)
	if r.last != "" && status < http.StatusBadRequest {
		r.right[r.last] = true
	}
	r.answer = answer
	id, _ = answer["id"].(string)
	if code, ok := answer["code"].(string); ok {
		id = code // of an invite
	}
	return status, id
}

// must makes a request that succeeds, and keeps the id of what it made as name.
func (r *tour) must(who as, method, path, body, name string) {
	r.t.Helper()
	status, id := r.do(who, method, path, body)
	if status >= http.StatusMultipleChoices {
		r.t.Errorf("%s %s %s: %d %v", method, path, body, status, r.answer)
	}
	if name != "" {
		r.ids[name] = id
	}
}

func newTour(t *testing.T, flags ...string) *tour {
	s, world := serveDev(t, append([]string{"--rate-limits", "off"}, flags...)...)
	r := &tour{t: t, url: s.url, bot: world.Bots[0].Token, leaver: world.Bots[1].Token, person: world.Users[0].Token, right: map[string]bool{}, ids: map[string]string{
		"guild_id": world.Guilds[0].ID, "channel_id": world.Channels[0].ID, "user_id": world.Users[1].ID, "person_id": world.Users[0].ID, "application_id": world.Bots[0].ID,
		"emoji_name": "%F0%9F%91%8D", "overwrite_id": world.Users[1].ID, "ban_id": world.Users[2].ID,
	}}
	r.client = shapeClientTelling(t, func(id string) { r.last = id })
	return r
}

// TestShapes goes through the API with a real server behind it: each answer has to be what Discord's document says, those of
// what is refused too.
func TestShapes(t *testing.T) {
	t.Parallel()
	r := newTour(t)
	for _, who := range []as{asBot, asPerson} {
		r.must(who, "POST", "/guilds/{guild_id}/roles", `{"name":"r","permissions":"1024","colors":{"primary_color":255}}`, "role_id")
		r.must(who, "POST", "/channels/{channel_id}/messages", `{"content":"hello <@{user_id}> <@&{role_id}>","nonce":"n`+string(who)+`",
			"embeds":[{"title":"t","description":"d","url":"https://example.org/","timestamp":"2026-01-01T00:00:00Z","color":5,
			"footer":{"text":"f"},"author":{"name":"a"},"fields":[{"name":"n","value":"v","inline":true}]}]}`, "message_id")
		r.must(who, "PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me", "", "")
		r.everyGet(who)
		r.changes(who)
		r.guildWide(who)
		r.threads(who)
		r.events(who)
		r.stages(who)
		r.webhooks(who)
		r.messages(who)
	}
	r.must(asBot, "DELETE", "/guilds/{guild_id}/members/{user_id}", "", "")
	r.bot = r.leaver
	r.must(asBot, "DELETE", "/users/@me/guilds/{guild_id}", "", "")
	r.refusals()
	var missing []string
	for _, route := range routes.Table() {
		if route.Source == routes.Discord && !r.right[route.Name] {
			missing = append(missing, route.Name)
		}
	}
	t.Logf("%d operations answered as documented; without a success here: %v", len(r.right), missing)
	if len(r.right) < 110 {
		t.Errorf("only %d operations were looked at: %v", len(r.right), slices.Sorted(maps.Keys(r.right)))
	}
}

// everyGet asks every route that reads, with what is there and with what is not.
func (r *tour) everyGet(who as) {
	there := r.ids
	for _, ids := range []map[string]string{there, strangers(there)} {
		r.ids = ids
		for _, route := range routes.Table() {
			if route.Method != http.MethodGet || route.Source == routes.CDN {
				continue
			}
			if status, _ := r.do(who, route.Method, route.Path, ""); status >= http.StatusInternalServerError {
				r.t.Errorf("%s: %d", route.Name, status)
			}
		}
	}
	r.ids = there
}

// strangers are ids that nothing has.
func strangers(ids map[string]string) map[string]string {
	none := maps.Clone(ids)
	for name := range none {
		if strings.HasSuffix(name, "_id") {
			none[name] = "1099511627776000001"
		}
	}
	return none
}

// changes makes, changes and removes what the routes can.
func (r *tour) changes(who as) {
	const guild, channel, message = "/guilds/{guild_id}", "/channels/{channel_id}", "/channels/{channel_id}/messages/{message_id}"
	r.must(who, "PATCH", "/users/@me", `{"avatar":null}`, "")
	r.must(who, "PATCH", guild+"/members/@me", `{"nick":"nick"}`, "")
	r.must(who, "PUT", guild+"/members/{user_id}/roles/{role_id}", "", "")
	r.must(who, "DELETE", guild+"/members/{user_id}/roles/{role_id}", "", "")
	r.must(who, "PATCH", guild+"/members/{user_id}", `{"nick":"other"}`, "")
	r.must(who, "PATCH", guild+"/roles/{role_id}", `{"name":"renamed","hoist":true,"mentionable":true}`, "")
	r.must(who, "PATCH", guild+"/roles", `[{"id":"{role_id}","position":1}]`, "")
	r.must(who, "POST", guild+"/channels", `{"name":"new","topic":"t","rate_limit_per_user":5}`, "new_channel_id")
	r.must(who, "PATCH", "/channels/{new_channel_id}", `{"topic":"u","nsfw":true}`, "")
	r.must(who, "PUT", "/channels/{new_channel_id}/permissions/{overwrite_id}", `{"type":1,"allow":"1024","deny":"0"}`, "")
	r.must(who, "GET", "/channels/{new_channel_id}", "", "")
	r.must(who, "DELETE", "/channels/{new_channel_id}/permissions/{overwrite_id}", "", "")
	r.must(who, "DELETE", "/channels/{new_channel_id}", "", "")
	r.must(who, "POST", channel+"/typing", "", "")
	r.must(who, "PATCH", message, `{"content":"edited"}`, "")
	r.must(who, "POST", channel+"/messages", `{"content":"a reply","message_reference":{"message_id":"{message_id}"}}`, "reply_id")
	r.must(who, "GET", channel+"/messages?limit=10", "", "")
	r.must(who, "DELETE", message+"/reactions/{emoji_name}/@me", "", "")
	for _, path := range []string{"/reactions/{emoji_name}", "/reactions"} {
		r.must(who, "PUT", message+"/reactions/{emoji_name}/@me", "", "")
		r.must(who, "DELETE", message+path, "", "")
	}
	r.must(who, "DELETE", channel+"/messages/{reply_id}", "", "")
	r.must(who, "DELETE", guild+"/roles/{role_id}", "", "")
	if who == asBot {
		r.must(who, "PATCH", "/applications/@me", `{"description":"d"}`, "")
	} else {
		r.must(who, "PUT", message+"/reactions/{emoji_name}/@me", "", "")
		r.must(asBot, "DELETE", message+"/reactions/{emoji_name}/"+r.ids["person_id"], "", "")
	}
	r.must(who, "DELETE", message, "", "")
}

// refusals asks every route in ways that are refused.
func (r *tour) refusals() {
	r.ids = strangers(r.ids)
	for _, route := range routes.Table() {
		if route.Source == routes.CDN {
			continue
		}
		bodies := []string{""}
		if route.Body != routes.NoBody {
			bodies = []string{`[`, `7`, `{"name":5,"content":[],"nick":{},"type":"x","embeds":7,"permissions":[],"username":5}`}
		}
		for _, who := range []as{asNobody, asBot, asPerson} {
			for _, body := range bodies {
				if route.Method == http.MethodGet || strings.HasPrefix(route.Path, "/auth/") || strings.Contains(route.Path, "@me") && body == "" {
					continue // asked already, limited, or not refused
				}
				if status, _ := r.do(who, route.Method, route.Path, body); status >= http.StatusInternalServerError {
					r.t.Errorf("%s of %s with %s: %d", route.Name, who, body, status)
				}
			}
		}
	}
	if status, _ := r.do(asBot, "POST", "/channels/{channel_id}/messages", fmt.Sprintf(`{"content":%q}`, strings.Repeat("x", 2001))); status != http.StatusBadRequest {
		r.t.Errorf("a long message: %d", status)
	}
}
