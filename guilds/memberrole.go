package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// mayAssign refuses to give or take a role that the actor does not stand above, or that nobody can be given.
// discord: topics/permissions#permission-hierarchy
func (g *guild) mayAssign(r *request, id guildhall.RoleID) error {
	if err := r.require(guildhall.PermissionManageRoles); err != nil {
		return err
	}
	role := r.view.Role(id)
	switch {
	case role == nil:
		return guildhall.ErrUnknownRole
	case id == guildhall.RoleID(g.id), role.Managed && !r.system():
		return guildhall.ErrInvalidRole
	}
	return r.overRole(role)
}

// setRoles replaces a member's roles; what it keeps is not asked about.
func (g *guild) setRoles(r *request, m *guildhall.Member, f *guildhall.ModifyMember) error {
	if !f.Roles.Set {
		return nil
	}
	roles := []guildhall.RoleID{}
	for _, id := range f.Roles.Or(nil) {
		if slices.Contains(roles, id) {
			continue
		}
		if !slices.Contains(m.Roles, id) {
			if err := g.mayAssign(r, id); err != nil {
				return err
			}
		}
		roles = append(roles, id)
	}
	for _, id := range m.Roles {
		if !slices.Contains(roles, id) {
			if err := g.mayAssign(r, id); err != nil {
				return err
			}
		}
	}
	// Even a list that changes nothing asks for the permission.
	if err := r.require(guildhall.PermissionManageRoles); err != nil {
		return err
	}
	m.Roles = roles
	return nil
}

// discord: resources/guild#add-guild-member-role
func (g *guild) putMemberRole(r *request, ref guildhall.MemberRole) (*draft, error) {
	m, err := g.assigned(r, ref)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if !slices.Contains(m.Roles, ref.RoleID) {
		now := withRoles(m, append(slices.Clone(m.Roles), ref.RoleID))
		g.putMember(d, now)
		d.auditMember(r, m, now)
	}
	return d, nil
}

// discord: resources/guild#remove-guild-member-role
func (g *guild) deleteMemberRole(r *request, ref guildhall.MemberRole) (*draft, error) {
	m, err := g.assigned(r, ref)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if slices.Contains(m.Roles, ref.RoleID) {
		now := withRoles(m, without(m.Roles, ref.RoleID))
		g.putMember(d, now)
		d.auditMember(r, m, now)
	}
	return d, nil
}

func (g *guild) assigned(r *request, ref guildhall.MemberRole) (*guildhall.Member, error) {
	if err := g.mayAssign(r, ref.RoleID); err != nil {
		return nil, err
	}
	m := r.view.Member(ref.UserID)
	if m == nil {
		return nil, guildhall.ErrUnknownMember
	}
	return m, nil
}
