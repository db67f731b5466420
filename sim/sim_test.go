package sim_test

import (
	"flag"
	"testing"

	"guildhall/sim"
)

var (
	seed  = flag.Uint64("sim.seed", 0, "run only this seed, in TestSeed")
	trace = flag.Bool("sim.trace", false, "print what happens in TestSeed")
)

func TestSeed(t *testing.T) {
	opts := sim.Options{}
	if *trace {
		opts.Trace = func(line string) { t.Log(line) }
	}
	r := sim.Run(*seed, opts)
	t.Logf("%d steps, %d records, %d operations", r.Steps, r.Records, r.Operations)
	for _, v := range r.Violations {
		t.Errorf("%s\n%s", v, r.Reproduce)
	}
	if r.Report != nil {
		t.Log(r.Report)
	}
}
