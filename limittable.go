package guildhall

// Why limits can't be raised without end: what grows with them.
const (
	whyUser  = "a user's owner holds all of them in memory"
	whyReady = "all of them are sent with each READY of the user"
	whyGuild = "all of them are sent with each GUILD_CREATE"
	whyHeld  = "the guild's owner holds all of them in memory"
	whyRow   = "they are one row, which is written anew with each"
)

const (
	topicErrors  = "topics/opcodes-and-status-codes#json"
	sourcePeople = "docs/reference/people-api.md"
	badLength    = "BASE_TYPE_MAX_LENGTH"
	mustBeFewer  = "Must be %d or fewer in length."
)

// limitTable has the documented values, codes and texts. Where Discord documents a code without a number in the text, the
// number is ours to add.
var limitTable = [limitsCount]LimitEntry{
	LimitGuilds: {Key: "guilds", Counts: "guilds of a person", Default: 100, Max: 1000, Why: whyReady,
		Status: 400, Code: 30001, Text: "Maximum number of guilds reached (%d)", Source: topicErrors},
	LimitBotGuilds: {Key: "bot_guilds", Counts: "guilds that a bot may be in and make another", Default: 10, Max: 1000, Why: "what an application makes nobody may ever look after",
		Status: 400, Code: 30001, Text: "Maximum number of guilds reached (%d)", Source: "resources/guild#create-guild"},
	LimitFriends: {Key: "friends", Counts: "relationships of a person's own: friends, requests made and blocked users", Default: 1000, Max: 5000, Why: whyReady,
		Status: 400, Code: 30002, Text: "Maximum number of friends reached (%d)", Source: topicErrors},
	LimitFriendRequests: {Key: "friend_requests", Counts: "friend requests to a person that wait for its answer", Default: 1000, Max: 5000, Why: whyReady,
		Status: 400, Code: 80000, Text: "Incoming friend requests disabled", Source: sourcePeople},
	LimitNotes: {Key: "notes", Counts: "notes of a person about others", Default: 500, Max: 5000, Why: whyUser,
		Status: 400, Code: 50035, FieldCode: "NOTES_LIMIT_REACHED", Field: "note", Text: "Maximum number of notes reached (%d)", Source: sourcePeople},
	LimitAuthorizations: {Key: "authorizations", Counts: "applications that a person has authorized", Default: 200, Max: 1000, Why: whyUser,
		Status: 400, Code: 30001, Text: "Maximum number of authorized applications reached (%d)", Source: sourcePeople},
	LimitApplications: {Key: "applications", Counts: "applications of a person's own", Default: 25, Max: 1000, Why: whyUser,
		Status: 400, Code: 50035, FieldCode: "APPLICATIONS_LIMIT_REACHED", Field: "name", Text: "Maximum number of applications reached (%d)", Source: sourcePeople},
	LimitRecipients: {Key: "recipients", Counts: "people in a group", Default: 10, Max: 100, Why: "all of them are sent with each READY of each",
		Status: 400, Code: 30004, Text: "Maximum number of recipients reached (%d)", Source: topicErrors},
	LimitGroups: {Key: "groups", Counts: "groups of a person", Default: 100, Max: 1000, Why: whyReady,
		Status: 400, Code: 30011, Text: "Maximum number of group DMs reached (%d)", Source: topicErrors},

	LimitRoles: {Key: "roles", Counts: "roles of a guild, @everyone among them", Default: 250, Max: 1000, Why: whyGuild,
		Status: 400, Code: 30005, Text: "Maximum number of guild roles reached (%d)", Source: topicErrors},
	LimitChannels: {Key: "channels", Counts: "channels of a guild, categories among them and threads not", Default: 500, Max: 2000, Why: whyGuild,
		Status: 400, Code: 30013, Text: "Maximum number of guild channels reached (%d)", Source: topicErrors},
	LimitCategoryChannels: {Key: "category_channels", Counts: "channels in a category", Default: 50, Max: 2000, Why: whyGuild,
		Status: 400, Code: 50035, FieldCode: "CHANNEL_PARENT_MAX_CHANNELS", Field: "parent_id",
		Text: "Maximum number of channels in category reached (%d)", Source: "resources/channel#channel-object-channel-types"},
	LimitOverwrites: {Key: "overwrites", Counts: "permission overwrites of a channel", Default: 1000, Max: 2000, Why: whyGuild,
		Status: 400, Code: 30060, Text: "Maximum number of channel permission overwrites reached (%d)", Source: topicErrors},
	LimitForumTags: {Key: "forum_tags", Counts: "tags that a forum has", Default: 20, Max: 100, Why: whyGuild,
		Status: 400, Code: 50035, FieldCode: badLength, Field: "available_tags", Text: mustBeFewer,
		Source: "resources/channel#modify-channel"},
	LimitPinnedPosts: {Key: "pinned_posts", Counts: "pinned posts of a forum", Default: 1, Max: 50, Why: "clients show all of them before the first other post",
		Status: 400, Code: 30047, Text: "Maximum number of pinned threads in a forum channel has been reached (%d)", Source: topicErrors},
	LimitActiveThreads: {Key: "active_threads", Counts: "threads of a guild that are not archived", Default: 1000, Max: 5000, Why: whyGuild,
		Status: 400, Code: 160006, Text: "Maximum number of active threads reached", Source: topicErrors},
	LimitPolls: {Key: "polls", Counts: "open polls of a guild or a private channel", Default: 1000, Max: 10_000, Why: whyHeld,
		Status: 400, Code: 50035, FieldCode: "POLLS_LIMIT_REACHED", Field: "poll", Text: "Maximum number of open polls reached (%d)",
		Source: "docs/reference/limits.md"},
	LimitThreadMembers: {Key: "thread_members", Counts: "members of a thread", Default: 1000, Max: 5000, Why: whyRow,
		Status: 400, Code: 30033, Text: "Maximum number of thread participants has been reached (%d)", Source: topicErrors},
	LimitInvites: {Key: "invites", Counts: "invites of a guild that are not expired", Default: 1000, Max: 10_000, Why: whyHeld,
		Status: 400, Code: 30016, Text: "Maximum number of invites reached (%d)", Source: topicErrors},
	LimitScheduledEvents: {Key: "scheduled_events", Counts: "scheduled events of a guild that are not over", Default: 100, Max: 1000, Why: whyGuild,
		Status: 400, Code: 30038, Text: "Maximum number of uncompleted guild scheduled events reached (%d)", Source: topicErrors},
	LimitEmojis: {Key: "emojis", Counts: "emojis of a guild that do not move", Default: 50, Max: 2000, Why: whyGuild,
		Status: 400, Code: 30008, Text: "Maximum number of emojis reached (%d)", Source: topicErrors},
	LimitAnimatedEmojis: {Key: "animated_emojis", Counts: "emojis of a guild that move", Default: 50, Max: 2000, Why: whyGuild,
		Status: 400, Code: 30018, Text: "Maximum number of animated emojis reached (%d)", Source: topicErrors},
	LimitChannelWebhooks: {Key: "channel_webhooks", Counts: "webhooks of a channel", Default: 15, Max: 1000, Why: whyHeld,
		Status: 400, Code: 30007, Text: "Maximum number of webhooks reached (%d)", Source: topicErrors},
	LimitGuildWebhooks: {Key: "guild_webhooks", Counts: "webhooks of a guild", Default: 1000, Max: 10_000, Why: whyHeld,
		Status: 400, Code: 30058, Text: "Maximum number of webhooks per guild reached (%d)", Source: topicErrors},

	LimitPins: {Key: "pins", Counts: "pinned messages of a channel", Default: 250, Max: 1000, Why: whyRow,
		Status: 400, Code: 30003, Text: "Maximum number of pins reached for the channel (%d)", Source: topicErrors},
	LimitReactions: {Key: "reactions", Counts: "different emojis that a message was reacted to with", Default: 20, Max: 100, Why: "all of them are sent with the message",
		Status: 400, Code: 30010, Text: "Maximum number of reactions reached (%d)", Source: topicErrors},
	LimitAttachments: {Key: "attachments", Counts: "files of a message", Default: 10, Max: 10, Why: "Discord's document gives a message no more, and libraries check it",
		Status: 400, Code: 30015, Text: "Maximum number of attachments in a message reached (%d)", Source: topicErrors},
	LimitAttachmentBytes: {Key: "attachment_bytes", Counts: "size of a file", Default: 10 << 20, Max: 50 << 20, Bytes: true,
		Why:    "the body that carries it is bounded too",
		Status: 413, Code: 40005, Text: "Request entity too large", Source: "reference#uploading-files"},
	LimitContent: {Key: "content", Counts: "characters of a message's content", Default: 2000, Max: 4000,
		Why:    "Discord's document lets content have no more",
		Status: 400, Code: 50035, FieldCode: badLength, Field: "content", Text: mustBeFewer, Source: "resources/message#create-message"},
	LimitEmbedCharacters: {Key: "embed_characters", Counts: "characters of a message's embeds together", Default: 6000, Max: 40_000,
		Why:    "a message is one row and sent whole",
		Status: 400, Code: 50035, FieldCode: "MAX_EMBED_SIZE_EXCEEDED", Field: "embeds",
		Text: "Embed size exceeds maximum size of %d", Source: "resources/message#embed-object-embed-limits"},
	LimitAppliedTags: {Key: "applied_tags", Counts: "tags of a post", Default: 5, Max: 20, Why: "all of them are sent with the thread",
		Status: 400, Code: 50035, FieldCode: badLength, Field: "applied_tags", Text: mustBeFewer, Source: "resources/channel#channel-object"},

	LimitApplicationEmojis: {Key: "application_emojis", Counts: "emojis of an application", Default: 2000, Max: 10_000,
		Why:    "the application's owner holds all of them in memory",
		Status: 400, Code: 30008, Text: "Maximum number of emojis reached (%d)", Source: "resources/emoji#emoji-object-application-owned-emoji"},
	LimitSlashCommands: {Key: "slash_commands", Counts: "slash commands of an application, globally and in each guild", Default: 100, Max: 1000,
		Why:    "they are listed whole",
		Status: 400, Code: 30032, Text: "Maximum number of application commands reached (%d)", Source: topicErrors},
	LimitContextCommands: {Key: "context_commands", Counts: "commands of an application for users, and for messages, globally and in each guild", Default: 5, Max: 100,
		Why:    "they are listed whole",
		Status: 400, Code: 30032, Text: "Maximum number of application commands reached (%d)", Source: "interactions/application-commands#registering-a-command"},
}
