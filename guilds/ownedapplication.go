package guilds

// pure core

import "guildhall"

// reserveApplication takes a place in the list for an application that is about to be made, and chooses its id. If it is
// never made, the list shows nothing of it, and deleting it frees the place.
func (u *user) reserveApplication(r *userRequest, _ none) (*draft, error) {
	if r.view.User().Bot {
		return nil, guildhall.ErrPeopleOnly
	}
	if r.deleted() {
		return nil, guildhall.ErrUnknownUser
	}
	if err := r.limits.Room(guildhall.LimitApplications, len(r.view.OwnedApplications())); err != nil {
		return nil, err
	}
	made := &guildhall.OwnedApplication{ID: guildhall.ApplicationID(r.nextID()), CreatedAt: guildhall.TimestampOf(r.now)}
	d := &draft{}
	d.put(guildhall.OwnedApplicationRow(u.id, made))
	d.answer(made)
	return d, nil
}

// ownApplication lists an application that says that this user owns it. Who is gone passes the end on.
func (u *user) ownApplication(r *userRequest, a guildhall.OwnedApplication) (*draft, error) {
	d := &draft{}
	switch {
	case r.deleted():
		d.send(guildhall.UserObject(guildhall.UserID(a.ID)), guildhall.CommandUserDelete, none{})
	case r.view.Owned(a.ID) == nil:
		d.put(guildhall.OwnedApplicationRow(u.id, &a))
	}
	return d, nil
}

func (u *user) disownApplication(r *userRequest, a guildhall.OwnedApplication) (*draft, error) {
	d := &draft{}
	if before := r.view.Owned(a.ID); before != nil {
		d.put(guildhall.OwnedApplicationRow(u.id, before).Deleted())
	}
	return d, nil
}

// setSecret replaces the client secret.
func (u *user) setSecret(r *userRequest, s guildhall.ApplicationSecret) (*draft, error) {
	if r.view.Application() == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	account := *r.view.Account()
	account.ClientSecret = s.Hash
	d := &draft{}
	d.put(guildhall.AccountRow(u.id, &account))
	return d, nil
}

// resetToken ends all tokens and adds another, in one record, so that there is no moment with both or with none.
func (u *user) resetToken(r *userRequest, t guildhall.Token) (*draft, error) {
	if r.deleted() {
		return nil, guildhall.ErrUnknownUser
	}
	d := &draft{}
	for _, old := range r.view.Tokens() {
		if old.Hash != t.Hash {
			d.put(guildhall.TokenRow(u.id, old).Deleted())
		}
	}
	if r.view.Token(t.Hash) == nil {
		d.put(newToken(u.id, t, guildhall.TimestampOf(r.now)))
	}
	return d, nil
}

// forgetApplications ends what a user who is being deleted owns, or tells the owner of an application that it is gone.
func (u *user) forgetApplications(r *userRequest, d *draft) {
	for _, a := range r.view.OwnedApplications() {
		d.put(guildhall.OwnedApplicationRow(u.id, a).Deleted())
		d.send(guildhall.UserObject(guildhall.UserID(a.ID)), guildhall.CommandUserDelete, none{})
	}
	a := r.view.Application()
	if a == nil {
		return
	}
	d.put(guildhall.ApplicationRow(a).Deleted())
	if a.OwnerID != 0 {
		d.send(guildhall.UserObject(a.OwnerID), guildhall.CommandApplicationGone, guildhall.OwnedApplication{ID: a.ID})
	}
}

func (u *user) queryOwned(r *userRequest) (any, error) { return r.view.OwnedApplications(), nil }
