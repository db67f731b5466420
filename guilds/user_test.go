package guilds

import (
	"slices"
	"strings"
	"testing"

	"guildhall"
)

const (
	userName = guildhall.CommandUserModify
	joined   = guildhall.CommandUserGuildJoined
)

func newUser(t testingT, f guildhall.CreateUser) (*bench, guildhall.UserID) {
	t.Helper()
	id := guildhall.Slot(9).Next(0, 1_700_000_000_000)
	b := newBench(t, guildhall.UserObject(guildhall.UserID(id)))
	b.must(system, 0, guildhall.CommandUserCreate, f)
	return b, guildhall.UserID(id)
}

func TestUserCreate(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{
		Username: "mira", Account: guildhall.Account{Operator: true, PasswordHash: "h"},
		Tokens: []guildhall.Token{{Hash: "a", Kind: "login"}},
	})
	self := ask[guildhall.Self](b, id, 0, guildhall.QuerySelf, nil)
	if self.ID != id || self.Username != "mira" || self.Discriminator != "0" || self.Bot {
		t.Errorf("self %+v", self)
	}
	account := ask[guildhall.AccountAnswer](b, system, 0, guildhall.QueryAccount, nil)
	if !account.Account.Operator || account.Account.PasswordHash != "h" || len(account.Tokens) != 1 || account.Tokens[0].CreatedAt == 0 || account.Application != nil {
		t.Errorf("account %+v", account)
	}
	b.refuse(guildhall.ErrInvalidForm, system, 0, guildhall.CommandUserCreate, guildhall.CreateUser{Username: "again"})
	for _, row := range b.state.snapshot(nil).Rows {
		if strings.Contains(string(row.Value), "password") {
			t.Errorf("a snapshot holds %s", row.Value)
		}
	}
}

func TestBotCreate(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{Username: "Anvil Bot", Application: &guildhall.Application{OwnerID: 5, Flags: guildhall.ApplicationPresence}})
	self := ask[guildhall.Self](b, id, 0, guildhall.QuerySelf, nil)
	if !self.Bot || len(self.Discriminator) != 4 || self.Discriminator == "0000" {
		t.Errorf("self %+v", self)
	}
	app := ask[map[string]any](b, id, 0, guildhall.QueryApplication, nil)
	if app["id"] != id.String() || app["name"] != "Anvil Bot" || app["owner_id"] != "5" || app["flags"] != 4096.0 || app["flags_new"] != "4096" ||
		app["bot"].(map[string]any)["username"] != "Anvil Bot" {
		t.Errorf("application %v", app)
	}
	// Its own side may change the limited flags only.
	all := guildhall.ModifyApplication{Flags: guildhall.Some(guildhall.ApplicationMessageContent | guildhall.ApplicationMessageContentLimited), Description: guildhall.Some("d")}
	for _, actor := range []guildhall.UserID{id, 5} {
		b.must(actor, 0, guildhall.CommandApplicationModify, all)
		app = ask[map[string]any](b, 5, 0, guildhall.QueryApplication, nil)
		if app["flags"] != float64(guildhall.ApplicationPresence|guildhall.ApplicationMessageContentLimited) || app["description"] != "d" {
			t.Errorf("application after its own change: %v", app)
		}
	}
	b.must(system, 0, guildhall.CommandApplicationModify, all)
	if app = ask[map[string]any](b, id, 0, guildhall.QueryApplication, nil); app["flags"] != float64(all.Flags.Value) {
		t.Errorf("application after the operator's change: %v", app)
	}
	b.refuse(guildhall.ErrMissingAccess, 6, 0, guildhall.CommandApplicationModify, all)
	d := b.must(id, 0, userName, guildhall.ModifyUser{GlobalName: guildhall.Some("Display")})
	if len(d.rows) != 0 {
		t.Error("a bot has a display name")
	}
}

func TestDiscriminatorIsAlwaysFourDigits(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range guildhall.UserID(5000) {
		d := discriminator(1_700_000<<22|i<<12, true)
		if len(d) != 4 || d == "0000" || d < "0001" || d > "9999" {
			t.Fatalf("%q", d)
		}
		seen[d] = true
	}
	if len(seen) < 1000 {
		t.Errorf("only %d discriminators for 5,000 bots", len(seen))
	}
}

func TestUsernames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		person, bot bool
	}{
		{"mira", true, true}, {"m.i_ra9", true, true}, {"m", false, false}, {"", false, false}, {"Mira", false, true},
		{"mi ra", false, true}, {"mi..ra", false, true}, {"mi-ra", false, true}, {"everyone", true, false}, {"a@b", false, false},
		{"a#b", false, false}, {"a:b", false, false}, {"MyDiscord", false, false}, {strings.Repeat("a", 33), false, false},
		{strings.Repeat("a", 32), true, true},
	}
	for _, test := range tests {
		if err := checkUsername(test.name, false); (err == nil) != test.person {
			t.Errorf("person %q: %v", test.name, err)
		}
		if err := checkUsername(test.name, true); (err == nil) != test.bot {
			t.Errorf("bot %q: %v", test.name, err)
		}
	}
}

