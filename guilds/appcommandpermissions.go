package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// permitAppCommand sets who may use one of an application's commands, or all of them, and where.
// discord: interactions/application-commands#edit-application-command-permissions
func (g *guild) permitAppCommand(r *request, f guildhall.AppCommandPermissions) (*draft, error) {
	if err := r.require(guildhall.PermissionManageGuild | guildhall.PermissionManageRoles); err != nil {
		return nil, err
	}
	if r.view.Member(guildhall.UserID(f.ApplicationID)) == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	if f.ID != guildhall.Snowflake(f.ApplicationID) && r.view.AppCommand(f.ApplicationID, f.ID) == nil {
		return nil, errUnknownAppCommand
	}
	f.GuildID = g.id
	if f.Permissions == nil {
		f.Permissions = []guildhall.AppCommandPermission{}
	}
	before := r.view.AppCommandPermissions(f.ApplicationID, f.ID)
	d := &draft{}
	d.answer(f)
	if before == nil && len(f.Permissions) == 0 || before != nil && sameJSON(before, f) {
		return d, nil
	}
	row := guildhall.AppCommandPermissionsRow(&f)
	if len(f.Permissions) == 0 {
		row = row.Deleted()
	}
	d.put(row)
	var was []guildhall.AppCommandPermission
	if before != nil {
		was = before.Permissions
	}
	d.auditWith(r, guildhall.AuditCommandPermissionsEdit, f.ID,
		map[string]string{"application_id": f.ApplicationID.String()}, auditAppPermissions(was, f.Permissions)...)
	// Not under any intent: told to the application itself, and to those who may set it.
	d.event("APPLICATION_COMMAND_PERMISSIONS_UPDATE", guildhall.Audience{
		Users: []guildhall.UserID{guildhall.UserID(f.ApplicationID)}, Unlisted: guildhall.PermissionManageGuild,
	}, f)
	return d, nil
}

// dropAppPermissions takes a role or channel that is being deleted out of what is set for commands, but for those of a bot
// that is leaving: all of theirs goes.
func (g *guild) dropAppPermissions(r *request, d *draft, kind int, id guildhall.Snowflake, leaving guildhall.UserID) {
	for _, p := range r.view.AllAppCommandPermissions(0) {
		if guildhall.UserID(p.ApplicationID) == leaving {
			continue
		}
		left := *p
		left.Permissions = slices.DeleteFunc(slices.Clone(p.Permissions), func(one guildhall.AppCommandPermission) bool {
			return one.Type == kind && one.ID == id
		})
		row := guildhall.AppCommandPermissionsRow(&left)
		switch len(left.Permissions) {
		case len(p.Permissions):
		case 0:
			d.put(row.Deleted())
		default:
			d.put(row)
		}
	}
}

// auditAppPermissions tells of each entry that has come, gone or changed, under the id of whom it is for.
// discord: resources/audit-log#audit-log-change-object-audit-log-change-exceptions
func auditAppPermissions(before, after []guildhall.AppCommandPermission) []guildhall.AuditChange {
	find := func(list []guildhall.AppCommandPermission, p guildhall.AppCommandPermission) []byte {
		for _, other := range list {
			if other.ID == p.ID && other.Type == p.Type {
				return encode(other)
			}
		}
		return nil
	}
	var changes []guildhall.AuditChange
	for _, p := range after {
		if was, is := find(before, p), encode(p); string(was) != string(is) {
			changes = append(changes, guildhall.AuditChange{Key: p.ID.String(), Old: was, New: is})
		}
	}
	for _, p := range before {
		if find(after, p) == nil {
			changes = append(changes, guildhall.AuditChange{Key: p.ID.String(), Old: encode(p)})
		}
	}
	return changes
}

// queryAppCommandPermissions lists what is set for an application's commands, or gives what is set for one.
// discord: interactions/application-commands#get-guild-application-command-permissions
func (g *guild) queryAppCommandPermissions(r *request) (any, error) {
	ref, err := body[guildhall.AppCommandRef](r.cmd)
	if err != nil {
		return nil, err
	}
	if r.actor != guildhall.UserID(ref.Application) {
		if err := r.require(guildhall.PermissionManageGuild); err != nil {
			return nil, err
		}
	}
	if ref.ID == 0 {
		return r.view.AllAppCommandPermissions(ref.Application), nil
	}
	if p := r.view.AppCommandPermissions(ref.Application, ref.ID); p != nil {
		return p, nil
	}
	return nil, errUnknownAppPermissions
}

// queryAppCommandIndex lists the commands that the actor can use in a channel now.
// docs/reference/people-api.md
func (g *guild) queryAppCommandIndex(r *request) (any, error) {
	c, err := r.textChannel(0)
	if err != nil {
		return nil, err
	}
	index := guildhall.AppCommandIndex{Applications: []guildhall.AppCommandOwner{}, Commands: []*guildhall.ApplicationCommand{}}
	listed := map[guildhall.ApplicationID]bool{}
	for _, command := range r.view.AppCommands(0) {
		if g.mayUseAppCommand(r, command, c) != nil {
			continue
		}
		index.Commands = append(index.Commands, command)
		if bot := r.view.Member(guildhall.UserID(command.ApplicationID)); !listed[command.ApplicationID] {
			listed[command.ApplicationID] = true
			index.Applications = append(index.Applications, guildhall.AppCommandOwner{
				ID: command.ApplicationID, Name: bot.User.Username, Icon: bot.User.Avatar, Bot: bot.User,
			})
		}
	}
	return index, nil
}

// queryAppCommandIndex names the bots in the channel; their commands are asked of themselves.
func (p *private) queryAppCommandIndex(r *request) (any, error) {
	index := guildhall.AppCommandIndex{Applications: []guildhall.AppCommandOwner{}}
	for _, m := range r.view.Recipients() {
		if m.User.Bot && m.User.ID != r.actor {
			index.Applications = append(index.Applications, guildhall.AppCommandOwner{
				ID: guildhall.ApplicationID(m.User.ID), Name: m.User.Username, Icon: m.User.Avatar, Bot: m.User,
			})
		}
	}
	return index, nil
}

// mayUseAppCommand refuses who may not use the command in the channel.
func (g *guild) mayUseAppCommand(r *request, c *guildhall.ApplicationCommand, in *guildhall.Channel) error {
	m, p := r.self(), r.in(in.ID)
	parent := in
	if t := r.view.Thread(in.ID); t != nil {
		parent = r.view.Channel(t.ParentID)
	}
	switch {
	case r.view.Member(guildhall.UserID(c.ApplicationID)) == nil || !c.In(guildhall.ContextGuild):
		return errUnknownAppCommand
	case m == nil || !p.Has(guildhall.PermissionUseApplicationCommands):
		return guildhall.ErrMissingPermissions
	case c.NSFW && (parent == nil || !parent.NSFW):
		return guildhall.ErrMissingPermissions
	case !r.view.MayUse(c, m, in.ID, p):
		return guildhall.ErrMissingPermissions
	}
	return nil
}
