package guildhall

import "encoding/json"

// Names of the commands that change an object, with the body of each and what it answers. The API has checked the
// form of the body; the owner checks permissions, references and counts.
const (
	CommandGuildCreate        = "guild.create"         // birth; CreateGuild → guild with roles and channels
	CommandChannelCreate      = "channel.create"       // CreateChannel → channel
	CommandChannelModify      = "channel.modify"       // by channel; ModifyChannel → channel
	CommandChannelDelete      = "channel.delete"       // by channel; – → channel
	CommandOverwritePut       = "overwrite.put"        // by channel; Overwrite → –
	CommandOverwriteDelete    = "overwrite.delete"     // by channel; Overwrite (id) → –
	CommandRoleCreate         = "role.create"          // RoleFields → role
	CommandRoleModify         = "role.modify"          // RoleFields → role
	CommandRoleDelete         = "role.delete"          // RoleFields (id) → –
	CommandRolePositions      = "role.positions"       // []RolePosition → roles
	CommandMemberAdd          = "member.add"           // system only; AddMember → member
	CommandMembersAdd         = "members.add"          // system only; AddMembers → –
	CommandMemberBring        = "member.bring"         // AddMember; by a bot the user has allowed → member
	CommandBotAdd             = "bot.add"              // AddBot; MANAGE_GUILD → member
	CommandMemberRemove       = "member.remove"        // MemberRef; the user itself or KICK_MEMBERS → –
	CommandMemberModify       = "member.modify"        // ModifyMember → member
	CommandMemberRolePut      = "member.role.put"      // MemberRole → –
	CommandMemberRoleDelete   = "member.role.delete"   // MemberRole → –
	CommandMemberUser         = "member.user"          // follow-up; User → –
	CommandMessageCreate      = "message.create"       // by channel; CreateMessage → message
	CommandMessageEdit        = "message.edit"         // by channel; EditMessage → message
	CommandMessageDelete      = "message.delete"       // by channel; MessageRef → –
	CommandReactionPut        = "reaction.put"         // by channel; ReactionRef → –
	CommandReactionDelete     = "reaction.delete"      // by channel; ReactionRef → –
	CommandReactionClear      = "reaction.clear"       // by channel; ReactionRef (message) → –
	CommandReactionClearEmoji = "reaction.clear_emoji" // by channel; ReactionRef (message, emoji) → –
	CommandUserCreate         = "user.create"          // birth; system only; CreateUser → Self
	CommandUserModify         = "user.modify"          // ModifyUser → Self
	CommandTokenAdd           = "token.add"            // system only; AddToken → –; the token's hash is claimed
	CommandTokenRemove        = "token.remove"         // system only; TokensRemoved → –; ends gateway sessions
	CommandApplicationModify  = "application.modify"   // ModifyApplication → Application
	CommandUserGuildJoined    = "user.guild.joined"    // follow-up; GuildRef → –
	CommandUserGuildLeft      = "user.guild.left"      // follow-up; GuildRef → –
	CommandClaimRelease       = "claim.release"        // follow-up to itself, carried out by the sender's node; ClaimKey → –

	// These reach those who follow the object at once and are never logged.

	CommandTyping   = "typing"   // by channel; – → –
	CommandPresence = "presence" // guild; system only; Presence → –
)

// Names of the queries, which change nothing, with the body of each and what it answers.
const (
	QueryGuild        = "get.guild"         // GuildQuery → guild with roles, emojis, stickers
	QueryGuildPartial = "get.guild.partial" // – → GuildPartial of the actor
	QueryChannels     = "get.channels"      // – → channels that the actor may see
	QueryChannel      = "get.channel"       // by channel → channel
	QueryRoles        = "get.roles"         // – → roles
	QueryRole         = "get.role"          // RoleFields (id) → role
	QueryMember       = "get.member"        // MemberRef → member
	QueryMembers      = "get.members"       // MembersQuery → members
	QueryMessages     = "get.messages"      // by channel; MessagesQuery → –; Answer.Records, Answer.Projected
	QueryUser         = "get.user"          // – → User
	QuerySelf         = "get.self"          // – → Self
	QueryUserGuilds   = "get.user.guilds"   // – → []GuildRef
	QueryApplication  = "get.application"   // – → Application
	QueryAccount      = "get.account"       // system only; – → AccountAnswer
)

