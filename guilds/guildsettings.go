package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// auditedGuild are the settings whose changes the audit log tells.
var auditedGuild = []string{
	"name", "description", "icon", "splash", "discovery_splash", "banner", "home_header", "verification_level",
	"default_message_notifications", "explicit_content_filter", "preferred_locale", "afk_timeout", "afk_channel_id",
	"system_channel_id", "system_channel_flags", "rules_channel_id", "public_updates_channel_id",
	"safety_alerts_channel_id", "features", "premium_progress_bar_enabled", "owner_id",
}

// featuresOwn are the features that a guild's own side may turn on and off; others stay as they are.
// discord: resources/guild#guild-object-mutable-guild-features
var featuresOwn = []string{"COMMUNITY", "DISCOVERABLE", "INVITES_DISABLED", "RAID_ALERTS_DISABLED"}

const featureCommunity = "COMMUNITY"

var (
	errNotOwner         = &guildhall.Error{Status: 403, Code: 50013, Message: "Missing Permissions"}
	errCommunityChannel = &guildhall.Error{Status: 400, Code: 50074, Message: "Cannot delete a channel required for Community guilds"}
)

// modify changes a guild's settings.
// discord: resources/guild#modify-guild
func (g *guild) modify(r *request, f guildhall.ModifyGuild) (*draft, error) {
	if err := r.require(guildhall.PermissionManageGuild); err != nil {
		return nil, err
	}
	before := r.view.Guild()
	now := *before
	setGuildTexts(&now, &f)
	setGuildLevels(&now, &f)
	if err := g.setGuildChannels(r, &now, &f); err != nil {
		return nil, err
	}
	if f.Features.Set {
		features, err := g.setFeatures(r, &now, f.Features.Or(nil))
		if err != nil {
			return nil, err
		}
		now.Features = features
	}
	if f.OwnerID != 0 && f.OwnerID != now.OwnerID {
		if !r.system() && r.actor != now.OwnerID {
			return nil, errNotOwner
		}
		if r.view.Member(f.OwnerID) == nil {
			return nil, guildhall.ErrUnknownMember
		}
		now.OwnerID = f.OwnerID
	}
	d := &draft{}
	if !sameJSON(before, &now) {
		g.putGuild(r, d, &now)
		d.audit(r, guildhall.AuditGuildUpdate, guildhall.Snowflake(g.id), auditChanges(before, &now, auditedGuild...)...)
	}
	d.answer(newGuildBody(&now, r.view))
	return d, nil
}

// putGuild writes changed settings and tells of them.
func (g *guild) putGuild(r *request, d *draft, settings *guildhall.Guild) {
	d.put(guildhall.GuildRow(settings))
	d.event("GUILD_UPDATE", inGuild(guildhall.IntentGuilds), newGuildBody(settings, r.view))
}

func setGuildTexts(g *guildhall.Guild, f *guildhall.ModifyGuild) {
	g.Name = f.Name.Or(g.Name)
	g.PreferredLocale = f.PreferredLocale.Or(g.PreferredLocale)
	for _, text := range []struct {
		to   **string
		from guildhall.Optional[string]
	}{
		{&g.Description, f.Description}, {&g.Icon, f.Icon}, {&g.Splash, f.Splash}, {&g.DiscoverySplash, f.DiscoverySplash},
		{&g.Banner, f.Banner}, {&g.HomeHeader, f.HomeHeader},
	} {
		if text.from.Set {
			*text.to = text.from.Pointer()
		}
	}
}

// setGuildLevels sets what is a number or a switch; null is the value of a new guild.
func setGuildLevels(g *guildhall.Guild, f *guildhall.ModifyGuild) {
	for _, level := range []struct {
		to   *int
		from guildhall.Optional[int]
		null int
	}{
		{&g.VerificationLevel, f.VerificationLevel, 0}, {&g.DefaultMessageNotifications, f.DefaultMessageNotifications, 0},
		{&g.ExplicitContentFilter, f.ExplicitContentFilter, 0}, {&g.AFKTimeout, f.AFKTimeout, guildAFKTimeout},
		{&g.SystemChannelFlags, f.SystemChannelFlags, 0},
	} {
		if level.from.Set {
			*level.to = level.from.Or(level.null)
		}
	}
	g.PremiumProgressBarEnabled = f.PremiumProgressBarEnabled.Or(g.PremiumProgressBarEnabled)
}

// setGuildChannels sets the channels that have a part in the guild; each must be there and of the right type.
func (g *guild) setGuildChannels(r *request, now *guildhall.Guild, f *guildhall.ModifyGuild) error {
	text := func(t guildhall.ChannelType) bool {
		return t == guildhall.ChannelGuildText || t == guildhall.ChannelGuildAnnouncement
	}
	voice := func(t guildhall.ChannelType) bool { return t == guildhall.ChannelGuildVoice }
	for _, part := range []struct {
		name string
		to   *guildhall.ChannelID
		from guildhall.Optional[guildhall.ChannelID]
		fits func(guildhall.ChannelType) bool
	}{
		{"afk_channel_id", &now.AFKChannelID, f.AFKChannelID, voice},
		{"system_channel_id", &now.SystemChannelID, f.SystemChannelID, text},
		{"rules_channel_id", &now.RulesChannelID, f.RulesChannelID, text},
		{"public_updates_channel_id", &now.PublicUpdatesChannelID, f.PublicUpdatesChannelID, text},
		{"safety_alerts_channel_id", &now.SafetyAlertsChannelID, f.SafetyAlertsChannelID, text},
	} {
		if !part.from.Set {
			continue
		}
		id := part.from.Or(0)
		if c := r.view.Channel(id); id != 0 && (c == nil || !part.fits(c.Type)) {
			return guildhall.BadField("GUILD_CHANNEL_INVALID", "Channel is not of this guild or of the wrong type", part.name)
		}
		*part.to = id
	}
	return nil
}

