package history_test

import (
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
)

var storeOrder = history.Options{StoreOrder: true}

func TestStoryPasses(t *testing.T) {
	t.Parallel()
	r := history.Check(story().close(), storeOrder)
	if err := r.Require("H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9"); err != nil {
		t.Fatalf("%v\n%s", err, r)
	}
	if c := r.Counts; c.Acknowledged != 7 || c.Sessions != 2 || c.Resumes != 1 || c.Commits != 7 || c.Clients != 2 {
		t.Errorf("counts %+v", c)
	}
	if r.LossRateSeen != 3.0/7 {
		t.Errorf("loss rate %v", r.LossRateSeen)
	}
	r = history.Check(clientsOnly(story().close()), history.Options{})
	if err := r.Require("H1", "H2", "H3", "H4", "H5", "H6", "H8", "H9"); err != nil {
		t.Errorf("as clients see it: %v\n%s", err, r)
	}
	if f, _ := r.Finding("H7"); f.Verdict != history.Inconclusive {
		t.Errorf("H7 without records is %s", f.Verdict)
	}
	if r.Require("H7") == nil {
		t.Error("an inconclusive check was taken for a pass")
	}
}

func received(session string, id guildhall.Snowflake, typ string) func(*history.Receive) bool {
	return func(r *history.Receive) bool { return r.Session == session && r.ID == id && r.Type == typ }
}

// drop takes an entry out, and where it is a delivery closes the gap in s.
func drop(h *history.History, at int) {
	r, _ := h.Entries[at].Fact.(*history.Receive)
	h.Entries = slices.Delete(h.Entries, at, at+1)
	if r != nil {
		shiftSeq(h, at, r, -1)
	}
}

// insert puts an entry in, and where it is a delivery makes room in s.
func insert(h *history.History, at int, f history.Fact) {
	e := history.Entry{At: h.Entries[at-1].At, Fact: f}
	h.Entries = slices.Insert(h.Entries, at, e)
	if r, ok := f.(*history.Receive); ok {
		shiftSeq(h, at+1, r, 1)
	}
}

func shiftSeq(h *history.History, from int, of *history.Receive, by int) {
	for _, e := range h.Entries[from:] {
		switch f := e.Fact.(type) {
		case *history.Receive:
			if f.Session == of.Session && f.Lifetime == of.Lifetime && f.Seq > 0 {
				f.Seq = uint64(int(f.Seq) + by)
			}
		case *history.Session:
			if f.Session == of.Session && f.Lifetime == of.Lifetime && f.Seq > 0 {
				f.Seq = uint64(int(f.Seq) + by)
			}
		}
	}
}

// planted is a fault put into the story. clients is what must find it where only clients' knowledge is there; "-" where
// it can't be planted there.
type planted struct {
	name    string
	want    string
	clients string
	plant   func(h *history.History)
}

func finalOf(h *history.History, c guildhall.ChannelID) *history.Final {
	at := find(h, 0, func(f *history.Final) bool { return f.Channel == c })
	return h.Entries[at].Fact.(*history.Final)
}

func commitAt(h *history.History, position uint64) int {
	return find(h, 0, func(c *history.Commit) bool { return c.Position == position })
}

