package history_test

import (
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
	"pgregory.net/rapid"
)

// mutation breaks a correct history at a drawn place; it returns the check that must find it, or "" where the history
// has no such place.
type mutation struct {
	name    string
	changes bool // wants a history in which permissions change
	records bool // wants what only owners know
	break1  func(h *history.History, pick func(n int) int) string
}

// places gives the entries with a fact of type F that match.
func places[F history.Fact](h *history.History, match func(at int, f F) bool) []int {
	var all []int
	for i, e := range h.Entries {
		if f, ok := e.Fact.(F); ok && match(i, f) {
			all = append(all, i)
		}
	}
	return all
}

func factAt[F history.Fact](h *history.History, at int) F { return h.Entries[at].Fact.(F) }

func isCreate(r *history.Receive) bool { return r.Type == "MESSAGE_CREATE" }

// same tells whether two deliveries are to one lifetime.
func same(a, b *history.Receive) bool { return a.Session == b.Session && a.Lifetime == b.Lifetime }

// inside gives creations that stand between two others in their lifetime, the first of which the session had before any
// loss of its socket could be an excuse.
func inside(h *history.History) []int {
	return places(h, func(at int, r *history.Receive) bool {
		if !isCreate(r) {
			return false
		}
		other := func(_ int, o *history.Receive) bool { return isCreate(o) && same(o, r) && o.ID != r.ID }
		before := history.History{Entries: h.Entries[:at]}
		after := history.History{Entries: h.Entries[at+1:]}
		return len(places(&before, other)) > 0 && len(places(&after, other)) > 0
	})
}

// last gives the deliveries that are the last of a lifetime that is up until the end.
func last(h *history.History) []int {
	return places(h, func(at int, r *history.Receive) bool {
		after := history.History{Entries: h.Entries[at+1:]}
		more := places(&after, func(_ int, o *history.Receive) bool { return same(o, r) })
		ends := places(&after, func(_ int, o *history.Session) bool { return o.Session == r.Session })
		return isCreate(r) && len(more)+len(ends) == 0
	})
}

