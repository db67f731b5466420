package guilds

// pure core

import (
	"errors"
	"fmt"
	"slices"

	"guildhall"
)

// private is what commands do to a private channel. Messages in it are decided by the code for guilds, for which it is a
// guild without settings that has one channel and, as members, the recipients: all that differs is who may do what, whom
// it is told, and that a message opens the channel for those who had closed it.
type private struct {
	guild // its id is 0
}

type privateCommand func(*private, *request) (*draft, error)

func privateChange[B any](decide func(*private, *request, B) (*draft, error)) privateCommand {
	return func(p *private, r *request) (*draft, error) {
		b, err := body[B](r.cmd)
		if err != nil {
			return nil, err
		}
		return decide(p, r, b)
	}
}

// privateCommands are the commands that mean something else than in a guild.
var privateCommands = map[string]privateCommand{
	guildhall.CommandChannelModify:   privateChange((*private).modify),
	guildhall.CommandChannelDelete:   privateChange((*private).close),
	guildhall.CommandRecipientPut:    privateChange((*private).putRecipient),
	guildhall.CommandRecipientDelete: privateChange((*private).deleteRecipient),
	guildhall.CommandRecipientClose:  privateChange((*private).closeFor),
	guildhall.CommandMemberUser:      privateChange((*private).replaceRecipient),
}

// privateShared are the commands that are decided as in a guild's channel.
var privateShared = []string{
	guildhall.CommandMessageCreate, guildhall.CommandMessageEdit, guildhall.CommandMessageDelete, guildhall.CommandMessageUnfurl,
	guildhall.CommandReactionPut, guildhall.CommandReactionDelete, guildhall.CommandReactionClear,
	guildhall.CommandReactionClearEmoji, guildhall.CommandTyping, guildhall.CommandPinPut, guildhall.CommandPinDelete,
	guildhall.CommandPollVote, guildhall.CommandPollExpire,
	guildhall.CommandInteractionMake, guildhall.CommandInteractionSend, guildhall.CommandInteractionExpire,
	guildhall.CommandInteractionAnswer, guildhall.CommandInteractionFollow, guildhall.CommandInteractionEdit,
	guildhall.CommandInteractionDelete,
}

func (p *private) needs(env *env, cmd *guildhall.Command) []guildhall.RowKey {
	if !slices.Contains(privateShared, cmd.Name) && cmd.Name != guildhall.QueryInteractionMessage {
		return nil
	}
	return p.guild.needs(env, cmd)
}

func (p *private) decide(env *env, cmd *guildhall.Command) (*draft, error) {
	r := p.request(env, cmd, p.state.Proposed())
	if cmd.Name == guildhall.CommandPrivateCreate {
		b, err := body[guildhall.CreatePrivate](cmd)
		if err != nil {
			return nil, err
		}
		return p.create(r, b)
	}
	if err := p.admit(r); err != nil {
		return nil, err
	}
	if decide := privateCommands[cmd.Name]; decide != nil {
		return decide(p, r)
	}
	shared, known := guildCommands[cmd.Name]
	if !known || !slices.Contains(privateShared, cmd.Name) {
		return nil, guildhall.ErrNotOnDM
	}
	if shared.systemOnly && !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	if err := p.mayReach(r); err != nil {
		return nil, err
	}
	d, err := shared.decide(&p.guild, r)
	switch {
	case errors.Is(err, guildhall.ErrMissingPermissions):
		return nil, guildhall.ErrNotOnDM
	case err != nil:
		return nil, err
	}
	direct(d.events)
	direct(d.ephemeral)
	p.open(r, d)
	return d, nil
}

func (p *private) query(env *env, cmd *guildhall.Command) (any, error) {
	r := p.request(env, cmd, p.state.Committed())
	if err := p.admit(r); err != nil {
		return nil, err
	}
	if cmd.Name == guildhall.QueryChannel {
		return r.view.PrivateFor(r.actor), nil
	}
	if cmd.Name == guildhall.QueryAppCommandIndex {
		return p.queryAppCommandIndex(r)
	}
	shared, known := guildQueries[cmd.Name]
	readable := []string{guildhall.QueryMessages, guildhall.QueryPins, guildhall.QueryInteractionMessage}
	if !known || !slices.Contains(readable, cmd.Name) {
		return nil, guildhall.ErrNotOnDM
	}
	return shared(&p.guild, r)
}

