package guilds

// pure core

import (
	"slices"
	"strings"

	"guildhall"
)

// createdThread is a thread as its maker is answered, a post with its first message.
// discord: resources/channel#start-thread-in-forum-or-media-channel
type createdThread struct {
	*guildhall.Thread
	Message *guildhall.Message `json:"message,omitempty"`
}

// begun names the message that a thread begins with.
func (g *guild) begun(r *request) []guildhall.RowKey {
	f, err := body[guildhall.CreateThread](r.cmd)
	if err != nil || f.From == 0 {
		return nil
	}
	return g.messageKeys(r, f.From)
}

// discord: resources/channel#start-thread-from-message
// discord: resources/channel#start-thread-without-message
// discord: resources/channel#start-thread-in-forum-or-media-channel
func (g *guild) createThread(r *request, f guildhall.CreateThread) (*draft, error) {
	c, err := r.channel(0)
	if err != nil {
		return nil, err
	}
	author, err := r.author()
	if err != nil {
		return nil, err
	}
	t := &guildhall.Thread{
		Type: f.Type, GuildID: g.id, ParentID: c.ID, OwnerID: author.User.ID, Name: strings.TrimSpace(f.Name),
		RateLimitPerUser: c.ThreadRateLimit,
	}
	if f.RateLimitPerUser != nil {
		t.RateLimitPerUser = *f.RateLimitPerUser
		if !r.in(c.ID).Has(guildhall.PermissionManageThreads) {
			// Less than the channel's would be a change, which is for those who look after threads.
			// discord: topics/threads#editing--deleting-threads
			t.RateLimitPerUser = max(t.RateLimitPerUser, c.ThreadRateLimit)
		}
	}
	if err := threadType(c, t, &f); err != nil {
		return nil, err
	}
	if err := r.mayBegin(c, t, f.From); err != nil {
		return nil, err
	}
	if err := g.slow.checkThread(c, author, r.in(c.ID), r.now); err != nil {
		return nil, err
	}
	if t.AppliedTags, err = r.appliedTags(c, f.AppliedTags, nil, r.in(c.ID)); err != nil {
		return nil, err
	}
	if err := r.roomForThread(); err != nil {
		return nil, err
	}
	now := guildhall.TimestampOf(r.now)
	t.Metadata = guildhall.ThreadMetadata{ArchiveTimestamp: now, CreateTimestamp: now, AutoArchive: f.AutoArchive}
	if t.Metadata.AutoArchive == 0 {
		t.Metadata.AutoArchive = c.AutoArchive
	}
	if t.Metadata.AutoArchive == 0 {
		t.Metadata.AutoArchive = autoArchiveDefault
	}
	if t.Private() {
		invitable := f.Invitable == nil || *f.Invitable
		t.Metadata.Invitable = &invitable
	}
	switch {
	case c.Type.IsForum():
		return g.beginPost(r, t, author, f.Message)
	case f.From != 0:
		return g.beginFrom(r, t, author, f.From)
	}
	return g.beginWithout(r, t, author)
}

// threadType settles of which type a channel's new thread is.
func threadType(c *guildhall.Channel, t *guildhall.Thread, f *guildhall.CreateThread) error {
	allowed := map[guildhall.ChannelType][]guildhall.ChannelType{
		guildhall.ChannelGuildText:         {guildhall.ChannelPrivateThread, guildhall.ChannelPublicThread},
		guildhall.ChannelGuildAnnouncement: {guildhall.ChannelAnnouncementThread},
		guildhall.ChannelGuildForum:        {guildhall.ChannelPublicThread},
		guildhall.ChannelGuildMedia:        {guildhall.ChannelPublicThread},
	}[c.Type]
	switch {
	case len(allowed) == 0:
		return guildhall.ErrWrongChannelType
	case c.Type.IsForum() && (f.Message == nil || f.From != 0):
		return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "message")
	case f.From != 0:
		t.Type = allowed[len(allowed)-1] // a thread with a message is as public as that
	case t.Type == 0:
		t.Type = allowed[0]
	}
	if !slices.Contains(allowed, t.Type) {
		return guildhall.BadField("BASE_TYPE_CHOICES", "Threads of this type can't be made in this channel.", "type")
	}
	return nil
}

// mayBegin refuses an actor who may not make a thread of that type, or write in it.
func (r *request) mayBegin(c *guildhall.Channel, t *guildhall.Thread, from guildhall.MessageID) error {
	want := guildhall.PermissionCreatePublicThreads
	switch {
	case c.Type.IsForum():
		want = guildhall.PermissionSendMessages
	case t.Private():
		want = guildhall.PermissionCreatePrivateThreads
	}
	if from != 0 {
		want |= guildhall.PermissionReadMessageHistory // the thread shows the message
	}
	return r.allowed(c.ID, want)
}

