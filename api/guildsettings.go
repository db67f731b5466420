package api

import (
	"context"

	"guildhall"
)

// discord: resources/guild#modify-guild
const (
	guildDescriptionMax = 300
	systemFlagsMax      = 1<<6 - 1
	featuresMax         = 1521
)

// updateGuild changes a guild's settings.
func (a *API) updateGuild(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	channelField := func(name string) guildhall.Optional[guildhall.ChannelID] {
		return idOf[guildhall.ChannelID](f.id(name))
	}
	m := guildhall.ModifyGuild{
		Name: notNull(f.text("name", guildNameMin, guildNameMax)), Description: f.text("description", 0, guildDescriptionMax),
		VerificationLevel:           f.choice("verification_level", 0, 1, 2, 3, 4),
		DefaultMessageNotifications: f.choice("default_message_notifications", 0, 1),
		ExplicitContentFilter:       f.choice("explicit_content_filter", 0, 1, 2),
		PreferredLocale:             f.oneOf("preferred_locale", locales()...),
		AFKTimeout:                  f.choice("afk_timeout", 60, 300, 900, 1800, 3600),
		SystemChannelFlags:          f.integer("system_channel_flags", 0, systemFlagsMax),
		AFKChannelID:                channelField("afk_channel_id"), SystemChannelID: channelField("system_channel_id"),
		RulesChannelID: channelField("rules_channel_id"), PublicUpdatesChannelID: channelField("public_updates_channel_id"),
		SafetyAlertsChannelID:     channelField("safety_alerts_channel_id"),
		PremiumProgressBarEnabled: notNull(f.boolean("premium_progress_bar_enabled")),
		OwnerID:                   guildhall.UserID(f.id("owner_id").Value),
	}
	if m.PreferredLocale.Null {
		m.PreferredLocale = guildhall.Some("en-US")
	}
	if f.has("features") {
		m.Features = guildhall.Some(f.texts("features", featuresMax))
	}
	pictures := f.guildPictures()
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := a.keepGuildPictures(ctx, r, &m, pictures); err != nil {
		return nil, err
	}
	return a.command(ctx, r.onGuild(guildhall.CommandGuildModify, m))
}

// guildPicture is one of a guild's pictures: the field, the CDN's name for its kind, and what the form says of it.
type guildPicture struct {
	field, kind string
	image       guildhall.Optional[*picture]
	hash        func(*guildhall.ModifyGuild) *guildhall.Optional[string]
}

func (f *form) guildPictures() []guildPicture {
	type modify = guildhall.ModifyGuild
	type text = guildhall.Optional[string]
	all := []guildPicture{
		{field: "icon", kind: "icons", hash: func(m *modify) *text { return &m.Icon }},
		{field: "splash", kind: "splashes", hash: func(m *modify) *text { return &m.Splash }},
		{field: "discovery_splash", kind: "discovery-splashes", hash: func(m *modify) *text { return &m.DiscoverySplash }},
		{field: "banner", kind: "banners", hash: func(m *modify) *text { return &m.Banner }},
		{field: "home_header", kind: "home-headers", hash: func(m *modify) *text { return &m.HomeHeader }},
	}
	for i := range all {
		all[i].image = f.imageField(all[i].field)
	}
	return all
}

// keepGuildPictures stores new pictures, for those only who may change the guild.
func (a *API) keepGuildPictures(ctx context.Context, r *request, m *guildhall.ModifyGuild, pictures []guildPicture) error {
	asked := false
	for _, p := range pictures {
		if p.image.Set && !p.image.Null && !asked {
			asked = true
			partial, err := ask[guildhall.GuildPartial](ctx, a.deps.Owners, r.onGuild(guildhall.QueryGuildPartial, guildhall.GuildQuery{}))
			if err != nil {
				return err
			}
			if !partial.Permissions.Has(guildhall.PermissionManageGuild) {
				return guildhall.ErrMissingPermissions
			}
		}
		hash, err := a.images.keepField(ctx, p.kind, guildhall.Snowflake(r.guild()), p.field, p.image)
		if err != nil {
			return err
		}
		*p.hash(m) = hash
	}
	return nil
}

func (a *API) deleteGuild(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandGuildDelete, nil))
}

// bulkUpdateGuildChannels moves channels.
// discord: resources/guild#modify-guild-channel-positions
func (a *API) bulkUpdateGuildChannels(ctx context.Context, r *request) (any, error) {
	forms, top, err := parseForms(r.body, guildhall.LimitChannels.Max())
	if err != nil {
		return nil, err
	}
	moves := []guildhall.ChannelPosition{}
	for _, f := range forms {
		f.required("id")
		moves = append(moves, guildhall.ChannelPosition{
			ID: guildhall.ChannelID(f.id("id").Value), Position: f.integer("position", 0, positionMax).Pointer(),
			LockPermissions: f.boolean("lock_permissions").Value, ParentID: idOf[guildhall.ChannelID](f.id("parent_id")),
		})
	}
	if err := top.err(); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onGuild(guildhall.CommandChannelPositions, moves))
}
