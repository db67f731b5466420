package guilds

import (
	"fmt"
	"slices"
	"testing"

	"guildhall"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	nick := "Newcomer"
	d := h.must(system, 0, guildhall.CommandMemberAdd, guildhall.AddMember{User: person(strangerID, "new"), Nick: &nick, Roles: []guildhall.RoleID{h.low}})
	m := read[guildhall.Member](t, d.reply)
	_, data := event(t, d, "GUILD_MEMBER_ADD")
	if *m.Nick != nick || !slices.Equal(m.Roles, []guildhall.RoleID{h.low}) || data["guild_id"] != h.id.String() || data["user"] == nil {
		t.Errorf("member %+v, event %v", m, data)
	}
	if len(d.followUps) != 1 || d.followUps[0].To != guildhall.UserObject(strangerID) {
		t.Errorf("follow-ups %+v", d.followUps)
	}
	ref := read[guildhall.GuildRef](t, d.followUps[0].Body)
	if ref.ID != h.id || ref.JoinedAt != m.JoinedAt {
		t.Errorf("guild ref %+v", ref)
	}
	if d = h.must(system, 0, guildhall.CommandMemberAdd, guildhall.AddMember{User: person(strangerID, "new")}); len(d.rows)+len(d.followUps) != 0 || d.reply == nil {
		t.Error("a member was added twice")
	}
	h.must(system, 0, guildhall.CommandMemberAdd, guildhall.AddMember{User: person(strangerID, "new"), Roles: []guildhall.RoleID{h.mod}})
	if m := h.member(strangerID); len(m.Roles) != 2 || *m.Nick != nick {
		t.Errorf("member after a second add: %+v", m)
	}

	// Leaving, and the bot's role that goes with it.
	d = h.must(strangerID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: strangerID})
	e, data := event(t, d, "GUILD_MEMBER_REMOVE")
	if e.Audience.Intents != guildhall.IntentGuildMembers || data["user"].(map[string]any)["id"] != strangerID.String() || d.followUps[0].Name != guildhall.CommandUserGuildLeft {
		t.Errorf("leaving: %+v %v %v", e.Audience, data, d.followUps)
	}
	d = h.must(adminID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: botID})
	if !slices.Equal(types(d), []string{"GUILD_ROLE_DELETE", "INTEGRATION_DELETE", "GUILD_INTEGRATIONS_UPDATE", "GUILD_MEMBER_REMOVE"}) || h.view().Role(h.botRole) != nil || h.view().Member(botID) != nil {
		t.Errorf("a kicked bot leaves its role: %v", types(d))
	}
}

func TestMemberUser(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	renamed := person(plainID, "renamed")
	d := h.must(system, 0, guildhall.CommandMemberUser, renamed)
	if _, data := event(t, d, "GUILD_MEMBER_UPDATE"); data["user"].(map[string]any)["username"] != "renamed" {
		t.Errorf("event %v", data)
	}
	if h.member(plainID).User.Username != "renamed" {
		t.Error("the copy was not replaced")
	}
	if d = h.must(system, 0, guildhall.CommandMemberUser, renamed); len(d.rows) != 0 {
		t.Error("the same user was written again")
	}
	if d = h.must(system, 0, guildhall.CommandMemberUser, person(strangerID, "x")); len(d.rows) != 0 {
		t.Error("a stranger became a member")
	}
}

