package sessions

// pure core

import (
	"slices"
	"time"

	"guildhall"
)

const (
	// auditEvery is how often a followed object's owner is asked what came after the position here.
	// protocol §7.3
	auditEvery = 2 * time.Second
	// idleAge is how long an object without sessions stays followed: a client that reconnects finds it ready.
	idleAge = time.Minute
	// retryFirst and retryMost bound the pause after a follow that failed; it doubles.
	retryFirst = 100 * time.Millisecond
	retryMost  = 2 * time.Second
	// heldMax bounds the records that came early, beyond a gap or during a first follow. What doesn't fit is asked for.
	heldMax = 256
)

// object is one guild or user that is followed.
type object struct {
	name guildhall.Object

	// live: there is state as of position, and records from position+1 on continue it.
	live     bool
	position uint64
	epoch    uint64

	// asking: a follow is under way, of which asked is the question.
	asking   bool
	asked    guildhall.Follow
	failures int
	retryAt  time.Time
	auditAt  time.Time
	// unattended is since when no session is attached; zero while one is.
	unattended time.Time

	// held are records that came early, by position.
	held []*guildhall.Record
	// late are member rows of a large guild as of a position that has not been reached yet.
	late *lateMembers

	guild *guildFeed
	user  *userFeed

	viewers []*viewer
	byUser  map[guildhall.UserID]*viewer
}

// viewer is a user with sessions here, as one object sees it.
type viewer struct {
	user guildhall.UserID
	// attachments are its sessions, in the order in which they came.
	attachments []*attachment
	// class is what a guild's member may do; nil for who is no member, and while that is not known.
	class *class
	// before is the class before the record that is being delivered.
	before *class
	// until is the end of a time-out, untilBefore what it was before the record that is being delivered.
	until, untilBefore *guildhall.Timestamp
	// known: whether the user is a member is known. Always so where the guild's state is whole.
	known bool
}

// attachment is one session's part in one object.
type attachment struct {
	session *session
	object  *object
	viewer  *viewer
	// shown: the session has been told of the object, and gets its events.
	shown bool
	// listed: the user's guild list names the guild. The guild's member table is the truth; the list says where to look.
	listed bool
	// promised: READY named the guild, so that the client waits to hear of it.
	promised bool
}

func (c *Core) object(name guildhall.Object) *object {
	if o := c.objects[name]; o != nil {
		return o
	}
	o := &object{name: name, byUser: make(map[guildhall.UserID]*viewer)}
	c.objects[name] = o
	c.order = append(c.order, o)
	return o
}

// attach makes the session one of the object's, which is followed from now on. promised says that READY names the
// guild, so that the client waits for it.
func (c *Core) attach(s *session, name guildhall.Object, promised bool) *attachment {
	if a := s.attachments[name]; a != nil {
		a.promised = promised && !a.shown
		return a
	}
	o := c.object(name)
	v := o.byUser[s.User]
	if v == nil {
		v = &viewer{user: s.User}
		o.byUser[s.User] = v
		o.viewers = append(o.viewers, v)
		if o.live && o.guild != nil {
			o.guild.admit(v)
		}
	}
	a := &attachment{session: s, object: o, viewer: v, promised: promised}
	v.attachments = append(v.attachments, a)
	s.attachments[name] = a
	s.order = append(s.order, a)
	o.unattended = time.Time{}
	if o.live && (o.guild == nil || v.known) {
		c.show(a)
	} else {
		c.ask(o)
	}
	return a
}

// detach is attach undone; nothing is told to the session.
func (c *Core) detach(a *attachment) {
	s, o, v := a.session, a.object, a.viewer
	delete(s.attachments, o.name)
	s.order = without(s.order, a)
	s.backlog = without(s.backlog, a)
	v.attachments = without(v.attachments, a)
	a.shown = false
	if len(v.attachments) > 0 {
		return
	}
	delete(o.byUser, v.user)
	o.viewers = without(o.viewers, v)
	if o.guild != nil {
		o.guild.forget(v.user)
	}
	if len(o.viewers) == 0 {
		o.unattended = c.now
	}
}

// without gives a new list, because the old one may be walked right now.
func without[T comparable](list []T, gone T) []T {
	i := slices.Index(list, gone)
	if i < 0 {
		return list
	}
	return append(slices.Clone(list[:i]), list[i+1:]...)
}

// due asks the object's owner when it is time, and gives the object up when nobody has wanted it for long. It tells
// whether the object is to be kept.
func (c *Core) due(o *object) bool {
	if o.asking {
		return true
	}
	if len(o.viewers) == 0 && c.now.Sub(o.unattended) >= idleAge {
		delete(c.objects, o.name)
		c.out.Follows = append(c.out.Follows, guildhall.Follow{Node: c.node, Object: o.name, Unfollow: true})
		return false
	}
	if c.now.Before(o.retryAt) {
		return true
	}
	if !o.live || !c.now.Before(o.auditAt) || len(o.held) > 0 || o.wantsMembers() {
		c.ask(o)
	}
	return true
}
