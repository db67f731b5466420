package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"guildhall"
)

const (
	usernameMin = 2
	usernameMax = 32
	globalMax   = 32

	// guildsMax is the largest page of the guild list, and the default.
	// discord: resources/user#get-current-user-guilds
	guildsMax = 200
	// askedAtOnce bounds how many guilds' owners one request asks at the same time.
	askedAtOnce = 8
)

func (a *API) getMyUser(ctx context.Context, r *request) (any, error) {
	body, err := a.query(ctx, r.onSelf(guildhall.QuerySelf, nil))
	if r.who.Application == 0 || r.who.Has(scopeEmail) {
		return body, err
	}
	// The address is for who was allowed to see it.
	shown, err := decoded[map[string]json.RawMessage](body, err)
	delete(shown, "email")
	delete(shown, "verified")
	return shown, err
}

func (a *API) getUser(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onObject(guildhall.UserObject(r.user()), guildhall.QueryUser, nil))
}

// updateMyUser changes the user's name and pictures. A bot that renames itself renames its bot user alone, as on Discord.
func (a *API) updateMyUser(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	m := guildhall.ModifyUser{GlobalName: f.text("global_name", 1, globalMax)}
	if !f.has("username") {
		delete(f.fields, "username") // libraries send null for unchanged
	}
	var claims []guildhall.ClaimKey
	if f.has("username") {
		name, key := f.username("username", r.who.Bot)
		m.Username = guildhall.Some(name)
		if key != "" {
			claims = append(claims, guildhall.ClaimKey{Kind: claimUsername, Key: key})
		}
	}
	avatar, banner := f.imageField("avatar"), f.imageField("banner")
	if err := f.err(); err != nil {
		return nil, err
	}
	owner := guildhall.Snowflake(r.who.User)
	if m.Avatar, err = a.images.keepField(ctx, "avatars", owner, "avatar", avatar); err != nil {
		return nil, err
	}
	if m.Banner, err = a.images.keepField(ctx, "banners", owner, "banner", banner); err != nil {
		return nil, err
	}
	if m == (guildhall.ModifyUser{}) {
		return a.getMyUser(ctx, r)
	}
	cmd := r.onSelf(guildhall.CommandUserModify, m)
	cmd.Claims = claims
	return a.command(ctx, cmd)
}

// claimUsername is the kind of claim that makes people's names unique.
const claimUsername = guildhall.ClaimUsername

// username reads a user name and, for people, the key under which it is claimed.
func (f *form) username(field string, bot bool) (name, key string) {
	name = f.text(field, usernameMin, usernameMax).Value
	if name == "" {
		return "", ""
	}
	if bot {
		return name, ""
	}
	name, ok := checkUsername(name)
	if !ok {
		f.fail("USERNAME_INVALID", "Please only use numbers, lowercase letters, underscores _ or periods.", field)
		return "", ""
	}
	return name, name
}

// checkUsername gives a person's user name as it is kept and claimed, in small letters; false where it can't be one.
func checkUsername(name string) (string, bool) {
	name = strings.ToLower(name)
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789._"
	switch {
	case len(name) < usernameMin || utf8.RuneCountInString(name) > usernameMax:
		return "", false
	case strings.Trim(name, letters) != "" || strings.Contains(name, ".."):
		return "", false
	}
	return name, !slices.Contains([]string{"everyone", "here", "discord"}, name)
}

// listMyGuilds pages through the user's guilds by id. The list itself is an index; what is shown comes from each guild's
// owner, so that a guild the user has just left is not there.
func (a *API) listMyGuilds(ctx context.Context, r *request) (any, error) {
	q := r.query()
	limit := q.integer("limit", 1, guildsMax).Or(guildsMax)
	before, after := q.cursor("before"), q.cursor("after")
	counts := q.boolean("with_counts").Value
	if err := q.err(); err != nil {
		return nil, err
	}
	refs, err := ask[[]guildhall.GuildRef](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUserGuilds, nil))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(refs, func(x, y guildhall.GuildRef) int { return cmp.Compare(x.ID, y.ID) })
	refs = guildPage(refs, idOf[guildhall.GuildID](before), idOf[guildhall.GuildID](after), limit)
	partials := make([]json.RawMessage, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for i, ref := range refs {
		group.Go(func() error {
			cmd := r.onObject(guildhall.GuildObject(ref.ID), guildhall.QueryGuildPartial, guildhall.GuildQuery{WithCounts: counts})
			body, err := a.query(ctx, cmd)
			if isGone(err) {
				return nil
			}
			if err != nil {
				return err
			}
			partials[i] = body.(json.RawMessage)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(partials, func(p json.RawMessage) bool { return p == nil }), nil
}

// isGone tells whether a guild says that the user is not in it (any more).
func isGone(err error) bool {
	return errors.Is(err, guildhall.ErrUnknownGuild) || errors.Is(err, guildhall.ErrMissingAccess) ||
		errors.Is(err, guildhall.ErrUnknownMember)
}

// guildPage takes a page of a list ordered by id: the first ones after an id, or the last ones before one.
func guildPage(refs []guildhall.GuildRef, before, after guildhall.Optional[guildhall.GuildID], limit int) []guildhall.GuildRef {
	page := slices.DeleteFunc(slices.Clone(refs), func(g guildhall.GuildRef) bool {
		return after.Set && g.ID <= after.Value || before.Set && g.ID >= before.Value
	})
	if len(page) <= limit {
		return page
	}
	if before.Set && !after.Set {
		return page[len(page)-limit:]
	}
	return page[:limit]
}

func (a *API) getMyGuildMember(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryMember, guildhall.MemberRef{UserID: r.who.User}))
}

func (a *API) leaveGuild(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: r.who.User}))
}
