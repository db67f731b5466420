package main

import (
	"context"
	"errors"
	"time"

	"guildhall/api"
)

var errSetUp = errors.New("this server is set up already: sign in with the operator's account")

// setup gives out the link by which the first account is made, as long as there is none.
type setup struct {
	*api.SetupLinks
	operator *api.Operator
}

func newSetup(o *api.Operator, now func() time.Time) *setup { return &setup{api.NewSetupLinks(now), o} }

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
	return s.Issue(), nil
}
