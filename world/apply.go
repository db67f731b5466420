package world

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"guildhall"
)

// Owners carries out commands.
type Owners interface {
	Command(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error)
}

// Made is what a world has become: what a program needs to use it.
type Made struct {
	Guilds   []MadeGuild   `json:"guilds"`
	Channels []MadeChannel `json:"channels"`
	Bots     []MadeBot     `json:"bots"`
	Users    []MadeUser    `json:"users"`
}

// MadeGuild is a guild of a world.
type MadeGuild struct {
	ID   guildhall.GuildID `json:"id"`
	Name string            `json:"name"`
}

// MadeChannel is a text channel of a world.
type MadeChannel struct {
	ID      guildhall.ChannelID `json:"id"`
	GuildID guildhall.GuildID   `json:"guild_id"`
	Name    string              `json:"name"`
}

// MadeBot is a bot of a world.
type MadeBot struct {
	ID            guildhall.UserID        `json:"id"`
	Name          string                  `json:"name"`
	Token         string                  `json:"token"`
	ApplicationID guildhall.ApplicationID `json:"application_id"`
}

// MadeUser is a person of a world.
type MadeUser struct {
	ID    guildhall.UserID `json:"id"`
	Name  string           `json:"name"`
	Token string           `json:"token"`
}

// Apply makes the world on a server that is empty.
func (w *World) Apply(ctx context.Context, owners Owners) (*Made, error) {
	made := &Made{}
	a := &applier{owners: owners, users: make(map[string]guildhall.User)}
	for i := range w.Users {
		u := &w.Users[i]
		t := token(u.ID)
		create := guildhall.CreateUser{ID: u.ID, Username: u.Name, Tokens: tokens(t, "login")}
		if u.GlobalName != "" {
			create.GlobalName = &u.GlobalName
		}
		if err := a.user(ctx, create, t); err != nil {
			return nil, err
		}
		made.Users = append(made.Users, MadeUser{u.ID, u.Name, t})
	}
	for i := range w.Bots {
		b := &w.Bots[i]
		t := token(b.ID)
		create := guildhall.CreateUser{ID: b.ID, Username: b.Name, Tokens: tokens(t, "bot"), Application: w.application(b)}
		if err := a.user(ctx, create, t); err != nil {
			return nil, err
		}
		made.Bots = append(made.Bots, MadeBot{b.ID, b.Name, t, guildhall.ApplicationID(b.ID)})
	}
	for i := range w.Guilds {
		g := &w.Guilds[i]
		if err := w.applyGuild(ctx, a, g); err != nil {
			return nil, fmt.Errorf("guild %q: %w", g.Name, err)
		}
		made.Guilds = append(made.Guilds, MadeGuild{g.ID, g.Name})
		for _, c := range g.Channels {
			if !c.Category {
				made.Channels = append(made.Channels, MadeChannel{c.ID, g.ID, c.Name})
			}
		}
	}
	return made, nil
}

type applier struct {
	owners Owners
	users  map[string]guildhall.User
}

func tokens(t, kind string) []guildhall.Token {
	return []guildhall.Token{{Hash: guildhall.TokenHash(t), Kind: kind, CreatedAt: fixedMillis * 1000}}
}

func (w *World) application(b *Bot) *guildhall.Application {
	app := &guildhall.Application{ID: guildhall.ApplicationID(b.ID), Name: b.Name, BotPublic: true}
	if owner := w.user(b.Owner); owner != nil {
		app.OwnerID = owner.ID
	} else if len(w.Users) > 0 {
		app.OwnerID = w.Users[0].ID
	}
	if b.Intents != "none" {
		app.Flags = guildhall.ApplicationPresence | guildhall.ApplicationGuildMembers | guildhall.ApplicationMessageContent
	}
	return app
}

