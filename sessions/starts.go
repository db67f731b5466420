package sessions

import (
	"sync"
	"time"

	"guildhall"
)

const (
	// startsTotal is how many sessions a user may start in startsWindow.
	// discord: events/gateway#session-start-limit-object
	startsTotal  = 1000
	startsWindow = 24 * time.Hour
	// startsConcurrency is how many of them in startsPace.
	// discord: events/gateway#rate-limiting
	startsConcurrency = 16
	startsPace        = 5 * time.Second
	// startsUsersMax bounds the users that are counted; beyond it those whose time is up are forgotten.
	startsUsersMax = 1 << 17
)

// StartLimit is the body of session_start_limit.
// discord: events/gateway#session-start-limit-object
type StartLimit struct {
	Total          int   `json:"total"`
	Remaining      int   `json:"remaining"`
	ResetAfter     int64 `json:"reset_after"` // milliseconds
	MaxConcurrency int   `json:"max_concurrency"`
}

// starts counts the sessions that users started.
type starts struct {
	mu    sync.Mutex
	users map[guildhall.UserID]*startCount // guarded by mu
}

type startCount struct {
	since, pace time.Time
	used, paced int
}

func newStarts() *starts { return &starts{users: make(map[guildhall.UserID]*startCount)} }

// use counts one start and tells whether it is within the limits.
func (s *starts) use(now time.Time, user guildhall.UserID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[user]
	if u == nil {
		if len(s.users) >= startsUsersMax {
			s.forget(now)
		}
		u = &startCount{since: now, pace: now}
		s.users[user] = u
	}
	if now.Sub(u.since) >= startsWindow {
		u.since, u.used = now, 0
	}
	if now.Sub(u.pace) >= startsPace {
		u.pace, u.paced = now, 0
	}
	u.used++
	u.paced++
	return u.used <= startsTotal && u.paced <= startsConcurrency
}

func (s *starts) forget(now time.Time) {
	for user, u := range s.users {
		if now.Sub(u.since) >= startsWindow {
			delete(s.users, user)
		}
	}
	if len(s.users) >= startsUsersMax {
		clear(s.users) // a limit that is forgotten once in a while is better than memory without one
	}
}

func (s *starts) limit(now time.Time, user guildhall.UserID) StartLimit {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := StartLimit{Total: startsTotal, Remaining: startsTotal, ResetAfter: 0, MaxConcurrency: startsConcurrency}
	if u := s.users[user]; u != nil && now.Sub(u.since) < startsWindow {
		l.Remaining = max(0, startsTotal-u.used)
		l.ResetAfter = (startsWindow - now.Sub(u.since)).Milliseconds()
	}
	return l
}

// StartLimit is what GET /gateway/bot tells a user of its session starts.
func (s *Server) StartLimit(user guildhall.UserID) StartLimit {
	return s.starts.limit(time.Now(), user)
}
