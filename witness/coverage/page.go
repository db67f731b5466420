package coverage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// mark is shown where a library has used something.
const mark = "✓"

// Page writes docs/libraries.md.
func Page(r Record, s Served, w Without) string {
	names := libraries(r)
	var b strings.Builder
	fmt.Fprintf(&b, `# Client libraries that are verified

Written from measurements: the unmodified libraries drive a server (`+"`go run ./witness/run`"+`, with `+"`-slow`"+` for those with slow
toolchains), and it is recorded which of Discord's operations each has called by a method of its own with an answer of 2xx, and
which gateway events it has decoded into an event of its own. Every answer is held against Discord's OpenAPI document as it
passes. A test keeps this page in step with the record, and wants each operation and event used by two of discordgo,
discord.js, discord.py and hikari, or by as many as have a method for it. A missing %s says that this library's witness does not use it, not that it fails.

| library | version | operations | gateway events |
| --- | --- | ---: | ---: |
`, mark)
	for _, name := range names {
		used := s.usedBy(r[name])
		fmt.Fprintf(&b, "| %s | %s | %d of %d | %d of %d |\n", name, r[name].Version,
			len(used.Operations), len(s.Operations), len(used.Events), len(s.Events))
	}
	writeAreas(&b, r, s, names)
	writeWithout(&b, s, w)
	writeEvents(&b, r, s, names)
	writeOperations(&b, r, s, names)
	return b.String()
}

// libraries are the main ones and then the others by name.
func libraries(r Record) []string {
	others := slices.Sorted(maps.Keys(r))
	others = slices.DeleteFunc(others, func(name string) bool { return slices.Contains(Main(), name) })
	return append(Main(), others...)
}

// usedBy is as much of a use as is served.
func (s Served) usedBy(u Use) Use {
	var used Use
	for _, o := range s.Operations {
		if slices.Contains(u.Operations, o.ID) {
			used.Operations = append(used.Operations, o.ID)
		}
	}
	for _, e := range s.Events {
		if slices.Contains(u.Events, e) {
			used.Events = append(used.Events, e)
		}
	}
	return used
}

func writeHead(b *strings.Builder, first string, names []string) {
	fmt.Fprintf(b, "| %s | %s |\n| --- |%s\n", first, strings.Join(names, " | "), strings.Repeat(" :-: |", len(names)))
}

func writeAreas(b *strings.Builder, r Record, s Served, names []string) {
	b.WriteString("\n## By area\n\nOperations used, of those that are served.\n\n")
	writeHead(b, "area", append([]string{"served"}, names...))
	for _, a := range areas() {
		var part Served
		for _, o := range s.Operations {
			if o.Area() == a.name {
				part.Operations = append(part.Operations, o)
			}
		}
		if len(part.Operations) == 0 {
			continue
		}
		fmt.Fprintf(b, "| %s | %d |", a.name, len(part.Operations))
		for _, name := range names {
			fmt.Fprintf(b, " %d |", len(part.usedBy(r[name]).Operations))
		}
		b.WriteString("\n")
	}
}

func writeWithout(b *strings.Builder, s Served, w Without) {
	b.WriteString("\n## Without a method\n\nWhat a library has no method for, or no type of event.\n\n")
	b.WriteString("| operation or event | libraries | reason |\n| --- | --- | --- |\n")
	var names []string
	for _, o := range s.Operations {
		names = append(names, o.ID)
	}
	for _, name := range append(names, s.Events...) {
		byReason := map[string][]string{}
		for library, reason := range w[name] {
			if library == everyLibrary {
				library = "all"
			}
			byReason[reason] = append(byReason[reason], library)
		}
		for _, reason := range slices.Sorted(maps.Keys(byReason)) {
			slices.Sort(byReason[reason])
			fmt.Fprintf(b, "| %s | %s | %s |\n", name, strings.Join(byReason[reason], ", "), reason)
		}
	}
}

func writeEvents(b *strings.Builder, r Record, s Served, names []string) {
	b.WriteString("\n## Gateway events\n\n")
	writeHead(b, "event", names)
	for _, e := range s.Events {
		writeMarks(b, e, names, func(name string) bool { return slices.Contains(r[name].Events, e) })
	}
}

func writeOperations(b *strings.Builder, r Record, s Served, names []string) {
	b.WriteString("\n## Operations\n\n")
	writeHead(b, "operation", names)
	for _, o := range s.Operations {
		writeMarks(b, o.ID, names, func(name string) bool { return slices.Contains(r[name].Operations, o.ID) })
	}
}

func writeMarks(b *strings.Builder, first string, names []string, used func(string) bool) {
	fmt.Fprintf(b, "| %s |", first)
	for _, name := range names {
		if used(name) {
			b.WriteString(" " + mark)
		}
		b.WriteString(" |")
	}
	b.WriteString("\n")
}
