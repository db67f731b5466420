package guildhall_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"guildhall"
)

var updateResources = flag.Bool("update-resources", false, "write docs/reference/resource-limits.md anew")

const resourcesPage = "docs/reference/resource-limits.md"

// TestResourceLimitsPage: the page has the values of the source, and each row a test that goes over it.
func TestResourceLimitsPage(t *testing.T) {
	t.Parallel()
	page := resourcesText(t)
	if *updateResources {
		if err := os.WriteFile(resourcesPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(resourcesPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page {
		t.Error(resourcesPage + " is old: go test -run TestResourceLimitsPage . -update-resources")
	}
	known := testNames{}
	for _, group := range resources() {
		for _, r := range group.rows {
			named, missing := known.missingIn(t, testsCell(r.tests))
			if named == 0 || named != len(r.tests) || len(missing) > 0 {
				t.Errorf("%s: %d tests are named rightly of %d, and not there are %v", r.of, named, len(r.tests), missing)
			}
		}
	}
}

func resourcesText(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# Resource limits

All that a stranger can send or hold, beside the counts and lengths in [limits.md](limits.md): how much of it, for how long, how
often, what happens to what is more, and the tests that go over it. Made from ` + "`resourcetable_test.go`" + ` and the constants in the source
by a test that fails when they drift. What others feel of an attack is in [hostile-input.md](hostile-input.md).
`)
	source := constants{}
	for _, group := range resources() {
		fmt.Fprintf(&b, "\n## %s\n\n| what | limit | above it | held by |\n| --- | --- | --- | --- |\n", group.title)
		for _, r := range group.rows {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", source.fill(t, r.of), source.fill(t, r.limit), r.over, testsCell(r.tests))
		}
	}
	return b.String()
}

func testsCell(tests []string) string { return "`" + strings.Join(tests, "`, `") + "`" }

// constants are those of packages, by folder and name, as far as they were asked for.
type constants map[string]map[string]ast.Expr

var placeholder = regexp.MustCompile(`\{(bytes:|setting:)?([a-z/_]+)(?:\.([A-Za-z_]+))?\}`)

// fill puts values in the place of names.
func (c constants) fill(t *testing.T, text string) string {
	t.Helper()
	return placeholder.ReplaceAllStringFunc(text, func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		if parts[1] == "setting:" {
			return c.settingText(t, strings.Trim(strings.TrimPrefix(match, "{setting:"), "}"))
		}
		value, isTime := c.value(t, parts[2], parts[3])
		n, exact := constant.Int64Val(value)
		if !exact {
			t.Fatalf("%s is no whole number", match)
		}
		switch {
		case isTime:
			return spoken(time.Duration(n))
		case parts[1] != "":
			return byteText(n)
		}
		return fmt.Sprint(n)
	})
}

// settingText is a setting with its default, read from the table of limits or from the call that makes it in config's table.
func (c constants) settingText(t *testing.T, key string) string {
	t.Helper()
	limit, isLimit := strings.CutPrefix(key, "limits.")
	for _, e := range guildhall.LimitTable() {
		if isLimit && e.Key == limit {
			return fmt.Sprintf("`%s` (%s)", key, limitValue(&e, e.Default))
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("config", "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return true
		}
		name, ok := call.Args[0].(*ast.BasicLit)
		if !ok || name.Value != strconv.Quote(key) {
			return true
		}
		value, isTime := c.eval(t, "config", call.Args[1])
		n64, _ := constant.Int64Val(value)
		maker, _ := call.Fun.(*ast.Ident)
		switch {
		case isTime:
			text = spoken(time.Duration(n64))
		case maker != nil && maker.Name == "bytesSetting":
			text = byteText(n64)
		default:
			text = fmt.Sprint(n64)
		}
		return false
	})
	if text == "" {
		t.Fatalf("no setting is called %s", key)
	}
	return fmt.Sprintf("`%s` (%s)", key, text)
}

func spoken(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}, {time.Millisecond, "millisecond"}} {
		switch {
		case d == unit.of:
			return "1 " + unit.name
		case d%unit.of == 0:
			return fmt.Sprintf("%d %ss", d/unit.of, unit.name)
		}
	}
	return d.String()
}

func byteText(n int64) string {
	switch {
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n%(1<<10) == 0 && n > 4<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// value evaluates a constant of a package. isTime: the time package is named in it.
func (c constants) value(t *testing.T, folder, name string) (value constant.Value, isTime bool) {
	t.Helper()
	if c[folder] == nil {
		c[folder] = declared(t, folder)
	}
	e, ok := c[folder][name]
	if !ok {
		t.Fatalf("%s has no constant %s", folder, name)
	}
	return c.eval(t, folder, e)
}

// declared are the expressions of a package's constants.
func declared(t *testing.T, folder string) map[string]ast.Expr {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no files: %v", folder, err)
	}
	found := map[string]ast.Expr{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, s := range group.Specs {
				spec := s.(*ast.ValueSpec)
				for i, n := range spec.Names {
					if i < len(spec.Values) {
						found[n.Name] = spec.Values[i]
					}
				}
			}
		}
	}
	return found
}

// units are those of package time that limits are made of.
var units = map[string]time.Duration{"Millisecond": time.Millisecond, "Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}

func (c constants) eval(t *testing.T, folder string, e ast.Expr) (value constant.Value, isTime bool) {
	t.Helper()
	switch e := e.(type) {
	case *ast.BasicLit:
		return constant.MakeFromLiteral(e.Value, e.Kind, 0), false
	case *ast.Ident:
		return c.value(t, folder, e.Name)
	case *ast.ParenExpr:
		return c.eval(t, folder, e.X)
	case *ast.SelectorExpr:
		if unit, ok := units[e.Sel.Name]; ok {
			return constant.MakeInt64(int64(unit)), true
		}
	case *ast.BinaryExpr:
		x, xTime := c.eval(t, folder, e.X)
		y, yTime := c.eval(t, folder, e.Y)
		if e.Op == token.SHL || e.Op == token.SHR {
			by, _ := constant.Uint64Val(y)
			return constant.Shift(x, e.Op, uint(by)), xTime
		}
		return constant.BinaryOp(x, e.Op, y), xTime || yTime
	}
	t.Fatalf("%s: a constant of another kind than is read here: %T", folder, e)
	return nil, false
}
