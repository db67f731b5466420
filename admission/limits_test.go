package admission_test

import (
	"net/netip"
	"testing"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/routes"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestRouteWindows(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1000, 0)}
	l := admission.NewLimits(c.now)
	limit := routes.Limit{Bucket: "b", Requests: 3, Per: time.Second}
	bot := admission.WhoIs(1, netip.Addr{})
	for left := 2; left >= 0; left-- {
		if w := l.Route(bot, limit, 7); w.Exceeded || w.Remaining != left || w.Limit != 3 {
			t.Errorf("%d left: %+v", left, w)
		}
		c.at = c.at.Add(100 * time.Millisecond)
	}
	if w := l.Route(bot, limit, 7); !w.Exceeded || w.ResetAfter != 700*time.Millisecond || !w.Reset.Equal(time.Unix(1001, 0)) {
		t.Errorf("the fourth: %+v", w)
	}
	others := map[string]admission.Window{
		"another resource": l.Route(bot, limit, 8),
		"another user":     l.Route(admission.WhoIs(2, netip.Addr{}), limit, 7),
		"another bucket":   l.Route(bot, routes.Limit{Bucket: "c", Requests: 3, Per: time.Second}, 7),
		"the global limit": l.Global(bot),
	}
	for name, w := range others {
		if w.Exceeded || w.Remaining != w.Limit-1 {
			t.Errorf("%s: %+v", name, w)
		}
	}
	c.at = c.at.Add(700 * time.Millisecond)
	if w := l.Route(bot, limit, 7); w.Exceeded || w.Remaining != 2 {
		t.Errorf("the next window: %+v", w)
	}
}

func TestAddressesByNetwork(t *testing.T) {
	t.Parallel()
	who := func(addr string) admission.Who { return admission.WhoIs(0, netip.MustParseAddr(addr)) }
	same := [][2]string{{"2001:db8::1", "2001:db8::ffff:1"}, {"192.0.2.1", "::ffff:192.0.2.1"}, {"fe80::1%eth0", "fe80::2"}}
	for _, pair := range same {
		if who(pair[0]) != who(pair[1]) {
			t.Errorf("%s and %s differ", pair[0], pair[1])
		}
	}
	if who("192.0.2.1") == who("192.0.2.2") || who("2001:db8::1") == who("2001:db8:0:1::1") {
		t.Error("different networks are one")
	}
	if admission.WhoIs(5, netip.MustParseAddr("192.0.2.1")) != admission.WhoIs(5, netip.MustParseAddr("192.0.2.2")) {
		t.Error("a user's limits depend on its address")
	}
}

func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1000, 0)}
	l := admission.NewLimits(c.now)
	bad := netip.MustParseAddr("192.0.2.1")
	for i := range 10_000 {
		if l.Blocked(bad) != 0 {
			t.Fatalf("blocked after %d", i)
		}
		if blocks := l.Invalid(bad); blocks != (i == 9_999) {
			t.Fatalf("request %d blocks: %t", i, blocks)
		}
	}
	if wait := l.Blocked(bad); wait != 10*time.Minute {
		t.Errorf("blocked for %v", wait)
	}
	if wait := l.Blocked(netip.MustParseAddr("192.0.2.2")); wait != 0 {
		t.Errorf("another is blocked for %v", wait)
	}
	c.at = c.at.Add(10 * time.Minute)
	if wait := l.Blocked(bad); wait != 0 {
		t.Errorf("ten minutes later still for %v", wait)
	}
}

// TestLimitsAreBounded: invariant 5.
func TestLimitsAreBounded(t *testing.T) {
	t.Parallel()
	l := admission.NewLimits(nil)
	limit := routes.Limit{Bucket: "b", Requests: 1, Per: time.Hour}
	for i := range 130_000 {
		l.Route(admission.WhoIs(guildhall.UserID(i+1), netip.Addr{}), limit, 0)
	}
	if n := l.Tracked(); n > 150_000 || n < 100_000 {
		t.Errorf("%d windows", n)
	}
	if w := l.Route(admission.WhoIs(130_000, netip.Addr{}), limit, 0); !w.Exceeded {
		t.Error("the newest window was forgotten")
	}
}

func TestTries(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1000, 0)}
	tries := admission.NewTries(c.now)
	home, abroad := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.1")
	fail := func(account string, from netip.Addr) time.Duration {
		wait, _ := tries.Begin(account, from)
		return wait
	}
	for range 5 {
		if wait := fail("ann", home); wait != 0 {
			t.Fatal("limited too early")
		}
	}
	if wait := fail("ann", home); wait != 5*time.Minute {
		t.Errorf("the sixth from one address: wait %v", wait)
	}
	if wait := fail("ann", abroad); wait != 0 {
		t.Error("the account is locked for others")
	}
	for i := range 45 {
		if wait := fail(string(rune('a'+i)), home); wait != 0 {
			t.Fatalf("account %d from one address: wait %v", i, wait)
		}
	}
	if wait := fail("zoe", home); wait != 10*time.Minute {
		t.Errorf("the 51st from one address: wait %v", wait)
	}
	c.at = c.at.Add(10 * time.Minute)
	for i := range 94 {
		addr := netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})
		if wait := fail("ann", addr); wait != 0 {
			t.Fatalf("from address %d: wait %v", i, wait)
		}
	}
	if wait := fail("ann", netip.MustParseAddr("203.0.113.200")); wait != 50*time.Minute {
		t.Errorf("the 101st for one account: wait %v", wait)
	}
}

func TestTriesThatSucceedDontCount(t *testing.T) {
	t.Parallel()
	tries := admission.NewTries(nil)
	for range 1000 {
		wait, undo := tries.Begin("ann", netip.MustParseAddr("192.0.2.1"))
		if wait != 0 {
			t.Fatal("limited")
		}
		undo()
	}
}

func TestRecentKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	r := admission.NewRecent[int, string](2)
	r.Put(1, "one")
	r.Put(2, "two")
	if v, ok := r.Get(1); v != "one" || !ok {
		t.Errorf("1: %q, %t", v, ok)
	}
	r.Put(3, "three")
	if _, ok := r.Get(2); ok {
		t.Error("2 was used longest ago and is still there")
	}
	if v := r.Update(1, func(old string, had bool) string { return old + "!" }); v != "one!" {
		t.Errorf("updated: %q", v)
	}
	r.Delete(1)
	r.Delete(1)
	if _, ok := r.Get(1); ok || r.Len() != 1 {
		t.Errorf("deleted: %t, %d left", ok, r.Len())
	}
}
