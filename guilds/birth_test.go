package guilds

import (
	"testing"
	"time"

	"guildhall"
	"guildhall/conformance"
)

func TestBirth(t *testing.T) {
	t.Parallel()
	id := hallSlot.Next(0, 1_700_000_000_000)
	fresh := func(t *testing.T) *bench { return newBench(t, guildhall.GuildObject(guildhall.GuildID(id))) }

	t.Run("defaults", func(t *testing.T) {
		t.Parallel()
		b := fresh(t)
		d := b.must(ownerID, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{Name: "G", Owner: person(ownerID, "o")})
		if len(d.events) != 0 {
			t.Errorf("a birth has events: %v", types(d))
		}
		g := read[struct {
			guildhall.Guild
			Roles    []guildhall.Role    `json:"roles"`
			Channels []guildhall.Channel `json:"channels"`
		}](t, d.reply)
		if len(g.Roles) != 1 || g.Roles[0].ID != guildhall.RoleID(id) || g.Roles[0].Name != "@everyone" || g.Roles[0].Permissions != guildhall.PermissionsEveryone {
			t.Errorf("roles %+v", g.Roles)
		}
		if len(g.Channels) != 2 || g.Channels[1].Name != "general" || g.Channels[1].ParentID != g.Channels[0].ID || g.SystemChannelID != g.Channels[1].ID {
			t.Errorf("channels %+v", g.Channels)
		}
		if len(d.followUps) != 1 || d.followUps[0].To != guildhall.UserObject(ownerID) || d.followUps[0].Name != guildhall.CommandUserGuildJoined {
			t.Errorf("follow-ups %+v", d.followUps)
		}
		for _, c := range g.Channels {
			if c.ID.Slot() != hallSlot {
				t.Errorf("channel %s is not in the guild's slot", c.ID)
			}
			key := guildhall.PlaceRow(c.ID, b.object)
			if b.tables()[key.Key()] != b.object.Key() {
				t.Errorf("channel %s has no place", c.ID)
			}
		}
	})

	t.Run("placeholders", func(t *testing.T) {
		t.Parallel()
		b := fresh(t)
		d := b.must(ownerID, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{
			Name: "G", Owner: person(ownerID, "o"),
			Roles: []guildhall.RoleFields{
				{ID: 1, Name: guildhall.Some("ignored"), Permissions: guildhall.Some(guildhall.PermissionViewChannel)},
				{ID: 2, Name: guildhall.Some("two")},
			},
			Channels: []guildhall.CreateChannel{
				{ID: 5, Name: "Cat", Type: guildhall.ChannelGuildCategory, Overwrites: []guildhall.Overwrite{{ID: 2, Deny: guildhall.PermissionSendMessages}}},
				{Name: "A Room", ParentID: 5},
				{Name: "own", ParentID: 5, Overwrites: []guildhall.Overwrite{{ID: 1, Deny: guildhall.PermissionViewChannel}}},
			},
		})
		g := read[struct {
			Roles    []guildhall.Role    `json:"roles"`
			Channels []guildhall.Channel `json:"channels"`
		}](t, d.reply)
		if g.Roles[0].Name != "@everyone" || g.Roles[0].Permissions != guildhall.PermissionViewChannel {
			t.Errorf("@everyone is %+v", g.Roles[0])
		}
		two := g.Roles[1]
		if two.ID == 2 || two.Position != 1 || two.Permissions != guildhall.PermissionViewChannel {
			t.Errorf("role two is %+v", two)
		}
		room, own := g.Channels[1], g.Channels[2]
		if room.Name != "a-room" || room.ParentID != g.Channels[0].ID || room.Overwrites[0].ID != guildhall.Snowflake(two.ID) {
			t.Errorf("room is %+v", room)
		}
		if own.Overwrites[0].ID != id || len(own.Overwrites) != 1 {
			t.Errorf("own is %+v", own)
		}
	})

	t.Run("ids brought along", func(t *testing.T) {
		t.Parallel()
		b := fresh(t)
		one, two := hallSlot.Next(id, 0), hallSlot.Next(id+1, 0)
		d := b.must(system, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{
			ID: guildhall.GuildID(id), Name: "G", Owner: person(ownerID, "o"),
			Roles: []guildhall.RoleFields{
				{ID: guildhall.RoleID(one), Name: guildhall.Some("r")},
				{ID: guildhall.RoleID(id), Permissions: guildhall.Some(guildhall.PermissionViewChannel)},
			},
			Channels: []guildhall.CreateChannel{{ID: guildhall.ChannelID(two), Name: "c"}},
		})
		g := read[struct {
			Roles    []guildhall.Role    `json:"roles"`
			Channels []guildhall.Channel `json:"channels"`
		}](t, d.reply)
		if g.Roles[1].ID != guildhall.RoleID(one) || g.Roles[0].Permissions != guildhall.PermissionViewChannel || g.Channels[0].ID != guildhall.ChannelID(two) {
			t.Errorf("made %+v", g)
		}
	})

	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		b := fresh(t)
		b.refuse(guildhall.ErrMissingAccess, strangerID, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{Name: "G", Owner: person(ownerID, "o")})
		b.refuse(guildhall.ErrInvalidForm, ownerID, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{
			Name: "G", Owner: person(ownerID, "o"), Channels: []guildhall.CreateChannel{{Name: "a", ParentID: 9}},
		})
		b.refuse(guildhall.ErrUnknownGuild, ownerID, 0, guildhall.CommandRoleCreate, nil)
		b.refuse(guildhall.ErrUnknownChannel, ownerID, 5, guildhall.CommandTyping, nil)
		if b.state.exists() {
			t.Error("a guild was made")
		}
	})
}

