package api

import (
	"context"
	"encoding/json"
	"strings"

	"guildhall"
)

// discord: resources/guild#get-guild-prune-count
const (
	pruneDaysMax     = 30
	pruneDaysDefault = 7
	pruneRolesMax    = 100
)

func (a *API) previewPruneGuild(ctx context.Context, r *request) (any, error) {
	q := r.query()
	if all := r.http.URL.Query()["include_roles"]; len(all) > 0 {
		q.fields["include_roles"] = mustJSON(strings.Join(all, ","))
	}
	p := q.prune()
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onGuild(guildhall.QueryPrune, p))
}

// pruneGuild removes members who have not been there for some days.
// discord: resources/guild#begin-guild-prune
func (a *API) pruneGuild(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.lacking(r.query(), "days", "compute_prune_count", "include_roles", "reason")
	p := f.prune()
	p.Silent = !f.boolean("compute_prune_count").Or(true)
	if reason := f.text("reason", 0, reasonMax).Or(""); r.reason == "" {
		r.reason = reason
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.command(ctx, r.onGuild(guildhall.CommandMemberPrune, p))
}

// prune reads who is to be removed. Roles come as a list or, as in queries, as ids between commas.
func (f *form) prune() guildhall.PruneMembers {
	p := guildhall.PruneMembers{Days: f.integer("days", 1, pruneDaysMax).Or(pruneDaysDefault)}
	var joined string
	if raw, _, ok := f.get("include_roles"); ok && json.Unmarshal(raw, &joined) == nil {
		ids := []string{}
		for id := range strings.SplitSeq(joined, ",") {
			if id = strings.TrimSpace(id); id != "" {
				ids = append(ids, id)
			}
		}
		f.fields["include_roles"] = mustJSON(ids)
	}
	p.Roles = idsOf[guildhall.RoleID](f.ids("include_roles", pruneRolesMax).Value)
	return p
}