func (p *private) exists() bool { return p.state.Committed().Private() != nil }

// admit refuses who is no recipient.
func (p *private) admit(r *request) error {
	switch {
	case r.view.Private() == nil:
		return guildhall.ErrUnknownChannel
	case r.system() || r.self() != nil:
		return nil
	}
	return guildhall.ErrMissingAccess
}

// direct readdresses what code for guilds tells: the intents are those of direct messages, whose content everyone in
// them reads.
// discord: events/gateway#message-content-intent
func direct(events []guildhall.Event) {
	intents := map[guildhall.Intents]guildhall.Intents{
		guildhall.IntentGuildMessages:         guildhall.IntentDirectMessages,
		guildhall.IntentGuildMessageReactions: guildhall.IntentDirectMessageReactions,
		guildhall.IntentGuildMessageTyping:    guildhall.IntentDirectMessageTyping,
		guildhall.IntentGuildMessagePolls:     guildhall.IntentDirectMessagePolls,
	}
	for i := range events {
		a := &events[i].Audience
		if to, ok := intents[a.Intents]; ok {
			a.Intents = to
		}
		a.HasContent, a.Content = false, nil
	}
}

// privateReaching are the commands by which one of the two in a direct channel reaches the other.
var privateReaching = []string{
	guildhall.CommandMessageCreate, guildhall.CommandReactionPut, guildhall.CommandPinPut, guildhall.CommandPinDelete,
	guildhall.CommandTyping, guildhall.CommandPollVote,
}

// mayReach refuses what reaches the other one in a direct channel where the two share no guild and are no friends, or where
// that one has blocked the actor: what the API has asked their own objects for.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
func (p *private) mayReach(r *request) error {
	reaches := slices.Contains(privateReaching, r.cmd.Name)
	if reaches && !r.cmd.Acquainted && !r.system() && r.view.Private().Type == guildhall.ChannelDM {
		return guildhall.ErrCannotSendToUser
	}
	return nil
}

// create makes the channel or, where the two have it already, puts it into the actor's list again. In the other one's
// list it stands from the first message on.
// discord: resources/user#create-dm
func (p *private) create(r *request, f guildhall.CreatePrivate) (*draft, error) {
	if err := checkRecipients(r, &f); err != nil {
		return nil, err
	}
	if r.view.Private() != nil {
		return p.reopen(r, &f)
	}
	d := &draft{}
	ref := guildhall.PrivateRef{Recipients: f.Users, Position: r.position}
	ref.ID, ref.Type = guildhall.ChannelID(r.object.ID), f.Type
	if f.Type == guildhall.ChannelGroupDM {
		ref.OwnerID = r.actor
	}
	for _, u := range f.Users {
		if f.Type == guildhall.ChannelDM && u.ID != r.actor {
			ref.Closed = append(ref.Closed, u.ID)
		}
	}
	d.put(ref.Rows()...)
	d.put(guildhall.PlaceRow(ref.ID, r.object))
	p.list(d, &ref)
	d.answer(ref.For(r.actor))
	return d, nil
}

// reopen is create for two who have their channel. It also brings the copies of the two up to date.
func (p *private) reopen(r *request, f *guildhall.CreatePrivate) (*draft, error) {
	now := *r.view.Private()
	if r.self() == nil {
		return nil, guildhall.ErrInternal.Because(fmt.Errorf("private channel %s is others'", now.ID))
	}
	d := &draft{}
	ref := p.ref(r, &now, r.position)
	for i := range ref.Recipients {
		copied := &ref.Recipients[i]
		fresh := slices.IndexFunc(f.Users, func(u guildhall.User) bool { return u.ID == copied.ID })
		if fresh >= 0 && !sameJSON(copied, &f.Users[fresh]) {
			*copied = f.Users[fresh]
			d.put(guildhall.RecipientRow(now.ID, &guildhall.Member{User: *copied, Roles: []guildhall.RoleID{}}))
		}
	}
	if !now.Open(r.actor) {
		ref.Closed = without(now.Closed, r.actor)
		d.put(guildhall.PrivateRow(&ref.Private))
	}
	d.answer(ref.For(r.actor))
	if len(d.rows) > 0 {
		p.list(d, ref)
	}
	return d, nil
}

