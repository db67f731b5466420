package guildhall

import (
	"fmt"
	"strconv"
	"time"
)

// Permissions is a bit set of what a member may do; JSON is its decimal form as a string.
// discord: topics/permissions#permissions-bitwise-permission-flags
type Permissions uint64

// The documented permission bits.
const (
	PermissionCreateInstantInvite Permissions = 1 << iota
	PermissionKickMembers
	PermissionBanMembers
	PermissionAdministrator
	PermissionManageChannels
	PermissionManageGuild
	PermissionAddReactions
	PermissionViewAuditLog
	PermissionPrioritySpeaker
	PermissionStream
	PermissionViewChannel
	PermissionSendMessages
	PermissionSendTTSMessages
	PermissionManageMessages
	PermissionEmbedLinks
	PermissionAttachFiles
	PermissionReadMessageHistory
	PermissionMentionEveryone
	PermissionUseExternalEmojis
	PermissionViewGuildInsights
	PermissionConnect
	PermissionSpeak
	PermissionMuteMembers
	PermissionDeafenMembers
	PermissionMoveMembers
	PermissionUseVAD
	PermissionChangeNickname
	PermissionManageNicknames
	PermissionManageRoles
	PermissionManageWebhooks
	PermissionManageGuildExpressions
	PermissionUseApplicationCommands
	PermissionRequestToSpeak
	PermissionManageEvents
	PermissionManageThreads
	PermissionCreatePublicThreads
	PermissionCreatePrivateThreads
	PermissionUseExternalStickers
	PermissionSendMessagesInThreads
	PermissionUseEmbeddedActivities
	PermissionModerateMembers
	PermissionViewCreatorMonetizationAnalytics
	PermissionUseSoundboard
	PermissionCreateGuildExpressions
	PermissionCreateEvents
	PermissionUseExternalSounds
	PermissionSendVoiceMessages
	_
	PermissionSetVoiceChannelStatus
	PermissionSendPolls
	PermissionUseExternalApps
	PermissionPinMessages
	PermissionBypassSlowmode
)

const (
	// PermissionsAll are the documented bits.
	PermissionsAll = PermissionBypassSlowmode<<1 - 1 - 1<<47

	// PermissionsEveryone is what @everyone of a new guild may do.
	PermissionsEveryone = PermissionCreateInstantInvite | PermissionAddReactions | PermissionStream | PermissionViewChannel |
		PermissionSendMessages | PermissionEmbedLinks | PermissionAttachFiles | PermissionReadMessageHistory |
		PermissionMentionEveryone | PermissionUseExternalEmojis | PermissionConnect | PermissionSpeak | PermissionUseVAD |
		PermissionChangeNickname | PermissionUseApplicationCommands | PermissionRequestToSpeak |
		PermissionCreatePublicThreads | PermissionCreatePrivateThreads | PermissionUseExternalStickers |
		PermissionSendMessagesInThreads | PermissionUseEmbeddedActivities | PermissionUseSoundboard |
		PermissionUseExternalSounds | PermissionSendVoiceMessages | PermissionSendPolls | PermissionUseExternalApps

	// permissionsInTimeout is all that a member in timeout keeps, unless it is an administrator or the owner.
	// discord: topics/permissions#permissions-for-timed-out-members
	permissionsInTimeout = PermissionViewChannel | PermissionReadMessageHistory

	// permissionsOfSending go with the right to send.
	// discord: topics/permissions#implicit-permissions
	permissionsOfSending = PermissionMentionEveryone | PermissionSendTTSMessages | PermissionAttachFiles | PermissionEmbedLinks
)

// Has tells whether every bit of want is there.
func (p Permissions) Has(want Permissions) bool { return p&want == want }

// MarshalJSON writes the decimal form as a string.
func (p Permissions) MarshalJSON() ([]byte, error) {
	b := strconv.AppendUint([]byte{'"'}, uint64(p), 10)
	return append(b, '"'), nil
}

