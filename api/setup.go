package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"sync"
	"time"

	"guildhall"
)

// SetupTime is for how long a setup link is good.
const SetupTime = time.Hour

// ErrSetupLink is returned for a secret that is not, or no longer, that of a link in force.
var ErrSetupLink = &guildhall.Error{Status: http.StatusForbidden, Message: "Setup link is not valid"}

// SetupLinks holds the one setup link in force, in memory: a server that starts again prints another.
type SetupLinks struct {
	// fixed after NewSetupLinks
	now func() time.Time
	// place is taken by the one account that is being made, so that a link makes one. A lock would be held across I/O.
	place chan struct{}

	mu    sync.Mutex
	hash  [sha256.Size]byte // guarded by mu; of the link in force
	until time.Time         // guarded by mu; zero for no link
}

var _ Setup = (*SetupLinks)(nil)

// NewSetupLinks makes one without a link; nil is time.Now.
func NewSetupLinks(now func() time.Time) *SetupLinks {
	if now == nil {
		now = time.Now
	}
	return &SetupLinks{now: now, place: make(chan struct{}, 1)}
}

// Issue makes a link's secret, which replaces the one before.
func (s *SetupLinks) Issue() (secret string) {
	secret = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hash, s.until = sha256.Sum256([]byte(secret)), s.now().Add(SetupTime)
	return secret
}

// Redeem implements Setup. Who comes while an account is being made waits for the outcome until ctx ends.
func (s *SetupLinks) Redeem(ctx context.Context, secret string, create func(context.Context) error) error {
	hash := sha256.Sum256([]byte(secret))
	if !s.inForce(hash) {
		return ErrSetupLink // without waiting: whoever knows no secret takes nobody's place
	}
	select {
	case s.place <- struct{}{}:
		defer func() { <-s.place }()
	case <-ctx.Done():
		return fmt.Errorf("wait for the account that is being made: %w", context.Cause(ctx))
	}
	if !s.inForce(hash) {
		return ErrSetupLink
	}
	if err := create(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = time.Time{} // a link issued meanwhile too: the account is there
	return nil
}

func (s *SetupLinks) inForce(hash [sha256.Size]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return subtle.ConstantTimeCompare(hash[:], s.hash[:]) == 1 && s.now().Before(s.until)
}
