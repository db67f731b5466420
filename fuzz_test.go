package guildhall_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"guildhall"
)

// FuzzSnowflake holds the parser against arithmetic: an id is 1 to 2^64-1 in at most twenty ASCII digits, and nothing else is.
func FuzzSnowflake(f *testing.F) {
	for _, seed := range []string{"1", "0", "-1", "18446744073709551615", "18446744073709551616", "007", "١٢", "1e3", "", " 1", "1 ", "+1", "0x1", "1_0"} {
		f.Add(seed)
	}
	last := new(big.Int).SetUint64(^uint64(0))
	f.Fuzz(func(t *testing.T, text string) {
		id, err := guildhall.ParseID[int](text)
		n, isNumber := new(big.Int).SetString(text, 10)
		digits := text != "" && strings.Trim(text, "0123456789") == ""
		want := digits && isNumber && len(text) <= 20 && n.Sign() > 0 && n.Cmp(last) <= 0
		if (err == nil) != want {
			t.Fatalf("%q: %v, want it to be taken: %v", text, err, want)
		}
		if err != nil {
			if id != 0 {
				t.Fatalf("%q is refused and read as %d", text, id)
			}
			return
		}
		if n.Uint64() != uint64(id) {
			t.Fatalf("%q is read as %d", text, id)
		}
		encoded, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		var again guildhall.ID[int]
		if err := json.Unmarshal(encoded, &again); err != nil || again != id || guildhall.IDFromKey[int](id.Key()) != id {
			t.Fatalf("%d is written as %s and %q, and read as %d: %v", id, encoded, id.Key(), again, err)
		}
		_, _ = guildhall.Snowflake(id).Time(), guildhall.Snowflake(id).Slot()
	})
}

// FuzzToken: what has the form of a token names a user, and is that user's form.
func FuzzToken(f *testing.F) {
	token, _ := guildhall.NewToken(5 << 22)
	for _, seed := range []string{token, "", "..", "a.b.c", token + "x", strings.Repeat(".", 100), strings.Replace(token, ".", "..", 1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		user, err := guildhall.ParseToken(text)
		if (err == nil) != (user != 0) || err == nil && strings.Count(text, ".") != 2 {
			t.Fatalf("%q: %d, %v", text, user, err)
		}
	})
}

// FuzzPermissions is S24 with all bits at once: the calculation agrees with the oracle, whatever is granted, allowed and denied.
func FuzzPermissions(f *testing.F) {
	f.Add([]byte("everyone"), uint16(0x1ff))
	f.Add(bytes.Repeat([]byte{0xff}, 88), uint16(0))
	f.Fuzz(func(t *testing.T, data []byte, flags uint16) {
		next := func() guildhall.Permissions {
			var p guildhall.Permissions
			for i := range 8 {
				if len(data) > 0 {
					p |= guildhall.Permissions(data[0]) << (8 * i)
					data = data[1:]
				}
			}
			return p & guildhall.PermissionsAll
		}
		on := func(i int) bool { return flags>>i&1 == 1 }
		overwrite := func(i int) *pair {
			if !on(i) {
				return nil
			}
			return &pair{next(), next()}
		}
		s := standing{
			owner: on(0), timeout: on(1), held: [2]bool{on(2), on(3)}, everyone: next(), roles: [2]guildhall.Permissions{next(), next()},
			forEveryone: overwrite(4), forRole: [2]*pair{overwrite(5), overwrite(6)}, forMember: overwrite(7),
		}
		if got, want := s.answer(on(8)), s.oracle(); got != want {
			t.Fatalf("%+v: got %b, want %b", s, got, want)
		}
	})
}

// FuzzDecodePublish: what can be read can be written, and is read again as the same.
func FuzzDecodePublish(f *testing.F) {
	f.Add([]byte{})
	record := guildhall.AppendRecord(nil, &guildhall.Record{Object: guildhall.GuildObject(5), Position: 3})
	f.Add(guildhall.AppendPublish(nil, &guildhall.Publish{Object: guildhall.GuildObject(5), Ring: 2, Epoch: 300, Record: record}))
	f.Add(guildhall.AppendPublish(nil, &guildhall.Publish{
		Object: guildhall.UserObject(6), Ephemeral: &guildhall.Event{Type: "TYPING_START", Audience: guildhall.Audience{Users: []guildhall.UserID{1}}, Data: []byte("{}")},
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := guildhall.DecodePublish(b)
		if err != nil {
			return
		}
		once := guildhall.AppendPublish(nil, p)
		again, err := guildhall.DecodePublish(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice := guildhall.AppendPublish(nil, again); !bytes.Equal(once, twice) {
			t.Fatalf("written again:\n%x\n%x", once, twice)
		}
		_, _, _ = guildhall.DecodeRecord(p.Record) // must not panic
	})
}

// FuzzDecodeRecords: a batch is read whole or not at all.
func FuzzDecodeRecords(f *testing.F) {
	batch := []*guildhall.Record{{Object: guildhall.GuildObject(5), Position: 1}, {Object: guildhall.UserObject(6), Position: 2, Reply: []byte("r")}}
	f.Add([]byte{})
	f.Add(guildhall.AppendRecords(nil, batch))
	f.Add(bytes.Repeat([]byte{0xff}, 10))
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := guildhall.DecodeRecords(b)
		if err != nil {
			return
		}
		again, err := guildhall.DecodeRecords(guildhall.AppendRecords(nil, records))
		if err != nil || len(again) != len(records) {
			t.Fatalf("%d records are read again as %d, %v", len(records), len(again), err)
		}
	})
}
