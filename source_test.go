package guildhall_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Sizes of files in lines: above usual a reason is needed, above most there is none.
const (
	linesUsual = 450
	linesMost  = 900
)

// longFiles holds the reasons for files above linesUsual.
func longFiles() map[string]string {
	return map[string]string{}
}

// coreMark begins a comment near the top of a file whose code takes time and chance as inputs.
const coreMark = "// pure core"

// corePackages must hold at least one such file: it would be easy to lose the mark and with it the check.
func corePackages() []string { return []string{"cluster", "guilds", "sessions"} }

// walkSources calls visit with the slash-separated path of each source file of the module and of the modules within it.
func walkSources(t *testing.T, visit func(path string, data []byte)) {
	t.Helper()
	extensions := []string{".go", ".ts", ".tsx", ".js", ".mjs", ".py"}
	skipped := []string{".git", "build", "node_modules", "testdata", "dist", ".venv", "__pycache__"}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(skipped, entry.Name()):
			return filepath.SkipDir
		case entry.IsDir() || !slices.Contains(extensions, filepath.Ext(path)):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(path), data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFileSizes(t *testing.T) {
	t.Parallel()
	reasons := longFiles()
	walkSources(t, func(path string, data []byte) {
		lines := bytes.Count(data, []byte("\n"))
		reason, listed := reasons[path]
		delete(reasons, path)
		switch {
		case isGenerated(data):
		case lines > linesMost:
			t.Errorf("%s has %d lines, more than %d: split it", path, lines, linesMost)
		case lines > linesUsual && reason == "":
			t.Errorf("%s has %d lines, more than %d: split it, or give the reason in longFiles", path, lines, linesUsual)
		case lines <= linesUsual && listed:
			t.Errorf("%s has %d lines: take it out of longFiles", path, lines)
		}
	})
	for path := range reasons {
		t.Errorf("%s is listed in longFiles and does not exist", path)
	}
}

func isGenerated(data []byte) bool {
	head := data[:min(len(data), 2000)]
	return bytes.Contains(head, []byte("Code generated ")) && bytes.Contains(head, []byte("DO NOT EDIT"))
}

// TestPureCores: time and chance are inputs of pure cores, so a seed replays a run to the letter.
func TestPureCores(t *testing.T) {
	t.Parallel()
	marked := map[string]bool{}
	walkSources(t, func(file string, data []byte) {
		if path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || !isPureCore(data) {
			return
		}
		marked[path.Dir(file)] = true
		for _, impurity := range impurities(t, file, data) {
			t.Errorf("%s", impurity)
		}
	})
	for _, pkg := range corePackages() {
		if !marked[pkg] {
			t.Errorf("no file of %s is marked as a %q", pkg, coreMark)
		}
	}
}

func isPureCore(data []byte) bool {
	const top = 10 // lines in which the mark is looked for: licence, package comment, package clause
	for range top {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		if bytes.HasPrefix(line, []byte(coreMark)) {
			return true
		}
		data = rest
	}
	return false
}

// impure names what a pure core may not touch, by import path; no name means the whole package.
func impure() map[string][]string {
	return map[string][]string{
		"time":        {"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"},
		"crypto/rand": nil,
		"os":          nil,
		"net":         nil,
		"net/http":    nil,
	}
}

// impurities lists uses of the clock, of chance that no seed decides, of the outside world, and of goroutines.
func impurities(t *testing.T, path string, data []byte) []string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, data, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return nil
	}
	var found []string
	add := func(node ast.Node, what string) {
		found = append(found, path+":"+strconv.Itoa(files.Position(node.Pos()).Line)+": a pure core may not use "+what)
	}
	imports := map[string]string{} // name in the file → import path
	for _, spec := range file.Imports {
		importPath, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		name := importPath[strings.LastIndex(importPath, "/")+1:]
		if importPath == "math/rand/v2" {
			name = "rand"
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = importPath
		if names, listed := impure()[importPath]; listed && names == nil {
			add(spec, importPath)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.GoStmt:
			add(node, "goroutines")
		case *ast.SelectorExpr:
			if base, ok := node.X.(*ast.Ident); ok && isImpure(imports[base.Name], node.Sel.Name) {
				add(node, base.Name+"."+node.Sel.Name)
			}
		}
		return true
	})
	return found
}

