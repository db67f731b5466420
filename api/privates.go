package api

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"guildhall"
)

// createDM opens the private channel with another user; people also make groups.
// discord: resources/user#create-dm, docs/reference/people-api.md
func (a *API) createDM(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.refuse("access_tokens", "nicks")
	kind, others := guildhall.ChannelDM, []guildhall.UserID{}
	if recipients := f.ids("recipients", guildhall.LimitRecipients.Max()-1); len(recipients.Value) > 0 && !r.who.Bot {
		kind, others = guildhall.ChannelGroupDM, idsOf[guildhall.UserID](recipients.Value)
	} else {
		f.required("recipient_id")
		others = append(others, guildhall.UserID(f.id("recipient_id").Value))
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if slices.Contains(others, r.who.User) {
		return nil, guildhall.ErrInvalidRecipients
	}
	if kind == guildhall.ChannelGroupDM {
		if err := a.mayHaveGroups(ctx, r); err != nil {
			return nil, err
		}
	}
	create := guildhall.CreatePrivate{Type: kind}
	for _, id := range append([]guildhall.UserID{r.who.User}, others...) {
		u, err := a.recipient(ctx, r, id)
		if err != nil {
			return nil, err
		}
		if kind == guildhall.ChannelGroupDM && id != r.who.User {
			if err := a.mayGroup(ctx, r, id); err != nil {
				return nil, err
			}
		}
		create.Users = append(create.Users, u)
	}
	cmd := r.onObject(guildhall.Object{}, guildhall.CommandPrivateCreate, create)
	cmd.Birth, cmd.Slot = true, a.deps.Slots()
	if kind == guildhall.ChannelDM {
		var key string
		key, cmd.Slot = guildhall.DMKey(r.who.User, others[0])
		cmd.Claims = []guildhall.ClaimKey{{Kind: guildhall.ClaimDM, Key: key}}
	}
	return a.command(ctx, cmd)
}

// recipient reads a user who is to be part of a private channel.
func (a *API) recipient(ctx context.Context, r *request, id guildhall.UserID) (guildhall.User, error) {
	if id == 0 {
		return guildhall.User{}, guildhall.ErrInvalidRecipients
	}
	u, err := ask[guildhall.User](ctx, a.deps.Owners, r.onObject(guildhall.UserObject(id), guildhall.QueryUser, nil))
	if errors.Is(err, guildhall.ErrUnknownUser) {
		return u, guildhall.ErrInvalidRecipients.Because(err)
	}
	return u, err
}

// listMyPrivateChannels shows the channels in the user's list. The list is an index; what is shown comes from each
// channel's owner, so that the newest message's id is right.
func (a *API) listMyPrivateChannels(ctx context.Context, r *request) (any, error) {
	refs, err := ask[[]guildhall.PrivateChannel](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUserPrivates, nil))
	if err != nil {
		return nil, err
	}
	shown := make([]json.RawMessage, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for i, ref := range refs {
		group.Go(func() error {
			body, err := a.query(ctx, r.onObject(guildhall.PrivateObject(ref.ID), guildhall.QueryChannel, nil))
			switch {
			case errors.Is(err, guildhall.ErrMissingAccess):
				return nil // just left
			case err != nil:
				return err
			}
			shown[i] = body.(json.RawMessage)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(shown, func(c json.RawMessage) bool { return c == nil }), nil
}

// reach carries out a command that in a direct channel reaches the other one. There the two must have something to do with
// each other, which their own objects know: the channel's owner refuses until it is told that they have been asked.
func (a *API) reach(
	ctx context.Context, r *request, cmd *guildhall.Command, run func(context.Context, *guildhall.Command) (any, error),
) (any, error) {
	with := directKey{r.channel(), r.who.User}
	other, direct := a.directs.Get(with)
	if !direct {
		body, err := run(ctx, cmd)
		if !errors.Is(err, guildhall.ErrCannotSendToUser) {
			return body, err
		}
		if other, err = a.otherIn(ctx, r); err != nil {
			return nil, err
		}
		a.directs.Put(with, other)
	}
	acquainted, err := a.acquainted(ctx, r, other, false)
	if err != nil {
		return nil, err
	}
	if !acquainted {
		return nil, guildhall.ErrCannotSendToUser
	}
	// An owner tells the same request the same refusal again: what is asked now is another one.
	told := *cmd
	told.RequestID, told.Acquainted = newCommand(cmd.Name, nil).RequestID, true
	return run(ctx, &told)
}

// reachSilently is reach for what is answered without a body.
func (a *API) reachSilently(ctx context.Context, r *request, cmd *guildhall.Command) (any, error) {
	return a.reach(ctx, r, cmd, a.silently)
}

// directsMax bounds for how many direct channels it is remembered whose they are. Forgetting costs two questions.
const directsMax = 20_000

// directKey is a direct channel as one of the two knows it.
type directKey struct {
	channel guildhall.ChannelID
	user    guildhall.UserID
}

// otherIn is with whom the channel in the path is.
func (a *API) otherIn(ctx context.Context, r *request) (guildhall.UserID, error) {
	c, err := ask[guildhall.PrivateChannel](ctx, a.deps.Owners, r.onChannel(guildhall.QueryChannel, nil))
	if err == nil && len(c.Recipients) != 1 {
		err = guildhall.ErrCannotSendToUser
	}
	if err != nil {
		return 0, err
	}
	return c.Recipients[0].ID, nil
}

// acquainted tells whether the user who asks may write to another, or take it into a group.
func (a *API) acquainted(ctx context.Context, r *request, other guildhall.UserID, group bool) (bool, error) {
	refs, err := ask[[]guildhall.GuildRef](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUserGuilds, nil))
	if err != nil {
		return false, err
	}
	q := guildhall.Acquaintance{User: r.who.User, Guilds: make([]guildhall.GuildID, len(refs)), Group: group}
	for i, ref := range refs {
		q.Guilds[i] = ref.ID
	}
	cmd := newCommand(guildhall.QueryAcquainted, q)
	cmd.Object = guildhall.UserObject(other)
	return ask[bool](ctx, a.deps.Owners, cmd)
}

// mayHaveGroups refuses who makes a group more than one may be in. Who makes several at once may come out above.
func (a *API) mayHaveGroups(ctx context.Context, r *request) error {
	refs, err := ask[[]guildhall.PrivateChannel](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUserPrivates, nil))
	if err != nil {
		return err
	}
	refs = slices.DeleteFunc(refs, func(c guildhall.PrivateChannel) bool { return c.Type != guildhall.ChannelGroupDM })
	return a.cfg.ObjectLimits.Room(guildhall.LimitGroups, len(refs))
}

// mayGroup refuses to take people into a group whom the user may not write to, and those who are in too many.
func (a *API) mayGroup(ctx context.Context, r *request, other guildhall.UserID) error {
	acquainted, err := a.acquainted(ctx, r, other, true)
	if err == nil && !acquainted {
		err = guildhall.ErrCannotSendToUser
	}
	return err
}

func (a *API) addGroupRecipient(ctx context.Context, r *request) (any, error) {
	u, err := a.recipient(ctx, r, r.user())
	if err != nil {
		return nil, err
	}
	if err := a.mayGroup(ctx, r, u.ID); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onChannel(guildhall.CommandRecipientPut, guildhall.PrivateRecipient{User: u}))
}

func (a *API) deleteGroupRecipient(ctx context.Context, r *request) (any, error) {
	ref := guildhall.PrivateRecipient{User: guildhall.User{ID: r.user()}}
	return a.silently(ctx, r.onChannel(guildhall.CommandRecipientDelete, ref))
}
