package api

import (
	"context"
	"errors"
	"slices"

	"guildhall"
	"guildhall/store"
)

// listMessages is a page of a channel, newest first.
// discord: resources/message#get-channel-messages
func (a *API) listMessages(ctx context.Context, r *request) (any, error) {
	q := r.query()
	limit := q.integer("limit", 1, pageMax).Or(pageDefault)
	around, before, after := q.cursor("around"), q.cursor("before"), q.cursor("after")
	if err := q.err(); err != nil {
		return nil, err
	}
	all := span{table: guildhall.TableMessages, part: r.channel().Key(), reverse: true, limit: limit}
	spans := []span{all}
	switch {
	case around.Set:
		spans = aroundSpans(all, around.Value)
	case before.Set:
		spans[0].before = before.Value.Key()
	case after.Set:
		spans[0].after, spans[0].reverse = after.Value.Key(), false
	}
	parts, v, err := a.pages(ctx, r, spans...)
	if err != nil {
		return nil, err
	}
	if !v.history {
		return []*guildhall.Message{}, nil
	}
	rows := slices.Concat(parts...)
	slices.SortFunc(rows, func(x, y store.Stored) int { return all.compare(x.Sort, y.Sort) })
	if len(rows) > limit {
		rows = rows[:limit]
	}
	return a.showMessages(ctx, r, v, rows)
}

// aroundSpans are the newer half, the older half and the message in the middle itself.
func aroundSpans(all span, middle guildhall.Snowflake) []span {
	older, newer := all, all
	newer.after, newer.reverse, newer.limit = middle.Key(), false, (all.limit-1)/2
	older.before, older.limit = (middle + 1).Key(), all.limit/2+1
	if middle+1 == 0 {
		older.before = ""
	}
	if newer.limit == 0 {
		return []span{older}
	}
	return []span{newer, older}
}

var errNoHistory = errors.New("the channel may be seen, and its history not")

// getMessage is one message.
func (a *API) getMessage(ctx context.Context, r *request) (any, error) {
	row, v, err := a.messageRow(ctx, r)
	if err != nil {
		return nil, err
	}
	messages, err := a.showMessages(ctx, r, v, []store.Stored{row})
	if err != nil {
		return nil, err
	}
	return messages[0], nil
}

// messageRow reads the row of the message in the path, if the actor may see it.
func (a *API) messageRow(ctx context.Context, r *request) (store.Stored, *view, error) {
	key := guildhall.MessageKey(r.channel(), r.message())
	rows, v, err := a.reading(ctx, r, func(ctx context.Context) ([]store.Stored, error) {
		row, ok, err := a.deps.Tables.Row(ctx, key)
		if err != nil || !ok {
			return nil, err
		}
		return []store.Stored{row}, nil
	})
	if err != nil {
		return store.Stored{}, nil, err
	}
	if !v.history {
		return store.Stored{}, nil, guildhall.ErrMissingAccess.Because(errNoHistory)
	}
	row := store.Stored{Row: guildhall.Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Delete: true}}
	if len(rows) > 0 {
		row = rows[0]
	}
	if row = v.newest(row); row.Delete {
		return store.Stored{}, nil, guildhall.ErrUnknownMessage
	}
	return row, v, nil
}

// showMessages decodes rows and fills in what they don't hold: which reactions are the reader's own, and what is quoted.
func (a *API) showMessages(ctx context.Context, r *request, v *view, rows []store.Stored) ([]*guildhall.Message, error) {
	messages := make([]*guildhall.Message, 0, len(rows))
	for _, row := range rows {
		m, err := guildhall.DecodeMessage(row.Value)
		if err != nil {
			return nil, err
		}
		if m, err = a.showReactions(ctx, r, v, m); err != nil {
			return nil, err
		}
		if m.Poll != nil {
			if m, err = a.showVotes(ctx, v, r, m); err != nil {
				return nil, err
			}
		}
		messages = append(messages, m)
	}
	if err := a.quote(ctx, r, v, messages); err != nil {
		return nil, err
	}
	if err := a.showThreads(ctx, r, messages); err != nil {
		return nil, err
	}
	for i, m := range messages {
		if err := errors.Join(a.showAuthor(ctx, m), a.showAuthor(ctx, m.ReferencedMessage.Value)); err != nil {
			return nil, err
		}
		if v.answer.Object.Kind != guildhall.KindPrivate && !r.who.Intents.Has(guildhall.IntentMessageContent) {
			m = m.Readable(r.who.User)
		}
		messages[i] = a.linkMessage(r.http, m)
	}
	return messages, nil
}

// showReactions marks which reactions are the reader's own.
func (a *API) showReactions(ctx context.Context, r *request, v *view, m *guildhall.Message) (*guildhall.Message, error) {
	shown := m.Shown()
	for i := range m.Reactions {
		entry := &m.Reactions[i]
		for mine, burst := range map[*bool]bool{&shown.Reactions[i].Me: false, &shown.Reactions[i].MeBurst: true} {
			if burst && entry.CountDetails.Burst == 0 {
				continue
			}
			there, err := a.isThere(ctx, v, entry.Key(m.ID, r.who.User, burst))
			if err != nil {
				return nil, err
			}
			*mine = there
		}
	}
	return shown, nil
}

// isThere tells whether there is a row, as the view has it.
func (a *API) isThere(ctx context.Context, v *view, key guildhall.RowKey) (bool, error) {
	if n, ok := v.newer[key]; ok {
		return !n.Delete, nil
	}
	row, ok, err := a.deps.Tables.Row(ctx, key)
	return ok && !row.Delete, err
}
