package api

import (
	"context"

	"guildhall"
)

// followChannel makes what the channel in the path publishes come into another channel.
// discord: resources/channel#follow-announcement-channel
func (a *API) followChannel(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("webhook_channel_id")
	target := f.id("webhook_channel_id")
	if err := f.err(); err != nil {
		return nil, err
	}
	c, err := ask[guildhall.Channel](ctx, a.deps.Owners, r.onChannel(guildhall.QueryChannel, nil))
	if err != nil {
		return nil, err
	}
	if c.Type != guildhall.ChannelGuildAnnouncement {
		return nil, guildhall.ErrWrongChannelType
	}
	g, err := ask[guildhall.Guild](ctx, a.deps.Owners, r.onObject(guildhall.GuildObject(c.GuildID), guildhall.QueryGuild, guildhall.GuildQuery{}))
	if err != nil {
		return nil, err
	}
	follow := guildhall.FollowChannel{
		Guild:   guildhall.WebhookSourceGuild{WebhookSource: guildhall.WebhookSource{ID: guildhall.Snowflake(g.ID), Name: g.Name}, Icon: g.Icon},
		Channel: guildhall.WebhookSource{ID: guildhall.Snowflake(c.ID), Name: c.Name},
	}
	cmd := r.onObject(guildhall.Object{}, guildhall.CommandChannelFollow, follow)
	cmd.Channel = guildhall.ChannelID(target.Value)
	return a.command(ctx, cmd)
}
