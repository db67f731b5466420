package sessions

// pure core

import (
	"time"

	"guildhall"
	"guildhall/gateway"
)

// entryBytes is what an event in a stream costs beside its shared body.
const entryBytes = 48

// NewSession is what a session is made from.
type NewSession struct {
	// ID is 128 random bits as hexadecimal digits.
	ID       string
	Identity guildhall.Identity
	Identify *gateway.Identify
	Version  int
	// URL is where the client is told to resume.
	URL string
	// Account is what a person's READY tells of the account; nil for bots. Owners tell it to the user only, so it is in no
	// snapshot.
	Account *guildhall.Account
}

// session is one client's numbered stream of events. It outlives its sockets.
type session struct {
	ID        string
	User      guildhall.UserID
	Bot       bool
	TokenHash string
	// AuthPosition is the user's position at which the token was last known good.
	AuthPosition   uint64
	Intents        guildhall.Intents
	Version        int
	Shard          *gateway.Shard
	LargeThreshold int
	URL            string
	Browser        string
	Presence       guildhall.Presence
	// Account is kept until READY has told it.
	Account *guildhall.Account

	// Attach numbers the socket that has the session; 0 for none.
	Attach     uint64
	detachedAt time.Time

	// verified: the token was looked at after the user was followed; checking: that is under way.
	verified, checking bool
	ready              bool
	condemned          bool
	removed            bool

	// seq is the number of the newest event, taken that of the newest one given to the socket.
	seq, taken uint64
	// stream holds the events up to seq without a hole, the oldest at head.
	stream []entry
	head   int
	// bytes is the size of all in the stream, unsent of what is not taken yet.
	bytes, unsent int
	// grace is what a resume put in line at once, and may wait on top of the bound.
	grace int

	attachments map[guildhall.Object]*attachment
	order       []*attachment
	// backlog are guilds that will be shown when less is waiting for the socket.
	backlog []*attachment
}

// entry is one event in a session's stream.
type entry struct {
	at    time.Time
	event *event
	body  *gateway.Body
	// revoked: the right to see it ended before it was surely delivered. It counts at a resume where today's rights can't
	// tell: when the channel is deleted by then, and for events that have no audience.
	revoked bool
}

func (e *entry) size() int { return e.body.Len() + entryBytes }

// form is which of its event's bodies the entry has.
func (e *entry) form() form {
	for f := range form(forms) {
		if e.event.bodies[f] == e.body {
			return f
		}
	}
	return whole
}

// Identify makes a session for a socket. It begins when its user is followed; false when there are too many.
func (c *Core) Identify(now time.Time, n NewSession) (Socket, bool) {
	c.now = now
	if len(c.sessions) >= c.limits.SessionsMax || c.sessions[n.ID] != nil {
		return Socket{}, false
	}
	c.attaches++
	id := n.Identify
	s := &session{
		ID: n.ID, User: n.Identity.User, Bot: n.Identity.Bot, TokenHash: n.Identity.TokenHash, AuthPosition: n.Identity.Position,
		Intents: EffectiveIntents(n.Identity, id.Intents, n.Version), Version: n.Version, Shard: id.Shard,
		LargeThreshold: id.LargeThreshold, URL: n.URL, Browser: id.Properties.Browser, Attach: c.attaches,
		Presence:    id.Presence.Shown(n.Identity.User, id.Properties.Browser, now),
		Account:     n.Account,
		attachments: make(map[guildhall.Object]*attachment),
	}
	c.sessions[s.ID] = s
	c.join(s)
	c.attach(s, guildhall.UserObject(s.User), false)
	return Socket{s.ID, s.Attach}, true
}

// EffectiveIntents are the intents that events are judged by. People who leave them out get all. In version 9 message
// content follows the application's flag alone.
// discord: change-log#message-content-is-a-privileged-intent
func EffectiveIntents(id guildhall.Identity, asked *guildhall.Intents, version int) guildhall.Intents {
	if asked == nil {
		return guildhall.IntentsAll
	}
	intents := *asked
	if version < 10 {
		intents = intents&^guildhall.IntentMessageContent | id.Intents&guildhall.IntentMessageContent
	}
	return intents
}

