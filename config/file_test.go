package config_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guildhall/config"
)

// update rewrites the expected texts: go test ./config -run Files -update, then read the difference.
var update = flag.Bool("update", false, "rewrite the expected texts in testdata")

// badFilesMin guards against a pattern that finds nothing.
const badFilesMin = 40

// TestBadFiles holds each file of testdata/bad against the text beside it: one file per rule.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	paths := glob(t, "testdata/bad/*.toml")
	if len(paths) < badFilesMin {
		t.Fatalf("%d bad files, want at least %d", len(paths), badFilesMin)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".toml"), func(t *testing.T) {
			t.Parallel()
			err := config.ValidateFile(path)
			var refused *config.Error
			if !errors.As(err, &refused) {
				t.Fatalf("accepted: %v", err)
			}
			got := strings.ReplaceAll(err.Error(), "testdata/bad/", "") + "\n"
			compare(t, strings.TrimSuffix(path, ".toml")+".txt", got)
			for _, p := range refused.Problems {
				if p.Source != path || p.Line < 1 {
					t.Errorf("problem without its place: %+v", p)
				}
			}
		})
	}
}

// TestGoodFiles compares what `config show` prints for each file of testdata/good.
func TestGoodFiles(t *testing.T) {
	t.Parallel()
	for _, path := range glob(t, "testdata/good/*.toml") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".toml"), func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(config.Sources{File: path})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := c.WriteText(&out); err != nil {
				t.Fatal(err)
			}
			compare(t, strings.TrimSuffix(path, ".toml")+".txt", out.String())
		})
	}
}

func TestFileTooLarge(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "large.toml")
	writeFile(t, path, strings.Repeat("# padding\n", 7_000))
	err := config.ValidateFile(path)
	if err == nil || !strings.Contains(err.Error(), "larger than 64KiB") {
		t.Errorf("got %v", err)
	}
}

func TestFileMissing(t *testing.T) {
	t.Parallel()
	err := config.ValidateFile(filepath.Join(t.TempDir(), "none.toml"))
	var refused *config.Error
	if !errors.Is(err, os.ErrNotExist) || errors.As(err, &refused) {
		t.Errorf("got %v, want an error of reading", err)
	}
}

// FuzzFile looks for files that crash the reader; whatever is refused must name a line.
func FuzzFile(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.toml", "testdata/good/*.toml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, p := range config.CheckBytes("fuzz.toml", data) {
			if p.Line < 1 || p.Line > bytes.Count(data, []byte("\n"))+1 {
				t.Errorf("problem on line %d: %s", p.Line, p)
			}
		}
	})
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
	}
	for i, path := range paths {
		paths[i] = filepath.ToSlash(path) // the expected texts name it so
	}
	return paths
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		writeFile(t, golden, got)
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", golden, got, want)
	}
}
