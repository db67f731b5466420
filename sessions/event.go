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
	data []byte
	// bodies are the whole event, and what is left of it where some may not be read.
	bodies [forms]*gateway.Body
	// unstripped: what can't be stripped is not told at all.
	unstripped bool
}

// form is how much of an event's message content is left out.
type form uint8

const (
	whole     form = 0
	ownLeft   form = 1 << 0 // what the message says itself is left out
	quoteLeft form = 1 << 1 // what is quoted within is left out
	forms          = 4
)

// formFor is the form in which a viewer may read an event.
func formFor(a *guildhall.Audience, v guildhall.Viewer) form {
	f := whole
	if !a.ShowsContent(v) {
		f |= ownLeft
	}
	if !a.ShowsQuoted(v) {
		f |= quoteLeft
	}
	return f
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
func (e *event) full() *gateway.Body { return e.in(whole) }

// in is the event in a form; nil if that can't be made. Forms that come to the same are one body.
func (e *event) in(f form) *gateway.Body {
	if f&quoteLeft != 0 && e.bodies[f] == nil && !gateway.Quotes(e.data) {
		f &^= quoteLeft
	}
	if e.bodies[f] != nil || e.unstripped {
		return e.bodies[f]
	}
	data := e.data
	if f != whole {
		var err error
		if data, err = gateway.StripContent(data, gateway.Stripped{Own: f&ownLeft != 0, Quoted: f&quoteLeft != 0}); err != nil {
			e.unstripped = true
			return nil
		}
	}
	e.bodies[f] = gateway.NewBody(e.Type, data)
	return e.bodies[f]
}
