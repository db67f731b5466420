package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// addBot lets a member who looks after the guild bring a bot along, or give one that is there other permissions of its
// own. Nobody gives what they don't have.
// discord: topics/oauth2#bot-authorization-flow
func (g *guild) addBot(r *request, f guildhall.AddBot) (*draft, error) {
	if err := r.require(guildhall.PermissionManageGuild); err != nil {
		return nil, err
	}
	if !f.User.Bot {
		return nil, guildhall.ErrInvalidForm
	}
	want := f.Permissions & r.permissions()
	m := r.view.Member(f.User.ID)
	if m == nil {
		add := guildhall.AddMember{User: f.User}
		if want != 0 {
			add.Managed = guildhall.Some(want)
		}
		return g.addMember(r, add)
	}
	d := &draft{}
	d.answer(m)
	role := g.ownRole(r, m)
	switch {
	case role == nil && want != 0:
		now := withRoles(m, slices.Clone(m.Roles))
		if err := g.addManagedRole(r, d, now, guildhall.Some(want)); err != nil {
			return nil, err
		}
		g.putMember(d, now)
		d.answer(now)
	case role != nil && role.Permissions != want:
		if err := r.overRole(role); err != nil {
			return nil, err
		}
		now := *role
		// What the bot has and the actor could not give stays.
		now.Permissions = want | role.Permissions&^r.permissions()
		if now.Permissions != role.Permissions {
			d.put(guildhall.RoleRow(g.id, &now))
			d.event("GUILD_ROLE_UPDATE", inGuild(guildhall.IntentGuilds), roleEvent{g.id, &now})
			d.audit(r, guildhall.AuditRoleUpdate, guildhall.Snowflake(role.ID), auditChanges(role, &now, auditedRole...)...)
		}
	}
	return d, nil
}

// ownRole is the role that came with a bot.
func (g *guild) ownRole(r *request, m *guildhall.Member) *guildhall.Role {
	for _, id := range m.Roles {
		if role := r.view.Role(id); role != nil && role.Tags != nil && role.Tags.BotID == m.User.ID {
			return role
		}
	}
	return nil
}

// bringMember lets a bot bring in a user who has allowed it. The API has seen the user's token.
// discord: resources/guild#add-guild-member
func (g *guild) bringMember(r *request, f guildhall.AddMember) (*draft, error) {
	want := guildhall.PermissionCreateInstantInvite
	if f.Nick != nil {
		want |= guildhall.PermissionManageNicknames
	}
	if len(f.Roles) > 0 {
		want |= guildhall.PermissionManageRoles
	}
	if f.Mute {
		want |= guildhall.PermissionMuteMembers
	}
	if f.Deaf {
		want |= guildhall.PermissionDeafenMembers
	}
	if err := r.require(want); err != nil {
		return nil, err
	}
	if r.view.Member(f.User.ID) != nil {
		return &draft{}, nil
	}
	for _, id := range f.Roles {
		role := r.view.Role(id)
		if role == nil || role.Managed {
			return nil, guildhall.ErrInvalidRole
		}
		if err := r.overRole(role); err != nil {
			return nil, err
		}
	}
	f.Managed = guildhall.Optional[guildhall.Permissions]{}
	return g.addMember(r, f)
}
