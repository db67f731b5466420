package wallclock_test

import (
	"testing"
	"time"

	"guildhall/wallclock"
)

func TestJump(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{time.Hour, -time.Hour, -5 * time.Second} {
		before := time.Now()
		after := wallclock.Jump(before, by)
		if got := after.Round(0).Sub(before.Round(0)); got != by { // Round takes the monotonic part away
			t.Errorf("the wall clock moved by %v, want %v", got, by)
		}
		if got := after.Sub(before); got != 0 {
			t.Errorf("the monotonic clock moved by %v", got)
		}
		if got := after.Add(time.Minute).Sub(before); got != time.Minute {
			t.Errorf("a minute later is %v later", got)
		}
	}
}
