package guilds

// pure core

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"guildhall"
)

// timeoutMax is how far ahead a timeout may end.
// discord: resources/guild#modify-guild-member
const timeoutMax = 28 * 24 * time.Hour

// memberBypassesVerification is the one member flag that can be set.
// discord: resources/guild#guild-member-object-guild-member-flags
const memberBypassesVerification = 1 << 2

// memberEvent is the data of GUILD_MEMBER_ADD and GUILD_MEMBER_UPDATE.
// discord: events/gateway-events#guild-member-add
type memberEvent struct {
	GuildID guildhall.GuildID `json:"guild_id"`
	*guildhall.Member
}

// memberGone is the data of GUILD_MEMBER_REMOVE.
type memberGone struct {
	GuildID guildhall.GuildID `json:"guild_id"`
	User    guildhall.User    `json:"user"`
}

// guildJoined is the body of the follow-up to a new member's user: the entry of its guild list, and the user as the
// guild knows it, so that its object can tell when that is out of date.
type guildJoined struct {
	guildhall.GuildRef
	User *guildhall.User `json:"user,omitempty"`
}

func newMember(u guildhall.User, now time.Time) *guildhall.Member {
	return &guildhall.Member{User: u, Roles: []guildhall.RoleID{}, JoinedAt: guildhall.TimestampOf(now)}
}

func withRoles(m *guildhall.Member, roles []guildhall.RoleID) *guildhall.Member {
	changed := *m
	changed.Roles = roles
	return &changed
}

func byUserID(a, b *guildhall.Member) int { return cmp.Compare(a.User.ID, b.User.ID) }

// joined tells the user's own object of its new guild.
func (d *draft) joined(guild guildhall.GuildID, m *guildhall.Member) {
	d.send(guildhall.UserObject(m.User.ID), guildhall.CommandUserGuildJoined, guildJoined{
		guildhall.GuildRef{ID: guild, JoinedAt: m.JoinedAt}, &m.User,
	})
}

// putMember writes a changed member and tells of it. A member sees its own changes without the privileged intent.
// discord: events/gateway#privileged-intents
func (g *guild) putMember(d *draft, m *guildhall.Member) {
	d.put(guildhall.MemberRow(g.id, m))
	audience := inGuild(guildhall.IntentGuildMembers)
	audience.Always = []guildhall.UserID{m.User.ID}
	d.event("GUILD_MEMBER_UPDATE", audience, memberEvent{g.id, m})
}

// addMember makes a user a member. One who is a member already is given the nick and the roles that it lacks.
func (g *guild) addMember(r *request, f guildhall.AddMember) (*draft, error) {
	if r.view.Ban(f.User.ID) != nil {
		return nil, errBanned
	}
	before := r.view.Member(f.User.ID)
	m := newMember(f.User, r.now)
	m.Mute, m.Deaf = f.Mute, f.Deaf
	if before != nil {
		*m = *before
	}
	if f.Nick != nil {
		m.Nick = nickname(f.Nick)
	}
	m.Roles = slices.Clone(m.Roles)
	for _, id := range f.Roles {
		if r.view.Role(id) == nil {
			return nil, guildhall.ErrUnknownRole
		}
		if id != guildhall.RoleID(g.id) && !slices.Contains(m.Roles, id) {
			m.Roles = append(m.Roles, id)
		}
	}
	d := &draft{}
	if before != nil {
		if !sameJSON(before, m) {
			g.putMember(d, m)
		}
		d.answer(m)
		return d, nil
	}
	if f.Managed.Set {
		if err := g.addManagedRole(r, d, m, f.Managed); err != nil {
			return nil, err
		}
	}
	g.letIn(d, m)
	if m.User.Bot {
		g.tellIntegration(d, m.User, true)
		d.audit(r, guildhall.AuditBotAdd, guildhall.Snowflake(m.User.ID))
		d.audit(r, guildhall.AuditIntegrationCreate, guildhall.Snowflake(m.User.ID), auditChanges(nil, guildhall.NewIntegration(m.User), "type", "name")...)
	}
	d.answer(m)
	return d, nil
}

// letIn writes a new member, and tells the guild and the user of it.
func (g *guild) letIn(d *draft, m *guildhall.Member) {
	d.put(guildhall.MemberRow(g.id, m))
	d.event("GUILD_MEMBER_ADD", inGuild(guildhall.IntentGuildMembers), memberEvent{g.id, m})
	d.joined(g.id, m)
}

