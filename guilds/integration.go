package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// integrationsMax is how many integrations are listed.
// discord: resources/guild#get-guild-integrations
const integrationsMax = 50

var errUnknownIntegration = &guildhall.Error{Status: 404, Code: 10005, Message: "Unknown Integration"}

// integrationEvent is the data of INTEGRATION_CREATE and INTEGRATION_UPDATE.
// discord: events/gateway-events#integration-create
type integrationEvent struct {
	guildhall.Integration
	GuildID guildhall.GuildID `json:"guild_id"`
}

// integrationGone is the data of INTEGRATION_DELETE.
// discord: events/gateway-events#integration-delete
type integrationGone struct {
	ID            guildhall.ApplicationID `json:"id"`
	GuildID       guildhall.GuildID       `json:"guild_id"`
	ApplicationID guildhall.ApplicationID `json:"application_id"`
}

// guildOnly is the data of GUILD_INTEGRATIONS_UPDATE.
type guildOnly struct {
	GuildID guildhall.GuildID `json:"guild_id"`
}

// tellIntegration tells of a bot that has come or gone.
func (g *guild) tellIntegration(d *draft, bot guildhall.User, there bool) {
	audience := inGuild(guildhall.IntentGuildIntegrations)
	if there {
		d.event("INTEGRATION_CREATE", audience, integrationEvent{guildhall.NewIntegration(bot), g.id})
	} else {
		id := guildhall.ApplicationID(bot.ID)
		d.event("INTEGRATION_DELETE", audience, integrationGone{id, g.id, id})
	}
	d.event("GUILD_INTEGRATIONS_UPDATE", audience, guildOnly{g.id})
}

// queryIntegrations lists the guild's bots, for those who look after it.
// discord: resources/guild#get-guild-integrations
func (g *guild) queryIntegrations(r *request) (any, error) {
	if err := r.require(guildhall.PermissionManageGuild); err != nil {
		return nil, err
	}
	var bots []*guildhall.Member
	for _, m := range r.view.Members() {
		if m.User.Bot {
			bots = append(bots, m)
		}
	}
	slices.SortFunc(bots, byUserID)
	list := []guildhall.Integration{}
	for _, m := range bots[:min(len(bots), integrationsMax)] {
		list = append(list, guildhall.NewIntegration(m.User))
	}
	return list, nil
}

// deleteIntegration sends a bot away, with its role and its webhooks.
// discord: resources/guild#delete-guild-integration
func (g *guild) deleteIntegration(r *request, ref guildhall.IntegrationRef) (*draft, error) {
	if err := r.require(guildhall.PermissionManageGuild); err != nil {
		return nil, err
	}
	m := r.view.Member(guildhall.UserID(ref.ID))
	if m == nil || !m.User.Bot {
		return nil, errUnknownIntegration
	}
	d := &draft{}
	g.dropMember(r, d, m)
	var told []guildhall.ChannelID
	var gone []*guildhall.Webhook
	for _, w := range r.view.Webhooks() {
		if w.ApplicationID != ref.ID {
			continue
		}
		gone = append(gone, w)
		if !slices.Contains(told, w.ChannelID) {
			told = append(told, w.ChannelID)
			g.tellWebhooks(d, w.ChannelID)
		}
	}
	g.dropThese(r, d, gone...)
	d.audit(r, guildhall.AuditIntegrationDelete, guildhall.Snowflake(ref.ID), guildhall.AuditChange{Key: "name", Old: encode(m.User.Username)})
	return d, nil
}
