package sessions

// pure core

import (
	"time"

	"guildhall"
	"guildhall/gateway"
)

// Limits bound what a session may hold. All must be set.
type Limits struct {
	// ReplayAge is how long a session without a socket can be resumed, and how old an event kept for that may be.
	ReplayAge time.Duration
	// ReplayBytesMax bounds the events kept for RESUME after they went out, per session.
	ReplayBytesMax int
	// QueueBytesMax bounds the events that wait for one socket; above it the socket is closed, resumable.
	QueueBytesMax int
	// SessionsMax bounds the sessions, with and without sockets.
	SessionsMax int
}

// Core is all that a sessions node knows: the objects it follows and the sessions it holds. Each method is an input
// with the time at which it came; what is to be done because of it is collected and fetched with Output.
type Core struct {
	node   string
	limits Limits
	// now is when the input that is being worked on came.
	now time.Time

	// ring is the newest ring version heard of.
	ring uint64
	// attaches counts sockets that were given a session; the newest of a session is the only one that counts.
	attaches uint64

	objects  map[guildhall.Object]*object
	order    []*object // the same in order of arrival, so that runs repeat to the letter
	sessions map[string]*session
	users    map[guildhall.UserID]*person

	// detached are sessions that lost their socket, in the order in which they did.
	detached []detachment
	// condemned are sessions that can't be continued and have not been told yet; see condemn.
	condemned []*session
	// ending are sessions to be removed when the present input is done with.
	ending []*session

	out Output
}

// Output is what is to be done after an input, in this order.
type Output struct {
	// Follows are to be sent to the owners, and their answers given to Followed.
	Follows []guildhall.Follow
	// Drops are sockets that no longer have their session.
	Drops []Drop
	// Wakes are sockets for which there is something to Take.
	Wakes []Socket
	// Reauthenticate names sessions whose token must be checked again; the answer goes to Reauthenticated.
	Reauthenticate []Socket
	// Tells are presences for guilds' owners. Only the newest per user and guild matters.
	Tells []Tell
	// HangUps are voice states to be ended.
	HangUps []HangUp
	// Counts are what happened, for metrics.
	Counts Counts
}

// Socket names one attachment of a socket to a session.
type Socket struct {
	Session string
	Attach  uint64
}

// Drop is a socket that lost its session: Invalid sockets are told so (op 9, not resumable) and may identify anew, the
// others are closed with the code.
type Drop struct {
	Socket
	Invalid bool
	Code    gateway.CloseCode
}

// Tell is a user's presence for one guild.
type Tell struct {
	User     guildhall.UserID
	Guild    guildhall.GuildID
	Presence guildhall.Presence
}

// Counts are numbers of things that happened since the last Output.
type Counts struct {
	Records, Duplicates, Gaps, Snapshots, Undecodable int
	Dispatches, DroppedEphemeral, Slow, Overrun       int
	Condemned, Expired                                int
}

// NewCore makes a core without objects and sessions. node is the name by which owners know it.
func NewCore(node string, limits Limits) *Core {
	return &Core{
		node: node, limits: limits,
		objects:  make(map[guildhall.Object]*object),
		sessions: make(map[string]*session),
		users:    make(map[guildhall.UserID]*person),
	}
}

// Output gives what is to be done since it was last called.
func (c *Core) Output() Output {
	c.settle()
	out := c.out
	c.out = Output{}
	return out
}

// settle removes the sessions that ended while an input was worked on.
func (c *Core) settle() {
	for len(c.ending) > 0 {
		ending := c.ending
		c.ending = nil
		for _, s := range ending {
			c.remove(s)
		}
	}
}

// condemnedPerTick paces how many clients are told at once to start anew: at ten ticks a second, 500 a second, so
// that a guild of ten thousand sessions comes back within 20 s rather than in one wave.
const condemnedPerTick = 50

// Tick does what is due at now; it should come about ten times a second.
func (c *Core) Tick(now time.Time) {
	c.now = now
	c.expire()
	for range min(condemnedPerTick, len(c.condemned)) {
		s := c.condemned[0]
		c.condemned = c.condemned[1:]
		if !s.removed {
			c.drop(s, Drop{Invalid: true})
			c.end(s)
		}
	}
	c.settle()
	kept := c.order[:0]
	for _, o := range c.order {
		if c.due(o) {
			kept = append(kept, o)
		}
	}
	clear(c.order[len(kept):])
	c.order = kept
}

// Ring tells of a ring version. A higher one than before is a reason to ask all owners at once, because the last
// publish of a former owner may be lost.
// protocol §7.3
func (c *Core) Ring(now time.Time, version uint64) {
	c.now = now
	if version <= c.ring {
		return
	}
	c.ring = version
	for _, o := range c.order {
		o.auditAt, o.retryAt = now, now
	}
}

// SessionCount is the number of sessions, with and without sockets.
func (c *Core) SessionCount() int { return len(c.sessions) }

// ObjectCount is the number of objects followed.
func (c *Core) ObjectCount() int { return len(c.objects) }

// Held is how many bytes of events wait for sockets, and how many are kept for RESUME. Bodies that sessions share are
// counted once for each.
func (c *Core) Held() (queued, kept int) {
	for _, s := range c.sessions {
		queued += s.unsent
		kept += s.bytes - s.unsent
	}
	return queued, kept
}
