package guilds

// pure core

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"guildhall"
)

// messageEvent is the data of MESSAGE_CREATE and MESSAGE_UPDATE: the message with what a client needs of its guild.
// discord: events/gateway-events#message-create
type messageEvent struct {
	*guildhall.Message
	GuildID  guildhall.GuildID `json:"guild_id,omitempty"`
	Member   *partialMember    `json:"member,omitempty"`
	Mentions []mentionedUser   `json:"mentions"`
}

// mentionedUser is a user with what it is in the guild.
type mentionedUser struct {
	guildhall.User
	Member *partialMember `json:"member,omitempty"`
}

// partialMember is a member without its user, who stands beside it.
type partialMember struct {
	*guildhall.Member
	User *struct{} `json:"user,omitempty"` // hides the member's
}

func partOf(m *guildhall.Member) *partialMember {
	if m == nil {
		return nil
	}
	return &partialMember{Member: m}
}

// memberShown is a user as a member of the guild; nil in a private channel.
func (g *guild) memberShown(r *request, user guildhall.UserID) *guildhall.Member {
	if g.id == 0 {
		return nil
	}
	return r.view.Member(user)
}

// lastMessage is the row of a channel's newest message.
func (g *guild) lastMessage(channel guildhall.ChannelID, last guildhall.MessageID) guildhall.Row {
	if g.id == 0 {
		return guildhall.PrivateLastMessageRow(channel, last)
	}
	return guildhall.LastMessageRow(g.id, channel, last)
}

