package api

import (
	"context"
	"net/http"

	"guildhall"
)

// discord: resources/channel#start-thread-without-message
const (
	threadNameMax  = 100
	threadsDefault = 50
	threadsMin     = 2
	threadsMax     = 100
)

// autoArchives are for how many minutes nothing may happen in a thread before it is archived.
// discord: resources/channel#thread-metadata-object
var autoArchives = []int{60, 1440, 4320, 10080}

// createThread makes a thread that no message begins, or a post of a forum.
func (a *API) createThread(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	t := f.newThread()
	t.Type = guildhall.ChannelType(f.choice("type", int(guildhall.ChannelAnnouncementThread),
		int(guildhall.ChannelPublicThread), int(guildhall.ChannelPrivateThread)).Value)
	t.Invitable = f.boolean("invitable").Pointer()
	t.AppliedTags = f.ids("applied_tags", guildhall.LimitAppliedTags.Max()).Value
	if inner := f.object("message"); inner != nil {
		m, _, err := a.newMessage(r, inner)
		if err != nil {
			return nil, err
		}
		t.Message = &m
	}
	return a.beginThread(ctx, r, f, t)
}

func (a *API) createThreadFromMessage(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	t := f.newThread()
	t.From = r.message()
	return a.beginThread(ctx, r, f, t)
}

// newThread reads what all ways to begin a thread have.
func (f *form) newThread() guildhall.CreateThread {
	f.requiredText("name")
	return guildhall.CreateThread{
		Name: f.text("name", 1, threadNameMax).Value, AutoArchive: f.choice("auto_archive_duration", autoArchives...).Value,
		RateLimitPerUser: f.integer("rate_limit_per_user", 0, slowmodeMax).Pointer(),
	}
}

func (a *API) beginThread(ctx context.Context, r *request, f *form, t guildhall.CreateThread) (any, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	body, err := a.command(ctx, r.onChannel(guildhall.CommandThreadCreate, t))
	if err != nil {
		return nil, err
	}
	a.unfurlPost(r.http, body)
	return reply{status: http.StatusCreated, body: body}, nil
}

// threadChanges reads the fields that only threads have, of a change.
// discord: resources/channel#modify-channel-json-params-thread
func (f *form) threadChanges() guildhall.ThreadChanges {
	return guildhall.ThreadChanges{
		Archived: notNull(f.boolean("archived")), Locked: notNull(f.boolean("locked")), Invitable: notNull(f.boolean("invitable")),
		AutoArchive: notNull(f.choice("auto_archive_duration", autoArchives...)), AppliedTags: f.ids("applied_tags", guildhall.LimitAppliedTags.Max()),
	}
}

func (a *API) threadMemberCommand(ctx context.Context, r *request, name string) (any, error) {
	return a.silently(ctx, r.onChannel(name, guildhall.MemberRef{UserID: r.user()})) // 0 without one in the path
}

func (a *API) joinThread(ctx context.Context, r *request) (any, error) {
	return a.threadMemberCommand(ctx, r, guildhall.CommandThreadMemberPut)
}

func (a *API) leaveThread(ctx context.Context, r *request) (any, error) {
	return a.threadMemberCommand(ctx, r, guildhall.CommandThreadMemberDelete)
}

func (a *API) addThreadMember(ctx context.Context, r *request) (any, error) {
	return a.threadMemberCommand(ctx, r, guildhall.CommandThreadMemberPut)
}

func (a *API) deleteThreadMember(ctx context.Context, r *request) (any, error) {
	return a.threadMemberCommand(ctx, r, guildhall.CommandThreadMemberDelete)
}

func (a *API) getThreadMember(ctx context.Context, r *request) (any, error) {
	q := r.query()
	query := guildhall.ThreadMembersQuery{UserID: r.user(), WithMember: q.boolean("with_member").Value}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onChannel(guildhall.QueryThreadMember, query))
}

// listThreadMembers lists all members or, with their memberships of the guild, a page of them.
// discord: resources/channel#list-thread-members
func (a *API) listThreadMembers(ctx context.Context, r *request) (any, error) {
	q := r.query()
	query := guildhall.ThreadMembersQuery{
		WithMember: q.boolean("with_member").Value, After: guildhall.UserID(q.cursor("after").Value),
		Limit: q.integer("limit", 1, threadsMax).Value,
	}
	if query.WithMember && query.Limit == 0 {
		query.Limit = threadsMax
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onChannel(guildhall.QueryThreadMembers, query))
}

func (a *API) getActiveGuildThreads(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryThreads, nil))
}

func (a *API) listPublicArchivedThreads(ctx context.Context, r *request) (any, error) {
	return a.archivedThreads(ctx, r, guildhall.ArchivedQuery{})
}

func (a *API) listPrivateArchivedThreads(ctx context.Context, r *request) (any, error) {
	return a.archivedThreads(ctx, r, guildhall.ArchivedQuery{Private: true})
}

func (a *API) listMyPrivateArchivedThreads(ctx context.Context, r *request) (any, error) {
	return a.archivedThreads(ctx, r, guildhall.ArchivedQuery{Private: true, Joined: true})
}

func (a *API) archivedThreads(ctx context.Context, r *request, query guildhall.ArchivedQuery) (any, error) {
	q := r.query()
	query.Limit = q.integer("limit", threadsMin, threadsMax).Or(threadsDefault)
	if query.Joined {
		query.BeforeID = guildhall.ChannelID(q.id("before").Value)
	} else {
		query.Before = q.time("before").Value
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onChannel(guildhall.QueryThreadsArchived, query))
}

// showThreads fills in the threads that messages have begun, as they are now.
func (a *API) showThreads(ctx context.Context, r *request, messages []*guildhall.Message) error {
	var named guildhall.ThreadsNamed
	for _, m := range messages {
		if m.Flags&guildhall.MessageHasThread != 0 {
			named.IDs = append(named.IDs, guildhall.ChannelID(m.ID))
		}
	}
	if len(named.IDs) == 0 {
		return nil
	}
	threads, err := ask[[]*guildhall.Thread](ctx, a.deps.Owners, r.onChannel(guildhall.QueryThreadsNamed, named))
	if err != nil {
		return err
	}
	for _, t := range threads {
		for i, m := range messages {
			if m.ID == guildhall.MessageID(t.ID) {
				shown := *m
				shown.Thread = t
				messages[i] = &shown
			}
		}
	}
	return nil
}
