package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/routes"
)

// matrix is a server with one guild in which @everyone may do nothing, and a bot whose one role is given just what a case
// is about.
type matrix struct {
	t      *testing.T
	server *server
	owner  *client
	actor  *client
	bot    account // the actor
	other  account // a member without roles
	spare  account // a bot to be removed
	come   int     // how many of the other members have been used up
	guild  guildhall.GuildID
	role   guildhall.RoleID // the actor's
	serial int
}

// plea is a request that a case makes as the actor.
type plea struct {
	// vars are the values of the path's parameters; guild_id is known.
	vars  map[string]string
	query string
	body  any
}

// rule is what a route asks for, written down anew from Discord's documentation, and an example of its use.
type rule struct {
	needs []bit
	plea  func(m *matrix) plea
}

// TestPermissionMatrix goes through the route table: each route that needs permissions is refused without each of them,
// changing nothing, and done with all of them. A route that is in neither list fails the test.
func TestPermissionMatrix(t *testing.T) {
	t.Parallel()
	rules, free := matrixRules(), freeRoutes()
	m := newMatrix(t)
	for _, r := range routes.Table() {
		rule, judged := rules[r.Name]
		why, isFree := free[r.Name]
		switch {
		case judged == isFree:
			t.Errorf("route %s: must be in one of matrixRules (is %v) and freeRoutes (is %v)", r.Name, judged, isFree)
		case judged:
			for _, wrong := range m.judge(r, rule) {
				t.Error(wrong)
			}
		case why == "":
			t.Errorf("route %s needs no permission: why?", r.Name)
		}
		delete(rules, r.Name)
		delete(free, r.Name)
	}
	for name := range rules {
		t.Errorf("no route is called %s", name)
	}
	for name := range free {
		t.Errorf("no route is called %s", name)
	}
}

// TestMatrixNoticesWrongRules plants a permission too many and one too few in rules of all kinds: each must be noticed.
func TestMatrixNoticesWrongRules(t *testing.T) {
	t.Parallel()
	rules := matrixRules()
	m := newMatrix(t)
	for _, name := range []string{
		"update_guild", "create_guild_channel", "list_guild_audit_log_entries", "update_my_guild_member", "set_channel_permission_overwrite",
		"create_webhook", "create_message", "get_message", "delete_all_message_reactions", "list_guild_bans", "create_guild_scheduled_event",
		"create_pin", "create_guild_emoji",
	} {
		rule, known := rules[name]
		at := slices.IndexFunc(routes.Table(), func(r routes.Route) bool { return r.Name == name })
		if !known || at < 0 {
			t.Errorf("there is no rule or route %s", name)
			continue
		}
		needs := rule.needs
		rule.needs = append(slices.Clone(needs), bitMoveMembers)
		if len(m.judge(routes.Table()[at], rule)) == 0 {
			t.Errorf("%s: that it does not need %#x was not noticed", name, bitMoveMembers)
		}
		rule.needs = needs[:len(needs)-1]
		if len(m.judge(routes.Table()[at], rule)) == 0 {
			t.Errorf("%s: that it needs %#x too was not noticed", name, needs[len(needs)-1])
		}
	}
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	file := filepath.Join(t.TempDir(), "world.json")
	const comers = 12
	var users, members strings.Builder
	for i := range comers {
		fmt.Fprintf(&users, `, {"name": "comer%d"}`, i)
		fmt.Fprintf(&members, `, {"name": "comer%d"}`, i)
	}
	world := `{"users": [{"name": "owner"}, {"name": "other"}` + users.String() + `, {"name": "strange"}],
		"bots": [{"name": "actor", "owner": "owner", "intents": "all"}, {"name": "spare", "owner": "owner"},
			{"name": "stranger", "owner": "strange", "intents": "all"}],
		"guilds": [{"name": "matrix", "owner": "owner", "bot_permissions": 0,
			"roles": [{"name": "@everyone", "permissions": 0}],
			"channels": [{"name": "general"}],
			"members": [{"name": "actor"}, {"name": "other"}, {"name": "spare"}` + members.String() + `]},
			{"name": "elsewhere", "owner": "strange", "bot_permissions": 8, "channels": [{"name": "there"}], "members": [{"name": "stranger"}]}]}`
	if err := os.WriteFile(file, []byte(world), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, "--dev", "--json", "--world", file)
	m := &matrix{
		t: t, server: s, owner: newClient(s.world.Users[0].Token), actor: newClient("Bot " + s.world.Bots[0].Token),
		bot: s.world.Bots[0], spare: s.world.Bots[1], other: s.world.Users[1], guild: s.world.Guilds[0].ID,
	}
	m.role = guildhall.RoleID(m.make("/guilds/"+m.guild.String()+"/roles", map[string]any{"name": "probe"}))
	m.must(m.owner, http.MethodPatch, m.in("/roles"), []map[string]any{{"id": m.role, "position": 2}}, nil)
	m.must(m.owner, http.MethodPut, m.in("/members/"+m.bot.ID.String()+"/roles/"+m.role.String()), nil, nil)
	return m
}

