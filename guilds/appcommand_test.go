package guilds

import (
	"fmt"
	"slices"
	"testing"

	"guildhall"
)

const botApp = guildhall.ApplicationID(botID)

func chatCommand(name string) guildhall.PutAppCommand {
	return guildhall.PutAppCommand{
		Application: botApp, Type: guildhall.AppCommandChatInput, Name: guildhall.Some(name), Description: guildhall.Some("d"),
	}
}

// TestAppCommandUpsert: a command of the same type and name is the same command, with a new version only if it differs.
func TestAppCommandUpsert(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	put := func(p guildhall.PutAppCommand) guildhall.PutAppCommandAnswer {
		return read[guildhall.PutAppCommandAnswer](t, h.must(botID, 0, guildhall.CommandAppCommandPut, p).reply)
	}
	first := put(chatCommand("roll"))
	again := put(chatCommand("roll"))
	changed := chatCommand("roll")
	changed.Description = guildhall.Some("else")
	third := put(changed)
	if !first.Created || again.Created || third.Created {
		t.Errorf("created: %v %v %v", first.Created, again.Created, third.Created)
	}
	if first.Command.ID != third.Command.ID || first.Command.Version != again.Command.Version || third.Command.Version <= first.Command.Version {
		t.Errorf("ids and versions: %+v %+v %+v", first.Command, again.Command, third.Command)
	}
	user := chatCommand("roll")
	user.Type, user.Description = guildhall.AppCommandUser, guildhall.Optional[string]{}
	if other := put(user); !other.Created || other.Command.ID == first.Command.ID {
		t.Errorf("a command of another type: %+v", other)
	}
	for i := range 4 {
		user.Name = guildhall.Some(fmt.Sprint(i))
		put(user)
	}
	user.Name = guildhall.Some("sixth")
	h.refuse(documented.Exceeded(guildhall.LimitContextCommands), botID, 0, guildhall.CommandAppCommandPut, user)
	h.refuse(errNotYourApplication, adminID, 0, guildhall.CommandAppCommandPut, chatCommand("x"))
	h.refuse(guildhall.ErrUnknownGuild, strangerID, 0, guildhall.CommandAppCommandPut, chatCommand("x"))
}

// TestAppCommandOverwrite: what stays keeps its id, what is not named goes, with what was set for it.
func TestAppCommandOverwrite(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	set := func(names ...string) []guildhall.ApplicationCommand {
		f := guildhall.SetAppCommands{Application: botApp}
		for _, n := range names {
			f.Commands = append(f.Commands, chatCommand(n))
		}
		return read[[]guildhall.ApplicationCommand](t, h.must(botID, 0, guildhall.CommandAppCommandsSet, f).reply)
	}
	before := set("a", "b", "c")
	h.must(ownerID, 0, guildhall.CommandAppCommandPermit, guildhall.AppCommandPermissions{
		ID: before[0].ID, ApplicationID: botApp, Permissions: []guildhall.AppCommandPermission{{ID: guildhall.Snowflake(plainID), Type: 2}},
	})
	after := set("c", "d")
	if after[0].ID != before[2].ID || after[0].Version != before[2].Version || len(after) != 2 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if left := h.view().AllAppCommandPermissions(botApp); len(left) != 0 {
		t.Errorf("permissions of a deleted command stay: %v", left)
	}
	if d := h.must(botID, 0, guildhall.CommandAppCommandsSet, guildhall.SetAppCommands{
		Application: botApp, Commands: []guildhall.PutAppCommand{chatCommand("c"), chatCommand("d")},
	}); len(d.rows) != 0 {
		t.Errorf("setting the same again writes %d rows", len(d.rows))
	}
	h.must(botID, 0, guildhall.CommandAppCommandDelete, guildhall.AppCommandRef{Application: botApp, ID: after[0].ID})
	h.refuse(errUnknownAppCommand, botID, 0, guildhall.CommandAppCommandDelete, guildhall.AppCommandRef{Application: botApp, ID: after[0].ID})
	twice := chatCommand("d")
	made := read[guildhall.PutAppCommandAnswer](t, h.must(botID, 0, guildhall.CommandAppCommandPut, chatCommand("e")).reply)
	twice.ID = made.Command.ID
	if _, err := h.do(botID, 0, guildhall.CommandAppCommandModify, twice); err == nil {
		t.Error("a command took another's name")
	}
	h.must(ownerID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: botID})
	if left := h.view().AppCommands(0); len(left) != 0 {
		t.Errorf("commands of a bot that left: %v", left)
	}
}

