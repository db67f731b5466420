package api_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

const chat = "/api/v10/channels/4194304/messages"

func TestContentTypeIsExact(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	for _, path := range []string{"/api/v10/gateway", "/api/v10/nothing"} {
		got := w.do(ask{method: "GET", path: path})
		if kind := got.Header().Get("Content-Type"); kind != "application/json" {
			t.Errorf("%s: Content-Type %q", path, kind)
		}
	}
}

func TestVersionsAndSlashes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	for _, path := range []string{
		"/api/v10/voice/regions", "/api/v9/voice/regions", "/api/voice/regions", "/api/v9//voice/regions", "//api//v10//voice/regions/",
	} {
		w.want(ask{method: "GET", path: path, as: botID}, 200, `[]`)
	}
	for _, path := range []string{"/api/v8/voice/regions", "/api/v11/voice/regions", "/api/v010/voice/regions"} {
		w.want(ask{method: "GET", path: path, as: botID}, 400, `{"code":50041,"message":"Invalid API version"}`)
	}
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	tests := []struct {
		method, path, missing string
		status                int
	}{
		{"GET", "/api/v10/lobbies/123456789012345678/messages", "GET /lobbies/{id}/messages", 404},
		{"GET", "/api/v9/lobbies/223456789012345678/messages", "GET /lobbies/{id}/messages", 404},
		{"POST", "/api/lobbies/1/sEcReT-token_x9/x", "POST /lobbies/{id}/{id}/{id}", 404},
		{"POST", "/api/lobbies/1/secretlookslikeaword/members", "POST /lobbies/{id}/{id}/members", 404},
		{"GET", "/api/@secret/oauth2/hunter.two", "GET /{id}/oauth2/{id}", 404},
		{"SECRET", "/api/gateway", "OTHER /gateway", 405},
		{"GET", "/api/v10/channels/1/messages/@original/%F0%9F%91%8D", "GET /channels/{id}/messages/@original/{id}", 404},
		{"GET", "/api/v10", "GET /", 404},
		{"PUT", "/api/v10/guilds/123456789012345678", "PUT /guilds/{id}", 405},
		{"GET", "/api/v10/cdn/avatars/1/x.png", "GET /cdn/avatars/{id}/{id}", 404},
	}
	for _, test := range tests {
		got := w.do(ask{method: test.method, path: test.path})
		if got.Code != test.status || got.Header().Get("Guildhall-Missing") != test.missing {
			t.Errorf("%s: %d, missing %q; want %d, %q", test.path, got.Code, got.Header().Get("Guildhall-Missing"), test.status, test.missing)
		}
	}
	w.want(ask{method: "GET", path: "/api/v10/x"}, 404, `{"code":0,"message":"404: Not Found"}`)
	if n := strings.Count(w.logged.String(), "GET /lobbies/{id}/messages"); n != 1 {
		t.Errorf("logged %d times, want once:\n%s", n, w.logged)
	}
	if strings.Contains(strings.ToLower(w.logged.String()), "secret") {
		t.Error("a token of a path was logged")
	}
	if allow := w.do(ask{method: "PUT", path: "/api/gateway"}).Header().Get("Allow"); allow != "GET" {
		t.Errorf("Allow: %q", allow)
	}
}

// TestAuthentication is S15: tokens that are missing, malformed, of another kind or nobody's (any more) are answered alike.
func TestAuthentication(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	bot, person := w.tokens[botID], w.tokens[personID]
	unknown, _ := guildhall.NewToken(botID)
	revoked, hash := guildhall.NewToken(botID)
	w.claims.held["token/"+hash] = guildhall.UserObject(botID) // the claim is left, the token isn't
	refused := `{"code":0,"message":"401: Unauthorized"}`
	for name, header := range map[string]string{
		"none": "", "a bot without Bot": bot, "a person with Bot": "Bot " + person, "unknown": "Bot " + unknown,
		"Bearer": "Bearer " + person, "garbage": "Bot x.y.z", "half": "Bot " + bot[:len(bot)-1], "twice": "Bot Bot " + bot,
		"a bot's as Bearer": "Bearer " + bot, "small": "bot " + bot, "Basic": "Basic " + bot, "another's id": "Bot " + strings.Replace(bot, ".", "x.", 1),
		"revoked": "Bot " + revoked, "its hash, as the store has it (S17)": "Bot " + guildhall.TokenHash(bot), "a space more": "Bot  " + bot, "very long": "Bot " + strings.Repeat("x", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			if header != "" {
				h.Set("Authorization", header)
			}
			w.want(ask{method: "GET", path: "/api/v10/users/@me", header: h}, 401, refused)
		})
	}
	w.want(ask{method: "GET", path: "/api/v10/users/@me", as: botID}, 200, "")
	w.want(ask{method: "GET", path: "/api/v10/users/@me", as: personID}, 200, "")
	w.want(ask{method: "GET", path: "/api/v10/gateway/bot", as: personID}, 403, `{"code":20002,"message":"Only bots can use this endpoint"}`)
	w.want(ask{method: "POST", path: "/api/v10/auth/logout", as: botID}, 403, `{"code":20001,"message":"Bots cannot use this endpoint"}`)
	if strings.Contains(w.logged.String(), bot) {
		t.Error("a token was logged")
	}
}

