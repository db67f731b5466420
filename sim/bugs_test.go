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
		// faults narrow the run to what the bug needs, where that is rare.
		faults []sim.Fault
	}{
		{sim.BugAnswerEarly, 1, nil},
		{sim.BugPublishEarly, 1, nil},
		{sim.BugOverGap, 20, nil},
		{sim.BugTwice, 20, nil},
		{sim.BugNoAudit, 20, nil},
		{sim.BugNoSeal, 40, nil},
		{sim.BugClaimFirst, 40, nil},
		{sim.BugForgets, 40, nil},
		{sim.BugRegroups, 40, nil},
		{sim.BugNoRingRead, 400, []sim.Fault{
			sim.FaultFreeze, sim.FaultPartition, sim.FaultSuspect, sim.FaultCallSlow, sim.FaultNewsLost,
		}},
	}
	if len(tests) != len(sim.Bugs()) {
		t.Errorf("%d of %d bugs are planted", len(tests), len(sim.Bugs()))
	}
	for _, test := range tests {
		t.Run(test.bug.String(), func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= test.within; seed++ {
				r := sim.Run(seed, sim.Options{Bug: test.bug, Faults: test.faults})
				if len(r.Violations) > 0 {
					t.Logf("found by seed %d: %s", seed, r.Violations[0])
					return
				}
			}
			t.Errorf("not found in %d seeds", test.within)
		})
	}
}
