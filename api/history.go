package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"guildhall"
	"guildhall/store"
)

const (
	// projectedMax bounds for how many channels it is remembered up to where their tables are whole. Forgetting costs one
	// page read again.
	projectedMax = 20_000
	// readsMax bounds how often a page is read before the client is told to come back. The tables trail by moments.
	readsMax = 6
	// slack is how many rows beyond a page are read, so that a few deletions on their way don't cost a second read.
	slack = 8
)

var errTrailing = errors.New("the tables could not be brought together with the owner's records")

// span is a part of a table that is read in one direction.
type span struct {
	table   guildhall.Table
	part    string
	after   string // excluded; "" for none
	before  string // excluded; "" for none
	reverse bool
	limit   int
}

// view is what a reader may see of a channel's rows as of one moment: the tables, with the owner's records after them.
type view struct {
	answer  *guildhall.Answer
	history bool
	// newer are the rows of the records, by key, each the newest.
	newer map[guildhall.RowKey]store.Stored
}

// behind says whom to ask for what the tables may not show yet.
type behind struct {
	// object is a key for the object whose positions are counted: one of its channels, or its own id.
	object guildhall.ChannelID
	// query makes the question for what came after a position.
	query func(projected uint64) *guildhall.Command
}

// behindChannel asks the owner of the channel in the path.
func behindChannel(r *request) behind {
	return behind{r.channel(), func(projected uint64) *guildhall.Command {
		return r.onChannel(guildhall.QueryMessages, guildhall.MessagesQuery{Projected: projected})
	}}
}

// reading reads spans of a channel's rows; see readingOf.
func (a *API) reading(ctx context.Context, r *request, read func(ctx context.Context) ([]store.Stored, error)) ([]store.Stored, *view, error) {
	return a.readingOf(ctx, behindChannel(r), read)
}

// readingOf reads spans of an object's rows and asks its owner what is not in the tables yet, and whether the actor
// may see them. read is given the tables' rows; it is called again as long as the two don't fit together.
// protocol §8, reads (a), (b), (d), (e); the Owners do (c).
func (a *API) readingOf(ctx context.Context, b behind, read func(ctx context.Context) ([]store.Stored, error)) ([]store.Stored, *view, error) {
	for range readsMax {
		// What was projected before the page was read is in it; asking afterwards also authorises afterwards.
		projected, _ := a.projected.Get(b.object)
		rows, err := read(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("read history: %w", err)
		}
		v, err := a.lookBehind(ctx, b, projected)
		if err != nil {
			return nil, nil, err
		}
		// Who knows less than was projected has been overtaken.
		above := func(s store.Stored) bool { return s.Position > v.answer.Position }
		overtaken := v.answer.Position < projected || slices.ContainsFunc(rows, above)
		if !v.answer.Reread && !overtaken {
			return rows, v, nil
		}
		a.metrics.rereads.Inc()
	}
	return nil, nil, guildhall.ErrUnavailable.Because(errTrailing)
}

// lookBehind asks the owner for what it knows beyond the tables.
func (a *API) lookBehind(ctx context.Context, b behind, projected uint64) (*view, error) {
	answer, err := a.deps.Owners.Query(ctx, b.query(projected))
	body, err := settled(answer, err)
	allowed, err := decoded[guildhall.MessagesAnswer](body, err)
	if err != nil {
		return nil, err
	}
	a.projected.Update(b.object, func(old uint64, _ bool) uint64 { return max(old, answer.Projected) })
	v := &view{answer: answer, history: allowed.History, newer: map[guildhall.RowKey]store.Stored{}}
	if len(answer.Records) == 0 {
		return v, nil
	}
	records, err := guildhall.DecodeRecords(answer.Records)
	if err != nil {
		return nil, fmt.Errorf("records of an answer: %w", err)
	}
	for _, record := range records {
		for _, row := range record.Rows {
			v.note(store.Stored{Row: row, Position: record.Position})
		}
	}
	return v, nil
}

// note keeps the newer of two values of a row; at one position a deletion wins.
func (v *view) note(s store.Stored) {
	old, had := v.newer[s.Key()]
	if !had || s.Position > old.Position || s.Position == old.Position && s.Delete {
		v.newer[s.Key()] = s
	}
}

// newest is a row as the view has it.
func (v *view) newest(s store.Stored) store.Stored {
	if n, ok := v.newer[s.Key()]; ok && n.Position >= s.Position {
		return n
	}
	return s
}

// lay puts the view over rows that were read of a span, which are more where there is more in the table: it changes,
// removes and adds, within what was read, and keeps the span's order. whole is false where so many were removed that the
// span must be read again with more.
func (v *view) lay(rows []store.Stored, s span, limit int) (page []store.Stored, whole bool) {
	// Without a full read the span's far end was reached; else only what lies up to the last row read is known.
	full := len(rows) == s.limit
	seen := map[guildhall.RowKey]bool{}
	for _, row := range rows {
		seen[row.Key()] = true
		if row = v.newest(row); !row.Delete {
			page = append(page, row)
		}
	}
	for key, row := range v.newer {
		if seen[key] || row.Delete || !s.holds(key) || full && s.compare(key.Sort, rows[len(rows)-1].Sort) > 0 {
			continue
		}
		page = append(page, row)
	}
	slices.SortFunc(page, func(x, y store.Stored) int { return s.compare(x.Sort, y.Sort) })
	if len(page) > limit {
		page = page[:limit]
	}
	return page, len(page) == limit || !full
}

func (s span) holds(key guildhall.RowKey) bool {
	return key.Table == s.table && key.Part == s.part && key.Sort > s.after && (s.before == "" || key.Sort < s.before)
}

func (s span) compare(x, y string) int {
	if s.reverse {
		return cmp.Compare(y, x)
	}
	return cmp.Compare(x, y)
}

// pages reads spans of a channel's rows; see pagesOf.
func (a *API) pages(ctx context.Context, r *request, spans ...span) ([][]store.Stored, *view, error) {
	return a.pagesOf(ctx, behindChannel(r), spans...)
}

// pagesOf reads spans together, as of one moment; each page has its span's limit of rows unless there are no more.
func (a *API) pagesOf(ctx context.Context, b behind, spans ...span) ([][]store.Stored, *view, error) {
	extra := slack
	for range readsMax {
		var parts [][]store.Stored
		wide := slices.Clone(spans)
		for i := range wide {
			wide[i].limit += extra
		}
		_, v, err := a.readingOf(ctx, b, func(ctx context.Context) (all []store.Stored, err error) {
			parts = parts[:0]
			for _, s := range wide {
				rows, err := a.rows(ctx, s)
				if err != nil {
					return nil, err
				}
				parts = append(parts, rows)
				all = append(all, rows...)
			}
			return all, nil
		})
		if err != nil {
			return nil, nil, err
		}
		allWhole := true
		result := make([][]store.Stored, len(spans))
		for i, s := range spans {
			page, whole := v.lay(parts[i], wide[i], s.limit)
			result[i], allWhole = page, allWhole && whole
		}
		if allWhole {
			return result, v, nil
		}
		// No more can be missing than the records delete.
		extra += len(v.newer) + slack
		a.metrics.rereads.Inc()
	}
	return nil, nil, guildhall.ErrUnavailable.Because(errTrailing)
}

func (a *API) rows(ctx context.Context, s span) ([]store.Stored, error) {
	return a.deps.Tables.Rows(ctx, store.Query{
		Table: s.table, Part: s.part, After: s.after, Before: s.before, Reverse: s.reverse, Limit: s.limit,
	})
}
