package guilds

// pure core

import "guildhall"

// recipientEvent is the data of CHANNEL_RECIPIENT_ADD and CHANNEL_RECIPIENT_REMOVE, of which only people's clients know.
type recipientEvent struct {
	ChannelID guildhall.ChannelID `json:"channel_id"`
	User      guildhall.User      `json:"user"`
}

// group is the channel's settings, for commands that make sense in groups alone.
func (p *private) group(r *request) (guildhall.Private, error) {
	before := r.view.Private()
	if before.Type != guildhall.ChannelGroupDM {
		return guildhall.Private{}, guildhall.ErrNotOnDM
	}
	return *before, nil
}

// modify changes a group's name and picture.
// discord: resources/channel#modify-channel-json-params-group-dm
func (p *private) modify(r *request, f guildhall.ModifyChannel) (*draft, error) {
	now, err := p.group(r)
	if err != nil {
		return nil, err
	}
	if f.Name.Set {
		now.Name = f.Name.Pointer()
	}
	if f.Icon.Set {
		now.Icon = f.Icon.Pointer()
	}
	d := &draft{}
	if !sameJSON(r.view.Private(), &now) {
		d.put(guildhall.PrivateRow(&now))
		p.relist(r, d, &now, r.view.Recipients())
		d.answer(p.ref(r, &now, 0).For(r.actor))
		return d, nil
	}
	d.answer(r.view.PrivateFor(r.actor))
	return d, nil
}

// relist brings the entries of the recipients' lists up to date, and tells their clients.
func (p *private) relist(r *request, d *draft, now *guildhall.Private, recipients []*guildhall.Member) {
	ref := guildhall.PrivateRef{Private: *now, Position: r.position, LastMessageID: r.view.LastMessage(now.ID)}
	for _, m := range recipients {
		ref.Recipients = append(ref.Recipients, m.User)
	}
	for _, m := range recipients {
		d.send(guildhall.UserObject(m.User.ID), guildhall.CommandUserPrivateOpen, &ref)
		d.event("CHANNEL_UPDATE", guildhall.Audience{Users: []guildhall.UserID{m.User.ID}}, ref.For(m.User.ID))
	}
}

// putRecipient takes a user into the group.
// discord: resources/channel#group-dm-add-recipient
func (p *private) putRecipient(r *request, f guildhall.PrivateRecipient) (*draft, error) {
	now, err := p.group(r)
	if err != nil {
		return nil, err
	}
	recipients := r.view.Recipients()
	switch {
	case r.view.Member(f.User.ID) != nil:
		return &draft{}, nil
	case f.User.Bot:
		return nil, guildhall.ErrInvalidRecipients
	case len(recipients) >= recipientsMax:
		return nil, guildhall.ErrMaxRecipients
	}
	added := &guildhall.Member{User: f.User, Roles: []guildhall.RoleID{}}
	d := &draft{}
	d.put(guildhall.RecipientRow(now.ID, added))
	for _, m := range recipients {
		d.event("CHANNEL_RECIPIENT_ADD", guildhall.Audience{Users: []guildhall.UserID{m.User.ID}}, recipientEvent{now.ID, f.User})
	}
	ref := p.ref(r, &now, r.position)
	ref.Recipients = append(ref.Recipients, f.User)
	for _, u := range ref.Recipients {
		d.send(guildhall.UserObject(u.ID), guildhall.CommandUserPrivateOpen, ref)
	}
	return d, nil
}

// deleteRecipient takes a user out of the group: its owner may, and everyone for oneself.
// discord: resources/channel#group-dm-remove-recipient
func (p *private) deleteRecipient(r *request, f guildhall.PrivateRecipient) (*draft, error) {
	now, err := p.group(r)
	if err != nil {
		return nil, err
	}
	gone := r.view.Member(f.User.ID)
	switch {
	case !r.system() && r.actor != now.OwnerID && r.actor != f.User.ID:
		return nil, guildhall.ErrMissingPermissions
	case gone == nil:
		return nil, guildhall.ErrUnknownUser
	}
	d := &draft{}
	p.leave(r, d, gone)
	return d, nil
}

// leave removes a recipient. The oldest account among the others owns the group when its owner leaves.
func (p *private) leave(r *request, d *draft, gone *guildhall.Member) {
	now := *r.view.Private()
	d.put(guildhall.RecipientRow(now.ID, gone).Deleted())
	d.send(guildhall.UserObject(gone.User.ID), guildhall.CommandUserPrivateClose, guildhall.PrivateRef{Private: guildhall.Private{ID: now.ID}})
	var left []*guildhall.Member
	for _, m := range r.view.Recipients() {
		if m.User.ID != gone.User.ID {
			left = append(left, m)
			d.event("CHANNEL_RECIPIENT_REMOVE", guildhall.Audience{Users: []guildhall.UserID{m.User.ID}}, recipientEvent{now.ID, gone.User})
		}
	}
	if now.OwnerID == gone.User.ID && len(left) > 0 {
		now.OwnerID = left[0].User.ID
		d.put(guildhall.PrivateRow(&now))
	}
	p.relist(r, d, &now, left)
}

// replaceRecipient takes over what a recipient's own object says of the user.
func (p *private) replaceRecipient(r *request, u guildhall.User) (*draft, error) {
	if !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	d := &draft{}
	before := r.view.Member(u.ID)
	if before == nil || sameJSON(&before.User, &u) {
		return d, nil
	}
	now := *before
	now.User = u
	d.put(guildhall.RecipientRow(r.view.Private().ID, &now))
	return d, nil
}

// openPrivate puts a private channel into the user's list, or brings its entry up to date. The channel may have been
// given the user as it was before a change that it was not told of: then it is told now.
func (u *user) openPrivate(r *userRequest, ref guildhall.PrivateRef) (*draft, error) {
	d := &draft{}
	d.put(guildhall.PrivateRefRow(u.id, &ref))
	now := r.view.User()
	for i := range ref.Recipients {
		if copied := &ref.Recipients[i]; copied.ID == u.id && !sameJSON(copied, now) {
			d.send(guildhall.PrivateObject(ref.ID), guildhall.CommandMemberUser, now)
		}
	}
	return d, nil
}

func (u *user) closePrivate(r *userRequest, ref guildhall.PrivateRef) (*draft, error) {
	d := &draft{}
	if have := r.view.PrivateRef(ref.ID); have != nil {
		d.put(guildhall.PrivateRefRow(u.id, have).Deleted())
	}
	return d, nil
}

func (u *user) queryPrivates(r *userRequest) (any, error) {
	shown := []any{}
	for _, ref := range r.view.Privates() {
		shown = append(shown, ref.For(u.id))
	}
	return shown, nil
}
