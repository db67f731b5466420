package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// moveRoles gives roles new positions. Those that are named come to stand at the positions asked for, the others keep
// their order around them; nothing at or above the actor's highest role may move.
// discord: resources/guild#modify-guild-role-positions
func (g *guild) moveRoles(r *request, moves []guildhall.RolePosition) (*draft, error) {
	if err := r.require(guildhall.PermissionManageRoles); err != nil {
		return nil, err
	}
	before := g.ranked(r)
	asked := make(map[guildhall.RoleID]int)
	for _, m := range moves {
		if r.view.Role(m.ID) == nil {
			return nil, guildhall.ErrUnknownRole
		}
		// @everyone stays at the bottom; libraries send it along with all others.
		if m.Position != nil && m.ID != guildhall.RoleID(g.id) {
			asked[m.ID] = *m.Position
		}
	}
	after := reorder(before, asked)
	top := r.highest(r.actor)
	for i, role := range before {
		if !top.above(rankOf(role)) && after[i].ID != role.ID {
			return nil, guildhall.ErrMissingPermissions
		}
	}
	d := &draft{}
	shown := []*guildhall.Role{r.view.Role(guildhall.RoleID(g.id))}
	for i, role := range after {
		if role.Position != i+1 {
			role = atPosition(role, i+1)
			d.put(guildhall.RoleRow(g.id, role))
			d.event("GUILD_ROLE_UPDATE", inGuild(guildhall.IntentGuilds), roleEvent{g.id, role})
		}
		shown = append(shown, role)
	}
	d.answer(shown)
	return d, nil
}

// ranked gives the roles without @everyone, lowest first.
func (g *guild) ranked(r *request) []*guildhall.Role {
	roles := slices.DeleteFunc(r.view.Roles(), func(role *guildhall.Role) bool { return role.ID == guildhall.RoleID(g.id) })
	slices.SortFunc(roles, func(a, b *guildhall.Role) int { return rankOf(a).compare(rankOf(b)) })
	return roles
}

// reorder puts the roles with asked positions (from 1) at these and fills the gaps with the others in their order. Two
// with the same position stand in the order in which they stood before.
func reorder(roles []*guildhall.Role, asked map[guildhall.RoleID]int) []*guildhall.Role {
	var moved, rest []*guildhall.Role
	for _, role := range roles {
		if _, ok := asked[role.ID]; ok {
			moved = append(moved, role)
		} else {
			rest = append(rest, role)
		}
	}
	slices.SortStableFunc(moved, func(a, b *guildhall.Role) int { return asked[a.ID] - asked[b.ID] })
	after := make([]*guildhall.Role, 0, len(roles))
	for len(moved) > 0 || len(rest) > 0 {
		if len(rest) == 0 || len(moved) > 0 && asked[moved[0].ID] <= len(after)+1 {
			after, moved = append(after, moved[0]), moved[1:]
		} else {
			after, rest = append(after, rest[0]), rest[1:]
		}
	}
	return after
}
