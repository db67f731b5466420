package guilds

// pure core

import (
	"slices"
	"strconv"
	"time"

	"guildhall"
)

// attendance is when members were last there, kept softly: it starts empty with each owner. Who has not been seen may
// have been there before the watch began, so nobody counts as away for longer than there has been a watch.
type attendance struct {
	since time.Time
	last  map[guildhall.UserID]time.Time
}

func (a *attendance) watch(now time.Time) {
	if a.since.IsZero() {
		a.since = now
	}
}

// saw notes that a member is there; strangers are not kept.
func (a *attendance) saw(user guildhall.UserID, now time.Time) {
	if a.last == nil {
		a.last = make(map[guildhall.UserID]time.Time)
	}
	a.last[user] = now
}

func (a *attendance) forget(user guildhall.UserID) { delete(a.last, user) }

// away gives the members whom a prune removes: those below the actor and without other roles, who joined before the time
// and were not seen since. By id.
// discord: resources/guild#get-guild-prune-count
func (g *guild) away(r *request, f *guildhall.PruneMembers) ([]*guildhall.Member, error) {
	if err := r.require(guildhall.PermissionManageGuild | guildhall.PermissionKickMembers); err != nil {
		return nil, err
	}
	for _, id := range f.Roles {
		if r.view.Role(id) == nil {
			return nil, guildhall.ErrInvalidRole
		}
	}
	cut := r.now.Add(-time.Duration(f.Days) * 24 * time.Hour)
	members := []*guildhall.Member{}
	if g.seen.since.IsZero() || g.seen.since.After(cut) {
		return members, nil
	}
	for id, m := range r.view.Members() {
		_, here := g.presences[id]
		listed := !slices.ContainsFunc(m.Roles, func(id guildhall.RoleID) bool { return !slices.Contains(f.Roles, id) })
		// Bots are never away: they are sent away by name.
		if m.User.Bot || here || !listed || m.JoinedAt.Time().After(cut) || g.seen.last[id].After(cut) ||
			id == r.view.Guild().OwnerID || r.overMember(id) != nil {
			continue
		}
		members = append(members, m)
	}
	slices.SortFunc(members, byUserID)
	return members, nil
}

func (g *guild) queryPrune(r *request) (any, error) {
	f, err := body[guildhall.PruneMembers](r.cmd)
	if err != nil {
		return nil, err
	}
	members, err := g.away(r, &f)
	if err != nil {
		return nil, err
	}
	n := len(members)
	return guildhall.PruneAnswer{Pruned: &n}, nil
}

// prune removes members who have not been there for long.
// discord: resources/guild#begin-guild-prune
func (g *guild) prune(r *request, f guildhall.PruneMembers) (*draft, error) {
	members, err := g.away(r, &f)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	for _, m := range members {
		g.dropMember(r, d, m)
	}
	n := len(members)
	if n > 0 {
		d.auditWith(r, guildhall.AuditMemberPrune, 0, map[string]string{
			"delete_member_days": strconv.Itoa(f.Days), "members_removed": strconv.Itoa(n),
		})
	}
	if f.Silent {
		d.answer(guildhall.PruneAnswer{})
	} else {
		d.answer(guildhall.PruneAnswer{Pruned: &n})
	}
	return d, nil
}
