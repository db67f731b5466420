package guilds

// pure core

import (
	"encoding/json"
	"strconv"
	"time"

	"guildhall"
)

// bulkAgeMax is how old messages may be that are deleted together.
// discord: resources/message#bulk-delete-messages
const bulkAgeMax = 14 * 24 * time.Hour

// messagesGone is the data of MESSAGE_DELETE_BULK.
// discord: events/gateway-events#message-delete-bulk
type messagesGone struct {
	IDs       []guildhall.MessageID `json:"ids"`
	ChannelID guildhall.ChannelID   `json:"channel_id"`
	GuildID   guildhall.GuildID     `json:"guild_id,omitempty"`
}

// bulkDeleted names the messages of a bulk deletion.
func (g *guild) bulkDeleted(r *request) []guildhall.RowKey {
	f, err := body[guildhall.MessageIDs](r.cmd)
	if err != nil {
		return nil
	}
	var keys []guildhall.RowKey
	for _, id := range f.IDs {
		keys = append(keys, guildhall.MessageKey(r.cmd.Channel, id))
	}
	return keys
}

// bulkDelete removes messages together. Ids of messages that are not there are passed over.
// discord: resources/message#bulk-delete-messages
func (g *guild) bulkDelete(r *request, f guildhall.MessageIDs) (*draft, error) {
	c, err := r.textChannel(guildhall.PermissionManageMessages)
	if err != nil {
		return nil, err
	}
	if err := r.mayDeleteIn(c); err != nil {
		return nil, err
	}
	oldest := r.now.Add(-bulkAgeMax).UnixMilli()
	d := &draft{}
	var gone []guildhall.MessageID
	var deleted []*guildhall.Message
	for _, id := range f.IDs {
		if id.Millis() < oldest {
			return nil, errBulkAge
		}
		m, err := g.message(r, id)
		if err != nil {
			continue
		}
		gone = append(gone, id)
		d.dropMessage(m)
		deleted = append(deleted, m)
	}
	if len(gone) == 0 {
		return d, nil
	}
	g.unpublish(r, d, deleted...)
	g.messagesLeft(r, d, c, gone...)
	d.event("MESSAGE_DELETE_BULK", r.audience(c.ID, guildhall.IntentGuildMessages), messagesGone{gone, c.ID, g.id})
	if g.id != 0 {
		d.auditWith(r, guildhall.AuditMessageBulkDelete, guildhall.Snowflake(c.ID), map[string]string{"count": strconv.Itoa(len(gone))})
	}
	return d, nil
}

// messagesLeft changes what else knows of messages that are deleted.
func (g *guild) messagesLeft(r *request, d *draft, c *guildhall.Channel, gone ...guildhall.MessageID) {
	if after := unpinned(r.view.Pins(c.ID), gone...); after != nil {
		g.changePins(r, d, c.ID, after)
	}
	for _, id := range gone {
		if poll := r.view.OpenPoll(id); poll != nil {
			d.put(guildhall.OpenPollRow(r.object, poll).Deleted())
		}
	}
	if t := r.view.Thread(c.ID); t != nil {
		changed := *t
		changed.MessageCount = max(0, t.MessageCount-len(gone))
		d.put(guildhall.ThreadRow(g.id, &changed))
	}
}

// crosspost marks a message of an announcement channel as published.
// discord: resources/message#crosspost-message
func (g *guild) crosspost(r *request, ref guildhall.MessageRef) (*draft, error) {
	c, err := r.openChannel(guildhall.PermissionSendMessages)
	if err != nil {
		return nil, err
	}
	if c.Type != guildhall.ChannelGuildAnnouncement {
		return nil, guildhall.ErrWrongChannelType
	}
	m, err := g.message(r, ref.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Author.ID != r.actor && !r.in(c.ID).Has(guildhall.PermissionManageMessages):
		return nil, guildhall.ErrMissingPermissions
	case m.Type.IsSystem():
		return nil, guildhall.ErrSystemMessage
	case m.Flags&guildhall.MessageCrossposted != 0:
		return nil, errCrossposted
	}
	changed := *m
	changed.Flags |= guildhall.MessageCrossposted
	d := &draft{}
	d.put(guildhall.MessageRow(&changed))
	g.tellMessage(r, d, "MESSAGE_UPDATE", &changed)
	g.publish(r, d, &changed)
	d.answer(g.joined(r, &changed).Shown())
	return d, nil
}

// newSystemMessage makes a message that tells of what its author did.
func newSystemMessage(r *request, channel guildhall.ChannelID, t guildhall.MessageType, author guildhall.User) *guildhall.Message {
	m := &guildhall.Message{
		ChannelID: channel, Author: author, Type: t,
		Mentions: []guildhall.User{}, MentionRoles: []guildhall.RoleID{}, Attachments: []guildhall.Attachment{},
		Embeds: []json.RawMessage{}, Components: []json.RawMessage{},
	}
	number(r, m)
	return m
}

// addMessage writes a new message and tells of it.
func (g *guild) addMessage(r *request, d *draft, m *guildhall.Message) {
	d.putMessage(nil, m)
	d.put(g.lastMessage(m.ChannelID, m.ID))
	g.tellMessage(r, d, "MESSAGE_CREATE", m)
}

// auditMessage adds an entry about a message, whose target is its author. Private channels have no audit log.
// discord: resources/audit-log#audit-log-entry-object-optional-audit-entry-info
func (d *draft) auditMessage(r *request, event guildhall.AuditLogEvent, m *guildhall.Message) {
	if r.object.Kind == guildhall.KindGuild {
		options := map[string]string{"channel_id": m.ChannelID.String(), "message_id": m.ID.String()}
		d.auditWith(r, event, guildhall.Snowflake(m.Author.ID), options)
	}
}
