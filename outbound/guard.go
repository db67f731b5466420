package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

var (
	// ErrAddress is the cause where the guard has refused an address.
	ErrAddress = errors.New("the address may not be called")
	// ErrURL is the cause where the guard has refused a URL for what is written in it.
	ErrURL = errors.New("the URL may not be called")
)

const (
	// urlBytesMax bounds URLs, those that redirects name too. RFC 9110 §4.1 asks for 8000 at least.
	urlBytesMax = 8 << 10
	// hostBytesMax is the longest name there is. RFC 1035 §2.3.4
	hostBytesMax = 253
)

// Guard says what may be called. It is fixed once made and safe for several goroutines.
type Guard struct {
	anywhere bool
	allowed  []netip.Prefix
	four     []netip.Prefix
	six      []netip.Prefix
	six4     netip.Prefix // NAT64
	global6  netip.Prefix
	ports    []uint16
}

// Public lets only web servers of the Internet through: not this machine, not the network around it, and nothing that could
// stand for one of them. What lies in allowed may be called as well, on every port.
func Public(allowed ...netip.Prefix) *Guard {
	return &Guard{
		allowed: allowed, four: special4(), six: special6(), six4: nat64(), global6: global6(), ports: portsPublic(),
	}
}

// Anywhere lets all addresses through, this machine's own too.
func Anywhere() *Guard { return &Guard{anywhere: true} }

// Address refuses what may not be called, with ErrAddress among the causes. It is to be asked of what a name has been resolved
// to, right before it is connected to, so that a name can't stand for one address when it is looked at and for another when it
// is used. The refusal doesn't say which address it was: it goes to logs.
func (g *Guard) Address(at netip.AddrPort) error {
	a := at.Addr()
	if !a.IsValid() || a.Zone() != "" { // a zone is one of this machine's networks. RFC 4007 §11
		return fmt.Errorf("%w: it is none, or has a zone", ErrAddress)
	}
	a = a.Unmap()
	within := func(p netip.Prefix) bool { return p.Contains(a) }
	switch {
	case g.anywhere, slices.ContainsFunc(g.allowed, within):
		return nil
	case !g.public(a):
		return fmt.Errorf("%w: it is not public", ErrAddress)
	case !slices.Contains(g.ports, at.Port()):
		return fmt.Errorf("%w: port %d is not a web server's", ErrAddress, at.Port())
	}
	return nil
}

// public tells whether an address, which is not mapped, is one of the Internet's.
func (g *Guard) public(a netip.Addr) bool {
	if a.Is4() {
		return !slices.ContainsFunc(g.four, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	if g.six4.Contains(a) {
		b := a.As16()
		return g.public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return g.global6.Contains(a) && !slices.ContainsFunc(g.six, func(p netip.Prefix) bool { return p.Contains(a) })
}

// URL refuses what should not even be resolved, with ErrURL or ErrAddress among the causes: other schemes than http and https,
// names and passwords, and hosts that some programs take for addresses and others for names.
func (g *Guard) URL(u *url.URL) error {
	host := u.Hostname()
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: not http or https", ErrURL)
	case u.User != nil:
		return fmt.Errorf("%w: it holds a name or password", ErrURL)
	case u.Opaque != "" || host == "" || len(host) > hostBytesMax:
		return fmt.Errorf("%w: no host", ErrURL)
	case len(u.String()) > urlBytesMax:
		return fmt.Errorf("%w: too long", ErrURL)
	case strings.ContainsAny(host, "%\\@/?# \t\r\n\x00"):
		return fmt.Errorf("%w: the host has a zone or a character that no name has", ErrURL)
	}
	port, err := portOf(u)
	if err != nil {
		return err
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return g.Address(netip.AddrPortFrom(a, port))
	}
	if endsInNumber(host) {
		return fmt.Errorf("%w: the host is a number", ErrURL)
	}
	return nil
}

// portOf is the port of a URL, its scheme's where it names none.
func portOf(u *url.URL) (uint16, error) {
	text := u.Port()
	switch {
	case text == "" && u.Scheme == "https":
		return 443, nil
	case text == "":
		return 80, nil
	}
	n := 0
	for _, digit := range text { // url.Parse lets digits alone through
		if n = n*10 + int(digit-'0'); n > 65535 {
			break
		}
	}
	if n == 0 || n > 65535 {
		return 0, fmt.Errorf("%w: port %q", ErrURL, text)
	}
	return uint16(n), nil
}

// endsInNumber tells whether the last label is a number, as in 2130706433, 0x7f.1 and 0177.0.0.1: what browsers and some
// resolvers read as an IPv4 address, and no name of the Internet.
// https://url.spec.whatwg.org/#ends-in-a-number-checker RFC 3696 §2
func endsInNumber(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == "" // also an empty one
}
