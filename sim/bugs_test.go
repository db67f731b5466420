package sim_test

import (
	"testing"

	"guildhall/sim"
)

func TestPlanted(t *testing.T) {
	for _, b := range sim.Bugs() {
		found := false
		for s := uint64(0); s < 400 && !found; s++ {
			r := sim.Run(s, sim.Options{Bug: b})
			if len(r.Violations) > 0 {
				t.Logf("%s: seed %d: %.200s", b, s, r.Violations[0])
				found = true
			}
		}
		if !found {
			t.Errorf("%s not found", b)
		}
	}
}
