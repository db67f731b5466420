package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/store"
	"guildhall/store/sqlite"
)

// The test binary runs itself as the process that dies: TestMain hands over to child where childEnv is set.
const (
	childEnv    = "GUILDHALL_SQLITE_TEST_CHILD" // what to do
	childDirEnv = "GUILDHALL_SQLITE_TEST_DIR"

	crashObjects = 4
	crashBatch   = 3 // records a batch; a head that is no multiple of it shows half a batch
)

func child(run string) int {
	db, err := sqlite.Open(context.Background(), sqlite.Config{Dir: os.Getenv(childDirEnv), Filling: run == "fill"})
	if err == nil {
		switch run {
		case "append":
			err = appendForEver(db)
		case "append unsynced":
			err = errors.Join(db.WriteScript("PRAGMA synchronous=OFF"), appendForEver(db))
		case "fill":
			err = fill(db)
		case "append when full":
			err = appendWhenFull(db)
		case "limit":
			err = appendToTheLimit(db)
		}
	}
	fmt.Fprintln(os.Stderr, "child:", err)
	return 1
}

// appendForEver tells every head that is acknowledged.
func appendForEver(db *sqlite.DB) error {
	failed := make(chan error)
	acks := make(chan string)
	for i := range uint64(crashObjects) {
		go func() {
			head, err := db.Head(context.Background(), guild(i+1))
			for n := uint64(1); err == nil; n++ {
				log := logID(uint64(os.Getpid())<<8 | i)
				err = db.Append(context.Background(), log, n, messageRecords(guild(i+1), head+1, crashBatch))
				if err == nil {
					head += crashBatch
					acks <- fmt.Sprintln(i, head)
				}
			}
			failed <- err
		}()
	}
	for {
		select {
		case line := <-acks:
			if _, err := os.Stdout.WriteString(line); err != nil {
				return err
			}
		case err := <-failed:
			return err
		}
	}
}

// fill tells what it has appended once the store is closed.
func fill(db *sqlite.DB) error {
	const batches = 100
	for n := uint64(1); n <= batches; n++ {
		if err := db.Append(context.Background(), logID(1), n, messageRecords(guild(1), (n-1)*crashBatch+1, crashBatch)); err != nil {
			return err
		}
	}
	if err := db.Close(); err != nil {
		return err
	}
	fmt.Println(0, batches*crashBatch)
	select {} // until the power is gone
}

// appendWhenFull goes on when the store is full, and tells that too.
func appendWhenFull(db *sqlite.DB) error {
	for n := uint64(1); ; n++ {
		records := messageRecords(guild(1), (n-1)*crashBatch+1, crashBatch)
		err := db.Append(context.Background(), logID(1), n, records)
		for errors.Is(err, store.ErrFull) {
			if _, readErr := db.Head(context.Background(), guild(1)); readErr != nil {
				return fmt.Errorf("read while full: %w", readErr)
			}
			fmt.Println("full")
			err = db.Append(context.Background(), logID(1), n, records)
		}
		if err != nil {
			return err
		}
		fmt.Println(0, n*crashBatch)
	}
}

func startChild(t *testing.T, run, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+run, childDirEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	const rounds, ackedMax, afterMax = 20, 60, 5 * time.Millisecond
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	acked := make([]uint64, crashObjects)
	for range rounds {
		cmd, lines := startChild(t, "append", dir)
		// The kill comes at no particular step of the child: some lines on, then some part of a few commits.
		wait := 1 + random.IntN(ackedMax)
		after := time.Duration(random.Int64N(int64(afterMax)))
		for seen := 0; lines.Scan(); {
			var object, head uint64
			if _, err := fmt.Sscan(lines.Text(), &object, &head); err != nil {
				t.Fatalf("%q: %v", lines.Text(), err)
			}
			acked[object] = head
			if seen++; seen == wait {
				time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may have ended by itself
			}
		}
		if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
			t.Fatalf("the child was not killed: %v", err)
		}
		checkAfterCrash(t, dir, acked)
	}
}

func checkAfterCrash(t *testing.T, dir string, acked []uint64) {
	t.Helper()
	if err := damage(t, dir, acked); err != nil {
		t.Fatal(err)
	}
}

// damage tells what a crash has damaged or lost of what was acknowledged.
func damage(t *testing.T, dir string, acked []uint64) error {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
	if err != nil {
		return err
	}
	defer shut(t, db)
	if err := db.Check(t.Context()); err != nil {
		return err
	}
	for i, want := range acked {
		o := guild(uint64(i) + 1)
		head, err := db.Head(t.Context(), o)
		if err != nil || head < want || head%crashBatch != 0 {
			return fmt.Errorf("object %d: head is %d, %v; acknowledged was %d", i, head, err, want)
		}
		records, err := db.Events(t.Context(), o, 0, int(head)+1)
		if err != nil || uint64(len(records)) != head {
			return fmt.Errorf("object %d: %d events for head %d, %v", i, len(records), head, err)
		}
		page, err := db.Rows(t.Context(), store.Query{Table: guildhall.TableMessages, Part: o.Key(), Limit: int(head) + 1})
		if err != nil || uint64(len(page)) != head {
			return fmt.Errorf("object %d: %d messages for head %d, %v", i, len(page), head, err)
		}
		for n, row := range page {
			if row.Position != uint64(n)+1 || string(row.Value) != string(records[n].Rows[0].Value) {
				return fmt.Errorf("object %d: message %d is of position %d", i, n, row.Position)
			}
		}
	}
	return nil
}

// appendToTheLimit lets the operating system refuse to write in the middle of some commit, and tells what follows.
func appendToTheLimit(db *sqlite.DB) error {
	n := uint64(1)
	if err := db.Append(context.Background(), logID(1), n, messageRecords(guild(1), n, 1)); err != nil {
		return err
	}
	info, err := os.Stat(filepath.Join(os.Getenv(childDirEnv), sqlite.FileName+"-wal"))
	if err != nil {
		return err
	}
	const room = 100_000
	if err := limitFileSize(info.Size() + room); err != nil {
		return err
	}
	for err == nil {
		n++
		err = db.Append(context.Background(), logID(1), n, messageRecords(guild(1), n, 1))
	}
	again := db.Append(context.Background(), logID(2), 1, nil)
	_, readErr := db.Head(context.Background(), guild(1))
	select {
	case <-db.Failed():
	default:
		return errors.New("Failed is not closed")
	}
	fmt.Println(n-1, errors.Is(err, store.ErrFull), again != nil, db.Err() != nil, readErr == nil)
	return nil
}

// TestFailedCommitEndsTheStore: after a write that the disk refused nothing may be tried again; what was acknowledged
// before is there for the next start.
func TestFailedCommitEndsTheStore(t *testing.T) {
	t.Parallel()
	if err := limitFileSize(0); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no limit on file sizes here")
	}
	dir := t.TempDir()
	cmd, lines := startChild(t, "limit", dir)
	lines.Scan()
	_ = cmd.Wait() // it always exits with 1
	var acked uint64
	said, found := strings.CutSuffix(lines.Text(), " false true true true")
	if _, err := fmt.Sscan(said, &acked); !found || err != nil {
		t.Fatalf("child said %q", lines.Text())
	}
	db := open(t, sqlite.Config{Dir: dir})
	defer shut(t, db)
	head, err := db.Head(t.Context(), guild(1))
	if err != nil || head < acked || head > acked+1 || acked < 2 {
		t.Errorf("head is %d, %v; %d were acknowledged", head, err, acked)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
