package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"guildhall"
)

// discord: resources/channel#create-channel-invite
const (
	inviteAgeMax     = 60 * 24 * 60 * 60
	inviteAgeDefault = 24 * 60 * 60
	inviteUsesMax    = 100
	// inviteCodeLength makes some 58 bits, which can't be found by trying.
	inviteCodeLength = 10
	inviteCodeMax    = 64
	inviteRolesMax   = 250
)

// inviteLetters leave out what is easily taken for another.
const inviteLetters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

var errUnknownInvite = &guildhall.Error{Status: http.StatusNotFound, Code: 10006, Message: "Unknown Invite"}

// newInviteCode makes a code of letters that are equally likely.
func newInviteCode() string {
	code := make([]byte, 0, inviteCodeLength)
	random := make([]byte, 4*inviteCodeLength)
	const fair = 256 / len(inviteLetters) * len(inviteLetters)
	for len(code) < inviteCodeLength {
		_, _ = rand.Read(random) // never fails: crypto/rand ends the process instead
		for _, b := range random {
			if int(b) < fair && len(code) < inviteCodeLength {
				code = append(code, inviteLetters[int(b)%len(inviteLetters)])
			}
		}
	}
	return string(code)
}

// createChannelInvite makes an invite or, unless a unique one is asked for, gives one of the actor's own that says the
// same.
// discord: resources/channel#create-channel-invite
func (a *API) createChannelInvite(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	create := guildhall.CreateInvite{
		MaxAge: f.integer("max_age", 0, inviteAgeMax).Or(inviteAgeDefault), MaxUses: f.integer("max_uses", 0, inviteUsesMax).Or(0),
		Temporary: f.boolean("temporary").Or(false), Unique: f.boolean("unique").Or(false),
	}
	for _, id := range f.ids("role_ids", inviteRolesMax).Or(nil) {
		if role := guildhall.RoleID(id); !slices.Contains(create.RoleIDs, role) {
			create.RoleIDs = append(create.RoleIDs, role)
		}
	}
	f.refuse("target_type", "target_user_id", "target_application_id")
	if err := f.err(); err != nil {
		return nil, err
	}
	same, err := ask[*guildhall.InviteAnswer](ctx, a.deps.Owners, r.onChannel(guildhall.QueryInviteSame, create))
	if err != nil || same != nil {
		return same, err
	}
	create.Code = newInviteCode()
	cmd := r.onChannel(guildhall.CommandInviteCreate, create)
	cmd.Claims = []guildhall.ClaimKey{{Kind: guildhall.ClaimInvite, Key: create.Code}}
	return a.command(ctx, cmd)
}

func (a *API) listChannelInvites(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onChannel(guildhall.QueryInvites, nil))
}

func (a *API) listGuildInvites(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryInvites, nil))
}

// inviteGuild finds the guild that a code leads to.
func (a *API) inviteGuild(ctx context.Context, r *request) (guildhall.Object, error) {
	code := r.params["code"]
	if len(code) > inviteCodeMax {
		return guildhall.Object{}, errUnknownInvite
	}
	holder, err := a.deps.Claims.Claimed(ctx, guildhall.ClaimInvite, code)
	if err != nil {
		return holder, fmt.Errorf("look up invite: %w", err)
	}
	if holder.IsZero() {
		return holder, errUnknownInvite
	}
	return holder, nil
}

// inviteError tells of an invite to a guild that is gone as of one that never was.
func inviteError(err error) error {
	if errors.Is(err, guildhall.ErrUnknownGuild) {
		return errUnknownInvite.Because(err)
	}
	return err
}

// inviteResolve shows an invite to anyone who knows its code.
// discord: resources/invite#get-invite
func (a *API) inviteResolve(ctx context.Context, r *request) (any, error) {
	q := r.query()
	ref := guildhall.InviteRef{
		Code: r.params["code"], WithCounts: q.boolean("with_counts").Value, EventID: q.id("guild_scheduled_event_id").Value,
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	guild, err := a.inviteGuild(ctx, r)
	if err != nil {
		return nil, err
	}
	cmd := newCommand(guildhall.QueryInvite, ref)
	cmd.Object = guild
	answer, err := a.query(ctx, cmd)
	return answer, inviteError(err)
}

// inviteRevoke ends an invite. Its code is used up: a link that someone still has must not lead elsewhere one day.
// discord: resources/invite#delete-invite
func (a *API) inviteRevoke(ctx context.Context, r *request) (any, error) {
	guild, err := a.inviteGuild(ctx, r)
	if err != nil {
		return nil, err
	}
	answer, err := a.command(ctx, r.onObject(guild, guildhall.CommandInviteDelete, guildhall.InviteRef{Code: r.params["code"]}))
	if errors.Is(err, guildhall.ErrUnknownGuild) {
		return nil, guildhall.ErrMissingPermissions.Because(err) // the guild is a secret, the invite is not
	}
	return answer, err
}

// inviteAccept makes the person who asks a member.
// docs/reference/people-api.md
func (a *API) inviteAccept(ctx context.Context, r *request) (any, error) {
	guild, err := a.inviteGuild(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := a.mayHaveMore(ctx, r); err != nil {
		return nil, err
	}
	user, err := a.operator.User(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	cmd := newCommand(guildhall.CommandInviteAccept, guildhall.AcceptInvite{Code: r.params["code"], User: user})
	cmd.Object = guild
	answer, err := a.command(ctx, cmd)
	return answer, inviteError(err)
}

func (a *API) getGuildVanityURL(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryVanityURL, nil))
}
