package guildhall

// Commands that change or end a guild as a whole.
const (
	CommandGuildModify      = "guild.modify"      // ModifyGuild → guild
	CommandGuildDelete      = "guild.delete"      // by the guild owner; – → –
	CommandChannelPositions = "channel.positions" // []ChannelPosition → –
)

// Queries about a guild as a whole.
const (
	QueryGuildPreview = "get.guild.preview" // system only; MemberRef (who asks) → GuildPreview
	QueryRoleCounts   = "get.role_counts"   // – → number of members by role
)

// GuildPreview is what may be told of a guild that can be discovered.
// discord: resources/guild#guild-preview-object
type GuildPreview struct {
	ID                       GuildID        `json:"id"`
	Name                     string         `json:"name"`
	Icon                     *string        `json:"icon"`
	Splash                   *string        `json:"splash"`
	DiscoverySplash          *string        `json:"discovery_splash"`
	HomeHeader               *string        `json:"home_header"`
	Description              *string        `json:"description"`
	Emojis                   []*CustomEmoji `json:"emojis"`
	Stickers                 []struct{}     `json:"stickers"`
	Features                 []string       `json:"features"`
	ApproximateMemberCount   int            `json:"approximate_member_count"`
	ApproximatePresenceCount int            `json:"approximate_presence_count"`
}

// ModifyGuild changes the fields that are set. Pictures are hashes: the API has kept what they name.
// discord: resources/guild#modify-guild
type ModifyGuild struct {
	Name                        Optional[string]    `json:"name,omitzero"`
	Description                 Optional[string]    `json:"description,omitzero"`
	Icon                        Optional[string]    `json:"icon,omitzero"`
	Splash                      Optional[string]    `json:"splash,omitzero"`
	DiscoverySplash             Optional[string]    `json:"discovery_splash,omitzero"`
	Banner                      Optional[string]    `json:"banner,omitzero"`
	HomeHeader                  Optional[string]    `json:"home_header,omitzero"`
	VerificationLevel           Optional[int]       `json:"verification_level,omitzero"`
	DefaultMessageNotifications Optional[int]       `json:"default_message_notifications,omitzero"`
	ExplicitContentFilter       Optional[int]       `json:"explicit_content_filter,omitzero"`
	PreferredLocale             Optional[string]    `json:"preferred_locale,omitzero"`
	AFKTimeout                  Optional[int]       `json:"afk_timeout,omitzero"` // seconds
	AFKChannelID                Optional[ChannelID] `json:"afk_channel_id,omitzero"`
	SystemChannelID             Optional[ChannelID] `json:"system_channel_id,omitzero"`
	SystemChannelFlags          Optional[int]       `json:"system_channel_flags,omitzero"`
	RulesChannelID              Optional[ChannelID] `json:"rules_channel_id,omitzero"`
	PublicUpdatesChannelID      Optional[ChannelID] `json:"public_updates_channel_id,omitzero"`
	SafetyAlertsChannelID       Optional[ChannelID] `json:"safety_alerts_channel_id,omitzero"`
	Features                    Optional[[]string]  `json:"features,omitzero"`
	PremiumProgressBarEnabled   Optional[bool]      `json:"premium_progress_bar_enabled,omitzero"`
	// OwnerID hands the guild to another member; only its owner may.
	OwnerID UserID `json:"owner_id,omitempty"`
}

// ChannelPosition moves one channel. LockPermissions gives it the overwrites of its (new) category.
// discord: resources/guild#modify-guild-channel-positions
type ChannelPosition struct {
	ID              ChannelID           `json:"id"`
	Position        *int                `json:"position,omitempty"`
	LockPermissions bool                `json:"lock_permissions,omitempty"`
	ParentID        Optional[ChannelID] `json:"parent_id,omitzero"`
}

// GuildGone is what stays of a deleted guild: that its id is used up.
type GuildGone struct {
	ID GuildID   `json:"id"`
	At Timestamp `json:"at"`
}
