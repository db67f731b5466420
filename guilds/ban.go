package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// Refusals about bans.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errBanned     = &guildhall.Error{Status: 403, Code: 40007, Message: "The user is banned from this guild."}
	errUnknownBan = &guildhall.Error{Status: 404, Code: 10026, Message: "Unknown Ban"}
	errBulkBan    = &guildhall.Error{Status: 400, Code: 500000, Message: "Failed to ban users"}
)

// bulkEventMax is how many ids one MESSAGE_DELETE_BULK names.
const bulkEventMax = 100

// banEvent is the data of GUILD_BAN_ADD and GUILD_BAN_REMOVE.
// discord: events/gateway-events#guild-ban-add
type banEvent struct {
	GuildID guildhall.GuildID `json:"guild_id"`
	User    guildhall.User    `json:"user"`
}

// tellBan is told to those who may ban.
func (g *guild) tellBan(d *draft, name string, u guildhall.User) {
	d.event(name, guildhall.Audience{
		Intents: guildhall.IntentGuildModeration, Permissions: guildhall.PermissionBanMembers,
	}, banEvent{g.id, u})
}

// bannedMessages names the messages that go with a ban.
func (g *guild) bannedMessages(r *request) []guildhall.RowKey {
	f, err := body[guildhall.BanMembers](r.cmd)
	if err != nil {
		return nil
	}
	var keys []guildhall.RowKey
	for _, m := range f.Messages[:min(len(f.Messages), guildhall.BanMessagesMax)] {
		keys = append(keys, guildhall.MessageKey(m.Channel, m.ID))
	}
	return keys
}

// mayBan refuses those who may not ban anyone; many at once need more.
// discord: resources/guild#bulk-guild-ban
func (r *request) mayBan(bulk bool) error {
	want := guildhall.PermissionBanMembers
	if bulk {
		want |= guildhall.PermissionManageGuild
	}
	return r.require(want)
}

