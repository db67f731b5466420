package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is one reason why settings are refused.
type Problem struct {
	Source  string `json:"source,omitempty"` // file, --flag or variable
	Line    int    `json:"line,omitempty"`   // in a file, from 1
	Key     string `json:"key,omitempty"`
	Reason  string `json:"reason"`
	Allowed string `json:"allowed,omitempty"` // range or values that are taken
	Why     string `json:"why,omitempty"`     // reason for the range
}

// String returns the problem in one line.
func (p Problem) String() string {
	var b strings.Builder
	if p.Source != "" {
		b.WriteString(p.Source)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Reason)
	if p.Allowed != "" {
		b.WriteString(" (allowed: " + p.Allowed + ")")
	}
	if p.Why != "" {
		b.WriteString(": " + p.Why)
	}
	return b.String()
}

// Error holds all problems of the settings, in the order of the sources.
type Error struct{ Problems []Problem }

// Error returns one line per problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// problem explains why a value of the setting was refused.
func (s Setting) problem(at place, err error) Problem {
	p := Problem{Source: at.source, Line: at.line, Key: s.Key, Reason: err.Error(), Allowed: s.Allowed()}
	var bounds outOfBounds
	if errors.As(err, &bounds) {
		p.Why = s.Why
	}
	return p
}

// didYouMean returns a question that names the nearest word, or nothing when none is near.
func didYouMean(word string, words []string) string {
	best, distance := "", 0
	for _, candidate := range words {
		if d, near := nearness(strings.ToLower(word), strings.ToLower(candidate)); near && (best == "" || d < distance) {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// nearness counts edits between words. A key without its table, the name of a flag, and a word with its end cut off or with
// too much at its end are as near as one edit.
func nearness(word, candidate string) (edits int, near bool) {
	const (
		lengthMax = 64 // no name is as long, and the comparison's cost grows with the product of lengths
		editsMax  = 3  // and at most a third of the word, so that short words do not match everything
		prefixMin = 4  // shorter beginnings are shared by words that have nothing in common
	)
	plain := strings.NewReplacer(".", "_", "-", "_")
	switch {
	case len(word) > lengthMax:
		return 0, false
	case strings.HasSuffix(candidate, "."+word), plain.Replace(word) == plain.Replace(candidate):
		return 1, true
	case len(word) >= prefixMin && strings.HasPrefix(candidate, word),
		len(candidate) >= prefixMin && strings.HasPrefix(word, candidate):
		return 1, true
	}
	edits = editDistance(word, candidate)
	return edits, edits <= min(editsMax, (len(word)+2)/3)
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours between two words.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// sortProblems puts flags before variables before the file, and the lines of the file in their order.
func sortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Line, b.Line))
	})
}

func (p Problem) rank() int {
	switch {
	case strings.HasPrefix(p.Source, "--"):
		return 0
	case p.Line == 0 && strings.HasPrefix(p.Source, variablePrefix):
		return 1
	}
	return 2
}
