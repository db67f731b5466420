package guildhall_test

import (
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"guildhall"
)

// TestSnowflakesRise: whatever the clock does, ids of a slot rise and keep the slot.
func TestSnowflakesRise(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		slot := guildhall.Slot(rapid.IntRange(0, guildhall.Slots-1).Draw(t, "slot"))
		now := rapid.Int64Range(0, guildhall.Epoch+1<<41).Draw(t, "now")
		var last guildhall.Snowflake
		for range rapid.IntRange(1, 40).Draw(t, "jumps") {
			now = max(0, now+rapid.Int64Range(-5000, 5000).Draw(t, "jump"))
			for range rapid.IntRange(1, 5000).Draw(t, "ids") {
				id := slot.Next(last, now)
				if id <= last && (last != 0 || slot != 0) {
					t.Fatalf("%d after %d", id, last)
				}
				if id.Slot() != slot {
					t.Fatalf("%d is in slot %d, not %d", id, id.Slot(), slot)
				}
				if id.Millis() < max(now, guildhall.Epoch) {
					t.Fatalf("%d was made at %d, not %d", id, id.Millis(), now)
				}
				last = id
			}
		}
	})
}

// TestSnowflakesAreUnique makes a million within one millisecond of the clock.
func TestSnowflakesAreUnique(t *testing.T) {
	t.Parallel()
	const many, now = 1_000_000, guildhall.Epoch + 1_000_000
	var last guildhall.Snowflake
	for i := range many {
		id := guildhall.Slot(1023).Next(last, now)
		if id <= last {
			t.Fatalf("the %d. is %d after %d", i, id, last)
		}
		last = id
	}
	// 4,096 fit into a millisecond, so the time part has run ahead by no more than was needed.
	if ahead := last.Millis() - now; ahead != (many-1)/4096 {
		t.Errorf("%d ms ahead", ahead)
	}
}

func TestSlotsDoNotMeet(t *testing.T) {
	t.Parallel()
	seen := make(map[guildhall.Snowflake]bool)
	for slot := range guildhall.Slot(guildhall.Slots) {
		id := slot.Next(0, guildhall.Epoch+5)
		if seen[id] {
			t.Fatalf("slot %d made %d, as another did", slot, id)
		}
		seen[id] = true
	}
}

func TestSnowflakeText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := guildhall.UserID(rapid.Uint64Min(1).Draw(t, "id"))
		if got, err := guildhall.ParseID[struct{}](id.String()); err != nil || uint64(got) != uint64(id) {
			t.Fatalf("%s: %d, %v", id, got, err)
		}
		b, err := json.Marshal(map[guildhall.UserID]guildhall.UserID{id: id})
		if err != nil || string(b) != `{"`+id.String()+`":"`+id.String()+`"}` {
			t.Fatalf("%s, %v", b, err)
		}
		var back map[guildhall.UserID]guildhall.UserID
		if err := json.Unmarshal(b, &back); err != nil || back[id] != id {
			t.Fatalf("%v, %v", back, err)
		}
		if guildhall.UserID(guildhall.IDFromKey[struct{}](id.Key())) != id {
			t.Fatalf("key of %s", id)
		}
	})
	for _, bad := range []string{"", "0", "-1", "+1", " 1", "1 ", "abc", "18446744073709551616", "111111111111111111111111111111111111111111", "١٢٣", "1e3", "0x1"} {
		if id, err := guildhall.ParseID[struct{}](bad); !errors.Is(err, guildhall.ErrSnowflake) {
			t.Errorf("%q was taken for %d (%v)", bad, id, err)
		}
	}
}

func TestSnowflakeJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]guildhall.UserID{`"5"`: 5, `5`: 5, `null`: 0} {
		id := guildhall.UserID(77)
		if err := json.Unmarshal([]byte(text), &id); err != nil || id != want {
			t.Errorf("%s: %d, %v", text, id, err)
		}
	}
	for _, text := range []string{`""`, `"x"`, `-1`, `1.0`, `1e3`, `"0"`, `{}`, `[1]`, `true`} {
		var id guildhall.UserID
		if err := json.Unmarshal([]byte(text), &id); err == nil {
			t.Errorf("%s was taken for %d", text, id)
		}
	}
	if b, err := json.Marshal(guildhall.UserID(0)); err != nil || string(b) != "null" {
		t.Errorf("none is written %s, %v", b, err)
	}
}

// TestKeysSort: keys order as the numbers do.
func TestKeysSort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := guildhall.Snowflake(rapid.Uint64().Draw(t, "a")), guildhall.Snowflake(rapid.Uint64().Draw(t, "b"))
		if (a < b) != (a.Key() < b.Key()) {
			t.Fatalf("%d and %d", a, b)
		}
	})
}
