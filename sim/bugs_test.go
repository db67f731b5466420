package sim_test

import (
	"testing"

	"guildhall/sim"
)

// TestPlantedBugs plants each bug and demands that one of so many seeds finds it.
func TestPlantedBugs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		bug    sim.Bug
		within uint64
		// stale and restless are the scenarios for what the usual runs hardly meet.
		stale, restless bool
	}{
		{sim.BugAnswerEarly, 1, false, false},
		{sim.BugPublishEarly, 1, false, false},
		{sim.BugOverGap, 20, false, false},
		{sim.BugTwice, 20, false, false},
		{sim.BugNoAudit, 20, false, false},
		{sim.BugNoSeal, 40, false, false},
		{sim.BugClaimFirst, 40, false, false},
		{sim.BugForgets, 40, false, false},
		{sim.BugRegroups, 40, false, false},
		{sim.BugNoRingRead, 40, true, false},
		{sim.BugBelievesRefusals, 60, true, false},
		{sim.BugNoStamps, 40, false, false},
		{sim.BugCursorFirst, 20, false, false},
		{sim.BugReusesPosition, 20, false, false},
		{sim.BugPageOnly, 40, false, false},
		{sim.BugResumesLate, 60, false, false},
		{sim.BugForgetsRefusals, 60, false, false},
		{sim.BugForgetsShownAgain, 20, false, true},
		{sim.BugClaimsTooEarly, 40, false, false},
	}
	if len(tests) != len(sim.Bugs()) {
		t.Errorf("%d of %d bugs are planted", len(tests), len(sim.Bugs()))
	}
	for _, test := range tests {
		t.Run(test.bug.String(), func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= test.within; seed++ {
				r := sim.Run(seed, sim.Options{Bug: test.bug, Stale: test.stale, Restless: test.restless})
				if len(r.Violations) > 0 {
					t.Logf("found by seed %d: %s", seed, r.Violations[0])
					return
				}
			}
			t.Errorf("not found in %d seeds", test.within)
		})
	}
}