// judge tries one route without each of what it needs, and then with all of it, and gives what was wrong. What is refused must
// change nothing; that this would be seen is shown by what is done, which must change what is looked at.
func (m *matrix) judge(r routes.Route, rule rule) []string {
	m.t.Helper()
	m.serial++
	p := rule.plea(m)
	path := m.path(r, p)
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, r.Name+" "+fmt.Sprintf(format, args...)) }
	var all bit
	for _, b := range rule.needs {
		all |= b
	}
	for _, b := range rule.needs {
		m.grant(all &^ b)
		before := m.state(p)
		err := m.do(m.actor, r.Method, path, p.body, nil)
		refusal := refused(err)
		if refusal == nil || refusal.Status != http.StatusForbidden || refusal.Code != missingPermissions && refusal.Code != missingAccess {
			complain("without %#x: %v, want to be refused", b, err)
		}
		if after := m.state(p); after != before {
			complain("without %#x was refused and changed something:\n%s\n%s", b, before, after)
		}
	}
	m.grant(all)
	before := m.state(p)
	if err := m.do(m.actor, r.Method, path, p.body, nil); err != nil {
		complain("with %#x: %v", all, err)
		return wrong
	}
	changes := r.Method != http.MethodGet && unseenChanges()[r.Name] == ""
	if seen := m.state(p) != before; seen != changes {
		complain("was done, and that it changed something was seen: %v, want %v", seen, changes)
	}
	return wrong
}

// path fills in the route's parameters.
func (m *matrix) path(r routes.Route, p plea) string {
	m.t.Helper()
	path := strings.ReplaceAll(r.Path, "{guild_id}", m.guild.String())
	for name, value := range p.vars {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	if strings.Contains(path, "{") {
		m.t.Fatalf("%s: %s", r.Name, path)
	}
	return path + p.query
}

// grant makes the actor's permissions those.
func (m *matrix) grant(b bit) {
	m.t.Helper()
	m.must(m.owner, http.MethodPatch, m.in("/roles/"+m.role.String()), map[string]string{"permissions": strconv.FormatUint(uint64(b), 10)}, nil)
}

// state is what the owner sees of the guild, and of the messages of the channel that the case is about.
func (m *matrix) state(p plea) string {
	m.t.Helper()
	var all strings.Builder
	paths := []string{m.in(""), m.in("/channels"), m.in("/roles"), m.in("/members?limit=100")}
	for _, path := range m.watched() {
		paths = append(paths, m.in(path))
	}
	for _, path := range paths {
		var answer any
		m.must(m.owner, http.MethodGet, path, nil, &answer)
		fmt.Fprintf(&all, "%s: %v\n", path, answer)
	}
	if c := p.vars["channel_id"]; c != "" {
		var messages any // none where the channel can have none
		err := m.do(m.owner, http.MethodGet, "/channels/"+c+"/messages", nil, &messages)
		fmt.Fprintf(&all, "%v %v\n", messages, err)
	}
	return all.String()
}

// watched are further lists of a guild's things, as far as they are served.
func (m *matrix) watched() []string {
	var served []string
	for _, list := range []string{
		"/bans", "/invites", "/webhooks", "/emojis", "/scheduled-events", "/threads/active", "/integrations", "/audit-logs",
	} {
		if slices.ContainsFunc(routes.Table(), func(r routes.Route) bool {
			return r.Method == http.MethodGet && r.Path == "/guilds/{guild_id}"+list
		}) {
			served = append(served, list)
		}
	}
	return served
}

func (m *matrix) in(path string) string { return "/guilds/" + m.guild.String() + path }

func (m *matrix) do(c *client, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(m.t.Context(), 10*time.Second)
	defer cancel()
	return c.do(ctx, m.server.url, method, path, body, into)
}

func (m *matrix) must(c *client, method, path string, body, into any) {
	m.t.Helper()
	if err := m.do(c, method, path, body, into); err != nil {
		m.t.Fatal(err)
	}
}

// make posts as the owner and gives the id of what was made.
func (m *matrix) make(path string, body any) guildhall.Snowflake {
	m.t.Helper()
	var made struct {
		ID guildhall.Snowflake `json:"id"`
	}
	m.must(m.owner, http.MethodPost, path, body, &made)
	return made.ID
}

// name is another one each time.
func (m *matrix) name() string { return fmt.Sprintf("thing-%d", m.serial) }

// channel makes a channel in which a case happens.
func (m *matrix) channel() string { return m.channelOf(0) }

func (m *matrix) channelOf(kind int) string {
	return m.make(m.in("/channels"), map[string]any{"name": m.name(), "type": kind}).String()
}

// message sends one as the owner.
func (m *matrix) message(channel string) string {
	return m.make("/channels/"+channel+"/messages", map[string]any{"content": "hello"}).String()
}

// lowRole makes a role below the actor's.
func (m *matrix) lowRole() string {
	return m.make(m.in("/roles"), map[string]any{"name": m.name()}).String()
}

// newcomer is a member whom no other case is about.
func (m *matrix) newcomer() string {
	m.t.Helper()
	m.come++
	return m.server.world.Users[1+m.come].ID.String()
}