// CheckIntents tells whether an identity may ask for the intents. The error is a close code.
// discord: events/gateway#privileged-intents
func CheckIntents(id guildhall.Identity, asked *guildhall.Intents) error {
	switch {
	case asked == nil && id.Bot:
		return gateway.CloseInvalidIntents
	case asked != nil && *asked&guildhall.IntentsPrivileged&^id.Intents != 0:
		return gateway.CloseDisallowedIntents
	}
	return nil
}

// Reauthenticated says whether a session's token is (still) good. position is the user's at which it was looked at.
func (c *Core) Reauthenticated(now time.Time, k Socket, good bool) {
	c.now = now
	s := c.held(k)
	if s == nil || !s.checking {
		return
	}
	s.checking = false
	if !good {
		c.refuse(s)
		return
	}
	s.verified = true
	if a := s.attachments[guildhall.UserObject(s.User)]; a != nil {
		c.show(a)
	}
}

// held gives the session that the socket holds, or nil if it has lost it.
func (c *Core) held(k Socket) *session {
	if s := c.sessions[k.Session]; s != nil && s.Attach == k.Attach && !s.removed {
		return s
	}
	return nil
}

// Gone says that a socket is no more. A session whose client ended it, or that never began, ends; any other waits to be
// resumed.
func (c *Core) Gone(now time.Time, k Socket, ended bool) {
	c.now = now
	s := c.held(k)
	if s == nil {
		return
	}
	s.Attach = 0
	if ended || !s.ready || s.condemned {
		c.end(s)
		return
	}
	c.await(s)
}

type detachment struct {
	session *session
	at      time.Time
}

// await leaves a session without a socket until it is resumed or has waited too long.
func (c *Core) await(s *session) {
	s.Attach, s.detachedAt = 0, c.now
	c.detached = append(c.detached, detachment{s, c.now})
	c.trim(s)
}

func (c *Core) expire() {
	for len(c.detached) > 0 && c.now.Sub(c.detached[0].at) >= c.limits.ReplayAge {
		d := c.detached[0]
		c.detached = c.detached[1:]
		if d.session.Attach == 0 && !d.session.removed && d.session.detachedAt.Equal(d.at) {
			c.out.Counts.Expired++
			c.end(d.session)
		}
	}
}

// drop takes a session away from its socket.
func (c *Core) drop(s *session, d Drop) {
	if s.Attach == 0 {
		return
	}
	d.Socket = Socket{s.ID, s.Attach}
	c.out.Drops = append(c.out.Drops, d)
	s.Attach = 0
}

// refuse ends a session whose token is not good any more.
func (c *Core) refuse(s *session) {
	c.drop(s, Drop{Code: gateway.CloseAuthenticationFailed})
	c.end(s)
}

// end removes a session after the present input.
func (c *Core) end(s *session) {
	if !s.removed {
		s.removed = true
		c.ending = append(c.ending, s)
	}
}

func (c *Core) remove(s *session) {
	guilds := s.guilds()
	c.hangUp(s)
	for _, a := range s.order {
		c.detach(a)
	}
	delete(c.sessions, s.ID)
	c.leave(s, guilds)
	s.stream, s.head = nil, 0
}

// push numbers an event and puts it in the session's stream.
func (c *Core) push(s *session, e *event, body *gateway.Body) {
	if body == nil || s.condemned || s.removed {
		return
	}
	s.seq++
	added := entry{at: c.now, event: e, body: body}
	s.stream = append(s.stream, added)
	s.bytes += added.size()
	s.unsent += added.size()
	c.out.Counts.Dispatches++
	if s.Attach == 0 {
		c.trim(s)
		return
	}
	if s.unsent > c.limits.QueueBytesMax+s.grace {
		// A client that doesn't keep up is closed and may come back: it finds what it missed as far as that is bounded.
		c.out.Counts.Slow++
		c.drop(s, Drop{Code: gateway.CloseUnknownError})
		c.await(s)
		return
	}
	c.out.Wakes = append(c.out.Wakes, Socket{s.ID, s.Attach})
}