func TestStrangersLearnNothing(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for name := range guildQueries {
		_, err := h.query(strangerID, 0, name, nil)
		if !guildhall.ErrUnknownGuild.Is(err) {
			t.Errorf("%s by a stranger: %v", name, err)
		}
		if _, err := h.query(strangerID, h.general, name, nil); !guildhall.ErrMissingAccess.Is(err) {
			t.Errorf("%s of a channel by a stranger: %v", name, err)
		}
	}
	for name := range guildCommands {
		h.refuse(guildhall.ErrUnknownGuild, strangerID, 0, name, nil)
		h.refuse(guildhall.ErrMissingAccess, strangerID, h.general, name, nil)
	}
	for name, c := range guildCommands {
		if c.systemOnly {
			h.refuse(guildhall.ErrMissingAccess, ownerID, 0, name, nil)
		}
	}
}

func TestGuildQueries(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	g := ask[map[string]any](h.bench, plainID, 0, guildhall.QueryGuild, guildhall.GuildQuery{WithCounts: true})
	if g["approximate_member_count"] != 5.0 || g["approximate_presence_count"] != 0.0 || len(g["roles"].([]any)) != 5 {
		t.Errorf("guild %v", g)
	}
	for _, field := range []string{"emojis", "stickers", "features", "max_members"} {
		if g[field] == nil {
			t.Errorf("%s is null", field)
		}
	}
	if g = ask[map[string]any](h.bench, plainID, 0, guildhall.QueryGuild, nil); g["approximate_member_count"] != nil || g["channels"] != nil {
		t.Errorf("guild without counts: %v", g)
	}
	p := ask[guildhall.GuildPartial](h.bench, ownerID, 0, guildhall.QueryGuildPartial, nil)
	if !p.Owner || p.Permissions != guildhall.PermissionsAll {
		t.Errorf("owner's partial: %+v", p)
	}
	if p = ask[guildhall.GuildPartial](h.bench, plainID, 0, guildhall.QueryGuildPartial, nil); p.Owner || p.Permissions != guildhall.PermissionsEveryone {
		t.Errorf("plain member's partial: %+v", p)
	}
	h.deny(h.general, guildhall.PermissionViewChannel)
	if seen := ask[[]guildhall.Channel](h.bench, plainID, 0, guildhall.QueryChannels, nil); len(seen) != 1 || seen[0].ID != h.category {
		t.Errorf("a plain member sees %+v", seen)
	}
	if seen := ask[[]guildhall.Channel](h.bench, adminID, 0, guildhall.QueryChannels, nil); len(seen) != 2 {
		t.Errorf("an administrator sees %+v", seen)
	}
	if _, err := h.query(plainID, h.general, guildhall.QueryChannel, nil); !guildhall.ErrMissingAccess.Is(err) {
		t.Errorf("hidden channel: %v", err)
	}
	if _, err := h.query(plainID, h.general, guildhall.QueryMessages, nil); !guildhall.ErrMissingAccess.Is(err) {
		t.Errorf("hidden channel's messages: %v", err)
	}
	if _, err := h.query(plainID, 12345, guildhall.QueryChannel, nil); !guildhall.ErrUnknownChannel.Is(err) {
		t.Errorf("unknown channel: %v", err)
	}
	h.deny(h.general, guildhall.PermissionReadMessageHistory)
	if a := ask[guildhall.MessagesAnswer](h.bench, plainID, h.general, guildhall.QueryMessages, nil); a.History || a.Guild != h.id {
		t.Errorf("without READ_MESSAGE_HISTORY: %+v", a)
	}
	if a := ask[guildhall.MessagesAnswer](h.bench, modID, h.general, guildhall.QueryMessages, nil); a.History {
		t.Errorf("the moderator has no more right to the history: %+v", a)
	}
	if a := ask[guildhall.MessagesAnswer](h.bench, adminID, h.general, guildhall.QueryMessages, nil); !a.History {
		t.Errorf("administrator: %+v", a)
	}
}

