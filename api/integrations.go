package api

import (
	"context"

	"golang.org/x/sync/errgroup"

	"guildhall"
)

// listGuildIntegrations lists a guild's bots, each with what its application says of itself.
// discord: resources/guild#get-guild-integrations
func (a *API) listGuildIntegrations(ctx context.Context, r *request) (any, error) {
	list, err := ask[[]guildhall.Integration](ctx, a.deps.Owners, r.onGuild(guildhall.QueryIntegrations, nil))
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for i := range list {
		group.Go(func() error {
			cmd := newCommand(guildhall.QueryApplication, nil)
			cmd.Object = guildhall.UserObject(guildhall.UserID(list[i].ID))
			said, err := ask[guildhall.IntegrationApplication](ctx, a.deps.Owners, cmd)
			if err != nil {
				return err
			}
			app := &list[i].Application
			app.Name, app.Icon, app.Description = said.Name, said.Icon, said.Description
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return list, nil
}

func (a *API) deleteGuildIntegration(ctx context.Context, r *request) (any, error) {
	ref := guildhall.IntegrationRef{ID: guildhall.ApplicationID(r.ids["integration_id"])}
	return a.silently(ctx, r.onGuild(guildhall.CommandIntegrationDelete, ref))
}

// getGuildPreview shows a guild to its members and, where it can be discovered, to anyone.
// discord: resources/guild#get-guild-preview
func (a *API) getGuildPreview(ctx context.Context, r *request) (any, error) {
	cmd := newCommand(guildhall.QueryGuildPreview, guildhall.MemberRef{UserID: r.who.User})
	cmd.Object = guildhall.GuildObject(r.guild())
	return a.query(ctx, cmd)
}

func (a *API) guildRoleMemberCounts(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryRoleCounts, nil))
}
