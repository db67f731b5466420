package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"
)

// buildTimeout is for a machine on which nothing is cached yet and others build too.
const buildTimeout = 5 * time.Minute

// build makes the binary once for all tests, in the folder that TestMain takes away.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "guildhall-crash-")
	if err != nil {
		return "", err
	}
	built.dir = dir
	binary := filepath.Join(dir, "guildhall")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "guildhall/cmd/guildhall")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is shipped
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return binary, nil
})

// built is written by build and read by TestMain after all tests.
var built struct{ dir string }

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		if err := os.RemoveAll(built.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// binary gives the path of the binary.
func binary(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// size reads how large a run is to be.
func size(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, want a number above 0", variable, text)
	}
	return n
}

// chance makes the run's source of chance, and says how the run can be repeated.
func chance(t *testing.T) (rng *rand.Rand, seed uint64) {
	t.Helper()
	seed = uint64(time.Now().UnixNano())
	if text := os.Getenv("CRASH_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("CRASH_SEED: %v", err)
		}
	}
	t.Logf("again with the same choices: CRASH_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0)), seed
}

// keep writes what is needed to look into a failure where it outlives the test.
func keep(t *testing.T, name string, write func(*os.File) error) {
	t.Helper()
	dir := filepath.Join("..", "build", "crash")
	err := os.MkdirAll(dir, 0o755)
	if err != nil {
		t.Error(err)
		return
	}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
		return
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		t.Error(err)
		return
	}
	t.Logf("kept %s", f.Name())
}
