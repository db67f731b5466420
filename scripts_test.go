package guildhall_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTestScript runs scripts/test with parts of its own: what it counts and how it ends is what CI goes by.
func TestTestScript(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash on this machine")
	}
	tests := map[string]struct {
		parts string
		args  []string
		lines []string // in this order in the output
		code  int
	}{
		"all pass":         {"a 10 echo fine\nb 10 true", nil, []string{"ok    a", "ok    b", "2 passed, 0 failed"}, 0},
		"one fails":        {"a 10 echo why; false\nb 10 true", nil, []string{"FAIL  a", "why", "again: scripts/test a", "ok    b", "1 passed, 1 failed"}, 1},
		"one part":         {"a 10 false\nb 10 true", []string{"b"}, []string{"ok    b", "1 passed, 0 failed"}, 0},
		"no such part":     {"a 10 true", []string{"c"}, []string{"there is no part c"}, 2},
		"over its budget":  {"a 1 sleep 60", nil, []string{"FAIL  a", "over 1.5 times its budget of 1 s", "0 passed, 1 failed"}, 1},
		"over the whole":   {"a 2000 true\nb 401 true", nil, []string{"the budgets sum to 2401 s"}, 1},
		"install fails":    {"install 10 false\na 10 true\nb 10 true", nil, []string{"FAIL  install", "0 passed, 3 failed"}, 1},
		"no stdin":         {"a 10 ! read -r line", nil, []string{"1 passed, 0 failed"}, 0},
		"foreign settings": {"a 10 test -z \"${GUILDHALL_LISTEN:-}\"", nil, []string{"1 passed, 0 failed"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, code := runTestScript(t, test.parts, test.args)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			rest := out
			for _, line := range test.lines {
				_, after, found := strings.Cut(rest, line)
				if !found {
					t.Fatalf("no %q in\n%s", line, out)
				}
				rest = after
			}
		})
	}
}

// runTestScript runs the script in a folder of its own, with its table replaced.
func runTestScript(t *testing.T, parts string, args []string) (output string, code int) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"test", "environment"} {
		data, err := os.ReadFile(filepath.Join("scripts", name))
		if err != nil {
			t.Fatal(err)
		}
		table := regexp.MustCompile(`(?s)\nparts="\n.*?\n"\n`)
		if name == "test" && !table.Match(data) {
			t.Fatal("scripts/test has no table of parts")
		}
		data = table.ReplaceAllLiteral(data, []byte("\nparts='\n"+parts+"\n'\n"))
		if err := os.WriteFile(filepath.Join(dir, "scripts", name), data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{filepath.Join(dir, "scripts", "test")}, args...)...)
	cmd.Env = append(os.Environ(), "GUILDHALL_LISTEN=0.0.0.0:1")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// TestMakeRunPassesArguments: what stands in ARGS goes to the server.
func TestMakeRunPassesArguments(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make on this machine")
	}
	for args, want := range map[string]string{
		"":                               "go run ./cmd/guildhall serve --dev",
		"--listen 127.0.0.1:9000 --json": "go run ./cmd/guildhall serve --dev --listen 127.0.0.1:9000 --json",
	} {
		out, err := exec.Command("make", "--dry-run", "--no-print-directory", "run", "GO=go", "ARGS="+args).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("ARGS=%q runs %q (%v), want %q", args, got, err, want)
		}
	}
}
