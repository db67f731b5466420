package guildhall

// Commands and queries about threads. A thread is changed and deleted by the commands for channels.
const (
	CommandThreadCreate       = "thread.create"        // by channel; CreateThread → thread, for a post with its message
	CommandThreadMemberPut    = "thread.member.put"    // by channel; MemberRef, 0 for the actor → –
	CommandThreadMemberDelete = "thread.member.delete" // by channel; MemberRef, 0 for the actor → –
	CommandThreadArchive      = "thread.archive"       // by channel; system only, when nothing has happened for long; – → –
	QueryThreads              = "get.threads"          // – → ThreadsAnswer of the active threads that the actor may see
	QueryThreadsNamed         = "get.threads.named"    // by channel; ThreadsNamed → threads
	QueryThreadsArchived      = "get.threads.archived" // by channel; ArchivedQuery → ThreadsAnswer
	QueryThreadMember         = "get.thread.member"    // by channel; ThreadMembersQuery (after) → ThreadMember
	QueryThreadMembers        = "get.thread.members"   // by channel; ThreadMembersQuery → ThreadMembers
)

// CreateThread begins a thread: with one of the channel's messages, with a new one (posts), or without.
type CreateThread struct {
	Name string `json:"name"`
	// Type is 0 where the channel decides.
	Type             ChannelType `json:"type,omitempty"`
	AutoArchive      int         `json:"auto_archive_duration,omitempty"` // in minutes; 0 for the channel's
	RateLimitPerUser *int        `json:"rate_limit_per_user,omitempty"`
	Invitable        *bool       `json:"invitable,omitempty"`
	AppliedTags      []Snowflake `json:"applied_tags,omitempty"`
	// From is a message of the channel; Message is a post's first.
	From    MessageID      `json:"from,omitempty"`
	Message *CreateMessage `json:"message,omitempty"`
}

// ThreadChanges are the fields of a thread that change with CommandChannelModify, beside those that channels have too.
type ThreadChanges struct {
	Archived    Optional[bool]        `json:"archived,omitzero"`
	AutoArchive Optional[int]         `json:"auto_archive_duration,omitzero"`
	Locked      Optional[bool]        `json:"locked,omitzero"`
	Invitable   Optional[bool]        `json:"invitable,omitzero"`
	AppliedTags Optional[[]Snowflake] `json:"applied_tags,omitzero"`
}

// ThreadsNamed names threads.
type ThreadsNamed struct {
	IDs []ChannelID `json:"ids"`
}

// ArchivedQuery asks for a page of a channel's archived threads, those archived last first; those that the actor has joined
// by their ids, the newest first.
type ArchivedQuery struct {
	Private bool      `json:"private,omitempty"`
	Joined  bool      `json:"joined,omitempty"`
	Before  Timestamp `json:"before,omitempty"`
	// BeforeID is used instead of Before for joined ones.
	BeforeID ChannelID `json:"before_id,omitempty"`
	Limit    int       `json:"limit"`
}

// ThreadsAnswer is a list of threads with the actor's own memberships.
// discord: resources/guild#list-active-guild-threads
type ThreadsAnswer struct {
	Threads []*Thread      `json:"threads"`
	Members []ThreadMember `json:"members"`
	HasMore bool           `json:"has_more"`
}

// ThreadMembersQuery asks for a thread's members by id, or for one.
type ThreadMembersQuery struct {
	UserID     UserID `json:"user_id,omitempty"`
	WithMember bool   `json:"with_member,omitempty"`
	After      UserID `json:"after,omitempty"`
	Limit      int    `json:"limit,omitempty"`
}

// QueryThreadsSearch finds threads of a channel: by channel; ThreadSearch → ThreadsFound.
const QueryThreadsSearch = "get.threads.search"

// ThreadSearch says which threads of a channel are looked for, and in which order they come. What is left out admits all.
type ThreadSearch struct {
	Name string `json:"name,omitempty"`
	// Tags are those of which one must be applied, or with AllTags every one.
	Tags     []Snowflake `json:"tags,omitempty"`
	AllTags  bool        `json:"all_tags,omitempty"`
	Archived *bool       `json:"archived,omitempty"`
	After    ChannelID   `json:"after,omitempty"`
	Before   ChannelID   `json:"before,omitempty"`
	// SortBy is last_message_time, archive_time or creation_time.
	SortBy    string `json:"sort_by"`
	Ascending bool   `json:"ascending,omitempty"`
	Offset    int    `json:"offset,omitempty"`
	Limit     int    `json:"limit"`
}

// ThreadsFound is a page of what was found.
// discord: resources/channel#search-threads
type ThreadsFound struct {
	ThreadsAnswer
	TotalResults int `json:"total_results"`
}
