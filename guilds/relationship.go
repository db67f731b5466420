package guilds

// pure core

import "guildhall"

// Refusals about relationships, as Discord's own clients know them.
var (
	errFriendBlocked = &guildhall.Error{Status: 400, Code: 80001, Message: "Friend request blocked"}
	errFriendSelf    = &guildhall.Error{Status: 400, Code: 80003, Message: "Cannot send friend request to self"}
	errFriendAlready = &guildhall.Error{Status: 400, Code: 80007, Message: "You are already friends with that user."}
)

// relationshipGone is the data of RELATIONSHIP_REMOVE.
type relationshipGone struct {
	ID   guildhall.UserID           `json:"id"`
	Type guildhall.RelationshipType `json:"type"`
}

// noteUpdate is the data of USER_NOTE_UPDATE.
type noteUpdate struct {
	ID   guildhall.UserID `json:"id"`
	Note string           `json:"note"`
}

func (u *user) audience() guildhall.Audience {
	return guildhall.Audience{Users: []guildhall.UserID{u.id}}
}

// relate writes the own side and tells the own clients.
func (u *user) relate(r *userRequest, d *draft, now guildhall.Relationship) {
	now.Since = guildhall.TimestampOf(r.now)
	d.put(guildhall.RelationshipRow(u.id, &now))
	d.event("RELATIONSHIP_ADD", u.audience(), now.Shown())
}

// unrelate ends the own side.
func (u *user) unrelate(d *draft, before *guildhall.Relationship) {
	d.put(guildhall.RelationshipRow(u.id, before).Deleted())
	d.event("RELATIONSHIP_REMOVE", u.audience(), relationshipGone{before.ID, before.Type})
}

// step tells the other's side. One record tells one user one thing at most: the receiver counts records.
func (u *user) step(r *userRequest, d *draft, to guildhall.UserID, step guildhall.RelationshipStep, asked uint64) {
	d.send(guildhall.UserObject(to), guildhall.CommandRelationshipFrom, guildhall.RelationshipFrom{
		User: *r.view.User(), Step: step, Asked: asked,
	})
}

