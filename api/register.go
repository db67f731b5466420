package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"guildhall"
)

var errRegistration = &guildhall.Error{Status: http.StatusForbidden, Message: "Registration is closed"}

// authRegister makes an account for whoever may have one. docs/reference/people-api.md
func (a *API) authRegister(ctx context.Context, r *request) (any, error) {
	if a.cfg.Registration == RegistrationClosed {
		return nil, errRegistration
	}
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	code := f.text("invite", 1, inviteCodeMax).Value
	if a.cfg.Registration == RegistrationInvited {
		f.required("invite")
	}
	n, err := f.newUser()
	if err != nil {
		return nil, err
	}
	var guild guildhall.Object
	if code != "" {
		if guild, err = a.invited(ctx, r, code); err != nil {
			return nil, err
		}
	}
	self, err := a.operator.CreateUser(ctx, n)
	if err != nil {
		return nil, err
	}
	if code != "" {
		if err := a.enter(ctx, guild, code, &self.User); err != nil {
			return nil, err
		}
	}
	done := loggedIn{UserID: self.ID}
	if done.Token, err = a.operator.newToken(ctx, self.User, r.client(), ""); err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: done}, nil
}

// invited finds the guild of an invite in force. Wrong codes count as failed tries, so that they can't be guessed at.
func (a *API) invited(ctx context.Context, r *request, code string) (guildhall.Object, error) {
	wait, undo := a.tries.Begin("invites from "+r.addr.String(), r.addr)
	if wait > 0 {
		return guildhall.Object{}, limited(wait, false)
	}
	guild, err := a.deps.Claims.Claimed(ctx, guildhall.ClaimInvite, code)
	if err != nil {
		undo()
		return guild, fmt.Errorf("look up invite: %w", err)
	}
	if guild.Kind != guildhall.KindGuild {
		return guild, errUnknownInvite
	}
	cmd := newCommand(guildhall.QueryInvite, guildhall.InviteRef{Code: code})
	cmd.Object = guild
	if _, err := a.query(ctx, cmd); err != nil {
		return guild, inviteError(err)
	}
	undo()
	return guild, nil
}

// enter uses the invite. If somebody else had its last use, the account that was made for it goes again.
func (a *API) enter(ctx context.Context, guild guildhall.Object, code string, u *guildhall.User) error {
	cmd := newCommand(guildhall.CommandInviteAccept, guildhall.AcceptInvite{Code: code, User: *u})
	cmd.Object = guild
	_, err := a.command(ctx, cmd)
	var refused *guildhall.Error
	if err == nil || !errors.As(err, &refused) || refused.Status >= http.StatusInternalServerError {
		return err
	}
	if gone := a.operator.DeleteUser(ctx, u.ID); gone != nil {
		return gone
	}
	return err
}
