package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// fileBytesMax bounds what is read: the table has a few dozen settings, so a larger file is not one of ours.
const fileBytesMax = 64 << 10

// place is where a value was written.
type place struct {
	source string
	line   int // 0 outside files
}

// given is a value that some source holds for a setting.
type given struct {
	key  string
	raw  string
	kind OriginKind
	at   place
}

// readFile returns what the file holds, and everything that is wrong with its form. Values are not looked at.
func readFile(path string) ([]given, []Problem, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read settings: %w", err)
	}
	defer f.Close() // read only: nothing can be lost
	data, err := io.ReadAll(io.LimitReader(f, fileBytesMax+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read settings: %w", err)
	}
	if len(data) > fileBytesMax {
		return nil, []Problem{{Source: path, Reason: "is larger than " + formatBytes(fileBytesMax) + " and so hardly a settings file"}}, nil
	}
	values, problems := parseFile(path, data)
	return values, problems, nil
}

// reader walks through one file.
type reader struct {
	path     string
	data     []byte
	parser   unstable.Parser
	byKey    map[string]Setting
	tables   map[string]bool // names of tables that hold settings
	seen     map[string]int  // key or [table] → line
	values   []given
	problems []Problem
}

func parseFile(path string, data []byte) ([]given, []Problem) {
	// Editors on Windows put a byte order mark first; TOML has no use for it.
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	r := &reader{path: path, data: data, byKey: map[string]Setting{}, tables: map[string]bool{}, seen: map[string]int{}}
	for _, s := range Settings() {
		r.byKey[s.Key] = s
		for i, char := range s.Key {
			if char == '.' {
				r.tables[s.Key[:i]] = true
			}
		}
	}
	r.parser.Reset(data)
	var table []string
	skip := false // inside a table that was refused as a whole
	for r.parser.NextExpression() {
		node := r.parser.Expression()
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = r.keyPath(node.Key())
			skip = !r.enterTable(node, table)
		case unstable.KeyValue:
			if !skip {
				r.keyValue(node, table)
			}
		}
	}
	if err := r.parser.Error(); err != nil {
		r.syntaxError(err)
	}
	return r.values, r.problems
}

func (r *reader) refuse(line int, key, format string, args ...any) {
	r.problems = append(r.problems, Problem{Source: r.path, Line: line, Key: key, Reason: fmt.Sprintf(format, args...)})
}

// syntaxError replaces what was said about its line, since the parser took the beginning of a slip for a value.
func (r *reader) syntaxError(err error) {
	line := 1
	if parseErr := (*unstable.ParserError)(nil); errors.As(err, &parseErr) {
		line = r.parser.Shape(r.parser.Range(parseErr.Highlight)).Start.Line
	}
	r.problems = slices.DeleteFunc(r.problems, func(p Problem) bool { return p.Line == line })
	r.refuse(line, "", "not valid TOML: %s%s; what follows was not read", err, r.syntaxHint(line))
}

// syntaxHint knows the usual slips, for which the parser's words are of little help.
func (r *reader) syntaxHint(line int) string {
	text := strings.Split(string(r.data), "\n")[line-1]
	key, value, isAssignment := strings.Cut(text, "=")
	value, _, _ = strings.Cut(value, "#")
	value = strings.TrimSpace(value)
	switch {
	case !isAssignment && strings.Contains(key, ":"):
		return " (write KEY = VALUE)"
	case isAssignment && value == "":
		return " (there is no value)"
	case isAssignment && !strings.ContainsAny(value, "\"'[{"):
		return " (text needs quotes)"
	}
	return ""
}

// keyPath copies the parts of a dotted key.
func (r *reader) keyPath(it unstable.Iterator) []string {
	var parts []string
	for it.Next() {
		parts = append(parts, string(it.Node().Data))
	}
	return parts
}

// line returns the line on which an expression's key stands.
func (r *reader) line(node *unstable.Node) int {
	it := node.Key()
	if !it.Next() {
		return 0
	}
	return r.parser.Shape(it.Node().Raw).Start.Line
}