func (a *applier) user(ctx context.Context, create guildhall.CreateUser, token string) error {
	answer, err := a.do(ctx, guildhall.Command{
		Name: guildhall.CommandUserCreate, Birth: true, Slot: create.ID.Slot(),
		Claims: []guildhall.ClaimKey{
			{Kind: "username", Key: strings.ToLower(create.Username)},
			{Kind: "token", Key: guildhall.TokenHash(token)},
		},
	}, create)
	if err != nil {
		return fmt.Errorf("user %q: %w", create.Username, err)
	}
	var u guildhall.User
	if err := json.Unmarshal(answer.Body, &u); err != nil {
		return fmt.Errorf("user %q: %w", create.Username, err)
	}
	a.users[create.Username] = u
	return nil
}

func (w *World) applyGuild(ctx context.Context, a *applier, g *Guild) error {
	create := guildhall.CreateGuild{ID: g.ID, Name: g.Name, Owner: a.users[g.Owner]}
	roles := map[string]guildhall.RoleID{}
	last := guildhall.Snowflake(g.ID)
	for _, r := range g.Roles {
		roles[r.Name] = r.ID
		last = max(last, guildhall.Snowflake(r.ID))
		create.Roles = append(create.Roles, r.fields())
	}
	categories := map[string]guildhall.ChannelID{}
	for _, c := range g.Channels {
		last = max(last, guildhall.Snowflake(c.ID))
		made := guildhall.CreateChannel{ID: c.ID, Name: c.Name, ParentID: categories[c.Parent]}
		if c.Topic != "" {
			made.Topic = &c.Topic
		}
		if c.Category {
			made.Type = guildhall.ChannelGuildCategory
			categories[c.Name] = c.ID
		}
		create.Channels = append(create.Channels, made)
	}
	for _, m := range g.Members {
		if b := w.bot(m.Name); b != nil {
			last = g.ID.Slot().Next(last, 0)
			role := botRole(g, b)
			role.ID = guildhall.RoleID(last)
			roles[botRoleKey(b.Name)] = role.ID
			create.Roles = append(create.Roles, role)
		}
	}
	if _, err := a.do(ctx, guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: g.ID.Slot()}, create); err != nil {
		return err
	}
	for _, m := range g.Members {
		if err := a.member(ctx, g, m, roles); err != nil {
			return fmt.Errorf("member %q: %w", m.Name, err)
		}
	}
	return nil
}

// botRoleKey can't be the name of a role of the file.
func botRoleKey(bot string) string { return "\x00" + bot }

func botRole(g *Guild, b *Bot) guildhall.RoleFields {
	permissions := guildhall.PermissionAdministrator
	if g.BotPermissions != nil {
		permissions = guildhall.Permissions(*g.BotPermissions)
	}
	return guildhall.RoleFields{Name: guildhall.Some(b.Name), Permissions: guildhall.Some(permissions), Managed: b.ID}
}

func (r *Role) fields() guildhall.RoleFields {
	f := guildhall.RoleFields{
		ID: r.ID, Name: guildhall.Some(r.Name), Color: guildhall.Some(r.Color),
		Hoist: guildhall.Some(r.Hoist), Mentionable: guildhall.Some(r.Mentionable),
	}
	if r.Permissions != nil {
		f.Permissions = guildhall.Some(guildhall.Permissions(*r.Permissions))
	}
	return f
}

func (a *applier) member(ctx context.Context, g *Guild, m Member, roles map[string]guildhall.RoleID) error {
	add := guildhall.AddMember{User: a.users[m.Name]}
	if m.Nick != "" {
		add.Nick = &m.Nick
	}
	for _, name := range m.Roles {
		if name != "@everyone" {
			add.Roles = append(add.Roles, roles[name])
		}
	}
	if own, ok := roles[botRoleKey(m.Name)]; ok {
		add.Roles = append(add.Roles, own)
	}
	_, err := a.do(ctx, guildhall.Command{Name: guildhall.CommandMemberAdd, Object: guildhall.GuildObject(g.ID)}, add)
	return err
}

func (a *applier) do(ctx context.Context, cmd guildhall.Command, body any) (*guildhall.Answer, error) {
	_, _ = rand.Read(cmd.RequestID[:]) // never fails
	var err error
	if cmd.Body, err = json.Marshal(body); err != nil {
		return nil, fmt.Errorf("encode %s: %w", cmd.Name, err)
	}
	return a.owners.Command(ctx, &cmd)
}