// pushOwn is push for an event that is the session's alone.
func (c *Core) pushOwn(s *session, e *event) {
	body := e.full()
	e.data = nil
	c.push(s, e, body)
}

// pressed tells whether so much is waiting that only what must be is added.
func (s *session) pressed(l Limits) bool { return s.unsent > l.QueueBytesMax/2 }

// trim drops what needn't be kept for a resume: what went out and is too old or too much. A session without a socket
// whose unsent events exceed all bounds can't be resumed, and ends.
func (c *Core) trim(s *session) {
	if s.Attach == 0 && s.unsent > c.limits.ReplayBytesMax+c.limits.QueueBytesMax {
		c.out.Counts.Overrun++
		c.end(s)
		return
	}
	for s.head < len(s.stream) {
		e := &s.stream[s.head]
		number := s.seq - uint64(len(s.stream)-s.head) + 1
		if number > s.taken || (s.bytes-s.unsent <= c.limits.ReplayBytesMax && c.now.Sub(e.at) <= c.limits.ReplayAge) {
			break
		}
		s.bytes -= e.size()
		*e = entry{}
		s.head++
	}
	if s.head >= compactAt && s.head*2 >= len(s.stream) {
		n := copy(s.stream, s.stream[s.head:])
		clear(s.stream[n:])
		s.stream, s.head = s.stream[:n], 0
	}
}

// compactAt is how many empty places at the front of a stream are worth moving the rest.
const compactAt = 64

// Frame is one event as a session is sent it.
type Frame struct {
	Sequence uint64
	Body     *gateway.Body
}

// Take appends the next events for a socket, at least one if there is any and no more than bytesMax beyond that. more
// tells that there are further ones. A socket that lost its session gets nothing.
func (c *Core) Take(now time.Time, k Socket, frames []Frame, bytesMax int) (_ []Frame, more bool) {
	c.now = now
	s := c.held(k)
	if s == nil {
		return frames, false
	}
	for taken := 0; s.taken < s.seq; {
		e := &s.stream[len(s.stream)-int(s.seq-s.taken)]
		if taken += e.size(); taken > bytesMax && taken > e.size() {
			break
		}
		s.taken++
		s.unsent -= e.size()
		s.grace = max(0, s.grace-e.size())
		frames = append(frames, Frame{s.taken, e.body})
	}
	c.trim(s)
	for len(s.backlog) > 0 && s.unsent <= c.limits.QueueBytesMax/4 {
		next := s.backlog[0]
		s.backlog = s.backlog[1:]
		c.show(next)
	}
	return frames, s.taken < s.seq
}

// revokeChannel marks what a session may no longer see of a channel, in case it has not got it. A channel that is
// deleted rather than hidden takes no right away from what was said in it. With the list of channels that a
// GUILD_CREATE holds there is no telling what of it may still be seen.
func (s *session) revokeChannel(o guildhall.Object, channel guildhall.ChannelID, deleted bool) {
	if deleted {
		return
	}
	for i := s.head; i < len(s.stream); i++ {
		e := s.stream[i].event
		if e.Object == o && !e.Farewell && (e.Channel == channel || e.Type == gateway.EventGuildCreate) {
			s.stream[i].revoked = true
		}
	}
}

// revokeObject marks all of an object.
func (s *session) revokeObject(o guildhall.Object) {
	for i := s.head; i < len(s.stream); i++ {
		if e := s.stream[i].event; e.Object == o && !e.Farewell {
			s.stream[i].revoked = true
		}
	}
}

// guilds are those that the session has been told of.
func (s *session) guilds() []guildhall.GuildID {
	var guilds []guildhall.GuildID
	for _, a := range s.order {
		if a.shown && a.object.name.Kind == guildhall.KindGuild {
			guilds = append(guilds, guildhall.GuildID(a.object.name.ID))
		}
	}
	return guilds
}
