package disk_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"guildhall/disk"
)

const (
	total   = 10_000
	reserve = 800
)

// rig is a watch over a disk of which a test says how much is free.
type rig struct {
	*disk.Watch
	free atomic.Int64
	log  bytes.Buffer
}

func newRig(t *testing.T, free int64) *rig {
	t.Helper()
	r := new(rig)
	r.free.Store(free)
	var err error
	r.Watch, err = disk.New(disk.Config{
		Folders: []string{"data"}, Reserve: reserve, Log: slog.New(slog.NewTextHandler(&r.log, nil)),
		Look: func(string) (disk.Room, error) { return disk.Room{Total: total, Free: r.free.Load()}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLevels(t *testing.T) {
	t.Parallel()
	r := newRig(t, total)
	steps := []struct {
		free int64
		want disk.Level
	}{
		{total, disk.Roomy}, {2001, disk.Roomy}, {2000, disk.Warned}, {1600, disk.Warned}, // 90 % lie below two reserves here
		{1599, disk.NoFiles}, {1650, disk.NoFiles}, {1700, disk.Warned}, {801, disk.NoFiles}, {799, disk.ReadOnly}, {0, disk.ReadOnly},
		{850, disk.ReadOnly}, {900, disk.NoFiles}, {5000, disk.Roomy},
	}
	for _, step := range steps {
		r.free.Store(step.free)
		if got := r.Refresh(); got != step.want || got != r.Level() {
			t.Errorf("%d free: %v, want %v", step.free, got, step.want)
		}
		if files, writes := r.RefuseFiles(), r.RefuseWrites(); errors.Is(files, disk.ErrLow) != (step.want >= disk.NoFiles) ||
			errors.Is(writes, disk.ErrLow) != (step.want >= disk.ReadOnly) {
			t.Errorf("%d free: files %v, writes %v", step.free, files, writes)
		}
	}
	for _, want := range []string{"80 % are used", "files are refused", "reading goes on", "there is room", "free_bytes=799"} {
		if !strings.Contains(r.log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, &r.log)
		}
	}
}

func TestNinetyPercent(t *testing.T) {
	t.Parallel()
	var free int64 = 999
	w, err := disk.New(disk.Config{
		Folders: []string{"data"}, Log: slog.New(slog.DiscardHandler),
		Look: func(string) (disk.Room, error) { return disk.Room{Total: total, Free: free}, nil },
	})
	if err != nil || w.Level() != disk.Alerted {
		t.Errorf("%v, %v", w.Level(), err)
	}
	if free = 0; w.Refresh() != disk.Alerted || w.RefuseWrites() != nil {
		t.Errorf("without a reserve something is refused at %v", w.Level())
	}
}

// TestRunSeesChanges: room is found, and its end, without anybody asking for it.
func TestRunSeesChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, total)
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			r.Run(stop)
		}()
		for _, free := range []int64{10, total} {
			r.free.Store(free)
			time.Sleep(time.Second) // of the bubble's clock
			synctest.Wait()
			if got := r.RefuseWrites(); (got != nil) != (free == 10) {
				t.Errorf("%d free: %v", free, got)
			}
		}
		close(stop)
		<-done
	})
}

func TestFolderMustBeThere(t *testing.T) {
	t.Parallel()
	if _, err := disk.New(disk.Config{Folders: []string{t.TempDir() + "/none"}, Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("a folder that is not there is watched")
	}
	w, err := disk.New(disk.Config{Folders: []string{t.TempDir()}, Reserve: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil || w.Level() == disk.ReadOnly {
		t.Errorf("a real folder: %v, %v", w, err)
	}
}

// TestWhatCannotBeLookedAtCountsAsItWas: of two disks the full one does not answer for a while.
func TestWhatCannotBeLookedAtCountsAsItWas(t *testing.T) {
	t.Parallel()
	free := map[string]int64{"data": 0, "store": total}
	away := map[string]bool{}
	w, err := disk.New(disk.Config{
		Folders: []string{"data", "store"}, Reserve: reserve, Log: slog.New(slog.DiscardHandler),
		Look: func(folder string) (disk.Room, error) {
			if away[folder] {
				return disk.Room{}, errors.New("no answer")
			}
			return disk.Room{Total: total, Free: free[folder]}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		data, store int64
		away        string
		want        disk.Level
	}{
		{0, total, "", disk.ReadOnly}, {0, total, "data", disk.ReadOnly}, {total, total, "", disk.Roomy},
		{total, 0, "data", disk.ReadOnly}, {0, total, "data", disk.Roomy}, {0, total, "", disk.ReadOnly},
	}
	for i, step := range steps {
		free["data"], free["store"] = step.data, step.store
		clear(away)
		away[step.away] = true
		if got := w.Refresh(); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
}
