package coverage

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// everyLibrary stands for all libraries in a Without.
const everyLibrary = "*"

// Without says of an operation or event which libraries have no method or type for it, with the reason.
type Without map[string]map[string]string

// ReadWithout reads lines of the form `operation: library, library: reason`.
func ReadWithout(file string) (Without, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	w := Without{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, ": ", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("%s: want `operation: libraries: reason`, got %q", file, line)
		}
		if w[parts[0]] == nil {
			w[parts[0]] = map[string]string{}
		}
		for library := range strings.SplitSeq(parts[1], ", ") {
			w[parts[0]][library] = parts[2]
		}
	}
	return w, nil
}

// Short says what is wrong: an operation or event that fewer of the main libraries have used than two, or than have a method
// for it, an exception that is no longer one, and a name that nothing has.
func Short(r Record, s Served, w Without) []string {
	var wrongs []string
	known := map[string]bool{}
	for _, o := range s.Operations {
		known[o.ID] = true
		wrongs = append(wrongs, w.short(o.ID, func(library string) bool { return slices.Contains(r[library].Operations, o.ID) })...)
	}
	for _, e := range s.Events {
		known[e] = true
		wrongs = append(wrongs, w.short(e, func(library string) bool { return slices.Contains(r[library].Events, e) })...)
	}
	for name, libraries := range w {
		if !known[name] {
			wrongs = append(wrongs, name+" is listed as without a method, and nothing that is served has that name")
		}
		for library := range libraries {
			if library != everyLibrary && !slices.Contains(Main(), library) {
				wrongs = append(wrongs, fmt.Sprintf("%s is listed as without a method in %q, which is none of the main libraries", name, library))
			}
		}
	}
	slices.Sort(wrongs)
	return wrongs
}

// short is Short for one name.
func (w Without) short(name string, uses func(library string) bool) (wrongs []string) {
	_, forNobody := w[name][everyLibrary]
	used, able := 0, 0
	var idle []string
	for _, library := range Main() {
		_, without := w[name][library]
		switch {
		case uses(library) && (without || forNobody):
			wrongs = append(wrongs, fmt.Sprintf("%s is listed as without a method in %s, which has used it", name, library))
		case uses(library):
			used, able = used+1, able+1
		case !without && !forNobody:
			able++
			idle = append(idle, library)
		}
	}
	if used < min(2, able) {
		wrongs = append(wrongs, fmt.Sprintf("%s is used by %d of the main libraries; %s could", name, used, strings.Join(idle, ", ")))
	}
	return wrongs
}
