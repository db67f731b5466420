package guildhall_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"guildhall"
)

// sameRecords compares what records say: how long they are encoded, and whether they are ready to be judged, is no part of that.
func sameRecords(a, b any) bool {
	return cmp.Equal(a, b, cmpopts.IgnoreUnexported(guildhall.Record{}, guildhall.Audience{}))
}

func drawObject(t *rapid.T) guildhall.Object {
	return guildhall.Object{
		Kind: guildhall.ObjectKind(rapid.Byte().Draw(t, "kind")), ID: guildhall.Snowflake(rapid.Uint64().Draw(t, "id")),
	}
}

// drawBytes gives nil or at least one byte: the form knows no difference between nil and empty.
func drawBytes(t *rapid.T, label string) []byte {
	b := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, label)
	if len(b) == 0 {
		return nil
	}
	return b
}

func drawRecord(t *rapid.T) *guildhall.Record {
	text := rapid.StringN(0, 12, 40)
	r := &guildhall.Record{
		Object: drawObject(t), Position: rapid.Uint64().Draw(t, "position"), Epoch: rapid.Uint64().Draw(t, "epoch"),
		Snowflake: guildhall.Snowflake(rapid.Uint64().Draw(t, "snowflake")), At: guildhall.Timestamp(rapid.Int64().Draw(t, "at")),
		Nonce: guildhall.NonceKey{
			Author: guildhall.UserID(rapid.Uint64().Draw(t, "author")), Channel: guildhall.ChannelID(rapid.Uint64().Draw(t, "channel")),
			Nonce: text.Draw(t, "nonce"),
		},
		Source: guildhall.Source{Object: drawObject(t), Position: rapid.Uint64().Draw(t, "source")},
	}
	copy(r.RequestID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "request"))
	for range rapid.IntRange(0, 3).Draw(t, "rows") {
		r.Rows = append(r.Rows, guildhall.Row{
			Table: guildhall.Table(rapid.Byte().Draw(t, "table")), Part: text.Draw(t, "part"), Sort: text.Draw(t, "sort"),
			Value: drawBytes(t, "value"), Delete: rapid.Bool().Draw(t, "delete"),
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "events") {
		r.Events = append(r.Events, guildhall.Event{Type: text.Draw(t, "type"), Audience: drawAudience(t), Data: drawBytes(t, "data")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "follow-ups") {
		r.FollowUps = append(r.FollowUps, guildhall.FollowUp{To: drawObject(t), Name: text.Draw(t, "name"), Body: drawBytes(t, "body")})
	}
	r.Reply = drawBytes(t, "reply")
	if len(r.Rows) > 0 && len(r.Rows[0].Value) > 0 && rapid.Bool().Draw(t, "reply is the first row") {
		r.Reply = bytes.Clone(r.Rows[0].Value)
	}
	return r
}

func drawAudience(t *rapid.T) guildhall.Audience {
	users := func(label string) (ids []guildhall.UserID) {
		for range rapid.IntRange(0, 2).Draw(t, label) {
			ids = append(ids, guildhall.UserID(rapid.Uint64Range(1, 9).Draw(t, label)))
		}
		return ids
	}
	return guildhall.Audience{
		Channel: guildhall.ChannelID(rapid.Uint64().Draw(t, "in")), Permissions: guildhall.Permissions(rapid.Uint64().Draw(t, "bits")),
		Intents: guildhall.Intents(rapid.Uint64Range(0, 1<<26).Draw(t, "intents")), Users: users("users"), Always: users("always"),
		Content: users("content"), HasContent: rapid.Bool().Draw(t, "has content"), Before: rapid.Bool().Draw(t, "before"),
	}
}

func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t)
		b := append(guildhall.AppendRecord(nil, r), "rest"...)
		got, rest, err := guildhall.DecodeRecord(b)
		if err != nil || string(rest) != "rest" || got.Size() != len(b)-len("rest") {
			t.Fatalf("rest %q, %v", rest, err)
		}
		if !sameRecords(got, r) {
			t.Fatalf("got %+v\nwant %+v", got, r)
		}
		// A record keeps no part of what it was read from.
		for i := range b {
			b[i] ^= 0xff
		}
		if !sameRecords(got, r) {
			t.Fatal("the record changed with the bytes")
		}
	})
}

func TestRecordsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want []*guildhall.Record
		for range rapid.IntRange(0, 3).Draw(t, "records") {
			want = append(want, drawRecord(t))
		}
		b := guildhall.AppendRecords(nil, want)
		got, err := guildhall.DecodeRecords(b)
		if err != nil || !sameRecords(got, want) {
			t.Fatalf("%v: got %+v\nwant %+v", err, got, want)
		}
		if _, err := guildhall.DecodeRecords(append(b, 0)); !errors.Is(err, guildhall.ErrRecord) {
			t.Fatalf("a byte too many: %v", err)
		}
	})
}

// TestReplyIsStoredOnce: a reply that repeats the first row costs nothing.
func TestReplyIsStoredOnce(t *testing.T) {
	t.Parallel()
	value := bytes.Repeat([]byte("x"), 1000)
	r := &guildhall.Record{Rows: []guildhall.Row{{Table: guildhall.TableMessages, Value: value}}}
	without := len(guildhall.AppendRecord(nil, r))
	r.Reply = value
	if with := len(guildhall.AppendRecord(nil, r)); with >= without+10 {
		t.Errorf("%d bytes with the reply, %d without", with, without)
	}
}

// TestDamagedRecords: cut off anywhere it is an error; with bits flipped it is an error or another record, never a panic.
func TestDamagedRecords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := guildhall.AppendRecord(nil, drawRecord(t))
		for n := range b {
			if _, _, err := guildhall.DecodeRecord(b[:n:n]); err == nil {
				t.Fatalf("cut off at %d of %d", n, len(b))
			}
		}
		for range 20 {
			damaged := bytes.Clone(b)
			for range rapid.IntRange(1, 4).Draw(t, "flips") {
				damaged[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			}
			_, _, _ = guildhall.DecodeRecord(damaged)
		}
	})
	if _, _, err := guildhall.DecodeRecord([]byte{99}); !errors.Is(err, guildhall.ErrRecord) {
		t.Errorf("unknown version: %v", err)
	}
}

// FuzzDecodeRecord: what can be read can be written, and is read again as the same.
func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte{})
	f.Add(guildhall.AppendRecord(nil, &guildhall.Record{}))
	f.Add(guildhall.AppendRecord(nil, &guildhall.Record{
		Object: guildhall.GuildObject(5), Position: 300, Reply: []byte("reply"),
		Rows:      []guildhall.Row{{Table: 1, Part: "p", Sort: "s", Value: []byte("reply")}, {Table: 2, Delete: true}},
		Events:    []guildhall.Event{{Type: "X", Audience: guildhall.Audience{Users: []guildhall.UserID{1}}, Data: []byte("{}")}},
		FollowUps: []guildhall.FollowUp{{To: guildhall.UserObject(6), Name: "n", Body: []byte("b")}},
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _, err := guildhall.DecodeRecord(b)
		if err != nil {
			return
		}
		once := guildhall.AppendRecord(nil, r)
		again, rest, err := guildhall.DecodeRecord(once)
		if err != nil || len(rest) != 0 {
			t.Fatalf("read again: %d bytes left, %v", len(rest), err)
		}
		if twice := guildhall.AppendRecord(nil, again); !bytes.Equal(once, twice) {
			t.Fatalf("written again:\n%x\n%x", once, twice)
		}
	})
}
