package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// cleanOverwrites keeps the last of those with the same id, and of their bits those that are documented.
func cleanOverwrites(given []guildhall.Overwrite) []guildhall.Overwrite {
	clean := make([]guildhall.Overwrite, 0, len(given))
	for _, o := range given {
		o.Allow &= guildhall.PermissionsAll
		o.Deny &= guildhall.PermissionsAll
		if i := findOverwrite(clean, o.ID); i >= 0 {
			clean[i] = o
		} else {
			clean = append(clean, o)
		}
	}
	return clean
}

func findOverwrite(list []guildhall.Overwrite, id guildhall.Snowflake) int {
	return slices.IndexFunc(list, func(o guildhall.Overwrite) bool { return o.ID == id })
}

// known refuses an overwrite for a role that does not exist or a user who is no member. Imports may name members to come.
func (r *request) known(o guildhall.Overwrite) error {
	if o.Type == guildhall.OverwriteRole && r.view.Role(guildhall.RoleID(o.ID)) != nil {
		return nil
	}
	if o.Type == guildhall.OverwriteMember && (r.system() || r.view.Member(guildhall.UserID(o.ID)) != nil) {
		return nil
	}
	return guildhall.ErrUnknownOverwrite
}

// mayCreateOverwrites refuses, for a channel that is only being made, bits that the actor lacks in the guild; to hand
// out MANAGE_ROLES in a channel is for administrators.
// discord: resources/guild#create-guild-channel
func (r *request) mayCreateOverwrites(overwrites []guildhall.Overwrite) error {
	if err := r.limits.Fit(guildhall.LimitOverwrites, len(overwrites)); err != nil {
		return err
	}
	own := r.permissions()
	for _, o := range overwrites {
		if err := r.known(o); err != nil {
			return err
		}
		bits := o.Allow | o.Deny
		if bits&^own != 0 || bits.Has(guildhall.PermissionManageRoles) && !own.Has(guildhall.PermissionAdministrator) {
			return guildhall.ErrMissingPermissions
		}
	}
	return nil
}

// mayReplaceOverwrites refuses a new list of overwrites if one of the changes between the two is not allowed.
func (r *request) mayReplaceOverwrites(c *guildhall.Channel, list []guildhall.Overwrite) error {
	if err := r.limits.Fit(guildhall.LimitOverwrites, len(list)); err != nil {
		return err
	}
	for _, o := range list {
		var before guildhall.Overwrite
		if i := findOverwrite(c.Overwrites, o.ID); i >= 0 {
			before = c.Overwrites[i]
		} else if err := r.known(o); err != nil {
			return err
		}
		if err := r.mayOverwrite(c, before, o); err != nil {
			return err
		}
	}
	for _, o := range c.Overwrites {
		if findOverwrite(list, o.ID) < 0 {
			if err := r.mayOverwrite(c, o, guildhall.Overwrite{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayOverwrite refuses a change of one overwrite unless the actor has MANAGE_ROLES in the channel and, in the guild or
// in the channel's category, every bit that changes; with an overwrite that gives it MANAGE_ROLES in this channel, it
// may change all.
// discord: resources/channel#edit-channel-permissions
func (r *request) mayOverwrite(c *guildhall.Channel, before, after guildhall.Overwrite) error {
	changed := before.Allow ^ after.Allow | before.Deny ^ after.Deny
	if before.ID != 0 && after.ID != 0 && before.Type != after.Type {
		changed = before.Allow | before.Deny | after.Allow | after.Deny
	}
	if changed == 0 && before.ID == after.ID {
		return nil
	}
	if !r.in(c.ID).Has(guildhall.PermissionManageRoles) {
		return guildhall.ErrMissingPermissions
	}
	// Whoever may give MANAGE_ROLES in a channel may then give everything there.
	if changed.Has(guildhall.PermissionManageRoles) && !r.permissions().Has(guildhall.PermissionAdministrator) && !r.managesRolesHere(c) {
		return guildhall.ErrMissingPermissions
	}
	own := r.permissions()
	if c.ParentID != 0 {
		own |= r.in(c.ParentID)
	}
	if changed&^own != 0 && !r.managesRolesHere(c) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

// managesRolesHere tells whether one of the channel's overwrites gives the actor MANAGE_ROLES.
func (r *request) managesRolesHere(c *guildhall.Channel) bool {
	m := r.self()
	if m == nil {
		return r.system()
	}
	for _, o := range c.Overwrites {
		if !o.Allow.Has(guildhall.PermissionManageRoles) {
			continue
		}
		if o.Type == guildhall.OverwriteMember && guildhall.UserID(o.ID) == r.actor {
			return true
		}
		if o.Type == guildhall.OverwriteRole && slices.Contains(m.Roles, guildhall.RoleID(o.ID)) {
			return true
		}
	}
	return false
}

// discord: resources/channel#edit-channel-permissions
func (g *guild) putOverwrite(r *request, o guildhall.Overwrite) (*draft, error) {
	c, err := r.channel(guildhall.PermissionManageRoles)
	if err != nil {
		return nil, err
	}
	o = cleanOverwrites([]guildhall.Overwrite{o})[0]
	list := slices.Clone(c.Overwrites)
	if i := findOverwrite(list, o.ID); i >= 0 {
		list[i] = o
	} else {
		list = append(list, o)
	}
	return g.changeOverwrites(r, c, list)
}

// discord: resources/channel#delete-channel-permission
func (g *guild) deleteOverwrite(r *request, o guildhall.Overwrite) (*draft, error) {
	c, err := r.channel(guildhall.PermissionManageRoles)
	if err != nil {
		return nil, err
	}
	i := findOverwrite(c.Overwrites, o.ID)
	if i < 0 {
		return nil, guildhall.ErrUnknownOverwrite
	}
	return g.changeOverwrites(r, c, slices.Delete(slices.Clone(c.Overwrites), i, i+1))
}

func (g *guild) changeOverwrites(r *request, before *guildhall.Channel, list []guildhall.Overwrite) (*draft, error) {
	if err := r.mayReplaceOverwrites(before, list); err != nil {
		return nil, err
	}
	d := &draft{}
	if !slices.Equal(before.Overwrites, list) {
		c := *before
		c.Overwrites = list
		g.putChannel(r, d, &c)
		d.auditOverwrites(r, before, &c)
	}
	return d, nil
}
