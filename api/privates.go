package api

import (
	"context"
	"errors"
	"slices"

	"guildhall"
)

// groupOthersMax is how many others a group may be made with.
// discord: resources/user#create-group-dm
const groupOthersMax = 9

// createDM opens the private channel with another user; people also make groups.
// discord: resources/user#create-dm, docs/reference/people-api.md
func (a *API) createDM(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.refuse("access_tokens", "nicks")
	kind, others := guildhall.ChannelDM, []guildhall.UserID{}
	if recipients := f.ids("recipients", groupOthersMax); len(recipients.Value) > 0 && !r.who.Bot {
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
	create := guildhall.CreatePrivate{Type: kind}
	for _, id := range append([]guildhall.UserID{r.who.User}, others...) {
		u, err := a.recipient(ctx, r, id)
		if err != nil {
			return nil, err
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

func (a *API) listMyPrivateChannels(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onSelf(guildhall.QueryUserPrivates, nil))
}

func (a *API) addGroupRecipient(ctx context.Context, r *request) (any, error) {
	u, err := a.recipient(ctx, r, r.user())
	if err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onChannel(guildhall.CommandRecipientPut, guildhall.PrivateRecipient{User: u}))
}

func (a *API) deleteGroupRecipient(ctx context.Context, r *request) (any, error) {
	ref := guildhall.PrivateRecipient{User: guildhall.User{ID: r.user()}}
	return a.silently(ctx, r.onChannel(guildhall.CommandRecipientDelete, ref))
}
