package guilds

// pure core

import (
	"fmt"
	"strings"

	"guildhall"
)

// modify changes what a user says of itself. A new password ends all logins in the same record.
// discord: resources/user#modify-current-user
func (u *user) modify(r *userRequest, f guildhall.ModifyUser) (*draft, error) {
	if f.Disabled.Set && !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	if r.deleted() {
		return nil, guildhall.ErrUnknownUser
	}
	before := r.view.User()
	now := *before
	if f.Username.Set {
		now.Username = f.Username.Or("")
		if err := checkUsername(now.Username, now.Bot); now.Username != before.Username && err != nil {
			return nil, err
		}
		if strings.TrimSpace(now.Username) != now.Username {
			return nil, guildhall.BadField("USERNAME_INVALID", fmt.Sprintf("Username cannot be %q", now.Username), "username")
		}
	}
	// Bots have no display name.
	if f.GlobalName.Set && !now.Bot {
		now.GlobalName = nickname(f.GlobalName.Pointer())
	}
	if f.Avatar.Set {
		now.Avatar = f.Avatar.Pointer()
	}
	if f.Banner.Set {
		now.Banner = f.Banner.Pointer()
	}
	if err := r.samePassword(f.PasswordWas); err != nil {
		return nil, err
	}
	account := *r.view.Account()
	d := &draft{}
	if f.PasswordHash.Set {
		account.PasswordHash = f.PasswordHash.Or("")
		u.endLogins(r, d, f.KeepToken)
	}
	account.Disabled = f.Disabled.Or(account.Disabled)
	if !sameJSON(r.view.Account(), &account) {
		d.put(guildhall.AccountRow(now.ID, &account))
	}
	self := guildhall.NewSelf(&now, &account)
	if !sameJSON(before, &now) {
		d.put(guildhall.UserRow(&now))
		d.event("USER_UPDATE", guildhall.Audience{Users: []guildhall.UserID{now.ID}}, self)
		for _, g := range r.view.Guilds() {
			d.send(guildhall.GuildObject(g.ID), guildhall.CommandMemberUser, &now)
		}
		u.renamed(r, d, &now)
		for _, p := range r.view.AllPrivates() {
			d.send(guildhall.PrivateObject(p.ID), guildhall.CommandMemberUser, &now)
		}
		if !strings.EqualFold(before.Username, now.Username) {
			u.giveUp(d, guildhall.ClaimUsername, before.Username)
		}
	}
	d.answer(self)
	return d, nil
}

// joinGuild adds an entry to the guild list. The guild may have been given the user as it was before a change that it
// was not told of, being in no list yet: then it is told now.
func (u *user) joinGuild(r *userRequest, f guildJoined) (*draft, error) {
	d, joined := &draft{}, false
	if before := r.view.GuildRef(f.ID); before == nil || *before != f.GuildRef {
		d.put(guildhall.GuildRefRow(u.id, &f.GuildRef))
		joined = true
	}
	now := r.view.User()
	stale := f.User != nil && !sameJSON(f.User, now)
	switch {
	case r.deleted():
		u.leaveAsDeleted(r, d, f.ID)
	case joined && len(r.view.AppCommands()) > 0:
		u.bringAppCommands(r, d, f.ID, stale)
	case stale:
		d.send(guildhall.GuildObject(f.ID), guildhall.CommandMemberUser, now)
	}
	return d, nil
}

func (u *user) leaveGuild(r *userRequest, ref guildhall.GuildRef) (*draft, error) {
	d := &draft{}
	if r.view.GuildRef(ref.ID) != nil {
		d.put(guildhall.GuildRefRow(u.id, &ref).Deleted())
	}
	return d, nil
}

// giveUp lets others have a name.
func (u *user) giveUp(d *draft, kind, name string) {
	d.send(guildhall.UserObject(u.id), guildhall.CommandClaimRelease, guildhall.ClaimKey{Kind: kind, Key: strings.ToLower(name)})
}
