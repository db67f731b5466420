package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// roleEvent is the data of GUILD_ROLE_CREATE and GUILD_ROLE_UPDATE.
// discord: events/gateway-events#guild-role-create
type roleEvent struct {
	GuildID guildhall.GuildID `json:"guild_id"`
	Role    *guildhall.Role   `json:"role"`
}

// roleDeleted is the data of GUILD_ROLE_DELETE.
type roleDeleted struct {
	GuildID guildhall.GuildID `json:"guild_id"`
	RoleID  guildhall.RoleID  `json:"role_id"`
}

func newRole(id guildhall.RoleID, p guildhall.Permissions) *guildhall.Role {
	return &guildhall.Role{ID: id, Name: "new role", Permissions: p}
}

// applyRole sets the fields that are given. The older color and the newer colors mirror each other.
// discord: topics/permissions#role-object-role-colors-object
func applyRole(role *guildhall.Role, f *guildhall.RoleFields) {
	role.Name = f.Name.Or(role.Name)
	if f.Color.Set {
		role.Colors = guildhall.RoleColors{PrimaryColor: f.Color.Or(0)}
	}
	if f.Colors.Set {
		role.Colors = f.Colors.Or(guildhall.RoleColors{})
	}
	role.Color = role.Colors.PrimaryColor
	role.Hoist = f.Hoist.Or(role.Hoist)
	role.Mentionable = f.Mentionable.Or(role.Mentionable)
	role.Permissions = f.Permissions.Or(role.Permissions) & guildhall.PermissionsAll
	if f.Icon.Set {
		role.Icon = f.Icon.Pointer()
	}
	if f.UnicodeEmoji.Set {
		role.UnicodeEmoji = f.UnicodeEmoji.Pointer()
	}
	if f.Managed != 0 {
		role.Managed, role.Tags = true, &guildhall.RoleTags{BotID: f.Managed}
	}
}

// checkRoleEmoji refuses what is no standard emoji beside a role's name.
func checkRoleEmoji(f *guildhall.RoleFields) error {
	if f.UnicodeEmoji.Value != "" && !isEmoji(f.UnicodeEmoji.Value) {
		return guildhall.BadField("INVALID_EMOJI", "Not a standard emoji", "unicode_emoji")
	}
	return nil
}

// discord: resources/guild#create-guild-role
func (g *guild) createRole(r *request, f guildhall.RoleFields) (*draft, error) {
	if err := r.require(guildhall.PermissionManageRoles); err != nil {
		return nil, err
	}
	if f.Managed != 0 && !r.system() {
		return nil, guildhall.ErrInvalidRole
	}
	if err := checkRoleEmoji(&f); err != nil {
		return nil, err
	}
	everyone := r.view.Role(guildhall.RoleID(g.id))
	role := newRole(idFor(r, f.ID), everyone.Permissions)
	if r.view.Role(role.ID) != nil {
		return nil, guildhall.BadField("ROLE_ALREADY_EXISTS", "Role already exists.", "id")
	}
	applyRole(role, &f)
	if err := r.mayGrant(role.Permissions &^ everyone.Permissions); err != nil {
		return nil, err
	}
	d := &draft{}
	if err := g.addRole(r, d, role); err != nil {
		return nil, err
	}
	d.audit(r, guildhall.AuditRoleCreate, guildhall.Snowflake(role.ID), auditChanges(nil, role, auditedRole...)...)
	d.answer(role)
	return d, nil
}

// addRole writes a new role at the bottom, right above @everyone. All others move up by one, of which clients are not
// told: they count along.
func (g *guild) addRole(r *request, d *draft, role *guildhall.Role) error {
	roles := r.view.Roles()
	if err := r.limits.Room(guildhall.LimitRoles, len(roles)); err != nil {
		return err
	}
	role.Position = 1
	d.put(guildhall.RoleRow(g.id, role))
	for _, other := range roles {
		if other.ID != guildhall.RoleID(g.id) {
			d.put(guildhall.RoleRow(g.id, atPosition(other, other.Position+1)))
		}
	}
	d.event("GUILD_ROLE_CREATE", inGuild(guildhall.IntentGuilds), roleEvent{g.id, role})
	return nil
}

