package api_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"guildhall/api"
)

// TestALinkMakesOneAccount: a second redeemer waits for the first one's outcome, no longer than its deadline, and nobody
// else has to wait meanwhile.
func TestALinkMakesOneAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		links := api.NewSetupLinks(nil)
		secret := links.Issue()
		made, finish := 0, make(chan struct{})
		create := func(context.Context) error {
			made++
			<-finish
			return nil
		}
		first, second := make(chan error, 1), make(chan error, 1)
		go func() { first <- links.Redeem(t.Context(), secret, create) }()
		synctest.Wait()

		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := links.Redeem(short, secret, create); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who waits past the deadline gets %v", err)
		}
		if err := links.Redeem(t.Context(), "wrong", create); !errors.Is(err, api.ErrSetupLink) {
			t.Errorf("a wrong secret gets %v while an account is made", err)
		}
		go func() { second <- links.Redeem(t.Context(), secret, create) }()
		synctest.Wait()
		close(finish)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if err := <-second; !errors.Is(err, api.ErrSetupLink) {
			t.Errorf("the second redeemer of a used link gets %v", err)
		}
		if made != 1 {
			t.Errorf("one link made %d accounts", made)
		}
	})
}
