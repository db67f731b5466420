package guildhall

import "slices"

// Commands and queries about messages as a whole: pins, bulk deletion, publishing.
const (
	CommandMessageBulkDelete = "message.bulk_delete" // by channel; MessageIDs → –
	CommandMessageCrosspost  = "message.crosspost"   // by channel; MessageRef → message
	CommandPinPut            = "pin.put"             // by channel; MessageRef → –
	CommandPinDelete         = "pin.delete"          // by channel; MessageRef → –
	QueryPins                = "get.pins"            // by channel; PinsQuery → PinsAnswer
)

// MessageIDs names messages of the command's channel.
type MessageIDs struct {
	IDs []MessageID `json:"ids"`
}

// Pin is one pinned message.
type Pin struct {
	MessageID MessageID `json:"message_id"`
	PinnedAt  Timestamp `json:"pinned_at"`
}

// Pins are a channel's pinned messages, those pinned last first. The list is short enough to be one row, so that its owner
// can count and page without reading.
type Pins struct {
	Items []Pin `json:"items"`
	// LastAt is when a message was pinned last, even if it is not any more.
	LastAt *Timestamp `json:"last_at,omitempty"`
}

// Index finds a message among the pins; -1 where it is none.
func (p *Pins) Index(m MessageID) int {
	if p == nil {
		return -1
	}
	return slices.IndexFunc(p.Items, func(pin Pin) bool { return pin.MessageID == m })
}

// PinsQuery asks for a page of pins that were pinned before a moment; 0 for all.
type PinsQuery struct {
	Before Timestamp `json:"before,omitempty"`
	Limit  int       `json:"limit"`
}

// PinsAnswer is a page of pins, those pinned last first.
type PinsAnswer struct {
	Items   []Pin `json:"items"`
	HasMore bool  `json:"has_more"`
}

// PinsRow holds a channel's pins.
func PinsRow(o Object, channel ChannelID, p *Pins) Row {
	return stateRow(o, statePins, channel.Key(), p)
}

// MessageSnapshot is a message as it was when it was forwarded.
// discord: resources/message#message-snapshot-object
type MessageSnapshot struct {
	Message SnapshotMessage `json:"message"`
}