func TestErrorsOfOwnersAreShown(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err    error
		status int
		body   string
		header string
	}{
		"refused": {guildhall.ErrMissingPermissions, 403, `{"code":50013,"message":"Missing Permissions"}`, ""},
		"a field": {
			guildhall.BadField("USERNAME_ALREADY_TAKEN", "Username is already taken.", "username"), 400,
			`{"code":50035,"message":"Invalid Form Body","errors":{"username":{"_errors":[{"code":"USERNAME_ALREADY_TAKEN","message":"Username is already taken."}]}}}`, "",
		},
		"busy":     {guildhall.ErrUnavailable, 503, `{"code":0,"message":"503: Service Unavailable"}`, "1"},
		"internal": {errors.New("disk /var/secret is full"), 500, `{"code":0,"message":"500: Internal Server Error"}`, ""},
		"slowmode": {
			&guildhall.Error{Status: 429, Code: 20016, Message: "Slow down.", RetryAfter: 1.2341}, 429,
			`{"code":20016,"message":"Slow down.","retry_after":1.235,"global":false}`, "2",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, api.Config{})
			w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) { return nil, test.err }
			got := w.want(ask{method: "GET", path: "/api/v10/channels/4194304", as: botID}, test.status, test.body)
			if after := got.Header().Get("Retry-After"); after != test.header {
				t.Errorf("Retry-After %q, want %q", after, test.header)
			}
		})
	}
}

func TestPanicsAreContained(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) { panic("broken") }
	w.want(ask{method: "GET", path: "/api/v10/channels/4194304", as: botID}, 500, `{"code":0,"message":"500: Internal Server Error"}`)
	want := "# HELP guildhall_api_panics_total Panics contained in a request.\n# TYPE guildhall_api_panics_total counter\nguildhall_api_panics_total 1\n"
	if err := testutil.GatherAndCompare(w.registry, strings.NewReader(want), "guildhall_api_panics_total"); err != nil {
		t.Error(err)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	tests := map[string]struct {
		kind, body string
		status     int
		code       int
	}{
		"JSON":                     {"application/json", `{"content":"x"}`, 200, 0},
		"JSON with a charset":      {"application/json; charset=utf-8", `{"content":"x"}`, 200, 0},
		"no type":                  {"-", `{"content":"x"}`, 200, 0},
		"plain text":               {"text/plain", `{"content":"x"}`, 415, 0},
		"a web form":               {"application/x-www-form-urlencoded", `content=x`, 415, 0},
		"another charset":          {"application/json; charset=utf-16", `{"content":"x"}`, 415, 0},
		"a broken type":            {"/;;", `{"content":"x"}`, 415, 0},
		"cut short":                {"", `{"content":"x`, 400, 50109},
		"spaces alone":             {"", ` `, 400, 50109},
		"not a number":             {"", `{"content":"x","flags":NaN}`, 400, 50109},
		"deep":                     {"", deep, 400, 50109},
		"deeper than a stack":      {"", strings.Repeat("[", 100_000), 400, 50109},
		"a name twice":             {"", `{"content":"x","content":"y"}`, 400, 50109},
		"twice by escapes":         {"", `{"content":"x","\u0063ontent":"y"}`, 400, 50109},
		"the same name elsewhere":  {"", `{"content":"x","a":{"content":1},"b":[{"content":1},{"content":1}]}`, 200, 0},
		"half a surrogate":         {"", `{"content":"\ud83d"}`, 400, 50109},
		"the other half alone":     {"", `{"content":"\udc4d"}`, 400, 50109},
		"half and something":       {"", `{"content":"\ud83dx\u0041"}`, 400, 50109},
		"a whole pair":             {"", `{"content":"\ud83d\udc4d"}`, 200, 0},
		"not UTF-8":                {"", "{\"content\":\"\xff\"}", 400, 50109},
		"an endless name":          {"", `{"content":"x","` + strings.Repeat("n", 2000) + `":1}`, 400, 50109},
		"NUL in text":              {"", `{"content":"a\u0000b"}`, 400, 50035},
		"an array":                 {"", `[]`, 400, 50035},
		"null":                     {"", `null`, 400, 50006},
		"fields that nobody knows": {"", `{"content":"x","zzz":{"y":[1]}}`, 200, 0},
		"more than a megabyte":     {"", `{"content":"x","y":"` + strings.Repeat("x", 1<<20) + `"}`, 413, 40005},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			if test.kind == "-" {
				h["Content-Type"] = []string{""}
			} else if test.kind != "" {
				h.Set("Content-Type", test.kind)
			}
			got := w.do(ask{method: "POST", path: chat, as: botID, body: test.body, header: h})
			var e struct{ Code int }
			if err := json.Unmarshal(got.Body.Bytes(), &e); err != nil {
				t.Fatal(err)
			}
			if got.Code != test.status || e.Code != test.code {
				t.Errorf("%d %.200s, want %d with code %d", got.Code, got.Body, test.status, test.code)
			}
		})
	}
	w.want(ask{method: "POST", path: chat, as: botID}, 400, `{"code":50109,"message":"The request body contains invalid JSON."}`)
}

func TestSlowBodyIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off, BodyTime: 50 * time.Millisecond})
	server := httptest.NewServer(w)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head := "POST " + chat + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\nAuthorization: Bot " +
		w.tokens[botID] + "\r\n\r\n{\"content\":"
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 12)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 408" {
		t.Errorf("%q, %v; want status 408", answer, err)
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	open := newWorld(t, api.Config{})
	got := open.do(ask{method: "OPTIONS", path: chat, header: http.Header{"Origin": {"https://any.example"}}})
	if got.Code != 204 || got.Header().Get("Access-Control-Allow-Origin") != "*" || got.Header().Get("Access-Control-Allow-Credentials") != "" ||
		!strings.Contains(got.Header().Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: %d %v", got.Code, got.Header())
	}
	if exposed := open.do(ask{method: "GET", path: "/api/gateway"}).Header().Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "X-RateLimit-Bucket") {
		t.Errorf("exposed: %q", exposed)
	}
	narrow := newWorld(t, api.Config{AllowedOrigins: []string{"https://mine.example"}})
	for origin, status := range map[string]int{"https://mine.example": 200, "https://other.example": 403, "null": 403, "": 200} {
		h := http.Header{}
		if origin != "" {
			h.Set("Origin", origin)
		}
		got := narrow.do(ask{method: "GET", path: "/api/gateway", header: h})
		if got.Code != status || got.Header().Get("Access-Control-Allow-Origin") == "*" || got.Header().Get("Vary") != "Origin" {
			t.Errorf("origin %q: %d %v", origin, got.Code, got.Header())
		}
	}
}

func TestHostsOfDevelopment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{LoopbackHosts: true})
	for host, status := range map[string]int{
		"localhost:8080": 200, "LOCALHOST": 200, "app.localhost:1": 200, "127.0.0.1:8080": 200, "127.1.2.3": 200, "[::1]:80": 200, "[::1]": 200,
		"evil.example": 403, "localhost.evil.example": 403, "10.0.0.1:8080": 403, "notlocalhost": 403, "": 403,
	} {
		r := httptest.NewRequest("GET", "/api/gateway", nil)
		r.Host = host
		recorder := httptest.NewRecorder()
		w.ServeHTTP(recorder, r)
		if recorder.Code != status {
			t.Errorf("host %q: %d, want %d", host, recorder.Code, status)
		}
	}
}

func TestWrongSnowflakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	for _, id := range []string{"0", "-1", "18446744073709551616", "abc", strings.Repeat("1", 40), "%D9%A1%D9%A2", "1.5", "@me", "+1", "%00"} {
		got := w.do(ask{method: "GET", path: "/api/v10/channels/" + id, as: botID})
		if got.Code != 400 || !strings.Contains(got.Body.String(), `"channel_id":{"_errors":[{"code":"NUMBER_TYPE_COERCE"`) {
			t.Errorf("%s: %d %s", id, got.Code, got.Body)
		}
	}
	w.want(ask{method: "GET", path: "/api/v10/channels/18446744073709551615", as: botID}, 200, "")
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	send := ask{method: "POST", path: chat, as: botID, body: `{"content":"x"}`}
	for left := 4; left >= 0; left-- {
		got := w.want(send, 200, "")
		if got.Header().Get("X-RateLimit-Remaining") != strconv.Itoa(left) || got.Header().Get("X-RateLimit-Limit") != "5" {
			t.Fatalf("with %d left: %v", left, got.Header())
		}
		w.clock.pass(time.Second / 2)
	}
	got := w.want(send, 429, `{"code":0,"message":"You are being rate limited.","retry_after":2.5,"global":false}`)
	for name, want := range map[string]string{
		"Retry-After": "3", "X-RateLimit-Scope": "user", "X-RateLimit-Reset-After": "2.500", "X-RateLimit-Remaining": "0",
		"X-RateLimit-Reset": "1800000005.000", "X-RateLimit-Global": "",
	} {
		if got.Header().Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header().Get(name), want)
		}
	}
	other := send
	other.path = "/api/v9/channels/8388608/messages"
	w.want(other, 200, "")
	same := send
	same.path = "/api/v9//channels/4194304//messages/"
	w.want(same, 429, "")
	person := send
	person.as = personID
	w.want(person, 200, "")
	w.clock.pass(2500 * time.Millisecond)
	w.want(send, 200, "")
	edit := w.want(ask{method: "PATCH", path: chat + "/9", as: botID, body: `{"content":"x"}`}, 200, "")
	if a, b := edit.Header().Get("X-RateLimit-Bucket"), got.Header().Get("X-RateLimit-Bucket"); a == b || a == "" || len(b) != 32 {
		t.Errorf("buckets of two routes: %q, %q", a, b)
	}
}

func TestGlobalRateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	me := ask{method: "GET", path: "/api/v10/users/@me", as: botID}
	for range 50 {
		w.want(me, 200, "")
	}
	got := w.want(me, 429, `{"code":0,"message":"You are being rate limited.","retry_after":1,"global":true}`)
	if got.Header().Get("X-RateLimit-Global") != "true" || got.Header().Get("X-RateLimit-Scope") != "global" {
		t.Errorf("headers: %v", got.Header())
	}
	w.clock.pass(time.Second)
	w.want(me, 200, "")
}

func TestReportedRateLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Report})
	send := ask{method: "POST", path: chat, as: botID, body: `{"content":"x"}`}
	for i := range 60 {
		got := w.want(send, 200, "")
		would := got.Header().Get("Guildhall-Would-Limit")
		if got.Header().Get("X-RateLimit-Remaining") == "0" {
			t.Fatal("a library would wait")
		}
		if want := i >= 5; (would == "user; retry_after=5.000") != want {
			t.Errorf("request %d: would limit %q", i, would)
		}
	}
	want := `
# HELP guildhall_api_rate_limited_total Requests above a limit by its scope, and whether they were refused.
# TYPE guildhall_api_rate_limited_total counter
guildhall_api_rate_limited_total{enforced="false",scope="global"} 10
guildhall_api_rate_limited_total{enforced="false",scope="user"} 55
`
	if err := testutil.GatherAndCompare(w.registry, strings.NewReader(want), "guildhall_api_rate_limited_total"); err != nil {
		t.Error(err)
	}
}

func TestRateLimitsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	for range 200 {
		got := w.want(ask{method: "POST", path: chat, as: botID, body: `{"content":"x"}`}, 200, "")
		if got.Header().Get("X-RateLimit-Limit") != "" {
			t.Fatal("limits are off and told")
		}
	}
}

// TestInvalidRequestsBlockAnAddress is S15: who tries ten thousand tokens is not let in with the right one either.
func TestInvalidRequestsBlockAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")}})
	wrong := ask{method: "GET", path: "/api/v10/users/@me", from: "203.0.113.7:9", header: http.Header{"X-Forwarded-For": {"192.0.2.1"}}}
	for range 10_000 {
		token, _ := guildhall.NewToken(botID)
		wrong.header.Set("Authorization", "Bot "+token)
		if got := w.do(wrong); got.Code != http.StatusUnauthorized {
			t.Fatalf("a wrong token: %d", got.Code)
		}
	}
	got := w.want(ask{method: "GET", path: "/api/v10/users/@me", as: botID, from: "192.0.2.1:2000"}, 429, "")
	if after := got.Header().Get("Retry-After"); after != "600" {
		t.Errorf("Retry-After %q", after)
	}
	w.want(ask{method: "GET", path: "/api/v10/users/@me", as: botID, from: "192.0.2.2:1000"}, 200, "")
	w.clock.pass(10 * time.Minute)
	w.want(ask{method: "GET", path: "/api/v10/users/@me", as: botID, from: "192.0.2.1:2000"}, 200, "")
}

// TestAnswersToMistakesAreSmall: what is wrong in a large body is told in a small answer.
func TestAnswersToMistakesAreSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	wrong := strings.Repeat(`"x",`, 100_000)
	embeds := strings.Repeat(`{"color":"x","fields":[`+strings.Repeat(`{"name":5},`, 24)+`{}]},`, 9)
	for _, body := range []string{
		`{"allowed_mentions":{"parse":[` + wrong + `1],"users":[` + wrong + `1]}}`, `{"components":[` + wrong + `1]}`,
		`{"embeds":[` + embeds + `{}]}`, `{"content":"x","nonce":` + strings.Repeat("9", 500_000) + `}`,
	} {
		if got := w.do(ask{method: "POST", path: chat, as: botID, body: body}); got.Code != 400 || got.Body.Len() > 16<<10 {
			t.Errorf("%.40s…: %d, %d bytes", body, got.Code, got.Body.Len())
		}
	}
}
