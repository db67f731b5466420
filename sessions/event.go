package sessions

// pure core

import (
	"guildhall"
	"guildhall/gateway"
)

// event is what sessions are told, shared by all that are told it.
type event struct {
	Object   guildhall.Object
	Position uint64
	Type     string
	// Channel is where it is about; 0 where it isn't about one channel.
	Channel guildhall.ChannelID
	// Audience is nil for an event that was made for those who have it.
	Audience *guildhall.Audience
	// Farewell events say that something is gone; they stay true when the right to see it has ended.
	Farewell bool
	// Ephemeral events are not logged.
	Ephemeral bool

	// data is d, from which the bodies are made when first needed.
	data       []byte
	body, bare *gateway.Body
	unstripped bool // what can't be stripped is not told at all
}

// newEvent takes an event over from an owner. It keeps nothing of the record that it came in but the data, and that only
// until done.
func newEvent(o *object, position uint64, e *guildhall.Event) *event {
	audience := e.Audience
	return &event{
		Object: o.name, Position: position, Type: e.Type, Channel: audience.Channel, Audience: &audience, data: e.Data,
	}
}

// full is the whole event.
func (e *event) full() *gateway.Body {
	if e.body == nil {
		e.body = gateway.NewBody(e.Type, e.data)
	}
	return e.body
}

// stripped is the event without message content; nil if that can't be made.
func (e *event) stripped() *gateway.Body {
	if e.bare == nil && !e.unstripped {
		data, err := gateway.StripContent(e.data)
		if err != nil {
			e.unstripped = true
			return nil
		}
		e.bare = gateway.NewBody(e.Type, data)
	}
	return e.bare
}