// TestGlobalAppCommands: an application's object tells its guilds what has changed, and those that its bot joins all.
func TestGlobalAppCommands(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{Username: "bot", Application: &guildhall.Application{OwnerID: 5}})
	app := guildhall.ApplicationID(id)
	b.must(system, 0, joined, guildJoined{GuildRef: guildhall.GuildRef{ID: 77}})
	p := chatCommand("roll")
	p.Application = app
	d := b.must(id, 0, guildhall.CommandAppCommandPut, p)
	if len(d.followUps) != 1 || d.followUps[0].To != guildhall.GuildObject(77) {
		t.Fatalf("told %v", d.followUps)
	}
	told := read[guildhall.GlobalAppCommands](t, d.followUps[0].Body)
	if told.All || len(told.Put) != 1 || told.Put[0].Name != "roll" {
		t.Errorf("told %+v", told)
	}
	if d = b.must(id, 0, guildhall.CommandAppCommandPut, p); len(d.followUps) != 0 {
		t.Error("told of nothing new")
	}
	b.refuse(guildhall.ErrMissingAccess, plainID, 0, guildhall.CommandAppCommandPut, p)
	// The guild knows the bot as it was: both come in one follow-up, since of two only the first would be taken.
	old := person(id, "old name")
	d = b.must(system, 0, joined, guildJoined{GuildRef: guildhall.GuildRef{ID: 78}, User: &old})
	if len(d.followUps) != 1 {
		t.Fatalf("%d follow-ups to one guild", len(d.followUps))
	}
	whole := read[guildhall.GlobalAppCommands](t, d.followUps[0].Body)
	if !whole.All || len(whole.Put) != 1 || whole.User == nil || whole.User.Username != "bot" {
		t.Errorf("told %+v", whole)
	}
	d = b.must(id, 0, guildhall.CommandAppCommandDelete, guildhall.AppCommandRef{Application: app, ID: whole.Put[0].ID})
	if gone := read[guildhall.GlobalAppCommands](t, d.followUps[0].Body).Gone; len(d.followUps) != 2 || !slices.Contains(gone, whole.Put[0].ID) {
		t.Errorf("told %v of the end", gone)
	}
}

// TestGuildTakesGlobalAppCommands: the copy follows what the application says, and leaves the guild's own commands alone.
func TestGuildTakesGlobalAppCommands(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	own := read[guildhall.PutAppCommandAnswer](t, h.must(botID, 0, guildhall.CommandAppCommandPut, chatCommand("own")).reply).Command
	global := func(id guildhall.Snowflake, name string) *guildhall.ApplicationCommand {
		return &guildhall.ApplicationCommand{ID: id, ApplicationID: botApp, Type: 1, Name: name}
	}
	say := func(g guildhall.GlobalAppCommands) {
		g.Application = botApp
		h.must(system, 0, guildhall.CommandAppCommandsGlobal, g)
	}
	names := func() string {
		var all []string
		for _, c := range h.view().AppCommands(botApp) {
			all = append(all, c.Name)
		}
		slices.Sort(all)
		return fmt.Sprint(all)
	}
	say(guildhall.GlobalAppCommands{All: true, Put: []*guildhall.ApplicationCommand{global(1, "a"), global(2, "b")}})
	say(guildhall.GlobalAppCommands{Put: []*guildhall.ApplicationCommand{global(2, "bb")}, Gone: []guildhall.Snowflake{1, own.ID}})
	if got := names(); got != "[bb own]" {
		t.Errorf("commands %s", got)
	}
	say(guildhall.GlobalAppCommands{All: true, Put: []*guildhall.ApplicationCommand{global(3, "c")}})
	if got := names(); got != "[c own]" {
		t.Errorf("commands %s", got)
	}
	h.refuse(guildhall.ErrMissingAccess, botID, 0, guildhall.CommandAppCommandsGlobal, guildhall.GlobalAppCommands{Application: botApp})
	shown := ask[[]guildhall.ApplicationCommand](h.bench, botID, 0, guildhall.QueryAppCommands, guildhall.AppCommandRef{Application: botApp})
	if len(shown) != 1 || shown[0].Name != "own" {
		t.Errorf("the guild's own commands are %+v", shown)
	}
}

