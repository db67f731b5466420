package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"guildhall"
	"guildhall/api"
)

const (
	// fixtureWorkers is how many things of a fixture are made at a time: enough for large appends.
	fixtureWorkers = 256
	// fixtureMax bounds each number of a fixture.
	fixtureMax = 1_000_000
	// fixturePassword is the password of all users of a fixture: for tests, and no secret.
	fixturePassword = "fixture password"
)

// fixtureSize is what is asked for.
type fixtureSize struct {
	Bots    int `json:"bots"`
	Users   int `json:"users"`
	Guilds  int `json:"guilds"`
	Members int `json:"members"` // of the users; negative: all
}

// madeFixture is what a program needs to use it.
type madeFixture struct {
	Guilds []madeGuild     `json:"guilds"`
	Bots   []madeBot       `json:"bots"`
	Users  []fixturePerson `json:"users"`
}

type fixturePerson struct {
	ID       guildhall.UserID `json:"id"`
	Name     string           `json:"name"`
	Token    string           `json:"token"`
	Email    string           `json:"email"`
	Password string           `json:"password"`
}

// makeFixture makes people, bots and guilds. The first user owns all of it; every bot is an administrator of every guild.
func (o *operations) makeFixture(ctx context.Context, size fixtureSize) (*madeFixture, error) {
	return o.fixture(ctx, size, new(atomic.Int64))
}

func (s fixtureSize) check() error {
	for name, n := range map[string]int{"bots": s.Bots, "users": s.Users, "guilds": s.Guilds} {
		if n < 0 || n > fixtureMax {
			return guildhall.BadField("NUMBER_TYPE_MAX", fmt.Sprintf("Must be between 0 and %d.", fixtureMax), name)
		}
	}
	if s.Users == 0 && s.Bots+s.Guilds > 0 {
		return guildhall.BadField("NUMBER_TYPE_MIN", "Bots and guilds need an owner: ask for one user at least.", "users")
	}
	return nil
}

// steps is how many things will be made.
func (s fixtureSize) steps() int64 {
	members := s.Members
	if members < 0 || members > s.Users {
		members = s.Users
	}
	return int64(s.Users + s.Bots + s.Guilds*(1+max(members-1, 0)+s.Bots))
}

func (o *operations) fixture(ctx context.Context, size fixtureSize, made *atomic.Int64) (*madeFixture, error) {
	if err := size.check(); err != nil {
		return nil, err
	}
	hash, err := o.operator.HashPassword(ctx, fixturePassword)
	if err != nil {
		return nil, err
	}
	// Names are unique for good, so that a second fixture beside the first one needs others.
	prefix := randomHex(4)
	f := &madeFixture{
		Guilds: make([]madeGuild, size.Guilds), Bots: make([]madeBot, size.Bots), Users: make([]fixturePerson, size.Users),
	}
	people, bots := make([]guildhall.User, size.Users), make([]guildhall.User, size.Bots)
	err = each(ctx, size.Users, made, func(ctx context.Context, i int) error {
		f.Users[i] = fixturePerson{
			Name: fmt.Sprintf("u%s_%d", prefix, i), Email: fmt.Sprintf("u%s_%d@example.invalid", prefix, i), Password: fixturePassword,
		}
		p := &f.Users[i]
		self, err := o.operator.CreateUser(ctx, api.NewUser{Username: p.Name, Email: &p.Email, PasswordHash: hash})
		if err != nil {
			return err
		}
		p.ID, people[i] = self.ID, self.User
		p.Token, err = o.operator.NewToken(ctx, self.User)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, size.Bots, made, func(ctx context.Context, i int) error {
		var err error
		f.Bots[i], err = o.bot(ctx, api.NewBot{Name: fmt.Sprintf("bot%s_%d", prefix, i), Owner: people[0].ID, Flags: intentFlags(true)})
		if err != nil {
			return err
		}
		bots[i], err = o.operator.User(ctx, f.Bots[i].ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	members := people
	if size.Members >= 0 && size.Members < len(people) {
		members = people[:size.Members]
	}
	err = each(ctx, size.Guilds, made, func(ctx context.Context, i int) error {
		var err error
		f.Guilds[i], err = o.guild(ctx, fmt.Sprintf("Guild %s %d", prefix, i), people[0])
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, o.join(ctx, f, members, bots, made)
}

// join makes everybody but the owner, who is one already, a member of every guild.
func (o *operations) join(ctx context.Context, f *madeFixture, members, bots []guildhall.User, made *atomic.Int64) error {
	for _, g := range f.Guilds {
		if len(members) > 1 {
			err := each(ctx, len(members)-1, made, func(ctx context.Context, i int) error {
				_, err := o.operator.AddMember(ctx, g.ID, guildhall.AddMember{User: members[i+1]})
				return err
			})
			if err != nil {
				return err
			}
		}
		err := each(ctx, len(bots), made, func(ctx context.Context, i int) error {
			_, err := o.operator.AddMember(ctx, g.ID, guildhall.AddMember{
				User: bots[i], Managed: guildhall.Some(guildhall.PermissionAdministrator),
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stepTimeout bounds the making of one thing.
const stepTimeout = 30 * time.Second

// each makes n things, some at a time, and counts them.
func each(ctx context.Context, n int, made *atomic.Int64, do func(context.Context, int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fixtureWorkers)
	for i := range n {
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, stepTimeout)
			defer cancel()
			if err := do(ctx, i); err != nil {
				return err
			}
			made.Add(1)
			return nil
		})
	}
	return group.Wait()
}

const fixtureSummary = `Makes bots, people and guilds for a test: in a data folder that no server uses, or on a running server.
Each guild has a text channel. The first user owns everything; every bot is an administrator of every guild.`

func fixtureCommand(ctx context.Context, s streams, args []string) error {
	f := flagSet("fixture")
	where := whereFlags(f)
	bots := f.Int("bots", 1, "`N` bots, with all privileged intents")
	users := f.Int("users", 1, "`N` people")
	guilds := f.Int("guilds", 1, "`N` guilds")
	members := f.String("members", "all", "how many of the people join every guild: `all` or a number")
	asJSON := f.Bool("json", false, "print JSON")
	if _, err := parse(f, s, fixtureSummary, args); err != nil {
		return helpOr(err)
	}
	size := fixtureSize{Bots: *bots, Users: *users, Guilds: *guilds, Members: -1}
	if *members != "all" {
		if _, err := fmt.Sscan(*members, &size.Members); err != nil || size.Members < 0 {
			return usagef("fixture: --members is \"all\" or a number, not %q", *members)
		}
	}
	caller, err := where.open(ctx, s)
	if err != nil {
		return err
	}
	defer caller.close()
	var made madeFixture
	stop := caller.progress(s, "making the fixture", size.steps())
	err = caller.call(ctx, "fixture", size, &made)
	stop()
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(s.out).Encode(made)
	}
	for _, g := range made.Guilds {
		fmt.Fprintf(s.out, "guild %s channel %s\n", g.ID, g.ChannelID)
	}
	for _, b := range made.Bots {
		fmt.Fprintf(s.out, "bot   %s token %s\n", b.ID, b.Token)
	}
	for _, u := range made.Users {
		fmt.Fprintf(s.out, "user  %s %s token %s\n", u.ID, u.Name, u.Token)
	}
	return nil
}