// TestNoIDIsGivenOutTwice: an import brings ids along that are newer than all that the slot has seen.
func TestNoIDIsGivenOutTwice(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	b := newOwnerRig(t, s, 1)
	ahead := b.now.Add(time.Hour).UnixMilli()
	role := guildhall.RoleID(testSlot.Next(0, ahead))
	channel := guildhall.ChannelID(testSlot.Next(guildhall.Snowflake(role), ahead))
	later := guildhall.ChannelID(testSlot.Next(guildhall.Snowflake(channel), ahead))
	a := b.done(guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot}, guildhall.CreateGuild{
		Name: "G", Owner: owner, Roles: []guildhall.RoleFields{{Name: guildhall.Some("everyone")}, {ID: role}},
		Channels: []guildhall.CreateChannel{{Name: "new"}, {ID: channel, Name: "old"}},
	})
	made := read[struct {
		Channels []guildhall.Channel `json:"channels"`
	}](t, a.Body)
	if made.Channels[1].ID != channel || made.Channels[0].ID <= channel {
		t.Errorf("channels are %s and, brought along, %s", made.Channels[0].ID, made.Channels[1].ID)
	}
	b.done(guildhall.Command{Name: guildhall.CommandChannelCreate, Object: a.Object}, guildhall.CreateChannel{ID: later + 1<<30, Name: "newer"})
	sent := func(b *ownerRig) guildhall.ChannelID {
		return guildhall.ChannelID(read[shown](t, b.done(say(channel), content("x")).Body).ID)
	}
	if id := sent(b); id <= later+1<<30 {
		t.Errorf("message %s is older than channel %s", id, later)
	}
	last := sent(b)
	if id := sent(newOwnerRig(t, s, 2)); id <= last {
		t.Errorf("a successor makes %s after %s", id, last)
	}
}

// shown is what has an id.
type shown struct {
	ID guildhall.Snowflake `json:"id"`
}

func TestAnIDIsBroughtAlongOnce(t *testing.T) {
	t.Parallel()
	id := hallSlot.Next(0, 1_700_000_000_000)
	twice := guildhall.ChannelID(hallSlot.Next(id, 1_700_000_000_001))
	b := newBench(t, guildhall.GuildObject(guildhall.GuildID(id)))
	b.refuse(guildhall.ErrInvalidForm, system, 0, guildhall.CommandGuildCreate, guildhall.CreateGuild{
		Name: "G", Owner: person(ownerID, "o"), Channels: []guildhall.CreateChannel{{ID: twice, Name: "a"}, {ID: twice, Name: "b"}},
	})
}
