package guildhall_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	hostilePage = "docs/reference/hostile-input.md"
	hostileRows = 52
)

// namedTest is how pages name a test: the package's folder, a dot, the test. The root's folder is called guildhall.
var namedTest = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+)`")

// testsOf are the names of the tests in a folder.
func testsOf(folder string) (names map[string]bool, err error) {
	if folder == "guildhall" {
		folder = "."
	}
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*_test.go"))
	if err != nil {
		return nil, err
	}
	names = map[string]bool{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, found := range testFunction.FindAllStringSubmatch(string(content), -1) {
			names[found[1]] = true
		}
	}
	return names, nil
}

var testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)

// testNames remembers what testsOf found.
type testNames map[string]map[string]bool

// missingIn counts the tests that a text names, and gives those that there are not.
func (known testNames) missingIn(t *testing.T, text string) (named int, missing []string) {
	t.Helper()
	for _, found := range namedTest.FindAllStringSubmatch(text, -1) {
		names, ok := known[found[1]]
		if !ok {
			var err error
			if names, err = testsOf(found[1]); err != nil {
				t.Fatal(err)
			}
			known[found[1]] = names
		}
		named++
		if !names[found[2]] {
			missing = append(missing, found[1]+"."+found[2])
		}
	}
	return named, missing
}

// TestHostileInputPage: every row is there once and in order, with tests that exist, or says what it waits for.
func TestHostileInputPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(hostilePage)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	known := testNames{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if !strings.HasPrefix(cells[0], "S") || !strings.HasPrefix(line, "| S") {
			continue
		}
		rows = append(rows, cells[0])
		named, missing := known.missingIn(t, line)
		waits := len(cells) > 2 && (strings.HasPrefix(cells[2], "later: ") && strings.Contains(cells[2], "issue ") || strings.HasPrefix(cells[2], "open: "))
		if len(missing) > 0 {
			t.Errorf("%s names tests that are not there: %v", cells[0], missing)
		}
		if (named > 0) == waits {
			t.Errorf("%s has %d tests, and says that it waits for something: %v", cells[0], named, waits)
		}
	}
	want := make([]string, hostileRows)
	for i := range want {
		want[i] = fmt.Sprintf("S%d", i+1)
	}
	if !slices.Equal(rows, want) {
		t.Errorf("the rows are %v", rows)
	}
}
