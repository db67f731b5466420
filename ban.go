package guildhall

import "cmp"

// Commands and queries about who may not be a member, and about members as a whole.
const (
	CommandBanAdd      = "ban.add"       // BanMembers → BanAnswer
	CommandBanRemove   = "ban.remove"    // MemberRef → –
	CommandMemberPrune = "member.prune"  // PruneMembers → PruneAnswer
	QueryBan           = "get.ban"       // MemberRef → Ban
	QueryBans          = "get.bans"      // BansQuery → []Ban
	QueryPrune         = "get.prune"     // PruneMembers → PruneAnswer
	QueryBanScope      = "get.ban_scope" // BanScopeQuery → BanScope; refuses those who may not ban
)

// Ban keeps a user from being a member. The user is as it was then.
// discord: resources/guild#ban-object
type Ban struct {
	Reason *string `json:"reason"`
	User   User    `json:"user"`
}

// BanMessagesMax is how many messages one BanMembers names at most, so that its record stays of a sensible size.
const BanMessagesMax = 1000

// BanMembers bans users, with messages of theirs that go too: the API has looked them up, the owner looks again.
type BanMembers struct {
	Users    []User      `json:"users"`
	Messages []MessageAt `json:"messages,omitempty"`
	// Bulk passes over those who can't be banned. Without it, the one user's reason for that is the answer.
	Bulk bool `json:"bulk,omitempty"`
}

// BanScopeQuery asks where those who are to be banned may have sent messages since one with the id; 0 for nowhere.
type BanScopeQuery struct {
	Bulk  bool      `json:"bulk,omitempty"`
	Since MessageID `json:"since,omitempty"`
}

// BanScope are channels and threads with messages.
type BanScope struct {
	Channels []ChannelID `json:"channels"`
}

// MessageAt names a message of one of the guild's channels.
type MessageAt struct {
	Channel ChannelID `json:"channel_id"`
	ID      MessageID `json:"id"`
}

// BanAnswer tells who is banned now.
// discord: resources/guild#bulk-guild-ban-bulk-ban-response
type BanAnswer struct {
	Banned []UserID `json:"banned_users"`
	Failed []UserID `json:"failed_users"`
}

// BansQuery asks for bans by the users' ids: those after After or, where Before is set, the last ones before it.
type BansQuery struct {
	Before UserID `json:"before,omitempty"`
	After  UserID `json:"after,omitempty"`
	Limit  int    `json:"limit"`
}

// PruneMembers names those members who have not been there for some days and have no roles but these.
// discord: resources/guild#begin-guild-prune
type PruneMembers struct {
	Days  int      `json:"days"`
	Roles []RoleID `json:"include_roles,omitempty"`
	// Silent leaves the number out of the answer.
	Silent bool `json:"silent,omitempty"`
}

// PruneAnswer tells how many members are, or would be, removed.
type PruneAnswer struct {
	Pruned *int `json:"pruned"`
}

// BanRow holds one ban.
func BanRow(guild GuildID, b *Ban) Row {
	return stateRow(GuildObject(guild), stateBan, b.User.ID.Key(), b)
}

// Ban gives a user's ban, or nil.
func (v GuildView) Ban(user UserID) *Ban {
	b, _ := v.s.bans.Get(user, v.staged)
	return b
}

// Bans gives all bans by user.
func (v GuildView) Bans() []*Ban {
	return sorted(v.s.bans.All(v.staged), func(a, b *Ban) int { return cmp.Compare(a.User.ID, b.User.ID) })
}
