package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"guildhall/faultfs"
)

// powerRig is a disk with a data folder, a child that appends to it, and what that was answered. The folder is opened by
// children alone: what this process maps into memory it could not serve itself.
type powerRig struct {
	*testing.T
	disk  *faultfs.Disk
	at    string
	mount *faultfs.Mount
	rng   *rand.Rand
	acked []uint64
	total faultfs.Loss
}

func newPowerRig(t *testing.T) *powerRig {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := &powerRig{T: t, disk: faultfs.NewDisk(), at: t.TempDir(), rng: rand.New(rand.NewPCG(seed, 0)), acked: make([]uint64, crashObjects)}
	r.mount = faultfs.Mounted(t, r.disk, r.at)
	return r
}

func (r *powerRig) dir() string { return filepath.Join(r.at, "some", "data") }

// note remembers an acknowledgement that a child told.
func (r *powerRig) note(line string) {
	r.Helper()
	var object, head uint64
	if _, err := fmt.Sscan(line, &object, &head); err != nil {
		r.Fatalf("%q: %v", line, err)
	}
	r.acked[object] = head
}

// append lets a child append until so many were acknowledged, and then does something while it goes on.
func (r *powerRig) append(run string, acks int, then func(*exec.Cmd)) {
	r.Helper()
	cmd, lines := startChild(r.T, run, r.dir())
	seen := 0
	for lines.Scan() {
		r.note(lines.Text())
		if seen++; seen == acks {
			then(cmd)
		}
	}
	if seen < acks {
		r.Fatalf("the child ended after %d of %d", seen, acks)
	}
	_ = cmd.Wait() // how it ended is of no interest
}

// endPower takes the power away some time later: from the child and the disk at once, or first from one of them.
func (r *powerRig) endPower(cmd *exec.Cmd) {
	const afterMax = 5 * time.Millisecond
	after, diskFirst := time.Duration(r.rng.Int64N(int64(afterMax))), r.rng.IntN(2) == 0
	time.AfterFunc(after, func() {
		if diskFirst {
			r.disk.Cut()
		}
		_ = cmd.Process.Kill() // it may have ended by itself, of the disk
	})
}

// forget has the disk forget, and gives what is found then.
func (r *powerRig) forget() error {
	r.Helper()
	r.total.Add(r.disk.PowerLoss(r.rng))
	if err := r.mount.Unmount(); err != nil {
		r.Fatal(err)
	}
	r.mount = faultfs.Mounted(r.T, r.disk, r.at)
	copied := r.TempDir()
	if err := r.disk.Export(copied); err != nil {
		r.Fatal(err)
	}
	return damage(r.T, filepath.Join(copied, "some", "data"), r.acked)
}

