package guilds

// pure core

import (
	"guildhall"
)

// sourceDeleted is what a published message says where it was published to, once it is deleted.
const sourceDeleted = "[Original Message Deleted]"

// copiedFlags are those that a published message takes along.
const copiedFlags = guildhall.MessageSuppressEmbeds | guildhall.MessageComponentsV2 | guildhall.MessageHasSnapshot

// published names what webhooks have made of messages, and where that is noted.
func (g *guild) published(r *request) []guildhall.RowKey {
	told, err := body[guildhall.Published](r.cmd)
	if err != nil {
		return nil
	}
	var keys []guildhall.RowKey
	if told.Next != nil {
		keys = beingPublished(told.Next)
	}
	for _, part := range told.Parts {
		for _, id := range part.Webhooks {
			w := r.view.Webhook(id)
			if w == nil {
				continue
			}
			for _, source := range part.Sources() {
				key := guildhall.CopyKey(id, source)
				keys = append(keys, key)
				if made, ok := r.row(key); ok {
					keys = append(keys, guildhall.MessageKey(w.ChannelID, guildhall.CopyOf(made)))
				}
			}
		}
	}
	return keys
}

// tellFollower brings published messages, or what became of them, into the channels that follow.
// discord: resources/message#message-reference-types
func (g *guild) tellFollower(r *request, told guildhall.Published) (*draft, error) {
	d := &draft{}
	for _, part := range told.Parts {
		for _, id := range part.Webhooks {
			w := r.view.Webhook(id)
			if w == nil || w.SourceGuild == nil || r.view.Channel(w.ChannelID) == nil {
				continue // the webhook is gone, and its source hears of that
			}
			for _, source := range part.Sources() {
				if err := g.bringCopy(r, d, w, source, &part); err != nil {
					return nil, err
				}
			}
		}
	}
	if told.Next != nil {
		return d, g.goOnPublishing(r, d, *told.Next)
	}
	return d, nil
}

// bringCopy makes, changes or empties what a webhook brought of a message.
func (g *guild) bringCopy(r *request, d *draft, w *guildhall.Webhook, source guildhall.MessageID, part *guildhall.PublishedPart) error {
	made, known := r.row(guildhall.CopyKey(w.ID, source))
	if !known {
		if part.New {
			g.addCopy(r, d, w, part.Message)
		}
		return nil // it has been published before this channel followed
	}
	id := guildhall.CopyOf(made)
	value, ok := r.row(guildhall.MessageKey(w.ChannelID, id))
	if !ok || part.Message == nil {
		d.put(guildhall.CopyRow(w.ID, source, id).Deleted())
	}
	if !ok {
		return nil // it was deleted here, or the webhook has moved to another channel
	}
	before, err := guildhall.DecodeMessage(value)
	if err != nil {
		return err
	}
	m := *before
	if part.Message != nil {
		takeOver(&m, part.Message)
	} else {
		m.Content, m.Embeds, m.Components, m.Attachments, m.MessageSnapshots = sourceDeleted, list(nil), list(nil), []guildhall.Attachment{}, nil
		m.Flags = m.Flags&^copiedFlags | guildhall.MessageSourceDeleted
	}
	if !sameJSON(before, &m) {
		d.put(guildhall.MessageRow(&m))
		g.tellMessage(r, d, "MESSAGE_UPDATE", &m)
	}
	return nil
}

// addCopy makes the message as which a published one is shown here.
func (g *guild) addCopy(r *request, d *draft, w *guildhall.Webhook, source *guildhall.Message) {
	m := newSystemMessage(r, w.ChannelID, guildhall.MessageDefault, guildhall.User{
		ID: guildhall.UserID(w.ID), Username: w.Name, Avatar: w.Avatar, Bot: true, Discriminator: webhookDiscriminator,
	})
	takeOver(m, source)
	m.Flags |= guildhall.MessageIsCrosspost
	m.WebhookID = w.ID
	m.MessageReference = &guildhall.MessageReference{
		MessageID: source.ID, ChannelID: source.ChannelID, GuildID: guildhall.GuildID(w.SourceGuild.ID),
	}
	d.put(guildhall.CopyRow(w.ID, source.ID, m.ID))
	g.addMessage(r, d, m)
}

// takeOver makes a message say what its source says. What that says of users and roles means nothing here. The files stay the
// source's own, and go with it.
func takeOver(m, source *guildhall.Message) {
	m.Content, m.Embeds, m.Attachments, m.Components = source.Content, source.Embeds, source.Attachments, source.Components
	m.MessageSnapshots, m.EditedTimestamp = source.MessageSnapshots, source.EditedTimestamp
	m.Flags = m.Flags&^copiedFlags | source.Flags&copiedFlags
}
