package api

import (
	"context"
	"errors"

	"guildhall"
	"guildhall/store"
)

// quote joins messages with those that they refer to, as these are now: what is deleted is null, and so is what the reader
// may not see.
// discord: resources/message#message-object
func (a *API) quote(ctx context.Context, r *request, v *view, messages []*guildhall.Message) error {
	found := map[guildhall.RowKey]*guildhall.Message{}
	for _, m := range messages {
		found[guildhall.MessageKey(m.ChannelID, m.ID)] = m
	}
	wanted := map[guildhall.ChannelID][]guildhall.RowKey{}
	for _, m := range messages {
		key, ok := m.Refers()
		if _, have := found[key]; !ok || have {
			continue
		}
		channel := m.MessageReference.ChannelID
		// What the view holds of other channels, nobody has judged.
		if n, newer := v.newer[key]; newer && channel == r.channel() {
			if err := noteMessage(found, n); err != nil {
				return err
			}
			continue
		}
		found[key] = nil
		wanted[channel] = append(wanted[channel], key)
	}
	for channel, keys := range wanted {
		if err := a.readQuoted(ctx, r.in(channel), keys, found); err != nil {
			return err
		}
	}
	for i, m := range messages {
		if key, ok := m.Refers(); ok {
			messages[i] = m.Joined(found[key])
		}
	}
	return nil
}

// readQuoted reads messages of one channel, if the reader may see its history now.
func (a *API) readQuoted(
	ctx context.Context, r *request, keys []guildhall.RowKey, found map[guildhall.RowKey]*guildhall.Message,
) error {
	rows, _, err := a.messageRows(ctx, r, keys)
	var refused *guildhall.Error
	switch {
	case errors.As(err, &refused) && refused.Status < 500:
		return nil // the channel is gone, or hidden from this reader
	case err != nil:
		return err
	}
	for _, row := range rows {
		if err := noteMessage(found, row); err != nil {
			return err
		}
	}
	return nil
}

// noteMessage decodes a message's row, which may be its deletion.
func noteMessage(found map[guildhall.RowKey]*guildhall.Message, row store.Stored) error {
	if row.Delete {
		found[row.Key()] = nil
		return nil
	}
	m, err := guildhall.DecodeMessage(row.Value)
	if err != nil {
		return err
	}
	found[row.Key()] = m
	return nil
}

// in is the request as if it were to another channel.
func (r *request) in(channel guildhall.ChannelID) *request {
	if channel == r.channel() {
		return r
	}
	in := *r
	in.ids = map[string]guildhall.Snowflake{"channel_id": guildhall.Snowflake(channel)}
	return &in
}