// enterTable reports whether the keys of the table are to be read.
func (r *reader) enterTable(node *unstable.Node, table []string) bool {
	name, line := strings.Join(table, "."), r.line(node)
	if first, ok := r.seen["["+name]; ok && node.Kind == unstable.Table {
		r.refuse(line, "["+name+"]", "is a second table of this name, the first is on line %d", first)
		return r.tables[name]
	}
	r.seen["["+name] = line
	_, isSetting := r.byKey[name]
	switch {
	case isSetting:
		r.refuse(line, name, "is a setting and not a table: write %s = …", name)
		return false
	case !r.tables[name]:
		r.refuse(line, "["+name+"]", "unknown table%s", didYouMean(name, sortedKeys(r.tables)))
		return false
	case node.Kind == unstable.ArrayTable:
		r.refuse(line, "[["+name+"]]", "is an array of tables: write [%s]", name)
		return false
	}
	return true
}

func (r *reader) keyValue(node *unstable.Node, table []string) {
	key := strings.Join(append(slices.Clone(table), r.keyPath(node.Key())...), ".")
	line := r.line(node)
	if first, ok := r.seen[key]; ok {
		r.refuse(line, key, "is set a second time, the first is on line %d", first)
		return
	}
	r.seen[key] = line
	setting, known := r.byKey[key]
	switch {
	case r.tables[key] && node.Value().Kind == unstable.InlineTable:
		r.inlineTable(node.Value(), key)
		return
	case r.tables[key]:
		r.refuse(line, key, "is a table: write its settings below [%s]", key)
		return
	case !known:
		r.refuse(line, key, "unknown setting%s", didYouMean(key, sortedKeys(r.byKey)))
		return
	case setting.NotInFile != "":
		r.refuse(line, key, "cannot be set in a file: %s", setting.NotInFile)
		return
	}
	raw, err := rawValue(setting, node.Value())
	if err != nil {
		r.problems = append(r.problems, setting.problem(place{r.path, line}, err))
		return
	}
	r.values = append(r.values, given{key: key, raw: raw, kind: FromFile, at: place{r.path, line}})
}

func (r *reader) inlineTable(table *unstable.Node, name string) {
	it := table.Children()
	for it.Next() {
		r.keyValue(it.Node(), []string{name})
	}
}

// rawValue brings a TOML value of the right type into the form that flags have.
func rawValue(s Setting, node *unstable.Node) (string, error) {
	text := string(node.Data)
	switch {
	case s.Kind == KindList && node.Kind == unstable.Array:
		return rawList(node)
	case s.Kind == KindBool && node.Kind == unstable.Bool:
		return text, nil
	case (s.Kind == KindBytes || s.Kind == KindNumber) && node.Kind == unstable.Integer:
		return strings.ReplaceAll(text, "_", ""), nil
	case s.Kind != KindList && s.Kind != KindBool && s.Kind != KindNumber && node.Kind == unstable.String:
		return text, nil
	case s.Kind == KindNumber && node.Kind == unstable.Float:
		return "", fmt.Errorf("%s is not a whole number", text)
	case s.Kind == KindDuration && (node.Kind == unstable.Integer || node.Kind == unstable.Float):
		return "", fmt.Errorf("%s has no unit: write for example %q", text, text+"s")
	}
	return "", fmt.Errorf("%s was expected and not %s", expected(s.Kind), describe(node.Kind))
}

func rawList(node *unstable.Node) (string, error) {
	var entries []string
	it := node.Children()
	for it.Next() {
		entry := it.Node()
		if entry.Kind == unstable.Comment {
			continue
		}
		if entry.Kind != unstable.String {
			return "", fmt.Errorf("an entry is %s, a string in quotes was expected", describe(entry.Kind))
		}
		if strings.Contains(string(entry.Data), ",") {
			return "", fmt.Errorf("the entry %q contains a comma: write one string per entry", entry.Data)
		}
		entries = append(entries, string(entry.Data))
	}
	return strings.Join(entries, ","), nil
}

func expected(kind Kind) string {
	switch kind {
	case KindBool:
		return "true or false"
	case KindBytes:
		return "a number of bytes, or a string such as \"4MiB\","
	case KindList:
		return "a list such as [\"a\", \"b\"]"
	case KindNumber:
		return "a whole number"
	}
	return "a string in quotes"
}

func describe(kind unstable.Kind) string {
	switch kind {
	case unstable.String:
		return "a string"
	case unstable.Bool:
		return "true or false"
	case unstable.Integer, unstable.Float:
		return "a number"
	case unstable.Array:
		return "a list"
	case unstable.InlineTable:
		return "a table"
	}
	return "a date or time"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
