package sessions

// pure core

import (
	"errors"
	"time"

	"guildhall/gateway"
)

const (
	// identifyWithin is how long a socket may be open without an IDENTIFY or RESUME.
	identifyWithin = 30 * time.Second
	// sendsMax is how many payloads a client may send in sendsWindow. Heartbeats are counted apart, up to as many, so
	// that a busy client doesn't starve them.
	// discord: topics/rate-limits#gateway, events/gateway#rate-limiting
	sendsMax    = 120
	sendsWindow = time.Minute
)

// connection is the protocol side of one socket: what its client may send when.
type connection struct {
	// Interval is what HELLO asked the client to send heartbeats in.
	Interval time.Duration
	// Limited: sending more than sendsMax closes the socket.
	Limited bool
	// Authenticated: it has a session. Waiting since WaitingSince for one otherwise.
	Authenticated bool
	WaitingSince  time.Time
	LastBeat      time.Time
	WindowStart   time.Time
	Sends, Beats  int
}

func newConnection(now time.Time, interval time.Duration, limited bool) connection {
	return connection{Interval: interval, Limited: limited, WaitingSince: now, LastBeat: now, WindowStart: now}
}

// receive judges a payload. The error is a close code.
func (c *connection) receive(now time.Time, payload []byte) (gateway.Request, error) {
	r, err := gateway.DecodeRequest(payload)
	_, beat := r.(gateway.Heartbeat)
	if !c.count(now, beat) {
		return nil, gateway.CloseRateLimited
	}
	if err != nil {
		return nil, c.refusal(err)
	}
	switch r.(type) {
	case gateway.Heartbeat:
		c.LastBeat = now
	case *gateway.Identify, *gateway.Resume:
		if c.Authenticated {
			return nil, gateway.CloseAlreadyAuthenticated
		}
	default:
		if !c.Authenticated {
			return nil, gateway.CloseNotAuthenticated
		}
	}
	return r, nil
}

func (c *connection) refusal(err error) error {
	var code gateway.CloseCode
	if errors.As(err, &code) {
		return code
	}
	return gateway.CloseDecodeError
}

// count tells whether one more is within the limits.
func (c *connection) count(now time.Time, beat bool) bool {
	if now.Sub(c.WindowStart) >= sendsWindow {
		c.WindowStart, c.Sends, c.Beats = now, 0, 0
	}
	counter := &c.Sends
	if beat {
		counter = &c.Beats
	}
	*counter++
	return *counter <= sendsMax || !c.Limited
}

// lost says that the socket has no session any more and waits for another IDENTIFY.
func (c *connection) lost(now time.Time) { c.Authenticated, c.WaitingSince = false, now }

// deadline is when the client has been silent for too long, and the close code for it. The one for missing heartbeats
// lets it resume, because it may well be alive behind a dead connection.
func (c *connection) deadline() (time.Time, gateway.CloseCode) {
	beat := c.LastBeat.Add(c.Interval * 3 / 2)
	if identify := c.WaitingSince.Add(identifyWithin); !c.Authenticated && identify.Before(beat) {
		return identify, gateway.CloseNotAuthenticated
	}
	return beat, gateway.CloseUnknownError
}
