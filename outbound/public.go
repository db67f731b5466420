package outbound

import (
	"fmt"
	"net/netip"
)

// special are the blocks that are nobody's on the Internet, or stand for other addresses.
// https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry
func special() []netip.Prefix {
	texts := []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
		"3fff::/20", "5f00::/16", "fec0::/10", "::/96",
	}
	blocks := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		blocks[i] = netip.MustParsePrefix(t)
	}
	return blocks
}

// Public is the filter that lets only addresses of the Internet through: not this machine, not the network around it, and
// nothing that could stand for one of them.
func Public() Filter {
	blocks := special()
	return func(a netip.Addr) error {
		refused := !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate()
		for _, b := range blocks {
			refused = refused || b.Contains(a)
		}
		if refused {
			return fmt.Errorf("%w: %s is not public", ErrAddress, a)
		}
		return nil
	}
}