func TestMemberQueries(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	ids := func(members []guildhall.Member) (ids []guildhall.UserID) {
		for _, m := range members {
			ids = append(ids, m.User.ID)
		}
		return ids
	}
	list := func(q guildhall.MembersQuery) []guildhall.UserID {
		return ids(ask[[]guildhall.Member](h.bench, plainID, 0, guildhall.QueryMembers, q))
	}
	all := []guildhall.UserID{ownerID, adminID, modID, plainID, botID}
	if got := list(guildhall.MembersQuery{}); !slices.Equal(got, all) {
		t.Errorf("all: %v", got)
	}
	if got := list(guildhall.MembersQuery{After: adminID, Limit: 2}); !slices.Equal(got, all[2:4]) {
		t.Errorf("a page: %v", got)
	}
	if got := list(guildhall.MembersQuery{After: botID, Limit: 2}); len(got) != 0 {
		t.Errorf("after the last: %v", got)
	}
	h.join(strangerID, "Ödön")
	if got := list(guildhall.MembersQuery{After: botID}); !slices.Equal(got, []guildhall.UserID{strangerID}) {
		t.Errorf("after a join: %v", got)
	}
	if got := list(guildhall.MembersQuery{Prefix: "ö"}); !slices.Equal(got, []guildhall.UserID{strangerID}) {
		t.Errorf("by name: %v", got)
	}
	h.must(strangerID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: strangerID, Nick: guildhall.Some("Admiral")})
	if got := list(guildhall.MembersQuery{Prefix: "ADMI"}); !slices.Equal(got, []guildhall.UserID{adminID, strangerID}) {
		t.Errorf("by name or nick: %v", got)
	}
	if got := list(guildhall.MembersQuery{Prefix: "admi", Limit: 1}); len(got) != 1 {
		t.Errorf("one by name: %v", got)
	}
	h.must(system, 0, guildhall.CommandPresence, guildhall.Presence{User: guildhall.PresenceUser{ID: modID}, Status: "idle"})
	a := ask[guildhall.MembersAnswer](h.bench, plainID, 0, guildhall.QueryMembers, guildhall.MembersQuery{Users: []guildhall.UserID{modID, 99}, Presences: true})
	if len(a.Members) != 1 || !slices.Equal(a.NotFound, []guildhall.UserID{99}) || len(a.Presences) != 1 || a.Presences[0].Status != "idle" {
		t.Errorf("named: %+v", a)
	}
	h.must(strangerID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: strangerID})
	if got := list(guildhall.MembersQuery{}); !slices.Equal(got, all) {
		t.Errorf("after leaving: %v", got)
	}
	if _, err := h.query(plainID, 0, guildhall.QueryMember, guildhall.MemberRef{UserID: strangerID}); !guildhall.ErrUnknownMember.Is(err) {
		t.Errorf("one who left: %v", err)
	}
}

func TestMemberFlags(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.must(modID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: plainID, Flags: guildhall.Some(1 | 4)})
	if got := h.member(plainID).Flags; got != 4 {
		t.Errorf("flags %d", got)
	}
	m := ask[guildhall.Member](h.bench, plainID, 0, guildhall.QueryMember, guildhall.MemberRef{UserID: plainID})
	if m.Flags != 4 || m.User.ID != plainID {
		t.Errorf("member %+v", m)
	}
}

func TestPresences(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	set := func(user guildhall.UserID, status string) *draft {
		return h.must(system, 0, guildhall.CommandPresence, guildhall.Presence{User: guildhall.PresenceUser{ID: user}, Status: status})
	}
	d := set(modID, "online")
	e, data := event(t, d, "PRESENCE_UPDATE")
	if len(d.ephemeral) != 1 || e.Audience.Intents != guildhall.IntentGuildPresences || data["guild_id"] != h.id.String() || data["activities"] == nil {
		t.Errorf("event %+v %v", e.Audience, data)
	}
	if d = set(modID, "online"); len(d.ephemeral) != 0 {
		t.Error("the same presence was told again")
	}
	if d = set(plainID, "offline"); len(d.ephemeral) != 0 {
		t.Error("one who was away went away")
	}
	if s := h.state.snapshot(nil); len(s.Presences) != 1 || s.MemberCount != 5 || !s.Whole {
		t.Errorf("snapshot %+v", s.Presences)
	}
	set(plainID, "dnd")
	if d = set(modID, "offline"); len(d.ephemeral) != 1 {
		t.Error("going away was not told")
	}
	h.must(plainID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: plainID})
	if s := h.state.snapshot(nil); len(s.Presences) != 0 {
		t.Errorf("those who left are still there: %+v", s.Presences)
	}
	h.refuse(guildhall.ErrUnknownMember, system, 0, guildhall.CommandPresence, guildhall.Presence{User: guildhall.PresenceUser{ID: plainID}, Status: "online"})
}

func TestTyping(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	d := h.must(plainID, h.general, guildhall.CommandTyping, nil)
	e, data := event(t, d, "TYPING_START")
	if len(d.ephemeral) != 1 || e.Audience.Channel != h.general || data["timestamp"] != float64(h.now.Unix()) || data["member"] == nil {
		t.Errorf("event %+v %v", e.Audience, data)
	}
	h.deny(h.general, guildhall.PermissionSendMessages)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, guildhall.CommandTyping, nil)
	h.refuse(errNotText, adminID, h.category, guildhall.CommandTyping, nil)
}

