package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Stripped says what is taken out of a message event for those who may not read it.
type Stripped struct {
	// Own is what the message says itself.
	Own bool
	// Quoted is what others within it say: the message that it refers to, and what it forwards.
	Quoted bool
}

// Quotes tells whether a message event's data may hold what others say, within. In the text of a message these bytes can't
// stand, since quotation marks there are escaped.
func Quotes(data []byte) bool {
	return bytes.Contains(data, []byte(`"referenced_message":{`)) || bytes.Contains(data, []byte(`"message_snapshots":`))
}

// StripContent is a message event's data for those who may not read what is in it: content, embeds, attachments and
// components are empty and there is no poll. Fields that an event doesn't have are not added.
// discord: events/gateway#message-content-intent
func StripContent(data []byte, what Stripped) ([]byte, error) {
	var message map[string]json.RawMessage
	if err := json.Unmarshal(data, &message); err != nil {
		return nil, fmt.Errorf("strip message content: %w", err)
	}
	if what.Own {
		empty := map[string]string{"content": `""`, "embeds": `[]`, "attachments": `[]`, "components": `[]`}
		for field, value := range empty {
			if _, ok := message[field]; ok {
				message[field] = json.RawMessage(value)
			}
		}
		delete(message, "poll")
	}
	if what.Quoted {
		if inner, ok := message["referenced_message"]; ok && string(inner) != "null" {
			stripped, err := StripContent(inner, Stripped{Own: true, Quoted: true})
			if err != nil {
				return nil, err
			}
			message["referenced_message"] = stripped
		}
		delete(message, "message_snapshots")
	}
	return Encode(message), nil
}