// TestAppCommandMayUse walks the rules by which a command is a member's to use.
func TestAppCommandMayUse(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	command := read[guildhall.PutAppCommandAnswer](t, h.must(botID, 0, guildhall.CommandAppCommandPut, chatCommand("roll")).reply).Command
	set := func(id guildhall.Snowflake, all ...guildhall.AppCommandPermission) {
		t.Helper()
		h.must(ownerID, 0, guildhall.CommandAppCommandPermit, guildhall.AppCommandPermissions{ID: id, ApplicationID: botApp, Permissions: all})
	}
	usable := func(user guildhall.UserID) bool {
		t.Helper()
		index := ask[guildhall.AppCommandIndex](h.bench, user, h.general, guildhall.QueryAppCommandIndex, nil)
		return len(index.Commands) == 1 && len(index.Applications) == 1
	}
	check := func(what string, user guildhall.UserID, want bool) {
		t.Helper()
		if got := usable(user); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	whole := guildhall.Snowflake(botApp)
	everyone := guildhall.AppCommandPermission{ID: guildhall.Snowflake(h.everyone), Type: 1}
	allChannels := guildhall.AppCommandPermission{ID: guildhall.Snowflake(h.id) - 1, Type: 3}
	check("nothing is set", plainID, true)
	set(command.ID, everyone)
	check("denied to everyone", plainID, false)
	check("denied to everyone, an administrator", adminID, true)
	set(command.ID, everyone, guildhall.AppCommandPermission{ID: guildhall.Snowflake(plainID), Type: 2, Permission: true})
	check("denied to everyone, allowed to the user", plainID, true)
	set(command.ID, everyone, guildhall.AppCommandPermission{ID: guildhall.Snowflake(h.mod), Type: 1, Permission: true})
	check("allowed to a role", modID, true)
	check("allowed to another's role", plainID, false)
	set(command.ID, allChannels)
	check("denied in all channels", plainID, false)
	set(command.ID, allChannels, guildhall.AppCommandPermission{ID: guildhall.Snowflake(h.general), Type: 3, Permission: true})
	check("allowed in this one", plainID, true)
	set(command.ID)
	set(whole, everyone)
	check("the application denied to everyone", plainID, false)
	set(command.ID, guildhall.AppCommandPermission{ID: guildhall.Snowflake(plainID), Type: 2, Permission: true})
	check("the application denied, the command allowed", plainID, true)
	set(whole)
	set(command.ID)
	p := chatCommand("roll")
	p.DefaultMemberPermissions = guildhall.Some(guildhall.PermissionManageMessages)
	h.must(botID, 0, guildhall.CommandAppCommandPut, p)
	check("without the default permission", plainID, false)
	check("with the default permission", modID, true)
	p.DefaultMemberPermissions = guildhall.Some(guildhall.Permissions(0))
	h.must(botID, 0, guildhall.CommandAppCommandPut, p)
	check("for administrators only", modID, false)
	p = chatCommand("roll")
	p.NSFW = guildhall.Some(true)
	h.must(botID, 0, guildhall.CommandAppCommandPut, p)
	check("age-restricted elsewhere", plainID, false)
	h.must(botID, 0, guildhall.CommandAppCommandPut, chatCommand("roll"))
	h.deny(h.general, guildhall.PermissionUseApplicationCommands)
	check("without USE_APPLICATION_COMMANDS", plainID, false)
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandAppCommandPermit, guildhall.AppCommandPermissions{ID: command.ID, ApplicationID: botApp})
}

