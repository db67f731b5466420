package gateway

import (
	"encoding/json"
	"fmt"
)

// StripContent is a message event's data for those who may not read what is in it: content, embeds, attachments and
// components are empty and there is no poll. Fields that an event doesn't have are not added.
// discord: events/gateway#message-content-intent
func StripContent(data []byte) ([]byte, error) {
	var message map[string]json.RawMessage
	if err := json.Unmarshal(data, &message); err != nil {
		return nil, fmt.Errorf("strip message content: %w", err)
	}
	empty := map[string]string{"content": `""`, "embeds": `[]`, "attachments": `[]`, "components": `[]`}
	for field, value := range empty {
		if _, ok := message[field]; ok {
			message[field] = json.RawMessage(value)
		}
	}
	delete(message, "poll")
	// What a message refers to carries content of its own, for which nobody has judged who may read it.
	if inner, ok := message["referenced_message"]; ok && string(inner) != "null" {
		stripped, err := StripContent(inner)
		if err != nil {
			return nil, err
		}
		message["referenced_message"] = stripped
	}
	delete(message, "message_snapshots")
	return Encode(message), nil
}
