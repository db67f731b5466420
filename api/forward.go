package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"guildhall"
	"guildhall/blob"
)

// What is answered where a message can't be forwarded.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errForwardUnread  = &guildhall.Error{Status: http.StatusForbidden, Code: 160014, Message: "You cannot forward a message whose content you cannot read"}
	errForwardHistory = &guildhall.Error{Status: http.StatusForbidden, Code: 160009, Message: "Cannot reference a message without permission to read message history"}
	errForwardNSFW    = &guildhall.Error{Status: http.StatusBadRequest, Code: 160010, Message: "NSFW channel message reference not allowed"}
	errForwardUnknown = guildhall.BadField("MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message", "message_reference")
	errForwardSource  = guildhall.BadField("FORWARD_CONTAINS_UNSUPPORTED_CONTENT", "This message cannot be forwarded", "message_reference")
)

// forwardable are the types of message that can be forwarded: what stands for itself.
// discord: resources/message#message-reference-types
func forwardable(t guildhall.MessageType) bool {
	return slices.Contains([]guildhall.MessageType{
		guildhall.MessageDefault, guildhall.MessageReply, guildhall.MessageChatInput, guildhall.MessageContextMenu,
	}, t)
}

// forward puts into a message what it forwards, where it refers to a message in that way: as the actor may read it now, in
// whichever channel it is.
// discord: resources/message#message-reference-content-attribution-forwards
func (a *API) forward(ctx context.Context, r *request, f *form, m *guildhall.CreateMessage) error {
	ref := m.Reference
	if ref == nil || ref.Type != guildhall.MessageForward {
		return nil
	}
	if m.Content != "" || len(m.Embeds)+len(m.Components)+len(m.Attachments) > 0 || m.Poll != nil || f.has("sticker_ids") {
		return guildhall.ErrForwardHasContent
	}
	from, guild, err := a.forwarded(ctx, r, ref)
	if err != nil {
		return err
	}
	if err := a.mayCarry(ctx, r, ref.ChannelID, guild); err != nil {
		return err
	}
	snapshot := from.Snapshot()
	if snapshot.Message.Attachments, err = a.copyFiles(ctx, r, snapshot.Message.Attachments); err != nil {
		return err
	}
	m.Forward = &guildhall.Forward{Snapshot: snapshot, Reference: guildhall.MessageReference{
		Type: guildhall.MessageForward, MessageID: ref.MessageID, ChannelID: ref.ChannelID, GuildID: guild,
	}}
	m.Reference = nil
	return nil
}

// forwarded reads the message that is to be forwarded, and in which guild it is.
func (a *API) forwarded(ctx context.Context, r *request, ref *guildhall.MessageReference) (*guildhall.Message, guildhall.GuildID, error) {
	in := *r
	in.ids = map[string]guildhall.Snowflake{
		"channel_id": guildhall.Snowflake(ref.ChannelID), "message_id": guildhall.Snowflake(ref.MessageID),
	}
	row, v, err := a.messageRow(ctx, &in)
	switch {
	case errors.Is(err, guildhall.ErrUnknownMessage):
		return nil, 0, errForwardUnknown
	case errors.Is(err, errNoHistory):
		return nil, 0, errForwardHistory
	case err != nil:
		return nil, 0, err
	}
	m, err := guildhall.DecodeMessage(row.Value)
	if err != nil {
		return nil, 0, err
	}
	var guild guildhall.GuildID
	if v.answer.Object.Kind == guildhall.KindGuild {
		guild = guildhall.GuildID(v.answer.Object.ID)
	}
	if ref.GuildID != 0 && ref.GuildID != guild {
		return nil, 0, errForwardUnknown
	}
	readsAll := v.answer.Object.Kind == guildhall.KindPrivate || r.who.Intents.Has(guildhall.IntentMessageContent)
	switch {
	case !forwardable(m.Type), m.Poll != nil, m.Flags&guildhall.MessageLoading != 0:
		return nil, 0, errForwardSource
	case !readsAll && (!m.ReadBy(r.who.User) || len(m.MessageSnapshots) > 0):
		return nil, 0, errForwardUnread
	}
	return m, guild, nil
}

// mayCarry refuses to bring what is said in an age-restricted channel of a guild into one that is not.
func (a *API) mayCarry(ctx context.Context, r *request, source guildhall.ChannelID, guild guildhall.GuildID) error {
	if guild == 0 || source == r.channel() {
		return nil
	}
	restricted, _, err := a.restricted(ctx, r.in(source))
	if err != nil || !restricted {
		return err
	}
	allowed, inGuild, err := a.restricted(ctx, r)
	if err == nil && inGuild && !allowed {
		return errForwardNSFW
	}
	return err
}

// restricted tells whether the channel in the path, or the one that its thread is in, is age-restricted.
func (a *API) restricted(ctx context.Context, r *request) (nsfw, inGuild bool, err error) {
	c, err := ask[guildhall.Channel](ctx, a.deps.Owners, r.onChannel(guildhall.QueryChannel, nil))
	if err == nil && c.Type.IsThread() {
		c, err = ask[guildhall.Channel](ctx, a.deps.Owners, r.in(c.ParentID).onChannel(guildhall.QueryChannel, nil))
	}
	return c.NSFW, c.GuildID != 0, err
}

// copyFiles gives a forward files of its own, so that it keeps them when the message that it forwards is deleted.
func (a *API) copyFiles(ctx context.Context, r *request, files []guildhall.Attachment) ([]guildhall.Attachment, error) {
	copied := []guildhall.Attachment{}
	for _, f := range files {
		id, err := r.uploads.nextID(ctx)
		if err != nil {
			return nil, err
		}
		err = a.deps.Blobs.Copy(ctx, guildhall.AttachmentKey(f.ID), guildhall.AttachmentKey(id))
		if errors.Is(err, blob.ErrNotFound) {
			continue // its message has been deleted meanwhile
		}
		if err != nil {
			return nil, keepError(fmt.Errorf("copy attachment: %w", err))
		}
		f.ID = id
		r.uploads.files = append(r.uploads.files, upload{Attachment: f})
		copied = append(copied, f)
	}
	return a.link(r.http, r.channel(), copied), nil
}
