package api

import (
	"context"
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
	if icon.Set && !icon.Null {
		// An icon is kept under the guild's id, which there isn't yet.
		f.fail("NOT_SERVED", "Set the icon once the guild is there.", "icon")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := a.roomForGuild(ctx, r); err != nil {
		return nil, err
	}
	if g.Owner, err = ask[guildhall.User](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUser, nil)); err != nil {
		return nil, err
	}
	cmd := r.onObject(guildhall.Object{}, guildhall.CommandGuildCreate, g)
	cmd.Birth, cmd.Slot = true, a.deps.Slots()
	body, err := a.command(ctx, cmd)
	return reply{status: http.StatusCreated, body: body}, err
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
