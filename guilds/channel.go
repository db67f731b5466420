package guilds

// pure core

import (
	"slices"
	"strings"

	"guildhall"
)

// newChannel makes a channel of what was asked, at the position that was asked or the first.
func newChannel(id guildhall.ChannelID, guild guildhall.GuildID, f *guildhall.CreateChannel) *guildhall.Channel {
	c := &guildhall.Channel{
		ID: id, GuildID: guild, Type: f.Type, Name: channelName(f.Type, f.Name), Topic: f.Topic, ParentID: f.ParentID,
		NSFW: f.NSFW, RateLimitPerUser: f.RateLimitPerUser, Overwrites: cleanOverwrites(f.Overwrites),
	}
	if f.Position != nil {
		c.Position = *f.Position
	}
	return c
}

// channelName is the form in which a name is kept: small letters without spaces, but for categories and voice channels.
func channelName(t guildhall.ChannelType, name string) string {
	name = strings.TrimSpace(name)
	if t == guildhall.ChannelGuildCategory || t.IsVoice() {
		return name
	}
	return strings.Join(strings.Fields(strings.ToLower(name)), "-")
}

// shownChannel is a channel as clients see it.
func shownChannel(v guildhall.GuildView, c *guildhall.Channel) *guildhall.Channel {
	shown := *c
	shown.LastMessageID = v.LastMessage(c.ID)
	if p := v.Pins(c.ID); p != nil {
		shown.LastPinAt = p.LastAt
	}
	return &shown
}

// discord: resources/guild#create-guild-channel
func (g *guild) createChannel(r *request, f guildhall.CreateChannel) (*draft, error) {
	if err := r.require(guildhall.PermissionManageChannels); err != nil {
		return nil, err
	}
	if !f.Type.IsMade() {
		return nil, guildhall.BadField("BASE_TYPE_CHOICES", "Value must be one of {0, 2, 4, 5, 13, 15, 16}.", "type")
	}
	channels := r.view.Channels()
	if err := r.limits.Room(guildhall.LimitChannels, len(channels)); err != nil {
		return nil, err
	}
	c := newChannel(idFor(r, f.ID), g.id, &f)
	if r.view.Channel(c.ID) != nil {
		return nil, guildhall.BadField("CHANNEL_ALREADY_EXISTS", "Channel already exists.", "id")
	}
	if err := r.applyKind(c, &f.ChannelKindFields); err != nil {
		return nil, err
	}
	if err := g.checkParent(r, c); err != nil {
		return nil, err
	}
	if f.Overwrites == nil && c.ParentID != 0 {
		c.Overwrites = r.view.Channel(c.ParentID).Overwrites
	} else if err := r.mayCreateOverwrites(c.Overwrites); err != nil {
		return nil, err
	}
	if f.Position == nil {
		c.Position = nextPosition(channels, c.Type)
	}
	d := &draft{}
	d.put(guildhall.ChannelRow(g.id, c), guildhall.PlaceRow(c.ID, r.object))
	d.event("CHANNEL_CREATE", inChannel(c.ID, guildhall.IntentGuilds), c)
	d.audit(r, guildhall.AuditChannelCreate, guildhall.Snowflake(c.ID), auditChanges(nil, c, auditedCreatedChannel...)...)
	d.answer(c)
	return d, nil
}

// nextPosition is behind all channels that are sorted together with the type.
func nextPosition(channels []*guildhall.Channel, t guildhall.ChannelType) int {
	next := 0
	for _, c := range channels {
		if (c.Type == guildhall.ChannelGuildCategory) == (t == guildhall.ChannelGuildCategory) {
			next = max(next, c.Position+1)
		}
	}
	return next
}

func badParent(path ...string) error {
	return guildhall.BadField("CHANNEL_PARENT_INVALID", "Category does not exist", path...)
}

// checkParent refuses a parent that is no category, is full, or in which the actor may not make channels.
func (g *guild) checkParent(r *request, c *guildhall.Channel) error {
	if c.ParentID == 0 {
		return nil
	}
	parent := r.view.Channel(c.ParentID)
	switch {
	case parent == nil:
		return badParent("parent_id")
	case parent.Type != guildhall.ChannelGuildCategory:
		return guildhall.BadField("CHANNEL_PARENT_INVALID_TYPE", "Not a category", "parent_id")
	case c.Type == guildhall.ChannelGuildCategory:
		return guildhall.BadField("CHANNEL_PARENT_INVALID_CHILD", "Categories cannot have subcategories", "parent_id")
	case !r.in(parent.ID).Has(guildhall.PermissionManageChannels):
		return guildhall.ErrMissingPermissions
	}
	children := 0
	for _, other := range r.view.Channels() {
		if other.ParentID == parent.ID && other.ID != c.ID {
			children++
		}
	}
	return r.limits.Room(guildhall.LimitCategoryChannels, children)
}

