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
	g.tellSource(d, w, guildhall.CommandFollowerPut)
	d.answer(guildhall.ChannelFollower{ChannelID: guildhall.ChannelID(f.Channel.ID), WebhookID: w.ID})
	return d, nil
}

// tellSource tells the guild that a webhook brings messages of that there is one, or none any more.
func (g *guild) tellSource(d *draft, w *guildhall.Webhook, name string) {
	if w.SourceGuild == nil || w.SourceChannel == nil {
		return
	}
	d.send(guildhall.GuildObject(guildhall.GuildID(w.SourceGuild.ID)), name, guildhall.Follower{
		WebhookID: w.ID, Source: guildhall.ChannelID(w.SourceChannel.ID), GuildID: g.id,
	})
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

func (g *guild) deleteFollower(_ *request, f guildhall.Follower) (*draft, error) {
	d := &draft{}
	d.put(guildhall.FollowerRow(g.id, &f).Deleted())
	return d, nil
}

// publish sends a message to the channels that follow its own.
func (g *guild) publish(r *request, d *draft, m *guildhall.Message) {
	for _, f := range r.view.Followers(m.ChannelID) {
		d.send(guildhall.GuildObject(f.GuildID), guildhall.CommandFollowerTell, guildhall.Published{WebhookID: f.WebhookID, Message: *m.Shown()})
	}
}

// tellFollower brings a published message into a channel that follows. What the source says of users and roles means
// nothing here.
// discord: resources/message#message-reference-types
func (g *guild) tellFollower(r *request, p guildhall.Published) (*draft, error) {
	d := &draft{}
	w := r.view.Webhook(p.WebhookID)
	if w == nil || w.SourceGuild == nil || r.view.Channel(w.ChannelID) == nil {
		return d, nil // the webhook is gone, and its source hears of that
	}
	m := newSystemMessage(r, w.ChannelID, guildhall.MessageDefault, guildhall.User{
		ID: guildhall.UserID(w.ID), Username: w.Name, Avatar: w.Avatar, Bot: true, Discriminator: webhookDiscriminator,
	})
	m.Content, m.Embeds, m.Attachments, m.Components = p.Message.Content, p.Message.Embeds, p.Message.Attachments, p.Message.Components
	m.Flags = guildhall.MessageIsCrosspost | p.Message.Flags&(guildhall.MessageSuppressEmbeds|guildhall.MessageComponentsV2)
	m.WebhookID = w.ID
	m.MessageReference = &guildhall.MessageReference{
		MessageID: p.Message.ID, ChannelID: p.Message.ChannelID, GuildID: guildhall.GuildID(w.SourceGuild.ID),
	}
	g.addMessage(r, d, m)
	return d, nil
}

// dropFollowers forgets who follows a channel that is being deleted.
func (g *guild) dropFollowers(r *request, d *draft, channel guildhall.ChannelID) {
	for _, f := range r.view.Followers(channel) {
		d.put(guildhall.FollowerRow(g.id, f).Deleted())
	}
}
