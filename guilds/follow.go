package guilds

// pure core

import "guildhall"

// followChannel makes the webhook as which another channel's published messages come into this one, and tells of it.
// discord: resources/channel#follow-announcement-channel
func (g *guild) followChannel(r *request, f guildhall.FollowChannel) (*draft, error) {
	c, err := r.channel(guildhall.PermissionManageWebhooks)
	if err != nil {
		return nil, err
	}
	author, err := r.author()
	if err != nil {
		return nil, err
	}
	if !c.Type.HasMessages() {
		return nil, guildhall.ErrWrongChannelType
	}
	if err := g.roomForWebhook(r, c.ID); err != nil {
		return nil, err
	}
	if err := g.mayFollow(r, f.Channel.ID); err != nil {
		return nil, err
	}
	w := &guildhall.Webhook{
		ID: r.nextID(), Type: guildhall.WebhookFollower, GuildID: g.id, ChannelID: c.ID, User: &author.User,
		Name: f.Guild.Name + " #" + f.Channel.Name, SourceGuild: &f.Guild, SourceChannel: &f.Channel,
	}
	d := &draft{}
	d.put(guildhall.WebhookRow(w), guildhall.PlaceRow(guildhall.ChannelID(w.ID), r.object))
	d.auditWebhook(r, guildhall.AuditWebhookCreate, nil, w)
	g.tellWebhooks(d, c.ID)
	m := newSystemMessage(r, c.ID, guildhall.MessageFollowAdded, author.User)
	m.Content = w.Name
	m.MessageReference = &guildhall.MessageReference{ChannelID: guildhall.ChannelID(f.Channel.ID), GuildID: guildhall.GuildID(f.Guild.ID)}
	g.addMessage(r, d, m)
	d.send(guildhall.GuildObject(guildhall.GuildID(f.Guild.ID)), guildhall.CommandFollowerPut, g.follower(w))
	d.answer(guildhall.ChannelFollower{ChannelID: guildhall.ChannelID(f.Channel.ID), WebhookID: w.ID})
	return d, nil
}

// tellSources tells the guilds that webhooks bring messages of that these are gone, each in one.
func (g *guild) tellSources(d *draft, gone []*guildhall.Webhook) {
	told := map[guildhall.GuildID][]guildhall.Follower{}
	var order []guildhall.GuildID
	for _, w := range gone {
		if w.SourceGuild == nil || w.SourceChannel == nil {
			continue
		}
		source := guildhall.GuildID(w.SourceGuild.ID)
		if told[source] == nil {
			order = append(order, source)
		}
		told[source] = append(told[source], g.follower(w))
	}
	for _, source := range order {
		d.send(guildhall.GuildObject(source), guildhall.CommandFollowerDelete, told[source])
	}
}

func (g *guild) follower(w *guildhall.Webhook) guildhall.Follower {
	return guildhall.Follower{WebhookID: w.ID, Source: guildhall.ChannelID(w.SourceChannel.ID), GuildID: g.id}
}

// mayFollow refuses one channel too many of the guild that follows the same.
func (g *guild) mayFollow(r *request, source guildhall.Snowflake) error {
	n := 0
	for _, w := range r.view.Webhooks() {
		if w.SourceChannel != nil && w.SourceChannel.ID == source {
			n++
		}
	}
	if n >= guildhall.FollowersInGuildMax {
		return r.limits.Exceeded(guildhall.LimitGuildWebhooks)
	}
	return nil
}

// putFollower notes who is to be told of what a channel publishes. One too many is told of nothing.
func (g *guild) putFollower(r *request, f guildhall.Follower) (*draft, error) {
	d := &draft{}
	c := r.view.Channel(f.Source)
	if c != nil && c.Type == guildhall.ChannelGuildAnnouncement && len(r.view.Followers(f.Source)) < guildhall.FollowersMax {
		d.put(guildhall.FollowerRow(g.id, &f))
	}
	return d, nil
}

func (g *guild) deleteFollowers(_ *request, gone []guildhall.Follower) (*draft, error) {
	d := &draft{}
	for _, f := range gone {
		d.put(guildhall.FollowerRow(g.id, &f).Deleted())
	}
	return d, nil
}

// dropFollowers forgets who follows a channel that is being deleted.
func (g *guild) dropFollowers(r *request, d *draft, channel guildhall.ChannelID) {
	for _, f := range r.view.Followers(channel) {
		d.put(guildhall.FollowerRow(g.id, f).Deleted())
	}
}
