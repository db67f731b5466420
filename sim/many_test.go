package sim_test

import (
	"os"
	"strconv"
	"testing"

	"guildhall/sim"
)

func TestSeeds(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("GUILDHALL_SIM_SEEDS"))
	if n == 0 {
		n = 100
	}
	first, _ := strconv.Atoi(os.Getenv("GUILDHALL_SIM_FIRST"))
	var cov sim.Coverage
	steps, records, failed := 0, 0, 0
	for s := first; s < first+n; s++ {
		r := sim.Run(uint64(s), sim.Options{})
		cov.Add(r.Coverage)
		steps += r.Steps
		records += r.Records
		if len(r.Violations) > 0 {
			failed++
			t.Errorf("seed %d: %s", s, r.Violations[0])
			if failed > 15 {
				break
			}
		}
	}
	t.Logf("%d steps %d records", steps, records)
	for i, c := range cov {
		t.Logf("%-40s %d", sim.Counter(i), c)
	}
}
