package crash_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"guildhall"
	"guildhall/history"
)

// fenceChannel is one that everybody always sees and nothing changes.
const fenceChannel = "fence"

// actor is a member of the stage's guild: it acts by REST and listens at the gateway.
type actor struct {
	account
	person  bool
	client  *client
	ears    *ears
	intents guildhall.Intents
	// content says that the actor is shown what others wrote; consents, that its application may read it by REST.
	content, consents bool
	// knows are the channels that the actor's client has been told of.
	knows map[guildhall.ChannelID]bool
	// steps are those since the last fence.
	steps []step
	// absent actors have no socket; resumed ones have it again since the last fence.
	absent, resumed bool
}

// stage is a server with one guild, and the oracle that says what holds there.
type stage struct {
	t        *testing.T
	rng      *rand.Rand
	server   *server
	recorder *history.Recorder
	oracle   oracle
	actors   []*actor // the owner first
	owner    *actor
	fence    guildhall.ChannelID
	managed  map[guildhall.RoleID]bool // roles of bots, which nobody else can have
	letters  []*letter
	typing   map[*actor][]typed
	ever     map[guildhall.ChannelID]bool // threads that there were
	serial   int
	counts   map[string]int
}

// letter is a message that is there.
type letter struct {
	id        guildhall.MessageID
	channel   guildhall.ChannelID
	author    *actor
	content   string
	mentions  guildhall.UserID
	reactions map[reacted]bool
}

type reacted struct {
	user  guildhall.UserID
	emoji string
}

// people are members beside the bots. They have no role of their own as bots have, so that some have equal ones: a
// server that judges equal members together must still tell them apart by their overwrites.
func people() []string { return []string{"fir", "gum", "hazel"} }

// part is how a bot of a stage listens.
type part struct {
	bot     string
	consent string // which privileged intents its application may use
	intents guildhall.Intents
	content bool
	roles   []string
}

func parts() []part {
	all := guildhall.IntentsAll
	return []part{
		{"alder", "all", all, true, []string{"red"}},
		{"birch", "all", all, true, []string{"green", "blue"}},
		// Content needs the application's consent and the intent; each of the next two lacks one.
		// discord: events/gateway#message-content-intent
		{"cedar", "all", all &^ guildhall.IntentMessageContent, false, []string{"blue"}},
		{"durian", "none", intentsOrdinary, false, []string{"red", "green"}},
		{"elm", "all", guildhall.IntentGuilds | guildhall.IntentGuildMessages | guildhall.IntentMessageContent, true, nil},
	}
}

// newStage starts a server with a guild in which nobody but the owner may do everything, and lets all listen.
func newStage(ctx context.Context, t *testing.T) (*stage, uint64) {
	t.Helper()
	rng, seed := chance(t)
	st := &stage{
		t: t, rng: rng, recorder: history.NewRecorder(nil, nil), server: start(t, "--dev", "--json", "--world", worldFile(t)),
		managed: map[guildhall.RoleID]bool{}, typing: map[*actor][]typed{}, ever: map[guildhall.ChannelID]bool{}, counts: map[string]int{},
	}
	w := st.server.world
	for _, u := range w.Users {
		st.actors = append(st.actors, &actor{
			account: u, person: true, client: newClient(u.Token), intents: guildhall.IntentsAll, content: true, consents: true,
		})
	}
	st.owner = st.actors[0]
	for i, p := range parts() {
		st.actors = append(st.actors, &actor{
			account: w.Bots[i], client: newClient("Bot " + w.Bots[i].Token), intents: p.intents,
			content: p.content, consents: p.consent == "all",
		})
	}
	st.learn(ctx)
	gateway, err := st.owner.client.gatewayURL(ctx, st.server.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, a := range st.actors {
			if a.ears != nil {
				a.ears.cut()
			}
		}
	})
	for _, a := range st.actors {
		st.seat(ctx, a, gateway)
	}
	return st, seed
}

