package guilds

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/store"
	"guildhall/store/sqlite"
	"guildhall/wallclock"
)

// jumps are the steps that a clock is set by. F57
var jumps = []time.Duration{time.Hour, -time.Hour, -5 * time.Second, -time.Hour, 2 * time.Hour}

// TestIdsRiseWhateverTheClockDoes: within an owner, and with one after another on the same file whose clock is behind the
// last id; nobody loses its slots by it. F57
func TestIdsRiseWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := func() store.Store {
		db, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	s := open()
	b := newOwnerRig(t, s, 1)
	b.now = time.Now()
	_, channel := b.guild()
	var ids []guildhall.Snowflake
	speak := func() {
		t.Helper()
		for range 3 {
			b.now = b.now.Add(time.Millisecond)
			var made guildhall.Message
			b.must(json.Unmarshal(b.done(say(channel), content("words")).Body, &made))
			ids = append(ids, guildhall.Snowflake(made.ID))
		}
	}
	speak()
	for _, by := range jumps {
		b.now = wallclock.Jump(b.now, by)
		speak()
		table, err := s.Ring(t.Context())
		if err != nil || b.dead || table.Version != 1 {
			t.Fatalf("after a jump of %v: dead %t, ring version %d, %v", by, b.dead, table.Version, err)
		}
	}
	for n, by := range jumps {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open()
		was := b.now
		b = newOwnerRig(t, s, byte(2+n))
		b.now = wallclock.Jump(was, by)
		speak()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("ids do not rise: %v", ids)
	}
}

// TestSlowmodeGoesByPassedTime: whoever has to wait ten seconds waits ten seconds, wherever the clock is set to. F57
func TestSlowmodeGoesByPassedTime(t *testing.T) {
	t.Parallel()
	for _, by := range jumps {
		h := newHall(t)
		h.now = time.Now()
		h.must(modID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{RateLimitPerUser: guildhall.Some(10)})
		h.say(plainID, "before")
		h.now = wallclock.Jump(h.now, by)
		for range 2 {
			if _, err := h.do(plainID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "too soon"}); err == nil {
				t.Errorf("after a jump of %v nobody has to wait", by)
			} else if wait := guildhall.AsError(err).RetryAfter; wait <= 0 || wait > 10 {
				t.Errorf("after a jump of %v it is %v s to wait", by, wait)
			}
			h.now = h.now.Add(10 * time.Second)
			h.say(plainID, "in time")
		}
	}
}
