package world

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"guildhall"
)

// World is what a file describes. Names refer to each other; ids and tokens may be left out.
type World struct {
	Users  []User  `toml:"users" json:"users"`
	Bots   []Bot   `toml:"bots" json:"bots"`
	Guilds []Guild `toml:"guilds" json:"guilds"`
}

// User is a person. The token is for --dev only.
type User struct {
	ID         guildhall.UserID `toml:"id" json:"id"`
	Name       string           `toml:"name" json:"name"`
	GlobalName string           `toml:"global_name" json:"global_name"`
}

// Bot is a bot with its application. Intents are the privileged ones that it may use: "all", the default, or "none".
type Bot struct {
	ID      guildhall.UserID `toml:"id" json:"id"`
	Name    string           `toml:"name" json:"name"`
	Owner   string           `toml:"owner" json:"owner"`
	Intents string           `toml:"intents" json:"intents"`
}

// Guild is a guild with its roles and channels. Members are names of users and bots; each bot also gets a role of its own
// with BotPermissions, which is ADMINISTRATOR when left out.
type Guild struct {
	ID             guildhall.GuildID `toml:"id" json:"id"`
	Name           string            `toml:"name" json:"name"`
	Owner          string            `toml:"owner" json:"owner"`
	Roles          []Role            `toml:"roles" json:"roles"`
	Channels       []Channel         `toml:"channels" json:"channels"`
	Members        []Member          `toml:"members" json:"members"`
	BotPermissions *uint64           `toml:"bot_permissions" json:"bot_permissions"`
}

// Role is a role of a guild; the first one named "@everyone" changes that role.
type Role struct {
	ID          guildhall.RoleID `toml:"id" json:"id"`
	Name        string           `toml:"name" json:"name"`
	Permissions *uint64          `toml:"permissions" json:"permissions"`
	Color       int              `toml:"color" json:"color"`
	Hoist       bool             `toml:"hoist" json:"hoist"`
	Mentionable bool             `toml:"mentionable" json:"mentionable"`
}

// Channel is a text channel, or a category.
type Channel struct {
	ID       guildhall.ChannelID `toml:"id" json:"id"`
	Name     string              `toml:"name" json:"name"`
	Topic    string              `toml:"topic" json:"topic"`
	Category bool                `toml:"category" json:"category"`
	Parent   string              `toml:"parent" json:"parent"`
}

// Member is a member of a guild by the name of its user or bot.
type Member struct {
	Name  string   `toml:"name" json:"name"`
	Nick  string   `toml:"nick" json:"nick"`
	Roles []string `toml:"roles" json:"roles"`
}

//go:embed default.toml
var embedded []byte

// Default is the world that --dev starts with.
func Default() (*World, error) { return Parse("default.toml", embedded) }

// Parse reads a world file: JSON where the name says so, else TOML. An unknown key or a name that nothing bears is an
// error that says where.
func Parse(name string, content []byte) (*World, error) {
	w := new(World)
	if err := decode(name, content, w); err != nil {
		return nil, fmt.Errorf("world %s: %w", name, err)
	}
	if err := w.complete(); err != nil {
		return nil, fmt.Errorf("world %s: %w", name, err)
	}
	return w, nil
}

func decode(name string, content []byte, w *World) error {
	if strings.EqualFold(filepath.Ext(name), ".json") {
		d := json.NewDecoder(bytes.NewReader(content))
		d.DisallowUnknownFields()
		return d.Decode(w)
	}
	d := toml.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	err := d.Decode(w)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		return fmt.Errorf("unknown key:\n%s", strict.String())
	}
	var syntax *toml.DecodeError
	if errors.As(err, &syntax) {
		line, column := syntax.Position()
		return fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	return err
}

// complete gives ids where the file has none, and checks what refers to what.
func (w *World) complete() error {
	names := make(map[string]bool)
	for i := range w.Users {
		u := &w.Users[i]
		if err := claimName(names, u.Name); err != nil {
			return fmt.Errorf("users[%d]: %w", i, err)
		}
		if u.ID == 0 {
			u.ID = guildhall.UserID(fixedID(userSlots+guildhall.Slot(i), i))
		}
	}
	for i := range w.Bots {
		b := &w.Bots[i]
		if err := claimName(names, b.Name); err != nil {
			return fmt.Errorf("bots[%d]: %w", i, err)
		}
		if b.ID == 0 {
			b.ID = guildhall.UserID(fixedID(botSlots+guildhall.Slot(i), i))
		}
		if b.Owner != "" && w.user(b.Owner) == nil {
			return fmt.Errorf("bots[%d].owner: no user is named %q", i, b.Owner)
		}
		if !slices.Contains([]string{"", "all", "none"}, b.Intents) {
			return fmt.Errorf("bots[%d].intents: %q is neither \"all\" nor \"none\"", i, b.Intents)
		}
	}
	for i := range w.Guilds {
		if err := w.completeGuild(i); err != nil {
			return fmt.Errorf("guilds[%d].%w", i, err)
		}
	}
	return nil
}

func claimName(names map[string]bool, name string) error {
	if name == "" {
		return errors.New("a name is needed")
	}
	if names[name] {
		return fmt.Errorf("the name %q is there twice", name)
	}
	names[name] = true
	return nil
}

func (w *World) completeGuild(i int) error {
	g := &w.Guilds[i]
	if g.Name == "" {
		return errors.New("name: a name is needed")
	}
	if w.user(g.Owner) == nil {
		return fmt.Errorf("owner: no user is named %q", g.Owner)
	}
	if g.ID == 0 {
		g.ID = guildhall.GuildID(fixedID(guildSlots+guildhall.Slot(i), i))
	}
	next := g.ID.Slot().Next(guildhall.Snowflake(g.ID), 0)
	roles := map[string]bool{"@everyone": true}
	for k := range g.Roles {
		r := &g.Roles[k]
		if r.Name == "" {
			return fmt.Errorf("roles[%d].name: a name is needed", k)
		}
		roles[r.Name] = true
		if r.Name == "@everyone" {
			r.ID = guildhall.RoleID(g.ID)
		}
		next = fill(&r.ID, next)
	}
	for k := range g.Channels {
		c := &g.Channels[k]
		if c.Parent != "" && !slices.ContainsFunc(g.Channels, func(p Channel) bool { return p.Category && p.Name == c.Parent }) {
			return fmt.Errorf("channels[%d].parent: no category is named %q", k, c.Parent)
		}
		next = fill(&c.ID, next)
	}
	for k := range g.Members {
		m := &g.Members[k]
		if w.user(m.Name) == nil && w.bot(m.Name) == nil {
			return fmt.Errorf("members[%d].name: no user or bot is named %q", k, m.Name)
		}
		for _, name := range m.Roles {
			if !roles[name] {
				return fmt.Errorf("members[%d].roles: no role is named %q", k, name)
			}
		}
	}
	return nil
}

func (w *World) user(name string) *User {
	i := slices.IndexFunc(w.Users, func(u User) bool { return u.Name == name })
	if i < 0 {
		return nil
	}
	return &w.Users[i]
}

func (w *World) bot(name string) *Bot {
	i := slices.IndexFunc(w.Bots, func(b Bot) bool { return b.Name == name })
	if i < 0 {
		return nil
	}
	return &w.Bots[i]
}