// setFeatures turns the features that the guild's own side decides on or off. Without a rules and an updates channel a
// guild can't be a community; to make it one, or no longer, is for administrators.
// discord: resources/guild#guild-object-mutable-guild-features
func (g *guild) setFeatures(r *request, now *guildhall.Guild, asked []string) ([]string, error) {
	features := []string{}
	for _, name := range now.Features {
		if !slices.Contains(featuresOwn, name) {
			features = append(features, name)
		}
	}
	for _, name := range asked {
		if slices.Contains(featuresOwn, name) && !slices.Contains(features, name) {
			features = append(features, name)
		}
	}
	is := slices.Contains(features, featureCommunity)
	if is != slices.Contains(now.Features, featureCommunity) {
		if err := r.require(guildhall.PermissionAdministrator); err != nil {
			return nil, err
		}
	}
	if is && (now.RulesChannelID == 0 || now.PublicUpdatesChannelID == 0) {
		return nil, guildhall.BadField("GUILD_COMMUNITY_CHANNELS", "A community needs a rules channel and a public updates channel", "features")
	}
	return features, nil
}

// mayMiss refuses to delete a channel without which a guild can't be a community.
func (g *guild) mayMiss(r *request, id guildhall.ChannelID) error {
	settings := r.view.Guild()
	needed := settings.RulesChannelID == id || settings.PublicUpdatesChannelID == id
	if needed && slices.Contains(settings.Features, featureCommunity) {
		return errCommunityChannel
	}
	return nil
}

// delete ends the guild: only its owner may. All that it was made of goes; the name stays used up. Sessions see it by the
// guild's row that is no more.
// discord: resources/guild#delete-guild
func (g *guild) delete(r *request, _ none) (*draft, error) {
	if !r.system() && r.actor != r.view.Guild().OwnerID {
		return nil, errNotOwner
	}
	d := &draft{}
	for _, row := range r.view.AllRows() {
		d.put(row.Deleted())
	}
	for _, c := range r.view.Channels() {
		d.put(guildhall.PlaceRow(c.ID, r.object).Deleted())
	}
	d.put(guildhall.GuildGoneRow(&guildhall.GuildGone{ID: g.id, At: guildhall.TimestampOf(r.now)}))
	g.tellSources(d, r.view.Webhooks())
	members := []*guildhall.Member{}
	for _, m := range r.view.Members() {
		members = append(members, m)
	}
	slices.SortFunc(members, byUserID)
	for _, m := range members {
		d.send(guildhall.UserObject(m.User.ID), guildhall.CommandUserGuildLeft, guildhall.GuildRef{ID: g.id, JoinedAt: m.JoinedAt})
	}
	return d, nil
}

// moveChannels gives channels new positions and categories. Each that changes is told of by itself.
// discord: resources/guild#modify-guild-channel-positions
func (g *guild) moveChannels(r *request, moves []guildhall.ChannelPosition) (*draft, error) {
	if err := r.require(guildhall.PermissionManageChannels); err != nil {
		return nil, err
	}
	changed := map[guildhall.ChannelID]*guildhall.Channel{}
	var order []guildhall.ChannelID
	for _, m := range moves {
		before := changed[m.ID]
		if before == nil {
			before = r.view.Channel(m.ID)
			order = append(order, m.ID)
		}
		if before == nil {
			return nil, guildhall.ErrUnknownChannel
		}
		c := *before
		if m.Position != nil {
			c.Position = *m.Position
		}
		if err := g.moveUnder(r, &c, &m); err != nil {
			return nil, err
		}
		changed[m.ID] = &c
	}
	d := &draft{}
	for _, id := range order {
		before, now := r.view.Channel(id), changed[id]
		if sameJSON(before, now) {
			continue
		}
		g.putChannel(r, d, now)
		if changes := auditChanges(before, now, auditedChannel...); len(changes) > 0 {
			d.audit(r, guildhall.AuditChannelUpdate, guildhall.Snowflake(id), changes...)
		}
		d.auditOverwrites(r, before, now)
	}
	return d, nil
}

// moveUnder puts a channel under another category, with that one's overwrites if they are to be locked together.
func (g *guild) moveUnder(r *request, c *guildhall.Channel, m *guildhall.ChannelPosition) error {
	if m.ParentID.Set && m.ParentID.Or(0) != c.ParentID {
		c.ParentID = m.ParentID.Or(0)
		if err := g.checkParent(r, c); err != nil {
			return err
		}
	}
	if !m.LockPermissions || c.ParentID == 0 {
		return nil
	}
	parent := r.view.Channel(c.ParentID)
	if err := r.mayReplaceOverwrites(r.view.Channel(c.ID), parent.Overwrites); err != nil {
		return err
	}
	c.Overwrites = parent.Overwrites
	return nil
}
