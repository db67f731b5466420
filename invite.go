package guildhall

import (
	"cmp"
	"time"
)

// Commands and queries about invites. ClaimInvite is the kind of claim that leads from a code to its guild.
const (
	CommandInviteCreate = "invite.create"   // by channel; CreateInvite → InviteAnswer; the code is claimed
	CommandInviteDelete = "invite.delete"   // InviteRef → InviteAnswer
	CommandInviteAccept = "invite.accept"   // system only; AcceptInvite → InviteAnswer
	QueryInvite         = "get.invite"      // system only; InviteRef → InviteAnswer
	QueryInvites        = "get.invites"     // of the guild or, by channel, of that; – → []InviteAnswer
	QueryInviteSame     = "get.invite.same" // by channel; CreateInvite → InviteAnswer to be used again, or null
	QueryVanityURL      = "get.vanity_url"  // – → VanityURL

	ClaimInvite = "invite"
)

// Invite lets users become members.
// discord: resources/invite#invite-metadata-object
type Invite struct {
	Code      string    `json:"code"`
	ChannelID ChannelID `json:"channel_id"`
	Inviter   *User     `json:"inviter,omitempty"`
	CreatedAt Timestamp `json:"created_at"`
	MaxAge    int       `json:"max_age"`  // seconds; 0 for ever
	MaxUses   int       `json:"max_uses"` // 0 for any number
	Uses      int       `json:"uses"`
	// Temporary members leave when they go offline, unless they were given a role.
	Temporary bool `json:"temporary"`
	// RoleIDs are given to who becomes a member by it, as far as they are there still.
	RoleIDs []RoleID `json:"role_ids,omitempty"`
}

// Expires is when the invite ends; nil for never.
func (i *Invite) Expires() *Timestamp {
	if i.MaxAge == 0 {
		return nil
	}
	at := i.CreatedAt + Timestamp(i.MaxAge)*Timestamp(time.Second/time.Microsecond)
	return &at
}

// Expired tells whether the invite has ended at now.
func (i *Invite) Expired(now time.Time) bool {
	at := i.Expires()
	return at != nil && !at.Time().After(now)
}

// CreateInvite makes an invite, or finds one that says the same.
type CreateInvite struct {
	Code      string `json:"code"`
	MaxAge    int    `json:"max_age"`
	MaxUses   int    `json:"max_uses"`
	Temporary bool   `json:"temporary"`
	// Unique asks for a new one even where another says the same.
	Unique  bool     `json:"unique"`
	RoleIDs []RoleID `json:"role_ids,omitempty"`
}

// InviteRef names an invite.
type InviteRef struct {
	Code       string `json:"code"`
	WithCounts bool   `json:"with_counts,omitempty"`
	// EventID asks for one of the guild's events along with it.
	EventID Snowflake `json:"guild_scheduled_event_id,omitempty"`
}

// AcceptInvite makes the user a member.
type AcceptInvite struct {
	Code string `json:"code"`
	User User   `json:"user"`
}

// InviteAnswer is an invite as clients see it. How often it was used is told only to those who look after invites.
// discord: resources/invite#invite-object
type InviteAnswer struct {
	Type      int           `json:"type"`
	Code      string        `json:"code"`
	Inviter   *User         `json:"inviter,omitempty"`
	ExpiresAt *Timestamp    `json:"expires_at"`
	Guild     InviteGuild   `json:"guild"`
	GuildID   GuildID       `json:"guild_id"`
	Channel   InviteChannel `json:"channel"`
	*InviteMetadata
	ApproximateMemberCount   *int  `json:"approximate_member_count,omitempty"`
	ApproximatePresenceCount *int  `json:"approximate_presence_count,omitempty"`
	NewMember                *bool `json:"new_member,omitempty"`
	// Roles are those that who accepts is given.
	Roles []InviteRole `json:"roles,omitempty"`
	// Event is one that was asked for, if all members see it.
	Event *ScheduledEvent `json:"guild_scheduled_event,omitempty"`
}

// VanityURL is a guild's own code. There are none here: Discord gives them to paying guilds.
// discord: resources/guild#get-guild-vanity-url
type VanityURL struct {
	Code *string `json:"code"`
	Uses int     `json:"uses"`
}

// InviteMetadata is how an invite is used.
// discord: resources/invite#invite-metadata-object
type InviteMetadata struct {
	Uses      int       `json:"uses"`
	MaxUses   int       `json:"max_uses"`
	MaxAge    int       `json:"max_age"`
	Temporary bool      `json:"temporary"`
	CreatedAt Timestamp `json:"created_at"`
}

// InviteGuild is what an invite tells of its guild.
type InviteGuild struct {
	ID                GuildID  `json:"id"`
	Name              string   `json:"name"`
	Splash            *string  `json:"splash"`
	Banner            *string  `json:"banner"`
	Description       *string  `json:"description"`
	Icon              *string  `json:"icon"`
	Features          []string `json:"features"`
	VerificationLevel int      `json:"verification_level"`
	VanityURLCode     *string  `json:"vanity_url_code"`
	NSFWLevel         int      `json:"nsfw_level"`
	NSFW              bool     `json:"nsfw"`
	Subscriptions     int      `json:"premium_subscription_count"`
}

// InviteChannel is what an invite tells of its channel.
type InviteChannel struct {
	ID   ChannelID   `json:"id"`
	Type ChannelType `json:"type"`
	Name string      `json:"name"`
}

// InviteRole is what an invite tells of a role that it gives.
type InviteRole struct {
	ID           RoleID     `json:"id"`
	Name         string     `json:"name"`
	Position     int        `json:"position"`
	Color        int        `json:"color"`
	Colors       RoleColors `json:"colors"`
	Icon         *string    `json:"icon"`
	UnicodeEmoji *string    `json:"unicode_emoji"`
}

// TemporaryMember marks a member who leaves when it goes offline.
type TemporaryMember struct {
	UserID UserID `json:"user_id"`
}

// InviteRow holds one invite.
func InviteRow(guild GuildID, i *Invite) Row {
	return stateRow(GuildObject(guild), stateInvite, i.Code, i)
}

// TemporaryRow marks a member who came by a temporary invite.
func TemporaryRow(guild GuildID, t *TemporaryMember) Row {
	return stateRow(GuildObject(guild), stateTemporary, t.UserID.Key(), t)
}

// Invite gives the invite with the code, or nil; it may have expired.
func (v GuildView) Invite(code string) *Invite {
	i, _ := v.s.invites.Get(code, v.staged)
	return i
}

// Invites gives all invites by their age; some may have expired.
func (v GuildView) Invites() []*Invite {
	return sorted(v.s.invites.All(v.staged), func(a, b *Invite) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.Code, b.Code))
	})
}

// Temporary tells whether a member leaves when it goes offline.
func (v GuildView) Temporary(user UserID) bool {
	_, there := v.s.temporary.Get(user, v.staged)
	return there
}
