package history

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Verdict is what a check found.
type Verdict string

// The verdicts. Inconclusive: there was nothing in the history that the check could judge.
const (
	Pass         Verdict = "pass"
	Violated     Verdict = "fail"
	Inconclusive Verdict = "inconclusive"
)

// Report is the judgement of one history.
type Report struct {
	Counts   Counts    `json:"counts"`
	Findings []Finding `json:"findings"`
	// Problems are contradictions in the recording itself; they make the report worthless until they are mended.
	Problems []string `json:"problems,omitempty"`
	// LossRateSeen is the smallest rate of loss that this run would have shown with 95 % confidence, by the rule of
	// three: 3 / acknowledged writes judged. 1 where none were.
	LossRateSeen float64 `json:"loss_rate_seen"`
}

// Counts are what the history holds, so that "0 lost" can be read for what it is worth.
type Counts struct {
	Entries      int `json:"entries"`
	Clients      int `json:"clients"`
	Writes       int `json:"writes"`
	Acknowledged int `json:"acknowledged"`
	Refused      int `json:"refused"`
	Unknown      int `json:"unknown"`
	Sessions     int `json:"sessions"`
	Lifetimes    int `json:"lifetimes"`
	Resumes      int `json:"resumes"`
	Deliveries   int `json:"deliveries"`
	Pages        int `json:"pages"`
	Finals       int `json:"finals"`
	Commits      int `json:"commits"`
	Objects      int `json:"objects"`
	Seals        int `json:"seals"`
	Grants       int `json:"grants"`
	Faults       int `json:"faults"`
}

// Finding is the result of one check.
type Finding struct {
	Check   string  `json:"check"`
	Title   string  `json:"title"`
	Verdict Verdict `json:"verdict"`
	// Judged counts what the check looked at: writes, deliveries, records, as the check has it.
	Judged int `json:"judged"`
	// Count is the number of violations, of which Violations describes the first.
	Count      int         `json:"violations"`
	Violations []Violation `json:"described,omitempty"`
	// NotJudged says what was left out, and why.
	NotJudged []Gap `json:"not_judged,omitempty"`
}

// Violation is one breach, with the entries that show it.
type Violation struct {
	Text    string  `json:"text"`
	Entries []Shown `json:"entries"`
}

// Shown is an entry with its line.
type Shown struct {
	N     int   `json:"n"`
	Entry Entry `json:"entry"`
}

// Gap is something that could not be judged.
type Gap struct {
	Why   string `json:"why"`
	Count int    `json:"count"`
}

// Finding gives one check's result; false where it was not run.
func (r *Report) Finding(check string) (Finding, bool) {
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Check == check })
	if i < 0 {
		return Finding{}, false
	}
	return r.Findings[i], true
}

// Err is nil where no check failed and the recording has no problem. It says nothing of inconclusive checks.
func (r *Report) Err() error {
	var errs []error
	for _, p := range r.Problems {
		errs = append(errs, fmt.Errorf("recording: %s", p))
	}
	for _, f := range r.Findings {
		if f.Verdict == Violated {
			errs = append(errs, fmt.Errorf("%s (%s): %d violations, first: %s", f.Check, f.Title, f.Count, f.Violations[0].Text))
		}
	}
	return errors.Join(errs...)
}

// Require is Err, and besides demands that each of the named checks has passed: inconclusive is not enough.
func (r *Report) Require(names ...string) error {
	errs := []error{r.Err()}
	for _, name := range names {
		f, ok := r.Finding(name)
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%s was not run", name))
		case f.Verdict == Inconclusive:
			errs = append(errs, fmt.Errorf("%s (%s) is inconclusive: %s", f.Check, f.Title, f.gaps()))
		}
	}
	return errors.Join(errs...)
}

func (r *Report) conclude() {
	r.LossRateSeen = 1
	if f, ok := r.Finding("H1"); ok && f.Judged > 0 {
		r.LossRateSeen = min(1, 3/float64(f.Judged))
	}
}

