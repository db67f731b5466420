package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"guildhall/api"
)

// setupAge is how long a setup link can be used.
const setupAge = time.Hour

var errSetUp = errors.New("this server is set up already: sign in with the operator's account")

// setup guards the making of the first account by a link that is printed once and can be used once.
type setup struct {
	operator *api.Operator
	now      func() time.Time

	redeeming sync.Mutex
	mu        sync.Mutex
	hash      [sha256.Size]byte // guarded by mu; of the link in force
	until     time.Time         // guarded by mu
}

var _ api.Setup = (*setup)(nil)

func newSetup(o *api.Operator, now func() time.Time) *setup { return &setup{operator: o, now: now} }

// open tells whether the first account is still to be made.
func (s *setup) open(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	has, err := s.operator.HasOperator(ctx)
	return !has, err
}

// link makes a new secret and ends the one before it.
func (s *setup) link(ctx context.Context) (secret string, err error) {
	open, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	if !open {
		return "", errSetUp
	}
	secret = randomHex(16)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hash, s.until = sha256.Sum256([]byte(secret)), s.now().Add(setupAge)
	return secret, nil
}

// Redeem runs create for whoever has the secret of the link in force.
func (s *setup) Redeem(ctx context.Context, secret string, create func(context.Context) error) error {
	s.redeeming.Lock()
	defer s.redeeming.Unlock()
	hash := sha256.Sum256([]byte(secret))
	s.mu.Lock()
	right := subtle.ConstantTimeCompare(hash[:], s.hash[:]) == 1 && s.now().Before(s.until)
	s.mu.Unlock()
	if !right {
		return api.ErrSetupLink
	}
	if err := create(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.until = time.Time{}
	s.mu.Unlock()
	return nil
}
