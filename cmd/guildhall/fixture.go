package main

import (
	"context"
	"encoding/json"
	"errors"
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
	return int64(s.Users + s.Bots + s.Guilds*(1+max(s.members()-1, 0)+s.Bots))
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
	people := make([]guildhall.User, size.Users)
	person := func(ctx context.Context, i int) error {
		var err error
		f.Users[i], people[i], err = o.person(ctx, fmt.Sprintf("u%s_%d", prefix, i), hash)
		made.Add(1)
		return err
	}
	if size.Users > 0 {
		if err := person(ctx, 0); err != nil {
			return nil, err
		}
	}
	err = each(ctx, size.Guilds, func(ctx context.Context, i int) error {
		var err error
		f.Guilds[i], err = o.guild(ctx, fmt.Sprintf("Guild %s %d", prefix, i), people[0])
		made.Add(1)
		return err
	})
	if err != nil {
		return nil, err
	}
	members := size.members()
	// People join as soon as they are made, while their owners still have them in memory.
	err = each(ctx, groups(size.Users-1), func(ctx context.Context, n int) error {
		first := 1 + n*guildhall.AddMembersMax
		last := min(first+guildhall.AddMembersMax, size.Users)
		for i := first; i < last; i++ {
			if err := person(ctx, i); err != nil {
				return err
			}
		}
		return o.joinAll(ctx, f.Guilds, people[min(first, members):min(last, members)], made)
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, size.Bots, func(ctx context.Context, i int) error {
		var err error
		f.Bots[i], err = o.administrator(ctx, api.NewBot{Name: fmt.Sprintf("bot%s_%d", prefix, i), Owner: people[0].ID, Flags: intentFlags(true)}, f.Guilds, made)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, o.settle(ctx)
}

// settle waits until everybody knows of the guilds that they are in: a server that is started on the folder would do that
// first. On a server with traffic of its own there is always something, so that it does not wait for long.
func (o *operations) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	look := time.NewTicker(settleEvery)
	defer look.Stop()
	for o.waiting() > 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil
			}
			return context.Cause(ctx)
		}
	}
	return nil
}

// members is how many people join every guild, the owner among them.
func (s fixtureSize) members() int {
	if s.Members < 0 {
		return s.Users
	}
	return min(s.Members, s.Users)
}

// groups is in how many groups people join.
func groups(people int) int {
	return (max(people, 0) + guildhall.AddMembersMax - 1) / guildhall.AddMembersMax
}

// person makes somebody who can log in.
func (o *operations) person(ctx context.Context, name, hash string) (fixturePerson, guildhall.User, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	p := fixturePerson{Name: name, Email: name + "@example.invalid", Password: fixturePassword}
	self, err := o.operator.CreateUser(ctx, api.NewUser{Username: name, Email: &p.Email, PasswordHash: hash})
	if err != nil {
		return p, guildhall.User{}, err
	}
	p.ID = self.ID
	p.Token, err = o.operator.NewToken(ctx, self.User)
	return p, self.User, err
}

// joinAll makes people members of all guilds.
func (o *operations) joinAll(ctx context.Context, guilds []madeGuild, people []guildhall.User, made *atomic.Int64) error {
	if len(people) == 0 {
		return nil
	}
	for _, g := range guilds {
		ctx, cancel := context.WithTimeout(ctx, stepTimeout)
		err := o.operator.AddMembers(ctx, g.ID, people)
		cancel()
		if err != nil {
			return err
		}
		made.Add(int64(len(people)))
	}
	return nil
}

// administrator makes a bot that is an administrator of all guilds.
func (o *operations) administrator(ctx context.Context, n api.NewBot, guilds []madeGuild, made *atomic.Int64) (madeBot, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	b, err := o.bot(ctx, n)
	if err != nil {
		return b, err
	}
	made.Add(1)
	user, err := o.operator.User(ctx, b.ID)
	if err != nil {
		return b, err
	}
	for _, g := range guilds {
		_, err := o.operator.AddMember(ctx, g.ID, guildhall.AddMember{User: user, Managed: guildhall.Some(guildhall.PermissionAdministrator)})
		if err != nil {
			return b, err
		}
		made.Add(1)
	}
	return b, nil
}

// stepTimeout bounds the making of one thing, or of one group of members.
const stepTimeout = 30 * time.Second

const (
	settleTimeout = time.Minute
	settleEvery   = 10 * time.Millisecond
)

// each does n things, some at a time.
func each(ctx context.Context, n int, do func(context.Context, int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fixtureWorkers)
	for i := range n {
		group.Go(func() error { return do(ctx, i) })
	}
	return group.Wait()
}

const fixtureSummary = `Makes bots, people and guilds for a test: in a data folder that no server uses, or on a running server.
Each guild has a text channel. The first user owns everything; every bot is an administrator of every guild.`

func fixtureCommand(ctx context.Context, s streams, args []string) error {
	f := flagSet("fixture")
	where := whereFlags(f)
	where.filling = true
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
	if err := caller.finish(); err != nil {
		return fmt.Errorf("write the folder: %w", err)
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
