package guilds

// pure core

import (
	"slices"
	"strings"

	"guildhall"
)

const (
	// webhookDiscriminator is how clients know a webhook's author from users.
	webhookDiscriminator = "0000"
)

// auditWebhook adds the entry of a webhook that is made, changed or deleted; what is not there before or after is nil.
// discord: resources/audit-log#audit-log-change-object-audit-log-change-exceptions
func (d *draft) auditWebhook(r *request, event guildhall.AuditLogEvent, before, after *guildhall.Webhook) {
	named := func(w *guildhall.Webhook) any {
		if w == nil {
			return nil
		}
		return struct {
			*guildhall.Webhook
			AvatarHash *string `json:"avatar_hash"`
		}{w, w.Avatar}
	}
	target := before
	if target == nil {
		target = after
	}
	d.audit(r, event, target.ID, auditChanges(named(before), named(after), "name", "type", "channel_id", "avatar_hash", "application_id")...)
}

// webhooksUpdate is the data of WEBHOOKS_UPDATE.
// discord: events/gateway-events#webhooks-update
type webhooksUpdate struct {
	GuildID   guildhall.GuildID   `json:"guild_id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
}

// tellWebhooks tells that something about a channel's webhooks has changed; what, clients ask with MANAGE_WEBHOOKS.
func (g *guild) tellWebhooks(d *draft, c guildhall.ChannelID) {
	d.event("WEBHOOKS_UPDATE", guildhall.Audience{
		Channel: c, Permissions: guildhall.PermissionViewChannel | guildhall.PermissionManageWebhooks,
		Intents: guildhall.IntentGuildWebhooks,
	}, webhooksUpdate{g.id, c})
}

// checkWebhookName refuses the names that would pass for somebody else.
// discord: resources/webhook#create-webhook
func checkWebhookName(name string) error {
	for _, bad := range []string{"clyde", "discord"} {
		if strings.Contains(strings.ToLower(name), bad) {
			return guildhall.BadField("USERNAME_INVALID_CONTAINS", "Username cannot contain \""+bad+"\"", "name")
		}
	}
	return nil
}

// discord: resources/webhook#create-webhook
func (g *guild) createWebhook(r *request, f guildhall.ModifyWebhook) (*draft, error) {
	c, err := r.channel(guildhall.PermissionManageWebhooks)
	if err != nil {
		return nil, err
	}
	if c.Type == guildhall.ChannelGuildCategory || c.Type.IsThread() {
		return nil, guildhall.ErrWrongChannelType
	}
	w := &guildhall.Webhook{
		ID: r.nextID(), Type: guildhall.WebhookIncoming, GuildID: g.id, ChannelID: c.ID, Name: f.Name.Or(""), Avatar: f.Avatar.Pointer(),
	}
	if err := checkWebhookName(w.Name); err != nil {
		return nil, err
	}
	if err := g.roomForWebhook(r, c.ID); err != nil {
		return nil, err
	}
	if m := r.self(); m != nil {
		w.User = &m.User
		if m.User.Bot {
			w.ApplicationID = guildhall.ApplicationID(m.User.ID)
		}
	}
	d := &draft{}
	d.put(guildhall.WebhookRow(w), guildhall.PlaceRow(guildhall.ChannelID(w.ID), r.object))
	d.auditWebhook(r, guildhall.AuditWebhookCreate, nil, w)
	g.tellWebhooks(d, c.ID)
	d.answer(w)
	return d, nil
}

func (g *guild) webhooksOf(r *request, c guildhall.ChannelID) []*guildhall.Webhook {
	found := []*guildhall.Webhook{}
	for _, w := range r.view.Webhooks() {
		if w.ChannelID == c {
			found = append(found, w)
		}
	}
	return found
}

// webhook is the one that the command names, if the actor may look after it. Who knows its token asks through the API,
// which is the system here.
func (g *guild) webhook(r *request) (*guildhall.Webhook, error) {
	w := r.view.Webhook(guildhall.Snowflake(r.cmd.Channel))
	if w == nil {
		return nil, guildhall.ErrUnknownWebhook
	}
	if !r.in(w.ChannelID).Has(guildhall.PermissionManageWebhooks) {
		return nil, guildhall.ErrMissingPermissions
	}
	return w, nil
}

// discord: resources/webhook#modify-webhook
func (g *guild) modifyWebhook(r *request, f guildhall.ModifyWebhook) (*draft, error) {
	before, err := g.webhook(r)
	if err != nil {
		return nil, err
	}
	w := *before
	w.Name = f.Name.Or(w.Name)
	if f.Avatar.Set {
		w.Avatar = f.Avatar.Pointer()
	}
	w.ChannelID = f.ChannelID.Or(w.ChannelID)
	if err := checkWebhookName(w.Name); err != nil {
		return nil, err
	}
	if w.ChannelID != before.ChannelID {
		if err := g.mayMoveWebhook(r, w.ChannelID); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	d.answer(&w)
	if sameJSON(before, &w) {
		return d, nil
	}
	d.put(guildhall.WebhookRow(&w))
	d.auditWebhook(r, guildhall.AuditWebhookUpdate, before, &w)
	g.tellWebhooks(d, before.ChannelID)
	if w.ChannelID != before.ChannelID {
		g.tellWebhooks(d, w.ChannelID)
	}
	return d, nil
}

// roomForWebhook refuses one more webhook of a channel where it or the guild has as many as may be.
func (g *guild) roomForWebhook(r *request, in guildhall.ChannelID) error {
	if err := r.limits.Room(guildhall.LimitChannelWebhooks, len(g.webhooksOf(r, in))); err != nil {
		return err
	}
	return r.limits.Room(guildhall.LimitGuildWebhooks, len(r.view.Webhooks()))
}

func (g *guild) mayMoveWebhook(r *request, to guildhall.ChannelID) error {
	c := r.view.Channel(to)
	switch {
	case c == nil:
		return guildhall.ErrUnknownChannel
	case !r.in(to).Has(guildhall.PermissionViewChannel | guildhall.PermissionManageWebhooks):
		return guildhall.ErrMissingPermissions
	case c.Type == guildhall.ChannelGuildCategory:
		return guildhall.ErrWrongChannelType
	}
	return r.limits.Room(guildhall.LimitChannelWebhooks, len(g.webhooksOf(r, to)))
}

// discord: resources/webhook#delete-webhook
func (g *guild) deleteWebhook(r *request, _ none) (*draft, error) {
	w, err := g.webhook(r)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	g.dropThese(r, d, w)
	d.auditWebhook(r, guildhall.AuditWebhookDelete, w, nil)
	g.tellWebhooks(d, w.ChannelID)
	return d, nil
}

// dropWebhooks removes those of a channel that is being deleted; nobody needs to be told of them.
func (g *guild) dropWebhooks(r *request, d *draft, c guildhall.ChannelID) {
	g.dropThese(r, d, g.webhooksOf(r, c)...)
}

func (g *guild) dropThese(r *request, d *draft, gone ...*guildhall.Webhook) {
	for _, w := range gone {
		d.put(guildhall.WebhookRow(w).Deleted(), guildhall.PlaceRow(guildhall.ChannelID(w.ID), r.object).Deleted())
	}
	g.tellSources(d, gone)
}

func (g *guild) queryWebhook(r *request) (any, error) {
	w, err := g.webhook(r)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// discord: resources/webhook#get-channel-webhooks
func (g *guild) queryChannelWebhooks(r *request) (any, error) {
	c, err := r.channel(guildhall.PermissionManageWebhooks)
	if err != nil {
		return nil, err
	}
	return g.webhooksOf(r, c.ID), nil
}

// discord: resources/webhook#get-guild-webhooks
func (g *guild) queryGuildWebhooks(r *request) (any, error) {
	if err := r.require(guildhall.PermissionManageWebhooks); err != nil {
		return nil, err
	}
	// With a webhook comes its token: those of channels that are closed to the actor would let it write there.
	return slices.DeleteFunc(slices.Clone(r.view.Webhooks()), func(w *guildhall.Webhook) bool {
		return !r.in(w.ChannelID).Has(guildhall.PermissionManageWebhooks)
	}), nil
}
