package sim

import (
	"fmt"
	"time"

	"guildhall/history"
)

// Options change a run. The zero value is what the seed alone decides.
type Options struct {
	// Bug is planted; none when 0.
	Bug Bug
	// Faults are the only kinds that the seed may draw from; all when nil.
	Faults []Fault
	// Stale makes a scenario for what rests on the ring read alone, which the usual runs hardly ever meet: healthy owners
	// are taken over all the time, half the news of it is lost, views are rarely refreshed, and clients mostly read.
	Stale bool
	// Restless makes a scenario in which clients are often away for long, while what may be seen changes all the time. One
	// seed in ten draws it.
	Restless bool
	// Restore is how often, per step, a core is replaced by a copy made from its state; it must change nothing.
	Restore float64
	// Trace is told what happens, line by line.
	Trace func(line string)
}

// Result is what became of a run.
type Result struct {
	Seed uint64
	// Steps is how many things happened, Records how many records were committed, and Operations how many operations
	// clients began.
	Steps, Records, Operations int
	// Digest is the same for two runs that went the same way.
	Digest   uint64
	Coverage Coverage
	// Violations are empty for a run in which all held. A run ends soon after the first.
	Violations []Violation
	// History is what the checker judged, and Report what it found; nil where the run did not come so far.
	History *history.History
	Report  *history.Report
	// Reproduce is the command that runs the seed again.
	Reproduce string
}

// Check names what a violation is one of: an invariant of protocol §9 or one that the history checker knows.
type Check string

// The checks that the simulator makes itself; the history checker's have its names.
const (
	CheckPlace      Check = "committed only in the log and epoch that the ring names"
	CheckDense      Check = "positions are dense"
	CheckOnce       Check = "a request commits once"
	CheckFinal      Check = "what is refused, or found to change nothing, is not committed under that owner"
	CheckName       Check = "a name is one user's, who has claimed it"
	CheckEffect     Check = "effects follow from the state before them"
	CheckSnowflake  Check = "snowflakes rise per slot"
	CheckAnswer     Check = "what is acknowledged is committed there"
	CheckPublish    Check = "only what is committed is published"
	CheckDelivery   Check = "each sessions node gets each record once, in order"
	CheckRead       Check = "a read shows what was, and nothing that was not"
	CheckEntitled   Check = "events go to those who may see them, and to all of them"
	CheckFold       Check = "tables equal the fold of all records"
	CheckHealed     Check = "after healing all objects take writes and all nodes reach all heads"
	CheckRestore    Check = "a core's state is all of it"
	CheckPermission Check = "only what the actor may do is committed"
)

// Violation is something that must not have happened.
type Violation struct {
	Check Check
	// At is the virtual time since the start of the run.
	At   time.Duration
	Text string
}

func (v Violation) String() string { return fmt.Sprintf("[%s] at %v: %s", v.Check, v.At, v.Text) }
