package history

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"guildhall"
)

// Recorder notes facts in order, in memory and as JSON lines. It is safe for several goroutines. Facts belong to the
// recorder once they are noted and must not be changed.
type Recorder struct {
	clock func() time.Duration // fixed after NewRecorder

	mu      sync.Mutex
	out     *bufio.Writer // guarded by mu; nil without a writer
	err     error         // guarded by mu; the first failure to write
	entries []Entry       // guarded by mu; grows for as long as the run is recorded
	ops     OpID          // guarded by mu
}

// NewRecorder writes to w, which may be nil. clock is the run's one monotonic clock; nil counts from now.
func NewRecorder(w io.Writer, clock func() time.Duration) *Recorder {
	if clock == nil {
		start := time.Now()
		clock = func() time.Duration { return time.Since(start) }
	}
	r := &Recorder{clock: clock}
	if w != nil {
		r.out = bufio.NewWriter(w)
	}
	return r
}

// Now reads the run's clock, for Page.Start.
func (r *Recorder) Now() time.Duration { return r.clock() }

// Record notes a fact as of now.
func (r *Recorder) Record(f Fact) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(f)
}

// Begin notes the start of an operation, whose Op it chooses and returns.
func (r *Recorder) Begin(i Invoke) OpID {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops++
	i.Op = r.ops
	r.note(&i)
	return i.Op
}

// OK notes that an operation was acknowledged; id is what it made, 0 for nothing.
func (r *Recorder) OK(op OpID, id guildhall.Snowflake) {
	r.Record(&Outcome{Op: op, Result: OK, ID: id})
}

// Fail notes that an operation certainly had no effect.
func (r *Recorder) Fail(op OpID, reason string) {
	r.Record(&Outcome{Op: op, Result: Fail, Reason: reason})
}

// Unknown notes that nobody can say whether the operation had an effect.
func (r *Recorder) Unknown(op OpID, reason string) {
	r.Record(&Outcome{Op: op, Result: Unknown, Reason: reason})
}

func (r *Recorder) note(f Fact) {
	e := Entry{N: len(r.entries) + 1, At: r.clock(), Fact: f}
	r.entries = append(r.entries, e)
	if i, ok := f.(*Invoke); ok {
		r.ops = max(r.ops, i.Op)
	}
	if r.out == nil || r.err != nil {
		return
	}
	text, err := json.Marshal(e)
	if err == nil {
		_, err = r.out.Write(append(text, '\n'))
	}
	if err != nil {
		r.err = fmt.Errorf("write line %d of history: %w", e.N, err)
	}
}

// History is all that was noted up to now.
func (r *Recorder) History() *History {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &History{Entries: slices.Clip(r.entries)}
}

// Flush hands all lines to the writer and returns the first error there was.
func (r *Recorder) Flush() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.out == nil || r.err != nil {
		return r.err
	}
	if err := r.out.Flush(); err != nil {
		r.err = fmt.Errorf("write history: %w", err)
	}
	return r.err
}
