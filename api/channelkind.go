package api

import (
	"slices"

	"guildhall"
)

// discord: resources/channel#modify-channel-json-params-guild-channel
const (
	bitrateMin  = 8_000
	bitrateMax  = 384_000
	userMax     = 10_000 // 99 for voice channels, by the owner
	regionMax   = 100
	tagNameMax  = 20
	emojiMax    = 100
	flagsMax    = 1<<31 - 1
	layoutsMost = 2
)

// channelType reads the type of a channel that can be made.
func (f *form) channelType(name string) guildhall.Optional[int] {
	var types []int
	for t := range int(guildhall.ChannelGuildMedia) + 1 {
		if guildhall.ChannelType(t).IsMade() {
			types = append(types, t)
		}
	}
	return f.choice(name, types...)
}

// channelKind reads the fields that hang on a channel's type, which only its owner knows.
func (f *form) channelKind() guildhall.ChannelKindFields {
	k := guildhall.ChannelKindFields{
		Bitrate: f.integer("bitrate", bitrateMin, bitrateMax), UserLimit: f.integer("user_limit", 0, userMax),
		RTCRegion: f.text("rtc_region", 0, regionMax), VideoQualityMode: f.choice("video_quality_mode", 1, 2),
		AutoArchive:        f.choice("default_auto_archive_duration", 60, 1440, 4320, 10080),
		ThreadRateLimit:    f.integer("default_thread_rate_limit_per_user", 0, slowmodeMax),
		DefaultSortOrder:   f.choice("default_sort_order", 0, 1),
		DefaultForumLayout: f.integer("default_forum_layout", 0, layoutsMost),
		DefaultTagSetting:  f.oneOf("default_tag_setting", "match_all", "match_some"),
		Flags:              f.integer("flags", 0, flagsMax),
	}
	if tags, set := f.objects("available_tags", guildhall.LimitForumTags.Max()); set && f.has("available_tags") {
		k.AvailableTags = guildhall.Some([]guildhall.ForumTag{})
		for _, inner := range tags {
			k.AvailableTags.Value = append(k.AvailableTags.Value, inner.forumTag())
		}
	}
	if _, set, ok := f.get("default_reaction_emoji"); set && !ok {
		k.DefaultReactionEmoji = guildhall.Optional[guildhall.DefaultReaction]{Set: true, Null: true}
	} else if inner := f.object("default_reaction_emoji"); inner != nil {
		k.DefaultReactionEmoji = guildhall.Some(guildhall.DefaultReaction{
			EmojiID: guildhall.EmojiID(inner.id("emoji_id").Value), EmojiName: inner.text("emoji_name", 0, emojiMax).Pointer(),
		})
	}
	return k
}

// forumTag reads one tag. A new one has no id or, from hikari, 0.
// discord: resources/channel#forum-tag-object
func (f *form) forumTag() guildhall.ForumTag {
	f.required("name")
	return guildhall.ForumTag{
		ID: f.cursor("id").Value, Name: f.text("name", 1, tagNameMax).Value, Moderated: f.boolean("moderated").Value,
		EmojiID: guildhall.EmojiID(f.id("emoji_id").Value), EmojiName: f.text("emoji_name", 0, emojiMax).Pointer(),
	}
}

// oneOf reads a string that is one of some.
func (f *form) oneOf(name string, values ...string) guildhall.Optional[string] {
	s := f.text(name, 0, emojiMax)
	if s.Set && !s.Null && !slices.Contains(values, s.Value) {
		f.fail("BASE_TYPE_CHOICES", "Value must be one of the documented ones.", name)
		return guildhall.Optional[string]{}
	}
	return s
}
