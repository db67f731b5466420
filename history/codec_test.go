package history_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
)

func TestWrittenAndReadIsTheSame(t *testing.T) {
	t.Parallel()
	h := story().close()
	if got := copyOf(h); !reflect.DeepEqual(got, h) {
		t.Errorf("read %+v\nwrote %+v", got, h)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no json":       "hello\n",
		"no fact":       `{"at":1}` + "\n",
		"two facts":     `{"at":1,"fault":{"name":"a","active":true},"seal":{"log":"00000000000000000000000000000000"}}` + "\n",
		"unknown fact":  `{"at":1,"fualt":{"name":"a"}}` + "\n",
		"unknown field": `{"at":1,"fault":{"nmae":"a"}}` + "\n",
		"short hash":    `{"at":1,"receive":{"session":"a","lifetime":1,"type":"X","hash":"12"}}` + "\n",
		"two values":    `{"at":1,"fault":{"name":"a","active":true}}{}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if h, err := history.Read(strings.NewReader(text)); !errors.Is(err, history.ErrLine) {
				t.Errorf("read %+v, %v", h, err)
			}
		})
	}
}

func TestReadKeepsWhatATornFileHolds(t *testing.T) {
	t.Parallel()
	whole := `{"at":1,"fault":{"name":"a","active":true}}` + "\n"
	h, err := history.Read(strings.NewReader(whole + whole[:20]))
	if err != nil || !h.Torn || len(h.Entries) != 1 {
		t.Errorf("read %+v, %v", h, err)
	}
	h, err = history.Read(strings.NewReader(whole + "\n" + strings.TrimSpace(whole)))
	if err != nil || h.Torn || len(h.Entries) != 2 || h.Entries[1].N != 2 {
		t.Errorf("read %+v, %v", h, err)
	}
}

func TestRecorderWritesInOrder(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 200
	var b bytes.Buffer
	r := history.NewRecorder(&b, nil)
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				op := r.Begin(sending(ann, town, "a"))
				r.OK(op, guildhall.Snowflake(op))
			}
		})
	}
	all.Wait()
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	h, err := history.Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(h, r.History()) || len(h.Entries) != 2*writers*each {
		t.Errorf("%d lines were read, %d are in memory", len(h.Entries), len(r.History().Entries))
	}
	last := time.Duration(0)
	for _, e := range h.Entries {
		if e.At < last {
			t.Fatalf("line %d goes back in time", e.N)
		}
		last = e.At
	}
	if rep := history.Check(h, history.Options{}); rep.Counts.Acknowledged != writers*each || len(rep.Problems) > 0 {
		t.Errorf("%+v, %q", rep.Counts, rep.Problems)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRecorderReportsABrokenWriter(t *testing.T) {
	t.Parallel()
	r := history.NewRecorder(brokenWriter{}, nil)
	r.Record(&history.Fault{Name: "a"})
	if err := r.Flush(); !errors.Is(err, errBroken) {
		t.Errorf("flush: %v", err)
	}
	if len(r.History().Entries) != 1 {
		t.Error("memory lost what the writer could not take")
	}
}

func TestCommitOf(t *testing.T) {
	t.Parallel()
	record := &guildhall.Record{
		Object: guild, Position: 3, Epoch: 2, Snowflake: 77, RequestID: guildhall.RequestID{1},
		Events: []guildhall.Event{{Type: "MESSAGE_CREATE", Audience: guildhall.Audience{Channel: town, Intents: 512}, Data: []byte("x")}},
	}
	got := history.CommitOf(history.LogID{9}, 4, record, func(e *guildhall.Event) (guildhall.Snowflake, history.Hash) {
		return 77, history.HashOf(e.Data)
	})
	want := &history.Commit{
		Log: history.LogID{9}, Batch: 4, Object: guild, Position: 3, Epoch: 2, Snowflake: 77, Request: history.Request{1},
		Events: []history.Event{{Type: "MESSAGE_CREATE", Channel: town, ID: 77, Hash: history.HashOf("x"), Intents: 512}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReportIsJSON(t *testing.T) {
	t.Parallel()
	h := story().close()
	finalOf(h, town).Items = nil
	text, err := json.Marshal(history.Check(h, storeOrder))
	if err != nil {
		t.Fatal(err)
	}
	var r history.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if f, ok := r.Finding("H1"); !ok || f.Verdict != history.Violated || f.Count == 0 || len(f.Violations[0].Entries) == 0 {
		t.Errorf("H1 %+v", f)
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	for _, e := range story().close().Entries {
		text, err := e.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		b.Write(append(text, '\n'))
	}
	f.Add(b.Bytes())
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := history.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		again := copyOf(h)
		again.Torn = h.Torn
		if len(h.Entries) > 0 && !reflect.DeepEqual(again.Entries, copyOf(again).Entries) {
			t.Fatalf("%+v is read as %+v", h, again)
		}
		for _, o := range []history.Options{{}, {StoreOrder: true, FreshReads: true, Entitled: history.Everyone}} {
			_ = history.Check(h, o).String()
		}
	})
}