// putRelationship asks to be a friend, accepts, or blocks.
func (u *user) putRelationship(r *userRequest, f guildhall.Relationship) (*draft, error) {
	if r.view.User().Bot || f.User.Bot {
		return nil, guildhall.ErrPeopleOnly
	}
	if f.User.ID == u.id {
		return nil, errFriendSelf
	}
	before := r.view.Relationship(f.User.ID)
	if before == nil || before.Type == guildhall.RelationshipIncoming {
		own, _ := r.view.RelationshipCounts()
		if err := r.limits.Room(guildhall.LimitFriends, own); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	now := guildhall.Relationship{ID: f.User.ID, Type: f.Type, User: f.User}
	switch {
	case f.Type == guildhall.RelationshipBlocked:
		if before != nil && before.Type == guildhall.RelationshipBlocked {
			return d, nil
		}
		u.relate(r, d, now)
		if before != nil {
			u.step(r, d, now.ID, guildhall.RelationshipEnd, 0)
		}
	case before == nil:
		now.Type, now.Asked = guildhall.RelationshipOutgoing, r.position
		u.relate(r, d, now)
		u.step(r, d, now.ID, guildhall.RelationshipAsk, now.Asked)
	case before.Type == guildhall.RelationshipIncoming:
		now.Type = guildhall.RelationshipFriend
		u.relate(r, d, now)
		u.step(r, d, now.ID, guildhall.RelationshipAccept, before.Asked)
	case before.Type == guildhall.RelationshipBlocked:
		return nil, errFriendBlocked
	case before.Type == guildhall.RelationshipFriend:
		return nil, errFriendAlready
	}
	return d, nil
}

// deleteRelationship ends it, whatever it is. Of the end of a block the other learns as little as of its beginning.
func (u *user) deleteRelationship(r *userRequest, f guildhall.Relationship) (*draft, error) {
	d := &draft{}
	before := r.view.Relationship(f.User.ID)
	if before == nil {
		return d, nil
	}
	u.unrelate(d, before)
	if before.Type != guildhall.RelationshipBlocked {
		u.step(r, d, before.ID, guildhall.RelationshipEnd, 0)
	}
	return d, nil
}

// relationshipFrom takes a step of the other's side. Whatever crosses on the way, in the end both are friends or neither
// is: an acceptance of what is no longer asked is answered with an end.
func (u *user) relationshipFrom(r *userRequest, f guildhall.RelationshipFrom) (*draft, error) {
	d := &draft{}
	before := r.view.Relationship(f.User.ID)
	var have guildhall.RelationshipType
	if before != nil {
		have = before.Type
	}
	now := guildhall.Relationship{ID: f.User.ID, User: f.User, Asked: f.Asked}
	switch {
	case r.deleted():
		if f.Step != guildhall.RelationshipEnd {
			u.step(r, d, f.User.ID, guildhall.RelationshipEnd, 0)
		}
	case f.Step == guildhall.RelationshipEnd:
		if before != nil && have != guildhall.RelationshipBlocked {
			u.unrelate(d, before)
		}
	case f.Step == guildhall.RelationshipAsk && have == guildhall.RelationshipOutgoing:
		now.Type, now.Asked = guildhall.RelationshipFriend, 0
		u.relate(r, d, now)
		u.step(r, d, now.ID, guildhall.RelationshipAccept, f.Asked)
	case f.Step == guildhall.RelationshipAsk && have == guildhall.RelationshipFriend:
		// The other has ended and asks again, or has not heard yet that it was accepted.
		u.step(r, d, now.ID, guildhall.RelationshipAccept, f.Asked)
	case f.Step == guildhall.RelationshipAsk && u.requestable(r, f.User.ID):
		if have != guildhall.RelationshipBlocked {
			now.Type = guildhall.RelationshipIncoming
			u.relate(r, d, now)
		}
	case f.Step == guildhall.RelationshipAccept && have == guildhall.RelationshipOutgoing:
		if before.Asked == f.Asked {
			now.Type, now.Asked = guildhall.RelationshipFriend, 0
			u.relate(r, d, now)
		}
	case f.Step == guildhall.RelationshipAccept && have != guildhall.RelationshipFriend:
		if have == guildhall.RelationshipIncoming {
			u.unrelate(d, before)
		}
		u.step(r, d, f.User.ID, guildhall.RelationshipEnd, 0)
	}
	return d, nil
}

// requestable tells whether there is room for a request of another's. Those who wait are counted apart, so that many who ask keep
// nobody from making friends. Whom the user has to do with already learns nothing.
func (u *user) requestable(r *userRequest, other guildhall.UserID) bool {
	_, waiting := r.view.RelationshipCounts()
	return r.view.Relationship(other) != nil || waiting < r.limits.Of(guildhall.LimitFriendRequests)
}

func (u *user) queryRequestable(r *userRequest) (any, error) {
	other, err := body[guildhall.UserID](r.cmd)
	if err != nil {
		return nil, err
	}
	return u.requestable(r, other), nil
}

// relationshipUser takes over what the other's own object says of the other.
func (u *user) relationshipUser(r *userRequest, f guildhall.User) (*draft, error) {
	d := &draft{}
	before := r.view.Relationship(f.ID)
	if before == nil || sameJSON(&before.User, &f) {
		return d, nil
	}
	now := *before
	now.User = f
	d.put(guildhall.RelationshipRow(u.id, &now))
	d.event("RELATIONSHIP_UPDATE", u.audience(), now.Shown())
	return d, nil
}

// renamed tells those who know the user.
func (u *user) renamed(r *userRequest, d *draft, now *guildhall.User) {
	for _, other := range r.view.Relationships() {
		if other.Type != guildhall.RelationshipBlocked {
			d.send(guildhall.UserObject(other.ID), guildhall.CommandRelationshipUser, now)
		}
	}
}

// forgetOthers ends all that a user who is being deleted has to do with others.
func (u *user) forgetOthers(r *userRequest, d *draft) {
	for _, other := range r.view.Relationships() {
		d.put(guildhall.RelationshipRow(u.id, other).Deleted())
		if other.Type != guildhall.RelationshipBlocked {
			u.step(r, d, other.ID, guildhall.RelationshipEnd, 0)
		}
	}
	for _, n := range r.view.Notes() {
		d.put(guildhall.NoteRow(u.id, n).Deleted())
	}
}

func (u *user) queryRelationships(r *userRequest) (any, error) {
	shown := []*guildhall.Relationship{}
	for _, other := range r.view.Relationships() {
		shown = append(shown, other.Shown())
	}
	return shown, nil
}

// putNote writes a note, or deletes it where nothing is written.
func (u *user) putNote(r *userRequest, n guildhall.Note) (*draft, error) {
	d := &draft{}
	before := r.view.Note(n.UserID)
	switch {
	case n.Text == "" && before == nil, before != nil && *before == n:
		return d, nil
	case n.Text == "":
		d.put(guildhall.NoteRow(u.id, before).Deleted())
	case before == nil && len(r.view.Notes()) >= r.limits.Of(guildhall.LimitNotes):
		return nil, r.limits.Exceeded(guildhall.LimitNotes)
	default:
		d.put(guildhall.NoteRow(u.id, &n))
	}
	d.event("USER_NOTE_UPDATE", u.audience(), noteUpdate{n.UserID, n.Text})
	return d, nil
}

func (u *user) queryNotes(r *userRequest) (any, error) { return r.view.Notes(), nil }
