package guilds

// pure core

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"guildhall"
)

// Bounds that hang on a channel's type.
// discord: resources/channel#modify-channel-json-params-guild-channel
const (
	bitrateDefault = 64_000
	bitrateMin     = 8_000
	// bitrateMax is that of guilds with all boosts, of which there are none to be had here.
	bitrateMax        = 384_000
	bitrateMaxStage   = 64_000
	userLimitMax      = 99
	userLimitMaxStage = 10_000
	topicMax          = 1024
	topicMaxForum     = 4096
)

var errTagNames = &guildhall.Error{Status: 400, Code: 40061, Message: "Tag names must be unique"}

// changeType turns a text channel into one for announcements, or back. No other type can change.
// discord: resources/channel#modify-channel-json-params-guild-channel
func changeType(c *guildhall.Channel, to guildhall.ChannelType) error {
	if to == c.Type {
		return nil
	}
	talks := []guildhall.ChannelType{guildhall.ChannelGuildText, guildhall.ChannelGuildAnnouncement}
	if !slices.Contains(talks, c.Type) || !slices.Contains(talks, to) {
		return guildhall.BadField("BASE_TYPE_CHOICES", "Only text and announcement channels can be turned into each other.", "type")
	}
	c.Type = to
	return nil
}

// applyKind sets what hangs on the channel's type. What the type has not is ignored.
func (r *request) applyKind(c *guildhall.Channel, f *guildhall.ChannelKindFields) error {
	if err := checkTopic(c); err != nil {
		return err
	}
	switch {
	case c.Type == guildhall.ChannelGuildCategory:
		return nil
	case c.Type.IsVoice():
		return applyVoice(c, f)
	}
	if f.AutoArchive.Set {
		c.AutoArchive = f.AutoArchive.Or(0)
	}
	if f.ThreadRateLimit.Set {
		c.ThreadRateLimit = f.ThreadRateLimit.Or(0)
	}
	if c.Type.IsForum() {
		return r.applyForum(c, f)
	}
	return nil
}

func checkTopic(c *guildhall.Channel) error {
	most := topicMax
	if c.Type.IsForum() {
		most = topicMaxForum
	}
	if c.Topic != nil && utf8.RuneCountInString(*c.Topic) > most {
		return guildhall.BadField("BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", most), "topic")
	}
	return nil
}

func applyVoice(c *guildhall.Channel, f *guildhall.ChannelKindFields) error {
	v := guildhall.VoiceFields{Bitrate: bitrateDefault}
	if c.VoiceFields != nil {
		v = *c.VoiceFields
	}
	mostBits, mostUsers := bitrateMax, userLimitMax
	if c.Type == guildhall.ChannelGuildStageVoice {
		mostBits, mostUsers = bitrateMaxStage, userLimitMaxStage
	}
	if f.Bitrate.Set {
		v.Bitrate = f.Bitrate.Or(bitrateDefault)
	}
	if v.Bitrate < bitrateMin || v.Bitrate > mostBits {
		return guildhall.BadField("NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", mostBits), "bitrate")
	}
	if f.UserLimit.Set {
		v.UserLimit = f.UserLimit.Or(0)
	}
	if v.UserLimit < 0 || v.UserLimit > mostUsers {
		return guildhall.BadField("NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", mostUsers), "user_limit")
	}
	if f.RTCRegion.Set {
		v.RTCRegion = f.RTCRegion.Pointer()
	}
	if f.VideoQualityMode.Set {
		v.VideoQualityMode = f.VideoQualityMode.Or(0)
	}
	c.VoiceFields = &v
	return nil
}

func (r *request) applyForum(c *guildhall.Channel, f *guildhall.ChannelKindFields) error {
	v := guildhall.ForumFields{AvailableTags: []guildhall.ForumTag{}}
	if c.ForumFields != nil {
		v = *c.ForumFields
	}
	if f.AvailableTags.Set {
		tags, err := r.forumTags(v.AvailableTags, f.AvailableTags.Or(nil))
		if err != nil {
			return err
		}
		v.AvailableTags = tags
	}
	if f.DefaultReactionEmoji.Set {
		v.DefaultReactionEmoji = f.DefaultReactionEmoji.Pointer()
	}
	if f.DefaultSortOrder.Set {
		v.DefaultSortOrder = f.DefaultSortOrder.Pointer()
	}
	if f.DefaultForumLayout.Set {
		v.DefaultForumLayout = f.DefaultForumLayout.Or(0)
	}
	if f.DefaultTagSetting.Set {
		v.DefaultTagSetting = f.DefaultTagSetting.Or("")
	}
	if f.Flags.Set {
		may := guildhall.ChannelRequireTag
		if c.Type == guildhall.ChannelGuildMedia {
			may |= guildhall.ChannelHideMediaDownload
		}
		c.Flags = c.Flags&^may | f.Flags.Or(0)&may
	}
	c.ForumFields = &v
	return nil
}

// forumTags gives new tags their ids; those that are there keep theirs. Imports bring ids along.
func (r *request) forumTags(before, asked []guildhall.ForumTag) ([]guildhall.ForumTag, error) {
	if err := r.limits.Fit(guildhall.LimitForumTags, len(asked)); err != nil {
		return nil, err
	}
	tags := make([]guildhall.ForumTag, 0, len(asked))
	for i, tag := range asked {
		if slices.ContainsFunc(tags, func(t guildhall.ForumTag) bool { return t.Name == tag.Name }) {
			return nil, errTagNames
		}
		known := slices.ContainsFunc(before, func(t guildhall.ForumTag) bool { return t.ID == tag.ID })
		switch {
		case tag.ID == 0:
			tag.ID = r.nextID()
		case !known && !broughtAlong(r, tag.ID):
			return nil, guildhall.BadField("FORUM_TAG_UNKNOWN", "Unknown tag", "available_tags", strconv.Itoa(i), "id")
		}
		tags = append(tags, tag)
	}
	return tags, nil
}
