package sessions_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"guildhall"
)

// world is a scripted owner of all objects: what it commits is told to those who follow, or is left for them to ask.
type world struct {
	mu        sync.Mutex
	node      string
	ring      uint64
	epoch     uint64
	objects   map[guildhall.Object]*worldObject
	tokens    map[string]guildhall.Identity
	presences []guildhall.Presence // as they came in commands
	told      chan guildhall.Presence
	receive   func([]byte)
	// lose makes the next publishes be lost.
	lose int
	// large makes snapshots of guilds hold the asked members only.
	large bool
	// keep is how many records can be followed from; all when 0.
	keep uint64
	// refuse makes follows be answered so.
	refuse guildhall.AnswerStatus
	next   guildhall.Snowflake
}

type worldObject struct {
	guild    guildhall.GuildState
	user     guildhall.UserState
	records  []*guildhall.Record
	followed bool
}

func newWorld() *world {
	return &world{
		node: "n1", ring: 1, epoch: 1, objects: make(map[guildhall.Object]*worldObject), next: 1 << 30,
		tokens: make(map[string]guildhall.Identity), told: make(chan guildhall.Presence, 64),
	}
}

func (w *world) id() guildhall.Snowflake {
	w.next++
	return w.next
}

// commit appends a record and gives the publish of it, nil when that is lost.
func (w *world) commit(o guildhall.Object, rows []guildhall.Row, events ...guildhall.Event) *guildhall.Publish {
	w.mu.Lock()
	p := w.commitLocked(o, rows, events...)
	receive := w.receive
	w.mu.Unlock()
	if p != nil && receive != nil {
		receive(guildhall.AppendPublish(nil, p))
	}
	return p
}