// queryBanScope names the channels and threads with messages after the id.
func (g *guild) queryBanScope(r *request) (any, error) {
	f, err := body[guildhall.BanScopeQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	if err := r.mayBan(f.Bulk); err != nil {
		return nil, err
	}
	scope := guildhall.BanScope{Channels: []guildhall.ChannelID{}}
	add := func(id guildhall.ChannelID) {
		if f.Since != 0 && r.view.LastMessage(id) > f.Since {
			scope.Channels = append(scope.Channels, id)
		}
	}
	for _, c := range r.view.Channels() {
		if c.Type.HasMessages() { // what a forum names as its last message is its newest post
			add(c.ID)
		}
	}
	for _, t := range r.view.Threads() {
		add(t.ID)
	}
	return scope, nil
}

// ban keeps users from being members, and ends their membership. A ban that is there already stays as it is.
// discord: resources/guild#create-guild-ban
func (g *guild) ban(r *request, f guildhall.BanMembers) (*draft, error) {
	if err := r.mayBan(f.Bulk); err != nil {
		return nil, err
	}
	d := &draft{}
	roleGone := false
	answer := guildhall.BanAnswer{Banned: []guildhall.UserID{}, Failed: []guildhall.UserID{}}
	for _, u := range f.Users {
		var err error
		switch own := r.ownsRole(u.ID); {
		case own && roleGone:
			// Each such role shifts all others: one in a command.
			err = guildhall.ErrInvalidRole
		default:
			err = g.banOne(r, d, u)
			roleGone = roleGone || own && err == nil
		}
		switch {
		case err == nil:
			answer.Banned = append(answer.Banned, u.ID)
		case !f.Bulk:
			return nil, err
		default:
			answer.Failed = append(answer.Failed, u.ID)
		}
	}
	if len(answer.Banned) == 0 {
		return nil, errBulkBan
	}
	g.dropMessages(r, d, f.Messages, answer.Banned)
	d.answer(answer)
	return d, nil
}

// ownsRole tells whether a role comes and goes with the user.
func (r *request) ownsRole(user guildhall.UserID) bool {
	m := r.view.Member(user)
	return m != nil && slices.ContainsFunc(m.Roles, func(id guildhall.RoleID) bool {
		role := r.view.Role(id)
		return role != nil && role.Tags != nil && role.Tags.BotID == user
	})
}

func (g *guild) banOne(r *request, d *draft, u guildhall.User) error {
	m := r.view.Member(u.ID)
	if u.ID == r.view.Guild().OwnerID {
		return guildhall.ErrMissingPermissions
	}
	if m != nil || u.ID == r.actor {
		if err := r.overMember(u.ID); err != nil {
			return err
		}
	}
	if r.view.Ban(u.ID) != nil {
		return nil
	}
	b := &guildhall.Ban{User: u}
	if r.cmd.Reason != "" {
		b.Reason = &r.cmd.Reason
	}
	d.put(guildhall.BanRow(g.id, b))
	if m != nil {
		g.dropMember(r, d, m)
	}
	g.tellBan(d, "GUILD_BAN_ADD", u)
	d.audit(r, guildhall.AuditMemberBanAdd, guildhall.Snowflake(u.ID))
	return nil
}

// dropMessages removes messages of users who are banned, a channel at a time.
func (g *guild) dropMessages(r *request, d *draft, at []guildhall.MessageAt, of []guildhall.UserID) {
	gone := map[guildhall.ChannelID][]guildhall.MessageID{}
	var channels []*guildhall.Channel
	var deleted []*guildhall.Message
	for _, m := range at[:min(len(at), guildhall.BanMessagesMax)] {
		c := r.view.Channel(m.Channel)
		if t := r.view.Thread(m.Channel); t != nil {
			c = t.Channel()
		}
		value, ok := r.row(guildhall.MessageKey(m.Channel, m.ID))
		if c == nil || !ok || slices.Contains(gone[m.Channel], m.ID) {
			continue
		}
		message, err := guildhall.DecodeMessage(value)
		if err != nil || !slices.Contains(of, message.Author.ID) {
			continue
		}
		if len(gone[c.ID]) == 0 {
			channels = append(channels, c)
		}
		gone[c.ID] = append(gone[c.ID], m.ID)
		d.dropMessage(message)
		deleted = append(deleted, message)
	}
	g.unpublish(r, d, deleted...)
	for _, c := range channels {
		g.messagesLeft(r, d, c, gone[c.ID]...)
		for ids := range slices.Chunk(gone[c.ID], bulkEventMax) {
			d.event("MESSAGE_DELETE_BULK", r.audience(c.ID, guildhall.IntentGuildMessages), messagesGone{ids, c.ID, g.id})
		}
	}
}

// unban lets a user be a member again.
// discord: resources/guild#remove-guild-ban
func (g *guild) unban(r *request, ref guildhall.MemberRef) (*draft, error) {
	if err := r.require(guildhall.PermissionBanMembers); err != nil {
		return nil, err
	}
	b := r.view.Ban(ref.UserID)
	if b == nil {
		return nil, errUnknownBan
	}
	d := &draft{}
	d.put(guildhall.BanRow(g.id, b).Deleted())
	g.tellBan(d, "GUILD_BAN_REMOVE", b.User)
	d.audit(r, guildhall.AuditMemberBanRemove, guildhall.Snowflake(ref.UserID))
	return d, nil
}

// discord: resources/guild#get-guild-ban
func (g *guild) queryBan(r *request) (any, error) {
	ref, err := body[guildhall.MemberRef](r.cmd)
	if err != nil {
		return nil, err
	}
	if err := r.require(guildhall.PermissionBanMembers); err != nil {
		return nil, err
	}
	b := r.view.Ban(ref.UserID)
	if b == nil {
		return nil, errUnknownBan
	}
	return b, nil
}

// queryBans is a page of the bans, by user id.
// discord: resources/guild#get-guild-bans
func (g *guild) queryBans(r *request) (any, error) {
	q, err := body[guildhall.BansQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	if err := r.require(guildhall.PermissionBanMembers); err != nil {
		return nil, err
	}
	page := slices.DeleteFunc(r.view.Bans(), func(b *guildhall.Ban) bool {
		return b.User.ID <= q.After || q.Before != 0 && b.User.ID >= q.Before
	})
	if over := len(page) - q.Limit; over > 0 && q.Before != 0 {
		page = page[over:]
	} else if over > 0 {
		page = page[:q.Limit]
	}
	return page, nil
}