// TestLargeGuild: a snapshot of a large guild holds those with sessions and those who are there, and pages are quick.
func TestLargeGuild(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	const many = 20_000
	for i := range guildhall.UserID(many) {
		id := 1000<<22 + i
		row := guildhall.MemberRow(h.id, newMember(person(id, fmt.Sprintf("u%d", i)), h.now))
		h.apply(&row, guildhall.Install)
	}
	s := h.state.snapshot([]guildhall.UserID{modID, 1000<<22 + 5})
	members := 0
	for _, row := range s.Rows {
		if row.Table == guildhall.TableMembers {
			members++
		}
	}
	if s.Whole || members != 2 || s.MemberCount != many+5 {
		t.Errorf("snapshot of %d members holds %d, whole %v", s.MemberCount, members, s.Whole)
	}
	seen, after := 0, guildhall.UserID(0)
	for {
		answer, err := h.query(plainID, 0, guildhall.QueryMembers, guildhall.MembersQuery{After: after, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		page := answer.([]*guildhall.Member)
		if len(page) == 0 {
			break
		}
		seen, after = seen+len(page), page[len(page)-1].User.ID
	}
	if seen != many+5 {
		t.Errorf("pages hold %d of %d", seen, many+5)
	}
}

// BenchmarkMemberPages reads a guild of 100,000 members in 100 pages.
func BenchmarkMemberPages(b *testing.B) {
	h := newHall(b)
	for i := range guildhall.UserID(100_000) {
		row := guildhall.MemberRow(h.id, newMember(person(1000<<22+i, fmt.Sprintf("u%d", i)), h.now))
		h.apply(&row, guildhall.Install)
	}
	for b.Loop() {
		h.state.(*guild).order.changed()
		for after := guildhall.UserID(0); ; {
			answer, err := h.query(plainID, 0, guildhall.QueryMembers, guildhall.MembersQuery{After: after, Limit: 1000})
			page, _ := answer.([]*guildhall.Member)
			if err != nil || len(page) == 0 {
				break
			}
			after = page[len(page)-1].User.ID
		}
	}
}

func TestMemberPicturesAreOnesOwn(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	hash := guildhall.Some("0123456789abcdef0123456789abcdef")
	h.refuse(guildhall.ErrMissingPermissions, ownerID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: plainID, Avatar: hash})
	d := h.must(plainID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: plainID, Avatar: hash, Banner: hash})
	if _, data := event(t, d, "GUILD_MEMBER_UPDATE"); data["avatar"] != hash.Value || data["banner"] != hash.Value {
		t.Errorf("told %v", data)
	}
	h.must(plainID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: plainID, Avatar: guildhall.Optional[string]{Set: true, Null: true}})
	if m := h.member(plainID); m.Avatar != nil || m.Banner == nil {
		t.Errorf("pictures %v %v", m.Avatar, m.Banner)
	}
}

// TestAddMembers: those who are members already, are banned, or are named twice are left as they are.
func TestAddMembers(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.must(ownerID, 0, guildhall.CommandBanAdd, guildhall.BanMembers{Users: []guildhall.User{person(901, "banned")}})
	users := []guildhall.User{person(901, "banned"), person(plainID, "again"), person(902, "two"), person(903, "three"), person(902, "two")}
	d := h.must(system, 0, guildhall.CommandMembersAdd, guildhall.AddMembers{Users: users})
	if !slices.Equal(types(d), []string{"GUILD_MEMBER_ADD", "GUILD_MEMBER_ADD"}) || len(d.followUps) != 2 || len(d.rows) != 2 {
		t.Errorf("%v, %d follow-ups, %d rows", types(d), len(d.followUps), len(d.rows))
	}
	if h.view().Member(902) == nil || h.view().Member(903) == nil || h.view().Member(901) != nil || h.member(plainID).User.Username == "again" {
		t.Error("the wrong people are members")
	}
	many := make([]guildhall.User, guildhall.AddMembersMax+1)
	if _, err := h.do(system, 0, guildhall.CommandMembersAdd, guildhall.AddMembers{Users: many}); err == nil {
		t.Error("more than fit one record were taken")
	}
}