func (w *world) commitLocked(o guildhall.Object, rows []guildhall.Row, events ...guildhall.Event) *guildhall.Publish {
	held := w.objects[o]
	if held == nil {
		held = &worldObject{}
		w.objects[o] = held
	}
	r := &guildhall.Record{Object: o, Position: uint64(len(held.records)) + 1, Epoch: w.epoch, Rows: rows, Events: events}
	held.records = append(held.records, r)
	for i := range rows {
		if o.Kind != guildhall.KindUser {
			must(held.guild.Apply(&rows[i], guildhall.Install))
		} else {
			must(held.user.Apply(&rows[i], guildhall.Install))
		}
	}
	if !held.followed {
		return nil
	}
	if w.lose > 0 {
		w.lose--
		return nil
	}
	return &guildhall.Publish{Object: o, Ring: w.ring, Epoch: w.epoch, Record: guildhall.AppendRecord(nil, r)}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (w *world) ephemeral(o guildhall.Object, e guildhall.Event) *guildhall.Publish {
	w.mu.Lock()
	p := &guildhall.Publish{Object: o, Ring: w.ring, Epoch: w.epoch, Ephemeral: &e}
	receive := w.receive
	w.mu.Unlock()
	if receive != nil {
		receive(guildhall.AppendPublish(nil, p))
	}
	return p
}

// Follow answers as an owner does.
func (w *world) Follow(_ context.Context, f *guildhall.Follow) (*guildhall.Followed, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse != guildhall.Done {
		return &guildhall.Followed{Status: w.refuse, Ring: w.ring, Object: f.Object}, nil
	}
	a := &guildhall.Followed{Ring: w.ring, Epoch: w.epoch, Object: f.Object}
	held := w.objects[f.Object]
	if held == nil {
		a.Gone = true
		return a, nil
	}
	held.followed = !f.Unfollow
	a.Position = uint64(len(held.records))
	switch {
	case f.From == 0 || (w.keep > 0 && a.Position > w.keep && f.From < a.Position-w.keep):
		a.Snapshot = w.snapshot(held, f)
	default:
		if after := held.records[f.From:]; len(after) > 0 {
			a.Records = guildhall.AppendRecords(nil, after)
		}
	}
	return a, nil
}

func (w *world) snapshot(held *worldObject, f *guildhall.Follow) *guildhall.Snapshot {
	if f.Object.Kind == guildhall.KindUser {
		return &guildhall.Snapshot{Rows: held.user.Rows(), Whole: true}
	}
	s := &guildhall.Snapshot{Whole: !w.large, MemberCount: held.guild.Committed().MemberCount(), Presences: w.presences}
	s.Rows = held.guild.Rows(func(m *guildhall.Member) bool { return !w.large || slices.Contains(f.Users, m.User.ID) })
	return s
}

// Command takes presences.
func (w *world) Command(_ context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	if cmd.Name != guildhall.CommandPresence {
		return &guildhall.Answer{Status: guildhall.Refused, Err: guildhall.ErrInternal}, nil
	}
	var p guildhall.Presence
	if err := json.Unmarshal(cmd.Body, &p); err != nil {
		return nil, err
	}
	select {
	case w.told <- p:
	default:
	}
	return &guildhall.Answer{}, nil
}

// addressOf is a person's e-mail address.
func addressOf(id guildhall.UserID) string { return "u" + id.String() + "@example.invalid" }

// Query answers member queries, and people about themselves.
func (w *world) Query(_ context.Context, cmd *guildhall.Command) (*guildhall.Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if cmd.Name == guildhall.QuerySelf && cmd.Actor == guildhall.UserID(cmd.Object.ID) {
		u, address := userOf(cmd.Actor), addressOf(cmd.Actor)
		body, err := json.Marshal(guildhall.NewSelf(&u, &guildhall.Account{Email: &address, Locale: "de"}))
		return &guildhall.Answer{Body: body}, err
	}
	var q guildhall.MembersQuery
	if err := json.Unmarshal(cmd.Body, &q); err != nil {
		return nil, err
	}
	var found guildhall.MembersAnswer
	held := w.objects[cmd.Object]
	for _, m := range held.guild.Committed().Members() {
		if m.User.ID > q.After && (len(q.Users) == 0 || slices.Contains(q.Users, m.User.ID)) {
			found.Members = append(found.Members, m)
		}
	}
	slices.SortFunc(found.Members, func(a, b *guildhall.Member) int { return int(a.User.ID) - int(b.User.ID) })
	found.Members = found.Members[:min(len(found.Members), q.Limit)]
	for _, id := range q.Users {
		if held.guild.Committed().Member(id) == nil {
			found.NotFound = append(found.NotFound, id)
		}
	}
	body, err := json.Marshal(found)
	return &guildhall.Answer{Body: body}, err
}

// Ring is the ring's version.
func (w *world) Ring() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ring
}

// Authenticate knows the world's tokens.
func (w *world) Authenticate(_ context.Context, token string) (guildhall.Identity, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id, ok := w.tokens[token]
	if !ok {
		return id, guildhall.ErrUnauthorized
	}
	if o := w.objects[guildhall.UserObject(id.User)]; o != nil {
		id.Position = uint64(len(o.records))
	}
	return id, nil
}

// Publish is not used: the world is the sender.
func (w *world) Publish(string, []byte) {}

// Subscribe sets who gets publishes.
func (w *world) Subscribe(_ string, receive func([]byte)) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.receive = receive
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.receive = nil
	}
}

// The world's inhabitants.
const (
	guildID = guildhall.GuildID(7 << 22)
	owner   = guildhall.UserID(100)
	alice   = guildhall.UserID(101)
	bob     = guildhall.UserID(102)
	carol   = guildhall.UserID(103) // a person

	general = guildhall.ChannelID(501)
	secret  = guildhall.ChannelID(502)

	staff = guildhall.RoleID(601)
)

var guildObject = guildhall.GuildObject(guildID)

func channelRow(id guildhall.ChannelID, overwrites ...guildhall.Overwrite) guildhall.Row {
	return guildhall.ChannelRow(guildID, &guildhall.Channel{ID: id, GuildID: guildID, Name: "c" + id.String(), Overwrites: overwrites})
}

