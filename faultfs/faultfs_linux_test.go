package faultfs_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"guildhall/faultfs"
)

// rig is a disk and the folder that it is mounted on.
type rig struct {
	*testing.T
	disk  *faultfs.Disk
	dir   string
	mount *faultfs.Mount
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{T: t, disk: faultfs.NewDisk(), dir: t.TempDir()}
	r.mount = faultfs.Mounted(t, r.disk, r.dir)
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

// put writes a file and syncs it, and its folder, where that is asked for.
func (r *rig) put(name, content string, syncFile, syncFolder bool) {
	r.Helper()
	f, err := os.Create(r.path(name))
	if err != nil {
		r.Fatal(err)
	}
	_, err = f.WriteString(content)
	if syncFile {
		err = errors.Join(err, f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		r.Fatal(err)
	}
	if syncFolder {
		r.syncFolder(filepath.Dir(name))
	}
}

func (r *rig) syncFolder(name string) {
	r.Helper()
	d, err := os.Open(r.path(name))
	if err != nil {
		r.Fatal(err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		r.Fatal(err)
	}
}

// lose loses power and comes back.
func (r *rig) lose(seed uint64) faultfs.Loss {
	r.Helper()
	loss := r.disk.PowerLoss(rand.New(rand.NewPCG(seed, 0)))
	if err := r.mount.Unmount(); err != nil {
		r.Fatal(err)
	}
	r.mount = faultfs.Mounted(r.T, r.disk, r.dir)
	return loss
}

// read gives a file's content, "none" where there is none.
func (r *rig) read(name string) string {
	r.Helper()
	b, err := os.ReadFile(r.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return "none"
	}
	if err != nil {
		r.Fatal(err)
	}
	return string(b)
}

const seeds = 24

// outcomes collects what is found after many power losses of the same kind.
func outcomes(t *testing.T, write func(*rig), name string) map[string]int {
	t.Helper()
	found := make(map[string]int)
	r := newRig(t)
	for seed := range uint64(seeds) {
		write(r)
		r.lose(seed)
		found[r.read(name)]++
		_ = os.RemoveAll(r.path("folder"))
		_ = os.Remove(r.path(name))
		r.syncFolder(".")
	}
	return found
}

func TestWhatIsSyncedSurvives(t *testing.T) {
	t.Parallel()
	found := outcomes(t, func(r *rig) { r.put("a", "content", true, true) }, "a")
	if found["content"] != seeds {
		t.Errorf("found %v", found)
	}
}

func TestWhatIsNotSyncedIsForgottenAtTimes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		write func(*rig)
		file  string
		may   []string // each of which must come up
	}{
		"neither":         {func(r *rig) { r.put("a", "content", false, false) }, "a", []string{"none", "", "content"}},
		"the file alone":  {func(r *rig) { r.put("a", "content", true, false) }, "a", []string{"none", "content"}},
		"the folder only": {func(r *rig) { r.put("a", "content", false, true) }, "a", []string{"", "content"}},
		"a replacement": {func(r *rig) {
			r.put("a", "old", true, true)
			r.put("b", "new", true, false)
			if err := os.Rename(r.path("b"), r.path("a")); err != nil {
				r.Fatal(err)
			}
		}, "a", []string{"old", "new"}},
		"a removal": {func(r *rig) {
			r.put("a", "content", true, true)
			if err := os.Remove(r.path("a")); err != nil {
				r.Fatal(err)
			}
		}, "a", []string{"none", "content"}},
		"the folder above": {func(r *rig) {
			if err := os.Mkdir(r.path("folder"), 0o755); err != nil {
				r.Fatal(err)
			}
			r.put("folder/a", "content", true, true)
		}, "folder/a", []string{"none", "content"}},
		"a cut": {func(r *rig) {
			r.put("a", "content", true, true)
			if err := os.Truncate(r.path("a"), 3); err != nil {
				r.Fatal(err)
			}
		}, "a", []string{"con", "content"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := outcomes(t, test.write, test.file)
			left := len(found)
			for _, may := range test.may {
				if found[may] == 0 {
					t.Errorf("%q never came up: %v", may, found)
				} else {
					left--
				}
			}
			// A file whose size is there and whose content is not reads as zeros.
			if zeros := strings.Repeat("\x00", len("content")); found[zeros] > 0 {
				left--
			}
			if left != 0 {
				t.Errorf("found %v, want %v only", found, test.may)
			}
		})
	}
}

// TestWritesAreTorn: of one large write some sectors survive and others do not, and of two the later without the earlier.
func TestWritesAreTorn(t *testing.T) {
	t.Parallel()
	const size = 64 << 10
	r := newRig(t)
	torn, reordered := 0, 0
	for seed := range uint64(seeds) {
		r.put("a", strings.Repeat("0", size), true, true)
		f, err := os.OpenFile(r.path("a"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, firstErr := f.WriteAt(bytes.Repeat([]byte("1"), size/2), 0)
		_, secondErr := f.WriteAt(bytes.Repeat([]byte("2"), size/2), size/2)
		if err := errors.Join(firstErr, secondErr, f.Close()); err != nil {
			t.Fatal(err)
		}
		r.lose(seed)
		got := r.read("a")
		if len(got) != size {
			t.Fatalf("size is %d", len(got))
		}
		for at := 0; at < size; at += 512 {
			if sector := got[at : at+512]; strings.Count(sector, sector[:1]) != len(sector) {
				t.Fatalf("the sector at %d is torn: %q", at, sector)
			}
		}
		if first := strings.Count(got[:size/2], "1"); first > 0 && first < size/2 {
			torn++
		}
		if strings.Contains(got[:size/2], "0") && strings.Contains(got, "2") {
			reordered++
		}
	}
	if torn < 3 || reordered < 3 {
		t.Errorf("%d torn writes and %d out of order in %d power losses", torn, reordered, seeds)
	}
}

// TestFailedSyncIsFinal: a program that tries a failed sync again, and believes the second, loses what it wrote.
func TestFailedSyncIsFinal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.put("a", "", true, true)
	r.disk.Inject(faultfs.Fault{Operation: faultfs.Sync, File: "a", Times: 1, Err: syscall.EIO})
	f, err := os.OpenFile(r.path("a"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("content")
	first, second := f.Sync(), f.Sync()
	if err != nil || !errors.Is(first, syscall.EIO) || second != nil {
		t.Errorf("write %v, first sync %v, second %v", err, first, second)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := r.read("a"); got != "content" {
		t.Errorf("before the power loss: %q", got)
	}
	r.lose(1)
	if got := r.read("a"); strings.Contains(got, "content") {
		t.Errorf("after it: %q", got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	write := func(name string) error { return os.WriteFile(r.path(name), []byte("some content"), 0o600) }
	if err := write("a"); err != nil {
		t.Fatal(err)
	}
	remove := r.disk.Inject(faultfs.Fault{Operation: faultfs.Write, File: "*.db", After: 1, Err: syscall.EIO})
	if err := errors.Join(write("a"), write("x.db")); err != nil {
		t.Errorf("requests before the fault: %v", err)
	}
	if err := write("x.db"); !errors.Is(err, syscall.EIO) {
		t.Errorf("a write that fails: %v", err)
	}
	remove()
	if err := write("x.db"); err != nil {
		t.Errorf("after the fault: %v", err)
	}

	r.disk.Inject(faultfs.Fault{Operation: faultfs.Read, Times: 1, Err: syscall.EIO})
	if _, err := os.ReadFile(r.path("a")); !errors.Is(err, syscall.EIO) {
		t.Errorf("a read that fails: %v", err)
	}

	short := r.disk.Inject(faultfs.Fault{Operation: faultfs.Write, Short: true})
	fd, err := syscall.Open(r.path("a"), syscall.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := syscall.Write(fd, []byte("12345678")); n != 4 || err != nil {
		t.Errorf("a short write: %d, %v", n, err)
	}
	if err := syscall.Close(fd); err != nil {
		t.Error(err)
	}
	short()

	const delay = 30 * time.Millisecond
	r.disk.Inject(faultfs.Fault{Operation: faultfs.Sync, Times: 1, Delay: delay})
	started := time.Now()
	if r.put("a", "slow", true, false); time.Since(started) < delay {
		t.Errorf("a slow sync took %v", time.Since(started))
	}
	if n := r.disk.Count(faultfs.Sync); n != 1 {
		t.Errorf("%d syncs are counted", n)
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	const free = 100 << 10
	r := newRig(t)
	r.put("a", "content", true, true)
	r.disk.Limit(free)
	var stat syscall.Statfs_t
	if err := syscall.Statfs(r.dir, &stat); err != nil || int64(stat.Bavail)*stat.Bsize != free/4096*4096 {
		t.Errorf("%d blocks of %d bytes are free, %v", stat.Bavail, stat.Bsize, err)
	}
	if err := os.WriteFile(r.path("b"), make([]byte, free+1), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("more than there is room for: %v", err)
	}
	if err := os.WriteFile(r.path("b"), make([]byte, free), 0o600); err != nil {
		t.Errorf("as much as there is room for: %v", err)
	}
	if err := os.WriteFile(r.path("c"), []byte("x"), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a byte more: %v", err)
	}
	if err := os.Remove(r.path("b")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.path("c"), []byte("x"), 0o600); err != nil {
		t.Errorf("after something was removed: %v", err)
	}
}

func TestNothingGoesWithoutPower(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	f, err := os.Create(r.path("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("content"); err != nil {
		t.Fatal(err)
	}
	r.disk.Cut()
	_, writeErr := f.WriteString("more")
	syncErr := f.Sync()
	_, createErr := os.Create(r.path("b"))
	for what, err := range map[string]error{"write": writeErr, "sync": syncErr, "create": createErr} {
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("%s without power: %v", what, err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := os.MkdirAll(r.path("folder/below"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.put("folder/below/a", "content", false, false)
	dir := filepath.Join(t.TempDir(), "copy")
	if err := r.disk.Export(dir); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "folder", "below", "a")); err != nil || string(b) != "content" {
		t.Errorf("got %q, %v", b, err)
	}
}
