package api

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"guildhall"
)

// discord: resources/guild#get-guild-bans, #create-guild-ban, #bulk-guild-ban
const (
	bansMax       = 1000
	bulkBansMax   = 200
	banSecondsMax = 7 * 24 * 60 * 60
	banDaysMax    = 7
	secondsOfDay  = 24 * 60 * 60
)

const (
	// banMessagesMax bounds the messages that go with one ban, banPagesMax the pages that are read to find them.
	banMessagesMax = 10 * guildhall.BanMessagesMax
	banPagesMax    = 400
)

func (a *API) listGuildBans(ctx context.Context, r *request) (any, error) {
	q := r.query()
	query := guildhall.BansQuery{
		Limit: q.integer("limit", 1, bansMax).Or(bansMax), Before: guildhall.UserID(q.cursor("before").Value),
		After: guildhall.UserID(q.cursor("after").Value),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	if query.Before != 0 {
		query.After = 0 // discord: resources/guild#get-guild-bans
	}
	return a.query(ctx, r.onGuild(guildhall.QueryBans, query))
}

func (a *API) getGuildBan(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryBan, guildhall.MemberRef{UserID: r.user()}))
}

// banUserFromGuild bans one user, who need not be a member. discord.py and discordgo say in the query what others say in
// the body, discordgo the reason too.
// discord: resources/guild#create-guild-ban
func (a *API) banUserFromGuild(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.lacking(r.query(), "delete_message_seconds", "delete_message_days", "reason")
	seconds := f.deletedSeconds()
	if reason := f.text("reason", 0, reasonMax).Or(""); r.reason == "" {
		r.reason = reason
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	// Who may not ban is not told which users there are.
	if _, err := a.query(ctx, r.onGuild(guildhall.QueryBanScope, guildhall.BanScopeQuery{})); err != nil {
		return nil, err
	}
	user, err := a.operator.User(ctx, r.user())
	if err != nil {
		return nil, err
	}
	_, err = a.ban(ctx, r, guildhall.BanMembers{Users: []guildhall.User{user}}, seconds)
	return nil, err
}

func (a *API) unbanUserFromGuild(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandBanRemove, guildhall.MemberRef{UserID: r.user()}))
}

// bulkBanUsersFromGuild bans those of many users who can be banned.
// discord: resources/guild#bulk-guild-ban
func (a *API) bulkBanUsersFromGuild(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("user_ids")
	ids := idsOf[guildhall.UserID](f.ids("user_ids", bulkBansMax).Value)
	seconds := f.deletedSeconds()
	if err := f.err(); err != nil {
		return nil, err
	}
	scope := r.onGuild(guildhall.QueryBanScope, guildhall.BanScopeQuery{Bulk: true})
	if _, err := a.query(ctx, scope); err != nil {
		return nil, err
	}
	users, err := a.usersNamed(ctx, ids)
	if err != nil {
		return nil, err
	}
	answer, err := a.ban(ctx, r, guildhall.BanMembers{Users: users, Bulk: true}, seconds)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.Contains(answer.Banned, id) && !slices.Contains(answer.Failed, id) {
			answer.Failed = append(answer.Failed, id) // there is no such user
		}
	}
	return answer, nil
}

// ban has users banned, with what they wrote in the last seconds: that is looked up first, because who is banned can write
// no more.
func (a *API) ban(ctx context.Context, r *request, b guildhall.BanMembers, seconds int) (guildhall.BanAnswer, error) {
	var messages []guildhall.MessageAt
	if seconds > 0 && len(b.Users) > 0 {
		found, err := a.messagesOf(ctx, r, b, seconds)
		if err != nil {
			return guildhall.BanAnswer{}, err
		}
		messages = found
	}
	b.Messages = messages[:min(len(messages), guildhall.BanMessagesMax)]
	answer, err := tell[guildhall.BanAnswer](ctx, a.deps.Owners, r.onGuild(guildhall.CommandBanAdd, b))
	if err != nil {
		return answer, err
	}
	// A ban that is there stays as it is: what follows takes away messages alone.
	for more := range slices.Chunk(messages[len(b.Messages):], guildhall.BanMessagesMax) {
		b.Messages = more
		if _, err := a.silently(ctx, r.onGuild(guildhall.CommandBanAdd, b)); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

// messagesOf finds what users who are to be banned wrote in the last seconds, the newest of each channel first.
func (a *API) messagesOf(ctx context.Context, r *request, b guildhall.BanMembers, seconds int) ([]guildhall.MessageAt, error) {
	since := guildhall.MessageID(guildhall.Slot(0).Next(0, a.now().Add(-time.Duration(seconds)*time.Second).UnixMilli()))
	scope, err := ask[guildhall.BanScope](ctx, a.deps.Owners, r.onGuild(
		guildhall.QueryBanScope, guildhall.BanScopeQuery{Bulk: b.Bulk, Since: since},
	))
	if err != nil {
		return nil, err
	}
	search := messageSearch{since: since, pages: banPagesMax, most: banMessagesMax}
	for _, u := range b.Users {
		search.authors = append(search.authors, u.ID)
	}
	for _, channel := range scope.Channels {
		if err := a.searchMessages(ctx, channel, &search); err != nil {
			return nil, err
		}
	}
	return search.found, nil
}

// messageSearch looks for the newer messages of some authors.
type messageSearch struct {
	since       guildhall.MessageID
	authors     []guildhall.UserID
	pages, most int // how much may still be read, and found
	found       []guildhall.MessageAt
}

// searchMessages looks through a channel, newest first.
func (a *API) searchMessages(ctx context.Context, channel guildhall.ChannelID, search *messageSearch) error {
	b := behind{channel, func(projected uint64) *guildhall.Command {
		cmd := newCommand(guildhall.QueryMessages, guildhall.MessagesQuery{Projected: projected})
		cmd.Channel = channel
		return cmd
	}}
	s := span{table: guildhall.TableMessages, part: channel.Key(), after: search.since.Key(), reverse: true, limit: pageMax}
	for search.pages > 0 && len(search.found) < search.most {
		search.pages--
		pages, _, err := a.pagesOf(ctx, b, s)
		if err != nil {
			return err
		}
		page := pages[0]
		for _, row := range page {
			m, err := guildhall.DecodeMessage(row.Value)
			if err != nil {
				return err
			}
			if slices.Contains(search.authors, m.Author.ID) {
				search.found = append(search.found, guildhall.MessageAt{Channel: channel, ID: m.ID})
			}
		}
		if len(page) < s.limit {
			return nil
		}
		s.before = page[len(page)-1].Sort
	}
	return nil
}

// deletedSeconds reads of how long ago messages go with a ban; the older form counts days.
func (f *form) deletedSeconds() int {
	seconds := f.integer("delete_message_seconds", 0, banSecondsMax)
	days := f.integer("delete_message_days", 0, banDaysMax)
	if f.has("delete_message_seconds") {
		return seconds.Or(0)
	}
	return days.Or(0) * secondsOfDay
}

// lacking takes over fields of the query that the body has not.
func (f *form) lacking(q *form, names ...string) {
	for _, name := range names {
		if raw, ok := q.fields[name]; ok && !f.has(name) {
			if f.fields == nil {
				f.fields = map[string]json.RawMessage{}
			}
			f.fields[name] = raw
		}
	}
}
