package guilds

// pure core

import (
	"cmp"
	"slices"

	"guildhall"
)

// threadMembersUpdate is the data of THREAD_MEMBERS_UPDATE.
// discord: events/gateway-events#thread-members-update
type threadMembersUpdate struct {
	ID               guildhall.ChannelID      `json:"id"`
	GuildID          guildhall.GuildID        `json:"guild_id"`
	MemberCount      int                      `json:"member_count"`
	AddedMembers     []guildhall.ThreadMember `json:"added_members,omitempty"`
	RemovedMemberIDs []guildhall.UserID       `json:"removed_member_ids,omitempty"`
}

// threadMemberUpdate is the data of THREAD_MEMBER_UPDATE.
// discord: events/gateway-events#thread-member-update
type threadMemberUpdate struct {
	guildhall.ThreadMember
	GuildID guildhall.GuildID `json:"guild_id"`
}

// openedThread is the thread that the command names, if the actor sees it and it is not archived.
func (r *request) openedThread() (*guildhall.Thread, error) {
	t, err := r.thread()
	if err == nil && r.view.ThreadArchived(t, r.now) {
		return nil, errArchived
	}
	return t, err
}

// putThreadMember makes the actor a member of a thread that it sees, or adds another.
// discord: resources/channel#join-thread, #add-thread-member
func (g *guild) putThreadMember(r *request, f guildhall.MemberRef) (*draft, error) {
	t, err := r.openedThread()
	if err != nil {
		return nil, err
	}
	id := cmp.Or(f.UserID, r.actor)
	if err := r.mayAdd(t, id); err != nil {
		return nil, err
	}
	m := r.view.Member(id)
	if m == nil {
		return nil, guildhall.ErrUnknownMember
	}
	if !r.view.In(t.ParentID, id, r.now).Has(guildhall.PermissionViewChannel) {
		return nil, guildhall.ErrMissingAccess
	}
	d := &draft{}
	if r.view.ThreadMember(t.ID, id) != nil {
		return d, nil
	}
	if err := r.limits.Room(guildhall.LimitThreadMembers, r.view.ThreadMemberCount(t.ID)); err != nil {
		return nil, err
	}
	g.addToThread(r, d, t, m)
	return d, nil
}