// CreateGuild makes a guild. ID is set only by imports and worlds, and then names the command's slot.
type CreateGuild struct {
	ID       GuildID         `json:"id,omitempty"`
	Name     string          `json:"name"`
	Icon     *string         `json:"icon,omitempty"`
	Owner    User            `json:"owner"`
	Roles    []RoleFields    `json:"roles,omitempty"`
	Channels []CreateChannel `json:"channels,omitempty"`
}

// CreateChannel makes a channel. ID is set only by imports and worlds, or as a placeholder in CreateGuild.
type CreateChannel struct {
	ID               ChannelID   `json:"id,omitempty"`
	Name             string      `json:"name"`
	Type             ChannelType `json:"type"`
	Topic            *string     `json:"topic,omitempty"`
	Position         *int        `json:"position,omitempty"`
	ParentID         ChannelID   `json:"parent_id,omitempty"`
	NSFW             bool        `json:"nsfw,omitempty"`
	RateLimitPerUser int         `json:"rate_limit_per_user,omitempty"`
	Overwrites       []Overwrite `json:"permission_overwrites,omitempty"`
	ChannelKindFields
}

// ModifyChannel changes the fields that are set.
type ModifyChannel struct {
	Name             Optional[string]      `json:"name,omitzero"`
	Type             Optional[ChannelType] `json:"type,omitzero"`
	Icon             Optional[string]      `json:"icon,omitzero"` // of a group
	Topic            Optional[string]      `json:"topic,omitzero"`
	Position         Optional[int]         `json:"position,omitzero"`
	ParentID         Optional[ChannelID]   `json:"parent_id,omitzero"`
	NSFW             Optional[bool]        `json:"nsfw,omitzero"`
	RateLimitPerUser Optional[int]         `json:"rate_limit_per_user,omitzero"`
	Overwrites       Optional[[]Overwrite] `json:"permission_overwrites,omitzero"`
	ChannelKindFields
	// Thread holds what only threads have.
	Thread ThreadChanges `json:"thread,omitzero"`
}

// RoleFields makes or changes a role; ID says which, and is set for a new one only by imports and worlds.
type RoleFields struct {
	ID           RoleID                `json:"id,omitempty"`
	Name         Optional[string]      `json:"name,omitzero"`
	Color        Optional[int]         `json:"color,omitzero"`
	Colors       Optional[RoleColors]  `json:"colors,omitzero"`
	Hoist        Optional[bool]        `json:"hoist,omitzero"`
	Icon         Optional[string]      `json:"icon,omitzero"`
	UnicodeEmoji Optional[string]      `json:"unicode_emoji,omitzero"`
	Permissions  Optional[Permissions] `json:"permissions,omitzero"`
	Mentionable  Optional[bool]        `json:"mentionable,omitzero"`
	// Managed marks the role that came with a bot; imports and worlds only.
	Managed UserID `json:"managed,omitempty"`
}

// RolePosition moves one role.
type RolePosition struct {
	ID       RoleID `json:"id"`
	Position *int   `json:"position"`
}

// AddMember makes a user a member.
type AddMember struct {
	User  User     `json:"user"`
	Nick  *string  `json:"nick,omitempty"`
	Roles []RoleID `json:"roles,omitempty"`
	Mute  bool     `json:"mute,omitempty"`
	Deaf  bool     `json:"deaf,omitempty"`
	// Managed, when set, also makes the bot's own role with these permissions.
	Managed Optional[Permissions] `json:"managed,omitzero"`
}

// AddMembersMax is how many people one AddMembers names: about as many as fit one append of 64 KiB.
const AddMembersMax = 50

// AddMembers makes people members of a guild at once.
type AddMembers struct {
	Users []User `json:"users"`
}

// AddBot makes a bot a member with a role of its own.
type AddBot struct {
	User        User        `json:"user"`
	Permissions Permissions `json:"permissions"`
}

// MemberRef names a member.
type MemberRef struct {
	UserID UserID `json:"user_id"`
	// Gone is set when the user has been deleted: how it is shown where it can't be removed.
	Gone *User `json:"gone,omitempty"`
}

