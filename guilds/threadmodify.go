package guilds

// pure core

import (
	"strings"

	"guildhall"
)

// modifyThread changes a thread: those who look after threads everything, who made it what it is called and whether it is
// archived, and who writes in it opens it again while it isn't locked.
// discord: resources/channel#modify-channel-json-params-thread
func (g *guild) modifyThread(r *request, before *guildhall.Thread, f guildhall.ModifyChannel) (*draft, error) {
	if err := r.allowed(before.ID, 0); err != nil {
		return nil, err
	}
	if err := r.mayModifyThread(before, &f); err != nil {
		return nil, err
	}
	archived := r.view.ThreadArchived(before, r.now)
	opens := f.Thread.Archived.Set && !f.Thread.Archived.Or(false)
	if archived && !opens && !onlyArchives(&f) {
		return nil, errArchived
	}
	if archived && opens {
		if err := r.roomForThread(); err != nil {
			return nil, err
		}
	}
	t := *before
	if err := r.applyThread(&t, &f); err != nil {
		return nil, err
	}
	if to := f.Thread.Archived; to.Set && (to.Or(false) != archived || to.Or(false) != before.Metadata.Archived) {
		t.Metadata.Archived = to.Or(false)
		t.Metadata.ArchiveTimestamp = guildhall.TimestampOf(r.now)
	}
	if t.Metadata.Archived {
		// discord: topics/threads#forum-and-media-channel-thread-fields
		t.Flags &^= guildhall.ChannelPinnedThread
	}
	d := &draft{}
	if !sameJSON(before, &t) {
		d.put(guildhall.ThreadRow(g.id, &t))
		g.tellThread(r, d, &t)
		if changes := auditThread(before, &t); len(changes) > 0 {
			d.audit(r, guildhall.AuditThreadUpdate, guildhall.Snowflake(t.ID), changes...)
		}
	}
	d.answer(r.changedThread(&t, r.actor))
	return d, nil
}

// onlyArchives tells whether a change is one that archived threads allow too.
func onlyArchives(f *guildhall.ModifyChannel) bool {
	rest := *f
	rest.Thread.Archived, rest.Thread.Locked = guildhall.Optional[bool]{}, guildhall.Optional[bool]{}
	return sameJSON(rest, guildhall.ModifyChannel{})
}

// mayModifyThread refuses an actor who may not make all of a change.
func (r *request) mayModifyThread(t *guildhall.Thread, f *guildhall.ModifyChannel) error {
	if r.managesThread(t) {
		return nil
	}
	managed := f.Thread.Locked.Set || f.RateLimitPerUser.Set || f.Flags.Set
	if t.OwnerID == r.actor && !managed && !t.Metadata.Locked {
		return r.awake()
	}
	rest := *f
	rest.Thread.Archived = guildhall.Optional[bool]{}
	opens := f.Thread.Archived.Set && !f.Thread.Archived.Or(false) && sameJSON(rest, guildhall.ModifyChannel{})
	if opens && !t.Metadata.Locked && r.in(t.ID).Has(guildhall.PermissionSendMessages) {
		return nil
	}
	return guildhall.ErrMissingPermissions
}

// applyThread sets the fields that are given, but for whether the thread is archived.
func (r *request) applyThread(t *guildhall.Thread, f *guildhall.ModifyChannel) error {
	if name := strings.TrimSpace(f.Name.Or("")); name != "" {
		t.Name = name
	}
	t.RateLimitPerUser = f.RateLimitPerUser.Or(t.RateLimitPerUser)
	t.Metadata.Locked = f.Thread.Locked.Or(t.Metadata.Locked)
	t.Metadata.AutoArchive = f.Thread.AutoArchive.Or(t.Metadata.AutoArchive)
	if f.Thread.Invitable.Set {
		if !t.Private() {
			return guildhall.BadField("THREAD_INVITABLE_PRIVATE_ONLY", "Only private threads can be invitable.", "invitable")
		}
		invitable := f.Thread.Invitable.Or(true)
		t.Metadata.Invitable = &invitable
	}
	parent := r.view.Channel(t.ParentID)
	if f.Thread.AppliedTags.Set {
		tags, err := r.appliedTags(parent, f.Thread.AppliedTags.Or(nil), t.AppliedTags, r.in(t.ID))
		if err != nil {
			return err
		}
		t.AppliedTags = tags
	}
	if f.Flags.Set {
		return r.pinThread(t, parent, f.Flags.Or(0)&guildhall.ChannelPinnedThread)
	}
	return nil
}

// pinThread puts a post before all others of its forum, or back.
func (r *request) pinThread(t *guildhall.Thread, parent *guildhall.Channel, pinned int) error {
	if pinned != 0 {
		if !parent.Type.IsForum() {
			return guildhall.ErrWrongChannelType
		}
		others := r.view.ThreadsWhere(func(o *guildhall.Thread) bool {
			return o.ID != t.ID && o.ParentID == t.ParentID && o.Pinned()
		})
		if err := r.limits.Room(guildhall.LimitPinnedPosts, len(others)); err != nil {
			return err
		}
	}
	t.Flags = t.Flags&^guildhall.ChannelPinnedThread | pinned
	return nil
}

// deleteThread removes a thread. The message that it began with stays, and says that there was one.
// discord: resources/channel#deleteclose-channel
func (g *guild) deleteThread(r *request, t *guildhall.Thread) (*draft, error) {
	if err := r.allowed(t.ID, guildhall.PermissionManageThreads); err != nil {
		return nil, err
	}
	d := &draft{}
	gone := r.view.ShownThread(t, r.actor, r.now)
	d.event("THREAD_DELETE", r.audience(t.ID, guildhall.IntentGuilds), threadGone{t.ID, g.id, t.ParentID, t.Type})
	g.dropThread(r, d, t)
	d.audit(r, guildhall.AuditThreadDelete, guildhall.Snowflake(t.ID), auditThread(t, nil)...)
	d.answer(gone)
	return d, nil
}