func memberRow(id guildhall.UserID, roles ...guildhall.RoleID) guildhall.Row {
	return guildhall.MemberRow(guildID, &guildhall.Member{User: userOf(id), Roles: append([]guildhall.RoleID{}, roles...)})
}

func userOf(id guildhall.UserID) guildhall.User {
	return guildhall.User{ID: id, Username: "u" + id.String(), Discriminator: "0", Bot: id != carol}
}

func hideFromEveryone() guildhall.Overwrite {
	return guildhall.Overwrite{ID: guildhall.Snowflake(guildID), Type: guildhall.OverwriteRole, Deny: guildhall.PermissionViewChannel}
}

func showTo(role guildhall.RoleID) guildhall.Overwrite {
	return guildhall.Overwrite{ID: guildhall.Snowflake(role), Type: guildhall.OverwriteRole, Allow: guildhall.PermissionViewChannel}
}

func showToMember(user guildhall.UserID) guildhall.Overwrite {
	return guildhall.Overwrite{ID: guildhall.Snowflake(user), Type: guildhall.OverwriteMember, Allow: guildhall.PermissionViewChannel}
}

// settle makes the guild with two channels, of which staff alone sees the second, and its members' user objects.
func (w *world) settle(users ...guildhall.UserID) *world {
	w.commit(guildObject, []guildhall.Row{
		guildhall.GuildRow(&guildhall.Guild{ID: guildID, Name: "g", OwnerID: owner}),
		guildhall.RoleRow(guildID, &guildhall.Role{ID: guildhall.RoleID(guildID), Permissions: guildhall.PermissionsEveryone}),
		guildhall.RoleRow(guildID, &guildhall.Role{ID: staff, Position: 1}),
		channelRow(general), channelRow(secret, hideFromEveryone(), showTo(staff)),
	})
	for _, user := range users {
		w.commit(guildObject, []guildhall.Row{memberRow(user)})
		w.addUser(user)
		w.list(user, guildID)
	}
	return w
}

func (w *world) addUser(user guildhall.UserID) {
	u := userOf(user)
	application := &guildhall.Application{ID: guildhall.ApplicationID(user), Flags: guildhall.ApplicationMessageContent}
	w.commit(guildhall.UserObject(user), []guildhall.Row{guildhall.UserRow(&u), guildhall.ApplicationRow(application)})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens["token"+user.String()] = w.identity(user)
}

func (w *world) identity(user guildhall.UserID) guildhall.Identity {
	return guildhall.Identity{
		User: user, Bot: user != carol, TokenHash: "hash" + user.String(), Intents: guildhall.IntentsPrivileged,
		Position: uint64(len(w.objects[guildhall.UserObject(user)].records)),
	}
}

func (w *world) list(user guildhall.UserID, guild guildhall.GuildID) *guildhall.Publish {
	return w.commit(guildhall.UserObject(user), []guildhall.Row{guildhall.GuildRefRow(user, &guildhall.GuildRef{ID: guild})})
}

func (w *world) unlist(user guildhall.UserID, guild guildhall.GuildID) *guildhall.Publish {
	row := guildhall.GuildRefRow(user, &guildhall.GuildRef{ID: guild}).Deleted()
	return w.commit(guildhall.UserObject(user), []guildhall.Row{row})
}

// message is the event of a message in a channel.
func (w *world) message(channel guildhall.ChannelID, content string) guildhall.Event {
	m := &guildhall.Message{ID: guildhall.MessageID(w.id()), ChannelID: channel, Content: content, Author: userOf(owner)}
	data, err := json.Marshal(m)
	must(err)
	return guildhall.Event{Type: "MESSAGE_CREATE", Data: data, Audience: guildhall.Audience{
		Channel: channel, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuildMessages, HasContent: true,
	}}
}

func (w *world) say(channel guildhall.ChannelID, content string) *guildhall.Publish {
	return w.commit(guildObject, nil, w.message(channel, content))
}

func parse[T any](t testing.TB, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}