// TestAppCommandPermissionsAreTold: to the application and to those who look after the guild.
func TestAppCommandPermissionsAreTold(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	command := read[guildhall.PutAppCommandAnswer](t, h.must(botID, 0, guildhall.CommandAppCommandPut, chatCommand("roll")).reply).Command
	set := guildhall.AppCommandPermissions{
		ID: command.ID, ApplicationID: botApp, Permissions: []guildhall.AppCommandPermission{{ID: guildhall.Snowflake(h.low), Type: 1, Permission: true}},
	}
	e, data := event(t, h.must(ownerID, 0, guildhall.CommandAppCommandPermit, set), "APPLICATION_COMMAND_PERMISSIONS_UPDATE")
	if !slices.Equal(e.Audience.Users, []guildhall.UserID{botID}) || e.Audience.Unlisted != guildhall.PermissionManageGuild || e.Audience.Intents != 0 {
		t.Errorf("audience %+v", e.Audience)
	}
	if data["id"] != command.ID.String() || data["guild_id"] != h.id.String() || len(data["permissions"].([]any)) != 1 {
		t.Errorf("data %v", data)
	}
	if d := h.must(ownerID, 0, guildhall.CommandAppCommandPermit, set); len(d.events) != 0 {
		t.Error("setting the same again is told")
	}
	list := ask[[]guildhall.AppCommandPermissions](h.bench, botID, 0, guildhall.QueryAppCommandPermissions, guildhall.AppCommandRef{Application: botApp})
	one := ask[guildhall.AppCommandPermissions](h.bench, botID, 0, guildhall.QueryAppCommandPermissions, guildhall.AppCommandRef{Application: botApp, ID: command.ID})
	if len(list) != 1 || one.ID != command.ID || one.GuildID != h.id {
		t.Errorf("list %+v, one %+v", list, one)
	}
	if _, err := h.query(plainID, 0, guildhall.QueryAppCommandPermissions, guildhall.AppCommandRef{Application: botApp}); err == nil {
		t.Error("anyone may read what is set")
	}
}

// TestAppPermissionsOfWhatIsDeleted: a role or channel that goes takes along what was set for it, and nothing else.
func TestAppPermissionsOfWhatIsDeleted(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	command := read[guildhall.PutAppCommandAnswer](t, h.must(botID, 0, guildhall.CommandAppCommandPut, chatCommand("roll")).reply).Command
	h.must(ownerID, 0, guildhall.CommandAppCommandPermit, guildhall.AppCommandPermissions{
		ID: command.ID, ApplicationID: botApp, Permissions: []guildhall.AppCommandPermission{
			{ID: guildhall.Snowflake(h.low), Type: 1}, {ID: guildhall.Snowflake(h.general), Type: 3}, {ID: guildhall.Snowflake(plainID), Type: 2},
		},
	})
	left := func() int { return len(h.view().AppCommandPermissions(botApp, command.ID).Permissions) }
	h.must(ownerID, 0, guildhall.CommandRoleDelete, guildhall.RoleFields{ID: h.low})
	if n := left(); n != 2 {
		t.Errorf("%d are left", n)
	}
	h.must(ownerID, h.general, guildhall.CommandChannelDelete, nil)
	if n := left(); n != 1 {
		t.Errorf("%d are left", n)
	}
}