func atPosition(role *guildhall.Role, position int) *guildhall.Role {
	moved := *role
	moved.Position = position
	return &moved
}

// discord: resources/guild#modify-guild-role
func (g *guild) modifyRole(r *request, f guildhall.RoleFields) (*draft, error) {
	if err := r.require(guildhall.PermissionManageRoles); err != nil {
		return nil, err
	}
	before := r.view.Role(f.ID)
	if before == nil {
		return nil, guildhall.ErrUnknownRole
	}
	if err := r.overRole(before); err != nil {
		return nil, err
	}
	if f.Managed != 0 && !r.system() {
		return nil, guildhall.ErrInvalidRole
	}
	if err := checkRoleEmoji(&f); err != nil {
		return nil, err
	}
	role := *before
	applyRole(&role, &f)
	if role.ID == guildhall.RoleID(g.id) && role.Name != before.Name {
		return nil, guildhall.ErrInvalidRole
	}
	// What is taken away need not be the actor's own; what is added must.
	if err := r.mayGrant(role.Permissions &^ before.Permissions); err != nil {
		return nil, err
	}
	d := &draft{}
	if !sameJSON(before, &role) {
		d.put(guildhall.RoleRow(g.id, &role))
		d.event("GUILD_ROLE_UPDATE", inGuild(guildhall.IntentGuilds), roleEvent{g.id, &role})
		d.audit(r, guildhall.AuditRoleUpdate, guildhall.Snowflake(role.ID), auditChanges(before, &role, auditedRole...)...)
	}
	d.answer(&role)
	return d, nil
}

// discord: resources/guild#delete-guild-role
func (g *guild) deleteRole(r *request, f guildhall.RoleFields) (*draft, error) {
	if err := r.require(guildhall.PermissionManageRoles); err != nil {
		return nil, err
	}
	role := r.view.Role(f.ID)
	if role == nil {
		return nil, guildhall.ErrUnknownRole
	}
	if role.ID == guildhall.RoleID(g.id) || role.Managed && !r.system() {
		return nil, guildhall.ErrInvalidRole
	}
	if err := r.overRole(role); err != nil {
		return nil, err
	}
	d := &draft{}
	g.dropRole(r, d, role, 0)
	d.audit(r, guildhall.AuditRoleDelete, guildhall.Snowflake(role.ID), auditChanges(role, nil, auditedRole...)...)
	return d, nil
}

// dropRole removes a role from the guild, its members (but for the one who is leaving) and the channels' overwrites.
// Roles above it move down. Clients are told of the role alone and do the rest themselves.
func (g *guild) dropRole(r *request, d *draft, role *guildhall.Role, leaving guildhall.UserID) {
	d.put(guildhall.RoleRow(g.id, role).Deleted())
	for _, other := range r.view.Roles() {
		if other.ID != role.ID && other.Position > role.Position {
			d.put(guildhall.RoleRow(g.id, atPosition(other, other.Position-1)))
		}
	}
	var holders []*guildhall.Member
	for id, m := range r.view.Members() {
		if id != leaving && slices.Contains(m.Roles, role.ID) {
			holders = append(holders, m)
		}
	}
	slices.SortFunc(holders, byUserID)
	for _, m := range holders {
		d.put(guildhall.MemberRow(g.id, withRoles(m, without(m.Roles, role.ID))))
	}
	for _, c := range r.view.Channels() {
		if i := findOverwrite(c.Overwrites, guildhall.Snowflake(role.ID)); i >= 0 {
			changed := *c
			changed.Overwrites = slices.Delete(slices.Clone(c.Overwrites), i, i+1)
			d.put(guildhall.ChannelRow(g.id, &changed))
		}
	}
	g.dropAppPermissions(r, d, guildhall.AppPermissionRole, guildhall.Snowflake(role.ID), leaving)
	d.event("GUILD_ROLE_DELETE", inGuild(guildhall.IntentGuilds), roleDeleted{g.id, role.ID})
}

// without is the list without one entry.
func without[T comparable](list []T, gone T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return v == gone })
}
