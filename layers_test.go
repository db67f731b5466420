package guildhall_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "guildhall"

// layer is the height of a package: it may import what lies lower, and nothing else of ours unless a rule below says so.
type layer struct {
	name     string
	packages []string // paths below the module, "." for the root
}

// layers is the one place where a new package is entered, lowest first.
func layers() []layer {
	return []layer{
		{"domain", []string{"."}},
		{"contracts", []string{"gateway", "routes", "store", "bus", "calls", "membership", "cache", "blob", "history", "faultproxy", "faultfs", "wallclock", "disk", "config", "world", "outbound", "witness/spec", "witness/coverage"}},
		{"parts", slices.Concat(drivers(), []string{"conformance", "cluster", "admission", "sweep", "unfurl"})},
		{"roles", slices.Concat(roles(), []string{"status", "web"})},
		{"outside", slices.Concat([]string{"sim"}, outsiders())},
		{"commands", []string{"cmd/guildhall"}},
	}
}

// drivers speak to a database, a server or a protocol of somebody else. Only commands choose one.
func drivers() []string {
	return []string{"store/sqlite", "store/cassandra", "bus/natsbus", "calls/grpccalls", "membership/gossip", "cache/rediscache", "blob/s3blob"}
}

// roles never import each other: they talk through cluster, calls and bus.
func roles() []string { return []string{"edge", "api", "guilds", "sessions", "push"} }

// outsiders drive the system as clients do, so they may know its protocol and the checker, and nothing of its inside.
func outsiders() []string { return []string{"load", "gameday", "crash", "witness", "witness/run"} }

func outsidersMayImport() []string {
	return []string{".", "gateway", "history", "faultproxy", "faultfs", "load", "witness/spec", "witness/coverage"}
}

// foreign says which of our packages may import a module of others. What is not listed may be imported anywhere but in the
// domain, which uses the standard library alone.
func foreign() map[string][]string {
	return map[string][]string{
		"modernc.org/sqlite":                       {"store/sqlite"},
		"github.com/apache/cassandra-gocql-driver": {"store/cassandra"},
		"github.com/nats-io":                       {"bus/natsbus", "cmd/guildhall"}, // the binary's own NATS server for local clusters
		"google.golang.org/grpc":                   {"calls/grpccalls"},
		"github.com/hashicorp/memberlist":          {"membership/gossip"},
		"github.com/redis/rueidis":                 {"cache/rediscache"},
		"github.com/minio/minio-go":                {"blob/s3blob"},
		"github.com/alecthomas/kong":               {"cmd/guildhall"},
		"github.com/pelletier/go-toml":             {"config", "world"},

		"github.com/hanwen/go-fuse":             {"faultfs"},      // which tests alone import
		"github.com/santhosh-tekuri/jsonschema": {"witness/spec"}, // which tests alone import
	}
}

// listed is what `go list` says about a package.
type listed struct {
	ImportPath                         string
	Dir, Name, Doc                     string
	Imports, TestImports, XTestImports []string
}

// below returns the path below the module, "." for the root, and false for packages of others.
func below(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,Name,Doc,Imports,TestImports,XTestImports", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	return packages
}

