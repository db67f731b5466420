package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// pinsUpdate is the data of CHANNEL_PINS_UPDATE.
// discord: events/gateway-events#channel-pins-update
type pinsUpdate struct {
	GuildID   guildhall.GuildID    `json:"guild_id,omitempty"`
	ChannelID guildhall.ChannelID  `json:"channel_id"`
	LastPinAt *guildhall.Timestamp `json:"last_pin_timestamp"`
}

// putPin pins a message, and says so in the channel. A message that is pinned already stays where it is.
// discord: resources/message#pin-message
func (g *guild) putPin(r *request, ref guildhall.MessageRef) (*draft, error) {
	m, err := g.pinnable(r, ref)
	if err != nil {
		return nil, err
	}
	author, err := r.author()
	if err != nil {
		return nil, err
	}
	before := r.view.Pins(m.ChannelID)
	if before.Index(m.ID) >= 0 {
		return &draft{}, nil
	}
	now := guildhall.TimestampOf(r.now)
	after := &guildhall.Pins{Items: []guildhall.Pin{{MessageID: m.ID, PinnedAt: now}}, LastAt: &now}
	if before != nil {
		after.Items = append(after.Items, before.Items...)
	}
	if err := r.limits.Fit(guildhall.LimitPins, len(after.Items)); err != nil {
		return nil, err
	}
	d := &draft{}
	g.changePin(r, d, m, true, after)
	d.auditMessage(r, guildhall.AuditMessagePin, m)
	g.announcePin(r, d, m, author)
	return d, nil
}

// deletePin takes a message out of the pins.
// discord: resources/message#unpin-message
func (g *guild) deletePin(r *request, ref guildhall.MessageRef) (*draft, error) {
	m, err := g.pinnable(r, ref)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if after := unpinned(r.view.Pins(m.ChannelID), m.ID); after != nil {
		g.changePin(r, d, m, false, after)
		d.auditMessage(r, guildhall.AuditMessageUnpin, m)
	}
	return d, nil
}

func (g *guild) pinnable(r *request, ref guildhall.MessageRef) (*guildhall.Message, error) {
	if _, err := r.unlockedChannel(guildhall.PermissionPinMessages | guildhall.PermissionReadMessageHistory); err != nil {
		return nil, err
	}
	m, err := g.message(r, ref.ID)
	if err == nil && m.Type.IsSystem() {
		return nil, guildhall.ErrSystemMessage
	}
	return m, err
}

// unpinned are the pins without some messages; nil where none of them is pinned.
func unpinned(p *guildhall.Pins, gone ...guildhall.MessageID) *guildhall.Pins {
	if p == nil || !slices.ContainsFunc(gone, func(id guildhall.MessageID) bool { return p.Index(id) >= 0 }) {
		return nil
	}
	items := slices.DeleteFunc(slices.Clone(p.Items), func(pin guildhall.Pin) bool { return slices.Contains(gone, pin.MessageID) })
	return &guildhall.Pins{Items: items, LastAt: p.LastAt}
}

// changePin writes and tells of a message that is pinned or is not any more.
func (g *guild) changePin(r *request, d *draft, m *guildhall.Message, pinned bool, p *guildhall.Pins) {
	changed := *m
	changed.Pinned = pinned
	d.put(guildhall.MessageRow(&changed))
	g.tellMessage(r, d, "MESSAGE_UPDATE", &changed)
	g.changePins(r, d, m.ChannelID, p)
}

// changePins writes and tells of a channel's pins.
func (g *guild) changePins(r *request, d *draft, channel guildhall.ChannelID, p *guildhall.Pins) {
	d.put(guildhall.PinsRow(r.object, channel, p))
	audience := r.audience(channel, guildhall.IntentGuilds)
	if g.id == 0 {
		audience.Intents = guildhall.IntentDirectMessages
	}
	d.event("CHANNEL_PINS_UPDATE", audience, pinsUpdate{g.id, channel, p.LastAt})
}

// announcePin adds the message that tells the channel of the pin.
// discord: resources/message#message-object-message-types
func (g *guild) announcePin(r *request, d *draft, pinned *guildhall.Message, author *guildhall.Member) {
	m := newSystemMessage(r, pinned.ChannelID, guildhall.MessagePinned, author.User)
	m.MessageReference = &guildhall.MessageReference{MessageID: pinned.ID, ChannelID: pinned.ChannelID, GuildID: g.id}
	g.addMessage(r, d, m)
}

// queryPins gives a page of pins. Without the right to read the history, a page is empty.
// discord: resources/message#get-channel-pins
func (g *guild) queryPins(r *request) (any, error) {
	q, err := body[guildhall.PinsQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	c, err := r.textChannel(0)
	if err != nil {
		return nil, err
	}
	page := guildhall.PinsAnswer{Items: []guildhall.Pin{}}
	pins := r.view.Pins(c.ID)
	if pins == nil || !r.in(c.ID).Has(guildhall.PermissionReadMessageHistory) {
		return page, nil
	}
	for _, pin := range pins.Items {
		if q.Before != 0 && pin.PinnedAt >= q.Before {
			continue
		}
		if len(page.Items) == q.Limit {
			page.HasMore = true
			break
		}
		page.Items = append(page.Items, pin)
	}
	return page, nil
}
