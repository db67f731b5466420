package guilds

// pure core

import (
	"encoding/json"
	"slices"

	"guildhall"
)

// answerPermissions are what an answer needs in any channel, whatever the application may do there.
const answerPermissions = guildhall.PermissionViewChannel | guildhall.PermissionSendMessages | guildhall.PermissionEmbedLinks |
	guildhall.PermissionAttachFiles | guildhall.PermissionSendPolls

// mayAnswer is what an application may do in an answer.
func (g *guild) mayAnswer(as *request, c guildhall.ChannelID) guildhall.Permissions {
	if g.id == 0 {
		return guildhall.PermissionsPrivate | answerPermissions
	}
	return as.view.In(c, as.actor, as.now) | answerPermissions
}

// metadata tells which interaction a message answers.
// discord: resources/message#message-interaction-metadata-object
func (g *guild) metadata(r *request, ref *guildhall.InteractionRef) *guildhall.InteractionMetadata {
	m := &guildhall.InteractionMetadata{
		ID: ref.ID, Type: ref.Type, Owners: g.installedBy(r, ref.Application), User: guildhall.User{ID: ref.User},
	}
	if user := r.view.Member(ref.User); user != nil {
		m.User = user.User
	}
	switch ref.CommandType {
	case guildhall.AppCommandUser:
		m.TargetUser = &guildhall.User{ID: guildhall.UserID(ref.Target)}
		if target := r.view.Member(guildhall.UserID(ref.Target)); target != nil {
			m.TargetUser = &target.User
		}
	case guildhall.AppCommandMessage:
		m.TargetID = guildhall.MessageID(ref.Target)
	}
	if ref.Type == guildhall.InteractionComponent {
		m.Interacted = ref.Message
	}
	if ref.Trigger != nil {
		m.Trigger = g.metadata(r, ref.Trigger)
	}
	return m
}

// composeAnswer makes the message that answers an interaction, as the application.
func (g *guild) composeAnswer(as *request, ref *guildhall.InteractionRef, f *guildhall.AnswerInteraction) (*guildhall.Message, error) {
	m := &guildhall.Message{
		ChannelID: ref.Channel, Author: as.disguise.User, Embeds: list(nil), Components: list(nil), WebhookID: as.webhook,
		Attachments: []guildhall.Attachment{}, Mentions: []guildhall.User{}, MentionRoles: []guildhall.RoleID{},
		Flags: guildhall.MessageLoading,
	}
	if f.Type != guildhall.CallbackDeferred {
		p := g.mayAnswer(as, ref.Channel)
		var err error
		if m, err = g.compose(as, ref.Channel, as.disguise, f.Message, p); err != nil {
			return nil, err
		}
		as.mention(m, f.Message.AllowedMentions, p)
	}
	m.ApplicationID, m.InteractionMetadata = ref.Application, g.metadata(as, ref)
	m.Flags |= f.Message.Flags & guildhall.MessageEphemeral
	trigger := ref
	if ref.Trigger != nil {
		trigger = ref.Trigger
	}
	switch {
	case trigger.CommandType == guildhall.AppCommandChatInput:
		m.Type = guildhall.MessageChatInput
	case trigger.CommandType != 0:
		m.Type = guildhall.MessageContextMenu
	default:
		g.answers(as, m, trigger.Message)
	}
	if ref.Type == guildhall.InteractionCommand {
		m.Interaction = &guildhall.MessageInteraction{ID: ref.ID, Type: ref.Type, Name: ref.Command, User: m.InteractionMetadata.User}
	}
	return m, nil
}

// answers makes a message a reply to another of the application's.
func (g *guild) answers(as *request, m *guildhall.Message, to guildhall.MessageID) {
	if to == 0 {
		return // a modal was shown, and no message sent
	}
	answered, aside, err := g.anyMessage(as, to)
	if err != nil || aside && m.Flags&guildhall.MessageEphemeral == 0 {
		return // what one user is shown is not for others to see
	}
	m.Type = guildhall.MessageReply
	m.ReferencedMessage = m.Joined(answered).ReferencedMessage
	m.MessageReference = &guildhall.MessageReference{MessageID: to, ChannelID: m.ChannelID, GuildID: g.id}
}