// messageGone is the data of MESSAGE_DELETE.
// discord: events/gateway-events#message-delete
type messageGone struct {
	ID        guildhall.MessageID `json:"id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	GuildID   guildhall.GuildID   `json:"guild_id,omitempty"`
}

// tellMessage adds the event of a new or changed message.
func (g *guild) tellMessage(r *request, d *draft, name string, m *guildhall.Message) {
	m = g.joined(r, m)
	audience := r.audience(m.ChannelID, guildhall.IntentGuildMessages)
	audience.HasContent = true
	audience.Content = []guildhall.UserID{m.Author.ID}
	e := messageEvent{
		Message: m.Shown().Linked(), GuildID: g.id, Member: partOf(g.memberShown(r, m.Author.ID)), Mentions: []mentionedUser{},
	}
	for _, u := range m.Mentions {
		audience.Content = append(audience.Content, u.ID)
		e.Mentions = append(e.Mentions, mentionedUser{u, partOf(g.memberShown(r, u.ID))})
	}
	if quoted := m.ReferencedMessage.Or(nil); quoted != nil {
		audience.Quoted = []guildhall.UserID{quoted.Author.ID}
		for _, u := range quoted.Mentions {
			audience.Quoted = append(audience.Quoted, u.ID)
		}
	}
	d.event(name, audience, e)
}

// messageKeys names a message and, once that is known, the one that it refers to, which is shown in it.
func (g *guild) messageKeys(r *request, id guildhall.MessageID) []guildhall.RowKey {
	keys := []guildhall.RowKey{guildhall.MessageKey(r.cmd.Channel, id)}
	if m, err := g.message(r, id); err == nil {
		if key, ok := m.Refers(); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// joined is the message with the one that it refers to as that is now.
func (g *guild) joined(r *request, m *guildhall.Message) *guildhall.Message {
	key, ok := m.Refers()
	if !ok || m.ReferencedMessage.Set {
		return m
	}
	value, ok := r.row(key)
	if !ok {
		return m.Joined(nil)
	}
	referenced, err := guildhall.DecodeMessage(value)
	if err != nil {
		return m.Joined(nil) // as good as gone
	}
	return m.Joined(referenced)
}

// referenced names the message that a reply answers.
func (g *guild) referenced(r *request) []guildhall.RowKey {
	f, err := body[guildhall.CreateMessage](r.cmd)
	if err != nil || f.Reference == nil || f.Reference.MessageID == 0 {
		return nil
	}
	return []guildhall.RowKey{guildhall.MessageKey(r.cmd.Channel, f.Reference.MessageID)}
}

// discord: resources/message#create-message
func (g *guild) createMessage(r *request, f guildhall.CreateMessage) (*draft, error) {
	c, err := r.textChannel(guildhall.PermissionSendMessages)
	if err != nil {
		return nil, err
	}
	author, err := r.author()
	if err != nil {
		return nil, err
	}
	p := r.in(c.ID)
	m, err := g.compose(r, c.ID, author, f, p)
	if err != nil {
		return nil, err
	}
	if err := g.refer(r, m, f.Reference, p); err != nil {
		return nil, err
	}
	if err := g.slow.check(c, author, p, r.now); err != nil {
		return nil, err
	}
	thread, err := r.openThread(c)
	if err != nil {
		return nil, err
	}
	r.mention(m, f.AllowedMentions, p)
	number(r, m)
	if thread != nil {
		m.Position = &thread.TotalMessageSent
	}
	d := &draft{}
	d.putMessage(nil, m)
	d.reply = d.rows[0].Value
	d.put(g.lastMessage(c.ID, m.ID))
	d.openPoll(r, m)
	// The nonce is for those who wait for this very message, and not part of it.
	m.Nonce = f.Nonce
	if m.Nonce != nil || m.ReferencedMessage.Set {
		d.answer(m)
	}
	if thread != nil {
		if err := g.sentInThread(r, d, thread, m, author); err != nil {
			return nil, err
		}
	}
	g.tellMessage(r, d, "MESSAGE_CREATE", m)
	return d, nil
}

// compose makes a message of what is sent. It has no id yet, answers nothing and mentions nobody.
func (g *guild) compose(
	r *request, channel guildhall.ChannelID, author *guildhall.Member, f guildhall.CreateMessage, p guildhall.Permissions,
) (*guildhall.Message, error) {
	m := &guildhall.Message{
		ChannelID: channel, Author: author.User, Content: strings.TrimSpace(f.Content),
		TTS: f.TTS && p.Has(guildhall.PermissionSendTTSMessages), Embeds: list(f.Embeds), Components: list(f.Components),
		Attachments: append([]guildhall.Attachment{}, f.Attachments...), Type: guildhall.MessageDefault,
		WebhookID: r.webhook, ApplicationID: r.application, Flags: f.Flags & sentFlags,
	}
	var err error
	if m.Poll, err = newPoll(f.Poll, p, r.now); err != nil {
		return nil, err
	}
	if m.Poll != nil {
		if err := r.limits.Room(guildhall.LimitPolls, r.view.OpenPollCount()); err != nil {
			return nil, err
		}
	}
	forward(m, f.Forward)
	if err := allowEmbeds(m, p); err != nil {
		return nil, err
	}
	if err := r.allowAttachments(f.Attachments, p); err != nil {
		return nil, err
	}
	if isEmpty(m) {
		return nil, guildhall.ErrEmptyMessage
	}
	return m, checkComponents(m)
}

// checkComponents holds what a message is made of against its flags.
// discord: components/reference#component-object
func checkComponents(m *guildhall.Message) error {
	if m.Flags&guildhall.MessageComponentsV2 != 0 {
		if m.Content != "" || len(m.Embeds) > 0 || m.Poll != nil {
			return guildhall.BadField("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
				"The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", "content")
		}
	} else if err := onlyRows(m.Components); err != nil {
		return err
	}
	if m.MissingFile() != "" {
		return guildhall.BadField("UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
			"The referenced attachment was not found", "components")
	}
	return nil
}

// onlyRows refuses what may stand in a message with IS_COMPONENTS_V2 alone.
func onlyRows(components []json.RawMessage) error {
	for i, raw := range components {
		var c struct {
			Type int `json:"type"`
		}
		if err := json.Unmarshal(raw, &c); err != nil || c.Type != 1 {
			return guildhall.BadField("UNION_TYPE_CHOICES", `Value of field "type" must be one of (1,).`, "components", strconv.Itoa(i))
		}
	}
	return nil
}

// number gives a new message its id and its time.
func number(r *request, m *guildhall.Message) {
	m.ID = guildhall.MessageID(r.nextID())
	m.Timestamp = guildhall.Timestamp(m.ID.Millis() * 1000)
}

// sentFlags are the flags that a sender may set.
const sentFlags = guildhall.MessageSuppressEmbeds | guildhall.MessageSuppressNotifications | guildhall.MessageComponentsV2

// forward puts what is forwarded into the message. The API has read it as the actor, and given it files of its own.
// discord: resources/message#message-reference-types
func forward(m *guildhall.Message, f *guildhall.Forward) {
	if f == nil {
		return
	}
	m.MessageReference = &f.Reference
	m.MessageSnapshots = []guildhall.MessageSnapshot{f.Snapshot}
	m.Flags |= guildhall.MessageHasSnapshot
}

// list is never nil, so that it is written as an empty array.
func list(l []json.RawMessage) []json.RawMessage {
	if l == nil {
		return []json.RawMessage{}
	}
	return l
}

// allowEmbeds takes the embeds away from those who may not send them, and refuses a message that was nothing else.
func allowEmbeds(m *guildhall.Message, p guildhall.Permissions) error {
	if len(m.Embeds) == 0 || p.Has(guildhall.PermissionEmbedLinks) {
		return nil
	}
	m.Embeds = []json.RawMessage{}
	if isEmpty(m) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

func isEmpty(m *guildhall.Message) bool {
	return m.Content == "" && len(m.Embeds) == 0 && len(m.Components) == 0 && len(m.Attachments) == 0 &&
		m.Poll == nil && len(m.MessageSnapshots) == 0
}

// refer makes the message a reply.
// discord: resources/message#message-reference-object
func (g *guild) refer(r *request, m *guildhall.Message, ref *guildhall.MessageReference, p guildhall.Permissions) error {
	if ref == nil || ref.MessageID == 0 {
		return nil
	}
	if ref.Type != 0 {
		return guildhall.BadField("BASE_TYPE_CHOICES", "Value must be one of (0,).", "message_reference", "type")
	}
	if ref.ChannelID != 0 && ref.ChannelID != m.ChannelID || ref.GuildID != 0 && ref.GuildID != g.id {
		return guildhall.BadField("REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", "Cannot reply to a message in a different channel", "message_reference")
	}
	if !p.Has(guildhall.PermissionReadMessageHistory) {
		return errReplyNeedsHistory
	}
	answered, err := g.message(r, ref.MessageID)
	if err != nil {
		if ref.FailIfNotExists != nil && !*ref.FailIfNotExists {
			return nil
		}
		return guildhall.BadField("MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message", "message_reference")
	}
	m.Type = guildhall.MessageReply
	m.ReferencedMessage = m.Joined(answered).ReferencedMessage
	m.MessageReference = &guildhall.MessageReference{MessageID: ref.MessageID, ChannelID: m.ChannelID, GuildID: g.id}
	return nil
}

// message reads one of the channel's messages.
func (g *guild) message(r *request, id guildhall.MessageID) (*guildhall.Message, error) {
	value, ok := r.row(guildhall.MessageKey(r.cmd.Channel, id))
	if !ok {
		return nil, guildhall.ErrUnknownMessage
	}
	m, err := guildhall.DecodeMessage(value)
	if err != nil {
		return nil, fmt.Errorf("message %s: %w", id, err)
	}
	m.ReferencedMessage = guildhall.Optional[*guildhall.Message]{} // older rows hold what it was once
	return m, nil
}

func (g *guild) deleted(r *request) []guildhall.RowKey {
	f, err := body[guildhall.MessageRef](r.cmd)
	if err != nil {
		return nil
	}
	return g.messageKeys(r, f.ID)
}

// deleteMessage removes a message. The rows of those who reacted stay: nothing leads to them any more.
// discord: resources/message#delete-message
func (g *guild) deleteMessage(r *request, f guildhall.MessageRef) (*draft, error) {
	c, err := r.textChannel(0)
	if err != nil {
		return nil, err
	}
	m, err := g.message(r, f.ID)
	if err != nil {
		return nil, err
	}
	if m.Author.ID != r.actor && !r.in(c.ID).Has(guildhall.PermissionManageMessages) {
		return nil, guildhall.ErrMissingPermissions
	}
	if err := r.mayDeleteIn(c); err != nil {
		return nil, err
	}
	d := &draft{}
	d.dropMessage(m)
	g.unpublish(r, d, m)
	g.messagesLeft(r, d, c, m.ID)
	if m.Author.ID != r.actor && g.id != 0 {
		d.auditWith(r, guildhall.AuditMessageDelete, guildhall.Snowflake(m.Author.ID), map[string]string{
			"channel_id": c.ID.String(), "count": "1",
		})
	}
	d.event("MESSAGE_DELETE", r.audience(c.ID, guildhall.IntentGuildMessages), messageGone{m.ID, c.ID, g.id})
	return d, nil
}