// String is the report for a terminal: a table, then the violations with their entries.
func (r *Report) String() string {
	var b strings.Builder
	c := &r.Counts
	fmt.Fprintf(&b, "%d entries: %d writes of %d clients (%d acknowledged, %d refused, %d unknown), %d deliveries to %d sessions "+
		"in %d lifetimes with %d resumes, %d pages read, %d final channels, %d commits of %d objects, %d seals, %d grants, %d faults\n",
		c.Entries, c.Writes, c.Clients, c.Acknowledged, c.Refused, c.Unknown, c.Deliveries, c.Sessions,
		c.Lifetimes, c.Resumes, c.Pages, c.Finals, c.Commits, c.Objects, c.Seals, c.Grants, c.Faults)
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "recording: %s\n", p)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %-48s %-12s %d judged, %d violations", f.Check, f.Title, f.Verdict, f.Judged, f.Count)
		if len(f.NotJudged) > 0 {
			fmt.Fprintf(&b, "; not judged: %s", f.gaps())
		}
		b.WriteByte('\n')
	}
	if f, ok := r.Finding("H1"); ok && f.Judged > 0 {
		fmt.Fprintf(&b, "%d of %d acknowledged writes lost over %d faults; a loss rate below %.3g %% could not have been seen (95 %% confidence)\n",
			f.Count, f.Judged, c.Faults, 100*r.LossRateSeen)
	}
	for _, f := range r.Findings {
		for i, v := range f.Violations {
			fmt.Fprintf(&b, "%s #%d: %s\n", f.Check, i+1, v.Text)
			for _, e := range v.Entries {
				text, err := e.Entry.MarshalJSON()
				if err != nil {
					text = []byte(err.Error())
				}
				fmt.Fprintf(&b, "    %d: %s\n", e.N, text)
			}
		}
		if more := f.Count - len(f.Violations); more > 0 {
			fmt.Fprintf(&b, "%s: and %d more\n", f.Check, more)
		}
	}
	return b.String()
}

func (f *Finding) gaps() string {
	var parts []string
	for _, g := range f.NotJudged {
		parts = append(parts, fmt.Sprintf("%d %s", g.Count, g.Why))
	}
	if len(parts) == 0 {
		return "nothing of its kind in the history"
	}
	return strings.Join(parts, ", ")
}

// entriesShownMax bounds the context of a violation; a final channel among them is shown without its items.
const entriesShownMax = 8

// judge collects what one check finds.
type judge struct {
	h       *History
	max     int
	finding Finding
	gaps    map[string]int
}

// judged counts one thing that was looked at.
func (j *judge) judged() { j.finding.Judged++ }

// skip counts one thing that can't be judged, and why.
func (j *judge) skip(why string) { j.skipN(why, 1) }

func (j *judge) skipN(why string, n int) {
	if n == 0 {
		return
	}
	if j.gaps == nil {
		j.gaps = map[string]int{}
	}
	j.gaps[why] += n
}

// fail notes a violation and the lines that show it; lines of 0 are left out.
func (j *judge) fail(lines []int, format string, args ...any) {
	j.finding.Count++
	if len(j.finding.Violations) >= j.max {
		return
	}
	v := Violation{Text: fmt.Sprintf(format, args...), Entries: []Shown{}}
	slices.Sort(lines)
	for _, n := range slices.Compact(lines) {
		if n < 1 || n > len(j.h.Entries) || len(v.Entries) == entriesShownMax {
			continue
		}
		e := j.h.Entries[n-1]
		if f, ok := e.Fact.(*Final); ok {
			e.Fact = &Final{Channel: f.Channel, After: f.After}
		}
		v.Entries = append(v.Entries, Shown{N: n, Entry: e})
	}
	j.finding.Violations = append(j.finding.Violations, v)
}

func (j *judge) close() Finding {
	f := &j.finding
	switch {
	case f.Count > 0:
		f.Verdict = Violated
	case f.Judged > 0:
		f.Verdict = Pass
	default:
		f.Verdict = Inconclusive
	}
	for why, n := range j.gaps {
		f.NotJudged = append(f.NotJudged, Gap{why, n})
	}
	slices.SortFunc(f.NotJudged, func(a, b Gap) int { return cmp.Compare(a.Why, b.Why) })
	return *f
}