// appliedTags checks a post's tags: they are the forum's, and moderated ones are for those who look after threads, unless
// the post has them already.
// discord: resources/channel#forum-tag-object
func (r *request) appliedTags(c *guildhall.Channel, given, before []guildhall.Snowflake, p guildhall.Permissions) ([]guildhall.Snowflake, error) {
	if !c.Type.IsForum() || c.ForumFields == nil {
		return nil, nil
	}
	if len(given) == 0 && c.Flags&guildhall.ChannelRequireTag != 0 {
		return nil, errTagRequired
	}
	if err := r.limits.Fit(guildhall.LimitAppliedTags, len(given)); err != nil {
		return nil, err
	}
	for _, id := range given {
		i := slices.IndexFunc(c.AvailableTags, func(tag guildhall.ForumTag) bool { return tag.ID == id })
		if i < 0 {
			return nil, guildhall.BadField("INVALID_FORUM_TAG", "Unknown tag.", "applied_tags")
		}
		if c.AvailableTags[i].Moderated && !p.Has(guildhall.PermissionManageThreads) && !slices.Contains(before, id) {
			return nil, guildhall.ErrMissingPermissions
		}
	}
	return given, nil
}

// bear writes a new thread with its first member and those whom it brings in, and tells of it.
func (g *guild) bear(r *request, d *draft, t *guildhall.Thread, brought ...*guildhall.Member) {
	first := append([]*guildhall.Member{r.self()}, brought...)
	r.joined, r.joinedMembers = t, joining(r, t, nil, first)
	t.MemberCount = len(first)
	d.put(guildhall.ThreadRow(g.id, t), guildhall.PlaceRow(t.ID, r.object), guildhall.ThreadMembersRow(g.id, t.ID, r.joinedMembers))
	d.event("THREAD_CREATE", r.audience(t.ID, guildhall.IntentGuilds), threadEvent{t, true})
	g.tellJoined(r, d, t, first)
	d.audit(r, guildhall.AuditThreadCreate, guildhall.Snowflake(t.ID), auditThread(nil, t)...)
}

// auditThread tells what differs between two threads, either of which may be nil.
func auditThread(before, after *guildhall.Thread) []guildhall.AuditChange {
	flat := func(t *guildhall.Thread) any {
		if t == nil {
			return nil
		}
		return struct {
			*guildhall.Thread
			guildhall.ThreadMetadata
		}{t, t.Metadata}
	}
	return auditChanges(flat(before), flat(after), auditedThread...)
}

// answerThread answers with a new thread as its maker sees it.
func answerThread(r *request, d *draft, first *guildhall.Message) {
	shown := *r.joined
	shown.Member = &r.joinedMembers[0]
	d.answer(createdThread{&shown, first})
}

// beginFrom makes a thread with a message of the channel. The two have the same id.
func (g *guild) beginFrom(r *request, t *guildhall.Thread, author *guildhall.Member, from guildhall.MessageID) (*draft, error) {
	m, err := g.message(r, from)
	switch {
	case err != nil:
		return nil, err
	case r.view.Thread(guildhall.ChannelID(m.ID)) != nil:
		return nil, errHasThread
	case m.Type.IsSystem():
		return nil, guildhall.ErrSystemMessage
	}
	t.ID = guildhall.ChannelID(m.ID)
	d := &draft{}
	g.bear(r, d, t)
	begun := *m
	begun.Flags |= guildhall.MessageHasThread
	d.put(guildhall.MessageRow(&begun))
	shown := begun
	shown.Thread = t
	g.tellMessage(r, d, "MESSAGE_UPDATE", &shown)
	starter := newSystemMessage(r, t.ID, guildhall.MessageThreadStarter, author.User)
	starter.MessageReference = &guildhall.MessageReference{MessageID: m.ID, ChannelID: m.ChannelID, GuildID: g.id}
	g.addMessage(r, d, starter.Joined(m))
	answerThread(r, d, nil)
	return d, nil
}

// beginWithout makes a thread that no message begins. The channel is told of a public one by a message of its own.
func (g *guild) beginWithout(r *request, t *guildhall.Thread, author *guildhall.Member) (*draft, error) {
	t.ID = guildhall.ChannelID(r.nextID())
	d := &draft{}
	g.bear(r, d, t)
	if !t.Private() {
		m := newSystemMessage(r, t.ParentID, guildhall.MessageThreadCreated, author.User)
		m.Content = t.Name
		m.MessageReference = &guildhall.MessageReference{ChannelID: t.ID, GuildID: g.id}
		g.addMessage(r, d, m)
	}
	answerThread(r, d, nil)
	return d, nil
}

// beginPost makes a post of a forum with its first message, which has the same id.
func (g *guild) beginPost(r *request, t *guildhall.Thread, author *guildhall.Member, f *guildhall.CreateMessage) (*draft, error) {
	p := r.in(t.ParentID)
	m, err := g.compose(r, t.ParentID, author, *f, p)
	if err != nil {
		return nil, err
	}
	r.mention(m, f.AllowedMentions, p)
	number(r, m)
	t.ID = guildhall.ChannelID(m.ID)
	m.ChannelID = t.ID
	d := &draft{}
	brought := slices.DeleteFunc(r.brought(t, m, nil), func(member *guildhall.Member) bool { return member.User.ID == author.User.ID })
	g.bear(r, d, t, brought[:min(len(brought), r.limits.Of(guildhall.LimitThreadMembers)-1)]...)
	// A forum's last message is its newest post.
	d.put(guildhall.LastMessageRow(g.id, t.ParentID, m.ID))
	g.addMessage(r, d, m)
	d.openPoll(r, m)
	answerThread(r, d, m.Shown().Linked())
	return d, nil
}