func TestUserModify(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{Username: "mira", Tokens: []guildhall.Token{{Hash: "a", Kind: "login"}, {Hash: "b", Kind: "bot"}}})
	b.must(system, 0, joined, guildhall.GuildRef{ID: 77, JoinedAt: 1})
	b.must(system, 0, joined, guildhall.GuildRef{ID: 78, JoinedAt: 1})
	d := b.must(id, 0, userName, guildhall.ModifyUser{Username: guildhall.Some("mirabel"), Avatar: guildhall.Some("a_hash"), GlobalName: guildhall.Some("Mira")})
	e, data := event(t, d, "USER_UPDATE")
	if !slices.Equal(e.Audience.Users, []guildhall.UserID{id}) || data["username"] != "mirabel" || data["verified"] == nil {
		t.Errorf("event %+v %v", e.Audience, data)
	}
	if len(d.followUps) != 3 || d.followUps[2].Name != guildhall.CommandClaimRelease || d.followUps[1].To != guildhall.GuildObject(78) || read[guildhall.User](t, d.followUps[1].Body).Username != "mirabel" {
		t.Errorf("follow-ups %+v", d.followUps)
	}
	if d = b.must(id, 0, userName, guildhall.ModifyUser{Username: guildhall.Some("mirabel")}); len(d.rows)+len(d.followUps) != 0 || d.reply == nil {
		t.Error("a change that is none")
	}
	b.refuse(guildhall.ErrMissingAccess, 5, 0, userName, guildhall.ModifyUser{Username: guildhall.Some("x")})
	b.refuse(guildhall.ErrMissingAccess, id, 0, userName, guildhall.ModifyUser{Disabled: guildhall.Some(true)})
	b.refuse(guildhall.ErrInvalidForm, id, 0, userName, guildhall.ModifyUser{Username: guildhall.Some("x")})
	d = b.must(id, 0, userName, guildhall.ModifyUser{PasswordHash: guildhall.Some("new")})
	account := ask[guildhall.AccountAnswer](b, system, 0, guildhall.QueryAccount, nil)
	if account.Account.PasswordHash != "new" || len(account.Tokens) != 1 || account.Tokens[0].Hash != "b" || len(d.events) != 0 {
		t.Errorf("after a new password: %+v", account)
	}
	b.must(system, 0, userName, guildhall.ModifyUser{Disabled: guildhall.Some(true)})
	if account = ask[guildhall.AccountAnswer](b, system, 0, guildhall.QueryAccount, nil); !account.Account.Disabled {
		t.Error("not disabled")
	}
}

func TestUserGuilds(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{Username: "mira"})
	current := ask[guildhall.User](b, 5, 0, guildhall.QueryUser, nil)
	outdated := current
	outdated.Username = "before"
	d := b.must(system, 0, joined, guildJoined{guildhall.GuildRef{ID: 77, JoinedAt: 1}, &current})
	if len(d.followUps) != 0 || len(d.events) != 0 {
		t.Errorf("joining with the user as it is: %+v", d)
	}
	d = b.must(system, 0, joined, guildJoined{guildhall.GuildRef{ID: 78, JoinedAt: 1}, &outdated})
	if len(d.followUps) != 1 || d.followUps[0].To != guildhall.GuildObject(78) || d.followUps[0].Name != guildhall.CommandMemberUser {
		t.Errorf("joining with an outdated user: %+v", d.followUps)
	}
	if refs := ask[[]guildhall.GuildRef](b, id, 0, guildhall.QueryUserGuilds, nil); len(refs) != 2 || refs[0].ID != 77 {
		t.Errorf("guilds %+v", refs)
	}
	b.must(system, 0, guildhall.CommandUserGuildLeft, guildhall.GuildRef{ID: 77})
	if d = b.must(system, 0, guildhall.CommandUserGuildLeft, guildhall.GuildRef{ID: 77}); len(d.rows) != 0 {
		t.Error("left twice")
	}
	if refs := ask[[]guildhall.GuildRef](b, id, 0, guildhall.QueryUserGuilds, nil); len(refs) != 1 || refs[0].ID != 78 {
		t.Errorf("guilds %+v", refs)
	}
	b.refuse(guildhall.ErrMissingAccess, id, 0, joined, guildhall.GuildRef{ID: 79})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	b, _ := newUser(t, guildhall.CreateUser{Username: "mira"})
	hashes := func() (h []string) {
		for _, token := range ask[guildhall.AccountAnswer](b, system, 0, guildhall.QueryAccount, nil).Tokens {
			h = append(h, token.Hash)
		}
		return h
	}
	for _, hash := range []string{"a", "b", "c", "d"} {
		b.must(system, 0, guildhall.CommandTokenAdd, guildhall.Token{Hash: hash, Kind: "login"})
	}
	b.must(system, 0, guildhall.CommandTokenRemove, guildhall.TokensRemoved{Hashes: []string{"b", "x"}})
	if got := hashes(); !slices.Equal(got, []string{"a", "c", "d"}) {
		t.Errorf("tokens %v", got)
	}
	b.must(system, 0, guildhall.CommandTokenRemove, guildhall.TokensRemoved{Hashes: []string{"d"}, AllExcept: true})
	if got := hashes(); !slices.Equal(got, []string{"d"}) {
		t.Errorf("tokens %v", got)
	}
	b.refuse(guildhall.ErrMissingAccess, guildhall.UserID(b.object.ID), 0, guildhall.CommandTokenAdd, guildhall.Token{Hash: "e"})
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, guildhall.UserObject(9<<12))
	for name := range userCommands {
		b.refuse(guildhall.ErrUnknownUser, system, 0, name, nil)
	}
	for name := range userQueries {
		if _, err := b.query(system, 0, name, nil); !guildhall.ErrUnknownUser.Is(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.refuse(guildhall.ErrInvalidForm, system, 0, guildhall.CommandUserCreate, guildhall.CreateUser{Username: "X"})
	b.refuse(guildhall.ErrMissingAccess, 5, 0, guildhall.CommandUserCreate, guildhall.CreateUser{Username: "mira"})
	if b.state.exists() || b.state.snapshot(nil).Rows != nil {
		t.Error("somebody is there")
	}
}
