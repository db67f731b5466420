package guildhall

import (
	"cmp"
	"time"
)

// The types of thread.
// discord: resources/channel#channel-object-channel-types
const (
	ChannelAnnouncementThread ChannelType = 10
	ChannelPublicThread       ChannelType = 11
	ChannelPrivateThread      ChannelType = 12
)

// IsThread tells whether it is a type of thread.
func (t ChannelType) IsThread() bool {
	return t == ChannelAnnouncementThread || t == ChannelPublicThread || t == ChannelPrivateThread
}

// ChannelPinnedThread is the flag of a post that stands first in its forum.
// discord: resources/channel#channel-object-channel-flags
const ChannelPinnedThread = 1 << 1

// Thread is a thread of a guild's channel, or a post of a forum. It has its channel's permissions.
// discord: resources/channel#channel-object
type Thread struct {
	ID            ChannelID   `json:"id"`
	Type          ChannelType `json:"type"`
	GuildID       GuildID     `json:"guild_id"`
	ParentID      ChannelID   `json:"parent_id"`
	OwnerID       UserID      `json:"owner_id"`
	Name          string      `json:"name"`
	LastMessageID MessageID   `json:"last_message_id"`
	LastPinAt     *Timestamp  `json:"last_pin_timestamp,omitempty"`
	// RateLimitPerUser is in seconds.
	RateLimitPerUser int            `json:"rate_limit_per_user"`
	Flags            int            `json:"flags"`
	MessageCount     int            `json:"message_count"`
	TotalMessageSent int            `json:"total_message_sent"`
	MemberCount      int            `json:"member_count"`
	Metadata         ThreadMetadata `json:"thread_metadata"`
	AppliedTags      []Snowflake    `json:"applied_tags,omitempty"`
	// Member is the reader's own entry; it is filled in when the thread is shown.
	Member *ThreadMember `json:"member,omitempty"`
}

// ThreadMetadata is what a channel has not.
// discord: resources/channel#thread-metadata-object
type ThreadMetadata struct {
	Archived         bool      `json:"archived"`
	ArchiveTimestamp Timestamp `json:"archive_timestamp"`
	// AutoArchive is in minutes.
	AutoArchive     int       `json:"auto_archive_duration"`
	Locked          bool      `json:"locked"`
	Invitable       *bool     `json:"invitable,omitempty"` // of private threads
	CreateTimestamp Timestamp `json:"create_timestamp"`
}

// ThreadMember is a member's place in a thread.
// discord: resources/channel#thread-member-object
type ThreadMember struct {
	ID            ChannelID `json:"id"`
	UserID        UserID    `json:"user_id"`
	JoinTimestamp Timestamp `json:"join_timestamp"`
	Flags         int       `json:"flags"`
	// Member is filled in where it is asked for.
	Member *Member `json:"member,omitempty"`
}

// Private tells whether only members and those with MANAGE_THREADS see the thread.
func (t *Thread) Private() bool { return t.Type == ChannelPrivateThread }

// Pinned tells whether it is a post that stands first in its forum.
func (t *Thread) Pinned() bool { return t.Flags&ChannelPinnedThread != 0 }

// Channel is the thread as code for channels needs it.
func (t *Thread) Channel() *Channel {
	return &Channel{
		ID: t.ID, Type: t.Type, GuildID: t.GuildID, Name: t.Name, ParentID: t.ParentID,
		RateLimitPerUser: t.RateLimitPerUser, Flags: t.Flags,
	}
}

// ThreadRow holds one thread.
func ThreadRow(guild GuildID, t *Thread) Row {
	return stateRow(GuildObject(guild), stateThread, t.ID.Key(), t)
}

// threadMembersMark follows the thread's id in the keys of rows that hold its members.
const threadMembersMark = "m"

// ThreadMembersRow holds a thread's members, the first to join first. They are one row, because who may see a private thread
// hangs on all of them together.
func ThreadMembersRow(guild GuildID, thread ChannelID, members []ThreadMember) Row {
	return stateRow(GuildObject(guild), stateThread, thread.Key()+threadMembersMark, members)
}

func (s *GuildState) applyThread(id string, row *Row, phase Phase) error {
	if key, ok := cutMark(id); ok {
		return apply(&s.threadMembers, IDFromKey[channelKind](key), row, phase)
	}
	if key, ok := followerKey(id); ok {
		return apply(&s.followers, key, row, phase)
	}
	if key, ok := openPollKey(id); ok {
		return apply(&s.polls, key, row, phase)
	}
	return s.applyThreadRow(IDFromKey[channelKind](id), row, phase)
}

func cutMark(id string) (key string, ok bool) {
	const length = 8
	return id[:min(len(id), length)], len(id) == length+len(threadMembersMark)
}

