package admission

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestClientAddress(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/64")}
	tests := map[string]struct {
		from, forwarded string // lines are separated by |
		trusted         []netip.Prefix
		client          string
	}{
		"nobody is trusted":           {"10.0.0.1:1", "192.0.2.1", nil, "10.0.0.1"},
		"not a proxy":                 {"192.0.2.9:1", "192.0.2.1", proxies, "192.0.2.9"},
		"one proxy":                   {"10.0.0.1:1", "192.0.2.1", proxies, "192.0.2.1"},
		"a claim left of the client":  {"10.0.0.1:1", "203.0.113.5, 192.0.2.1", proxies, "192.0.2.1"},
		"two proxies":                 {"10.0.0.1:1", "203.0.113.5, 192.0.2.1, 10.0.0.2", proxies, "192.0.2.1"},
		"two lines":                   {"10.0.0.1:1", "203.0.113.5|192.0.2.1|10.0.0.2", proxies, "192.0.2.1"},
		"only proxies":                {"10.0.0.1:1", "10.0.0.3,10.0.0.2", proxies, "10.0.0.3"},
		"no header":                   {"10.0.0.1:1", "", proxies, "10.0.0.1"},
		"nonsense":                    {"10.0.0.1:1", "192.0.2.1, unknown", proxies, "10.0.0.1"},
		"nonsense behind a proxy":     {"10.0.0.1:1", "192.0.2.1, unknown, 10.0.0.2", proxies, "10.0.0.2"},
		"with a port":                 {"10.0.0.1:1", "192.0.2.1:4711", proxies, "192.0.2.1"},
		"IPv6":                        {"[2001:db8::1]:1", "2001:db8:1::7", proxies, "2001:db8:1::7"},
		"IPv6 with a port":            {"[2001:db8::1]:1", "[2001:db8:1::7]:4711", proxies, "2001:db8:1::7"},
		"IPv4 written as IPv6":        {"[::ffff:10.0.0.1]:1", "::ffff:192.0.2.1", proxies, "192.0.2.1"},
		"an empty entry at the right": {"10.0.0.1:1", "192.0.2.1, ", proxies, "10.0.0.1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: test.from, Header: http.Header{}}
			if test.forwarded != "" {
				r.Header["X-Forwarded-For"] = strings.Split(test.forwarded, "|")
			}
			if got := ClientAddress(r, test.trusted); got.String() != test.client {
				t.Errorf("got %s, want %s", got, test.client)
			}
		})
	}
}