// discord: resources/channel#modify-channel
func (g *guild) modifyChannel(r *request, f guildhall.ModifyChannel) (*draft, error) {
	if t := r.view.Thread(r.cmd.Channel); t != nil {
		return g.modifyThread(r, t, f)
	}
	before, err := r.channel(guildhall.PermissionManageChannels)
	if err != nil {
		return nil, err
	}
	c := *before
	if err := changeType(&c, f.Type.Or(c.Type)); err != nil {
		return nil, err
	}
	c.Name = channelName(c.Type, f.Name.Or(c.Name))
	if f.Topic.Set {
		c.Topic = f.Topic.Pointer()
	}
	c.Position = f.Position.Or(c.Position)
	if f.ParentID.Set {
		c.ParentID = f.ParentID.Or(0)
	}
	if f.NSFW.Set {
		c.NSFW = f.NSFW.Or(false)
	}
	if f.RateLimitPerUser.Set {
		c.RateLimitPerUser = f.RateLimitPerUser.Or(0)
	}
	if err := r.applyKind(&c, &f.ChannelKindFields); err != nil {
		return nil, err
	}
	if c.ParentID != before.ParentID {
		if err := g.checkParent(r, &c); err != nil {
			return nil, err
		}
	}
	if f.Overwrites.Set {
		c.Overwrites = cleanOverwrites(f.Overwrites.Or(nil))
		if err := r.mayReplaceOverwrites(before, c.Overwrites); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	if !sameJSON(before, &c) {
		g.putChannel(r, d, &c)
		if changes := auditChanges(before, &c, auditedChannel...); len(changes) > 0 {
			d.audit(r, guildhall.AuditChannelUpdate, guildhall.Snowflake(c.ID), changes...)
		}
		d.auditOverwrites(r, before, &c)
	}
	d.answer(shownChannel(r.view, &c))
	return d, nil
}

// putChannel writes a changed channel and tells of it.
func (g *guild) putChannel(r *request, d *draft, c *guildhall.Channel) {
	d.put(guildhall.ChannelRow(g.id, c))
	d.event("CHANNEL_UPDATE", inChannel(c.ID, guildhall.IntentGuilds), shownChannel(r.view, c))
}

// deleteChannel removes a channel; those of a deleted category stay and have none any more. Its messages can't be reached
// without it and are left where they are.
// discord: resources/channel#deleteclose-channel
func (g *guild) deleteChannel(r *request, _ none) (*draft, error) {
	if t := r.view.Thread(r.cmd.Channel); t != nil {
		return g.deleteThread(r, t)
	}
	c, err := r.channel(guildhall.PermissionManageChannels)
	if err != nil {
		return nil, err
	}
	if err := g.mayMiss(r, c.ID); err != nil {
		return nil, err
	}
	d := &draft{}
	d.put(guildhall.ChannelRow(g.id, c).Deleted(), guildhall.PlaceRow(c.ID, r.object).Deleted())
	if last := r.view.LastMessage(c.ID); last != 0 {
		d.put(guildhall.LastMessageRow(g.id, c.ID, last).Deleted())
	}
	gone := shownChannel(r.view, c)
	audience := inChannel(c.ID, guildhall.IntentGuilds)
	audience.Before = true
	d.event("CHANNEL_DELETE", audience, gone)
	for _, child := range r.view.Channels() {
		if child.ParentID == c.ID {
			orphan := *child
			orphan.ParentID = 0
			g.putChannel(r, d, &orphan)
		}
	}
	if pins := r.view.Pins(c.ID); pins != nil {
		d.put(guildhall.PinsRow(r.object, c.ID, pins).Deleted())
	}
	g.dropThreads(r, d, c.ID)
	g.dropFollowers(r, d, c.ID)
	g.dropWebhooks(r, d, c.ID)
	g.dropAppPermissions(r, d, guildhall.AppPermissionChannel, guildhall.Snowflake(c.ID), 0)
	for _, i := range r.view.Invites() {
		if i.ChannelID == c.ID {
			d.put(guildhall.InviteRow(g.id, i).Deleted())
		}
	}
	for _, v := range r.view.Voices() {
		if v.ChannelID == c.ID {
			g.leaveVoice(r, d, v)
		}
	}
	g.dropEventsIn(r, d, c.ID)
	g.forgetChannel(r, d, c.ID)
	d.audit(r, guildhall.AuditChannelDelete, guildhall.Snowflake(c.ID), auditChanges(c, nil, auditedCreatedChannel...)...)
	d.answer(gone)
	return d, nil
}

// forgetChannel takes a deleted channel out of the guild's settings.
func (g *guild) forgetChannel(r *request, d *draft, gone guildhall.ChannelID) {
	settings := *r.view.Guild()
	named := []*guildhall.ChannelID{
		&settings.SystemChannelID, &settings.AFKChannelID, &settings.RulesChannelID, &settings.PublicUpdatesChannelID,
		&settings.SafetyAlertsChannelID, &settings.WidgetChannelID,
	}
	if !slices.ContainsFunc(named, func(id *guildhall.ChannelID) bool { return *id == gone }) {
		return
	}
	for _, id := range named {
		if *id == gone {
			*id = 0
		}
	}
	d.put(guildhall.GuildRow(&settings))
	d.event("GUILD_UPDATE", inGuild(guildhall.IntentGuilds), newGuildBody(&settings, r.view))
}

// inGuild is the audience of what all members may see.
func inGuild(intents guildhall.Intents) guildhall.Audience {
	return guildhall.Audience{Intents: intents}
}

// sameJSON tells whether two values are written the same, and so whether there is anything to change.
func sameJSON(a, b any) bool { return string(encode(a)) == string(encode(b)) }
