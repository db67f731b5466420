package guilds

// pure core

import (
	"cmp"
	"math"

	"guildhall"
)

// request is one command or query of a guild, with the layer of the state by which it is judged and all that its actor
// may do. All permissions and ranks that commands and queries go by are worked out through it.
type request struct {
	*env
	cmd   *guildhall.Command
	actor guildhall.UserID
	view  guildhall.GuildView
	// webhook is set where one acts, and disguise is then what its messages show as their author.
	webhook  guildhall.Snowflake
	disguise *guildhall.Member
	// application is the one that the webhook belongs to.
	application guildhall.ApplicationID
	// joined is a thread that the command makes or adds members to, with the members that it comes to have: the view does not
	// know of them yet.
	joined        *guildhall.Thread
	joinedMembers []guildhall.ThreadMember
}

// system tells whether the operator or the server itself asks: everything is allowed then.
func (r *request) system() bool { return r.actor == 0 }

// admit refuses those to whom the guild does not exist: strangers are told nothing about a guild, and that a channel is
// out of reach.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
func (r *request) admit() error {
	byChannel := r.cmd.Channel != 0
	switch {
	case r.view.Guild() == nil && byChannel:
		return guildhall.ErrUnknownChannel
	case r.view.Guild() == nil:
		return guildhall.ErrUnknownGuild
	case r.system() || r.self() != nil:
		return nil
	case byChannel:
		return guildhall.ErrMissingAccess
	}
	return guildhall.ErrUnknownGuild
}

// self is the actor as a member; nil for strangers and for the system.
func (r *request) self() *guildhall.Member {
	if r.disguise != nil {
		return r.disguise
	}
	return r.view.Member(r.actor)
}

// author is the actor as a member, where only a member can do what is asked.
func (r *request) author() (*guildhall.Member, error) {
	if m := r.self(); m != nil {
		return m, nil
	}
	return nil, guildhall.ErrUnknownUser
}

// permissions is what the actor may do in the guild.
func (r *request) permissions() guildhall.Permissions {
	if r.system() {
		return guildhall.PermissionsAll
	}
	return r.view.Permissions(r.actor, r.now)
}

// in is what the actor may do in a channel.
func (r *request) in(channel guildhall.ChannelID) guildhall.Permissions {
	if r.system() || r.webhook != 0 {
		return guildhall.PermissionsAll
	}
	return r.view.In(channel, r.actor, r.now)
}

// awake refuses a member in timeout what needs no permission that the timeout has taken away: it looks on, and does nothing.
// discord: topics/permissions#permissions-for-timed-out-members
func (r *request) awake() error {
	m := r.view.Member(r.actor)
	if m == nil || guildhall.InTimeout(guildhall.PermissionSendMessages, m.CommunicationDisabledUntil, r.now) != 0 {
		return nil
	}
	return r.require(guildhall.PermissionAdministrator)
}

