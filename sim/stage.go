package sim

// pure core

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"guildhall"
	"guildhall/history"
)

const (
	usersOnStage = 5
	// requestWithin is the deadline of a request; settleWithin is when a client gives up on its API node.
	requestWithin = 4 * time.Second
	settleWithin  = 6 * time.Second
)

// stage is what the clients act on: users, guilds with channels and roles, and the messages that they know of.
type stage struct {
	w      *world
	users  []guildhall.User
	guilds []*stagedGuild
	// system is the client that makes the stage, and proves in the end that all objects take writes.
	system *client
	texts  int
}

// stagedGuild is a guild as its makers know it.
type stagedGuild struct {
	object   guildhall.Object
	channels []guildhall.ChannelID
	roles    []guildhall.RoleID // @everyone first
	messages []sentMessage
}

type sentMessage struct {
	channel guildhall.ChannelID
	id      guildhall.MessageID
	author  guildhall.UserID
}

func mustEncode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // plain data
	}
	return b
}

// text is content that no other message has.
func (s *stage) text() string {
	s.texts++
	return fmt.Sprintf("text %d of %d", s.texts, s.w.seed)
}

// prepare makes everything by ordinary commands, one after the other, and calls done.
func (s *stage) prepare(done func()) {
	s.system = &client{w: s.w, name: "system", api: s.w.apis[0], patience: settleWithin}
	s.makeUser(0, func() { s.makeGuild(0, done) })
}

// insist repeats an operation until it is acknowledged.
func (s *stage) insist(op *operation, done func(*guildhall.Answer)) {
	s.system.begin(op, func(a *guildhall.Answer) {
		switch {
		case a != nil && a.Status == guildhall.Done:
			done(a)
		case a != nil && a.Err != nil && a.Err.Status < 500:
			s.w.violate(CheckHealed, "%s is refused: %v", op.cmd.Name, a.Err)
		default:
			again := *op
			cmd := *op.cmd
			again.cmd = &cmd
			s.w.after(100*time.Millisecond, func() { s.insist(&again, done) })
		}
	})
}

func (s *stage) makeUser(i int, done func()) {
	if i == usersOnStage {
		done()
		return
	}
	name := fmt.Sprintf("user%d", i)
	cmd := &guildhall.Command{
		Name: guildhall.CommandUserCreate, Birth: true, Slot: pick(s.w, s.w.slots),
		Claims: []guildhall.ClaimKey{{Kind: "username", Key: name}}, Body: mustEncode(guildhall.CreateUser{Username: name}),
	}
	s.insist(&operation{kind: "birth", cmd: cmd}, func(a *guildhall.Answer) {
		var u guildhall.User
		if err := json.Unmarshal(a.Body, &u); err != nil || u.ID == 0 {
			s.w.violate(CheckHealed, "answer to %s is %s: %v", cmd.Name, a.Body, err)
			return
		}
		s.users = append(s.users, u)
		s.makeUser(i+1, done)
	})
}

// makeGuild makes a guild in which users 0 and 1 may do all and much, users 2 and 3 have roles, and user 4 has none;
// all see the first channel, who has the first role the second, and who has the second role the third.
func (s *stage) makeGuild(i int, done func()) {
	if i == s.w.mix.guilds {
		done()
		return
	}
	const everyone, moderator, first, second = 1, 2, 3, 4
	manage := guildhall.PermissionManageRoles | guildhall.PermissionManageMessages | guildhall.PermissionManageChannels
	hidden := func(role guildhall.Snowflake) []guildhall.Overwrite {
		return []guildhall.Overwrite{
			{ID: everyone, Deny: guildhall.PermissionViewChannel},
			{ID: role, Allow: guildhall.PermissionViewChannel},
		}
	}
	body := guildhall.CreateGuild{
		Name: fmt.Sprintf("guild %d", i), Owner: s.users[0],
		Roles: []guildhall.RoleFields{
			{ID: everyone}, {ID: moderator, Name: guildhall.Some("moderator"), Permissions: guildhall.Some(guildhall.PermissionsEveryone | manage)},
			{ID: first, Name: guildhall.Some("first")}, {ID: second, Name: guildhall.Some("second")},
		},
		Channels: []guildhall.CreateChannel{
			{Name: "open"}, {Name: "one", Overwrites: hidden(first)}, {Name: "two", Overwrites: hidden(second)},
		},
	}
	cmd := &guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: pick(s.w, s.w.slots), Body: mustEncode(body)}
	s.insist(&operation{kind: "birth", cmd: cmd}, func(a *guildhall.Answer) {
		var made struct {
			ID    guildhall.GuildID `json:"id"`
			Roles []struct {
				ID       guildhall.RoleID `json:"id"`
				Position int              `json:"position"`
			} `json:"roles"`
			Channels []struct {
				ID guildhall.ChannelID `json:"id"`
			} `json:"channels"`
		}
		if err := json.Unmarshal(a.Body, &made); err != nil || len(made.Roles) != 4 || len(made.Channels) != 3 {
			s.w.violate(CheckHealed, "answer to %s is %s: %v", cmd.Name, a.Body, err)
			return
		}
		g := &stagedGuild{object: guildhall.GuildObject(made.ID), roles: make([]guildhall.RoleID, len(made.Roles))}
		for _, r := range made.Roles {
			g.roles[r.Position] = r.ID
		}
		for _, c := range made.Channels {
			g.channels = append(g.channels, c.ID)
		}
		s.guilds = append(s.guilds, g)
		s.addMember(g, 1, func() { s.makeGuild(i+1, done) })
	})
}

func (s *stage) addMember(g *stagedGuild, i int, done func()) {
	if i == len(s.users) {
		done()
		return
	}
	add := guildhall.AddMember{User: s.users[i]}
	if i < len(g.roles) {
		add.Roles = []guildhall.RoleID{g.roles[i]}
	}
	cmd := &guildhall.Command{Name: guildhall.CommandMemberAdd, Object: g.object, Body: mustEncode(add)}
	s.insist(&operation{kind: history.MemberChange, cmd: cmd}, func(*guildhall.Answer) { s.addMember(g, i+1, done) })
}

// probe has every object take a write, one after the other.
func (s *stage) probe(done func()) {
	ledgers := slices.Clone(s.w.model.order)
	var next func(i int)
	next = func(i int) {
		if i == len(ledgers) {
			done()
			return
		}
		o := ledgers[i].object
		cmd := &guildhall.Command{Object: o}
		if o.Kind == guildhall.KindUser {
			cmd.Name, cmd.Body = guildhall.CommandUserModify, mustEncode(guildhall.ModifyUser{GlobalName: guildhall.Some("probed")})
		} else {
			cmd.Name, cmd.Body = guildhall.CommandChannelCreate, mustEncode(guildhall.CreateChannel{Name: "probe"})
		}
		s.insist(&operation{kind: "probe", cmd: cmd}, func(*guildhall.Answer) { next(i + 1) })
	}
	next(0)
}
