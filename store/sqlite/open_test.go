package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"guildhall"
	"guildhall/conformance"
	"guildhall/store"
	"guildhall/store/sqlite"
)

func TestMain(m *testing.M) {
	if run := os.Getenv(childEnv); run != "" {
		os.Exit(child(run))
	}
	goleak.VerifyTestMain(m)
}

func TestConformanceReopened(t *testing.T) {
	t.Parallel()
	var dir string
	conformance.StoreReopen(t,
		func(t *testing.T) store.Store {
			dir = t.TempDir()
			return open(t, sqlite.Config{Dir: dir})
		},
		func(t *testing.T) store.Store { return open(t, sqlite.Config{Dir: dir}) })
}

func TestFolderBelongsToOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, sqlite.Config{Dir: dir})
	_, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
	if !errors.Is(err, sqlite.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint("process ", os.Getpid())) {
		t.Errorf("second opening: %v", err)
	}
	if err := db.Append(t.Context(), logID(1), 1, messageRecords(guild(1), 1, 1)); err != nil {
		t.Errorf("the first is disturbed: %v", err)
	}
	shut(t, db)
	shut(t, open(t, sqlite.Config{Dir: dir}))
}

func TestNewerFileIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, sqlite.Config{Dir: dir, Program: "9.8.7"})
	if err := db.Append(t.Context(), logID(1), 1, messageRecords(guild(1), 1, 1)); err != nil {
		t.Fatal(err)
	}
	shut(t, db)
	alter(t, dir, fmt.Sprintf("PRAGMA user_version=%d", sqlite.SchemaVersion+1))
	_, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir, Program: "1.0.0"})
	if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "use guildhall 9.8.7 or newer") {
		t.Errorf("error is %v", err)
	}
	alter(t, dir, fmt.Sprintf("PRAGMA user_version=%d", sqlite.SchemaVersion))
	db = open(t, sqlite.Config{Dir: dir, Program: "1.0.0"})
	defer shut(t, db)
	if head, err := db.Head(t.Context(), guild(1)); err != nil || head != 1 {
		t.Errorf("head is %d, %v after the refusal", head, err)
	}
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alter(t, dir, "CREATE TABLE songs(title)")
	if _, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not Guildhall's") {
		t.Errorf("error is %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, sqlite.FileName), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir}); err == nil {
		t.Error("a file that is no database was opened")
	}
}

func TestFolderNamesWithMarks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"with space", "a?mode=memory", "a#b", "100%41", "ü+ß"} {
		dir := filepath.Join(t.TempDir(), name, "made")
		db := open(t, sqlite.Config{Dir: dir})
		if err := db.Append(t.Context(), logID(1), 1, messageRecords(guild(1), 1, 1)); err != nil {
			t.Error(err)
		}
		shut(t, db)
		if info, err := os.Stat(filepath.Join(dir, sqlite.FileName)); err != nil || info.Size() == 0 {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestOpenNeedsAFolderAndAContext(t *testing.T) {
	t.Parallel()
	if _, err := sqlite.Open(t.Context(), sqlite.Config{}); err == nil {
		t.Error("opened without a folder")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sqlite.Open(ctx, sqlite.Config{Memory: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestEveryTableOfContentIsKept(t *testing.T) {
	t.Parallel()
	db := open(t, sqlite.Config{Memory: true})
	defer shut(t, db)
	for _, table := range guildhall.Tables() {
		if _, err := db.Rows(t.Context(), store.Query{Table: table, Limit: 1}); err != nil {
			t.Errorf("table %d: %v", table, err)
		}
	}
}

func TestMemoriesAreApart(t *testing.T) {
	t.Parallel()
	a, b := open(t, sqlite.Config{Memory: true}), open(t, sqlite.Config{Memory: true})
	defer shut(t, a)
	defer shut(t, b)
	if err := a.Append(t.Context(), logID(1), 1, messageRecords(guild(1), 1, 1)); err != nil {
		t.Fatal(err)
	}
	if head, err := b.Head(t.Context(), guild(1)); err != nil || head != 0 {
		t.Errorf("head in the other is %d, %v", head, err)
	}
}

// alter changes the file as another program would.
func alter(t *testing.T, dir, sqlText string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(sqlText); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
