package sim_test

import (
	"guildhall/sim"
	"testing"
)

func TestDump(t *testing.T) {
	r := sim.Run(*seed, sim.Options{})
	for i, e := range r.History.Entries {
		b, _ := e.MarshalJSON()
		t.Logf("%d %s", i+1, b)
	}
}