// addMembers makes people members, as many as fit a record. Those who are members already, or banned, are left as they are.
func (g *guild) addMembers(r *request, f guildhall.AddMembers) (*draft, error) {
	if len(f.Users) > guildhall.AddMembersMax {
		return nil, fmt.Errorf("%d members at once, not more than %d", len(f.Users), guildhall.AddMembersMax)
	}
	d := &draft{}
	seen := make(map[guildhall.UserID]bool, len(f.Users))
	for _, u := range f.Users {
		if u.Bot || seen[u.ID] || r.view.Ban(u.ID) != nil || r.view.Member(u.ID) != nil {
			continue
		}
		seen[u.ID] = true
		g.letIn(d, newMember(u, r.now))
	}
	return d, nil
}

// addManagedRole makes the role that comes and goes with a bot.
func (g *guild) addManagedRole(r *request, d *draft, m *guildhall.Member, p guildhall.Optional[guildhall.Permissions]) error {
	role := newRole(guildhall.RoleID(r.nextID()), 0)
	applyRole(role, &guildhall.RoleFields{Name: guildhall.Some(m.User.Username), Permissions: p, Managed: m.User.ID})
	m.Roles = append(m.Roles, role.ID)
	return g.addRole(r, d, role)
}

// removeMember lets a member leave or kicks it. A bot's own role goes with it.
// discord: resources/guild#remove-guild-member
func (g *guild) removeMember(r *request, ref guildhall.MemberRef) (*draft, error) {
	if ref.Gone != nil && r.system() {
		return g.removeDeleted(r, ref)
	}
	leaves := ref.UserID == r.actor
	if !leaves {
		if err := r.require(guildhall.PermissionKickMembers); err != nil {
			return nil, err
		}
	}
	m := r.view.Member(ref.UserID)
	if m == nil {
		return nil, guildhall.ErrUnknownMember
	}
	if !leaves {
		if err := r.overMember(ref.UserID); err != nil {
			return nil, err
		}
	}
	if ref.UserID == r.view.Guild().OwnerID {
		return nil, errOwnerStays
	}
	d := &draft{}
	g.dropMember(r, d, m)
	if !leaves {
		d.audit(r, guildhall.AuditMemberKick, guildhall.Snowflake(ref.UserID))
	}
	return d, nil
}

// dropMember ends a membership with all that hangs on it.
func (g *guild) dropMember(r *request, d *draft, m *guildhall.Member) {
	id := m.User.ID
	d.put(guildhall.MemberRow(g.id, m).Deleted())
	for _, role := range m.Roles {
		if role := r.view.Role(role); role != nil && role.Tags != nil && role.Tags.BotID == id {
			g.dropRole(r, d, role, id)
			break
		}
	}
	if v := r.view.Voice(id); v != nil {
		g.leaveVoice(r, d, v)
	}
	g.leaveThreads(r, d, id)
	for _, e := range r.view.Events() {
		g.loseInterest(r, d, e, id)
	}
	if r.view.Temporary(id) {
		d.put(guildhall.TemporaryRow(g.id, &guildhall.TemporaryMember{UserID: id}).Deleted())
	}
	if m.User.Bot {
		g.dropAppCommands(r, d, guildhall.ApplicationID(id))
		g.tellIntegration(d, m.User, false)
	}
	d.event("GUILD_MEMBER_REMOVE", inGuild(guildhall.IntentGuildMembers), memberGone{g.id, m.User})
	d.send(guildhall.UserObject(id), guildhall.CommandUserGuildLeft, guildhall.GuildRef{ID: g.id, JoinedAt: m.JoinedAt})
}

// replaceUser takes over what the member's user object says of it.
func (g *guild) replaceUser(r *request, u guildhall.User) (*draft, error) {
	d := &draft{}
	before := r.view.Member(u.ID)
	if before == nil || sameJSON(before.User, u) {
		return d, nil
	}
	m := *before
	m.User = u
	g.putMember(d, &m)
	if u.Bot && u.Username != before.User.Username {
		audience := inGuild(guildhall.IntentGuildIntegrations)
		d.event("INTEGRATION_UPDATE", audience, integrationEvent{guildhall.NewIntegration(u), g.id})
		d.event("GUILD_INTEGRATIONS_UPDATE", audience, guildOnly{g.id})
	}
	return d, nil
}

