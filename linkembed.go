package guildhall

import (
	"encoding/json"
	"slices"
)

// CommandMessageUnfurl shows what a message links to; by channel; system only; UnfurlMessage → –
const CommandMessageUnfurl = "message.unfurl"

// UnfurlMessage brings the embeds of what a message links to, found for what it said then.
type UnfurlMessage struct {
	ID      MessageID         `json:"id"`
	Content string            `json:"content"`
	Embeds  []json.RawMessage `json:"embeds"`
}

// EmbedsMax is how many embeds a message has at the most, those of its links among them.
// discord: resources/message#create-message
const EmbedsMax = 10

// embedRich is the type of embeds that somebody has written. Those of links never have it.
// discord: resources/message#embed-object-embed-types
const embedRich = "rich"

// WrittenEmbeds are those of a message's embeds that somebody has written, without those that were made of its links.
func (m *Message) WrittenEmbeds() []json.RawMessage {
	return slices.DeleteFunc(slices.Clone(m.Embeds), func(raw json.RawMessage) bool {
		var e struct {
			Type string `json:"type"`
		}
		return json.Unmarshal(raw, &e) == nil && e.Type != "" && e.Type != embedRich
	})
}
