package api_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
	"guildhall/blob"
	"guildhall/store"
)

// Those who ask in tests.
const (
	botID      = guildhall.UserID(101 << 22)
	personID   = guildhall.UserID(102 << 22)
	operatorID = guildhall.UserID(103 << 22)
)

// world is an API over owners that are scripted and tables that are maps.
type world struct {
	*api.API
	t        *testing.T
	owners   *owners
	claims   *claims
	links    *api.SetupLinks
	clock    *clock
	registry *prometheus.Registry
	logged   *bytes.Buffer
	tokens   map[guildhall.UserID]string
	// checked are the answers whose shape was looked at.
	checked sync.Map
	blobs   *blob.Memory
}

func newWorld(t *testing.T, cfg api.Config) *world {
	t.Helper()
	return newWorldOver(t, cfg, &tables{})
}

func newWorldOver(t *testing.T, cfg api.Config, read store.Tables) *world {
	t.Helper()
	w := &world{
		t: t, owners: &owners{t: t, accounts: map[guildhall.UserID]*guildhall.AccountAnswer{}},
		claims: &claims{held: map[string]guildhall.Object{}}, clock: &clock{at: time.Unix(1_800_000_000, 0)},
		registry: prometheus.NewRegistry(), logged: &bytes.Buffer{}, tokens: map[guildhall.UserID]string{},
		blobs: blob.NewMemory(1 << 26),
	}
	w.owners.claims = w.claims
	w.links = api.NewSetupLinks(w.clock.Now)
	w.addUser(guildhall.User{ID: botID, Username: "robot", Bot: true}, guildhall.Account{})
	w.addUser(guildhall.User{ID: personID, Username: "ann"}, guildhall.Account{})
	w.addUser(guildhall.User{ID: operatorID, Username: "olga"}, guildhall.Account{Operator: true})
	made, err := api.New(cfg, api.Deps{
		Owners: w.owners, Tables: read, Claims: w.claims, Blobs: w.blobs, Gateway: gateway{}, Setup: w.links,
		Authenticator: admission.NewAuthenticator(w.owners, w.claims, w.clock.Now),
		Slots:         func() guildhall.Slot { return 7 }, Registerer: w.registry, Now: w.clock.Now,
		Logger: slog.New(slog.NewTextHandler(w.logged, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.API = made
	return w
}

// addUser gives a user a token and the claims for name and token.
func (w *world) addUser(u guildhall.User, a guildhall.Account) {
	token, hash := guildhall.NewToken(u.ID)
	answer := &guildhall.AccountAnswer{User: u, Account: a, Tokens: []*guildhall.Token{{Hash: hash, Kind: "login"}}}
	if u.Bot {
		answer.Application = &guildhall.Application{
			ID: guildhall.ApplicationID(u.ID), Name: u.Username, Flags: guildhall.ApplicationMessageContent,
		}
	}
	w.owners.accounts[u.ID] = answer
	w.tokens[u.ID] = token
	w.claims.held["token/"+hash] = guildhall.UserObject(u.ID)
	w.claims.held["username/"+u.Username] = guildhall.UserObject(u.ID)
}

// ask is one request to be made.
type ask struct {
	method, path string
	// as is who asks; 0 for nobody.
	as     guildhall.UserID
	body   string
	header http.Header
	from   string
}

// do makes a request and reads its answer.
func (w *world) do(a ask) *httptest.ResponseRecorder {
	w.t.Helper()
	var body io.Reader
	if a.body != "" {
		body = strings.NewReader(a.body)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), a.method, a.path, body)
	r.Host = "localhost:8080"
	if a.from != "" {
		r.RemoteAddr = a.from
	}
	for name, values := range a.header {
		r.Header[name] = values
	}
	if a.body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token := w.tokens[a.as]; token != "" && r.Header.Get("Authorization") == "" {
		if w.owners.accounts[a.as].User.Bot {
			token = "Bot " + token
		}
		r.Header.Set("Authorization", token)
	}
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	w.checkShape(a, recorder)
	return recorder
}

// want makes a request that must be answered with a status and, if it is not empty, JSON equal to body.
func (w *world) want(a ask, status int, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	got := w.do(a)
	if got.Code != status {
		w.t.Fatalf("%s %s: %d %s, want %d", a.method, a.path, got.Code, got.Body, status)
	}
	if body != "" && canonical(got.Body.String()) != canonical(body) {
		w.t.Fatalf("%s %s: %s, want %s", a.method, a.path, got.Body, body)
	}
	return got
}

// canonical orders the names of JSON's objects.
func canonical(text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return "not JSON: " + text
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// owners answers by script; accounts it knows by itself.
type owners struct {
	t      *testing.T
	claims *claims

	mu       sync.Mutex
	accounts map[guildhall.UserID]*guildhall.AccountAnswer
	script   func(cmd *guildhall.Command) (*guildhall.Answer, error)
	seen     []*guildhall.Command
}

func (o *owners) Command(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	if isQuery(cmd) {
		o.t.Errorf("the query %s was sent as a command", cmd.Name)
	}
	return o.answer(ctx, cmd)
}

func (o *owners) Query(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	if !isQuery(cmd) {
		o.t.Errorf("the command %s was sent as a query", cmd.Name)
	}
	return o.answer(ctx, cmd)
}

// isQuery tells by the name: an owner takes neither for the other.
func isQuery(cmd *guildhall.Command) bool {
	return strings.HasPrefix(cmd.Name, "get.") || cmd.Name == guildhall.QueryInteractionMessage
}

func (o *owners) answer(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	if _, ok := ctx.Deadline(); !ok {
		o.t.Errorf("%s without a deadline", cmd.Name)
	}
	if cmd.RequestID == (guildhall.RequestID{}) {
		o.t.Errorf("%s without a request id", cmd.Name)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if body, err, ok := o.account(cmd); ok {
		return answerOf(body), err
	}
	o.seen = append(o.seen, cmd)
	if o.script == nil {
		return answerOf(struct{}{}), nil
	}
	return o.script(cmd)
}

// account answers what every test needs of users.
func (o *owners) account(cmd *guildhall.Command) (body any, err error, ok bool) {
	a := o.accounts[guildhall.UserID(cmd.Object.ID)]
	known := cmd.Object.Kind == guildhall.KindUser && a != nil
	switch {
	case cmd.Name == guildhall.QueryAccount && known:
		return a, nil, true
	case cmd.Name == guildhall.QueryUser && known:
		return a.User, nil, true
	case cmd.Name == guildhall.QueryUserGuilds && o.script == nil && known:
		return []guildhall.GuildRef{}, nil, true
	case cmd.Name == guildhall.QueryUser || cmd.Name == guildhall.QueryAccount:
		return nil, guildhall.ErrUnknownUser, true
	}
	return nil, nil, false
}

func answerOf(body any) *guildhall.Answer {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return &guildhall.Answer{Body: b}
}

// last is the command that was asked last.
func (o *owners) last() *guildhall.Command {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.seen) == 0 {
		return &guildhall.Command{}
	}
	return o.seen[len(o.seen)-1]
}

// asked is how many questions and commands have come, those for accounts not counted.
func (o *owners) asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.seen)
}

type gateway struct{}

func (gateway) URL(context.Context) (string, error) { return "ws://127.0.0.1:1/", nil }

func (gateway) Bot(context.Context, guildhall.Identity) (api.GatewayBot, error) {
	return api.GatewayBot{
		URL: "ws://127.0.0.1:1/", Shards: 1,
		Start: api.SessionStartLimit{Total: 1000, Remaining: 999, ResetAfter: 5, MaxConcurrency: 1},
	}, nil
}

// claims is store.Claims as a map.
type claims struct {
	mu   sync.Mutex
	held map[string]guildhall.Object
}

func (c *claims) Claim(_ context.Context, kind, key string, o guildhall.Object) (guildhall.Object, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if holder, ok := c.held[kind+"/"+key]; ok {
		return holder, nil
	}
	c.held[kind+"/"+key] = o
	return o, nil
}

func (c *claims) Claimed(_ context.Context, kind, key string) (guildhall.Object, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[kind+"/"+key], nil
}

func (c *claims) Release(_ context.Context, kind, key string, o guildhall.Object) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[kind+"/"+key] == o {
		delete(c.held, kind+"/"+key)
	}
	return nil
}

// tables is the reading half of store.Tables over a slice. What it embeds is nil: nothing else may be used.
type tables struct {
	store.Tables

	mu   sync.Mutex
	rows []store.Stored
}

// project folds a record in as a store does.
func (s *tables) project(r *guildhall.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, row := range r.Rows {
		s.rows = slices.DeleteFunc(s.rows, func(old store.Stored) bool { return old.Key() == row.Key() })
		if !row.Delete {
			s.rows = append(s.rows, store.Stored{Row: row, Position: r.Position})
		}
	}
}

func (s *tables) Rows(_ context.Context, q store.Query) ([]store.Stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.Limit <= 0 {
		return nil, fmt.Errorf("limit of %d", q.Limit)
	}
	var page []store.Stored
	for _, row := range s.rows {
		if row.Table == q.Table && row.Part == q.Part && row.Sort > q.After && (q.Before == "" || row.Sort < q.Before) {
			page = append(page, row)
		}
	}
	slices.SortFunc(page, func(x, y store.Stored) int {
		if q.Reverse {
			x, y = y, x
		}
		return cmp.Compare(x.Sort, y.Sort)
	})
	return page[:min(len(page), q.Limit)], nil
}

func (s *tables) Row(_ context.Context, key guildhall.RowKey) (store.Stored, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, row := range s.rows {
		if row.Key() == key {
			return row, true, nil
		}
	}
	return store.Stored{}, false, nil
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