// discord: resources/guild#modify-guild-member
func (g *guild) modifyMember(r *request, f guildhall.ModifyMember) (*draft, error) {
	before := r.view.Member(f.UserID)
	if before == nil {
		return nil, guildhall.ErrUnknownMember
	}
	m := *before
	steps := []func(*request, *guildhall.Member, *guildhall.ModifyMember) error{
		g.setNick, g.setPictures, g.setRoles, g.setVoice, g.setFlags, g.setTimeout,
	}
	for _, step := range steps {
		if err := step(r, &m, &f); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	if !sameJSON(before, &m) {
		g.putMember(d, &m)
		d.auditMember(r, before, &m)
	}
	if err := g.moveVoice(r, d, &m, f.ChannelID); err != nil {
		return nil, err
	}
	d.answer(&m)
	return d, nil
}

func nickname(nick *string) *string {
	if nick == nil || *nick == "" {
		return nil
	}
	return nick
}

// setNick: everyone may be allowed to name itself, and to name others only from above.
func (g *guild) setNick(r *request, m *guildhall.Member, f *guildhall.ModifyMember) error {
	if !f.Nick.Set {
		return nil
	}
	p := r.permissions()
	if r.actor == m.User.ID {
		if p&(guildhall.PermissionChangeNickname|guildhall.PermissionManageNicknames) == 0 {
			return guildhall.ErrMissingPermissions
		}
	} else {
		if !p.Has(guildhall.PermissionManageNicknames) {
			return guildhall.ErrMissingPermissions
		}
		if err := r.overMember(m.User.ID); err != nil {
			return err
		}
	}
	m.Nick = nickname(f.Nick.Pointer())
	return nil
}

// setVoice mutes and deafens those who are connected to voice.
func (g *guild) setVoice(r *request, m *guildhall.Member, f *guildhall.ModifyMember) error {
	var want guildhall.Permissions
	if f.Mute.Set {
		want |= guildhall.PermissionMuteMembers
	}
	if f.Deaf.Set {
		want |= guildhall.PermissionDeafenMembers
	}
	if want == 0 || f.Mute.Or(m.Mute) == m.Mute && f.Deaf.Or(m.Deaf) == m.Deaf {
		return nil
	}
	if err := r.require(want); err != nil {
		return err
	}
	if r.view.Voice(m.User.ID) == nil {
		return errNotInVoice
	}
	m.Mute, m.Deaf = f.Mute.Or(m.Mute), f.Deaf.Or(m.Deaf)
	return nil
}

// setPictures: they are one's own, and nobody else's to change.
// discord: resources/guild#modify-current-member
func (g *guild) setPictures(r *request, m *guildhall.Member, f *guildhall.ModifyMember) error {
	if !f.Avatar.Set && !f.Banner.Set {
		return nil
	}
	if r.actor != m.User.ID {
		return guildhall.ErrMissingPermissions
	}
	if f.Avatar.Set {
		m.Avatar = f.Avatar.Pointer()
	}
	if f.Banner.Set {
		m.Banner = f.Banner.Pointer()
	}
	return nil
}

func (g *guild) setFlags(r *request, m *guildhall.Member, f *guildhall.ModifyMember) error {
	if !f.Flags.Set {
		return nil
	}
	const moderates = guildhall.PermissionModerateMembers | guildhall.PermissionKickMembers | guildhall.PermissionBanMembers
	p := r.permissions()
	if p&(guildhall.PermissionManageGuild|guildhall.PermissionManageRoles) == 0 && !p.Has(moderates) {
		return guildhall.ErrMissingPermissions
	}
	m.Flags = m.Flags&^memberBypassesVerification | f.Flags.Or(0)&memberBypassesVerification
	return nil
}

// setTimeout: owner and administrators can't be put in timeout.
// discord: topics/permissions#permissions-for-timed-out-members
func (g *guild) setTimeout(r *request, m *guildhall.Member, f *guildhall.ModifyMember) error {
	if !f.CommunicationDisabledUntil.Set {
		return nil
	}
	if err := r.require(guildhall.PermissionModerateMembers); err != nil {
		return err
	}
	if err := r.overMember(m.User.ID); err != nil {
		return err
	}
	until := f.CommunicationDisabledUntil.Pointer()
	if until != nil && !until.Time().After(r.now) {
		until = nil
	}
	if until == nil {
		m.CommunicationDisabledUntil = nil
		return nil
	}
	if until.Time().After(r.now.Add(timeoutMax)) {
		return guildhall.BadField("DATE_TIME_TOO_FAR", fmt.Sprintf("Timeout may last %d days at most.", timeoutMax/(24*time.Hour)), "communication_disabled_until")
	}
	if r.view.Permissions(m.User.ID, r.now).Has(guildhall.PermissionAdministrator) {
		return guildhall.ErrMissingPermissions
	}
	m.CommunicationDisabledUntil = until
	return nil
}
