package sessions

// pure core

import (
	"time"

	"guildhall"
	"guildhall/gateway"
)

// ResumeOutcome is what becomes of a RESUME.
type ResumeOutcome int

// The outcomes.
const (
	// Resumed: the socket has the session, and what the client missed is in line, RESUMED last.
	Resumed ResumeOutcome = iota
	// ResumeInvalid: there is no such session for this user, or it can't be continued without a hole (op 9).
	ResumeInvalid
	// ResumeSequence: the client claims to have got what was never sent (close code 4007).
	ResumeSequence
)

// Resume gives a session to a socket whose client has got all events up to seq. What is left of the stream is filtered
// by what the user may see today and numbered from seq+1 on. A socket that held the session before loses it.
// design §4
func (c *Core) Resume(now time.Time, id string, who guildhall.Identity, seq uint64) (Socket, ResumeOutcome) {
	c.now = now
	s := c.sessions[id]
	if s == nil || s.removed || s.User != who.User || !s.ready {
		return Socket{}, ResumeInvalid
	}
	if seq > s.taken {
		return Socket{}, ResumeSequence
	}
	missed := int(s.seq - seq)
	if s.condemned || missed > len(s.stream)-s.head || s.staleGuild(missed) || c.tokenEnded(s, who) {
		c.drop(s, Drop{Invalid: true})
		c.end(s)
		return Socket{}, ResumeInvalid
	}
	c.drop(s, Drop{Code: gateway.CloseUnknownError})
	c.attaches++
	s.Attach, s.TokenHash = c.attaches, who.TokenHash
	stale := s.staleThreads(missed)
	c.refilter(s, seq, missed)
	c.syncAgain(s, stale)
	c.pushOwn(s, &event{Type: gateway.EventResumed, Object: guildhall.UserObject(s.User), data: []byte(`{"_trace":[]}`)})
	for _, a := range s.order {
		c.show(a)
	}
	return Socket{s.ID, s.Attach}, Resumed
}

// tokenEnded tells whether the token that a client resumes with has been removed, or may have been: it was looked at before
// what is known here of removals begins. S20
func (c *Core) tokenEnded(s *session, who guildhall.Identity) bool {
	o := c.objects[guildhall.UserObject(s.User)]
	if o == nil || o.user == nil {
		return true
	}
	_, removed := o.user.removed[who.TokenHash]
	return removed || who.Position < o.user.since
}

// staleGuild tells whether the client missed a GUILD_CREATE that shows what it may no longer see, in a guild that is
// still its user's.
func (s *session) staleGuild(missed int) bool {
	for i := len(s.stream) - missed; i < len(s.stream); i++ {
		e := &s.stream[i]
		if a := s.attachments[e.event.Object]; e.revoked && e.event.Type == gateway.EventGuildCreate && a != nil && a.shown {
			return true
		}
	}
	return false
}

// refilter keeps of what the client missed only what may be seen now, and numbers it anew.
func (c *Core) refilter(s *session, seq uint64, missed int) {
	kept := s.stream[:len(s.stream)-missed]
	for _, e := range s.stream[len(s.stream)-missed:] {
		if c.stillVisible(s, &e) {
			kept = append(kept, e)
		}
	}
	clear(s.stream[len(kept):])
	left := len(kept) - (len(s.stream) - missed)
	s.stream = kept
	s.seq, s.taken = seq+uint64(left), seq
	s.bytes, s.unsent = 0, 0
	for i := s.head; i < len(s.stream); i++ {
		size := s.stream[i].size()
		s.bytes += size
		if i >= len(s.stream)-left {
			s.unsent += size
		}
	}
	s.grace = s.unsent
}

// stillVisible judges an event of the past by today's rights.
func (c *Core) stillVisible(s *session, e *entry) bool {
	ev := e.event
	switch {
	case ev.Type == gateway.EventResumed, ev.Type == gateway.EventTypingStart:
		return false // of a former resume; out of date
	case ev.Object.Kind == guildhall.KindUser, ev.Type == gateway.EventGuildDelete,
		ev.Farewell && ev.Object.Kind == guildhall.KindPrivate:
		return true
	case ev.Farewell: // of a channel; where the guild is gone too, the client may never have been told of either
		a := s.attachments[ev.Object]
		return a != nil && a.shown
	case ev.Audience == nil, ev.Audience.Before:
		return !e.revoked
	}
	a := s.attachments[ev.Object]
	if a == nil || !a.shown || a.viewer.class == nil {
		return false
	}
	if _, exists := a.viewer.class.in[ev.Channel]; ev.Channel != 0 && !exists {
		return !e.revoked // the channel was deleted for all, and its events were this session's to see
	}
	if id := ev.Audience.Thread; id != 0 {
		t := a.object.guild.view().Thread(id)
		if t == nil {
			return !e.revoked // likewise
		}
		if !a.object.guild.threadsSeenBy(a.viewer, c.now)(t) {
			return false
		}
	}
	return ev.Audience.Admits(&eyes{s.User, s.Intents, a.viewer.class, a.viewer.until, c.now})
}
