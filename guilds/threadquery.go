package guilds

// pure core

import (
	"cmp"
	"slices"

	"guildhall"
)

// seesThread tells whether the actor sees a thread.
func (r *request) seesThread(t *guildhall.Thread) bool {
	return r.in(t.ID).Has(guildhall.PermissionViewChannel)
}

// queryThread is a thread as the actor sees it.
func (g *guild) queryThread(r *request, t *guildhall.Thread) (any, error) {
	if err := r.allowed(t.ID, 0); err != nil {
		return nil, err
	}
	return r.view.ShownThread(t, r.actor, r.now), nil
}

// queryThreads lists the guild's active threads that the actor sees, the newest first.
// discord: resources/guild#list-active-guild-threads
func (g *guild) queryThreads(r *request) (any, error) {
	threads := r.view.OpenThreadsWhere(func(t *guildhall.Thread) bool {
		return !r.view.ThreadArchived(t, r.now) && r.seesThread(t)
	})
	slices.Reverse(threads)
	return r.listed(threads, false), nil
}

// listed is a list of threads as it is answered, with the actor's own memberships.
func (r *request) listed(threads []*guildhall.Thread, more bool) *guildhall.ThreadsAnswer {
	a := &guildhall.ThreadsAnswer{Threads: []*guildhall.Thread{}, Members: []guildhall.ThreadMember{}, HasMore: more}
	for _, t := range threads {
		shown := r.view.ShownThread(t, r.actor, r.now)
		if shown.Member != nil {
			a.Members = append(a.Members, *shown.Member)
		}
		a.Threads = append(a.Threads, shown)
	}
	return a
}

// queryThreadsNamed gives those of some threads that there are and that the actor sees.
func (g *guild) queryThreadsNamed(r *request) (any, error) {
	q, err := body[guildhall.ThreadsNamed](r.cmd)
	if err != nil {
		return nil, err
	}
	threads := []*guildhall.Thread{}
	for _, id := range q.IDs {
		if t := r.view.Thread(id); t != nil && r.seesThread(t) {
			threads = append(threads, r.view.ShownThread(t, r.actor, r.now))
		}
	}
	return threads, nil
}

// queryArchivedThreads is a page of a channel's archived threads, those archived last first; of those that the actor has
// joined, the newest first.
// discord: resources/channel#list-public-archived-threads, #list-private-archived-threads, #list-joined-private-archived-threads
func (g *guild) queryArchivedThreads(r *request) (any, error) {
	q, err := body[guildhall.ArchivedQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	want := guildhall.PermissionReadMessageHistory
	if q.Private && !q.Joined {
		want |= guildhall.PermissionManageThreads
	}
	c, err := r.channel(want)
	if err != nil {
		return nil, err
	}
	var page []*guildhall.Thread
	archived := r.view.ThreadsWhere(func(t *guildhall.Thread) bool {
		return t.ParentID == c.ID && t.Private() == q.Private && r.view.ThreadArchived(t, r.now) && r.seesThread(t)
	})
	for _, t := range archived {
		shown := r.view.ShownThread(t, r.actor, r.now)
		switch {
		case q.Joined && (shown.Member == nil || q.BeforeID != 0 && t.ID >= q.BeforeID):
		case !q.Joined && q.Before != 0 && shown.Metadata.ArchiveTimestamp >= q.Before:
		default:
			page = append(page, shown)
		}
	}
	slices.SortFunc(page, func(a, b *guildhall.Thread) int {
		if q.Joined {
			return cmp.Compare(b.ID, a.ID)
		}
		return cmp.Or(cmp.Compare(b.Metadata.ArchiveTimestamp, a.Metadata.ArchiveTimestamp), cmp.Compare(b.ID, a.ID))
	})
	more := len(page) > q.Limit
	return r.listed(page[:min(len(page), q.Limit)], more), nil
}
