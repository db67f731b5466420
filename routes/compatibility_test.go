package routes_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guildhall/routes"
)

var updateCompatibility = flag.Bool("update-compatibility", false, "write docs/compatibility.md anew")

const (
	compatibilityPage = "../docs/compatibility.md"
	unservedFile      = "testdata/unserved.txt"
	documentFile      = "../witness/spec/discord-openapi.json"
)

// operation is one line of Discord's document.
type operation struct{ name, method, path string }

// inPart is the state of what is served, but not with all that Discord documents.
const inPart = "in part"

// unserved says why something is not served, or what of it is not.
type unserved struct{ state, reason string }

// TestCompatibilityPage: the page says of every operation and event of Discord's what the source says. It fails when the
// route table, Discord's document and the reasons in testdata/unserved.txt don't fit each other, and when the page is old.
func TestCompatibilityPage(t *testing.T) {
	t.Parallel()
	missing := readUnserved(t)
	operations := documentedOperations(t)
	served := servedOperations(t, operations)
	sent := sentEvents(t)
	page := compatibility(t, operations, served, sent, missing)
	if *updateCompatibility {
		if err := os.WriteFile(compatibilityPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(compatibilityPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page {
		t.Errorf("docs/compatibility.md is old: go test -run TestCompatibilityPage ./routes -update-compatibility")
	}
}

// compatibility writes the page, and fails the test for what has no state or two.
func compatibility(t *testing.T, operations []operation, served, sent map[string]bool, missing map[string]unserved) string {
	t.Helper()
	used := map[string]bool{}
	state := func(name string, works bool) string {
		u, ok := missing[name]
		used[name] = true
		switch {
		case works && ok && u.state != inPart:
			t.Errorf("%s works and stands in %s", name, unservedFile)
		case !works && u.state == inPart:
			t.Errorf("%s is not served and stands in %s as served in part", name, unservedFile)
		case works && ok:
		case works:
			return "works"
		case !ok:
			t.Errorf("%s is not served and has no reason in %s", name, unservedFile)
		}
		return u.state + ": " + u.reason
	}
	var table strings.Builder
	count := map[string]int{}
	group := ""
	for _, o := range operations {
		if top := strings.Split(o.path, "/")[1]; top != group {
			group = top
			fmt.Fprintf(&table, "\n### /%s\n\n| operation | | state |\n| --- | --- | --- |\n", group)
		}
		s := state(o.name, served[o.name])
		count[strings.Split(s, ":")[0]]++
		fmt.Fprintf(&table, "| `%s %s` | %s | %s |\n", o.method, o.path, o.name, s)
	}
	var events strings.Builder
	eventCount := map[string]int{}
	for _, e := range documentedEvents() {
		s := state(e, sent[e])
		eventCount[strings.Split(s, ":")[0]]++
		fmt.Fprintf(&events, "| %s | %s |\n", e, s)
	}
	for name := range missing {
		if !used[name] {
			t.Errorf("%s in %s is neither an operation nor an event", name, unservedFile)
		}
	}
	return fmt.Sprintf(`# Compatibility with Discord's API

Made from the route table, the source and Discord's OpenAPI document by a test that fails when they drift. *Works*: served with
Discord's shapes, permissions, errors and events. *In part*: served so, but for what is said; fields that are not served are
refused as `+"`NOT_SERVED`"+`, not taken and forgotten. *Later*: not there yet; the route answers Discord's 404 with the header
`+"`Guildhall-Missing`"+`. *Not offered*: left out for the reason given.

| | works | in part | later | not offered |
| --- | --- | --- | --- | --- |
| %d operations | %d | %d | %d | %d |
| %d gateway events | %d | %d | %d | %d |

## Gateway events

| event | state |
| --- | --- |
%s
## Operations
%s`, len(operations), count["works"], count[inPart], count["later"], count["not offered"],
		len(documentedEvents()), eventCount["works"], eventCount[inPart], eventCount["later"], eventCount["not offered"],
		events.String(), table.String())
}

func documentedOperations(t *testing.T) []operation {
	t.Helper()
	data, err := os.ReadFile(documentFile)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	var all []operation
	for path, methods := range document.Paths {
		for method, raw := range methods {
			var o struct {
				ID string `json:"operationId"`
			}
			if json.Unmarshal(raw, &o) == nil && o.ID != "" { // other members of a path are no operations
				all = append(all, operation{o.ID, strings.ToUpper(method), path})
			}
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.method, b.method))
	})
	return all
}

// servedOperations are the routes that bear an operation's name, of which method and path must be the document's.
func servedOperations(t *testing.T, operations []operation) map[string]bool {
	t.Helper()
	served := map[string]bool{}
	for _, r := range routes.Table() {
		if r.Source != routes.Discord {
			continue
		}
		served[r.Name] = true
		i := slices.IndexFunc(operations, func(o operation) bool { return o.name == r.Name })
		if i < 0 {
			t.Errorf("route %s is not in Discord's document", r.Name)
			continue
		}
		if o := operations[i]; o.method != r.Method || shapeOf(o.path) != shapeOf(r.Path) {
			t.Errorf("route %s is %s %s, in Discord's document %s %s", r.Name, r.Method, r.Path, o.method, o.path)
		}
	}
	return served
}

// shapeOf is a path without the names of its parameters.
func shapeOf(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// sentEvents are those whose names stand as strings in the source of those who make events.
func sentEvents(t *testing.T) map[string]bool {
	t.Helper()
	sent := map[string]bool{}
	for _, maker := range []string{"api", "gateway", "guilds", "sessions"} {
		files, err := filepath.Glob("../" + maker + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range documentedEvents() {
				if strings.Contains(string(data), `"`+e+`"`) {
					sent[e] = true
				}
			}
		}
	}
	return sent
}

func readUnserved(t *testing.T) map[string]unserved {
	t.Helper()
	data, err := os.ReadFile(unservedFile)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]unserved{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 3 || !slices.Contains([]string{inPart, "later", "not offered"}, parts[1]) {
			t.Fatalf("%s: line %q", unservedFile, line)
		}
		all[parts[0]] = unserved{parts[1], parts[2]}
	}
	return all
}

// documentedEvents are the events that Discord sends to applications.
// discord: events/gateway-events#receive-events
func documentedEvents() []string {
	return []string{
		"READY", "RESUMED", "RATE_LIMITED",
		"APPLICATION_COMMAND_PERMISSIONS_UPDATE",
		"AUTO_MODERATION_RULE_CREATE", "AUTO_MODERATION_RULE_UPDATE", "AUTO_MODERATION_RULE_DELETE", "AUTO_MODERATION_ACTION_EXECUTION",
		"CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "CHANNEL_PINS_UPDATE",
		"THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE",
		"ENTITLEMENT_CREATE", "ENTITLEMENT_UPDATE", "ENTITLEMENT_DELETE",
		"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_BAN_ADD", "GUILD_BAN_REMOVE",
		"GUILD_EMOJIS_UPDATE", "GUILD_STICKERS_UPDATE", "GUILD_INTEGRATIONS_UPDATE",
		"GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_UPDATE", "GUILD_MEMBERS_CHUNK",
		"GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE",
		"GUILD_SCHEDULED_EVENT_CREATE", "GUILD_SCHEDULED_EVENT_UPDATE", "GUILD_SCHEDULED_EVENT_DELETE",
		"GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE",
		"GUILD_SOUNDBOARD_SOUND_CREATE", "GUILD_SOUNDBOARD_SOUND_UPDATE", "GUILD_SOUNDBOARD_SOUND_DELETE",
		"GUILD_SOUNDBOARD_SOUNDS_UPDATE", "SOUNDBOARD_SOUNDS",
		"INTEGRATION_CREATE", "INTEGRATION_UPDATE", "INTEGRATION_DELETE", "INTERACTION_CREATE", "INVITE_CREATE", "INVITE_DELETE",
		"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK",
		"MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI",
		"MESSAGE_POLL_VOTE_ADD", "MESSAGE_POLL_VOTE_REMOVE",
		"PRESENCE_UPDATE", "STAGE_INSTANCE_CREATE", "STAGE_INSTANCE_UPDATE", "STAGE_INSTANCE_DELETE",
		"SUBSCRIPTION_CREATE", "SUBSCRIPTION_UPDATE", "SUBSCRIPTION_DELETE",
		"TYPING_START", "USER_UPDATE", "VOICE_CHANNEL_EFFECT_SEND", "VOICE_STATE_UPDATE", "VOICE_SERVER_UPDATE", "WEBHOOKS_UPDATE",
	}
}
