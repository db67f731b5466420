package crash_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to put into a data folder what no server would

	"guildhall"
)

const databaseName = "guildhall.db"

// alter changes a database that no server uses, and answers the one number that is asked for last, if any.
func alter(t *testing.T, dir, change, question string) (answer int64) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if change != "" {
		if _, err := db.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	if question != "" {
		if err := db.QueryRowContext(t.Context(), question).Scan(&answer); err != nil {
			t.Fatal(err)
		}
	}
	return answer
}

// fails runs a server that can't start, and gives what it says.
func fails(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(t), append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = cleanEnvironment()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("it ended with %v, want exit code 1\n%s", err, out)
	}
	return string(out)
}

// TestFoldersThatAreRefused: a data folder that can't be served is refused with what to do, and nothing of it changed. S50
func TestFoldersThatAreRefused(t *testing.T) {
	t.Parallel()
	made := t.TempDir()
	fixture(t, made, 1)
	tests := map[string]struct {
		spoil func(dir string)
		says  []string
	}{
		"two processes": {func(dir string) { start(t, "--data", dir) }, []string{"in use", "stop the server that uses it", "--data"}},
		"a newer schema": {func(dir string) { alter(t, dir, "PRAGMA user_version=9999", "") },
			[]string{"newer version", "schema 9999", "run that version or a later one"}},
		"not a database": {func(dir string) { spoil(t, dir, 0, 4096) }, []string{"damaged", "backup", "nothing was changed"}},
		"damaged pages":  {func(dir string) { spoil(t, dir, 3*4096, 20*4096) }, []string{"damaged", "backup", "nothing was changed"}},
		"another's file": {func(dir string) {
			if err := os.Remove(filepath.Join(dir, databaseName)); err != nil {
				t.Fatal(err)
			}
			alter(t, dir, "CREATE TABLE songs(title)", "")
		}, []string{"not Guildhall's"}},
		"a folder that is a file": {func(dir string) {
			if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}, []string{"not a directory"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			copyFolder(t, dir, made)
			test.spoil(dir)
			before, _ := os.ReadFile(filepath.Join(dir, databaseName)) // there may be none
			said := fails(t, "--data", dir)
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
			if after, _ := os.ReadFile(filepath.Join(dir, databaseName)); string(after) != string(before) && name != "two processes" {
				t.Error("the database was changed")
			}
		})
	}
}

// spoil puts zeros and ones into a part of the database.
func spoil(t *testing.T, dir string, from, to int) {
	t.Helper()
	path := filepath.Join(dir, databaseName)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := from; i < min(to, len(content)); i++ {
		content[i] = byte(i * 7)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRestoredBackup: a server on a backup, with what came after it forgotten, gives no id that was given before. S50
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir, backup := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backup")
	world := fixture(t, dir, 1)
	last := sendOn(ctx, t, dir, world, 0)
	copyFolder(t, backup, dir)
	last = sendOn(ctx, t, dir, world, last)
	sendOn(ctx, t, backup, world, last)
}

// copyFolder copies a data folder, secrets as secrets.
func copyFolder(t *testing.T, to, from string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Type().IsRegular() {
			if err := os.Chmod(filepath.Join(to, f.Name()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// sendOn starts a server on a folder, writes, ends it, and gives the last id; all must be above the one before.
func sendOn(ctx context.Context, t *testing.T, dir string, world world, before guildhall.Snowflake) (last guildhall.Snowflake) {
	t.Helper()
	s := start(t, "--data", dir, "--rate-limits", "off")
	c := newClient("Bot " + world.Bots[0].Token)
	last = before
	for n := range keptWrites {
		var made message
		body := map[string]any{"content": fmt.Sprint(n)}
		if err := c.do(ctx, s.url, http.MethodPost, messagesPath(world.Guilds[0].ChannelID), body, &made); err != nil {
			t.Fatal(err)
		}
		if id := guildhall.Snowflake(made.ID); id <= last {
			t.Fatalf("id %s after %s", id, last)
		} else {
			last = id
		}
	}
	s.kill(t)
	return last
}

// TestClockBehindTheLastID: a server that starts with its clock an hour behind the last id that was given goes on above it,
// and takes over nothing more than at any other start. F57
func TestClockBehindTheLastID(t *testing.T) {
	t.Parallel()
	const (
		ahead       = time.Hour
		ringVersion = "SELECT value FROM meta WHERE name='ring_version'"
	)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir := filepath.Join(t.TempDir(), "data")
	world := fixture(t, dir, 1)
	change := fmt.Sprintf("UPDATE slots SET snowflake=snowflake+(%d<<22)", ahead.Milliseconds())
	question := fmt.Sprintf("SELECT snowflake FROM slots WHERE slot=%d", world.Guilds[0].ChannelID.Slot())
	planted := guildhall.Snowflake(alter(t, dir, change, question))
	if planted.Time().Before(time.Now().Add(ahead / 2)) {
		t.Fatalf("the planted id is of %v", planted.Time())
	}
	version := alter(t, dir, "", ringVersion)
	last := sendOn(ctx, t, dir, world, planted)
	last = sendOn(ctx, t, dir, world, last)
	if last.Time().After(time.Now().Add(ahead + time.Minute)) {
		t.Errorf("ids ran ahead to %v", last.Time())
	}
	if now := alter(t, dir, "", ringVersion); now != 3*version { // the fixture's was a start too
		t.Errorf("the ring went from version %d to %d over two starts", version, now)
	}
}