func mutations() []mutation {
	bad := history.HashOf("corrupt")
	return []mutation{
		{"drop a delivery", false, false, func(h *history.History, pick func(int) int) string {
			all := slices.DeleteFunc(inside(h), func(at int) bool { // else nothing tells that there was such a message
				id := factAt[*history.Receive](h, at).ID
				return find(h, 0, func(o *history.Outcome) bool { return o.ID == id }) < 0
			})
			if len(all) == 0 {
				return ""
			}
			drop(h, all[pick(len(all))])
			return "H5"
		}},
		{"drop the last delivery", false, false, func(h *history.History, pick func(int) int) string {
			all := slices.DeleteFunc(last(h), func(at int) bool { // certainly committed after READY
				r := factAt[*history.Receive](h, at)
				acked := find(h, 0, func(o *history.Outcome) bool { return o.ID == r.ID })
				first := find(h, 0, func(o *history.Receive) bool { return same(o, r) && o.ID != 0 && o.ID < r.ID && isCreate(o) })
				return acked < 0 || first < 0
			})
			if len(all) == 0 {
				return ""
			}
			drop(h, all[pick(len(all))])
			return "H9"
		}},
		{"delay the last delivery", false, false, func(h *history.History, pick func(int) int) string {
			all := slices.DeleteFunc(last(h), func(at int) bool { // else nobody knows when it was committed
				id := factAt[*history.Receive](h, at).ID
				return find(h, 0, func(o *history.Outcome) bool { return o.ID == id }) < 0
			})
			if len(all) == 0 {
				return ""
			}
			at := all[pick(len(all))]
			e := h.Entries[at]
			e.At = h.Entries[len(h.Entries)-1].At + time.Second
			h.Entries = append(slices.Delete(h.Entries, at, at+1), e)
			return "H9"
		}},
		{"duplicate a delivery", false, false, func(h *history.History, pick func(int) int) string {
			all := places(h, func(_ int, r *history.Receive) bool { return isCreate(r) })
			if len(all) == 0 {
				return ""
			}
			at := all[pick(len(all))]
			r := *factAt[*history.Receive](h, at)
			r.Seq++
			insert(h, at+1, &r)
			return "H5"
		}},
		{"swap two deliveries", false, false, func(h *history.History, pick func(int) int) string {
			all := inside(h)
			if len(all) == 0 {
				return ""
			}
			a := factAt[*history.Receive](h, all[pick(len(all))])
			b := find(h, 0, func(o *history.Receive) bool { return isCreate(o) && same(a, o) && o.ID > a.ID })
			swapped := factAt[*history.Receive](h, b)
			*a, *swapped = *swapped, *a
			a.Seq, swapped.Seq = swapped.Seq, a.Seq
			return "H4"
		}},
		{"corrupt a delivery", false, false, func(h *history.History, pick func(int) int) string {
			all := places(h, func(_ int, r *history.Receive) bool { return r.Hash != 0 && r.ID != 0 })
			if len(all) == 0 {
				return ""
			}
			factAt[*history.Receive](h, all[pick(len(all))]).Hash = bad
			return "H2"
		}},
		{"corrupt the final content", false, false, func(h *history.History, pick func(int) int) string {
			all := places(h, func(_ int, f *history.Final) bool { return len(f.Items) > 0 })
			if len(all) == 0 {
				return ""
			}
			f := factAt[*history.Final](h, all[pick(len(all))])
			f.Items[pick(len(f.Items))].Hash = bad
			return "H2"
		}},
		{"lose an acknowledged message", false, false, func(h *history.History, pick func(int) int) string {
			all := places(h, func(_ int, f *history.Final) bool { return len(ackedItems(h, f)) > 0 })
			if len(all) == 0 {
				return ""
			}
			f := factAt[*history.Final](h, all[pick(len(all))])
			acked := ackedItems(h, f)
			at := acked[pick(len(acked))]
			f.Items = slices.Delete(f.Items, at, at+1)
			return "H1"
		}},
		{"store a message twice", false, false, func(h *history.History, pick func(int) int) string {
			all := places(h, func(_ int, i *history.Invoke) bool {
				return i.Kind == history.Send && i.Hash != history.HashOf("hello") && slices.ContainsFunc(finalOf(h, i.Channel).Items, func(it history.Item) bool { return it.Hash == i.Hash })
			})
			if len(all) == 0 {
				return ""
			}
			i := factAt[*history.Invoke](h, all[pick(len(all))])
			f := finalOf(h, i.Channel)
			f.Items = append(f.Items, history.Item{ID: 9999, Hash: i.Hash})
			return "H3"
		}},
		{"forget a message that the reader had seen", false, false, func(h *history.History, pick func(int) int) string {
			type seen struct {
				client string
				id     guildhall.Snowflake
			}
			known := map[seen]bool{}
			deleted := map[guildhall.Snowflake]bool{}
			for _, at := range places(h, func(_ int, i *history.Invoke) bool { return i.Kind == history.Delete }) {
				deleted[factAt[*history.Invoke](h, at).Target] = true
			}
			for _, at := range places(h, func(int, *history.Page) bool { return true }) {
				p := factAt[*history.Page](h, at)
				for i, it := range p.Items {
					if known[seen{p.Client, it.ID}] && !deleted[it.ID] {
						p.Items = slices.Delete(p.Items, i, i+1)
						return "H6"
					}
				}
				for _, it := range p.Items {
					known[seen{p.Client, it.ID}] = true
				}
			}
			return ""
		}},
		{"leak", true, true, func(h *history.History, pick func(int) int) string {
			ready := places(h, func(_ int, s *history.Session) bool { return s.State == history.Ready })
			at := ready[pick(len(ready))]
			s := factAt[*history.Session](h, at)
			secret := places(h, func(_ int, r *history.Receive) bool {
				return isCreate(r) && sightAt(h, s.User, r.Channel, r.Position) == history.Hidden
			})
			if len(secret) == 0 {
				return ""
			}
			r := *factAt[*history.Receive](h, secret[pick(len(secret))])
			r.Session, r.Lifetime, r.Seq = s.Session, s.Lifetime, 3
			h.Entries = append(h.Entries, history.Entry{At: h.Entries[len(h.Entries)-1].At, Fact: &r})
			return "H8"
		}},
		{"lose a record", false, true, func(h *history.History, pick func(int) int) string {
			all := places(h, func(int, *history.Commit) bool { return true })
			if len(all) < 3 {
				return ""
			}
			drop(h, all[1+pick(len(all)-2)])
			return "H7"
		}},
		{"let an epoch fall", false, true, func(h *history.History, pick func(int) int) string {
			all := places(h, func(int, *history.Commit) bool { return true })
			if len(all) < 2 {
				return ""
			}
			factAt[*history.Commit](h, all[1+pick(len(all)-1)]).Epoch = 1
			return "H7"
		}},
		{"append after the seal", false, true, func(h *history.History, pick func(int) int) string {
			all := places(h, func(_ int, s *history.Seal) bool { return s.Last > 0 })
			if len(all) == 0 {
				return ""
			}
			factAt[*history.Seal](h, all[pick(len(all))]).Last--
			return "H7"
		}},
		{"acknowledge before the commit", false, true, func(h *history.History, pick func(int) int) string {
			all := places(h, func(_ int, o *history.Outcome) bool { return o.Result == history.OK && o.Position > 0 })
			if len(all) == 0 {
				return ""
			}
			o := all[pick(len(all))]
			c := commitAt(h, factAt[*history.Outcome](h, o).Position)
			if factAt[*history.Commit](h, c).Request != factAt[*history.Invoke](h, find(h, 0, func(i *history.Invoke) bool {
				return i.Op == factAt[*history.Outcome](h, o).Op
			})).Request {
				return "" // answered from the record of an earlier try
			}
			h.Entries[o], h.Entries[c] = h.Entries[c], h.Entries[o]
			return "H7"
		}},
		{"commit a request twice", false, true, func(h *history.History, pick func(int) int) string {
			all := places(h, func(int, *history.Commit) bool { return true })
			if len(all) == 0 {
				return ""
			}
			c := *factAt[*history.Commit](h, all[pick(len(all))])
			c.Position += 1000
			insert(h, all[len(all)-1]+1, &c)
			return "H3"
		}},
	}
}

