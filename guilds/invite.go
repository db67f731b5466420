package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// discord: topics/opcodes-and-status-codes#json-json-error-codes
var errUnknownInvite = &guildhall.Error{Status: 404, Code: 10006, Message: "Unknown Invite"}

const (
	// expiredMax is how many invites that have ended are cleared away with each new one.
	expiredMax = 50
	// suppressJoins is the system channel flag that keeps it quiet about new members.
	// discord: resources/guild#guild-object-system-channel-flags
	suppressJoins          = 1 << 0
	featureInvitesDisabled = "INVITES_DISABLED"
)

// inviteCreated is the data of INVITE_CREATE.
// discord: events/gateway-events#invite-create
type inviteCreated struct {
	*guildhall.Invite
	GuildID   guildhall.GuildID    `json:"guild_id"`
	ExpiresAt *guildhall.Timestamp `json:"expires_at"`
}

// inviteDeleted is the data of INVITE_DELETE.
// discord: events/gateway-events#invite-delete
type inviteDeleted struct {
	GuildID   guildhall.GuildID   `json:"guild_id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	Code      string              `json:"code"`
}

// auditInvite tells of an invite that is made or ended, with its inviter by id.
func (d *draft) auditInvite(r *request, event guildhall.AuditLogEvent, before, after *guildhall.Invite) {
	named := func(i *guildhall.Invite) any {
		if i == nil {
			return nil
		}
		inviter := guildhall.UserID(0)
		if i.Inviter != nil {
			inviter = i.Inviter.ID
		}
		return struct {
			*guildhall.Invite
			InviterID guildhall.UserID `json:"inviter_id"`
		}{i, inviter}
	}
	d.audit(r, event, 0, auditChanges(
		named(before), named(after), "code", "channel_id", "inviter_id", "max_age", "max_uses", "uses", "temporary", "role_ids",
	)...)
}

// inviteAudience are those who look after a channel's invites.
func inviteAudience(channel guildhall.ChannelID) guildhall.Audience {
	return guildhall.Audience{
		Channel: channel, Intents: guildhall.IntentGuildInvites, Permissions: guildhall.PermissionManageChannels,
	}
}

// shownInvite is an invite as it is answered, with how it is used where metadata says so.
func (g *guild) shownInvite(r *request, i *guildhall.Invite, metadata bool) *guildhall.InviteAnswer {
	s := r.view.Guild()
	a := &guildhall.InviteAnswer{
		Code: i.Code, Inviter: i.Inviter, ExpiresAt: i.Expires(), GuildID: g.id,
		Guild: guildhall.InviteGuild{
			ID: g.id, Name: s.Name, Splash: s.Splash, Banner: s.Banner, Description: s.Description, Icon: s.Icon,
			Features: s.Features, VerificationLevel: s.VerificationLevel, VanityURLCode: s.VanityURLCode,
			NSFWLevel: s.NSFWLevel, NSFW: s.NSFW, Subscriptions: s.PremiumSubscriptionCount,
		},
		Channel: guildhall.InviteChannel{ID: i.ChannelID},
	}
	if c := r.view.Channel(i.ChannelID); c != nil {
		a.Channel.Type, a.Channel.Name = c.Type, c.Name
	}
	for _, role := range rolesOf(r, i) {
		a.Roles = append(a.Roles, guildhall.InviteRole{
			ID: role.ID, Name: role.Name, Position: role.Position, Color: role.Color, Colors: role.Colors, Icon: role.Icon,
			UnicodeEmoji: role.UnicodeEmoji,
		})
	}
	if metadata {
		a.InviteMetadata = &guildhall.InviteMetadata{
			Uses: i.Uses, MaxUses: i.MaxUses, MaxAge: i.MaxAge, Temporary: i.Temporary, CreatedAt: i.CreatedAt,
		}
	}
	return a
}

// invitable is the channel that is to be invited to.
func (r *request) invitable() (*guildhall.Channel, error) {
	c, err := r.channel(guildhall.PermissionCreateInstantInvite)
	if err == nil && c.Type == guildhall.ChannelGuildCategory {
		return nil, guildhall.ErrWrongChannelType
	}
	return c, err
}

// sameInvite is one of the actor's own that says what is asked for and was never used up.
func (r *request) sameInvite(c *guildhall.Channel, f *guildhall.CreateInvite) *guildhall.Invite {
	if f.Unique {
		return nil
	}
	for _, i := range r.view.Invites() {
		own := i.Inviter != nil && i.Inviter.ID == r.actor
		alike := i.ChannelID == c.ID && i.MaxAge == f.MaxAge && i.MaxUses == f.MaxUses && i.Temporary == f.Temporary &&
			slices.Equal(i.RoleIDs, f.RoleIDs)
		if own && alike && !i.Expired(r.now) {
			return i
		}
	}
	return nil
}

// mayInviteWith refuses an invite that gives roles which the inviter could not give, or that may more than the inviter.
// discord: resources/channel#create-channel-invite
func (g *guild) mayInviteWith(r *request, roles []guildhall.RoleID) error {
	for _, id := range roles {
		if err := g.mayAssign(r, id); err != nil {
			return err
		}
		if !r.permissions().Has(r.view.Role(id).Permissions) {
			return guildhall.ErrMissingPermissions
		}
	}
	return nil
}

// rolesOf are the roles that an invite gives and that are there still.
func rolesOf(r *request, i *guildhall.Invite) []*guildhall.Role {
	var roles []*guildhall.Role
	for _, id := range i.RoleIDs {
		if role := r.view.Role(id); role != nil {
			roles = append(roles, role)
		}
	}
	return roles
}

// querySameInvite finds an invite to be used again, before a code is claimed for a new one; it refuses those who may
// not make any.
func (g *guild) querySameInvite(r *request) (any, error) {
	f, err := body[guildhall.CreateInvite](r.cmd)
	if err != nil {
		return nil, err
	}
	c, err := r.invitable()
	if err != nil {
		return nil, err
	}
	if err := g.mayInviteWith(r, f.RoleIDs); err != nil {
		return nil, err
	}
	if i := r.sameInvite(c, &f); i != nil {
		return g.shownInvite(r, i, true), nil
	}
	return nil, nil
}

// createInvite makes an invite under a code that the command has claimed.
// discord: resources/channel#create-channel-invite
func (g *guild) createInvite(r *request, f guildhall.CreateInvite) (*draft, error) {
	c, err := r.invitable()
	if err != nil {
		return nil, err
	}
	if err := g.mayInviteWith(r, f.RoleIDs); err != nil {
		return nil, err
	}
	if f.Code == "" || r.view.Invite(f.Code) != nil {
		return nil, guildhall.BadField("INVITE_CODE_TAKEN", "Invite code is already taken", "code")
	}
	d := &draft{}
	kept, cleared := 0, 0
	for _, old := range r.view.Invites() {
		if old.Expired(r.now) && cleared < expiredMax {
			d.put(guildhall.InviteRow(g.id, old).Deleted())
			cleared++
		} else {
			kept++
		}
	}
	if err := r.limits.Room(guildhall.LimitInvites, kept); err != nil {
		return nil, err
	}
	i := &guildhall.Invite{
		Code: f.Code, ChannelID: c.ID, CreatedAt: guildhall.TimestampOf(r.now), MaxAge: f.MaxAge, MaxUses: f.MaxUses,
		Temporary: f.Temporary, RoleIDs: f.RoleIDs,
	}
	if m := r.self(); m != nil {
		i.Inviter = &m.User
	}
	d.put(guildhall.InviteRow(g.id, i))
	d.event("INVITE_CREATE", inviteAudience(c.ID), inviteCreated{i, g.id, i.Expires()})
	d.auditInvite(r, guildhall.AuditInviteCreate, nil, i)
	d.answer(g.shownInvite(r, i, true))
	return d, nil
}

// dropInvite ends an invite.
func (g *guild) dropInvite(d *draft, i *guildhall.Invite) {
	d.put(guildhall.InviteRow(g.id, i).Deleted())
	d.event("INVITE_DELETE", inviteAudience(i.ChannelID), inviteDeleted{g.id, i.ChannelID, i.Code})
}

// deleteInvite ends an invite, for those who look after its channel or the guild.
// discord: resources/invite#delete-invite
func (g *guild) deleteInvite(r *request, ref guildhall.InviteRef) (*draft, error) {
	i := r.view.Invite(ref.Code)
	if i == nil || i.Expired(r.now) {
		return nil, errUnknownInvite
	}
	if !r.in(i.ChannelID).Has(guildhall.PermissionManageChannels) && !r.permissions().Has(guildhall.PermissionManageGuild) {
		return nil, guildhall.ErrMissingPermissions
	}
	d := &draft{}
	g.dropInvite(d, i)
	d.auditInvite(r, guildhall.AuditInviteDelete, i, nil)
	d.answer(g.shownInvite(r, i, false))
	return d, nil
}

// queryInvite is an invite as anyone may see it who knows its code.
// discord: resources/invite#get-invite
func (g *guild) queryInvite(r *request) (any, error) {
	ref, err := body[guildhall.InviteRef](r.cmd)
	if err != nil {
		return nil, err
	}
	i := r.view.Invite(ref.Code)
	if !r.system() || i == nil || i.Expired(r.now) {
		return nil, errUnknownInvite
	}
	a := g.shownInvite(r, i, false)
	if ref.WithCounts {
		a.ApproximateMemberCount, a.ApproximatePresenceCount = g.counts(r)
	}
	if e := r.view.Event(ref.EventID); e != nil && !e.Status.Over() && g.isOpen(r, e) {
		counted := *r.counted([]*guildhall.ScheduledEvent{e}, true)[0]
		counted.Creator = nil
		a.Event = &counted
	}
	return a, nil
}

// isOpen tells whether an event may be told to those who are not members yet: it is in no channel, or in one that
// @everyone sees.
func (g *guild) isOpen(r *request, e *guildhall.ScheduledEvent) bool {
	c, everyone := r.view.Channel(e.ChannelID), r.view.Role(guildhall.RoleID(g.id))
	if c == nil || everyone == nil {
		return e.ChannelID == 0
	}
	p := guildhall.ChannelPermissions(everyone.Permissions, c.Overwrites, everyone.ID, nil, 0)
	return p.Has(guildhall.PermissionViewChannel)
}

// queryInvites lists the invites of a channel, for those who look after it, or of the guild.
// discord: resources/guild#get-guild-invites
func (g *guild) queryInvites(r *request) (any, error) {
	metadata := true
	if r.cmd.Channel != 0 {
		if _, err := r.channel(guildhall.PermissionManageChannels); err != nil {
			return nil, err
		}
	} else if metadata = r.permissions().Has(guildhall.PermissionManageGuild); !metadata {
		if err := r.require(guildhall.PermissionViewAuditLog); err != nil {
			return nil, err
		}
	}
	shown := []*guildhall.InviteAnswer{}
	for _, i := range r.view.Invites() {
		if !i.Expired(r.now) && (r.cmd.Channel == 0 || i.ChannelID == r.cmd.Channel) {
			shown = append(shown, g.shownInvite(r, i, metadata))
		}
	}
	return shown, nil
}

// queryVanityURL is for those who look after the guild.
// discord: resources/guild#get-guild-vanity-url
func (g *guild) queryVanityURL(r *request) (any, error) {
	if err := r.require(guildhall.PermissionManageGuild); err != nil {
		return nil, err
	}
	return guildhall.VanityURL{Code: r.view.Guild().VanityURLCode}, nil
}

// acceptInvite makes the user a member and counts the use: of many who come at once, max_uses get in. Who is a member
// already uses nothing up.
// discord: resources/invite
func (g *guild) acceptInvite(r *request, f guildhall.AcceptInvite) (*draft, error) {
	i := r.view.Invite(f.Code)
	settings := r.view.Guild()
	if i == nil || i.Expired(r.now) || slices.Contains(settings.Features, featureInvitesDisabled) {
		return nil, errUnknownInvite
	}
	d := &draft{}
	a := g.shownInvite(r, i, false)
	a.NewMember = new(bool)
	if r.view.Member(f.User.ID) != nil {
		d.answer(a)
		return d, nil
	}
	add := guildhall.AddMember{User: f.User}
	for _, role := range rolesOf(r, i) {
		add.Roles = append(add.Roles, role.ID)
	}
	joined, err := g.addMember(r, add)
	if err != nil {
		return nil, err
	}
	d = joined
	used := *i
	used.Uses++
	if used.MaxUses != 0 && used.Uses >= used.MaxUses {
		g.dropInvite(d, &used)
	} else {
		d.put(guildhall.InviteRow(g.id, &used))
	}
	if i.Temporary {
		d.put(guildhall.TemporaryRow(g.id, &guildhall.TemporaryMember{UserID: f.User.ID}))
	}
	g.welcome(r, d, f.User)
	*a.NewMember = true
	d.answer(a)
	return d, nil
}

// welcome tells the system channel of a new member, unless it is to be quiet about them.
// discord: resources/message#message-object-message-types
func (g *guild) welcome(r *request, d *draft, u guildhall.User) {
	settings := r.view.Guild()
	channel := settings.SystemChannelID
	if channel == 0 || settings.SystemChannelFlags&suppressJoins != 0 {
		return
	}
	g.addMessage(r, d, newSystemMessage(r, channel, guildhall.MessageUserJoin, u))
}
