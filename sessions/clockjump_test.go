package sessions_test

import (
	"slices"
	"testing"
	"time"

	"guildhall/sessions"
	"guildhall/wallclock"
)

// TestSessionsGoByPassedTime: a session without a socket can be resumed for as long as it is promised, wherever the clock
// is set to meanwhile, and with all that it missed. F57
func TestSessionsGoByPassedTime(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{time.Hour, -time.Hour, -5 * time.Second} {
		for _, after := range []time.Duration{time.Second, limits().ReplayAge + time.Minute} {
			r := newRig(t, newWorld().settle(owner, alice, bob))
			r.now = time.Now()
			a := r.login(alice)
			a.expect("login", "READY", "GUILD_CREATE")
			a.gone()
			r.now = wallclock.Jump(r.now, by)
			r.publish(r.w.say(general, "missed"))
			r.now = r.now.Add(after)
			r.do(func(c *sessions.Core) { c.Tick(r.now) })
			outcome := a.resume(2)
			if inTime := after < limits().ReplayAge; (outcome == sessions.Resumed) != inTime {
				t.Errorf("%v after a jump of %v: %v", after, by, outcome)
			} else if inTime {
				a.expect("replay", "MESSAGE_CREATE", "RESUMED")
				if got := a.contents(3); !slices.Equal(got, []string{"missed"}) {
					t.Errorf("after a jump of %v it got %v", by, got)
				}
			}
		}
	}
}
