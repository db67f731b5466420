package outbound_test

import (
	"bytes"
	"errors"
	"net/netip"
	"net/url"
	"testing"

	"guildhall/outbound"
)

// span is a range of addresses, both ends in it.
type span struct{ from, to string }

// notPublic says by first and last address what is not to be called: written down apart from the guard's own table, from the
// registries, and compared byte by byte.
func notPublic() []span {
	return []span{
		{"0.0.0.0", "0.255.255.255"}, {"10.0.0.0", "10.255.255.255"}, {"100.64.0.0", "100.127.255.255"},
		{"127.0.0.0", "127.255.255.255"}, {"168.63.129.16", "168.63.129.16"}, {"169.254.0.0", "169.254.255.255"},
		{"172.16.0.0", "172.31.255.255"}, {"192.0.0.0", "192.0.0.255"}, {"192.0.2.0", "192.0.2.255"},
		{"192.31.196.0", "192.31.196.255"}, {"192.52.193.0", "192.52.193.255"}, {"192.88.99.0", "192.88.99.255"},
		{"192.168.0.0", "192.168.255.255"}, {"192.175.48.0", "192.175.48.255"}, {"198.18.0.0", "198.19.255.255"},
		{"198.51.100.0", "198.51.100.255"}, {"203.0.113.0", "203.0.113.255"}, {"224.0.0.0", "255.255.255.255"},

		{"::", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff"}, {"64:ff9b::1:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"}, {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, {"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"},
		{"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"}, {"4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	}
}

// forbidden is the oracle: by bytes, with what stands for an IPv4 address looked at as that.
func forbidden(b []byte) bool {
	mapped := append(make([]byte, 10), 0xff, 0xff)
	nat64 := append([]byte{0, 0x64, 0xff, 0x9b}, make([]byte, 8)...)
	if len(b) == 16 && (bytes.HasPrefix(b, mapped) || bytes.HasPrefix(b, nat64)) {
		b = b[12:]
	}
	for _, s := range notPublic() {
		from, to := netip.MustParseAddr(s.from).AsSlice(), netip.MustParseAddr(s.to).AsSlice()
		if len(from) == len(b) && bytes.Compare(b, from) >= 0 && bytes.Compare(b, to) <= 0 {
			return true
		}
	}
	return false
}

// TestGuardAgainstTheOracle looks at both sides of each border, as they are and as what stands for them in IPv6.
func TestGuardAgainstTheOracle(t *testing.T) {
	t.Parallel()
	guard := outbound.Public()
	for _, s := range notPublic() {
		from, to := netip.MustParseAddr(s.from), netip.MustParseAddr(s.to)
		for _, a := range []netip.Addr{from.Prev(), from, from.Next(), to.Prev(), to, to.Next()} {
			if !a.IsValid() {
				continue
			}
			checkAgainstOracle(t, guard, a)
			if a.Is4() {
				b := a.As4()
				checkAgainstOracle(t, guard, netip.AddrFrom16(a.As16()))
				checkAgainstOracle(t, guard, netip.AddrFrom16([16]byte{1: 0x64, 2: 0xff, 3: 0x9b, 12: b[0], 13: b[1], 14: b[2], 15: b[3]}))
			}
		}
	}
}

func checkAgainstOracle(t *testing.T, guard *outbound.Guard, a netip.Addr) {
	t.Helper()
	err := guard.Address(netip.AddrPortFrom(a, 443))
	if (err != nil) != forbidden(a.AsSlice()) || err != nil && !errors.Is(err, outbound.ErrAddress) {
		t.Errorf("%s: %v", a, err)
	}
}

// FuzzGuard: no address that the registries keep back is let through, on whatever port and in whatever form, and no public
// web server is refused.
func FuzzGuard(f *testing.F) {
	for _, s := range notPublic() {
		f.Add(netip.MustParseAddr(s.from).AsSlice(), uint16(80), "http://"+s.from+"/")
		f.Add(netip.MustParseAddr(s.to).AsSlice(), uint16(6379), "https://["+s.to+"]:443/")
	}
	for _, text := range []string{
		"http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://a@b/", "http://[fe80::1%25eth0]/", "http://1.1.1.1:81/",
		"http://①②⑦.⓪.⓪.①/", "gopher://1.1.1.1/", "//1.1.1.1/", "http://1.1.1.1:0/", "http://::1/", "http://1.1.1.1./",
	} {
		f.Add([]byte{1, 1, 1, 1}, uint16(443), text)
	}
	guard := outbound.Public()
	f.Fuzz(func(t *testing.T, raw []byte, port uint16, text string) {
		if a, ok := netip.AddrFromSlice(raw); ok {
			want := forbidden(raw) || port != 80 && port != 443
			if err := guard.Address(netip.AddrPortFrom(a, port)); (err != nil) != want {
				t.Errorf("%s port %d: %v", a, port, err)
			}
		}
		u, err := url.Parse(text)
		if err != nil || guard.URL(u) != nil {
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Errorf("%q is let through", text)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && (a.Zone() != "" || forbidden(a.AsSlice())) {
			t.Errorf("%q is let through", text)
		}
	})
}
