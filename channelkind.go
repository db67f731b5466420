package guildhall

// The types of channel that a guild's commands make beside text channels and categories.
// discord: resources/channel#channel-object-channel-types
const (
	ChannelGuildVoice        ChannelType = 2
	ChannelGuildAnnouncement ChannelType = 5
	ChannelGuildStageVoice   ChannelType = 13
	ChannelGuildForum        ChannelType = 15
	ChannelGuildMedia        ChannelType = 16
)

// IsVoice tells whether members connect to the channel.
func (t ChannelType) IsVoice() bool { return t == ChannelGuildVoice || t == ChannelGuildStageVoice }

// HasMessages tells whether messages are sent in a guild's channel of this type itself.
func (t ChannelType) HasMessages() bool {
	return t == ChannelGuildText || t == ChannelGuildAnnouncement || t.IsVoice()
}

// IsForum tells whether the channel holds posts, which are threads, and no messages of its own.
func (t ChannelType) IsForum() bool { return t == ChannelGuildForum || t == ChannelGuildMedia }

// IsMade tells whether a guild's channels can be made of this type. Threads are made in another way.
func (t ChannelType) IsMade() bool {
	return t == ChannelGuildText || t == ChannelGuildCategory || t == ChannelGuildAnnouncement || t.IsVoice() || t.IsForum()
}

// VoiceFields are what only voice and stage channels have.
// discord: resources/channel#channel-object-channel-structure
type VoiceFields struct {
	// Bitrate is in bits per second.
	Bitrate   int     `json:"bitrate"`
	UserLimit int     `json:"user_limit"` // 0 for none
	RTCRegion *string `json:"rtc_region"`
	// VideoQualityMode is 1 (automatic) or 2 (720p).
	VideoQualityMode int `json:"video_quality_mode,omitempty"`
	// Status is what is going on; see VoiceStatus.
	Status *string `json:"status,omitempty"`
}

// ForumFields are what only forum and media channels have.
// discord: resources/channel#channel-object-channel-structure
type ForumFields struct {
	AvailableTags        []ForumTag       `json:"available_tags"`
	DefaultReactionEmoji *DefaultReaction `json:"default_reaction_emoji"`
	DefaultSortOrder     *int             `json:"default_sort_order"`
	DefaultForumLayout   int              `json:"default_forum_layout"`
	DefaultTagSetting    string           `json:"default_tag_setting,omitempty"`
}

// ForumTag is a mark that posts of a forum can be given.
// discord: resources/channel#forum-tag-object
type ForumTag struct {
	ID        Snowflake `json:"id"`
	Name      string    `json:"name"`
	Moderated bool      `json:"moderated"`
	EmojiID   EmojiID   `json:"emoji_id"`
	EmojiName *string   `json:"emoji_name"`
}

// DefaultReaction is the emoji that a forum's posts offer for a reaction.
// discord: resources/channel#default-reaction-object
type DefaultReaction struct {
	EmojiID   EmojiID `json:"emoji_id"`
	EmojiName *string `json:"emoji_name"`
}

// Flags of forum and media channels that can be set.
// discord: resources/channel#channel-object-channel-flags
const (
	ChannelRequireTag        = 1 << 4
	ChannelHideMediaDownload = 1 << 15
)

// ChannelKindFields are the fields of a channel that hang on its type, in the commands that make or change one. Those
// that a type has not are ignored.
type ChannelKindFields struct {
	Bitrate              Optional[int]             `json:"bitrate,omitzero"`
	UserLimit            Optional[int]             `json:"user_limit,omitzero"`
	RTCRegion            Optional[string]          `json:"rtc_region,omitzero"`
	VideoQualityMode     Optional[int]             `json:"video_quality_mode,omitzero"`
	AutoArchive          Optional[int]             `json:"default_auto_archive_duration,omitzero"`
	ThreadRateLimit      Optional[int]             `json:"default_thread_rate_limit_per_user,omitzero"`
	AvailableTags        Optional[[]ForumTag]      `json:"available_tags,omitzero"`
	DefaultReactionEmoji Optional[DefaultReaction] `json:"default_reaction_emoji,omitzero"`
	DefaultSortOrder     Optional[int]             `json:"default_sort_order,omitzero"`
	DefaultForumLayout   Optional[int]             `json:"default_forum_layout,omitzero"`
	DefaultTagSetting    Optional[string]          `json:"default_tag_setting,omitzero"`
	Flags                Optional[int]             `json:"flags,omitzero"`
}