func TestLayers(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	for _, p := range packages {
		from, _ := below(p.ImportPath)
		if heightOf(from) < 0 {
			t.Errorf("%s is in no layer: enter it in layers()", from)
			continue
		}
		for _, imported := range p.Imports {
			if reason := refuseImport(from, imported); reason != "" {
				t.Errorf("%s imports %s: %s", from, imported, reason)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if reason := refuseTestImport(from, imported); reason != "" {
				t.Errorf("a test of %s imports %s: %s", from, imported, reason)
			}
		}
	}
}

// heightOf returns the index of the package's layer, or -1.
func heightOf(pkg string) int {
	return slices.IndexFunc(layers(), func(l layer) bool { return slices.Contains(l.packages, pkg) })
}

// refuseImport returns why from may not import the package, or nothing.
func refuseImport(from, importPath string) string {
	to, ours := below(importPath)
	switch {
	case !ours && from == "." && strings.Contains(importPath, "."):
		return "the domain uses the standard library alone"
	case !ours:
		return refuseForeign(from, importPath)
	case slices.Contains(outsiders(), from):
		if !slices.Contains(outsidersMayImport(), to) && !strings.HasPrefix(to, from+"/") {
			return "what drives the system from outside may not know its inside"
		}
		return ""
	case slices.Contains(drivers(), to) && from != "cmd/guildhall":
		return "only commands choose a driver"
	case slices.Contains(roles(), from) && slices.Contains(roles(), to):
		return "roles talk through cluster, calls and bus"
	case heightOf(to) < 0:
		return "it is in no layer"
	case heightOf(to) >= heightOf(from):
		return "it does not lie lower (" + layers()[heightOf(to)].name + ")"
	}
	return ""
}

func refuseForeign(from, importPath string) string {
	for prefix, allowed := range foreign() {
		if (importPath == prefix || strings.HasPrefix(importPath, prefix+"/")) && !slices.Contains(allowed, from) {
			return "only " + strings.Join(allowed, " and ") + " may"
		}
	}
	return ""
}

// refuseTestImport is milder: a test may use its neighbours, the drivers and the conformance suites, but no higher layer and no
// other role.
func refuseTestImport(from, importPath string) string {
	to, ours := below(importPath)
	switch {
	case !ours || to == from || to == "conformance" || slices.Contains(drivers(), to):
		return ""
	case slices.Contains(roles(), from) && slices.Contains(roles(), to):
		return "roles talk through cluster, calls and bus, in tests too; a test of both belongs into sim or cmd"
	case heightOf(to) < 0:
		return "it is in no layer"
	case heightOf(to) > heightOf(from):
		return "it lies higher (" + layers()[heightOf(to)].name + ")"
	}
	return ""
}

// TestLayerRules breaks each rule once, so that TestLayers is known to be able to fail.
func TestLayerRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, imported string
		refused        bool
	}{
		{".", "slices", false},
		{".", "golang.org/x/sync/errgroup", true},
		{".", "guildhall/gateway", true},
		{"store", "guildhall", false},
		{"store", "guildhall/bus", true},
		{"store", "modernc.org/sqlite", true},
		{"store/sqlite", "modernc.org/sqlite", false},
		{"store/sqlite", "guildhall/store", false},
		{"cluster", "guildhall/store/sqlite", true},
		{"guilds", "guildhall/cluster", false},
		{"guilds", "guildhall/store/sqlite", true},
		{"guilds", "guildhall/sessions", true},
		{"api", "guildhall/cmd/guildhall", true},
		{"sim", "guildhall/sessions", false},
		{"sim", "guildhall/store/sqlite", true},
		{"load", "guildhall/history", false},
		{"load", "guildhall/sessions", true},
		{"cmd/guildhall", "guildhall/store/sqlite", false},
		{"cmd/guildhall", "guildhall/unheardof", true},
	}
	for _, test := range tests {
		if reason := refuseImport(test.from, test.imported); (reason != "") != test.refused {
			t.Errorf("%s imports %s: refused with %q, want %t", test.from, test.imported, reason, test.refused)
		}
	}
	if refuseTestImport("guilds", "guildhall/store/sqlite") != "" || refuseTestImport("guilds", "guildhall/sessions") == "" ||
		refuseTestImport("store", "guildhall/cluster") == "" {
		t.Error("tests' imports are judged wrongly")
	}
}

// TestPackageNames: a package is one noun that says what is inside, and its documentation says so in a sentence.
func TestPackageNames(t *testing.T) {
	t.Parallel()
	empty := []string{"util", "utils", "common", "helper", "helpers", "manager", "managers", "types", "models", "model", "misc", "shared", "internal"}
	for _, p := range listPackages(t) {
		pkg, _ := below(p.ImportPath)
		for _, part := range append(strings.Split(pkg, "/"), p.Name) {
			if slices.Contains(empty, part) {
				t.Errorf("%s: %q says nothing about what is inside", pkg, part)
			}
		}
		if strings.Count(pkg, "/") > 1 {
			t.Errorf("%s: folders go two levels deep at most", pkg)
		}
		if p.Name != "main" && pkg != "." && p.Name != path.Base(pkg) {
			t.Errorf("%s: its name is %q", pkg, p.Name)
		}
		if p.Doc == "" && p.Name != "" {
			t.Errorf("%s: no package comment", pkg)
		}
	}
}
