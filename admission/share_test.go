package admission_test

import (
	"net/netip"
	"testing"

	"guildhall/admission"
)

func TestShares(t *testing.T) {
	t.Parallel()
	s := admission.NewShares[string](10)
	if !s.Take("a", 6) || s.Take("a", 5) || !s.Take("a", 4) || s.Take("a", 1) {
		t.Error("a has not just its share")
	}
	if !s.Take("b", 11) || s.Take("b", 1) {
		t.Error("what is larger than a share is to be had alone")
	}
	s.Give("a", 4)
	if !s.Take("a", 1) {
		t.Error("what was given back is not to be had")
	}
	s.Give("a", 7)
	s.Give("b", 11)
	if s.Holders() != 0 {
		t.Errorf("%d are remembered for nothing", s.Holders())
	}
	endless := admission.NewShares[string](0)
	for range 100 {
		if !endless.Take("a", 1<<40) {
			t.Fatal("0 is no bound")
		}
	}
}

func TestIsCounted(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for text, want := range map[string]bool{"192.0.2.1": true, "2001:db8::1": true, "10.0.0.1": false, "127.0.0.1": false, "::1": false} {
		if got := admission.IsCounted(netip.MustParseAddr(text), trusted); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if admission.IsCounted(netip.Addr{}, nil) {
		t.Error("no address is counted")
	}
}