// mayAdd: who sees a thread may join it. Others are added by those who write in it, to a private one only if it is
// invitable or theirs.
// discord: topics/threads#private-threads
func (r *request) mayAdd(t *guildhall.Thread, id guildhall.UserID) error {
	if id == r.actor {
		return nil
	}
	if err := r.allowed(t.ID, guildhall.PermissionSendMessages); err != nil {
		return err
	}
	invitable := t.Metadata.Invitable == nil || *t.Metadata.Invitable
	if t.Private() && !invitable && t.OwnerID != r.actor && !r.managesThread(t) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

// deleteThreadMember takes the actor out of a thread, or another: those who look after threads, and who made a private one.
// discord: resources/channel#leave-thread, #remove-thread-member
func (g *guild) deleteThreadMember(r *request, f guildhall.MemberRef) (*draft, error) {
	t, err := r.openedThread()
	if err != nil {
		return nil, err
	}
	id := cmp.Or(f.UserID, r.actor)
	if id != r.actor && !r.managesThread(t) && !(t.Private() && t.OwnerID == r.actor) {
		return nil, guildhall.ErrMissingPermissions
	}
	if id != r.actor {
		if err := r.awake(); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	g.removeFromThread(r, d, t, id)
	return d, nil
}

// joining are a thread's members with new ones at the end.
func joining(r *request, t *guildhall.Thread, before []guildhall.ThreadMember, joined []*guildhall.Member) []guildhall.ThreadMember {
	members := slices.Clone(before)
	for _, m := range joined {
		members = append(members, guildhall.ThreadMember{ID: t.ID, UserID: m.User.ID, JoinTimestamp: guildhall.TimestampOf(r.now)})
	}
	return members
}

// addToThread writes and tells of new members of a thread.
func (g *guild) addToThread(r *request, d *draft, t *guildhall.Thread, joined ...*guildhall.Member) {
	r.joined, r.joinedMembers = t, joining(r, t, r.view.ThreadMembers(t.ID), joined)
	d.put(guildhall.ThreadMembersRow(g.id, t.ID, r.joinedMembers))
	if t.Private() {
		for _, added := range r.joinedMembers[len(r.joinedMembers)-len(joined):] {
			// Who comes to see the thread is told of it as of a new one.
			shown := r.changedThread(t, 0)
			shown.MemberCount, shown.Member = len(r.joinedMembers), &added
			d.event("THREAD_CREATE", guildhall.Audience{
				Channel: t.ParentID, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuilds,
				Users: []guildhall.UserID{added.UserID}, Thread: t.ID,
			}, shown)
		}
	}
	g.tellJoined(r, d, t, joined)
}

// tellJoined tells of the newest of a thread's members. All who see the thread are told who asked for members, and the
// new ones in any case.
func (g *guild) tellJoined(r *request, d *draft, t *guildhall.Thread, joined []*guildhall.Member) {
	added := slices.Clone(r.joinedMembers[len(r.joinedMembers)-len(joined):])
	a := t.Audience(r.joinedMembers, guildhall.IntentGuildMembers)
	for i, m := range joined {
		d.event("THREAD_MEMBER_UPDATE", guildhall.Audience{
			Channel: t.ParentID, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuilds,
			Users: []guildhall.UserID{m.User.ID}, Thread: a.Thread,
		}, threadMemberUpdate{added[i], g.id})
		a.Always = append(a.Always, m.User.ID)
		added[i].Member = m
	}
	d.event("THREAD_MEMBERS_UPDATE", a, threadMembersUpdate{
		ID: t.ID, GuildID: g.id, MemberCount: len(r.joinedMembers), AddedMembers: added,
	})
}

// removeFromThread takes a member out of a thread; nothing happens to others.
func (g *guild) removeFromThread(r *request, d *draft, t *guildhall.Thread, user guildhall.UserID) {
	if r.view.ThreadMember(t.ID, user) == nil {
		return
	}
	members := slices.DeleteFunc(slices.Clone(r.view.ThreadMembers(t.ID)), func(m guildhall.ThreadMember) bool {
		return m.UserID == user
	})
	d.put(guildhall.ThreadMembersRow(g.id, t.ID, members))
	e := threadMembersUpdate{ID: t.ID, GuildID: g.id, MemberCount: len(members), RemovedMemberIDs: []guildhall.UserID{user}}
	a := t.Audience(members, guildhall.IntentGuildMembers)
	if !t.Private() {
		a.Always = []guildhall.UserID{user}
		d.event("THREAD_MEMBERS_UPDATE", a, e)
		return
	}
	// Who is out does not see the thread any more, and is told this last thing of it alone.
	if r.view.In(t.ParentID, user, r.now).Has(guildhall.PermissionManageThreads) {
		a.Always = []guildhall.UserID{user}
	} else {
		d.event("THREAD_MEMBERS_UPDATE", guildhall.Audience{
			Channel: t.ParentID, Permissions: guildhall.PermissionViewChannel, Users: []guildhall.UserID{user},
		}, e)
	}
	d.event("THREAD_MEMBERS_UPDATE", a, e)
}

// leaveThreads takes who leaves the guild out of its threads.
func (g *guild) leaveThreads(r *request, d *draft, user guildhall.UserID) {
	for _, t := range r.view.ThreadsOf(user) {
		g.removeFromThread(r, d, t, user)
	}
}

// queryThreadMember is one of a thread's members.
// discord: resources/channel#get-thread-member
func (g *guild) queryThreadMember(r *request) (any, error) {
	q, err := body[guildhall.ThreadMembersQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	t, err := r.thread()
	if err != nil {
		return nil, err
	}
	m := r.view.ThreadMember(t.ID, q.UserID)
	if m == nil {
		return nil, guildhall.ErrUnknownMember
	}
	return r.shownThreadMember(*m, q.WithMember), nil
}

// queryThreadMembers lists a thread's members; with their memberships of the guild, by page in the order of ids.
// discord: resources/channel#list-thread-members
func (g *guild) queryThreadMembers(r *request) (any, error) {
	q, err := body[guildhall.ThreadMembersQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	t, err := r.thread()
	if err != nil {
		return nil, err
	}
	members := slices.SortedFunc(slices.Values(r.view.ThreadMembers(t.ID)), func(a, b guildhall.ThreadMember) int {
		return cmp.Compare(a.UserID, b.UserID)
	})
	page := []guildhall.ThreadMember{}
	for _, m := range members {
		if m.UserID > q.After && (q.Limit == 0 || len(page) < q.Limit) {
			page = append(page, r.shownThreadMember(m, q.WithMember))
		}
	}
	return page, nil
}

func (r *request) shownThreadMember(m guildhall.ThreadMember, whole bool) guildhall.ThreadMember {
	if whole {
		m.Member = r.view.Member(m.UserID)
	}
	return m
}
