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

func TestRepeats(t *testing.T) {
	for s := range uint64(60) {
		if a, b := sim.Run(s, sim.Options{}), sim.Run(s, sim.Options{}); a.Digest != b.Digest || a.Steps != b.Steps {
			t.Errorf("seed %d: %d steps and %d, %x %x", s, a.Steps, b.Steps, a.Digest, b.Digest)
		}
	}
}

func TestRestored(t *testing.T) {
	for s := range uint64(40) {
		a, b := sim.Run(s, sim.Options{}), sim.Run(s, sim.Options{Restore: 0.05})
		for _, v := range b.Violations {
			t.Errorf("seed %d: %s", s, v)
		}
		if a.Digest != b.Digest || a.Steps != b.Steps {
			t.Errorf("seed %d: %d steps and %d, %x %x", s, a.Steps, b.Steps, a.Digest, b.Digest)
		}
	}
}
