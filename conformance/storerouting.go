package conformance

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"guildhall"
	"guildhall/store"
)

func testRing(t *testing.T, c *storeCase) {
	a, b := logID(1), logID(2)
	if ring, err := c.s.Ring(c.ctx); err != nil || ring.Version != 0 || len(ring.Slots) != 0 {
		t.Fatalf("the first ring is %+v, %v", ring, err)
	}
	all := make([]guildhall.Slot, guildhall.Slots)
	for i := range all {
		all[i] = guildhall.Slot(i)
	}
	steps := []struct {
		version uint64
		log     store.LogID
		slots   []guildhall.Slot
		applied bool
	}{
		{1, a, all, false}, // from a version that is not there yet
		{0, a, all, true},
		{0, a, all, false}, // a repeat
		{0, b, all, false},
		{1, b, []guildhall.Slot{3, 1023, 0}, true},
		{1, a, []guildhall.Slot{7}, false},
		{2, a, nil, true}, // the version alone
		{3, b, []guildhall.Slot{3}, true},
	}
	for i, step := range steps {
		if applied, err := c.s.SetRing(c.ctx, step.version, step.log, step.slots); err != nil || applied != step.applied {
			t.Fatalf("step %d: applied is %v, %v; want %v", i, applied, err, step.applied)
		}
	}
	ring, err := c.s.Ring(c.ctx)
	c.no(err)
	version, err := c.s.RingVersion(c.ctx)
	c.no(err)
	if ring.Version != 4 || version != 4 || len(ring.Slots) != guildhall.Slots {
		t.Fatalf("ring has version %d and %d, %d slots", ring.Version, version, len(ring.Slots))
	}
	want := map[guildhall.Slot]store.Claim{0: {Log: b, Epoch: 2}, 1: {Log: a, Epoch: 1}, 3: {Log: b, Epoch: 4}, 7: {Log: a, Epoch: 1}, 1023: {Log: b, Epoch: 2}}
	for slot, claim := range want {
		if ring.Slots[slot] != claim {
			t.Errorf("slot %d is %v, want %v", slot, ring.Slots[slot], claim)
		}
	}
	clear(ring.Slots) // the caller's own
	if again, err := c.s.Ring(c.ctx); err != nil || len(again.Slots) != guildhall.Slots {
		t.Errorf("a reader has changed the ring: %d slots, %v", len(again.Slots), err)
	}
}

