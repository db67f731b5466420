package guildhall

// Guild is a guild's own settings, as stored: without the roles, channels and members that Discord nests in some answers.
// discord: resources/guild#guild-object
type Guild struct {
	ID                          GuildID   `json:"id"`
	Name                        string    `json:"name"`
	Icon                        *string   `json:"icon"`
	IconHash                    *string   `json:"icon_hash,omitempty"`
	Splash                      *string   `json:"splash"`
	DiscoverySplash             *string   `json:"discovery_splash"`
	Banner                      *string   `json:"banner"`
	Description                 *string   `json:"description"`
	OwnerID                     UserID    `json:"owner_id"`
	Region                      string    `json:"region"`
	AFKChannelID                ChannelID `json:"afk_channel_id"`
	AFKTimeout                  int       `json:"afk_timeout"`
	VerificationLevel           int       `json:"verification_level"`
	DefaultMessageNotifications int       `json:"default_message_notifications"`
	ExplicitContentFilter       int       `json:"explicit_content_filter"`
	MFALevel                    int       `json:"mfa_level"`
	ApplicationID               Snowflake `json:"application_id"`
	SystemChannelID             ChannelID `json:"system_channel_id"`
	SystemChannelFlags          int       `json:"system_channel_flags"`
	RulesChannelID              ChannelID `json:"rules_channel_id"`
	PublicUpdatesChannelID      ChannelID `json:"public_updates_channel_id"`
	SafetyAlertsChannelID       ChannelID `json:"safety_alerts_channel_id"`
	VanityURLCode               *string   `json:"vanity_url_code"`
	PremiumTier                 int       `json:"premium_tier"`
	PremiumSubscriptionCount    int       `json:"premium_subscription_count"`
	PremiumProgressBarEnabled   bool      `json:"premium_progress_bar_enabled"`
	PreferredLocale             string    `json:"preferred_locale"`
	NSFWLevel                   int       `json:"nsfw_level"`
	NSFW                        bool      `json:"nsfw"`
	Features                    []string  `json:"features"`
	WidgetEnabled               bool      `json:"widget_enabled"`
	WidgetChannelID             ChannelID `json:"widget_channel_id"`
	MaxMembers                  int       `json:"max_members"`
	MaxPresences                *int      `json:"max_presences"`
	MaxVideoChannelUsers        int       `json:"max_video_channel_users"`
	MaxStageVideoChannelUsers   int       `json:"max_stage_video_channel_users"`
	IncidentsData               *struct{} `json:"incidents_data"`
	HomeHeader                  *string   `json:"home_header"`
	LatestOnboardingQuestionID  Snowflake `json:"latest_onboarding_question_id"`
	HubType                     *int      `json:"hub_type"`
}

// Role is a named set of permissions.
// discord: topics/permissions#role-object
type Role struct {
	ID           RoleID      `json:"id"`
	Name         string      `json:"name"`
	Description  *string     `json:"description"`
	Color        int         `json:"color"`
	Colors       RoleColors  `json:"colors"`
	Hoist        bool        `json:"hoist"`
	Icon         *string     `json:"icon"`
	UnicodeEmoji *string     `json:"unicode_emoji"`
	Position     int         `json:"position"`
	Permissions  Permissions `json:"permissions"`
	Managed      bool        `json:"managed"`
	Mentionable  bool        `json:"mentionable"`
	Flags        int         `json:"flags"`
	Tags         *RoleTags   `json:"tags,omitempty"`
}

// RoleColors is a role's colours; PrimaryColor always equals the older Role.Color.
type RoleColors struct {
	PrimaryColor   int  `json:"primary_color"`
	SecondaryColor *int `json:"secondary_color"`
	TertiaryColor  *int `json:"tertiary_color"`
}

// RoleTags says whose role a managed role is.
type RoleTags struct {
	BotID UserID `json:"bot_id,omitempty"`
}

// Channel is a channel of a guild, or a private one.
// discord: resources/channel#channel-object
type Channel struct {
	ID               ChannelID   `json:"id"`
	Type             ChannelType `json:"type"`
	GuildID          GuildID     `json:"guild_id,omitempty"`
	Name             string      `json:"name"`
	Position         int         `json:"position"`
	Topic            *string     `json:"topic"`
	NSFW             bool        `json:"nsfw"`
	LastMessageID    MessageID   `json:"last_message_id"`
	RateLimitPerUser int         `json:"rate_limit_per_user"`
	ParentID         ChannelID   `json:"parent_id"`
	Overwrites       []Overwrite `json:"permission_overwrites"`
	Flags            int         `json:"flags"`
	LastPinAt        *Timestamp  `json:"last_pin_timestamp,omitempty"`
	ThreadRateLimit  int         `json:"default_thread_rate_limit_per_user,omitempty"`
	AutoArchive      int         `json:"default_auto_archive_duration,omitempty"`
	*VoiceFields
	*ForumFields
}

// ChannelType is a channel's kind.
// discord: resources/channel#channel-object-channel-types
type ChannelType int

// The types of channel that exist here so far.
const (
	ChannelGuildText     ChannelType = 0
	ChannelDM            ChannelType = 1
	ChannelGroupDM       ChannelType = 3
	ChannelGuildCategory ChannelType = 4
)

// Member is a user in a guild. User is a copy, brought up to date by the user's own object.
// discord: resources/guild#guild-member-object
type Member struct {
	User                       User       `json:"user"`
	Nick                       *string    `json:"nick"`
	Avatar                     *string    `json:"avatar"`
	Banner                     *string    `json:"banner"`
	Roles                      []RoleID   `json:"roles"`
	JoinedAt                   Timestamp  `json:"joined_at"`
	PremiumSince               *Timestamp `json:"premium_since"`
	Deaf                       bool       `json:"deaf"`
	Mute                       bool       `json:"mute"`
	Flags                      int        `json:"flags"`
	Pending                    bool       `json:"pending"`
	CommunicationDisabledUntil *Timestamp `json:"communication_disabled_until"`
	AvatarDecorationData       *struct{}  `json:"avatar_decoration_data"`
	Collectibles               *struct{}  `json:"collectibles"`
}

// Presence is whether a user is there and what it does; it is never logged.
// discord: events/gateway-events#presence-update
type Presence struct {
	User         PresenceUser `json:"user"`
	GuildID      GuildID      `json:"guild_id,omitempty"`
	Status       string       `json:"status"`
	Activities   []Activity   `json:"activities"`
	ClientStatus ClientStatus `json:"client_status"`
}

// PresenceUser is the user's id alone.
type PresenceUser struct {
	ID UserID `json:"id"`
}

// ClientStatus is the status by platform.
type ClientStatus struct {
	Desktop string `json:"desktop,omitempty"`
	Mobile  string `json:"mobile,omitempty"`
	Web     string `json:"web,omitempty"`
}

// Activity is what a bot may say that it does: only these fields are taken over, and empty ones are dropped, because
// some libraries reject a whole guild for a malformed activity.
// discord: events/gateway-events#update-presence
type Activity struct {
	Name      string  `json:"name"`
	Type      int     `json:"type"`
	State     *string `json:"state,omitempty"`
	URL       *string `json:"url,omitempty"`
	CreatedAt int64   `json:"created_at"`
	ID        string  `json:"id,omitempty"`
}
