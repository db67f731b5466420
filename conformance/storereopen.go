package conformance

import (
	"testing"

	"guildhall"
	"guildhall/store"
)

// StoreReopen checks an implementation whose data outlives it: open makes an empty store, reopen opens the same data
// again after a Close.
func StoreReopen(t *testing.T, open, reopen OpenStore) {
	c := newStoreCase(t, open(t))
	log, sealed, unknown, o := logID(1), logID(2), logID(3), guild(1, 1)
	records := []*guildhall.Record{
		withFollowUps(o, 1, 2),
		record(o, 2, message(o, "kept", "v"), message(o, "gone", "v")),
		record(o, 3, message(o, "gone", "").Deleted()),
	}
	c.commit(log, 1, records[:2]...)
	c.commit(log, 2, records[2])
	unprojected := record(guild(1, 2), 1)
	c.no(c.s.Append(c.ctx, sealed, 1, []*guildhall.Record{unprojected}))
	for _, id := range []store.LogID{sealed, unknown} {
		_, err := c.s.Seal(c.ctx, id)
		c.no(err)
	}
	c.no(c.s.OutboxDone(c.ctx, c.outbox(1, 1)[0]))
	_, err := c.s.SetRing(c.ctx, 0, log, []guildhall.Slot{1, 2})
	c.no(err)
	_, err = c.s.Claim(c.ctx, "invite", "abc", o)
	c.no(err)
	for range 2 { // also what the first opening has left
		c.closeOnce()
		c = newStoreCase(t, reopen(t))
		c.sameRecords(c.events(o, 0, 10), records)
		c.project(records[1], records[0])
		c.row(message(o, "kept", ""), "v", 2)
		c.row(message(o, "gone", ""), "", 0)
		if got := names(c.outbox(1, 10), o); len(got) != 1 || got[0] != "1.1" {
			t.Errorf("follow-ups are %q", got)
		}
		c.is(c.s.Append(c.ctx, log, 4, nil), store.ErrGap)
		c.is(c.s.Append(c.ctx, sealed, 2, nil), store.ErrFenced)
		c.is(c.s.Append(c.ctx, unknown, 1, nil), store.ErrFenced)
		c.no(c.s.Append(c.ctx, sealed, 1, []*guildhall.Record{unprojected}))
		c.covered(sealed, unprojected.Object, 1)
		ring, err := c.s.Ring(c.ctx)
		c.no(err)
		version, err := c.s.RingVersion(c.ctx)
		c.no(err)
		if want := (store.Claim{Log: log, Epoch: 1}); ring.Version != 1 || version != 1 || len(ring.Slots) != 2 || ring.Slots[2] != want {
			t.Errorf("ring is %+v, version %d", ring, version)
		}
		if applied, err := c.s.SetRing(c.ctx, 0, log, nil); err != nil || applied {
			t.Errorf("a ring version was given out twice: %v", err)
		}
		if holder, err := c.s.Claim(c.ctx, "invite", "abc", guild(1, 2)); err != nil || holder != o {
			t.Errorf("the name is %v's, %v", holder, err)
		}
		if last, err := c.s.LastSnowflake(c.ctx, 1); err != nil || last != records[2].Snowflake {
			t.Errorf("last snowflake is %d, %v", last, err)
		}
	}
	c.commit(log, 3, record(o, 4))
	c.closeOnce()
}
