package admission_test

import (
	"net/netip"
	"testing"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/wallclock"
)

// TestLimitsGoByPassedTime: a window neither ends nor lasts longer because the clock was set. F57
func TestLimitsGoByPassedTime(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{time.Hour, -time.Hour, -5 * time.Second} {
		c := &clock{at: time.Now()}
		l := admission.NewLimits(c.now)
		who := admission.WhoIs(guildhall.UserID(1), netip.Addr{})
		for range admission.GlobalRequests {
			if l.Global(who).Exceeded {
				t.Fatal("refused too early")
			}
		}
		c.at = wallclock.Jump(c.at, by)
		if w := l.Global(who); !w.Exceeded || w.ResetAfter <= 0 || w.ResetAfter > time.Second {
			t.Errorf("after a jump of %v: exceeded %t, %v to wait", by, w.Exceeded, w.ResetAfter)
		}
		c.at = c.at.Add(time.Second)
		if w := l.Global(who); w.Exceeded {
			t.Errorf("after a jump of %v and a second: still refused", by)
		}
	}
}