// Thread gives one thread, or nil.
func (v GuildView) Thread(id ChannelID) *Thread {
	t, _ := v.s.threads.Get(id, v.staged)
	return t
}

// Threads gives all threads, the oldest first.
func (v GuildView) Threads() []*Thread {
	return sorted(v.s.threads.All(v.staged), func(a, b *Thread) int { return cmp.Compare(a.ID, b.ID) })
}

// SeesThread tells whether someone who has p in a thread's channel sees the thread.
func (v GuildView) SeesThread(t *Thread, user UserID, p Permissions) bool {
	return p.Has(PermissionViewChannel) &&
		(!t.Private() || p.Has(PermissionManageThreads) || v.roll(t.ID).has(user))
}

// ThreadActivity is when something last happened in a thread that keeps it from being archived.
func (v GuildView) ThreadActivity(t *Thread) time.Time {
	at := t.Metadata.ArchiveTimestamp.Time()
	if last := v.LastMessage(t.ID); last != 0 && last.Time().After(at) {
		return last.Time()
	}
	return at
}

// ThreadArchiveAt is when a thread is archived by itself if nothing happens in it until then.
func (v GuildView) ThreadArchiveAt(t *Thread) time.Time {
	return v.ThreadActivity(t).Add(time.Duration(t.Metadata.AutoArchive) * time.Minute)
}

// ThreadArchived tells whether a thread is archived, by command or because nothing has happened in it for long. A pinned post
// stays open.
// discord: topics/threads#active--archived-threads
func (v GuildView) ThreadArchived(t *Thread, now time.Time) bool {
	return t.Metadata.Archived || !t.Pinned() && !now.Before(v.ThreadArchiveAt(t))
}

// ShownThread is a thread as a user sees it at now. One that has been left alone for long is shown archived as of then.
func (v GuildView) ShownThread(t *Thread, user UserID, now time.Time) *Thread {
	shown := *t
	shown.LastMessageID = v.LastMessage(t.ID)
	if p := v.Pins(t.ID); p != nil {
		shown.LastPinAt = p.LastAt
	}
	shown.MemberCount = v.ThreadMemberCount(t.ID)
	if !t.Metadata.Archived && v.ThreadArchived(t, now) {
		shown.Metadata.Archived = true
		shown.Metadata.ArchiveTimestamp = TimestampOf(v.ThreadArchiveAt(t))
	}
	if m := v.ThreadMember(t.ID, user); m != nil {
		shown.Member = m
	}
	return &shown
}

// inThread is what a member may do in a thread at now: what it may do in the channel, but that sending is another
// permission.
// discord: topics/threads#permissions
func (v GuildView) inThread(t *Thread, m *Member, g *Guild, now time.Time) Permissions {
	parent := v.Channel(t.ParentID)
	if parent == nil {
		return 0
	}
	p := ThreadPermissions(v.base(g, m), parent.Overwrites, RoleID(g.ID), m.Roles, m.User.ID)
	p = InTimeout(p, m.CommunicationDisabledUntil, now)
	if !v.SeesThread(t, m.User.ID, p) {
		return 0
	}
	return p
}

// AudienceIn is the audience of what happens in a channel or thread. What happens in a thread is judged in its channel; of a
// private one, only its members are told, and those who look after threads.
func (v GuildView) AudienceIn(channel ChannelID, intents Intents) Audience {
	a := Audience{Channel: channel, Permissions: PermissionViewChannel, Intents: intents}
	if t := v.Thread(channel); t != nil {
		return t.Audience(v.ThreadMembers(channel), intents)
	}
	return a
}

// Audience is that of what happens in the thread while it has these members.
func (t *Thread) Audience(members []ThreadMember, intents Intents) Audience {
	a := Audience{Channel: t.ParentID, Permissions: PermissionViewChannel, Intents: intents}
	if t.Private() {
		// A thread that all have left has nobody on the list: the list must not be empty, which would mean everyone.
		a.Users, a.Unlisted, a.Thread = []UserID{0}, PermissionManageThreads, t.ID
		for _, m := range members {
			a.Users = append(a.Users, m.UserID)
		}
	}
	return a
}

// threadRows gives the threads as rows again, with their members.
func (v GuildView) threadRows() []Row {
	var rows []Row
	for _, t := range v.Threads() {
		rows = append(rows, ThreadRow(t.GuildID, t))
		if members := v.ThreadMembers(t.ID); members != nil {
			rows = append(rows, ThreadMembersRow(t.GuildID, t.ID, members))
		}
		if last := v.LastMessage(t.ID); last != 0 {
			rows = append(rows, LastMessageRow(t.GuildID, t.ID, last))
		}
		if pins := v.Pins(t.ID); pins != nil {
			rows = append(rows, PinsRow(GuildObject(t.GuildID), t.ID, pins))
		}
	}
	return rows
}
