package routes_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall/routes"
)

func TestTableIsValid(t *testing.T) {
	t.Parallel()
	if err := routes.Validate(routes.Table()); err != nil {
		t.Error(err)
	}
}

// valid is a route that each bad one below differs from in one thing.
func valid() routes.Route {
	return routes.Route{
		Name: "get_thing", Method: http.MethodGet, Path: "/things/{thing_id}", Auth: routes.Anyone, Timeout: time.Second,
	}
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	limit := routes.Limit{Bucket: "thing", Requests: 5, Per: time.Second}
	tests := map[string]struct {
		want   string
		change func(r *routes.Route)
	}{
		"no name":              {"no name", func(r *routes.Route) { r.Name = "" }},
		"a method of no route": {"not served", func(r *routes.Route) { r.Method = "TRACE" }},
		"no slash":             {"path", func(r *routes.Route) { r.Path = "things" }},
		"an empty segment":     {"path", func(r *routes.Route) { r.Path = "/things//x" }},
		"half a parameter":     {"path", func(r *routes.Route) { r.Path = "/things/{x" }},
		"a parameter twice":    {"twice", func(r *routes.Route) { r.Path = "/{x}/{x}" }},
		"expensive and open":   {"expensive", func(r *routes.Route) { r.Cost = routes.Expensive }},
		"no timeout":           {"timeout", func(r *routes.Route) { r.Timeout = 0 }},
		"a long timeout":       {"timeout", func(r *routes.Route) { r.Timeout = time.Hour }},
		"a scope for bots":     {"not for users", func(r *routes.Route) { r.Auth, r.Scope = routes.Bot, "identify" }},
		"a body on a GET":      {"GET has no body", func(r *routes.Route) { r.Body, r.BodyBytesMax = routes.JSON, 10 }},
		"a body without bound": {"bound", func(r *routes.Route) { r.Method, r.Body = http.MethodPost, routes.JSON }},
		"a bound without body": {"bound", func(r *routes.Route) { r.BodyBytesMax = 10 }},
		"a body of a gigabyte": {"at most", func(r *routes.Route) { r.Method, r.Body, r.BodyBytesMax = http.MethodPost, routes.JSON, 1<<30 }},
		"a resource not in it": {"not in the path", func(r *routes.Route) { r.Limit, r.Resource = limit, "guild_id" }},
		"a resource, no limit": {"without a limit", func(r *routes.Route) { r.Resource = "thing_id" }},
		"a limit of nothing":   {"limit of 0", func(r *routes.Route) { r.Limit = routes.Limit{Bucket: "thing", Per: time.Second} }},
		"a limit, no bucket":   {"bucket", func(r *routes.Route) { r.Limit = routes.Limit{Requests: 1, Per: time.Second} }},
		"shared with a token":  {"shared with all", func(r *routes.Route) { r.Cache = routes.Cache{Scope: routes.Shared, MaxAge: time.Second} }},
		"cached for no time":   {"no time", func(r *routes.Route) { r.Cache = routes.Cache{Scope: routes.Private} }},
		"aged but not cached":  {"not stored", func(r *routes.Route) { r.Cache = routes.Cache{MaxAge: time.Second} }},
		"stale but not cached": {"stale copies", func(r *routes.Route) { r.Down = routes.Stale }},
		"a cached POST": {"only GET", func(r *routes.Route) {
			r.Method, r.Cache = http.MethodPost, routes.Cache{Scope: routes.Private, MaxAge: time.Second}
		}},
		"API route below /cdn":  {"begin with /cdn", func(r *routes.Route) { r.Path = "/cdn/x" }},
		"CDN route not below":   {"begin with /cdn", func(r *routes.Route) { r.Source = routes.CDN }},
		"a made-up criticality": {"unknown", func(r *routes.Route) { r.Criticality = 99 }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := valid()
			test.change(&r)
			if err := routes.Validate([]routes.Route{r}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	if err := routes.Validate([]routes.Route{valid()}); err != nil {
		t.Errorf("the valid one: %v", err)
	}
}

func TestValidateLetsExpensiveRoutesPassOnceBounded(t *testing.T) {
	t.Parallel()
	bounds := map[string]func(r *routes.Route){
		"cached":    func(r *routes.Route) { r.Cache = routes.Cache{Scope: routes.Private, MaxAge: time.Second} },
		"coalesced": func(r *routes.Route) { r.Coalesce = true },
		"limited":   func(r *routes.Route) { r.Limit = routes.Limit{Bucket: "b", Requests: 1, Per: time.Second} },
	}
	for name, bound := range bounds {
		r := valid()
		r.Cost = routes.Expensive
		bound(&r)
		if err := routes.Validate([]routes.Route{r}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidateComparesRoutes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		want   string
		change func(a, b *routes.Route)
	}{
		"one name":    {"name used twice", func(a, b *routes.Route) { b.Path = "/others" }},
		"one pattern": {"same pattern", func(a, b *routes.Route) { b.Name, b.Path = "other", "/things/{another_id}" }},
		"one bucket, two limits": {"differs", func(a, b *routes.Route) {
			b.Name, b.Path = "other", "/others"
			a.Limit = routes.Limit{Bucket: "b", Requests: 1, Per: time.Second}
			b.Limit = routes.Limit{Bucket: "b", Requests: 2, Per: time.Second}
		}},
	}
	for name, test := range tests {
		a, b := valid(), valid()
		test.change(&a, &b)
		if err := routes.Validate([]routes.Route{a, b}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, test.want)
		}
	}
}

func TestMuxFindsEveryRoute(t *testing.T) {
	t.Parallel()
	mux, err := routes.NewMux(routes.Table())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range routes.Table() {
		path := strings.NewReplacer("{", "", "}", "").Replace(want.Path)
		got, params, _ := mux.Find(want.Method, path)
		if got == nil || got.Name != want.Name {
			t.Errorf("%s %s: found %v", want.Method, path, got)
			continue
		}
		for name, value := range params {
			if name != value || !strings.Contains(want.Path, "{"+name+"}") {
				t.Errorf("%s: parameter %s is %q", want.Name, name, value)
			}
		}
		if len(params) != strings.Count(want.Path, "{") {
			t.Errorf("%s: parameters %v", want.Name, params)
		}
	}
}

func TestMux(t *testing.T) {
	t.Parallel()
	mux, err := routes.NewMux(routes.Table())
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		method, path, want string
		params             routes.Params
		allow              []string
	}{
		"double slashes":          {"GET", "//voice//regions", "list_voice_regions", routes.Params{}, nil},
		"a slash at the end":      {"GET", "/gateway/", "get_gateway", routes.Params{}, nil},
		"a word before a name":    {"PATCH", "/guilds/1/members/@me", "update_my_guild_member", routes.Params{"guild_id": "1"}, nil},
		"a name where no word is": {"GET", "/guilds/1/members/@me", "get_guild_member", routes.Params{"guild_id": "1", "user_id": "@me"}, nil},
		"percent-encoding": {
			"PUT", "/channels/1/messages/2/reactions/%F0%9F%91%8D/@me", "add_my_message_reaction",
			routes.Params{"channel_id": "1", "message_id": "2", "emoji_name": "👍"}, nil,
		},
		"an encoded slash":    {"GET", "/users/a%2Fb", "get_user", routes.Params{"user_id": "a/b"}, nil},
		"another method":      {"POST", "/gateway", "", nil, []string{"GET"}},
		"methods of two ways": {"POST", "/guilds/1/members/@me", "", nil, []string{"DELETE", "GET", "PATCH", "PUT"}},
		"no such path":        {"GET", "/nothing", "", nil, nil},
		"only its beginning":  {"GET", "/channels/1/messages/2/reactions", "", nil, []string{"DELETE"}},
		"broken encoding":     {"GET", "/users/%zz", "", nil, nil},
		"the root":            {"GET", "/", "", nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, params, allow := mux.Find(test.method, test.path)
			got := ""
			if r != nil {
				got = r.Name
			}
			if got != test.want || !maps.Equal(params, test.params) || !slices.Equal(allow, test.allow) {
				t.Errorf("found %q %v, allowed %v; want %q %v, %v", got, params, allow, test.want, test.params, test.allow)
			}
		})
	}
}

func TestAdjusted(t *testing.T) {
	t.Parallel()
	table, err := routes.Adjusted(routes.Table(), map[string]routes.Limit{"reaction": {Requests: 7, Per: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i, r := range table {
		if r.Limit.Bucket != "reaction" {
			if r.Limit != routes.Table()[i].Limit {
				t.Errorf("%s has changed", r.Name)
			}
			continue
		}
		changed++
		if r.Limit.Requests != 7 || r.Limit.Per != time.Minute {
			t.Errorf("%s: %v", r.Name, r.Limit)
		}
	}
	if changed < 5 {
		t.Errorf("%d routes of the bucket", changed)
	}
	if err := routes.Validate(table); err != nil {
		t.Error(err)
	}
	if _, err := routes.Adjusted(routes.Table(), map[string]routes.Limit{"reactoin": {}}); err == nil {
		t.Error("a bucket that isn't there was taken")
	}
}
