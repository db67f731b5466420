package guilds

// pure core

import (
	"cmp"
	"slices"

	"guildhall"
)

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
	before, d := r.view.Private(), &draft{}
	if sameJSON(before, &now) {
		d.answer(r.view.PrivateFor(r.actor))
		return d, nil
	}
	d.put(guildhall.PrivateRow(&now))
	last := r.view.LastMessage(now.ID)
	if !sameJSON(before.Name, now.Name) {
		m := p.note(r, guildhall.MessageChannelName)
		m.Content = value(now.Name)
		last = p.say(r, d, m)
	}
	if !sameJSON(before.Icon, now.Icon) {
		last = p.say(r, d, p.note(r, guildhall.MessageChannelIcon))
	}
	ref := p.relist(r, d, &now, r.view.Recipients(), last)
	d.answer(ref.For(r.actor))
	return d, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// note makes a message that tells the group of what the actor does.
// discord: resources/message#message-object-message-types
func (p *private) note(r *request, t guildhall.MessageType) *guildhall.Message {
	author := guildhall.User{}
	if m := r.self(); m != nil {
		author = m.User
	}
	return newSystemMessage(r, r.view.Private().ID, t, author)
}

// say sends such a message. The operator's doings are not told of.
func (p *private) say(r *request, d *draft, m *guildhall.Message) guildhall.MessageID {
	if m.Author.ID == 0 {
		return r.view.LastMessage(m.ChannelID)
	}
	said := &draft{}
	p.addMessage(r, said, m)
	direct(said.events)
	d.put(said.rows...)
	d.events = append(d.events, said.events...)
	return m.ID
}

// relist brings the entries of the recipients' lists up to date, and tells the clients of those in whose list it stands.
// Bots are told of no private channels.
func (p *private) relist(
	r *request, d *draft, now *guildhall.Private, recipients []*guildhall.Member, last guildhall.MessageID,
) *guildhall.PrivateRef {
	ref := &guildhall.PrivateRef{Private: *now, Position: r.position, LastMessageID: last}
	for _, m := range recipients {
		ref.Recipients = append(ref.Recipients, m.User)
	}
	p.list(d, ref)
	for _, m := range recipients {
		if !m.User.Bot && now.Open(m.User.ID) {
			d.event("CHANNEL_UPDATE", guildhall.Audience{Users: []guildhall.UserID{m.User.ID}}, ref.For(m.User.ID))
		}
	}
	return ref
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
	case len(recipients) >= r.limits.Of(guildhall.LimitRecipients):
		return nil, r.limits.Exceeded(guildhall.LimitRecipients)
	}
	d := &draft{}
	d.put(guildhall.RecipientRow(now.ID, &guildhall.Member{User: f.User, Roles: []guildhall.RoleID{}}))
	for _, m := range recipients {
		d.event("CHANNEL_RECIPIENT_ADD", guildhall.Audience{Users: []guildhall.UserID{m.User.ID}}, recipientEvent{now.ID, f.User})
	}
	m := p.note(r, guildhall.MessageRecipientAdd)
	m.Mentions = append(m.Mentions, f.User)
	ref := p.ref(r, &now, r.position)
	ref.LastMessageID = p.say(r, d, m)
	ref.Recipients = append(ref.Recipients, f.User)
	p.list(d, ref)
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
	d.send(guildhall.UserObject(gone.User.ID), guildhall.CommandUserPrivateDelete, guildhall.PrivateRef{Private: guildhall.Private{ID: now.ID}})
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
	m := p.note(r, guildhall.MessageRecipientRemove)
	m.Mentions = append(m.Mentions, gone.User)
	p.relist(r, d, &now, left, p.say(r, d, m))
}

// replaceRecipient takes over what a recipient's own object says of the user, for the others' lists too.
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
	channel := r.view.Private()
	d.put(guildhall.RecipientRow(channel.ID, &now))
	recipients := r.view.Recipients()
	for i, m := range recipients {
		if m.User.ID == u.ID {
			recipients[i] = &now
		}
	}
	p.relist(r, d, channel, recipients, r.view.LastMessage(channel.ID))
	return d, nil
}

// putPrivate puts a private channel into the user's list, or brings its entry up to date. The channel may have been
// given the user as it was before a change that it was not told of: then it is told now.
func (u *user) putPrivate(r *userRequest, ref guildhall.PrivateRef) (*draft, error) {
	d := &draft{}
	d.put(guildhall.PrivateRefRow(u.id, &ref))
	now := r.view.User()
	for i := range ref.Recipients {
		if copied := &ref.Recipients[i]; copied.ID == u.id && !sameJSON(copied, now) {
			d.send(guildhall.PrivateObject(ref.ID), guildhall.CommandMemberUser, now)
		}
	}
	u.trimPrivates(r, d, &ref)
	return d, nil
}

// privatesMax bounds the channels in a user's list, each of which the nodes with its sessions follow. A bot may write to any
// number of people: who has not been written to for longest goes out of its list, until there is a message again.
const privatesMax = 1000

// trimPrivates has the channel closed that has been open for longest.
func (u *user) trimPrivates(r *userRequest, d *draft, added *guildhall.PrivateRef) {
	open := slices.DeleteFunc(r.view.Privates(), func(p *guildhall.PrivateRef) bool {
		return p.Type != guildhall.ChannelDM || p.ID == added.ID
	})
	if !added.Open(u.id) || len(open) < privatesMax {
		return
	}
	opened := func(p *guildhall.PrivateRef) guildhall.MessageID {
		return max(p.LastMessageID, guildhall.MessageID(p.ID))
	}
	oldest := slices.MinFunc(open, func(a, b *guildhall.PrivateRef) int { return cmp.Compare(opened(a), opened(b)) })
	d.send(guildhall.PrivateObject(oldest.ID), guildhall.CommandRecipientClose, guildhall.PrivateRecipient{User: guildhall.User{ID: u.id}})
}

func (u *user) deletePrivate(r *userRequest, ref guildhall.PrivateRef) (*draft, error) {
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