// worldFile describes the guild to `serve --dev --world`.
func worldFile(t *testing.T) string {
	t.Helper()
	type object = map[string]any
	everyone := uint64(bitSendMessages | bitReadHistory | bitAddReactions)
	guild := object{
		"name": "Stage", "owner": "owner", "bot_permissions": 0,
		"roles": []object{
			{"name": "@everyone", "permissions": everyone}, {"name": "red", "permissions": uint64(bitViewChannel)},
			{"name": "green", "permissions": uint64(bitViewChannel)}, {"name": "blue", "permissions": uint64(bitManageMessages)},
		},
		"channels": []object{
			{"name": "Group", "category": true}, {"name": "one", "parent": "Group"}, {"name": "two", "parent": "Group"},
			{"name": "three"}, {"name": "four"}, {"name": fenceChannel},
		},
	}
	var bots, members []object
	for _, p := range parts() {
		bots = append(bots, object{"name": p.bot, "owner": "owner", "intents": p.consent})
		members = append(members, object{"name": p.bot, "roles": p.roles})
	}
	users := []object{{"name": "owner"}}
	for _, name := range people() {
		users = append(users, object{"name": name})
		members = append(members, object{"name": name, "roles": []string{"green"}})
	}
	guild["members"] = members
	text, err := json.Marshal(object{"users": users, "bots": bots, "guilds": []object{guild}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "world.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// roleBody and channelBody are what the oracle needs of roles and channels.
type roleBody struct {
	ID          guildhall.RoleID `json:"id"`
	Name        string           `json:"name"`
	Permissions string           `json:"permissions"`
	Managed     bool             `json:"managed"`
}

type channelBody struct {
	ID   guildhall.ChannelID `json:"id"`
	Name string              `json:"name"`
	Type int                 `json:"type"`

	ParentID guildhall.ChannelID `json:"parent_id"`
}

// learn reads the guild as it is before anything changes.
func (st *stage) learn(ctx context.Context) {
	st.t.Helper()
	guild := st.server.world.Guilds[0].ID
	st.oracle = oracle{
		guild: guild, owner: st.owner.ID, roles: map[guildhall.RoleID]bit{}, members: map[guildhall.UserID]map[guildhall.RoleID]bool{},
		silenced: map[guildhall.UserID]bool{}, channels: map[guildhall.ChannelID]*channelRules{},
		threads: map[guildhall.ChannelID]*hushRules{},
	}
	var roles []roleBody
	st.must(ctx, http.MethodGet, st.guildPath("/roles"), nil, &roles)
	for _, r := range roles {
		p, err := strconv.ParseUint(r.Permissions, 10, 64)
		if err != nil {
			st.t.Fatal(err)
		}
		st.oracle.roles[r.ID] = bit(p)
		if r.Managed {
			st.managed[r.ID] = true
		}
	}
	for _, a := range st.actors {
		var member struct {
			Roles []guildhall.RoleID `json:"roles"`
		}
		st.must(ctx, http.MethodGet, st.guildPath("/members/"+a.ID.String()), nil, &member)
		st.oracle.members[a.ID] = map[guildhall.RoleID]bool{}
		for _, r := range member.Roles {
			st.oracle.members[a.ID][r] = true
		}
	}
	var channels []channelBody
	st.must(ctx, http.MethodGet, st.guildPath("/channels"), nil, &channels)
	for _, c := range channels {
		// discord: resources/channel#channel-object-channel-types
		st.oracle.channels[c.ID] = &channelRules{
			text: c.Type == 0, parent: c.ParentID, overwrites: map[guildhall.Snowflake]overwrite{},
		}
		if c.Name == fenceChannel {
			st.fence = c.ID
		}
	}
	if st.fence == 0 || len(channels) != 6 || len(roles) != 4+len(parts()) {
		st.t.Fatalf("the world is not as it was described: %+v, %+v", channels, roles)
	}
	o := overwrite{allow: bitViewChannel}
	st.must(ctx, http.MethodPut, st.overwritePath(st.fence, guildhall.Snowflake(guild)), overwriteBody(o, false), nil)
	st.oracle.channels[st.fence].overwrites[guildhall.Snowflake(guild)] = o
}

// seat lets an actor listen: what it is shown of the guild first is the first thing to be judged.
func (st *stage) seat(ctx context.Context, a *actor, gateway string) {
	st.t.Helper()
	intents := &a.intents
	if a.person {
		intents = nil
	}
	a.knows = st.oracle.sees(a.ID)
	for id := range st.oracle.channels {
		st.grant(a, id, a.knows[id], 0)
	}
	a.ears = newEars(a.account, intents, gateway, st.recorder)
	if err := a.ears.attach(ctx); err != nil {
		st.t.Fatal(err)
	}
	var ids []string
	for id := range a.knows {
		ids = append(ids, id.String())
	}
	want := guildKey(ids)
	if got, err := a.ears.take(ctx, want); err != nil || len(got) != 1 {
		st.t.Fatalf("%s: want %q first, got %v, %v", a.Name, want, got, err)
	}
}

func (st *stage) grant(a *actor, channel guildhall.ChannelID, sees bool, op history.OpID) {
	st.recorder.Record(&history.Grant{
		User: a.ID, Object: guildhall.GuildObject(st.oracle.guild), Channel: channel, Sees: sees, Op: op,
	})
}

// must does something as the owner that can't be refused.
func (st *stage) must(ctx context.Context, method, path string, body, into any) {
	st.t.Helper()
	if err := st.owner.client.do(ctx, st.server.url, method, path, body, into); err != nil {
		st.t.Fatal(err)
	}
}

func (st *stage) guildPath(rest string) string {
	return "/guilds/" + st.server.world.Guilds[0].ID.String() + rest
}

func (st *stage) overwritePath(channel guildhall.ChannelID, id guildhall.Snowflake) string {
	return fmt.Sprintf("/channels/%s/permissions/%s", channel, id)
}

// overwriteBody is an overwrite as it is put.
// discord: resources/channel#edit-channel-permissions
func overwriteBody(o overwrite, member bool) map[string]any {
	kind := 0
	if member {
		kind = 1
	}
	return map[string]any{
		"type": kind, "allow": strconv.FormatUint(uint64(o.allow), 10), "deny": strconv.FormatUint(uint64(o.deny), 10),
	}
}

// ids gives a map's ids in rising order, so that chance alone decides what is chosen.
func ids[K ~uint64, V any](m map[K]V, keep func(K) bool) []K {
	var all []K
	for id := range m {
		if keep(id) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// pick chooses one; the zero value where there is none.
func pick[T any](rng *rand.Rand, from []T) (one T) {
	if len(from) == 0 {
		return one
	}
	return from[rng.IntN(len(from))]
}