// sendAnswer numbers a message and adds it to the channel or, for one user alone, beside it; done takes in that it is
// the first answer.
func (g *guild) sendAnswer(
	as *request, d *draft, ref *guildhall.InteractionRef, m *guildhall.Message, done *guildhall.AnsweredInteraction,
) error {
	number(as, m)
	if done.Original == 0 {
		done.Original, done.Loading = m.ID, m.Flags&guildhall.MessageLoading != 0
	}
	if m.Flags&guildhall.MessageEphemeral != 0 {
		if len(done.Aside) >= asideMax {
			d.put(guildhall.AsideRow(m.ChannelID, done.Aside[0], nil).Deleted())
			done.Aside = done.Aside[1:]
		}
		done.Aside = append(slices.Clone(done.Aside), guildhall.Snowflake(m.ID))
		done.Until = guildhall.TimestampOf(ref.ID.Time().Add(asideLife))
		for i := range m.Attachments {
			m.Attachments[i].Ephemeral = true
		}
	} else if t := as.view.Thread(m.ChannelID); t != nil {
		position := t.TotalMessageSent
		m.Position = &position
		if err := g.sentInThread(as, d, t, m, as.disguise); err != nil {
			return err
		}
	}
	g.writeAnswer(d, nil, m)
	if m.Flags&guildhall.MessageEphemeral == 0 {
		d.put(g.lastMessage(m.ChannelID, m.ID))
	}
	g.tellAnswer(as, d, ref, "MESSAGE_CREATE", m)
	d.answer(m)
	return nil
}

// writeAnswer puts a message where it belongs; before is what it was, nil for a new one.
func (g *guild) writeAnswer(d *draft, before, m *guildhall.Message) {
	if m.Flags&guildhall.MessageEphemeral != 0 {
		stored := guildhall.MessageRow(m)
		aside := guildhall.AsideRow(m.ChannelID, guildhall.Snowflake(m.ID), json.RawMessage(stored.Value))
		d.put(aside)
		d.putFiles(before, m, aside.Key())
		return
	}
	d.putMessage(before, m)
}

// tellAnswer tells of a message; of one beside the history only whom it is for.
func (g *guild) tellAnswer(as *request, d *draft, ref *guildhall.InteractionRef, name string, m *guildhall.Message) {
	g.tellMessage(as, d, name, m)
	if m.Flags&guildhall.MessageEphemeral != 0 {
		d.onlyFor(ref.User)
	}
}

// onlyFor narrows the last event to one user.
func (d *draft) onlyFor(user guildhall.UserID) {
	a := &d.events[len(d.events)-1].Audience
	a.Users, a.Unlisted, a.Always = []guildhall.UserID{user}, 0, nil
}

// editAnswer changes a message of the application's.
func (g *guild) editAnswer(as *request, d *draft, ref *guildhall.InteractionRef, f *guildhall.EditMessage) error {
	before, _, err := g.anyMessage(as, f.ID)
	if err != nil {
		return err
	}
	m := *before
	p := g.mayAnswer(as, ref.Channel)
	as.editContent(&m, f, p)
	if err := as.editAttachments(&m, f, p); err != nil {
		return err
	}
	if f.Flags.Set {
		const may = guildhall.MessageSuppressEmbeds | guildhall.MessageComponentsV2
		m.Flags = m.Flags&^guildhall.MessageSuppressEmbeds | f.Flags.Or(0)&may
		suppressLinks(&m)
	}
	if m.Flags&guildhall.MessageLoading != 0 {
		m.Flags &^= guildhall.MessageLoading
		m.EditedTimestamp = nil // it is only now what it was to be
	}
	if isEmpty(&m) {
		return guildhall.ErrEmptyMessage
	}
	d.answer(m.Shown())
	if sameJSON(before, &m) {
		return nil
	}
	if t := as.view.Thread(m.ChannelID); t != nil && m.Flags&guildhall.MessageEphemeral == 0 {
		g.bringInto(as, d, t, &m, before, nil)
	}
	g.writeAnswer(d, before, &m)
	g.tellAnswer(as, d, ref, "MESSAGE_UPDATE", &m)
	g.republish(as, d, &m)
	return nil
}

// followUp is the request as the application, and what stays of the interaction, for all that comes after the first
// answer. Whoever asks before it is told that there is no such webhook.
// discord: interactions/receiving-and-responding#followup-messages
func (g *guild) followUp(r *request, ref *guildhall.InteractionRef) (*request, *guildhall.AnsweredInteraction, error) {
	if ref.Over(r.now, guildhall.InteractionLife) {
		return nil, nil, errWebhookToken
	}
	done := r.view.Interaction(ref.ID)
	if done == nil {
		return nil, nil, guildhall.ErrUnknownWebhook
	}
	as, err := g.asApplication(r, ref)
	return as, done, err
}

