package crash_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // an opinion on the file beside the server's own

	"guildhall/faultfs"
	"guildhall/history"
)

const (
	lossesUsual = 2
	// filesLooked is how many files are read after each power loss; all are at the end.
	filesLooked = 10
	// lossJitter is how long process and disk may outlive each other, and how far the moment is from an acknowledgement.
	lossJitter = 10 * time.Millisecond
)

// TestPowerLoss: a server whose machine loses power at any moment has, when it is started again, all that it acknowledged,
// once, in one order, and nothing that nobody wrote (H1 to H4), each session got its events once and in order (H5), a
// writer reads what it wrote (H6), the files of acknowledged messages are there, and the database is sound. F37
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	losses := size(t, "CRASH_POWER_LOSSES", lossesUsual)
	rng, seed := chance(t)
	took := stopwatch()
	m := newMachine(t)
	world := fixture(t, m.data(), writers)
	p := newPlace(world)
	p.keeper = new(keeper)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(losses)*15*time.Second)
	defer cancel()
	o := outage{machine: m, killer: killer{place: p, t: t, rng: rng, args: []string{"--data", m.data(), "--rate-limits", "off"}}}
	o.forget() // what the command said is as good as any other answer

	c := muster(ctx, t, p, world, seed)
	s := o.start(c.writing)
	for range losses {
		if rng.IntN(startKills) == 0 {
			o.lose(c.writing, s)
			s = o.begin()
			o.delay(ctx, time.Duration(rng.Int64N(int64(startKillMost))))
			o.early++
		} else {
			o.awaitAcks(c.writing, 1+rng.IntN(acksMost))
		}
		o.lose(c.writing, s)
		s = o.start(c.writing)
		o.look(ctx, s, filesLooked)
	}
	o.awaitAcks(c.writing, writers)
	if err := c.rest(); err != nil {
		t.Error(err)
	}
	messages := c.readAll(ctx, t)
	o.look(ctx, s, keptMost)
	report := judgeCrash(t, p.recorder, seed)
	lost, _ := report.Finding("H1")
	t.Logf("%d lost in %d acknowledged over %d power losses (%d during start-up) in %v: %d writes acknowledged, %d unknown and asked "+
		"again; integrity_check ok %d times; %d files acknowledged, %d times one was read, all as sent; %s; %d messages at the end; "+
		"watcher: %d lifetimes, %d resumed; starts took %v",
		lost.Count, lost.Judged, o.lost, o.early, took(), report.Counts.Acknowledged, p.unknown.Load(), o.sound, len(p.keeper.all()), o.looked,
		o.total, messages, c.watcher.lifetime, c.watcher.resumes, o.starts())
	t.Logf("\n%s", report)
	if o.total.Writes == 0 {
		t.Error("nothing was ever unsynced, so that nothing was tested")
	}
}

// machine is what a server runs on: a disk that can lose power, and the folder that it is mounted on. This process itself
// opens nothing there.
type machine struct {
	disk  *faultfs.Disk
	at    string
	mount *faultfs.Mount
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{disk: faultfs.NewDisk(), at: t.TempDir()}
	m.mount = faultfs.Mounted(t, m.disk, m.at)
	return m
}

func (m *machine) data() string { return filepath.Join(m.at, "data") }

// outage takes the power from a server's machine.
type outage struct {
	killer
	*machine
	lost, sound, looked int
	total               faultfs.Loss
}

// begin starts a server and does not wait for it.
func (o *outage) begin() *server { return begin(o.t, o.args...).server }

// lose takes the power from the process and the disk, from one of them a moment earlier, and brings the disk back.
func (o *outage) lose(ctx context.Context, s *server) {
	o.t.Helper()
	o.delay(ctx, time.Duration(o.rng.Int64N(int64(lossJitter))))
	o.recorder.Record(&history.Fault{Name: "power", Active: true})
	if o.rng.IntN(2) == 0 {
		o.disk.Cut()
		o.delay(ctx, time.Duration(o.rng.Int64N(int64(lossJitter))))
	}
	s.kill(o.t)
	o.where.set("")
	o.recorder.Record(&history.Fault{Name: "power"})
	o.forget()
}

// forget is what a power loss does to the disk alone. A copy of what is left is looked at before a server repairs it.
func (o *outage) forget() {
	o.t.Helper()
	o.lost++
	o.total.Add(o.disk.PowerLoss(o.rng))
	if err := o.mount.Unmount(); err != nil {
		o.t.Fatal(err)
	}
	copied, err := os.MkdirTemp(o.t.TempDir(), "copy-")
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.disk.Export(copied); err != nil {
		o.t.Fatal(err)
	}
	if err := integrity(o.t.Context(), filepath.Join(copied, "data", "guildhall.db")); err != nil {
		o.t.Fatalf("%v\nkept in %s", err, copied)
	}
	if err := os.RemoveAll(copied); err != nil {
		o.t.Error(err)
	}
	o.sound++
	o.mount = faultfs.Mounted(o.t, o.disk, o.at)
}

// integrity has SQLite check a database, with its write-ahead log.
func integrity(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&result); err != nil {
		return fmt.Errorf("integrity_check: %w", err)
	}
	if result != "ok" {
		return fmt.Errorf("integrity_check says %s", result)
	}
	return nil
}

// look reads files of acknowledged messages.
func (o *outage) look(ctx context.Context, s *server, most int) {
	o.t.Helper()
	n, err := o.keeper.check(ctx, s.url, most)
	o.looked += n
	if err != nil {
		o.t.Error(err)
	}
}

// TestLyingDiskIsSeen shows that TestPowerLoss can fail: on a disk that says that it has written what it has not,
// acknowledged writes are lost, and the checker says so.
func TestLyingDiskIsSeen(t *testing.T) {
	t.Parallel()
	rng, seed := chance(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	m := newMachine(t)
	world := fixture(t, m.data(), 1)
	p := newPlace(world)
	w := newWriter(p, "w0", world.Bots[0], seed)
	o := outage{machine: m, killer: killer{place: p, t: t, rng: rng, args: []string{"--data", m.data(), "--rate-limits", "off"}}}
	send := func(n int) {
		t.Helper()
		for range n {
			if err := w.send(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := o.start(ctx)
	send(keptWrites)
	m.disk.Inject(faultfs.Fault{Operation: faultfs.Sync, Lost: true})
	send(lostWrites)
	o.lose(ctx, s)
	o.start(ctx)
	if _, err := w.readAll(ctx); err != nil {
		t.Fatal(err)
	}
	report := history.Check(p.recorder.History(), history.Options{Entitled: history.Everyone})
	lost, _ := report.Finding("H1")
	if lost.Count != lostWrites || lost.Judged != keptWrites+lostWrites {
		t.Errorf("%d of %d writes are found to be lost, want %d of %d", lost.Count, lost.Judged, lostWrites, keptWrites+lostWrites)
	}
}
