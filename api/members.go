package api

import (
	"context"

	"guildhall"
)

// discord: resources/guild#list-guild-members, #modify-guild-member
const (
	membersMax     = 1000
	membersDefault = 1
	searchMax      = 100
	nickMax        = 32
	memberFlagsMax = 1<<31 - 1
)

func (a *API) listGuildMembers(ctx context.Context, r *request) (any, error) {
	q := r.query()
	query := guildhall.MembersQuery{
		Limit: q.integer("limit", 1, membersMax).Or(membersDefault), After: guildhall.UserID(q.cursor("after").Value),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onGuild(guildhall.QueryMembers, query))
}

// searchGuildMembers finds members whose name or nick begins with the query.
// discord: resources/guild#search-guild-members
func (a *API) searchGuildMembers(ctx context.Context, r *request) (any, error) {
	q := r.query()
	q.required("query")
	query := guildhall.MembersQuery{
		Prefix: q.text("query", 1, searchMax).Value, Limit: q.integer("limit", 1, membersMax).Or(membersDefault),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onGuild(guildhall.QueryMembers, query))
}

func (a *API) getGuildMember(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryMember, guildhall.MemberRef{UserID: r.user()}))
}

func (a *API) updateGuildMember(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	m := guildhall.ModifyMember{
		UserID: r.user(), Nick: f.text("nick", 0, nickMax), Mute: notNull(f.boolean("mute")), Deaf: notNull(f.boolean("deaf")),
		Flags: notNull(f.integer("flags", 0, memberFlagsMax)), CommunicationDisabledUntil: f.time("communication_disabled_until"),
		ChannelID: idOf[guildhall.ChannelID](f.id("channel_id")),
	}
	if roles := f.ids("roles", guildhall.LimitRoles.Max()); roles.Set {
		m.Roles = guildhall.Some(idsOf[guildhall.RoleID](roles.Value)) // null is none
	}
	until := m.CommunicationDisabledUntil
	if until.Set && !until.Null && until.Value.Time().After(a.now().Add(timeoutMax)) {
		f.fail("MEMBER_COMMUNICATION_DISABLED_UNTIL_TOO_LONG", "Must be within 28 days.", "communication_disabled_until")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.command(ctx, r.onGuild(guildhall.CommandMemberModify, m))
}

// updateMyGuildMember changes one's own nick and the pictures that one has in the guild.
// discord: resources/guild#modify-current-member
func (a *API) updateMyGuildMember(ctx context.Context, r *request) (any, error) {
	body, _, err := a.modifySelf(ctx, r)
	return body, err
}

// updateMyNick is the older form of it.
// discord: resources/guild#modify-current-user-nick
func (a *API) updateMyNick(ctx context.Context, r *request) (any, error) {
	body, nick, err := a.modifySelf(ctx, r)
	if err != nil {
		return nil, err
	}
	if !nick.Set {
		member, err := decoded[guildhall.Member](body, nil)
		if err != nil {
			return nil, err
		}
		return map[string]any{"nick": member.Nick}, nil
	}
	return map[string]any{"nick": nick.Pointer()}, nil
}

func (a *API) modifySelf(ctx context.Context, r *request) (body any, nick guildhall.Optional[string], err error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, nick, err
	}
	nick = f.text("nick", 0, nickMax)
	if nick.Set && nick.Value == "" {
		nick = guildhall.Optional[string]{Set: true, Null: true}
	}
	avatar, banner := f.imageField("avatar"), f.imageField("banner")
	f.refuse("bio")
	if err := f.err(); err != nil {
		return nil, nick, err
	}
	m := guildhall.ModifyMember{UserID: r.who.User, Nick: nick}
	if avatar.Value != nil || banner.Value != nil {
		// Only members may keep pictures here.
		if _, err := a.getMyGuildMember(ctx, r); err != nil {
			return nil, nick, err
		}
	}
	kind, owner := memberPictures(r.guild()), guildhall.Snowflake(r.who.User)
	if m.Avatar, err = a.images.keepField(ctx, kind, owner, "avatar", avatar); err != nil {
		return nil, nick, err
	}
	if m.Banner, err = a.images.keepField(ctx, kind, owner, "banner", banner); err != nil {
		return nil, nick, err
	}
	body, err = a.command(ctx, r.onGuild(guildhall.CommandMemberModify, m))
	return body, nick, err
}

// memberPictures is where the pictures lie that members have in a guild.
func memberPictures(guild guildhall.GuildID) string { return "guilds/" + guild.String() + "/users" }

func (a *API) deleteGuildMember(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: r.user()}))
}

func (a *API) addGuildMemberRole(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandMemberRolePut, guildhall.MemberRole{UserID: r.user(), RoleID: r.role()}))
}

func (a *API) deleteGuildMemberRole(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandMemberRoleDelete, guildhall.MemberRole{UserID: r.user(), RoleID: r.role()}))
}
