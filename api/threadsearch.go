package api

import (
	"context"
	"encoding/json"

	"guildhall"
)

// discord: resources/channel#search-threads
const (
	foundMax       = 25
	foundOffsetMax = 9975
	foundTagsMax   = 20
	foundSlopMax   = 100
)

// threadSearch finds threads of a channel. Names are looked for as they are written: there is no order by relevance but that
// by the last message.
// discord: resources/channel#search-threads
func (a *API) threadSearch(ctx context.Context, r *request) (any, error) {
	q := r.query()
	if tags := r.http.URL.Query()["tag"]; len(tags) > 0 {
		list := make([]json.RawMessage, len(tags))
		for i, tag := range tags {
			list[i] = mustJSON(tag)
		}
		q.fields["tag"] = mustJSON(list)
	}
	q.integer("slop", 0, foundSlopMax)
	search := guildhall.ThreadSearch{
		Name: q.text("name", 0, threadNameMax).Value, Tags: q.ids("tag", foundTagsMax).Value,
		AllTags:  q.oneOf("tag_setting", "match_all", "match_some").Value == "match_all",
		Archived: q.boolean("archived").Pointer(),
		After:    guildhall.ChannelID(q.cursor("min_id").Value), Before: guildhall.ChannelID(q.cursor("max_id").Value),
		SortBy:    q.oneOf("sort_by", "last_message_time", "archive_time", "relevance", "creation_time").Or("last_message_time"),
		Ascending: q.oneOf("sort_order", "asc", "desc").Value == "asc",
		Offset:    q.integer("offset", 0, foundOffsetMax).Value, Limit: q.integer("limit", 1, foundMax).Or(foundMax),
	}
	if search.SortBy == "relevance" {
		search.SortBy = "last_message_time"
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onChannel(guildhall.QueryThreadsSearch, search))
}
