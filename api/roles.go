package api

import (
	"context"

	"guildhall"
)

// discord: topics/permissions#role-object
const (
	roleNameMax = 100
	// roleEmojiMax is far above the longest emoji there is; which are emojis the guild says.
	roleEmojiMax = 100
	// rolePictures is where the CDN has them. discord: reference#cdn-endpoints
	rolePictures = "role-icons"
)

func (a *API) listGuildRoles(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryRoles, nil))
}

func (a *API) getGuildRole(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryRole, guildhall.RoleFields{ID: r.role()}))
}

func (a *API) createGuildRole(ctx context.Context, r *request) (any, error) {
	return a.roleCommand(ctx, r, guildhall.CommandRoleCreate, 0)
}

func (a *API) updateGuildRole(ctx context.Context, r *request) (any, error) {
	return a.roleCommand(ctx, r, guildhall.CommandRoleModify, r.role())
}

// roleCommand makes or changes a role. A picture is kept when the rest is done: by then it is known who may, and whose it is.
func (a *API) roleCommand(ctx context.Context, r *request, name string, id guildhall.RoleID) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	role, icon := f.role(), f.imageField("icon")
	role.ID = id
	if icon.Null {
		role.Icon = guildhall.Optional[string]{Set: true, Null: true}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if icon.Value == nil {
		return a.command(ctx, r.onGuild(name, role))
	}
	made, err := tell[guildhall.Role](ctx, a.deps.Owners, r.onGuild(name, role))
	if err != nil {
		return nil, err
	}
	kept, err := a.images.keepField(ctx, rolePictures, guildhall.Snowflake(made.ID), "icon", icon)
	if err != nil {
		return nil, err
	}
	return a.command(ctx, r.onGuild(guildhall.CommandRoleModify, guildhall.RoleFields{ID: made.ID, Icon: kept}))
}

func (a *API) deleteGuildRole(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandRoleDelete, guildhall.RoleFields{ID: r.role()}))
}

// role reads a role's fields but its picture. Pictures and emojis are for every guild: there is no ROLE_ICONS to be bought. The
// older color and the first of the newer colors are one thing.
// discord: resources/guild#create-guild-role
func (f *form) role() guildhall.RoleFields {
	role := guildhall.RoleFields{
		Name: notNull(f.text("name", 1, roleNameMax)), Color: notNull(f.integer("color", 0, colorMax)),
		Hoist: notNull(f.boolean("hoist")), Permissions: notNull(f.permissions("permissions")),
		Mentionable: notNull(f.boolean("mentionable")),
	}
	if inner := f.object("colors"); inner != nil {
		role.Colors = guildhall.Some(guildhall.RoleColors{
			PrimaryColor:   inner.integer("primary_color", 0, colorMax).Value,
			SecondaryColor: inner.integer("secondary_color", 0, colorMax).Pointer(),
			TertiaryColor:  inner.integer("tertiary_color", 0, colorMax).Pointer(),
		})
		role.Color = guildhall.Some(role.Colors.Value.PrimaryColor)
	} else if role.Color.Set {
		role.Colors = guildhall.Some(guildhall.RoleColors{PrimaryColor: role.Color.Value})
	}
	role.UnicodeEmoji = f.text("unicode_emoji", 1, roleEmojiMax)
	return role
}

// bulkUpdateGuildRoles moves roles.
// discord: resources/guild#modify-guild-role-positions
func (a *API) bulkUpdateGuildRoles(ctx context.Context, r *request) (any, error) {
	forms, top, err := parseForms(r.body, guildhall.LimitRoles.Max())
	if err != nil {
		return nil, err
	}
	positions := []guildhall.RolePosition{}
	for _, f := range forms {
		f.required("id")
		positions = append(positions, guildhall.RolePosition{
			ID: guildhall.RoleID(f.id("id").Value), Position: f.integer("position", 0, positionMax).Pointer(),
		})
	}
	if err := top.err(); err != nil {
		return nil, err
	}
	return a.command(ctx, r.onGuild(guildhall.CommandRolePositions, positions))
}
