package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// unfurlMessage adds embeds of what a message links to. They came late, and it may have changed: embeds of what it no longer
// says are not shown, and neither are such as its author may not show by now. Nobody has edited it.
// discord: topics/permissions#permissions-bitwise-permission-flags
func (g *guild) unfurlMessage(r *request, f guildhall.UnfurlMessage) (*draft, error) {
	if _, err := r.textChannel(0); err != nil {
		return nil, err
	}
	before, err := g.message(r, f.ID)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if before.Content != f.Content || before.Flags&guildhall.MessageSuppressEmbeds != 0 || !g.mayEmbedLinks(r, before) {
		return d, nil
	}
	m := *before
	m.Embeds = append(m.WrittenEmbeds(), f.Embeds...)
	m.Embeds = slices.Clip(m.Embeds[:min(len(m.Embeds), guildhall.EmbedsMax)])
	if sameJSON(before.Embeds, m.Embeds) {
		return d, nil
	}
	d.put(guildhall.MessageRow(&m))
	g.tellMessage(r, d, "MESSAGE_UPDATE", &m)
	g.republish(r, d, &m)
	return d, nil
}

// mayEmbedLinks tells whether the links of a message's author are shown. Webhooks and what answers interactions may always.
func (g *guild) mayEmbedLinks(r *request, m *guildhall.Message) bool {
	return m.WebhookID != 0 || r.view.In(m.ChannelID, m.Author.ID, r.now).Has(guildhall.PermissionEmbedLinks)
}

// unfurled names the message.
func (g *guild) unfurled(r *request) []guildhall.RowKey {
	f, err := body[guildhall.UnfurlMessage](r.cmd)
	if err != nil {
		return nil
	}
	return g.messageKeys(r, f.ID)
}
