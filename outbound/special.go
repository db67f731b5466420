package outbound

import "net/netip"

// portsPublic are those that are called on the Internet: a web server's. Others would let strangers knock with this server's
// hand at what speaks another protocol (6379 is Redis).
// RFC 9110 §4.2.1, §4.2.2
func portsPublic() []uint16 { return []uint16{80, 443} }

// special4 are the blocks of IPv4 that are nobody's on the Internet, or stand for other addresses.
// https://www.iana.org/assignments/iana-ipv4-special-registry
func special4() []netip.Prefix {
	return prefixes(
		"0.0.0.0/8",       // this network; 0.0.0.0 is this machine to most systems
		"10.0.0.0/8",      // private. RFC 1918
		"100.64.0.0/10",   // shared between carriers and customers, and some clouds' metadata. RFC 6598
		"127.0.0.0/8",     // loopback
		"169.254.0.0/16",  // link-local, and most clouds' metadata. RFC 3927
		"172.16.0.0/12",   // private
		"192.0.0.0/24",    // protocol assignments, and a cloud's metadata. RFC 6890
		"192.0.2.0/24",    // documentation. RFC 5737
		"192.31.196.0/24", // AS112: swallows questions. RFC 7535
		"192.52.193.0/24", // multicast tunnels. RFC 7450
		"192.88.99.0/24",  // 6to4 relays. RFC 7526
		"192.168.0.0/16",  // private
		"192.175.48.0/24", // AS112. RFC 7534
		"198.18.0.0/15",   // benchmarks. RFC 2544
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"224.0.0.0/4",     // multicast
		"240.0.0.0/4",     // reserved, and the broadcast address

		// In no registry, and yet not the Internet: a cloud's host answers its guests there.
		// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
		"168.63.129.16/32",
	)
}

// global6 is all of IPv6 that has been given out to be reached from everywhere.
// https://www.iana.org/assignments/ipv6-address-space
func global6() netip.Prefix { return netip.MustParsePrefix("2000::/3") }

// special6 are the blocks within global6 that are nobody's, or stand for other addresses.
// https://www.iana.org/assignments/iana-ipv6-special-registry
func special6() []netip.Prefix {
	return prefixes(
		"2001::/23",         // protocol assignments: Teredo (which stands for IPv4), ORCHID, benchmarks. RFC 2928
		"2001:db8::/32",     // documentation. RFC 3849
		"2002::/16",         // 6to4, which stands for IPv4. RFC 3056
		"2620:4f:8000::/48", // AS112. RFC 7534
		"3fff::/20",         // documentation. RFC 9637
	)
}

// nat64 are addresses whose last four bytes are an IPv4 address, which a gateway calls: the one way out for machines without
// IPv4, and so judged by what they stand for. RFC 6052 §2.1
func nat64() netip.Prefix { return netip.MustParsePrefix("64:ff9b::/96") }

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}
