package guildhall

import (
	"encoding/json"
	"slices"
)

// Message is a message as stored and shown. Author is as it was when the message was sent.
// discord: resources/message#message-object
type Message struct {
	ID               MessageID         `json:"id"`
	ChannelID        ChannelID         `json:"channel_id"`
	Author           User              `json:"author"`
	Content          string            `json:"content"`
	Timestamp        Timestamp         `json:"timestamp"`
	EditedTimestamp  *Timestamp        `json:"edited_timestamp"`
	TTS              bool              `json:"tts"`
	MentionEveryone  bool              `json:"mention_everyone"`
	Mentions         []User            `json:"mentions"`
	MentionRoles     []RoleID          `json:"mention_roles"`
	MentionChannels  []json.RawMessage `json:"mention_channels,omitempty"`
	Attachments      []Attachment      `json:"attachments"`
	Embeds           []json.RawMessage `json:"embeds"`
	Reactions        []Reaction        `json:"reactions,omitempty"`
	Nonce            json.RawMessage   `json:"nonce,omitempty"`
	Pinned           bool              `json:"pinned"`
	WebhookID        Snowflake         `json:"webhook_id,omitempty"`
	Type             MessageType       `json:"type"`
	ApplicationID    ApplicationID     `json:"application_id,omitempty"`
	MessageReference *MessageReference `json:"message_reference,omitempty"`
	Flags            int               `json:"flags"`
	// ReferencedMessage is joined when the message is shown, and never stored: null where it is deleted.
	ReferencedMessage Optional[*Message] `json:"referenced_message,omitzero"`
	Components        []json.RawMessage  `json:"components"`
	MessageSnapshots  []MessageSnapshot  `json:"message_snapshots,omitempty"`
	Poll              *Poll              `json:"poll,omitempty"`
	// Position counts the messages of a thread before this one.
	Position *int `json:"position,omitempty"`
	// Thread is the one that the message began; it is filled in when the message is shown.
	Thread *Thread `json:"thread,omitempty"`
	// Interaction and InteractionMetadata tell which interaction it answers.
	Interaction         *MessageInteraction  `json:"interaction,omitempty"`
	InteractionMetadata *InteractionMetadata `json:"interaction_metadata,omitempty"`
}

// MessageType is a message's kind.
// discord: resources/message#message-object-message-types
type MessageType int

// The types of message that exist here so far.
const (
	MessageDefault MessageType = 0
	MessagePinned  MessageType = 6
	// MessageUserJoin tells the system channel of a new member.
	MessageUserJoin MessageType = 7
	// MessageThreadCreated tells a channel of a thread that no message began.
	MessageThreadCreated MessageType = 18
	// MessageThreadStarter is the first message of a thread that a message of the channel began.
	MessageThreadStarter MessageType = 21
	MessagePollResult    MessageType = 46
	MessageReply         MessageType = 19
)

// What happens to a group is told in it.
const (
	MessageRecipientAdd    MessageType = 1
	MessageRecipientRemove MessageType = 2
	MessageChannelName     MessageType = 4
	MessageChannelIcon     MessageType = 5
)

// IsSystem tells whether the server itself wrote the message.
func (t MessageType) IsSystem() bool {
	if t >= MessageRecipientAdd && t <= MessageChannelIcon {
		return true
	}
	return t == MessagePinned || t == MessageUserJoin || t == MessageThreadCreated || t == MessageThreadStarter || t == MessagePollResult ||
		t == MessageFollowAdded
}

// Flags of messages that a sender may set.
// discord: resources/message#message-object-message-flags
const (
	MessageSuppressEmbeds        = 1 << 2
	MessageSuppressNotifications = 1 << 12
	MessageComponentsV2          = 1 << 15
)

// Flags of messages that only the server sets.
const (
	MessageCrossposted = 1 << 0
	MessageHasThread   = 1 << 5
	MessageHasSnapshot = 1 << 14
)

// MessageReference names the message that a reply answers.
type MessageReference struct {
	Type            int       `json:"type"`
	MessageID       MessageID `json:"message_id,omitempty"` // none in what tells of a thread
	ChannelID       ChannelID `json:"channel_id"`
	GuildID         GuildID   `json:"guild_id,omitempty"`
	FailIfNotExists *bool     `json:"fail_if_not_exists,omitempty"`
}