// MemberRole names a member and a role.
type MemberRole struct {
	UserID UserID `json:"user_id"`
	RoleID RoleID `json:"role_id"`
}

// ModifyMember changes the fields that are set.
type ModifyMember struct {
	UserID                     UserID              `json:"user_id"`
	Nick                       Optional[string]    `json:"nick,omitzero"`
	Roles                      Optional[[]RoleID]  `json:"roles,omitzero"`
	Mute                       Optional[bool]      `json:"mute,omitzero"`
	Deaf                       Optional[bool]      `json:"deaf,omitzero"`
	Flags                      Optional[int]       `json:"flags,omitzero"`
	ChannelID                  Optional[ChannelID] `json:"channel_id,omitzero"` // of voice; null disconnects
	CommunicationDisabledUntil Optional[Timestamp] `json:"communication_disabled_until,omitzero"`
	// Avatar and Banner are hashes of pictures that members choose for themselves.
	Avatar Optional[string] `json:"avatar,omitzero"`
	Banner Optional[string] `json:"banner,omitzero"`
}

// CreateMessage sends a message.
type CreateMessage struct {
	Content         string            `json:"content,omitempty"`
	TTS             bool              `json:"tts,omitempty"`
	Embeds          []json.RawMessage `json:"embeds,omitempty"`
	Components      []json.RawMessage `json:"components,omitempty"`
	Flags           int               `json:"flags,omitempty"`
	Nonce           json.RawMessage   `json:"nonce,omitempty"` // a string or a number, given back as it came
	Reference       *MessageReference `json:"message_reference,omitempty"`
	AllowedMentions *AllowedMentions  `json:"allowed_mentions,omitempty"`
	Attachments     []Attachment      `json:"attachments,omitempty"`
	Poll            *NewPoll          `json:"poll,omitempty"`
	Forward         *Forward          `json:"forward,omitempty"`
}

// AllowedMentions narrows whom a message notifies.
// discord: resources/message#allowed-mentions-object
type AllowedMentions struct {
	Parse       []string `json:"parse"`
	Roles       []RoleID `json:"roles,omitempty"`
	Users       []UserID `json:"users,omitempty"`
	RepliedUser bool     `json:"replied_user"`
}

// EditMessage changes the fields that are set.
type EditMessage struct {
	ID              MessageID                   `json:"id"`
	Content         Optional[string]            `json:"content,omitzero"`
	Embeds          Optional[[]json.RawMessage] `json:"embeds,omitzero"`
	Components      Optional[[]json.RawMessage] `json:"components,omitzero"`
	Flags           Optional[int]               `json:"flags,omitzero"`
	AllowedMentions *AllowedMentions            `json:"allowed_mentions,omitempty"`
	// Keep are the attachments that stay, all where it is left out; Attachments are new ones.
	Keep        Optional[[]KeepAttachment] `json:"keep,omitzero"`
	Attachments []Attachment               `json:"attachments,omitempty"`
}

// MessageRef names a message of the command's channel.
type MessageRef struct {
	ID MessageID `json:"id"`
}

// ReactionRef names a reaction; UserID 0 is the actor's own.
type ReactionRef struct {
	MessageID MessageID `json:"message_id"`
	Emoji     Emoji     `json:"emoji"`
	UserID    UserID    `json:"user_id,omitempty"`
	Burst     bool      `json:"burst,omitempty"` // a super reaction
	// Usable says of a custom emoji that the API has found that the actor may use it, and that Emoji is what it is.
	Usable bool `json:"usable,omitempty"`
}

// CreateUser makes a person, or a bot when Application is set. ID is set only by imports and worlds.
type CreateUser struct {
	ID          UserID       `json:"id,omitempty"`
	Username    string       `json:"username"`
	GlobalName  *string      `json:"global_name,omitempty"`
	Account     Account      `json:"account"`
	Application *Application `json:"application,omitempty"`
	Tokens      []Token      `json:"tokens,omitempty"`
}

