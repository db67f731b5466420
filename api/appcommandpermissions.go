package api

import (
	"context"
	"fmt"

	"guildhall"
)

// appPermissionsMax bounds what is set for one command.
// discord: interactions/application-commands#edit-application-command-permissions
const appPermissionsMax = 100

func (a *API) listGuildApplicationCommandPermissions(ctx context.Context, r *request) (any, error) {
	body, err := a.query(ctx, r.onGuild(guildhall.QueryAppCommandPermissions, guildhall.AppCommandRef{Application: r.application()}))
	return body, appCommandError(r, err)
}

func (a *API) getGuildApplicationCommandPermissions(ctx context.Context, r *request) (any, error) {
	ref := guildhall.AppCommandRef{Application: r.application(), ID: r.ids["command_id"]}
	body, err := a.query(ctx, r.onGuild(guildhall.QueryAppCommandPermissions, ref))
	return body, appCommandError(r, err)
}

// setGuildApplicationCommandPermissions is for people: what an application may be used for is not its own to say.
// discord: interactions/application-commands#edit-application-command-permissions
func (a *API) setGuildApplicationCommandPermissions(ctx context.Context, r *request) (any, error) {
	if r.who.Application != 0 && r.who.Application != r.application() {
		return nil, guildhall.ErrMissingAccess // a user's token in another application's hands
	}
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	p := guildhall.AppCommandPermissions{ID: r.ids["command_id"], ApplicationID: r.application()}
	f.required("permissions")
	forms, _ := f.objects("permissions", appPermissionsMax)
	seen := map[string]bool{}
	for _, inner := range forms {
		inner.required("id", "type", "permission")
		one := guildhall.AppCommandPermission{
			ID: inner.id("id").Value, Permission: inner.boolean("permission").Value,
			Type: inner.choice("type", guildhall.AppPermissionRole, guildhall.AppPermissionUser, guildhall.AppPermissionChannel).Value,
		}
		key := fmt.Sprintf("%d/%s", one.Type, one.ID)
		if seen[key] {
			inner.fail("APPLICATION_COMMAND_PERMISSIONS_DUPLICATE", "Two permissions are for the same id", "id")
		}
		seen[key] = true
		p.Permissions = append(p.Permissions, one)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.command(ctx, r.onGuild(guildhall.CommandAppCommandPermit, p))
}

// listChannelApplicationCommands are the commands that the asker can use in a channel.
// docs/reference/people-api.md
func (a *API) listChannelApplicationCommands(ctx context.Context, r *request) (any, error) {
	index, err := a.commandIndex(ctx, r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"applications": index.Applications, "application_commands": wholly.commands(index.Commands)}, nil
}

// commandIndex asks the channel's owner; of a private channel it asks the bot that is in it.
func (a *API) commandIndex(ctx context.Context, r *request) (guildhall.AppCommandIndex, error) {
	index, err := ask[guildhall.AppCommandIndex](ctx, a.deps.Owners, r.onChannel(guildhall.QueryAppCommandIndex, nil))
	if err != nil || index.Commands != nil {
		return index, err
	}
	index.Commands = []*guildhall.ApplicationCommand{}
	for _, owner := range index.Applications {
		all, err := a.globalCommands(ctx, owner.ID)
		if err != nil {
			return index, err
		}
		for _, c := range all {
			if c.In(guildhall.ContextBotDM) {
				index.Commands = append(index.Commands, c)
			}
		}
	}
	return index, nil
}

// globalCommands are an application's, asked on nobody's behalf.
func (a *API) globalCommands(ctx context.Context, id guildhall.ApplicationID) ([]*guildhall.ApplicationCommand, error) {
	cmd := newCommand(guildhall.QueryAppCommands, guildhall.AppCommandRef{Application: id})
	cmd.Object = guildhall.UserObject(guildhall.UserID(id))
	return ask[[]*guildhall.ApplicationCommand](ctx, a.deps.Owners, cmd)
}