// require refuses an actor who lacks one of the permissions in the guild.
func (r *request) require(want guildhall.Permissions) error {
	if !r.permissions().Has(want) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

// channel is the channel that the command names, if the actor may see it and has want there.
func (r *request) channel(want guildhall.Permissions) (*guildhall.Channel, error) {
	c := r.view.Channel(r.cmd.Channel)
	if c == nil {
		return nil, guildhall.ErrUnknownChannel
	}
	return c, r.allowed(c.ID, want)
}

// notPrivate refuses, in a guild's channel, what is for private ones alone, as far as the actor sees that the channel is there.
func (r *request) notPrivate() error {
	if _, err := r.place(0); err != nil {
		return err
	}
	return guildhall.ErrWrongChannelType
}

// textChannel is channel for commands about messages.
func (r *request) textChannel(want guildhall.Permissions) (*guildhall.Channel, error) {
	c, err := r.place(want)
	if err == nil && !c.Type.HasMessages() && !c.Type.IsThread() && r.view.Private() == nil {
		return nil, errNotText
	}
	return c, err
}

// place is channel where the command may also be about a thread.
func (r *request) place(want guildhall.Permissions) (*guildhall.Channel, error) {
	t := r.view.Thread(r.cmd.Channel)
	if t == nil {
		return r.channel(want)
	}
	return t.Channel(), r.allowed(t.ID, want)
}

// allowed refuses an actor who does not see the channel or thread, or lacks one of the permissions there.
func (r *request) allowed(id guildhall.ChannelID, want guildhall.Permissions) error {
	p := r.in(id)
	if !p.Has(guildhall.PermissionViewChannel) {
		return guildhall.ErrMissingAccess
	}
	if !p.Has(want) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

// openChannel is textChannel for commands that an archived thread refuses.
// discord: topics/threads#active--archived-threads
func (r *request) openChannel(want guildhall.Permissions) (*guildhall.Channel, error) {
	c, err := r.textChannel(want)
	if err != nil {
		return nil, err
	}
	if t := r.view.Thread(c.ID); t != nil && r.view.ThreadArchived(t, r.now) {
		return nil, errArchived
	}
	return c, nil
}

// unlockedChannel is openChannel for commands that a locked thread refuses too.
// discord: topics/threads#locked-threads
func (r *request) unlockedChannel(want guildhall.Permissions) (*guildhall.Channel, error) {
	c, err := r.openChannel(want)
	if err != nil {
		return nil, err
	}
	return c, r.unlocked(r.view.Thread(c.ID))
}

// mayDeleteIn refuses to delete messages of a thread that is both locked and archived: of others they may be.
// discord: topics/threads#locked-threads
func (r *request) mayDeleteIn(c *guildhall.Channel) error {
	if t := r.view.Thread(c.ID); t != nil && r.view.ThreadArchived(t, r.now) {
		return r.unlocked(t)
	}
	return nil
}

// audience is that of what happens in a channel or thread.
func (r *request) audience(channel guildhall.ChannelID, intents guildhall.Intents) guildhall.Audience {
	if r.joined != nil && r.joined.ID == channel {
		return r.joined.Audience(r.joinedMembers, intents)
	}
	return r.view.AudienceIn(channel, intents)
}

// mayGrant refuses to hand out permissions that the actor does not have itself.
// discord: topics/permissions#permission-hierarchy
func (r *request) mayGrant(p guildhall.Permissions) error {
	if p&^r.permissions() != 0 {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

// rank is a place in the hierarchy: the position of a role and, between two with the same, the older one above.
// discord: topics/permissions#role-object
type rank struct {
	position int
	id       guildhall.RoleID
}

func rankOf(role *guildhall.Role) rank { return rank{role.Position, role.ID} }

func (a rank) above(b rank) bool { return a.compare(b) > 0 }

func (a rank) compare(b rank) int {
	return cmp.Or(cmp.Compare(a.position, b.position), cmp.Compare(b.id, a.id))
}

// highest is a member's rank: that of its highest role, the guild's own for those without one. The owner stands above
// all roles, and the system above the owner.
func (r *request) highest(user guildhall.UserID) rank {
	g := r.view.Guild()
	everyone := guildhall.RoleID(g.ID)
	switch {
	case user == 0:
		return rank{math.MaxInt, 0}
	case user == g.OwnerID:
		return rank{math.MaxInt, everyone}
	}
	top := rank{0, everyone}
	m := r.view.Member(user)
	if m == nil {
		return top
	}
	for _, id := range m.Roles {
		if role := r.view.Role(id); role != nil && rankOf(role).above(top) {
			top = rankOf(role)
		}
	}
	return top
}

// overRole refuses to touch a role that is not below the actor's highest.
func (r *request) overRole(role *guildhall.Role) error {
	if !r.highest(r.actor).above(rankOf(role)) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

// overMember refuses to touch a member whose highest role is not below the actor's.
func (r *request) overMember(user guildhall.UserID) error {
	if !r.highest(r.actor).above(r.highest(user)) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}
