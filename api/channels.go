package api

import (
	"context"

	"guildhall"
)

// discord: resources/channel#modify-channel
const (
	channelNameMax = 100
	topicForumMax  = 4096 // 1024 for others, by the owner
	slowmodeMax    = 21600
	overwritesMax  = 100
	positionMax    = 1<<31 - 1
)

func (a *API) getChannel(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onChannel(guildhall.QueryChannel, nil))
}

func (a *API) updateChannel(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	icon := f.imageField("icon")
	m := guildhall.ModifyChannel{
		Name: notNull(f.text("name", 1, channelNameMax)), Topic: f.text("topic", 0, topicForumMax),
		Position: notNull(f.integer("position", 0, positionMax)), ParentID: idOf[guildhall.ChannelID](f.id("parent_id")),
		NSFW: notNull(f.boolean("nsfw")), RateLimitPerUser: f.integer("rate_limit_per_user", 0, slowmodeMax),
	}
	if t := notNull(f.channelType("type")); t.Set {
		m.Type = guildhall.Some(guildhall.ChannelType(t.Value))
	}
	m.ChannelKindFields = f.channelKind()
	m.Thread = f.threadChanges()
	if m.RateLimitPerUser.Null {
		m.RateLimitPerUser = guildhall.Some(0)
	}
	if overwrites, set := f.overwrites(); set && f.has("permission_overwrites") {
		m.Overwrites = guildhall.Some(overwrites)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if m.Icon, err = a.groupIcon(ctx, r, icon); err != nil {
		return nil, err
	}
	return a.command(ctx, r.onChannel(guildhall.CommandChannelModify, m))
}

// groupIcon keeps the icon of a group for one who is in it: everybody can fetch what is kept. No other channel has one.
func (a *API) groupIcon(ctx context.Context, r *request, icon guildhall.Optional[*picture]) (guildhall.Optional[string], error) {
	if icon.Value != nil {
		c, err := ask[guildhall.Channel](ctx, a.deps.Owners, r.onChannel(guildhall.QueryChannel, nil))
		if err != nil || c.Type != guildhall.ChannelGroupDM {
			return guildhall.Optional[string]{}, err
		}
	}
	return a.images.keepField(ctx, "channel-icons", guildhall.Snowflake(r.channel()), "icon", icon)
}

func (a *API) deleteChannel(ctx context.Context, r *request) (any, error) {
	return a.command(ctx, r.onChannel(guildhall.CommandChannelDelete, nil))
}

// newChannel reads a channel to be made.
// discord: resources/guild#create-guild-channel
func (f *form) newChannel() guildhall.CreateChannel {
	f.required("name")
	c := guildhall.CreateChannel{
		Name:     f.text("name", 1, channelNameMax).Value,
		Type:     guildhall.ChannelType(f.channelType("type").Value),
		Topic:    f.text("topic", 0, topicForumMax).Pointer(),
		Position: f.integer("position", 0, positionMax).Pointer(),
		ParentID: guildhall.ChannelID(f.id("parent_id").Value),
		NSFW:     f.boolean("nsfw").Value, RateLimitPerUser: f.integer("rate_limit_per_user", 0, slowmodeMax).Value,
	}
	c.ChannelKindFields = f.channelKind()
	c.Overwrites, _ = f.overwrites()
	return c
}

// overwrites reads a channel's permission overwrites.
func (f *form) overwrites() (all []guildhall.Overwrite, set bool) {
	forms, set := f.objects("permission_overwrites", overwritesMax)
	all = []guildhall.Overwrite{}
	for _, inner := range forms {
		inner.required("id")
		o := inner.overwrite()
		o.ID = inner.id("id").Value
		all = append(all, o)
	}
	return all, set
}

// overwrite reads one, without its id. What it says nothing about it neither allows nor denies.
func (f *form) overwrite() guildhall.Overwrite {
	return guildhall.Overwrite{
		Type:  guildhall.OverwriteType(f.choice("type", int(guildhall.OverwriteRole), int(guildhall.OverwriteMember)).Value),
		Allow: f.permissions("allow").Value, Deny: f.permissions("deny").Value,
	}
}

func (a *API) setChannelPermissionOverwrite(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("type")
	o := f.overwrite()
	o.ID = r.ids["overwrite_id"]
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onChannel(guildhall.CommandOverwritePut, o))
}

func (a *API) deleteChannelPermissionOverwrite(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onChannel(guildhall.CommandOverwriteDelete, guildhall.Overwrite{ID: r.ids["overwrite_id"]}))
}

func (a *API) triggerTypingIndicator(ctx context.Context, r *request) (any, error) {
	return a.reachSilently(ctx, r, r.onChannel(guildhall.CommandTyping, nil))
}