// ackedItems gives the places of items whose send was acknowledged.
func ackedItems(h *history.History, f *history.Final) []int {
	var all []int
	for i, it := range f.Items {
		deleted := find(h, 0, func(v *history.Invoke) bool { return v.Kind == history.Delete && v.Target == it.ID }) >= 0
		acked := find(h, 0, func(o *history.Outcome) bool { return o.Result == history.OK && o.ID == it.ID }) >= 0
		if acked && !deleted {
			all = append(all, i)
		}
	}
	return all
}

// sightAt is a second, slow reading of the grants.
func sightAt(h *history.History, u guildhall.UserID, c guildhall.ChannelID, position uint64) history.Sight {
	s := history.SightUnknown
	best := uint64(0)
	for _, at := range places(h, func(_ int, g *history.Grant) bool { return g.User == u && g.Channel == c }) {
		g := factAt[*history.Grant](h, at)
		refused := find(h, 0, func(o *history.Outcome) bool { return o.Op == g.Op && o.Result == history.Fail }) >= 0
		if refused || g.Position > position || g.Position < best {
			continue
		}
		best, s = g.Position, history.Hidden
		if g.Sees {
			s = history.Seen
		}
	}
	return s
}

func TestMutationsAreFound(t *testing.T) {
	t.Parallel()
	for _, m := range mutations() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			broken := 0
			rapid.Check(t, func(t *rapid.T) {
				h := copyOf(anyHistory(t, m.changes))
				o := history.Options{StoreOrder: true}
				if !m.records && rapid.Bool().Draw(t, "clients only") {
					h, o = clientsOnly(h), history.Options{}
				}
				want := m.break1(h, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "place") })
				if want == "" {
					return
				}
				broken++
				if r := history.Check(h, o); !slices.Contains(failing(r), want) {
					t.Fatalf("%s did not fail\n%s", want, r)
				}
			})
			if broken < 20 {
				t.Errorf("only %d histories had a place to break", broken)
			}
		})
	}
}
