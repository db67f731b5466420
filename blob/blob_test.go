package blob_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"guildhall/blob"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	suite(t, blob.NewMemory(1<<20))
}

func TestFiles(t *testing.T) {
	t.Parallel()
	f, err := blob.OpenFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	suite(t, f)
}

// suite is what every implementation must do.
func suite(t *testing.T, s blob.Store) {
	t.Helper()
	ctx := t.Context()
	read := func(key string) string {
		t.Helper()
		b, err := s.Get(ctx, key)
		if err != nil {
			t.Fatalf("get %s: %v", key, err)
		}
		defer b.Close()
		data, err := io.ReadAll(b)
		if err != nil || int64(len(data)) != b.Size() {
			t.Fatalf("get %s: %d of %d bytes, %v", key, len(data), b.Size(), err)
		}
		return string(data)
	}
	put := func(key, content string) {
		t.Helper()
		if err := s.Put(ctx, key, strings.NewReader(content)); err != nil {
			t.Fatalf("put %s: %v", key, err)
		}
	}
	if _, err := s.Get(ctx, "a/b.png"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("before put: %v, want ErrNotFound", err)
	}
	put("a/b.png", "one")
	open, err := s.Get(ctx, "a/b.png")
	if err != nil {
		t.Fatal(err)
	}
	put("a/b.png", "second")
	if old, err := io.ReadAll(open); err != nil || string(old) != "one" {
		t.Errorf("open blob after it was replaced: %q, %v, want the old content", old, err)
	}
	open.Close()
	if got := read("a/b.png"); got != "second" {
		t.Errorf("after the second put: %q", got)
	}
	broken := errors.New("broken")
	err = s.Put(ctx, "a/b.png", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("put of a broken reader: %v", err)
	}
	if got := read("a/b.png"); got != "second" {
		t.Errorf("after a put that failed: %q, want what was there before", got)
	}
	if err := s.Copy(ctx, "a/b.png", "c/d.png"); err != nil {
		t.Fatal(err)
	}
	put("a/b.png", "third")
	if got := read("c/d.png"); got != "second" {
		t.Errorf("a copy changes with what it is one of: %q", got)
	}
	if err := s.Copy(ctx, "c/d.png", "a/b.png"); err != nil || read("a/b.png") != "second" {
		t.Errorf("copied over another: %v", err)
	}
	if err := s.Copy(ctx, "a/none", "c/e"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("copy of nothing: %v, want ErrNotFound", err)
	}
	if err := s.Copy(ctx, "../x", "c/e"); !errors.Is(err, blob.ErrKey) {
		t.Errorf("copy from outside: %v, want ErrKey", err)
	}
	for range 2 {
		if err := s.Delete(ctx, "a/b.png"); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if got := read("c/d.png"); got != "second" {
		t.Errorf("a copy goes with what it is one of: %q", got)
	}
	if _, err := s.Get(ctx, "a/b.png"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("after delete: %v, want ErrNotFound", err)
	}
	put("e/old", "x")
	keys := map[string]time.Time{}
	for e, err := range s.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		keys[e.Key] = e.Put
	}
	if len(keys) != 2 || keys["c/d.png"].IsZero() || time.Since(keys["e/old"]) > time.Hour {
		t.Errorf("all: %v", keys)
	}
	for range s.All(ctx) {
		break
	}
	for before, want := range map[time.Time]bool{keys["e/old"]: false, keys["e/old"].Add(time.Hour): true} {
		put("e/old", "x")
		if did, err := s.DeleteStale(ctx, "e/old", before); did != want || err != nil {
			t.Errorf("delete what is older than %v: %t, %v", before, did, err)
		}
	}
	if did, err := s.DeleteStale(ctx, "e/none", time.Now()); did || err != nil {
		t.Errorf("delete nothing: %t, %v", did, err)
	}
	if did, err := s.DeleteStale(ctx, "e", time.Now().Add(time.Hour)); did || err != nil {
		t.Errorf("delete a folder: %t, %v", did, err)
	}
	for _, key := range []string{"", "/", "a//b", "../x", "a/../../x", ".tmp/x", "a/.x", "a\\b", "a\x00b", "%2e%2e/x", strings.Repeat("a", 256)} {
		_, getErr := s.Get(ctx, key)
		if putErr := s.Put(ctx, key, strings.NewReader("x")); !errors.Is(putErr, blob.ErrKey) || !errors.Is(getErr, blob.ErrKey) {
			t.Errorf("key %q: put %v, get %v, want ErrKey", key, putErr, getErr)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := blob.NewMemory(10)
	put := func(key string, n int) error { return m.Put(t.Context(), key, bytes.NewReader(make([]byte, n))) }
	if err := put("a", 6); err != nil {
		t.Fatal(err)
	}
	if err := put("b", 5); !errors.Is(err, blob.ErrFull) {
		t.Errorf("11 bytes of 10: %v, want ErrFull", err)
	}
	if err := put("a", 10); err != nil {
		t.Errorf("replacing makes room first: %v", err)
	}
	if err := m.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := put("b", 10); err != nil {
		t.Errorf("after a delete: %v", err)
	}
}

func TestGuardedAsksFirst(t *testing.T) {
	t.Parallel()
	var refusal error
	s := blob.Guarded(blob.NewMemory(10), func() error { return refusal })
	if err := s.Put(t.Context(), "a", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	refusal = errors.New("no room")
	if err := s.Put(t.Context(), "b", iotest.ErrReader(errors.New("read"))); !errors.Is(err, blob.ErrFull) || !errors.Is(err, refusal) {
		t.Errorf("refused with %v", err)
	}
	if err := s.Copy(t.Context(), "a", "b"); !errors.Is(err, blob.ErrFull) {
		t.Errorf("a copy is refused with %v", err)
	}
	if b, err := s.Get(t.Context(), "a"); err != nil {
		t.Errorf("reading meanwhile: %v", err)
	} else if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Errorf("deleting meanwhile: %v", err)
	}
}

func TestFilesLeaveNothingHalfWritten(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	f, err := blob.OpenFiles(folder)
	if err != nil {
		t.Fatal(err)
	}
	err = f.Put(t.Context(), "a", iotest.ErrReader(errors.New("broken")))
	if left, _ := os.ReadDir(filepath.Join(folder, ".tmp")); err == nil || len(left) > 0 {
		t.Errorf("after a put that failed: %v, %d temporary files", err, len(left))
	}
	if err := os.WriteFile(filepath.Join(folder, ".tmp", "crashed"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if f, err = blob.OpenFiles(folder); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if left, _ := os.ReadDir(filepath.Join(folder, ".tmp")); len(left) > 0 {
		t.Errorf("%d temporary files of the process before", len(left))
	}
}

func TestFilesDontFollowLinksOut(t *testing.T) {
	t.Parallel()
	outside, folder := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(folder, "link")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	f, err := blob.OpenFiles(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := f.Get(t.Context(), "link/secret"); err == nil {
		b.Close()
		t.Error("read a file outside the folder")
	}
	if err := f.Put(t.Context(), "link/new", strings.NewReader("x")); err == nil {
		t.Error("wrote a file outside the folder")
	}
}

// TestCopyTwice: a copy that is made once more leaves nothing beside it.
func TestCopyTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := blob.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := f.Put(t.Context(), "a/1", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Copy(t.Context(), "a/1", "a/2"); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(filepath.Join(dir, ".tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind %v, %v", left, err)
	}
}
