package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"guildhall"
)

// discord: resources/guild#create-guild
const (
	guildNameMin = 2
	guildNameMax = 100
)

func (a *API) getGuild(ctx context.Context, r *request) (any, error) {
	q := r.query()
	counts := q.boolean("with_counts").Value
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onGuild(guildhall.QueryGuild, guildhall.GuildQuery{WithCounts: counts}))
}

// createGuild makes a guild that belongs to who asks.
func (a *API) createGuild(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("name")
	g := guildhall.CreateGuild{Name: f.text("name", guildNameMin, guildNameMax).Value}
	roles, _ := f.objects("roles", guildhall.LimitRoles.Max())
	for _, inner := range roles {
		role := inner.role()
		inner.refuse("icon", "unicode_emoji") // a picture has no id to lie under yet
		role.ID = guildhall.RoleID(inner.id("id").Value)
		g.Roles = append(g.Roles, role)
	}
	channels, _ := f.objects("channels", guildhall.LimitChannels.Max())
	for _, inner := range channels {
		channel := inner.newChannel()
		channel.ID = guildhall.ChannelID(inner.id("id").Value)
		g.Channels = append(g.Channels, channel)
	}
	icon := f.imageField("icon")
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := a.mayHaveMore(ctx, r); err != nil {
		return nil, err
	}
	if g.Owner, err = ask[guildhall.User](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUser, nil)); err != nil {
		return nil, err
	}
	cmd := r.onObject(guildhall.Object{}, guildhall.CommandGuildCreate, g)
	cmd.Birth, cmd.Slot = true, a.deps.Slots()
	body, err := a.command(ctx, cmd)
	if err == nil && icon.Value != nil {
		body, err = a.firstIcon(ctx, r, body, icon)
	}
	return reply{status: http.StatusCreated, body: body}, err
}

// firstIcon gives a new guild its icon, which is kept under the guild's id. If that fails the guild is there without.
func (a *API) firstIcon(ctx context.Context, r *request, made any, icon guildhall.Optional[*picture]) (any, error) {
	guild, err := decoded[map[string]json.RawMessage](made, nil)
	if err != nil {
		return nil, err
	}
	var id guildhall.GuildID
	if err := json.Unmarshal(guild["id"], &id); err != nil {
		return nil, fmt.Errorf("id of a new guild: %w", err)
	}
	var m guildhall.ModifyGuild
	if m.Icon, err = a.images.keepField(ctx, "icons", guildhall.Snowflake(id), "icon", icon); err != nil {
		return nil, err
	}
	if _, err := a.command(ctx, r.onObject(guildhall.GuildObject(id), guildhall.CommandGuildModify, m)); err != nil {
		return nil, err
	}
	guild["icon"] = mustJSON(m.Icon.Value)
	return guild, nil
}

// mayHaveMore refuses further guilds to those who are in as many as one may be in. Who makes several at once may come out
// above: the list is told by the guilds.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
func (a *API) mayHaveMore(ctx context.Context, r *request) error {
	refs, err := ask[[]guildhall.GuildRef](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUserGuilds, nil))
	if err != nil {
		return err
	}
	limit := guildhall.LimitGuilds
	if r.who.Bot {
		limit = guildhall.LimitBotGuilds
	}
	return a.cfg.ObjectLimits.Room(limit, len(refs))
}

func (a *API) listGuildChannels(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryChannels, nil))
}

func (a *API) createGuildChannel(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	channel := f.newChannel()
	if err := f.err(); err != nil {
		return nil, err
	}
	body, err := a.command(ctx, r.onGuild(guildhall.CommandChannelCreate, channel))
	return reply{status: http.StatusCreated, body: body}, err
}
