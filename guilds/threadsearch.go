package guilds

// pure core

import (
	"cmp"
	"slices"
	"strings"

	"guildhall"
)

// queryThreadsSearch finds a channel's threads that the actor sees by their names and tags.
// discord: resources/channel#search-threads
func (g *guild) queryThreadsSearch(r *request) (any, error) {
	q, err := body[guildhall.ThreadSearch](r.cmd)
	if err != nil {
		return nil, err
	}
	c, err := r.channel(guildhall.PermissionReadMessageHistory)
	if err != nil {
		return nil, err
	}
	var found []*guildhall.Thread
	matching := r.view.ThreadsWhere(func(t *guildhall.Thread) bool {
		return t.ParentID == c.ID && r.seesThread(t) && r.matchesThread(t, &q)
	})
	for _, t := range matching {
		found = append(found, r.view.ShownThread(t, r.actor, r.now))
	}
	order := threadOrder(q.SortBy)
	slices.SortStableFunc(found, func(a, b *guildhall.Thread) int {
		if q.Ascending {
			return order(a, b)
		}
		return order(b, a)
	})
	page := found[min(q.Offset, len(found)):]
	more := len(page) > q.Limit
	answer := r.listed(page[:min(len(page), q.Limit)], more)
	return guildhall.ThreadsFound{ThreadsAnswer: *answer, TotalResults: len(found)}, nil
}

func (r *request) matchesThread(t *guildhall.Thread, q *guildhall.ThreadSearch) bool {
	applied := func(tag guildhall.Snowflake) bool { return slices.Contains(t.AppliedTags, tag) }
	lacks := func(tag guildhall.Snowflake) bool { return !applied(tag) }
	switch {
	case !strings.Contains(strings.ToLower(t.Name), strings.ToLower(q.Name)):
		return false
	case q.Archived != nil && *q.Archived != r.view.ThreadArchived(t, r.now):
		return false
	case t.ID <= q.After || q.Before != 0 && t.ID >= q.Before:
		return false
	case q.AllTags && slices.ContainsFunc(q.Tags, lacks):
		return false
	}
	return q.AllTags || len(q.Tags) == 0 || slices.ContainsFunc(q.Tags, applied)
}

// threadOrder compares two shown threads, the older first.
func threadOrder(by string) func(a, b *guildhall.Thread) int {
	return func(a, b *guildhall.Thread) int {
		order := 0
		switch by {
		case "last_message_time":
			order = cmp.Compare(max(a.LastMessageID, guildhall.MessageID(a.ID)), max(b.LastMessageID, guildhall.MessageID(b.ID)))
		case "archive_time":
			order = cmp.Compare(a.Metadata.ArchiveTimestamp, b.Metadata.ArchiveTimestamp)
		}
		return cmp.Or(order, cmp.Compare(a.ID, b.ID))
	}
}
