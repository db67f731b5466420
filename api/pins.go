package api

import (
	"context"
	"slices"

	"guildhall"
	"guildhall/store"
)

const (
	// pinsMax is how many pins a page holds at most, and by default.
	// discord: resources/message#get-channel-pins
	pinsMax = 50
	// discord: resources/message#bulk-delete-messages
	bulkMin = 2
	bulkMax = 100
)

// pinnedMessage is one entry of a page of pins.
// discord: resources/message#message-pin-object
type pinnedMessage struct {
	PinnedAt guildhall.Timestamp `json:"pinned_at"`
	Message  *guildhall.Message  `json:"message"`
}

type pinsPage struct {
	Items   []pinnedMessage `json:"items"`
	HasMore bool            `json:"has_more"`
}

func (a *API) createPin(ctx context.Context, r *request) (any, error) {
	return a.reachSilently(ctx, r, r.onChannel(guildhall.CommandPinPut, guildhall.MessageRef{ID: r.message()}))
}

func (a *API) deletePin(ctx context.Context, r *request) (any, error) {
	return a.reachSilently(ctx, r, r.onChannel(guildhall.CommandPinDelete, guildhall.MessageRef{ID: r.message()}))
}

// listPins is a page of a channel's pins, those pinned last first.
// discord: resources/message#get-channel-pins
func (a *API) listPins(ctx context.Context, r *request) (any, error) {
	q := r.query()
	query := guildhall.PinsQuery{Before: q.time("before").Value, Limit: q.integer("limit", 1, pinsMax).Or(pinsMax)}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.pins(ctx, r, query)
}

// deprecatedListPins is the first page in the older form.
// discord: resources/message#get-pinned-messages-deprecated
func (a *API) deprecatedListPins(ctx context.Context, r *request) (any, error) {
	page, err := a.pins(ctx, r, guildhall.PinsQuery{Limit: pinsMax})
	if err != nil {
		return nil, err
	}
	messages := []*guildhall.Message{}
	for _, item := range page.Items {
		messages = append(messages, item.Message)
	}
	return messages, nil
}

// pins reads a page's messages after the owner has said which they are. One that is deleted meanwhile is left out.
func (a *API) pins(ctx context.Context, r *request, query guildhall.PinsQuery) (*pinsPage, error) {
	pins, err := ask[guildhall.PinsAnswer](ctx, a.deps.Owners, r.onChannel(guildhall.QueryPins, query))
	if err != nil {
		return nil, err
	}
	page := &pinsPage{Items: []pinnedMessage{}, HasMore: pins.HasMore}
	if len(pins.Items) == 0 {
		return page, nil
	}
	var keys []guildhall.RowKey
	for _, pin := range pins.Items {
		keys = append(keys, guildhall.MessageKey(r.channel(), pin.MessageID))
	}
	rows, v, err := a.messageRows(ctx, r, keys)
	if err != nil {
		return nil, err
	}
	messages, err := a.showMessages(ctx, r, v, rows)
	if err != nil {
		return nil, err
	}
	for _, pin := range pins.Items {
		i := slices.IndexFunc(messages, func(m *guildhall.Message) bool { return m.ID == pin.MessageID })
		if i >= 0 {
			page.Items = append(page.Items, pinnedMessage{pin.PinnedAt, messages[i]})
		}
	}
	return page, nil
}

// messageRows reads messages of the request's channel, those that there are, if the reader may see its history now.
func (a *API) messageRows(ctx context.Context, r *request, keys []guildhall.RowKey) ([]store.Stored, *view, error) {
	rows, v, err := a.reading(ctx, r, func(ctx context.Context) ([]store.Stored, error) {
		var rows []store.Stored
		for _, key := range keys {
			row, ok, err := a.deps.Tables.Row(ctx, key)
			if err != nil {
				return nil, err
			}
			if ok {
				rows = append(rows, row)
			}
		}
		return rows, nil
	})
	if err != nil || !v.history {
		return nil, v, err
	}
	var found []store.Stored
	for _, key := range keys {
		row := store.Stored{Row: guildhall.Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Delete: true}}
		if i := slices.IndexFunc(rows, func(s store.Stored) bool { return s.Key() == key }); i >= 0 {
			row = rows[i]
		}
		if row = v.newest(row); !row.Delete {
			found = append(found, row)
		}
	}
	return found, v, nil
}

// bulkDeleteMessages removes messages together.
// discord: resources/message#bulk-delete-messages
func (a *API) bulkDeleteMessages(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("messages")
	ids := f.ids("messages", bulkMax)
	if ids.Set && len(ids.Value) < bulkMin {
		f.length(len(ids.Value), bulkMin, bulkMax, "messages")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	named := guildhall.MessageIDs{IDs: idsOf[guildhall.MessageID](ids.Value)}
	return a.silently(ctx, r.onChannel(guildhall.CommandMessageBulkDelete, named))
}

// crosspostMessage publishes a message of an announcement channel.
// discord: resources/message#crosspost-message
func (a *API) crosspostMessage(ctx context.Context, r *request) (any, error) {
	body, err := a.messageCommand(ctx, r, r.onChannel(guildhall.CommandMessageCrosspost, guildhall.MessageRef{ID: r.message()}))
	return a.readable(r, body, err)
}
