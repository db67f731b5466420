package history

import (
	"slices"
	"time"

	"guildhall"
)

const (
	// withinDefault is how long an event may take once there is no fault. failures H9
	withinDefault = 10 * time.Second
	// violationsMaxDefault keeps the report of a thoroughly broken run readable; all are counted.
	violationsMaxDefault = 20
)

// Options say what is known about a run besides its history. The zero value is safe.
type Options struct {
	// Entitled, when set, answers who may see what in place of the history's Grants, where it does not answer
	// SightUnknown.
	Entitled func(View) Sight
	// Within is the longest that an event may take to a session while there is no fault; 0 means 10 s.
	Within time.Duration
	// StoreOrder says that commits and seals are noted when and in the order in which the store applied them, so that
	// whatever follows from a commit stands after it. A simulator knows that; a log read afterwards does not.
	StoreOrder bool
	// FreshReads demands of each page what anybody's acknowledged changes say, not only the reader's own. protocol §9 (8)
	FreshReads bool
	// OtherWriters says that others than the recorded clients write too: what no operation explains is not judged.
	OtherWriters bool
	// ViolationsMax is how many violations of each check are described; 0 means 20.
	ViolationsMax int
	// Only names the checks to run ("H1"); all where empty.
	Only []string
}

// View is the question whether a session may see an event. Position is 0 where it is not known.
type View struct {
	Session  string
	User     guildhall.UserID
	Intents  guildhall.Intents
	Object   guildhall.Object
	Channel  guildhall.ChannelID
	Position uint64
	Part     int
	Type     string
	ID       guildhall.Snowflake
}

// Sight is the answer to a View.
type Sight uint8

// The answers.
const (
	SightUnknown Sight = iota
	Hidden
	Seen
)

// Everyone is the Options.Entitled of a run in which nothing is hidden.
func Everyone(View) Sight { return Seen }

// check is one invariant.
type check struct {
	name, title string
	run         func(*index, *judge)
}

// checks lists the invariants in their order.
func checks() []check {
	return []check{
		{"H1", "no acknowledged write is lost", checkLost},
		{"H2", "nothing comes from nowhere", checkNowhere},
		{"H3", "a request takes effect at most once", checkOnce},
		{"H4", "one order per object", checkOrder},
		{"H5", "exactly once per session", checkExactly},
		{"H6", "a client reads its writes, and never backwards", checkReads},
		{"H7", "one owner per object", checkOwner},
		{"H8", "nobody gets what they may not see", checkLeak},
		{"H9", "everybody gets in time what they may see", checkDelivered},
	}
}

// Check judges a history. It takes O(n log n) time, and memory of a few times the history's.
func Check(h *History, o Options) *Report {
	if o.Within == 0 {
		o.Within = withinDefault
	}
	if o.ViolationsMax == 0 {
		o.ViolationsMax = violationsMaxDefault
	}
	ix := newIndex(h, o)
	report := &Report{Counts: ix.counts, Problems: ix.problems}
	for _, c := range checks() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, c.name) {
			continue
		}
		j := &judge{h: h, max: o.ViolationsMax, finding: Finding{Check: c.name, Title: c.title}}
		c.run(ix, j)
		report.Findings = append(report.Findings, j.close())
	}
	report.conclude()
	return report
}