// list brings the entry of the channel in its recipients' lists up to date.
func (p *private) list(d *draft, ref *guildhall.PrivateRef) {
	for _, u := range ref.Recipients {
		d.send(guildhall.UserObject(u.ID), guildhall.CommandUserPrivatePut, ref)
	}
}

// checkRecipients refuses channels that nobody could use: with oneself, between bots, groups with bots.
func checkRecipients(r *request, f *guildhall.CreatePrivate) error {
	bots, self := 0, r.system()
	var ids []guildhall.UserID
	for _, u := range f.Users {
		self = self || u.ID == r.actor
		if u.Bot {
			bots++
		}
		if slices.Contains(ids, u.ID) {
			return guildhall.ErrInvalidRecipients
		}
		ids = append(ids, u.ID)
	}
	switch {
	case !self:
		return guildhall.ErrInvalidRecipients
	case f.Type == guildhall.ChannelDM && len(ids) != 2:
		return guildhall.ErrInvalidRecipients
	case f.Type == guildhall.ChannelDM && bots == 2:
		return guildhall.ErrCannotSendToUser
	case f.Type == guildhall.ChannelGroupDM && bots > 0:
		return guildhall.ErrInvalidRecipients
	case len(ids) > r.limits.Of(guildhall.LimitRecipients):
		return r.limits.Exceeded(guildhall.LimitRecipients)
	}
	return nil
}

// ref is the entry of the channel in its recipients' lists, as of a position.
func (p *private) ref(r *request, now *guildhall.Private, position uint64) *guildhall.PrivateRef {
	ref := &guildhall.PrivateRef{Private: *now, Position: position, LastMessageID: r.view.LastMessage(now.ID)}
	for _, m := range r.view.Recipients() {
		ref.Recipients = append(ref.Recipients, m.User)
	}
	return ref
}

// open puts the channel into the lists that it does not stand in, if there is a new message. Who follows it from the
// entry's position on gets the message that is being drafted.
func (p *private) open(r *request, d *draft) {
	before := r.view.Private()
	isNew := func(e guildhall.Event) bool { return e.Type == "MESSAGE_CREATE" }
	if len(before.Closed) == 0 || !slices.ContainsFunc(d.events, isNew) {
		return
	}
	now := *before
	now.Closed = nil
	d.put(guildhall.PrivateRow(&now))
	for _, id := range before.Closed {
		d.send(guildhall.UserObject(id), guildhall.CommandUserPrivatePut, p.ref(r, &now, r.position-1))
	}
}

// close takes a DM out of the actor's list, and the actor out of a group.
// discord: resources/channel#deleteclose-channel
func (p *private) close(r *request, _ none) (*draft, error) {
	before := r.view.Private()
	if r.self() == nil {
		return nil, guildhall.ErrNotOnDM
	}
	d := &draft{}
	d.answer(r.view.PrivateFor(r.actor))
	if before.Type == guildhall.ChannelGroupDM {
		p.leave(r, d, r.self())
	} else {
		p.shut(r, d, r.actor)
	}
	return d, nil
}

// shut takes a DM out of a recipient's list.
func (p *private) shut(r *request, d *draft, user guildhall.UserID) {
	before := r.view.Private()
	if !before.Open(user) {
		return
	}
	now := *before
	now.Closed = append(slices.Clone(before.Closed), user)
	d.put(guildhall.PrivateRow(&now))
	d.send(guildhall.UserObject(user), guildhall.CommandUserPrivatePut, p.ref(r, &now, r.position))
}

// closeFor takes a DM out of the list of a recipient whose list is too long. Nothing is missed: that the channel is closed
// is settled here, and the next message opens it.
func (p *private) closeFor(r *request, f guildhall.PrivateRecipient) (*draft, error) {
	if !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	d := &draft{}
	if r.view.Private().Type == guildhall.ChannelDM && r.view.Member(f.User.ID) != nil {
		p.shut(r, d, f.User.ID)
	}
	return d, nil
}
