package sessions

import (
	"context"
	"fmt"
	"time"

	"guildhall/gateway"
)

const (
	// drainBatch and drainPause pace the op 7 of a drain: 2,000 clients a second.
	drainBatch = 100
	drainPause = 50 * time.Millisecond
	// drainLeave is how long a client that was asked to reconnect may take to leave by itself.
	drainLeave = 3 * time.Second
	// drainShares are the parts of the time that a drain is given: asking, leaving, and closing each get one at most, so
	// that every client hears a close code.
	drainShares = 3
)

// Drain takes no more sockets, asks all clients to reconnect elsewhere, closes what is left after a while, resumable,
// and returns when all have gone or ctx has ended.
// discord: events/gateway#disconnecting
func (s *Server) Drain(ctx context.Context) error {
	s.mu.Lock()
	s.draining = true
	open := s.openSockets()
	s.mu.Unlock()
	asked, leave := drainTimes(ctx, time.Now())
	for i, socket := range open {
		socket.send(gateway.ReconnectPayload)
		if i%drainBatch == drainBatch-1 && time.Now().Before(asked) {
			if err := pause(ctx, drainPause); err != nil {
				return err
			}
		}
	}
	if latest := time.Now().Add(drainLeave); latest.Before(leave) {
		leave = latest
	}
	for closing := false; ; {
		s.mu.Lock()
		open = s.openSockets()
		s.mu.Unlock()
		if len(open) == 0 {
			return nil
		}
		if !closing && time.Now().After(leave) {
			closing = true
			for _, socket := range open {
				// Not 1000, which ends the session, and by which discord.js starts anew.
				socket.close(gateway.CloseUnknownError)
			}
		}
		if err := pause(ctx, drainPause); err != nil {
			return err
		}
	}
}

// drainTimes are when all must have been asked to leave, and when those that stayed are closed.
func drainTimes(ctx context.Context, now time.Time) (asked, leave time.Time) {
	end, bounded := ctx.Deadline()
	if !bounded {
		end = now.Add(time.Hour) // the pace and drainLeave decide
	}
	share := end.Sub(now) / drainShares
	return now.Add(share), now.Add(2 * share)
}

// pause waits unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain sockets: %w", context.Cause(ctx))
	}
}
