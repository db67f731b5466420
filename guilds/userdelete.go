package guilds

// pure core

import (
	"cmp"
	"fmt"
	"slices"

	"guildhall"
)

// deletedUser is what stays of a user: an id that messages are by, under a name that says nothing of who it was.
func deletedUser(u *guildhall.User) *guildhall.User {
	shown := guildhall.DeletedName
	gone := &guildhall.User{
		ID: u.ID, Username: fmt.Sprintf("deleted_user_%012x", uint64(u.ID)&(1<<48-1)), Discriminator: u.Discriminator,
		GlobalName: &shown, Bot: u.Bot,
	}
	if u.Bot {
		gone.Username, gone.GlobalName = guildhall.DeletedName, nil
	}
	return gone
}

// delete ends an account: what is its own goes with this record, what others hold of it by follow-ups.
func (u *user) delete(r *userRequest, _ none) (*draft, error) {
	d := &draft{}
	if r.deleted() {
		return d, nil
	}
	gone := deletedUser(r.view.User())
	d.put(guildhall.UserRow(gone), guildhall.AccountRow(u.id, &guildhall.Account{Disabled: true, Deleted: true}))
	for _, t := range r.view.Tokens() {
		d.put(guildhall.TokenRow(u.id, t).Deleted())
	}
	for _, g := range r.view.Guilds() {
		d.send(guildhall.GuildObject(g.ID), guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: u.id, Gone: gone})
	}
	for _, p := range r.view.AllPrivates() {
		u.leavePrivate(d, p, gone)
	}
	u.forgetOthers(r, d)
	u.forgetApplications(r, d)
	u.giveUp(d, guildhall.ClaimUsername, r.view.User().Username)
	if a := r.view.Account(); a != nil && a.Email != nil {
		u.giveUp(d, guildhall.ClaimEmail, *a.Email)
	}
	u.dropGrants(r, d, 0)
	return d, nil
}

// leavePrivate takes a deleted user out of a group; two users' private channel stays the other's.
func (u *user) leavePrivate(d *draft, p *guildhall.PrivateRef, gone *guildhall.User) {
	if p.Type == guildhall.ChannelGroupDM {
		d.send(guildhall.PrivateObject(p.ID), guildhall.CommandRecipientDelete, guildhall.PrivateRecipient{User: *gone})
		return
	}
	d.send(guildhall.PrivateObject(p.ID), guildhall.CommandMemberUser, gone)
}

// leaveAsDeleted leaves a guild that was joined while the account was being deleted.
func (u *user) leaveAsDeleted(r *userRequest, d *draft, guild guildhall.GuildID) {
	d.send(guildhall.GuildObject(guild), guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: u.id, Gone: r.view.User()})
}

// removeDeleted takes a deleted user out of the guild. Whoever owns a guild can't be deleted, but may have come to own this one
// while the account was ending: then it goes to the next in rank, or ends if nobody is left in it.
func (g *guild) removeDeleted(r *request, ref guildhall.MemberRef) (*draft, error) {
	m := r.view.Member(ref.UserID)
	if m == nil {
		return &draft{}, nil
	}
	d := &draft{}
	if ref.UserID == r.view.Guild().OwnerID {
		heir := g.heir(r)
		if heir == nil {
			return g.delete(r, none{})
		}
		g.passOn(r, d, heir.User.ID)
	}
	left := *m
	left.User = *ref.Gone
	g.dropMember(r, d, &left)
	g.forgetMaker(r, d, ref.Gone)
	return d, nil
}

// heir is the person who is highest in rank below the owner, of several the one who has been here for longest.
func (g *guild) heir(r *request) *guildhall.Member {
	var first *guildhall.Member
	for _, m := range r.view.Members() {
		if m.User.Bot || m.User.ID == r.view.Guild().OwnerID {
			continue
		}
		if first == nil || cmp.Or(r.highest(m.User.ID).compare(r.highest(first.User.ID)),
			cmp.Compare(first.JoinedAt, m.JoinedAt), cmp.Compare(first.User.ID, m.User.ID)) > 0 {
			first = m
		}
	}
	return first
}

// passOn makes a member the owner.
func (g *guild) passOn(r *request, d *draft, to guildhall.UserID) {
	before := r.view.Guild()
	now := *before
	now.OwnerID = to
	g.putGuild(r, d, &now)
	d.audit(r, guildhall.AuditGuildUpdate, guildhall.Snowflake(g.id), auditChanges(before, &now, auditedGuild...)...)
}

// forgetMaker takes a deleted user's name from what the user has made here and what doesn't go with the member.
func (g *guild) forgetMaker(r *request, d *draft, gone *guildhall.User) {
	left := len(d.rows)
	put := func(row guildhall.Row) {
		if !slices.ContainsFunc(d.rows[:left], func(other guildhall.Row) bool { return other.Key() == row.Key() }) {
			d.put(row)
		}
	}
	for _, i := range r.view.Invites() {
		if i.Inviter != nil && i.Inviter.ID == gone.ID {
			now := *i
			now.Inviter = gone
			put(guildhall.InviteRow(g.id, &now))
		}
	}
	for _, w := range r.view.Webhooks() {
		if w.User != nil && w.User.ID == gone.ID {
			now := *w
			now.User = gone
			put(guildhall.WebhookRow(&now))
		}
	}
	for _, e := range r.view.Emojis() {
		if e.User != nil && e.User.ID == gone.ID {
			now := *e
			now.User = gone
			put(guildhall.EmojiRow(r.object, &now))
		}
	}
}