func isImpure(importPath, name string) bool {
	if strings.HasPrefix(importPath, "math/rand") {
		// Constructors and types are fine, all other functions draw from the process's own source.
		seeded := []string{"New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf"}
		return !slices.Contains(seeded, name)
	}
	return slices.Contains(impure()[importPath], name)
}

// TestImpurities shows that TestPureCores can fail.
func TestImpurities(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want int
	}{
		"clean":         {"import (\"time\"; \"math/rand/v2\")\nvar _ = rand.New(rand.NewPCG(1, 2)).IntN(3)\nvar _ = 3 * time.Second", 0},
		"clock":         {"import \"time\"\nvar _ = time.Now()", 1},
		"renamed clock": {"import clock \"time\"\nvar _ = clock.Since(clock.Time{})", 1},
		"chance":        {"import \"math/rand/v2\"\nvar _ = rand.IntN(3)", 1},
		"old chance":    {"import \"math/rand\"\nvar _ = rand.Intn(3)", 1},
		"real chance":   {"import \"crypto/rand\"\nvar _ = rand.Reader", 1},
		"files":         {"import \"os\"\nvar _ = os.Args", 1},
		"goroutine":     {"func f() { go f() }", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := []byte("package p\n\n" + coreMark + "\n\n" + test.body + "\n")
			if !isPureCore(source) {
				t.Error("not taken for a pure core")
			}
			if got := impurities(t, "p.go", source); len(got) != test.want {
				t.Errorf("got %q, want %d", got, test.want)
			}
		})
	}
}

// callers may make clients, servers' ways out or connections of their own: outbound does so behind its guard, and commands call
// the server that they belong to. What drives the system from outside is no part of it.
func callers() []string {
	return []string{"outbound/", "cmd/guildhall/operatorcall.go", "witness/", "crash/", "load/"}
}

// TestOneWayOut: whoever else called an address could be sent by a stranger where only this server can go. S34
func TestOneWayOut(t *testing.T) {
	t.Parallel()
	walkSources(t, func(file string, data []byte) {
		free := func(prefix string) bool { return strings.HasPrefix(file, prefix) }
		if path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || slices.ContainsFunc(callers(), free) {
			return
		}
		for _, use := range waysOut(t, file, data) {
			t.Errorf("%s: only outbound.Client calls addresses", use)
		}
	})
}

// waysOut lists what calls addresses without outbound.
func waysOut(t *testing.T, path string, data []byte) []string {
	t.Helper()
	names := map[string][]string{
		"http": {"Get", "Head", "Post", "PostForm", "Client", "Transport", "DefaultClient", "DefaultTransport", "ProxyFromEnvironment"},
		"net":  {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "Dialer"},
		"tls":  {"Dial", "DialWithDialer", "Dialer"},
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, data, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return nil
	}
	var found []string
	ast.Inspect(file, func(node ast.Node) bool {
		if s, ok := node.(*ast.SelectorExpr); ok {
			if base, ok := s.X.(*ast.Ident); ok && slices.Contains(names[base.Name], s.Sel.Name) {
				found = append(found, path+":"+strconv.Itoa(files.Position(s.Pos()).Line)+": "+base.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return found
}

// TestWaysOut shows that TestOneWayOut can fail.
func TestWaysOut(t *testing.T) {
	t.Parallel()
	source := "package p\n\nvar _, _ = http.Get(\"x\")\nvar c http.Client\nvar d = net.Dialer{}\nvar e http.Handler\n"
	if got := waysOut(t, "p.go", []byte(source)); len(got) != 3 {
		t.Errorf("got %q, want three", got)
	}
}
