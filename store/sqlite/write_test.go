package sqlite_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"guildhall"
	"guildhall/store"
	"guildhall/store/sqlite"
)

// messageRecords makes records as MESSAGE_CREATE leaves them: one row, one event with the same bytes, no second reply.
func messageRecords(o guildhall.Object, first uint64, count int) []*guildhall.Record {
	records := make([]*guildhall.Record, count)
	for i := range records {
		position := first + uint64(i)
		id := guildhall.Snowflake(position)<<22 | guildhall.Snowflake(o.Slot())<<12
		value := []byte(fmt.Sprintf(`{"id":"%d","channel_id":"80351110224678912","content":"%s"}`, id, strings.Repeat("words and more ", 25)))
		records[i] = &guildhall.Record{
			Object: o, Position: position, Epoch: 1, Snowflake: id, At: guildhall.Timestamp(position), Reply: value,
			Rows:   []guildhall.Row{{Table: guildhall.TableMessages, Part: o.Key(), Sort: id.Key(), Value: value}},
			Events: []guildhall.Event{{Type: "MESSAGE_CREATE", Audience: guildhall.Audience{Channel: 80351110224678912, HasContent: true}, Data: value}},
		}
	}
	return records
}

func guild(n uint64) guildhall.Object { return guildhall.GuildObject(guildhall.GuildID(n<<22 | n<<12)) }

func logID(n uint64) (id store.LogID) {
	binary.BigEndian.PutUint64(id[:], n)
	return id
}

// commits counts the transactions in the write-ahead log: frames that carry the size of the database. With
// synchronous=FULL each is one sync. sqlite.org/fileformat2.html#the_write_ahead_log
func commits(t *testing.T, dir string) (n int) {
	t.Helper()
	const header, frameHeader, pageSize = 32, 24, 4096
	wal, err := os.ReadFile(filepath.Join(dir, sqlite.FileName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	salt := string(wal[16:24]) // frames with another are left from before a checkpoint
	for at := header; at+frameHeader+pageSize <= len(wal); at += frameHeader + pageSize {
		if string(wal[at+8:at+16]) == salt && binary.BigEndian.Uint32(wal[at+4:]) != 0 {
			n++
		}
	}
	return n
}

func TestAppendIsOneSync(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, sqlite.Config{Dir: dir})
	defer shut(t, db)
	records := messageRecords(guild(1), 1, 50)
	before := commits(t, dir)
	if err := db.Append(t.Context(), logID(1), 1, records); err != nil {
		t.Fatal(err)
	}
	if got := commits(t, dir) - before; got != 1 {
		t.Errorf("a batch of 50 took %d commits, want 1", got)
	}
	// What an owner does next, and a repeat, must cost no sync at all.
	err := errors.Join(db.Project(t.Context(), records), db.SetCursor(t.Context(), logID(1), 1), db.Append(t.Context(), logID(1), 1, records))
	if err != nil {
		t.Fatal(err)
	}
	if got := commits(t, dir) - before; got != 1 {
		t.Errorf("project, cursor and repeat took %d more commits", got-1)
	}
}

func TestWaitingWritesShareOneSync(t *testing.T) {
	t.Parallel()
	const writers = 20
	dir := t.TempDir()
	db := open(t, sqlite.Config{Dir: dir})
	defer shut(t, db)
	before := commits(t, dir)
	release := db.Hold()
	results := make([]error, writers)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			n := uint64(1)
			if i%4 == 3 {
				n = 2 // leaves a gap
			}
			results[i] = db.Append(t.Context(), logID(uint64(i)), n, messageRecords(guild(uint64(i)+1), 1, 3))
		})
	}
	for db.Waiting() < writers {
		runtime.Gosched()
	}
	release()
	wg.Wait()
	if got := commits(t, dir) - before; got != 1 {
		t.Errorf("%d waiting writes took %d commits, want 1", writers, got)
	}
	for i, err := range results {
		head, headErr := db.Head(t.Context(), guild(uint64(i)+1))
		if headErr != nil {
			t.Fatal(headErr)
		}
		if i%4 == 3 {
			if !errors.Is(err, store.ErrGap) || head != 0 {
				t.Errorf("write %d: error %v, head %d; want a gap and nothing written", i, err, head)
			}
		} else if err != nil || head != 3 {
			t.Errorf("write %d: error %v, head %d; want 3", i, err, head)
		}
	}
}

// TestFailedWriteLeavesTheGroup has one write of a group fail in its middle, after rows were written.
func TestFailedWriteLeavesTheGroup(t *testing.T) {
	t.Parallel()
	db := open(t, sqlite.Config{Memory: true})
	defer shut(t, db)
	if err := db.Append(t.Context(), logID(1), 1, messageRecords(guild(1), 1, 5)); err != nil {
		t.Fatal(err)
	}
	release := db.Hold()
	var wg sync.WaitGroup
	var failing, other error
	wg.Go(func() { // its fourth record takes a position that is taken
		failing = db.Append(t.Context(), logID(2), 1, append(messageRecords(guild(2), 1, 3), messageRecords(guild(1), 5, 1)...))
	})
	wg.Go(func() { other = db.Append(t.Context(), logID(3), 1, messageRecords(guild(3), 1, 3)) })
	for db.Waiting() < 2 {
		runtime.Gosched()
	}
	release()
	wg.Wait()
	if failing == nil || other != nil {
		t.Fatalf("errors are %v and %v; want one and none", failing, other)
	}
	for o, want := range map[guildhall.Object]uint64{guild(1): 5, guild(2): 0, guild(3): 3} {
		if head, err := db.Head(t.Context(), o); err != nil || head != want {
			t.Errorf("head of %v is %d, %v; want %d", o, head, err, want)
		}
	}
	if err := db.Err(); err != nil {
		t.Errorf("the store gave up: %v", err)
	}
	if events, err := db.Events(t.Context(), guild(2), 0, 10); err != nil || len(events) > 0 {
		t.Errorf("%d records of the failed batch are there, %v", len(events), err)
	}
	if last, err := db.Seal(t.Context(), logID(2)); err != nil || last != 0 {
		t.Errorf("the failed batch counts: last is %d, %v", last, err)
	}
}

