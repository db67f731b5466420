package sim

// pure core

import (
	"container/heap"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"guildhall"
	"guildhall/history"
	"guildhall/store"
)

// world is everything in one run. It is one goroutine's.
type world struct {
	// fixed after newWorld
	seed     uint64
	opts     Options
	rng      *rand.Rand
	mix      mix
	restorer restorer
	start    time.Time
	slots    []guildhall.Slot

	now    time.Duration
	events eventHeap
	queued uint64
	steps  int
	digest hash.Hash64

	store     *simStore
	owners    []*ownerNode
	apis      []*apiNode
	sessions  []*sessionsNode
	processes []*process
	// directory tells which incarnation of which node writes a log.
	directory map[store.LogID]incarnation

	faults    faultPlan
	clients   []*client
	listeners []*listener
	stage     *stage
	// copies counts how many of each request are on their way to an owner, or were lost with its process.
	copies   map[guildhall.RequestID]int
	recorder *history.Recorder
	model    *model
	coverage Coverage
	// loading is whether clients go on working; operations is how many they began.
	loading    bool
	operations int
	broken     []Violation
	report     *history.Report
}

// incarnation is an owner node between one start of its role and the next.
type incarnation struct {
	node *ownerNode
	life uint64
}

// event is something that happens at a time; tie orders what happens at the same.
type event struct {
	at  time.Duration
	tie uint32
	n   uint64
	run func()
}

type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	a, b := &h[i], &h[j]
	if a.at != b.at {
		return a.at < b.at
	}
	if a.tie != b.tie {
		return a.tie < b.tie
	}
	return a.n < b.n
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(v any)   { *h = append(*h, v.(event)) }
func (h *eventHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1].run = nil
	*h = old[:len(old)-1]
	return last
}

// chanceStream tells the simulator's generator from others with the same seed.
const chanceStream = 0x6775696c6468616c

// restlessOneIn is how many seeds there are for each that draws Options.Restless.
const (
	restlessStream = 0x726573746c657373
	restlessOneIn  = 10
)

// startOfTime is the wall clock at the beginning of each run.
func startOfTime() time.Time { return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) }

func newWorld(seed uint64, opts Options) *world {
	w := &world{
		seed: seed, opts: opts, rng: rand.New(rand.NewPCG(seed, chanceStream)), start: startOfTime(),
		digest: fnv.New64a(), directory: make(map[store.LogID]incarnation), copies: make(map[guildhall.RequestID]int),
	}
	w.restorer = newRestorer(seed, opts.Restore)
	restless := opts.Faults == nil && !opts.Stale && rand.New(rand.NewPCG(seed, restlessStream)).IntN(restlessOneIn) == 0
	w.mix = drawMix(w.rng, opts, restless || opts.Restless)
	w.recorder = history.NewRecorder(nil, func() time.Duration { return w.now })
	w.store = newStore(w)
	w.model = newModel(w)
	w.stage = &stage{w: w}
	for _, s := range w.rng.Perm(guildhall.Slots)[:w.mix.slots] {
		w.slots = append(w.slots, guildhall.Slot(s))
	}
	for i := range w.mix.owners {
		w.owners = append(w.owners, newOwnerNode(w, i))
	}
	for i := range w.mix.apis {
		w.apis = append(w.apis, newAPINode(w, i))
	}
	for i := range w.mix.sessionsNodes {
		w.sessions = append(w.sessions, newSessionsNode(w, i))
	}
	return w
}

// after has run called once d has passed.
func (w *world) after(d time.Duration, run func()) {
	w.queued++
	heap.Push(&w.events, event{at: w.now + d, tie: w.rng.Uint32(), n: w.queued, run: run})
}

// until runs the world up to a time, or until done holds.
func (w *world) until(end time.Duration, done func() bool) bool {
	for len(w.events) > 0 && w.events[0].at <= end && !w.failed() {
		if done != nil && done() {
			return true
		}
		w.step()
	}
	if done != nil && done() {
		return true
	}
	if !w.failed() {
		w.now = max(w.now, end)
	}
	return false
}

// stepsMost is several times what the longest runs take. A core that asks again without end is found by it.
const stepsMost = 1_000_000

func (w *world) step() {
	e := heap.Pop(&w.events).(event)
	w.now = max(w.now, e.at)
	if w.steps++; w.steps > stepsMost {
		w.violate(CheckHealed, "%d steps and no end", w.steps)
		return
	}
	e.run()
}

// failed tells whether the run can stop: one violation is enough, and what follows from it only confuses.
func (w *world) failed() bool { return len(w.broken) > 0 }

func (w *world) violate(check Check, format string, args ...any) {
	v := Violation{Check: check, At: w.now, Text: fmt.Sprintf(format, args...)}
	w.trace("VIOLATION %s", v)
	w.broken = append(w.broken, v)
}

func (w *world) hit(c Counter) { w.coverage[c]++ }

// chance is true with probability p; it draws nothing for 0, so that a fault that is off leaves the rest as it was.
func (w *world) chance(p float64) bool { return p > 0 && w.rng.Float64() < p }

// between draws a duration, evenly.
func (w *world) between(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(w.rng.Int64N(int64(high-low)))
}

func pick[T any](w *world, from []T) T { return from[w.rng.IntN(len(from))] }

func (w *world) newLog() (log store.LogID) {
	binary.BigEndian.PutUint64(log[:8], w.rng.Uint64())
	binary.BigEndian.PutUint64(log[8:], w.rng.Uint64())
	return log
}

func (w *world) newRequest() (id guildhall.RequestID) {
	binary.BigEndian.PutUint64(id[:8], w.rng.Uint64())
	binary.BigEndian.PutUint64(id[8:], w.rng.Uint64())
	return id
}

// note adds a fact to the run's digest, by which two runs of one seed are compared.
func (w *world) note(numbers ...uint64) {
	var b []byte
	b = binary.BigEndian.AppendUint64(b, uint64(w.now))
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	_, _ = w.digest.Write(b) // never fails
}

func (w *world) trace(format string, args ...any) {
	if w.opts.Trace != nil {
		w.opts.Trace(fmt.Sprintf("%12s ", w.now) + fmt.Sprintf(format, args...))
	}
}
