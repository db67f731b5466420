package sqlite_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"guildhall"
	"guildhall/store"
	"guildhall/store/sqlite"
)

// filled makes a folder with some records, and leaves it as a process does that is killed: with its write-ahead log.
func filled(t *testing.T, batches int) string {
	t.Helper()
	from := t.TempDir()
	db := open(t, sqlite.Config{Dir: from})
	defer shut(t, db)
	for n := range uint64(batches) {
		if err := db.Append(t.Context(), logID(1), n+1, messageRecords(guild(1), n*crashBatch+1, crashBatch)); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for _, name := range []string{sqlite.FileName, sqlite.FileName + "-wal"} {
		content, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rewriteFile changes a file's content.
func rewriteFile(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(content), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestDamagedDatabaseIsRefused: and is left as it is, for whoever looks into it. S50
func TestDamagedDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	garbage := func(from, to int) func([]byte) []byte {
		return func(b []byte) []byte {
			_, _ = rand.Read(b[from:min(to, len(b))]) // never fails
			return b
		}
	}
	for name, change := range map[string]func([]byte) []byte{
		"no header":     garbage(0, 100),
		"no first page": garbage(100, 4096),
		"pages within":  garbage(8*4096, 40*4096),
		"half of it":    func(b []byte) []byte { return b[:len(b)/2/4096*4096] },
		"not even":      func(b []byte) []byte { return b[:len(b)-1000] },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t, 120)
			shut(t, open(t, sqlite.Config{Dir: dir})) // the log is in the database now
			path := filepath.Join(dir, sqlite.FileName)
			rewriteFile(t, path, change)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir}); !errors.Is(err, sqlite.ErrDamaged) {
				t.Errorf("opened with %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// TestTruncatedLogEndsAtACommit: of a log that lost its end what is whole counts, in order and without a hole; nobody can
// tell that there was more, but no id and no position comes twice for those who saw it. S50
func TestTruncatedLogEndsAtACommit(t *testing.T) {
	t.Parallel()
	const batches = 20
	for _, part := range []int{0, 1, 30, 55, 90, 100} { // per cent that are left
		dir := filled(t, batches)
		rewriteFile(t, filepath.Join(dir, sqlite.FileName+"-wal"), func(b []byte) []byte { return b[:len(b)*part/100] })
		db := open(t, sqlite.Config{Dir: dir})
		if err := db.Check(t.Context()); err != nil {
			t.Errorf("%d %%: %v", part, err)
		}
		head, err := db.Head(t.Context(), guild(1))
		if err != nil || head%crashBatch != 0 || (head == batches*crashBatch) != (part == 100) {
			t.Errorf("%d %%: head is %d, %v", part, head, err)
		}
		page, err := db.Rows(t.Context(), store.Query{Table: guildhall.TableMessages, Part: guild(1).Key(), Limit: 1000})
		if err != nil || uint64(len(page)) != head {
			t.Errorf("%d %%: %d messages for head %d, %v", part, len(page), head, err)
		}
		shut(t, db)
	}
}