func TestFullDiskIsCleanAndPasses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, sqlite.Config{Dir: dir})
	defer shut(t, db)
	// SQLite's own limit gives the same result code as a file system without room.
	if err := db.WriteScript("PRAGMA max_page_count=60"); err != nil {
		t.Fatal(err)
	}
	if err := db.Append(t.Context(), logID(1), 1, messageRecords(guild(1), 1, 5)); err != nil {
		t.Fatal(err)
	}
	release := db.Hold()
	var big, small error
	var wg sync.WaitGroup
	wg.Go(func() { big = db.Append(t.Context(), logID(2), 1, messageRecords(guild(2), 1, 1000)) })
	wg.Go(func() { small = db.Append(t.Context(), logID(3), 1, messageRecords(guild(3), 1, 1)) })
	for db.Waiting() < 2 {
		runtime.Gosched()
	}
	release()
	wg.Wait()
	if !errors.Is(big, store.ErrFull) || small != nil {
		t.Errorf("errors are %v and %v; want store.ErrFull for the one too big and none for the other", big, small)
	}
	if events, err := db.Events(t.Context(), guild(1), 0, 10); err != nil || len(events) != 5 {
		t.Errorf("reading while full: %d events, %v", len(events), err)
	}
	if head, err := db.Head(t.Context(), guild(2)); err != nil || head != 0 || db.Err() != nil {
		t.Errorf("after the refusal: head %d, %v; store %v", head, err, db.Err())
	}
	if err := db.WriteScript("PRAGMA max_page_count=100000"); err != nil {
		t.Fatal(err)
	}
	if err := db.Append(t.Context(), logID(2), 1, messageRecords(guild(2), 1, 1000)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := db.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCallerWhoLeavesDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	db := open(t, sqlite.Config{Memory: true})
	defer shut(t, db)
	release := db.Hold()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var left, stayed error
	wg.Go(func() { left = db.Append(ctx, logID(1), 1, messageRecords(guild(1), 1, 1)) })
	wg.Go(func() { stayed = db.Append(t.Context(), logID(2), 1, messageRecords(guild(2), 1, 1)) })
	for db.Waiting() < 2 {
		runtime.Gosched()
	}
	cancel()
	release()
	wg.Wait()
	if !errors.Is(left, context.Canceled) || stayed != nil {
		t.Errorf("errors are %v and %v", left, stayed)
	}
	if head, err := db.Head(t.Context(), guild(1)); err != nil || head != 0 {
		t.Errorf("the write of a caller who had left was done: head %d, %v", head, err)
	}
}

func TestCloseFinishesWhatIsQueued(t *testing.T) {
	t.Parallel()
	const writers = 30
	dir := t.TempDir()
	db := open(t, sqlite.Config{Dir: dir})
	release := db.Hold()
	results := make([]error, writers)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			results[i] = db.Append(t.Context(), logID(uint64(i)), 1, messageRecords(guild(uint64(i)+1), 1, 1))
		})
	}
	for db.Waiting() < writers {
		runtime.Gosched()
	}
	wg.Go(func() { shut(t, db) })
	release()
	wg.Wait()
	again := open(t, sqlite.Config{Dir: dir})
	defer shut(t, again)
	for i, err := range results {
		if head, headErr := again.Head(t.Context(), guild(uint64(i)+1)); err != nil || headErr != nil || head != 1 {
			t.Errorf("write %d: %v, head %d, %v", i, err, head, headErr)
		}
	}
}

func TestNoQueryReadsAWholeTable(t *testing.T) {
	t.Parallel()
	db := open(t, sqlite.Config{Memory: true})
	defer shut(t, db)
	plans, err := db.Plans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for text, plan := range plans {
		plan = strings.ReplaceAll(plan, "SCAN json_each", "")
		if plan == "" || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s\n%s", text, plan)
		}
	}
}

func shut(t testing.TB, db *sqlite.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// TestRefusal: what adds to the data is refused as if the store were full, what reads, ends or removes is not.
func TestRefusal(t *testing.T) {
	t.Parallel()
	var refusal error
	db := open(t, sqlite.Config{Memory: true, Refuse: func() error { return refusal }})
	defer shut(t, db)
	ctx, o := t.Context(), guild(1)
	if err := db.Append(ctx, logID(1), 1, messageRecords(o, 1, 1)); err != nil {
		t.Fatal(err)
	}
	refusal = errors.New("the reserve is reached")
	appendErr := db.Append(ctx, logID(1), 2, messageRecords(o, 2, 1))
	_, claimErr := db.Claim(ctx, "name", "a", o)
	for what, err := range map[string]error{"append": appendErr, "claim": claimErr} {
		if !errors.Is(err, store.ErrFull) || !errors.Is(err, refusal) {
			t.Errorf("%s is refused with %v", what, err)
		}
	}
	if head, err := db.Head(ctx, o); err != nil || head != 1 {
		t.Errorf("head is %d, %v", head, err)
	}
	if err := errors.Join(db.Release(ctx, "name", "a", o), db.Prune(ctx, 0)); err != nil {
		t.Errorf("what removes: %v", err)
	}
	refusal = nil
	if err := db.Append(ctx, logID(1), 2, messageRecords(o, 2, 1)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if _, err := db.Seal(ctx, logID(1)); err != nil {
		t.Error(err)
	}
}