func plantedFaults() []planted {
	bad := history.HashOf("corrupt")
	return []planted{
		{"acknowledged message not in final", "H1", "H1", func(h *history.History) {
			f := finalOf(h, town)
			f.Items = f.Items[:2]
		}},
		{"acknowledged edit not in final", "H1", "H1", func(h *history.History) { finalOf(h, town).Items[0] = item(101, "one") }},
		{"acknowledged deletion undone", "H1", "H1", func(h *history.History) {
			f := finalOf(h, town)
			f.Items = slices.Insert(f.Items, 2, item(104, "three"))
		}},
		{"last record lost with its events", "H1 H7", "-", func(h *history.History) { drop(h, commitAt(h, 7)) }},
		{"corrupt final", "H2", "H2", func(h *history.History) { finalOf(h, vault).Items[0].Hash = bad }},
		{"corrupt delivery", "H2", "H2", func(h *history.History) {
			h.Entries[find(h, 0, received("A", 103, "MESSAGE_CREATE"))].Fact.(*history.Receive).Hash = bad
		}},
		{"corrupt page", "H2", "H2", func(h *history.History) {
			h.Entries[find(h, 0, func(*history.Page) bool { return true })].Fact.(*history.Page).Items[0].Hash = bad
		}},
		{"message of nobody in final", "H2", "H2", func(h *history.History) {
			f := finalOf(h, town)
			f.Items = append(f.Items, history.Item{ID: 190, Hash: bad})
		}},
		{"send stored twice", "H3", "H3", func(h *history.History) {
			f := finalOf(h, vault)
			f.Items = append(f.Items, item(191, "secret"))
		}},
		{"request recorded twice", "H3", "-", func(h *history.History) {
			c := *h.Entries[commitAt(h, 7)].Fact.(*history.Commit)
			c.Position, c.Batch, c.Events = 8, c.Batch+1, nil
			insert(h, commitAt(h, 7)+1, &c)
		}},
		{"deliveries swapped", "H4", "H4", func(h *history.History) {
			a, b := find(h, 0, received("A", 104, "MESSAGE_CREATE")), find(h, 0, received("A", 105, "MESSAGE_CREATE"))
			x, y := h.Entries[a].Fact.(*history.Receive), h.Entries[b].Fact.(*history.Receive)
			*x, *y = *y, *x
			x.Seq, y.Seq = y.Seq, x.Seq
		}},
		{"final out of order", "H4", "H4", func(h *history.History) {
			f := finalOf(h, town)
			f.Items[1], f.Items[2] = f.Items[2], f.Items[1]
		}},
		{"dispatch lost with its s", "H5", "H5 H9", func(h *history.History) {
			at := find(h, 0, received("A", 105, "MESSAGE_CREATE"))
			h.Entries = slices.Delete(h.Entries, at, at+1)
		}},
		{"message left out over a resume", "H5", "H5", func(h *history.History) { drop(h, find(h, 0, received("E", 103, "MESSAGE_CREATE"))) }},
		{"message twice over a resume", "H5", "H5", func(h *history.History) {
			r := *h.Entries[find(h, 0, received("E", 101, "MESSAGE_CREATE"))].Fact.(*history.Receive)
			at := find(h, 0, received("E", 103, "MESSAGE_CREATE")) + 1
			r.Seq = 5
			r.ID, r.Hash, r.Position, r.Epoch = 103, history.HashOf("two"), 3, 5
			if h.Entries[at-1].Fact.(*history.Receive).Position == 0 {
				r.Position, r.Epoch = 0, 0
			}
			insert(h, at, &r)
		}},
		{"own message not in page", "H6", "H6", func(h *history.History) {
			h.Entries[find(h, 0, func(*history.Page) bool { return true })].Fact.(*history.Page).Items = nil
		}},
		{"own edit not in page", "H6", "H6", func(h *history.History) {
			h.Entries[find(h, 1, func(*history.Page) bool { return true })].Fact.(*history.Page).Items[0] = item(101, "one")
		}},
		{"epoch falls", "H7", "-", func(h *history.History) { h.Entries[commitAt(h, 7)].Fact.(*history.Commit).Epoch = 6 }},
		{"position twice", "H7", "-", func(h *history.History) {
			c := *h.Entries[commitAt(h, 6)].Fact.(*history.Commit)
			c.Request, c.Events = history.Request{}, nil
			insert(h, commitAt(h, 6)+1, &c)
		}},
		{"appended after the seal", "H7", "-", func(h *history.History) {
			c := h.Entries[commitAt(h, 5)].Fact.(*history.Commit)
			c.Log, c.Batch = history.LogID{1}, 5
		}},
		{"answer of an older epoch", "H7", "-", func(h *history.History) {
			h.Entries[find(h, 0, func(*history.Ack) bool { return true })].Fact.(*history.Ack).Epoch = 5
		}},
		{"publish without record", "H7", "-", func(h *history.History) {
			h.Entries[find(h, 0, func(*history.Publish) bool { return true })].Fact.(*history.Publish).Position = 9
		}},
		{"acknowledged before commit", "H7", "-", func(h *history.History) {
			at := commitAt(h, 7)
			h.Entries[at], h.Entries[at+1] = h.Entries[at+1], h.Entries[at]
		}},
		{"secret delivered", "H8", "H8", func(h *history.History) {
			at := find(h, 0, received("A", 102, "MESSAGE_CREATE"))
			r := *h.Entries[at].Fact.(*history.Receive)
			r.Session, r.Seq = "E", 4
			insert(h, at+1, &r)
		}},
		{"last event never delivered", "H9", "H9", func(h *history.History) { drop(h, find(h, 0, received("E", 104, "MESSAGE_DELETE"))) }},
		{"last event late", "H9", "H9", func(h *history.History) {
			at := find(h, 0, received("E", 104, "MESSAGE_DELETE"))
			for i := range h.Entries[at:] {
				h.Entries[at+i].At += 30 * time.Second
			}
		}},
	}
}

func TestPlantedFaults(t *testing.T) {
	t.Parallel()
	for _, p := range plantedFaults() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			h := copyOf(story().close())
			p.plant(h)
			want := p.want
			wantFailing(t, h, storeOrder, want)
			if p.clients == "-" {
				return
			}
			h = clientsOnly(story().close())
			p.plant(h)
			wantFailing(t, h, history.Options{}, p.clients)
		})
	}
}
