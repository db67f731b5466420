package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"guildhall"
	"guildhall/store"
)

// testProjectOrders projects the same three records in every order, each twice.
func testProjectOrders(t *testing.T, c *storeCase) {
	orders := [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	for i, order := range orders {
		o := guild(1, uint64(i)+1)
		records := []*guildhall.Record{
			record(o, 1, message(o, "kept", "1"), message(o, "gone", "1")),
			record(o, 2, message(o, "kept", "").Deleted(), message(o, "gone", "2"), message(o, "once", "2")),
			record(o, 3, message(o, "kept", "3"), message(o, "gone", "").Deleted()),
		}
		for _, at := range append(order, order...) {
			c.project(records[at])
		}
		c.row(message(o, "kept", ""), "3", 3)
		c.row(message(o, "gone", ""), "", 0)
		c.row(message(o, "once", ""), "2", 2)
		c.sameRecords(c.events(o, 0, 10), records)
		if head := c.head(o); head != 3 {
			t.Errorf("order %v: head is %d", order, head)
		}
		page := c.rows(store.Query{Table: guildhall.TableMessages, Part: o.Key(), Limit: 10})
		if len(page) != 2 || page[0].Sort != "kept" || page[1].Sort != "once" {
			t.Errorf("order %v: page is %v", order, page)
		}
	}
}

func testProjectDeletionFirst(_ *testing.T, c *storeCase) {
	o := guild(1, 1)
	c.project(record(o, 2, message(o, "k", "").Deleted()))
	c.project(record(o, 1, message(o, "k", "late")))
	c.row(message(o, "k", ""), "", 0)
	c.project(record(o, 3, message(o, "k", "new")))
	c.row(message(o, "k", ""), "new", 3)
}

func testProjectSameStamp(_ *testing.T, c *storeCase) {
	o := guild(1, 1)
	c.project(record(o, 1,
		message(o, "a", "x"), message(o, "a", "").Deleted(),
		message(o, "b", "").Deleted(), message(o, "b", "x")))
	c.row(message(o, "a", ""), "", 0)
	c.row(message(o, "b", ""), "", 0)
}

// testProjectForeign projects a tail that somebody else appended, while the owner's own projections come late.
func testProjectForeign(_ *testing.T, c *storeCase) {
	o := guild(1, 1)
	var all []*guildhall.Record
	for p := uint64(1); p <= 6; p++ {
		all = append(all, record(o, p, message(o, "k", fmt.Sprint(p)), message(o, fmt.Sprint(p), "own")))
	}
	c.project(all[2:5]...)
	c.project(all[0:4]...)
	c.project(all...)
	c.project(all[1:3]...)
	c.row(message(o, "k", ""), "6", 6)
	for p := uint64(1); p <= 6; p++ {
		c.row(message(o, fmt.Sprint(p), ""), "own", p)
	}
	c.sameRecords(c.events(o, 0, 10), all)
}

// testRowsPages reads every page there can be over awkward keys and compares with a sorted list.
func testRowsPages(t *testing.T, c *storeCase) {
	o := guild(1, 1)
	keys := []string{"", "\x00", "\x00\x00", "\x00\xff", "a", "a\x00", "a\x00b", "ab", "b", "\x7f", "\x80", "\xff", "\xff\x00", "\xff\xff"}
	var rows []guildhall.Row
	for _, i := range []int{5, 0, 13, 2, 9, 1, 12, 7, 3, 11, 4, 8, 6, 10} {
		rows = append(rows, message(o, keys[i], "v"+keys[i]))
	}
	dead := message(o, "a\x01", "x")
	c.commit(logID(1), 1, record(o, 1, append(rows, dead)...))
	c.commit(logID(1), 2, record(o, 2, dead.Deleted()))
	slices.Sort(keys)
	bounds := append([]string{"aa", "\x01", "\xfe"}, keys...)
	for _, after := range bounds {
		for _, before := range bounds {
			for _, limit := range []int{1, 3, 100} {
				for _, reverse := range []bool{false, true} {
					q := store.Query{Table: guildhall.TableMessages, Part: o.Key(), After: after, Before: before, Reverse: reverse, Limit: limit}
					checkPage(t, c.rows(q), q, keys)
				}
			}
		}
	}
}

func checkPage(t *testing.T, page []store.Stored, q store.Query, keys []string) {
	t.Helper()
	var want []string
	for _, k := range keys {
		if (q.After == "" || k > q.After) && (q.Before == "" || k < q.Before) {
			want = append(want, k)
		}
	}
	if q.Reverse {
		slices.Reverse(want)
	}
	want = want[:min(q.Limit, len(want))]
	var got []string
	for _, row := range page {
		got = append(got, row.Sort)
		if string(row.Value) != "v"+row.Sort || row.Position != 1 || row.Part != q.Part || row.Table != q.Table || row.Delete {
			t.Errorf("%+v: row %q is %+v", q, row.Sort, row)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v: keys are %q, want %q", q, got, want)
	}
}

func testRowsApart(t *testing.T, c *storeCase) {
	o := guild(1, 1)
	parts := []string{"", "\x00", "p", "p\x00", "p\x00p", "\xff"}
	var rows []guildhall.Row
	for _, table := range guildhall.Tables() {
		for _, part := range parts {
			value := []byte(fmt.Sprintf("%d%q", table, part))
			rows = append(rows, guildhall.Row{Table: table, Part: part, Sort: "k", Value: value})
		}
	}
	c.commit(logID(1), 1, record(o, 1, rows...))
	gone := rows[2].Deleted() // one part of one table
	c.commit(logID(1), 2, record(o, 2, gone))
	for _, row := range rows {
		want := string(row.Value)
		if row.Key() == gone.Key() {
			want = ""
		}
		c.row(row, want, 1)
		page := c.rows(store.Query{Table: row.Table, Part: row.Part, Limit: 10})
		if (want == "") != (len(page) == 0) || len(page) > 1 || len(page) == 1 && string(page[0].Value) != want {
			t.Errorf("part %q of table %d is %v, want %q", row.Part, row.Table, page, want)
		}
	}
}

func testRowsValues(t *testing.T, c *storeCase) {
	o := guild(1, 1)
	for i, size := range []int{0, 1, 1000, 5000, 1 << 20} {
		value := bytes.Repeat([]byte{0, 1, 0xfe, 0xff}, size/4+1)[:size]
		row := message(o, fmt.Sprint(size), "")
		row.Value = value
		r := record(o, uint64(i)+1, row)
		r.Reply, r.Events = value, []guildhall.Event{{Type: "MESSAGE_CREATE", Data: value}}
		c.commit(logID(1), uint64(i)+1, r)
		got, found, err := c.s.Row(c.ctx, row.Key())
		if err != nil || !found || !bytes.Equal(got.Value, value) {
			t.Errorf("value of %d bytes came back with %d (found: %v), %v", size, len(got.Value), found, err)
		}
		c.sameRecords(c.events(o, uint64(i), 10), []*guildhall.Record{r})
	}
	if page := c.rows(store.Query{Table: guildhall.TableMessages, Part: o.Key(), Limit: 10}); len(page) != 5 {
		t.Errorf("page has %d rows, want 5", len(page))
	}
}

func testRowsRefused(t *testing.T, c *storeCase) {
	for _, q := range []store.Query{{Table: guildhall.TableMessages}, {Table: guildhall.TableMessages, Limit: -1}, {Table: 200, Limit: 1}} {
		if _, err := c.s.Rows(c.ctx, q); err == nil {
			t.Errorf("%+v is answered", q)
		}
	}
}

func testEventsWhole(_ *testing.T, c *storeCase) {
	o, to := guild(1, 1), guildhall.UserObject(7<<22)
	r := record(o, 1, message(o, "k\x00", "v"), guildhall.Row{Table: guildhall.TableState, Part: o.Key(), Sort: "s", Delete: true})
	r.Epoch, r.At, r.RequestID = 1<<40, 1_700_000_000_123_456, guildhall.RequestID{1, 2, 15: 16}
	r.Nonce = guildhall.NonceKey{Author: 5, Channel: 6, Nonce: "n\x00"}
	r.Source = guildhall.Source{Object: to, Position: 12}
	r.Reply = []byte("reply")
	r.Events = []guildhall.Event{
		{Type: "MESSAGE_CREATE", Audience: guildhall.Audience{Channel: 9, Permissions: 1, Users: []guildhall.UserID{1, 2}}, Data: []byte(`{}`)},
		{Type: "MESSAGE_DELETE"},
	}
	r.FollowUps = []guildhall.FollowUp{{To: to, Name: "n", Body: []byte{0, 0xff}}}
	c.no(c.s.Append(c.ctx, logID(1), 1, []*guildhall.Record{r}))
	cursor, err := c.s.Cursor(c.ctx, logID(1))
	c.no(err)
	tail, err := c.s.Tail(c.ctx, logID(1), cursor)
	c.no(err)
	for _, batch := range tail {
		c.sameRecords(batch.Records, []*guildhall.Record{r})
		c.project(batch.Records...)
	}
	c.sameRecords(c.events(o, 0, 1), []*guildhall.Record{r})
}

func testEventsPages(t *testing.T, c *storeCase) {
	a, b := guild(1, 1), guild(1, 2)
	var all []*guildhall.Record
	for n := uint64(1); n <= 20; n++ { // n differs from the position
		r := record(a, n)
		all = append(all, r)
		c.commit(logID(1), n, r, record(b, n))
	}
	for after := range uint64(22) {
		for _, limit := range []int{1, 7, 50} {
			want := all[min(after, 20):]
			c.sameRecords(c.events(a, after, limit), want[:min(limit, len(want))])
		}
	}
	if got := c.events(guild(1, 3), 0, 10); len(got) > 0 {
		t.Errorf("an object without records has events %v", positions(got))
	}
	for _, limit := range []int{0, -1} {
		if _, err := c.s.Events(c.ctx, a, 0, limit); err == nil {
			t.Errorf("limit %d is answered", limit)
		}
	}
}

func testHeads(t *testing.T, c *storeCase) {
	a, b, other := guild(1, 1), guild(1, 2), guild(2, 1)
	late, early := record(a, 2), record(a, 1)
	late.Snowflake, early.Snowflake = 900<<22, 800<<22
	c.project(late)
	c.project(early)
	inSameSlot := record(b, 1)
	inSameSlot.Snowflake = 850 << 22
	c.project(inSameSlot)
	user := guildhall.UserObject(guildhall.UserID(a.ID)) // the same id is another object
	for o, want := range map[guildhall.Object]uint64{a: 2, b: 1, other: 0, user: 0} {
		if got := c.head(o); got != want {
			t.Errorf("head of %v is %d, want %d", o, got, want)
		}
	}
	for slot, want := range map[guildhall.Slot]guildhall.Snowflake{1: 900 << 22, 2: 0} {
		if got, err := c.s.LastSnowflake(c.ctx, slot); err != nil || got != want {
			t.Errorf("last snowflake of slot %d is %d, %v; want %d", slot, got, err, want)
		}
	}
}

func testPrune(t *testing.T, c *storeCase) {
	o := guild(1, 1)
	var kept []*guildhall.Record
	for _, p := range []uint64{3, 9, 1, 4, 8, 2, 7, 6, 5, 10} { // the order of projection is no order of time
		r := record(o, p, message(o, fmt.Sprintf("%02d", p), "v"))
		r.FollowUps = []guildhall.FollowUp{{To: guild(2, 1), Name: "n"}}
		c.project(r)
	}
	for p := uint64(6); p <= 10; p++ {
		kept = append(kept, c.events(o, p-1, 1)...)
	}
	before := record(o, 6).At
	for range 3 {
		c.no(c.s.Prune(c.ctx, before))
	}
	c.sameRecords(c.events(o, 0, 20), kept)
	if got := c.head(o); got != 10 {
		t.Errorf("head is %d after pruning", got)
	}
	if rows := c.rows(store.Query{Table: guildhall.TableMessages, Part: o.Key(), Limit: 20}); len(rows) != 10 {
		t.Errorf("%d rows are left of 10", len(rows))
	}
	if waiting := c.outbox(1, 20); len(waiting) != 10 {
		t.Errorf("%d follow-ups are left of 10", len(waiting))
	}
}

func testPruneBatches(_ *testing.T, c *storeCase) {
	log, o := logID(1), guild(1, 1)
	for n := uint64(1); n <= 3; n++ {
		c.no(c.s.Append(c.ctx, log, n, []*guildhall.Record{record(o, n)}))
	}
	c.project(record(o, 1))
	c.no(c.s.SetCursor(c.ctx, log, 1))
	c.no(c.s.Prune(c.ctx, 0)) // no event is that old
	c.covered(log, o, 3)
	c.commit(log, 4, record(o, 4))
	c.is(c.s.Append(c.ctx, log, 6, nil), store.ErrGap)
	c.no(c.s.Append(c.ctx, log, 1, []*guildhall.Record{record(o, 1)}))
}
