package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
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
	now func() time.Time // fixed after NewSetupLinks

	mu    sync.Mutex // guards what follows; held while an account is made, so that a link makes one
	hash  [sha256.Size]byte
	until time.Time // zero for no link
}

var _ Setup = (*SetupLinks)(nil)

// NewSetupLinks makes one without a link; nil is time.Now.
func NewSetupLinks(now func() time.Time) *SetupLinks {
	if now == nil {
		now = time.Now
	}
	return &SetupLinks{now: now}
}

// Issue makes a link's secret, which replaces the one before.
func (s *SetupLinks) Issue() (secret string) {
	secret = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hash, s.until = sha256.Sum256([]byte(secret)), s.now().Add(SetupTime)
	return secret
}

// Redeem implements Setup.
func (s *SetupLinks) Redeem(ctx context.Context, secret string, create func(context.Context) error) error {
	hash := sha256.Sum256([]byte(secret))
	s.mu.Lock()
	defer s.mu.Unlock()
	if subtle.ConstantTimeCompare(hash[:], s.hash[:]) != 1 || !s.now().Before(s.until) {
		return ErrSetupLink
	}
	if err := create(ctx); err != nil {
		return err
	}
	s.until = time.Time{}
	return nil
}
