package guilds

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"guildhall"
)

// documented are Discord's limits.
var documented *guildhall.Limits

// testingT is what the harness needs of *testing.T and *rapid.T.
type testingT interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// bench is an object with the least of an owner around it: it decides, stages and, when told to, commits.
type bench struct {
	t      testingT
	object guildhall.Object
	state  object
	now    time.Time
	last   guildhall.Snowflake
	rows   guildhall.Layered[guildhall.RowKey, []byte]
	// proposed are records staged and not committed, committed all others.
	proposed, committed [][]guildhall.Row
	// acquainted is what commands say of the two in a direct channel.
	acquainted bool
	// asked are all rows that needs has ever named.
	asked map[guildhall.RowKey]bool
}

func newBench(t testingT, o guildhall.Object) *bench {
	return &bench{
		t: t, object: o, state: newObject(o), last: o.ID, now: o.ID.Time().Add(time.Hour),
		asked: make(map[guildhall.RowKey]bool),
	}
}

func (b *bench) env(staged bool) *env {
	return &env{
		object: b.object, now: b.now, position: uint64(len(b.proposed)+len(b.committed)) + 1,
		nextID: func() guildhall.Snowflake {
			b.last = b.object.Slot().Next(b.last, b.now.UnixMilli())
			return b.last
		},
		took: func(id guildhall.Snowflake) { b.last = max(b.last, id) },
		row: func(k guildhall.RowKey) ([]byte, bool) {
			if (k.Table == guildhall.TableMessages || k.Table == guildhall.TableReactions || k.Table == guildhall.TableAside) && !b.asked[k] {
				b.t.Fatalf("%v was read without being named by needs", k)
			}
			return b.rows.Get(k, staged)
		},
	}
}

func command(actor guildhall.UserID, channel guildhall.ChannelID, name string, body any) *guildhall.Command {
	cmd := &guildhall.Command{Name: name, Actor: actor, Channel: channel}
	if body != nil {
		cmd.Body = encode(body)
	}
	return cmd
}

// fetch lets the object name what it needs, as the core does.
func (b *bench) fetch(cmd *guildhall.Command) {
	e := b.env(true)
	for range 10 {
		before := len(b.asked)
		// Only rows named in an earlier round may be read.
		named := b.state.needs(&env{object: e.object, now: e.now, nextID: e.nextID, took: e.took, row: func(k guildhall.RowKey) ([]byte, bool) {
			if !b.asked[k] {
				return nil, false
			}
			return b.rows.Get(k, true)
		}}, cmd)
		for _, k := range named {
			if unread(k.Table) {
				b.t.Errorf("%s reads %v, which is not in memory before it is projected", cmd.Name, k)
			}
			b.asked[k] = true
		}
		if len(b.asked) == before {
			return
		}
	}
	b.t.Fatalf("%s never has what it needs", cmd.Name)
}

// propose decides and stages.
func (b *bench) propose(cmd *guildhall.Command) (*draft, error) {
	b.t.Helper()
	b.asked = make(map[guildhall.RowKey]bool)
	b.fetch(cmd)
	d, err := b.state.decide(b.env(true), cmd)
	if err != nil {
		return nil, err
	}
	b.checkFollowUps(cmd, d)
	for i := range d.rows {
		b.apply(&d.rows[i], guildhall.Stage)
	}
	if len(d.rows) > 0 {
		b.proposed = append(b.proposed, d.rows)
	}
	return d, nil
}

// commit commits the oldest proposed record.
func (b *bench) commit() {
	b.t.Helper()
	rows := b.proposed[0]
	b.proposed = b.proposed[1:]
	for i := range rows {
		b.apply(&rows[i], guildhall.Commit)
	}
	b.committed = append(b.committed, rows)
}

func (b *bench) apply(row *guildhall.Row, phase guildhall.Phase) {
	b.t.Helper()
	if err := b.state.apply(row, phase); err != nil {
		b.t.Fatalf("apply: %v", err)
	}
	switch phase {
	case guildhall.Stage:
		b.rows.Stage(row.Key(), row.Value, !row.Delete)
	case guildhall.Commit:
		b.rows.Commit(row.Key())
	case guildhall.Install:
		b.rows.Set(row.Key(), row.Value, !row.Delete)
	}
}

