package guildhall_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// mutexForm is a field or variable that is a mutex.
var mutexForm = regexp.MustCompile(`(?m)^\s*(?:var )?(\w+)\s+sync\.(?:RW)?Mutex\b`)

// TestLocksAreListed: docs/locks.md names each mutex by its file and its name, and no file that has none.
func TestLocksAreListed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/locks.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]string)
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, file := range regexp.MustCompile("`([^`]+\\.go)`").FindAllStringSubmatch(cells[1], -1) {
			listed[file[1]] += cells[2]
		}
	}
	walkSources(t, func(path string, data []byte) {
		if strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") {
			return
		}
		for _, m := range mutexForm.FindAllSubmatch(data, -1) {
			name := string(m[1])
			if !regexp.MustCompile("[`.]" + name + "`").MatchString(listed[path]) {
				t.Errorf("%s: mutex %s is not in docs/locks.md", path, name)
			}
		}
		if mutexForm.Match(data) {
			delete(listed, path)
		}
	})
	for path := range listed {
		t.Errorf("docs/locks.md lists %s, which has no mutex", path)
	}
}

// TestDesignsAreLinked: a page that nobody finds grows wrong.
func TestDesignsAreLinked(t *testing.T) {
	t.Parallel()
	architecture, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"cluster/DESIGN.md", "guilds/DESIGN.md", "sessions/DESIGN.md", "docs/locks.md"} {
		if _, err := os.Stat(page); err != nil {
			t.Error(err)
		}
		if !strings.Contains(string(architecture), "]("+page+")") {
			t.Errorf("ARCHITECTURE.md has no link to %s", page)
		}
	}
}