// UnmarshalJSON takes a string or a number of decimal digits; null is 0.
func (p *Permissions) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*p = 0
		return nil
	}
	if len(b) >= 2 && b[0] == '"' && b[len(b)-1] == '"' {
		b = b[1 : len(b)-1]
	}
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("not a permission set: %q", b)
	}
	*p = Permissions(n)
	return nil
}

// Overwrite changes what a role or a member may do in one channel.
// discord: resources/channel#overwrite-object
type Overwrite struct {
	ID    Snowflake     `json:"id"`
	Type  OverwriteType `json:"type"`
	Allow Permissions   `json:"allow"`
	Deny  Permissions   `json:"deny"`
}

// OverwriteType says whether an overwrite is a role's or a member's.
type OverwriteType int

// The types of overwrite.
const (
	OverwriteRole   OverwriteType = 0
	OverwriteMember OverwriteType = 1
)

// BasePermissions is what a member may do in a guild before channels are looked at: everything for the owner and for
// administrators, else the union of @everyone's and its roles' permissions.
// discord: topics/permissions#permission-overwrites
func BasePermissions(owner bool, everyone Permissions, roles ...Permissions) Permissions {
	if owner {
		return PermissionsAll
	}
	for _, r := range roles {
		everyone |= r
	}
	if everyone.Has(PermissionAdministrator) {
		return PermissionsAll
	}
	return everyone
}

// ChannelPermissions applies a channel's overwrites to a member's base permissions: @everyone's, then all its roles'
// together (denials first), then the member's own; what is implied by a missing VIEW_CHANNEL or SEND_MESSAGES last.
// everyone is the guild's id as a role.
// discord: topics/permissions#permission-overwrites
func ChannelPermissions(base Permissions, overwrites []Overwrite, everyone RoleID, roles []RoleID, user UserID) Permissions {
	if base.Has(PermissionAdministrator) {
		return PermissionsAll
	}
	return implied(overwritten(base, overwrites, everyone, roles, user))
}

// ThreadPermissions is ChannelPermissions for a channel's threads, where the right to send is another one: it is shown as
// SEND_MESSAGES, so that what goes with it hangs on it there too.
// discord: topics/threads#permissions
func ThreadPermissions(base Permissions, overwrites []Overwrite, everyone RoleID, roles []RoleID, user UserID) Permissions {
	if base.Has(PermissionAdministrator) {
		return PermissionsAll
	}
	p := overwritten(base, overwrites, everyone, roles, user) &^ PermissionSendMessages
	if p.Has(PermissionSendMessagesInThreads) {
		p |= PermissionSendMessages
	}
	return implied(p)
}

func overwritten(base Permissions, overwrites []Overwrite, everyone RoleID, roles []RoleID, user UserID) Permissions {
	var roleAllow, roleDeny, ownAllow, ownDeny Permissions
	for _, o := range overwrites {
		switch {
		case o.Type == OverwriteMember:
			if UserID(o.ID) == user {
				ownAllow, ownDeny = o.Allow, o.Deny
			}
		case RoleID(o.ID) == everyone:
			base = base&^o.Deny | o.Allow
		default:
			for _, r := range roles {
				if r == RoleID(o.ID) {
					roleAllow |= o.Allow
					roleDeny |= o.Deny
					break
				}
			}
		}
	}
	base = base&^roleDeny | roleAllow
	base = base&^ownDeny | ownAllow
	// ADMINISTRATOR is the whole guild's or nobody's: an overwrite can't give it, or it would lift a timeout here.
	return base &^ PermissionAdministrator
}

// implied takes away what makes no sense without the right to see or to send.
// discord: topics/permissions#implicit-permissions
func implied(p Permissions) Permissions {
	if !p.Has(PermissionViewChannel) {
		return 0
	}
	if !p.Has(PermissionSendMessages) {
		return p &^ permissionsOfSending
	}
	return p
}

// InTimeout takes away what a member in timeout may not do at now.
func InTimeout(p Permissions, until *Timestamp, now time.Time) Permissions {
	if until == nil || !until.Time().After(now) || p.Has(PermissionAdministrator) {
		return p
	}
	return p & permissionsInTimeout
}