// TestPowerLoss: what was acknowledged is there after the power was lost at any moment, and the file is sound. F37
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	const rounds, ackedMax = 6, 200
	r := newPowerRig(t)
	for range rounds {
		r.append("append", 1+r.rng.IntN(ackedMax), r.endPower)
		if err := r.forget(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d power losses: %s; %d acknowledged", rounds, r.total, r.acked)
	if r.total.Writes == 0 {
		t.Error("nothing was ever unsynced, so that nothing was tested")
	}
}

// TestFilledFolderIsSyncedAtItsClose: nothing is lost of a folder that was filled once it is closed, and few syncs were needed.
func TestFilledFolderIsSyncedAtItsClose(t *testing.T) {
	t.Parallel()
	r := newPowerRig(t)
	r.append("fill", 1, r.endPower)
	syncs := r.disk.Count(faultfs.Sync)
	if err := r.forget(); err != nil {
		t.Fatal(err)
	}
	if syncs > 20 {
		t.Errorf("%d syncs for 100 appends", syncs)
	}
}

// TestUnsyncedCommitsAreFound shows that TestPowerLoss can fail: with the wrong setting acknowledged batches are lost.
func TestUnsyncedCommitsAreFound(t *testing.T) {
	t.Parallel()
	const rounds, acks = 10, 40
	r := newPowerRig(t)
	for range rounds {
		r.append("append unsynced", acks, r.endPower)
		if err := r.forget(); err != nil {
			t.Logf("found: %v", err)
			return
		}
	}
	t.Errorf("with synchronous=OFF nothing was lost in %d power losses: %s", rounds, r.total)
}

// TestFailedSyncEndsTheStore: a sync of the log that fails ends the store, is not tried again, and takes nothing with it
// that was acknowledged: neither before, nor by the process that starts next on the same machine, whose power then goes.
func TestFailedSyncEndsTheStore(t *testing.T) {
	t.Parallel()
	const rounds, acks = 4, 30
	r := newPowerRig(t)
	for range rounds {
		var syncs int
		var remove func()
		r.append("append", acks, func(*exec.Cmd) {
			syncs = r.disk.Count(faultfs.Sync)
			remove = r.disk.Inject(faultfs.Fault{Operation: faultfs.Sync, File: "*-wal", After: r.rng.IntN(5), Times: 1, Err: syscall.EIO})
		})
		// The child ended by itself. It has synced what was acknowledged since, some of it grouped, and tried nothing again.
		if more := r.disk.Count(faultfs.Sync) - syncs; more > 7+crashObjects {
			t.Errorf("%d syncs after the fault was set", more)
		}
		remove()
		r.append("append", acks, r.endPower)
		if err := r.forget(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFailingDisks: whatever fails, what was acknowledged is there, and the file is sound.
func TestFailingDisks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault faultfs.Fault
		ends  bool // the store by itself
	}{
		"a write to the log":           {faultfs.Fault{Operation: faultfs.Write, File: "*-wal", After: 5, Times: 1, Err: syscall.EIO}, true},
		"a write to the database":      {faultfs.Fault{Operation: faultfs.Write, File: "*.db", After: 3, Times: 1, Err: syscall.EIO}, true},
		"a sync of the database":       {faultfs.Fault{Operation: faultfs.Sync, File: "*.db", Times: 1, Err: syscall.EIO}, true},
		"a sync of the log, every one": {faultfs.Fault{Operation: faultfs.Sync, File: "*-wal", Err: syscall.EIO}, true},
		"short writes":                 {faultfs.Fault{Operation: faultfs.Write, File: "*-wal", Short: true}, false},
		"slow syncs":                   {faultfs.Fault{Operation: faultfs.Sync, Delay: 3 * time.Millisecond}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const acks, more = 10, 250
			r := newPowerRig(t)
			cmd, lines := startChild(t, "append", r.dir())
			seen, killed := 0, false
			remove := func() {}
			for lines.Scan() {
				r.note(lines.Text())
				switch seen++; {
				case seen == acks:
					remove = r.disk.Inject(test.fault)
				case seen == acks+more && !test.ends, seen == 20*more: // a checkpoint comes before that
					killed = true
					_ = cmd.Process.Kill() // it is running: it wrote a moment ago
				}
			}
			_ = cmd.Wait()
			if seen < acks || killed == test.ends {
				t.Errorf("%d were acknowledged, the store ended by itself: %t", seen, !killed)
			}
			remove()
			if err := r.forget(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFullDiskLosesNothing: a disk that is full refuses, and the store goes on as soon as there is room.
func TestFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	r := newPowerRig(t)
	cmd, lines := startChild(t, "append when full", r.dir())
	full := 0
	for seen := 0; lines.Scan(); seen++ {
		switch line := lines.Text(); {
		case line == "full":
			if full++; full == 1 {
				r.disk.Limit(-1)
			}
		default:
			r.note(line)
			if seen == 20 {
				r.disk.Limit(64 << 10)
			}
			if full > 0 && seen > 200 {
				_ = cmd.Process.Kill() // it is running: it wrote a moment ago
			}
		}
	}
	_ = cmd.Wait()
	if full == 0 {
		t.Error("the disk was never full")
	}
	if err := r.forget(); err != nil {
		t.Error(err)
	}
}
