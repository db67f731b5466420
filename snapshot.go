package guildhall

import "encoding/json"

// SnapshotMessage is the part of a message that a forward shows: not who wrote it.
// discord: resources/message#message-snapshot-object
type SnapshotMessage struct {
	Type            MessageType       `json:"type"`
	Content         string            `json:"content"`
	Embeds          []json.RawMessage `json:"embeds"`
	Attachments     []Attachment      `json:"attachments"`
	Timestamp       Timestamp         `json:"timestamp"`
	EditedTimestamp *Timestamp        `json:"edited_timestamp"`
	Flags           int               `json:"flags"`
	Mentions        []User            `json:"mentions"`
	MentionRoles    []RoleID          `json:"mention_roles"`
	Components      []json.RawMessage `json:"components"`
}

// MessageForward is the message_reference type of a forwarded message.
// discord: resources/message#message-reference-types
const MessageForward = 1

// ErrForwardHasContent is for messages that are to say something beside what they forward.
var ErrForwardHasContent = BadField("FORWARD_CONTAINS_UNSUPPORTED_CONTENT", "A forward cannot have other content", "message_reference")

// Forward is what a message that is forwarded shows of another, as its reader has read it.
type Forward struct {
	Reference MessageReference `json:"reference"`
	Snapshot  MessageSnapshot  `json:"snapshot"`
}

// Snapshot is the message as it is forwarded. What it forwards itself goes along; what it answers doesn't.
func (m *Message) Snapshot() MessageSnapshot {
	if len(m.MessageSnapshots) > 0 {
		return m.MessageSnapshots[0]
	}
	return MessageSnapshot{SnapshotMessage{
		Type: m.Type, Content: m.Content, Embeds: m.Embeds, Attachments: m.Attachments, Timestamp: m.Timestamp,
		EditedTimestamp: m.EditedTimestamp, Flags: m.Flags, Mentions: m.Mentions, MentionRoles: m.MentionRoles,
		Components: m.Components,
	}}
}
