package guilds

import (
	"slices"
	"testing"

	"guildhall"
)

func (h *hall) roleNames() []string {
	var names []string
	for i, role := range h.view().Roles() {
		if role.Position != i {
			h.t.Errorf("%s stands at %d, not %d", role.Name, role.Position, i)
		}
		names = append(names, role.Name)
	}
	return names
}

func TestRoleOrder(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	want := []string{"@everyone", "low", "bot", "mod", "admin"}
	if got := h.roleNames(); !slices.Equal(got, want) {
		t.Fatalf("roles %v, want %v", got, want)
	}
	d := h.must(modID, 0, guildhall.CommandRoleCreate, guildhall.RoleFields{Color: guildhall.Some(0xff)})
	role := read[guildhall.Role](t, d.reply)
	if role.Name != "new role" || role.Position != 1 || role.Permissions != guildhall.PermissionsEveryone || role.Colors.PrimaryColor != 0xff || role.Color != 0xff {
		t.Errorf("made %+v", role)
	}
	if !slices.Equal(types(d), []string{"GUILD_ROLE_CREATE"}) {
		t.Errorf("events %v", types(d))
	}
	want = []string{"@everyone", "new role", "low", "bot", "mod", "admin"}
	if got := h.roleNames(); !slices.Equal(got, want) {
		t.Errorf("roles %v, want %v", got, want)
	}
	// To the third place; what stood there moves down.
	three := 3
	d = h.must(modID, 0, guildhall.CommandRolePositions, []guildhall.RolePosition{{ID: role.ID, Position: &three}, {ID: h.everyone, Position: &three}, {ID: h.low}})
	want = []string{"@everyone", "low", "bot", "new role", "mod", "admin"}
	if got := h.roleNames(); !slices.Equal(got, want) {
		t.Errorf("roles %v, want %v", got, want)
	}
	if shown := read[[]guildhall.Role](t, d.reply); len(shown) != 6 || len(d.events) != 3 {
		t.Errorf("%d roles answered, events %v", len(shown), types(d))
	}
	d = h.must(modID, 0, guildhall.CommandRoleDelete, guildhall.RoleFields{ID: h.low})
	want = []string{"@everyone", "bot", "new role", "mod", "admin"}
	if got := h.roleNames(); !slices.Equal(got, want) || !slices.Equal(types(d), []string{"GUILD_ROLE_DELETE"}) {
		t.Errorf("roles %v, want %v; events %v", got, want, types(d))
	}
}

// TestRoleTies: of two roles with the same position the older stands above.
func TestRoleTies(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	newer := h.role("newer", guildhall.PermissionManageRoles)
	tie := *h.view().Role(h.mod)
	for _, id := range []guildhall.RoleID{h.mod, newer} {
		role := *h.view().Role(id)
		role.Position = tie.Position
		row := guildhall.RoleRow(h.id, &role)
		h.apply(&row, guildhall.Install)
	}
	h.give(plainID, newer)
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{ID: h.mod, Hoist: guildhall.Some(true)})
	h.must(modID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{ID: newer, Hoist: guildhall.Some(true)})
}

func TestRoleColors(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	second := 7
	modify := func(f guildhall.RoleFields) guildhall.Role {
		f.ID = h.low
		return read[guildhall.Role](t, h.must(modID, 0, guildhall.CommandRoleModify, f).reply)
	}
	r := modify(guildhall.RoleFields{Colors: guildhall.Some(guildhall.RoleColors{PrimaryColor: 5, SecondaryColor: &second})})
	if r.Color != 5 || *r.Colors.SecondaryColor != 7 {
		t.Errorf("by colors: %+v", r)
	}
	if r = modify(guildhall.RoleFields{Color: guildhall.Some(9)}); r.Color != 9 || r.Colors.PrimaryColor != 9 || r.Colors.SecondaryColor != nil {
		t.Errorf("by color: %+v", r)
	}
	if r = modify(guildhall.RoleFields{Name: guildhall.Some("still")}); r.Color != 9 {
		t.Errorf("by neither: %+v", r)
	}
}

// TestRoleDelete: a deleted role is gone from members and overwrites too.
func TestRoleDelete(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.give(plainID, h.low)
	h.give(adminID, h.low)
	h.overwrite(h.general, guildhall.Overwrite{ID: guildhall.Snowflake(h.low), Allow: guildhall.PermissionManageMessages})
	h.must(modID, 0, guildhall.CommandRoleDelete, guildhall.RoleFields{ID: h.low})
	if len(h.member(plainID).Roles) != 0 || !slices.Equal(h.member(adminID).Roles, []guildhall.RoleID{h.admin}) {
		t.Errorf("members still have the role: %v %v", h.member(plainID).Roles, h.member(adminID).Roles)
	}
	if c := h.view().Channel(h.general); len(c.Overwrites) != 0 {
		t.Errorf("overwrites %+v", c.Overwrites)
	}
	if _, err := h.query(modID, 0, guildhall.QueryRole, guildhall.RoleFields{ID: h.low}); !guildhall.ErrUnknownRole.Is(err) {
		t.Errorf("deleted role: %v", err)
	}
	if role := ask[guildhall.Role](h.bench, modID, 0, guildhall.QueryRole, guildhall.RoleFields{ID: h.mod}); role.Name != "mod" {
		t.Errorf("role %+v", role)
	}
	h.refuse(guildhall.ErrUnknownRole, modID, 0, guildhall.CommandRoleDelete, guildhall.RoleFields{ID: h.low})
}

func TestRoleLimit(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for len(h.view().Roles()) < documented.Of(guildhall.LimitRoles) {
		h.role("x", 0)
	}
	h.refuse(documented.Exceeded(guildhall.LimitRoles), ownerID, 0, guildhall.CommandRoleCreate, guildhall.RoleFields{})
	h.refuse(documented.Exceeded(guildhall.LimitRoles), system, 0, guildhall.CommandMemberAdd, guildhall.AddMember{
		User: person(strangerID, "s"), Managed: guildhall.Some(guildhall.Permissions(0)),
	})
}

func TestRoleEmoji(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	d := h.must(modID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{ID: h.low, UnicodeEmoji: guildhall.Some("🎩")})
	if _, data := event(t, d, "GUILD_ROLE_UPDATE"); data["role"].(map[string]any)["unicode_emoji"] != "🎩" {
		t.Errorf("told %v", data)
	}
	if got := keys(entries(t, d)[0]); !slices.Equal(got, []string{"unicode_emoji"}) {
		t.Errorf("logged %v", got)
	}
	for _, name := range []string{guildhall.CommandRoleCreate, guildhall.CommandRoleModify} {
		f := guildhall.RoleFields{UnicodeEmoji: guildhall.Some("hat")}
		if name == guildhall.CommandRoleModify {
			f.ID = h.low
		}
		h.refuse(guildhall.ErrInvalidForm, modID, 0, name, f)
	}
	h.must(modID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{ID: h.low, UnicodeEmoji: guildhall.Optional[string]{Set: true, Null: true}})
	if role := h.view().Role(h.low); role.UnicodeEmoji != nil {
		t.Errorf("the emoji stays: %s", *role.UnicodeEmoji)
	}
}