func testRingRace(t *testing.T, c *storeCase) {
	const claimers, versions = 8, 10
	for version := range uint64(versions) {
		won := make([]bool, claimers)
		var wg sync.WaitGroup
		for i := range won {
			wg.Go(func() {
				var err error
				if won[i], err = c.s.SetRing(c.ctx, version, logID(uint64(i)), []guildhall.Slot{5}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		winner := slices.Index(won, true)
		if winner < 0 || slices.Contains(won[winner+1:], true) {
			t.Fatalf("version %d was won by %v", version, won)
		}
		ring, err := c.s.Ring(c.ctx)
		c.no(err)
		if want := (store.Claim{Log: logID(uint64(winner)), Epoch: version + 1}); ring.Version != version+1 || ring.Slots[5] != want {
			t.Fatalf("ring is %+v, want %v", ring, want)
		}
	}
}

func testClaims(t *testing.T, c *storeCase) {
	a, b := guild(1, 1), guildhall.UserObject(9)
	names := [][2]string{{"invite", "abc"}, {"invite", "abd"}, {"username", "abc"}, {"", "abc"}, {"invite", ""}, {"a\x00", "\xff\x00"}, {"a", "\x00\xff\x00"}}
	for i, name := range names {
		o := guild(1, uint64(i)+1)
		if holder, err := c.s.Claimed(c.ctx, name[0], name[1]); err != nil || !holder.IsZero() {
			t.Fatalf("%q is %v's, %v before it was claimed", name, holder, err)
		}
		for _, asks := range []guildhall.Object{o, b, o} {
			if holder, err := c.s.Claim(c.ctx, name[0], name[1], asks); err != nil || holder != o {
				t.Fatalf("%q is %v's, %v; want %v", name, holder, err, o)
			}
		}
	}
	c.no(c.s.Release(c.ctx, "invite", "abc", b)) // not the holder
	if holder, err := c.s.Claimed(c.ctx, "invite", "abc"); err != nil || holder != a {
		t.Fatalf("the claim is %v's, %v after another released it", holder, err)
	}
	for range 2 {
		c.no(c.s.Release(c.ctx, "invite", "abc", a))
	}
	if holder, err := c.s.Claim(c.ctx, "invite", "abc", b); err != nil || holder != b {
		t.Fatalf("a name set free is %v's, %v; want %v", holder, err, b)
	}
	if holder, err := c.s.Claimed(c.ctx, "username", "abc"); err != nil || holder != guild(1, 3) {
		t.Fatalf("another kind's name is %v's, %v", holder, err)
	}
}

func testClaimsRace(t *testing.T, c *storeCase) {
	const claimants = 50
	holders := make([]guildhall.Object, claimants)
	var wg sync.WaitGroup
	for i := range holders {
		wg.Go(func() {
			var err error
			if holders[i], err = c.s.Claim(c.ctx, "username", "wanted", guildhall.UserObject(guildhall.UserID(i+1))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	holder, err := c.s.Claimed(c.ctx, "username", "wanted")
	c.no(err)
	winners := 0
	for i, h := range holders {
		if h != holder {
			t.Errorf("claimant %d was told %v, holder is %v", i, h, holder)
		}
		if h == guildhall.UserObject(guildhall.UserID(i+1)) {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
}

// withFollowUps is a record whose follow-ups are named by position and index.
func withFollowUps(o guildhall.Object, position uint64, count int) *guildhall.Record {
	r := record(o, position)
	for i := range count {
		name := fmt.Sprintf("%d.%d", position, i)
		r.FollowUps = append(r.FollowUps, guildhall.FollowUp{To: guild(2, 1), Name: name, Body: []byte(name + "\x00\xff")})
	}
	return r
}

func names(waiting []store.Pending, from guildhall.Object) (list []string) {
	for _, p := range waiting {
		if p.From == from {
			list = append(list, p.Name)
		}
	}
	return list
}

func testOutbox(t *testing.T, c *storeCase) {
	a, b, elsewhere := guild(1, 1), guild(1, 2), guild(2, 1)
	for n, r := range []*guildhall.Record{withFollowUps(a, 1, 2), withFollowUps(b, 1, 1), withFollowUps(elsewhere, 1, 1), withFollowUps(a, 2, 0)} {
		c.commit(logID(1), uint64(n)+1, r)
	}
	c.project(withFollowUps(a, 300, 1), withFollowUps(a, 256, 1))
	waiting := c.outbox(1, 100)
	if got := names(waiting, a); !slices.Equal(got, []string{"1.0", "1.1", "256.0", "300.0"}) {
		t.Errorf("first object's are %q", got)
	}
	if got := names(waiting, b); len(waiting) != 5 || !slices.Equal(got, []string{"1.0"}) {
		t.Errorf("second object's are %q of %d", got, len(waiting))
	}
	for _, p := range waiting {
		if string(p.Body) != p.Name+"\x00\xff" || p.To != guild(2, 1) || p.Name != fmt.Sprintf("%d.%d", p.Position, p.Index) {
			t.Errorf("follow-up is %+v", p)
		}
	}
	if got := c.outbox(1, 2); len(got) != 2 {
		t.Errorf("%d follow-ups, the limit is 2", len(got))
	}
	if got := c.outbox(3, 10); len(got) != 0 {
		t.Errorf("a slot without objects has %v", got)
	}
	if _, err := c.s.Outbox(c.ctx, 1, 0); err == nil {
		t.Error("limit 0 is answered")
	}
}

func testOutboxDone(t *testing.T, c *storeCase) {
	o := guild(1, 1)
	r := withFollowUps(o, 1, 3)
	c.commit(logID(1), 1, r)
	middle := c.outbox(1, 10)[1]
	for range 2 {
		c.no(c.s.OutboxDone(c.ctx, middle))
		c.project(r) // late, by somebody else
		if got := names(c.outbox(1, 10), o); !slices.Equal(got, []string{"1.0", "1.2"}) {
			t.Fatalf("waiting are %q", got)
		}
	}
	// Done before this store has seen its record.
	late := withFollowUps(o, 2, 1)
	c.no(c.s.OutboxDone(c.ctx, store.Pending{From: o, Position: 2, FollowUp: late.FollowUps[0]}))
	c.project(late)
	if got := names(c.outbox(1, 10), o); !slices.Equal(got, []string{"1.0", "1.2"}) {
		t.Fatalf("waiting are %q", got)
	}
	for _, p := range c.outbox(1, 10) {
		c.no(c.s.OutboxDone(c.ctx, p))
	}
	if got := c.outbox(1, 10); len(got) != 0 {
		t.Fatalf("waiting are %v", got)
	}
}
