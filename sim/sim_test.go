package sim_test

import (
	"bufio"
	"flag"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"guildhall/sim"
)

var (
	seedFlag     = flag.Uint64("sim.seed", 0, "the seed that TestSeed runs")
	staleFlag    = flag.Bool("sim.stale", false, "have TestSeed run the scenario of stale rings")
	restlessFlag = flag.Bool("sim.restless", false, "have TestSeed run the scenario of restless clients")
	bugFlag      = flag.String("sim.bug", "none", "the bug that TestSeed plants")
	traceFlag    = flag.Bool("sim.trace", false, "have TestSeed print what happens")
)

// seedsDefault keeps `go test ./sim` within 25 s on two cores.
const seedsDefault = 120

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// report prints what is wrong with a run, and how to see it again.
func report(t *testing.T, r sim.Result) {
	t.Helper()
	for _, v := range r.Violations {
		t.Errorf("seed %d: %s", r.Seed, v)
	}
	if len(r.Violations) > 0 {
		t.Errorf("again: %s", r.Reproduce)
	}
}

// TestSeed runs one seed, for a look at it.
func TestSeed(t *testing.T) {
	t.Parallel()
	opts := sim.Options{Stale: *staleFlag, Restless: *restlessFlag}
	for _, b := range sim.Bugs() {
		if b.String() == *bugFlag {
			opts.Bug = b
		}
	}
	if opts.Bug.String() != *bugFlag {
		t.Fatalf("there is no bug %q", *bugFlag)
	}
	if *traceFlag {
		opts.Trace = func(line string) { t.Log(line) }
	}
	r := sim.Run(*seedFlag, opts)
	t.Logf("%d steps, %d operations, %d records", r.Steps, r.Operations, r.Records)
	if r.Report != nil {
		t.Log(r.Report)
	}
	report(t, r)
}

// TestSeeds runs GUILDHALL_SIM_SEEDS seeds from GUILDHALL_SIM_FIRST on, and demands that between them they have used
// every fault and every defence.
func TestSeeds(t *testing.T) {
	t.Parallel()
	first, n := number(t, "GUILDHALL_SIM_FIRST", 1), number(t, "GUILDHALL_SIM_SEEDS", seedsDefault)
	results := make(chan sim.Result)
	next := make(chan uint64)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := range next {
				results <- sim.Run(seed, sim.Options{})
			}
		})
	}
	go func() {
		for i := range n {
			next <- first + i
		}
		close(next)
		workers.Wait()
		close(results)
	}()
	var coverage sim.Coverage
	steps, operations, records := 0, 0, 0
	for r := range results {
		report(t, r)
		coverage.Add(r.Coverage)
		steps, operations, records = steps+r.Steps, operations+r.Operations, records+r.Records
	}
	t.Logf("%d seeds, %d steps, %d operations, %d records", n, steps, operations, records)
	for c, times := range coverage {
		t.Logf("%-44s %d", sim.Counter(c), times)
	}
	if n < seedsDefault {
		t.Logf("too few seeds to demand that all happened")
		return
	}
	for _, c := range coverage.Missed() {
		t.Errorf("in %d seeds there was never: %s", n, c)
	}
}

// TestStaleRings runs the scenario of stale rings without a bug.
func TestStaleRings(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 15; seed++ {
		report(t, sim.Run(seed, sim.Options{Stale: true}))
	}
}

// TestRestlessClients runs the scenario of restless clients without a bug.
func TestRestlessClients(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 20; seed++ {
		report(t, sim.Run(seed, sim.Options{Restless: true}))
	}
}

// TestSeedsThatFailed runs those of testdata/seeds.txt.
func TestSeedsThatFailed(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/seeds.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		report(t, sim.Run(seed, sim.Options{}))
	}
}

// TestRunsRepeat runs seeds twice, the second time with cores that are now and then replaced by a copy made from their
// state: neither may be noticed.
func TestRunsRepeat(t *testing.T) {
	t.Parallel()
	for seed := uint64(1000); seed < 1010; seed++ {
		once, again := sim.Run(seed, sim.Options{}), sim.Run(seed, sim.Options{})
		if once.Digest != again.Digest || once.Steps != again.Steps {
			t.Errorf("seed %d went two ways: %d and %d steps, %x and %x", seed, once.Steps, again.Steps, once.Digest, again.Digest)
		}
		restored := sim.Run(seed, sim.Options{Restore: 0.05})
		report(t, restored)
		if once.Digest != restored.Digest || once.Steps != restored.Steps {
			t.Errorf("seed %d went another way with restored cores: %d and %d steps, %x and %x",
				seed, once.Steps, restored.Steps, once.Digest, restored.Digest)
		}
	}
}

// TestSeedsDiffer would notice a generator that is not used.
func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	if a, b := sim.Run(1, sim.Options{}), sim.Run(2, sim.Options{}); a.Digest == b.Digest {
		t.Errorf("seeds 1 and 2 went the same way, %x", a.Digest)
	}
}
