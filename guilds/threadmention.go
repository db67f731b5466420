package guilds

// pure core

import (
	"slices"

	"guildhall"
)

const (
	// roleBroughtMax is from how many members on a role that is mentioned in a thread brings nobody into it.
	// discord: Threads FAQ, support.discord.com 4403205878423
	roleBroughtMax = 100
	// broughtMax bounds whom one message brings into a thread: each of them is told by events of the message's record.
	broughtMax = 100
)

// brought are those whom a message brings into its thread by naming them: who sees the thread's channel, and is no member of
// the thread yet. before is the message as it was, whose mentions have done what they do already; nil for a new one.
func (r *request) brought(t *guildhall.Thread, m, before *guildhall.Message) []*guildhall.Member {
	if len(m.Mentions) == 0 && len(m.MentionRoles) == 0 || !r.mayBring(t) {
		return nil
	}
	in := make(map[guildhall.UserID]bool)
	for _, member := range r.view.ThreadMembers(t.ID) {
		in[member.UserID] = true
	}
	var brought []*guildhall.Member
	bring := func(member *guildhall.Member) {
		id := member.User.ID
		if in[id] || len(brought) == broughtMax || !r.view.In(t.ParentID, id, r.now).Has(guildhall.PermissionViewChannel) {
			return
		}
		in[id] = true
		brought = append(brought, member)
	}
	for _, id := range namedIn(m, before) {
		if member := r.view.Member(id); member != nil {
			bring(member)
		}
	}
	for _, members := range r.ofRoles(m, before) {
		for _, member := range members {
			bring(member)
		}
	}
	return brought
}

// mayBring: whom the actor could add it brings in by naming them. The actor writes in the thread already.
func (r *request) mayBring(t *guildhall.Thread) bool {
	invitable := t.Metadata.Invitable == nil || *t.Metadata.Invitable
	return !t.Private() || invitable || t.OwnerID == r.actor || r.managesThread(t)
}

// namedIn are the users whom a content names and the message may notify. To answer somebody's message is not to name them: who
// has left a thread is not brought back by each reply.
func namedIn(m, before *guildhall.Message) []guildhall.UserID {
	notified := func(m *guildhall.Message, id guildhall.UserID) bool {
		return slices.ContainsFunc(m.Mentions, func(u guildhall.User) bool { return u.ID == id })
	}
	return slices.DeleteFunc(parseMentions(m.Content).users, func(id guildhall.UserID) bool {
		return !notified(m, id) || before != nil && notified(before, id)
	})
}

// ofRoles are the members of the roles that a message mentions, by id, but for roles that have many.
func (r *request) ofRoles(m, before *guildhall.Message) [][]*guildhall.Member {
	roles := slices.DeleteFunc(slices.Clone(m.MentionRoles), func(id guildhall.RoleID) bool {
		return before != nil && slices.Contains(before.MentionRoles, id)
	})
	if len(roles) == 0 {
		return nil
	}
	of, full := make([][]*guildhall.Member, len(roles)), 0
	for _, member := range r.view.Members() {
		for i, id := range roles {
			if len(of[i]) == roleBroughtMax || !slices.Contains(member.Roles, id) {
				continue
			}
			if of[i] = append(of[i], member); len(of[i]) == roleBroughtMax {
				full++
			}
		}
		if full == len(roles) {
			return nil
		}
	}
	of = slices.DeleteFunc(of, func(members []*guildhall.Member) bool { return len(members) == roleBroughtMax })
	for _, members := range of {
		slices.SortFunc(members, byUserID)
	}
	return of
}

// bringInto adds those to a thread whom a message names, as far as there is room. first comes before all others.
func (g *guild) bringInto(r *request, d *draft, t *guildhall.Thread, m, before *guildhall.Message, first *guildhall.Member) {
	joined := r.brought(t, m, before)
	if first != nil {
		joined = slices.DeleteFunc(joined, func(member *guildhall.Member) bool { return member.User.ID == first.User.ID })
		joined = slices.Insert(joined, 0, first)
	}
	room := max(0, r.limits.Of(guildhall.LimitThreadMembers)-r.view.ThreadMemberCount(t.ID))
	if joined = joined[:min(len(joined), room)]; len(joined) > 0 {
		g.addToThread(r, d, t, joined...)
	}
}