// followInteraction sends a further message. The first one after a promise is what was promised.
func (g *guild) followInteraction(r *request, f guildhall.AnswerInteraction) (*draft, error) {
	as, before, err := g.followUp(r, &f.Ref)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	done := *before
	if done.Loading {
		done.Loading = false
		d.put(guildhall.InteractionRow(r.object, &done))
		edit := guildhall.EditMessage{
			ID: done.Original, Content: guildhall.Some(f.Message.Content), Embeds: guildhall.Some(f.Message.Embeds),
			Components: guildhall.Some(f.Message.Components), Flags: guildhall.Some(f.Message.Flags &^ guildhall.MessageEphemeral),
			AllowedMentions: f.Message.AllowedMentions, Attachments: f.Message.Attachments,
		}
		return d, g.editAnswer(as, d, &f.Ref, &edit)
	}
	f.Type = guildhall.CallbackMessage
	m, err := g.composeAnswer(as, &f.Ref, &f)
	if err != nil {
		return nil, err
	}
	m.Type, m.Interaction, m.MessageReference = guildhall.MessageDefault, nil, nil
	m.ReferencedMessage = guildhall.Optional[*guildhall.Message]{}
	m.InteractionMetadata.Original = done.Original
	g.answers(as, m, done.Original)
	if err := g.sendAnswer(as, d, &f.Ref, m, &done); err != nil {
		return nil, err
	}
	if !sameJSON(before, &done) {
		d.put(guildhall.InteractionRow(r.object, &done))
	}
	return d, nil
}

// editing are the rows that changing or reading an answer reads.
func (g *guild) editing(r *request) []guildhall.RowKey {
	f, err := body[guildhall.EditInteraction](r.cmd)
	if err != nil {
		return nil
	}
	if f.ID == 0 {
		f.ID = g.originalOf(r, &f.Ref)
	}
	if f.ID == 0 {
		return nil
	}
	return g.eitherKeys(r, f.ID)
}

// ofInteraction finds one of the interaction's own messages: others don't exist for its token.
func (g *guild) ofInteraction(
	r *request, f *guildhall.EditInteraction,
) (*request, *guildhall.AnsweredInteraction, *guildhall.Message, error) {
	as, done, err := g.followUp(r, &f.Ref)
	if err != nil {
		return nil, nil, nil, err
	}
	if f.ID == 0 {
		f.ID = done.Original
	}
	if f.ID == 0 {
		return nil, nil, nil, guildhall.ErrUnknownMessage
	}
	m, _, err := g.anyMessage(as, f.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	own := m.InteractionMetadata != nil && m.InteractionMetadata.ID == f.Ref.ID
	if !own && m.ID != done.Original {
		return nil, nil, nil, guildhall.ErrUnknownMessage
	}
	return as, done, m, nil
}

func (g *guild) editInteraction(r *request, f guildhall.EditInteraction) (*draft, error) {
	as, done, _, err := g.ofInteraction(r, &f)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if err := g.editAnswer(as, d, &f.Ref, &f.EditMessage); err != nil {
		return nil, err
	}
	if done.Loading && f.ID == done.Original {
		filled := *done
		filled.Loading = false
		d.put(guildhall.InteractionRow(r.object, &filled))
	}
	return d, nil
}

func (g *guild) deleteInteraction(r *request, f guildhall.EditInteraction) (*draft, error) {
	as, done, m, err := g.ofInteraction(r, &f)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	gone := messageGone{m.ID, m.ChannelID, g.id}
	if m.Flags&guildhall.MessageEphemeral == 0 {
		c, err := as.textChannel(0)
		if err != nil {
			return nil, err
		}
		d.dropMessage(m)
		g.unpublish(as, d, m)
		g.messagesLeft(as, d, c, m.ID)
		d.event("MESSAGE_DELETE", as.audience(m.ChannelID, guildhall.IntentGuildMessages), gone)
	} else {
		d.put(guildhall.AsideRow(m.ChannelID, guildhall.Snowflake(m.ID), nil).Deleted())
		d.event("MESSAGE_DELETE", as.audience(m.ChannelID, guildhall.IntentGuildMessages), gone)
		d.onlyFor(f.Ref.User)
	}
	left := *done
	left.Aside = slices.DeleteFunc(slices.Clone(done.Aside), func(id guildhall.Snowflake) bool { return id == guildhall.Snowflake(m.ID) })
	if left.Original == m.ID {
		left.Loading = false
	}
	if !sameJSON(done, &left) {
		d.put(guildhall.InteractionRow(r.object, &left))
	}
	return d, nil
}

func (g *guild) queryInteractionMessage(r *request) (any, error) {
	if !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	f, err := body[guildhall.EditInteraction](r.cmd)
	if err != nil {
		return nil, err
	}
	_, _, m, err := g.ofInteraction(r, &f)
	if err != nil {
		return nil, err
	}
	return m.Shown(), nil
}