// do carries a command through to its commit.
func (b *bench) do(actor guildhall.UserID, channel guildhall.ChannelID, name string, body any) (*draft, error) {
	b.t.Helper()
	b.now = b.now.Add(time.Second)
	cmd := command(actor, channel, name, body)
	cmd.Acquainted = b.acquainted
	d, err := b.propose(cmd)
	for len(b.proposed) > 0 {
		b.commit()
	}
	return d, err
}

// must is do for what has to be allowed.
func (b *bench) must(actor guildhall.UserID, channel guildhall.ChannelID, name string, body any) *draft {
	b.t.Helper()
	d, err := b.do(actor, channel, name, body)
	if err != nil {
		b.t.Fatalf("%s by %s: %v", name, actor, err)
	}
	return d
}

// refuse is do for what must be refused, and must change nothing.
func (b *bench) refuse(want error, actor guildhall.UserID, channel guildhall.ChannelID, name string, body any) {
	b.t.Helper()
	before := len(b.committed)
	_, err := b.do(actor, channel, name, body)
	if !errors.Is(err, want) {
		b.t.Errorf("%s by %s: got %v, want %v", name, actor, err, want)
	}
	if len(b.committed) != before {
		b.t.Errorf("%s by %s changed something", name, actor)
	}
}

func (b *bench) query(actor guildhall.UserID, channel guildhall.ChannelID, name string, body any) (any, error) {
	return b.state.query(b.env(false), command(actor, channel, name, body))
}

// ask is query for what has to be answered; the answer is what a client reads.
func ask[T any](b *bench, actor guildhall.UserID, channel guildhall.ChannelID, name string, body any) T {
	b.t.Helper()
	answer, err := b.query(actor, channel, name, body)
	if err != nil {
		b.t.Fatalf("%s by %s: %v", name, actor, err)
	}
	return read[T](b.t, encode(answer))
}

func read[T any](t testingT, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v
}

