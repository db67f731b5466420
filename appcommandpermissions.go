package guildhall

import "cmp"

// AppCommandPermissions are what a guild has set for one of an application's commands or, under the application's own
// id, for all of them.
// discord: interactions/application-commands#application-command-permissions-object
type AppCommandPermissions struct {
	ID            Snowflake              `json:"id"`
	ApplicationID ApplicationID          `json:"application_id"`
	GuildID       GuildID                `json:"guild_id"`
	Permissions   []AppCommandPermission `json:"permissions"`
}

// AppCommandPermission allows or denies a command to a role, a user, or in a channel.
type AppCommandPermission struct {
	ID         Snowflake `json:"id"`
	Type       int       `json:"type"`
	Permission bool      `json:"permission"`
}

// The types of permission.
// discord: interactions/application-commands#application-command-permissions-object-application-command-permission-type
const (
	AppPermissionRole    = 1
	AppPermissionUser    = 2
	AppPermissionChannel = 3
)

// AppCommandPermissionsRow holds what is set for one command, or for an application.
func AppCommandPermissionsRow(p *AppCommandPermissions) Row {
	return stateRow(GuildObject(p.GuildID), stateAppPermissions, p.ApplicationID.Key()+p.ID.Key(), p)
}

// AppCommandPermissions gives what is set for one of an application's commands, or for it whole; nil for nothing.
func (v GuildView) AppCommandPermissions(application ApplicationID, id Snowflake) *AppCommandPermissions {
	p, _ := v.s.appPermissions.Get(application.Key()+id.Key(), v.staged)
	return p
}

// AllAppCommandPermissions gives all that is set for an application, for every one when it is 0.
func (v GuildView) AllAppCommandPermissions(application ApplicationID) []*AppCommandPermissions {
	found := []*AppCommandPermissions{}
	for _, p := range sorted(v.s.appPermissions.All(v.staged), func(a, b *AppCommandPermissions) int {
		return cmp.Or(cmp.Compare(a.ApplicationID, b.ApplicationID), cmp.Compare(a.ID, b.ID))
	}) {
		if p.ApplicationID == application || application == 0 {
			found = append(found, p)
		}
	}
	return found
}

// The ids that stand for everyone and for all channels in a guild's settings of commands.
// discord: interactions/application-commands#application-command-permissions-object-application-command-permissions-constants
func appEveryone(guild GuildID) Snowflake { return Snowflake(guild) }

func appAllChannels(guild GuildID) Snowflake { return Snowflake(guild) - 1 }

// MayUse judges whether a member may use a command in a channel, as far as the guild's settings and the command's own
// default say; ok is what the member may do in the channel. What is set for the command counts, and for what it does not
// name what is set for the application.
// discord: interactions/application-commands#permissions
func (v GuildView) MayUse(c *ApplicationCommand, m *Member, channel ChannelID, p Permissions) bool {
	if p.Has(PermissionAdministrator) {
		return true
	}
	command := v.AppCommandPermissions(c.ApplicationID, c.ID)
	whole := v.AppCommandPermissions(c.ApplicationID, Snowflake(c.ApplicationID))
	if t := v.Thread(channel); t != nil {
		channel = t.ParentID
	}
	in := func(set *AppCommandPermissions) (allowed, said bool) {
		if set == nil {
			return true, false
		}
		if a, ok := set.says(AppPermissionChannel, Snowflake(channel)); ok {
			return a, true
		}
		return set.says(AppPermissionChannel, appAllChannels(set.GuildID))
	}
	allowed, said := in(command)
	if !said {
		allowed, said = in(whole)
	}
	if said && !allowed {
		return false
	}
	if allowed, said := command.who(m); said {
		return allowed
	}
	if allowed, said := whole.who(m); said && !allowed {
		return false
	}
	switch d := c.DefaultMemberPermissions; {
	case d == nil:
		return true
	case *d == 0:
		return false
	default:
		return p.Has(*d)
	}
}

func (s *AppCommandPermissions) says(kind int, id Snowflake) (allowed, said bool) {
	for _, p := range s.Permissions {
		if p.Type == kind && p.ID == id {
			return p.Permission, true
		}
	}
	return false, false
}

// who: a user's own entry wins over its roles', any role that allows over those that deny, and both over everyone's.
func (s *AppCommandPermissions) who(m *Member) (allowed, said bool) {
	if s == nil {
		return false, false
	}
	if a, ok := s.says(AppPermissionUser, Snowflake(m.User.ID)); ok {
		return a, true
	}
	for _, role := range m.Roles {
		if a, ok := s.says(AppPermissionRole, Snowflake(role)); ok {
			allowed, said = allowed || a, true
		}
	}
	if said {
		return allowed, true
	}
	return s.says(AppPermissionRole, appEveryone(s.GuildID))
}