// Emoji is a custom emoji, or a Unicode one in Name with ID 0.
type Emoji struct {
	ID       EmojiID `json:"id"`
	Name     string  `json:"name"`
	Animated bool    `json:"animated,omitempty"`
}

// Key is how reactions with the emoji are told apart.
func (e Emoji) Key() string {
	if e.ID != 0 {
		return e.ID.String()
	}
	return e.Name
}

// Reaction counts the users who reacted with one emoji; Me is filled in for the reader and never stored as true.
// Generation, which clients are never shown, names the part of TableReactions in which the users stand: an emoji that is
// cleared and comes again gets a new one, so that the rows left behind by the clearing can't be counted again.
// discord: resources/message#reaction-object
type Reaction struct {
	Emoji        Emoji          `json:"emoji"`
	Count        int            `json:"count"`
	CountDetails ReactionCounts `json:"count_details"`
	Me           bool           `json:"me"`
	MeBurst      bool           `json:"me_burst"`
	BurstColors  []string       `json:"burst_colors"`
	Generation   Snowflake      `json:"generation,omitempty"`
}

// ReactionCounts splits a count into ordinary and super reactions.
type ReactionCounts struct {
	Burst  int `json:"burst"`
	Normal int `json:"normal"`
}

// Key names the row of a user's reaction.
func (r *Reaction) Key(message MessageID, user UserID, burst bool) RowKey {
	key := ReactionKey(message, r.Generation, user)
	if burst {
		return key.Burst()
	}
	return key
}

// Counted is the reaction with n more of one sort.
func (r *Reaction) Counted(n int, burst bool) {
	r.Count += n
	if burst {
		r.CountDetails.Burst += n
	} else {
		r.CountDetails.Normal += n
	}
}

// Shown is the message as clients see it: without what only rows hold. The message itself is not changed.
func (m *Message) Shown() *Message {
	if len(m.Reactions) == 0 {
		return m
	}
	shown := *m
	shown.Reactions = make([]Reaction, len(m.Reactions))
	for i, r := range m.Reactions {
		r.Generation = 0
		shown.Reactions[i] = r
	}
	return &shown
}

// Refers names the row of the message that stands in this one as its referenced_message.
// discord: resources/message#message-object
func (m *Message) Refers() (key RowKey, ok bool) {
	if m.Type != MessageReply && m.Type != MessageThreadStarter || m.MessageReference == nil || m.MessageReference.MessageID == 0 {
		return RowKey{}, false
	}
	return MessageKey(m.MessageReference.ChannelID, m.MessageReference.MessageID), true
}

// Joined is the message with the one that it refers to, which is nil where that is deleted. What that one refers to itself,
// and who reacted to it, is not shown. Neither message is changed.
func (m *Message) Joined(referenced *Message) *Message {
	joined := *m
	if referenced == nil {
		joined.ReferencedMessage = Optional[*Message]{Set: true, Null: true}
		return &joined
	}
	nested := *referenced
	nested.ReferencedMessage, nested.Reactions, nested.Nonce, nested.Thread = Optional[*Message]{}, nil, nil, nil
	joined.ReferencedMessage = Some(&nested)
	return &joined
}

// ReadBy tells whether a reader who may not read what others write may read this.
// discord: events/gateway#message-content-intent
func (m *Message) ReadBy(reader UserID) bool {
	return m.Author.ID == reader || slices.ContainsFunc(m.Mentions, func(u User) bool { return u.ID == reader })
}

// Readable is the message as a reader sees it who may not read what others write: whole if it is the reader's own or
// mentions the reader, else without content, embeds, attachments and components. The message itself is not changed.
// discord: events/gateway#message-content-intent
func (m *Message) Readable(reader UserID) *Message {
	own, referenced := m.ReadBy(reader), m.ReferencedMessage.Or(nil)
	if own && referenced == nil && m.MessageSnapshots == nil {
		return m
	}
	c := *m
	c.MessageSnapshots = nil
	if !own {
		c.Content, c.Poll = "", nil
		c.Embeds, c.Attachments, c.Components = []json.RawMessage{}, []Attachment{}, []json.RawMessage{}
	}
	if referenced != nil {
		c.ReferencedMessage = Some(referenced.Readable(reader))
	}
	return &c
}