// event gives the only event of that type in a draft, and its data.
func event(t testingT, d *draft, name string) (guildhall.Event, map[string]any) {
	t.Helper()
	var found []guildhall.Event
	for _, e := range slices.Concat(d.events, d.ephemeral) {
		if e.Type == name {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d events %s in %v", len(found), name, types(d))
	}
	return found[0], read[map[string]any](t, found[0].Data)
}

func types(d *draft) []string {
	names := []string{}
	for _, e := range slices.Concat(d.events, d.ephemeral) {
		if e.Type != "GUILD_AUDIT_LOG_ENTRY_CREATE" { // stands beside nearly every change; its own tests look at it
			names = append(names, e.Type)
		}
	}
	return names
}

// tables is the fold of all committed rows.
func (b *bench) tables() map[guildhall.RowKey]string {
	t := make(map[guildhall.RowKey]string)
	for _, rows := range b.committed {
		for i := range rows {
			if rows[i].Delete {
				delete(t, rows[i].Key())
			} else {
				t[rows[i].Key()] = string(rows[i].Value)
			}
		}
	}
	return t
}

// The people of hall.
const (
	hallSlot                        = guildhall.Slot(7)
	ownerID        guildhall.UserID = 100<<22 | 1
	adminID        guildhall.UserID = 101<<22 | 1
	modID          guildhall.UserID = 102<<22 | 1
	plainID        guildhall.UserID = 103<<22 | 1
	botID          guildhall.UserID = 104<<22 | 1
	strangerID     guildhall.UserID = 105<<22 | 1
	system         guildhall.UserID = 0
	modPermissions                  = guildhall.PermissionManageRoles | guildhall.PermissionManageChannels |
		guildhall.PermissionKickMembers | guildhall.PermissionManageNicknames | guildhall.PermissionManageMessages |
		guildhall.PermissionModerateMembers
)

// hall is a guild with an owner, an administrator, a moderator, a bot and a plain member, whose roles stand in the order
// admin > mod > bot's own > low.
type hall struct {
	*bench
	id                        guildhall.GuildID
	general, category         guildhall.ChannelID
	admin, mod, low, everyone guildhall.RoleID
	botRole                   guildhall.RoleID
}

func person(id guildhall.UserID, name string) guildhall.User {
	return guildhall.User{ID: id, Username: name, Discriminator: "0"}
}

func newHall(t testingT) *hall {
	t.Helper()
	id := hallSlot.Next(0, 1_700_000_000_000)
	b := newBench(t, guildhall.GuildObject(guildhall.GuildID(id)))
	h := &hall{bench: b, id: guildhall.GuildID(id), everyone: guildhall.RoleID(id)}
	d := h.must(ownerID, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{Name: "Hall", Owner: person(ownerID, "owner")})
	made := read[struct {
		Channels []guildhall.Channel `json:"channels"`
	}](t, d.reply)
	for _, c := range made.Channels {
		if c.Type == guildhall.ChannelGuildCategory {
			h.category = c.ID
		} else {
			h.general = c.ID
		}
	}
	h.low = h.role("low", 0)
	h.join(adminID, "admin")
	h.join(modID, "mod")
	h.join(plainID, "plain")
	bot := person(botID, "bot")
	bot.Bot = true
	h.must(system, 0, guildhall.CommandMemberAdd, guildhall.AddMember{User: bot, Managed: guildhall.Some(guildhall.PermissionManageRoles)})
	h.mod = h.role("mod", modPermissions)
	h.admin = h.role("admin", guildhall.PermissionAdministrator)
	// A new role comes in at the bottom: these are put into order.
	for _, role := range ask[[]guildhall.Role](b, ownerID, 0, guildhall.QueryRoles, nil) {
		if role.Managed {
			h.botRole = role.ID
		}
	}
	h.order(h.low, h.botRole, h.mod, h.admin)
	h.give(modID, h.mod)
	h.give(adminID, h.admin)
	return h
}

func (h *hall) role(name string, p guildhall.Permissions) guildhall.RoleID {
	h.t.Helper()
	d := h.must(ownerID, 0, guildhall.CommandRoleCreate, guildhall.RoleFields{Name: guildhall.Some(name), Permissions: guildhall.Some(p)})
	return read[guildhall.Role](h.t, d.reply).ID
}

// order puts the roles at positions 1, 2, ….
func (h *hall) order(roles ...guildhall.RoleID) {
	h.t.Helper()
	var moves []guildhall.RolePosition
	for i, id := range roles {
		position := i + 1
		moves = append(moves, guildhall.RolePosition{ID: id, Position: &position})
	}
	h.must(ownerID, 0, guildhall.CommandRolePositions, moves)
}

func (h *hall) join(id guildhall.UserID, name string) {
	h.t.Helper()
	h.must(system, 0, guildhall.CommandMemberAdd, guildhall.AddMember{User: person(id, name)})
}

func (h *hall) give(user guildhall.UserID, role guildhall.RoleID) {
	h.t.Helper()
	h.must(system, 0, guildhall.CommandMemberRolePut, guildhall.MemberRole{UserID: user, RoleID: role})
}

func (h *hall) overwrite(channel guildhall.ChannelID, o guildhall.Overwrite) {
	h.t.Helper()
	h.must(system, channel, guildhall.CommandOverwritePut, o)
}

func (h *hall) deny(channel guildhall.ChannelID, p guildhall.Permissions) {
	h.t.Helper()
	h.overwrite(channel, guildhall.Overwrite{ID: guildhall.Snowflake(h.everyone), Deny: p})
}

// say sends a message.
func (h *hall) say(actor guildhall.UserID, content string) guildhall.Message {
	h.t.Helper()
	d := h.must(actor, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: content})
	return read[guildhall.Message](h.t, d.reply)
}

// stored reads a message's row.
func (h *hall) stored(id guildhall.MessageID) *guildhall.Message {
	h.t.Helper()
	value, ok := h.rows.Get(guildhall.MessageKey(h.general, id), false)
	if !ok {
		return nil
	}
	m, err := guildhall.DecodeMessage(value)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h *hall) member(id guildhall.UserID) *guildhall.Member {
	h.t.Helper()
	m := h.state.(*guild).state.Committed().Member(id)
	if m == nil {
		h.t.Fatalf("%s is no member", id)
	}
	return m
}

func (h *hall) view() guildhall.GuildView { return h.state.(*guild).state.Committed() }