// ModifyUser changes the fields that are set. PasswordHash is set by the account routes alone and ends other sessions.
type ModifyUser struct {
	Username     Optional[string] `json:"username,omitzero"`
	GlobalName   Optional[string] `json:"global_name,omitzero"`
	Avatar       Optional[string] `json:"avatar,omitzero"`
	Banner       Optional[string] `json:"banner,omitzero"`
	PasswordHash Optional[string] `json:"password_hash,omitzero"`
	Disabled     Optional[bool]   `json:"disabled,omitzero"`
	// KeepToken is the hash of the one login that a new password does not end.
	KeepToken string `json:"keep_token,omitempty"`
	// PasswordWas is the hash that whoever asks has shown the password of; with another one by now nothing is changed.
	PasswordWas string `json:"password_was,omitempty"`
}

// AddToken is a token to be added. PasswordWas is as in ModifyUser: a login whose password was looked at before a change of it
// must not outlive the change.
type AddToken struct {
	Token
	PasswordWas string `json:"password_was,omitempty"`
}

// ModifyApplication changes the fields that are set. The last four are its owner's to change.
type ModifyApplication struct {
	Description Optional[string] `json:"description,omitzero"`
	Icon        Optional[string] `json:"icon,omitzero"`
	Flags       Optional[int]    `json:"flags,omitzero"`

	Tags                    Optional[[]string] `json:"tags,omitzero"`
	InteractionsEndpointURL Optional[string]   `json:"interactions_endpoint_url,omitzero"`
	Name                    Optional[string]   `json:"name,omitzero"`
	RedirectURIs            Optional[[]string] `json:"redirect_uris,omitzero"`
	BotPublic               Optional[bool]     `json:"bot_public,omitzero"`
	CodeGrant               Optional[bool]     `json:"bot_require_code_grant,omitzero"`
}

// TokensRemoved names the tokens to remove: those with the hashes, or all but them.
type TokensRemoved struct {
	Hashes    []string `json:"hashes"`
	AllExcept bool     `json:"all_except,omitempty"`
}

// GuildQuery says what a guild is to be shown with.
type GuildQuery struct {
	WithCounts bool `json:"with_counts,omitempty"`
}

// GuildPartial is a guild in a user's list.
// discord: resources/user#get-current-user-guilds
type GuildPartial struct {
	ID                       GuildID     `json:"id"`
	Name                     string      `json:"name"`
	Icon                     *string     `json:"icon"`
	Banner                   *string     `json:"banner"`
	Owner                    bool        `json:"owner"`
	Permissions              Permissions `json:"permissions"`
	Features                 []string    `json:"features"`
	ApproximateMemberCount   *int        `json:"approximate_member_count,omitempty"`
	ApproximatePresenceCount *int        `json:"approximate_presence_count,omitempty"`
}

// MembersQuery asks for members by id order, or those with the ids, or those whose name or nick starts with Prefix.
type MembersQuery struct {
	After     UserID   `json:"after,omitempty"`
	Limit     int      `json:"limit,omitempty"`
	Users     []UserID `json:"users,omitempty"`
	Prefix    string   `json:"prefix,omitempty"`
	Presences bool     `json:"presences,omitempty"`
}

// MembersAnswer answers a MembersQuery that asks for presences, or for users of whom some may not be members.
type MembersAnswer struct {
	Members   []*Member  `json:"members"`
	Presences []Presence `json:"presences,omitempty"`
	NotFound  []UserID   `json:"not_found,omitempty"`
}

// MessagesQuery asks whether the actor may read the channel's history now, and for the channel's records after
// Projected. Of names what else must be allowed: 0 for VIEW_CHANNEL and READ_MESSAGE_HISTORY alone.
type MessagesQuery struct {
	Projected uint64 `json:"projected"`
}

// MessagesAnswer is the body of the answer. Without the right to read the history, a page is empty.
type MessagesAnswer struct {
	History bool    `json:"history"`
	Guild   GuildID `json:"guild_id,omitempty"`
}

// AccountAnswer is what the account routes need of a user.
type AccountAnswer struct {
	User        User         `json:"user"`
	Account     Account      `json:"account"`
	Tokens      []*Token     `json:"tokens"`
	Application *Application `json:"application,omitempty"`

	Grants []*OAuth2Grant `json:"grants,omitempty"`
}
