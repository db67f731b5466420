package admission

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// headerForwarded lists the addresses that a request came through, each added at its right end by the proxy that was
// connected to. What stands left of the first address that is no proxy of ours is anybody's claim.
const headerForwarded = "X-Forwarded-For"

// ClientAddress is where a request comes from: the connection's other end or, as long as that is a trusted proxy, whom it
// names. It is the zero address where the connection has none.
func ClientAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	end, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := end.Addr().Unmap()
	if !isTrusted(client, trusted) {
		return client
	}
	for _, line := range slices.Backward(r.Header.Values(headerForwarded)) {
		for line != "" {
			var hop string
			if i := strings.LastIndexByte(line, ','); i >= 0 {
				line, hop = line[:i], line[i+1:]
			} else {
				line, hop = "", line
			}
			named, ok := hopAddress(strings.TrimSpace(hop))
			if !ok {
				return client // who wrote that is the last one known
			}
			if client = named; !isTrusted(client, trusted) {
				return client
			}
		}
	}
	return client
}

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// hopAddress reads an entry of the header. Some proxies add the port.
func hopAddress(hop string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(hop); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if ap, err := netip.ParseAddrPort(hop); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}
