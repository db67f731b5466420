package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// outOfBounds is an error that the allowed range and its reason explain.
type outOfBounds struct{ text string }

func (e outOfBounds) Error() string { return e.text }

func checkBounds[T cmp.Ordered](raw string, value, least, most T) error {
	switch {
	case value < least:
		return outOfBounds{fmt.Sprintf("%s is below the minimum", raw)}
	case value > most:
		return outOfBounds{fmt.Sprintf("%s is above the maximum", raw)}
	}
	return nil
}

func parseAddress(raw string) (string, error) { return raw, checkAddress(raw) }

func checkAddress(raw string) error {
	if strings.Contains(raw, "://") {
		return fmt.Errorf("%q is a URL: write HOST:PORT", raw)
	}
	host, port, err := net.SplitHostPort(raw)
	if err != nil {
		if _, ipErr := netip.ParseAddr(raw); ipErr == nil && strings.Contains(raw, ":") {
			return fmt.Errorf("%q is an IPv6 address without a port: write [%s]:PORT", raw, raw)
		}
		return fmt.Errorf("%q is not HOST:PORT", raw)
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(number, 10) != port {
		return fmt.Errorf("%q has port %q: a port is a number from 0 to 65535", raw, port)
	}
	return checkHost(host)
}

// checkHost takes an empty host (every address of the machine), an IP address, or a name.
func checkHost(host string) error {
	if _, err := netip.ParseAddr(host); host == "" || err == nil {
		return nil
	}
	for _, r := range host {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (r < '0' || r > '9') && r != '-' && r != '.' {
			return fmt.Errorf("%q is neither an IP address nor a host name", host)
		}
	}
	// A name of digits and dots only is a mistyped IP address.
	if strings.Trim(host, "0123456789.") == "" {
		return fmt.Errorf("%q is not a valid IP address", host)
	}
	return nil
}

func parseBool(raw string) (bool, error) {
	switch raw {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", raw)
}

func parseDuration(raw string) (time.Duration, error) {
	value, err := time.ParseDuration(raw)
	if err == nil {
		return value, nil
	}
	if _, numErr := strconv.ParseFloat(raw, 64); numErr == nil {
		return 0, fmt.Errorf("%s has no unit: write for example %q", raw, raw+"s")
	}
	return 0, fmt.Errorf("%q is not a duration such as \"20s\", \"1500ms\" or \"2m\"", raw)
}

// formatDuration leaves out the zero minutes and seconds of Duration.String: 2m and not 2m0s.
func formatDuration(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	case d%time.Second == 0:
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	case d%time.Millisecond == 0:
		return strconv.FormatInt(int64(d/time.Millisecond), 10) + "ms"
	}
	return d.String()
}

// byteUnits are binary only: KB and MB mean two things each, so they are refused with the right word.
func byteUnits() []string { return []string{"KiB", "MiB", "GiB"} }

func parseBytes(raw string) (int64, error) {
	digits, factor := raw, int64(1)
	for i, unit := range byteUnits() {
		if number, ok := strings.CutSuffix(raw, unit); ok {
			digits, factor = strings.TrimSpace(number), int64(1)<<(10*(i+1))
		}
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil && errors.Is(err, strconv.ErrRange), value > (1<<62)/factor:
		return 0, fmt.Errorf("%s is too large a number", raw)
	case err != nil:
		return 0, fmt.Errorf("%q is not a number of bytes such as 1048576, \"512KiB\" or \"4MiB\"", raw)
	}
	return value * factor, nil
}

func formatBytes(n int64) string {
	for i, unit := range slices.Backward(byteUnits()) {
		if size := int64(1) << (10 * (i + 1)); n >= size && n%size == 0 {
			return strconv.FormatInt(n/size, 10) + unit
		}
	}
	return strconv.FormatInt(n, 10)
}

// parseURL takes the origin under which a reverse proxy or a CDN shows the server. A path is refused because clients put
// /api and /cdn directly behind the host, and add ?v= to the gateway's URL themselves.
func parseURL(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "", fmt.Errorf("%q is not a URL such as https://chat.example.org", raw)
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("%q has the scheme %q: use https (or http)", raw, u.Scheme)
	case u.User != nil:
		return "", errors.New("contains a user name or password, which every client would be given")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return "", fmt.Errorf("%q has a query or fragment, to which clients would append theirs", raw)
	case u.Path != "" && u.Path != "/":
		return "", fmt.Errorf("%q has a path: clients look for /api directly behind the host", raw)
	}
	if err := checkURLHost(u); err != nil {
		return "", err
	}
	return u.Scheme + "://" + u.Host, nil
}

// checkURLHost refuses what no other machine could connect to.
func checkURLHost(u *url.URL) error {
	if err := checkHost(u.Hostname()); err != nil {
		return err
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsUnspecified() {
		return fmt.Errorf("%s means every address of a machine, and no client can connect to it", u.Hostname())
	}
	if port := u.Port(); port != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
			return fmt.Errorf("has port %s: a port of a URL is a number from 1 to 65535", port)
		}
	}
	return nil
}

// splitList turns the form of flags and variables into entries.
func splitList(raw string) ([]string, error) {
	if strings.TrimSpace(raw) == "" {
		return nil, errors.New("is an empty list")
	}
	entries := strings.Split(raw, ",")
	for i, entry := range entries {
		entries[i] = strings.TrimSpace(entry)
		if entries[i] == "" {
			return nil, errors.New("has an empty entry")
		}
		if slices.Contains(entries[:i], entries[i]) {
			return nil, fmt.Errorf("names %q twice", entries[i])
		}
	}
	return entries, nil
}

func parseChoices(raw string, choices []string) ([]string, error) {
	entries, err := splitList(raw)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !slices.Contains(choices, entry) {
			return nil, fmt.Errorf("%q is not one of its values%s", entry, didYouMean(entry, choices))
		}
	}
	slices.SortFunc(entries, func(a, b string) int {
		return cmp.Compare(slices.Index(choices, a), slices.Index(choices, b))
	})
	return entries, nil
}

// parseOrigins takes origins as browsers send them (RFC 6454 §7): scheme, host and port, nothing behind.
func parseOrigins(raw string) ([]string, error) {
	entries, err := splitList(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: every web page would be locked out; leave it out to allow all", err)
	}
	for i, entry := range entries {
		switch {
		case entry == "*" && len(entries) > 1:
			return nil, errors.New("\"*\" allows every origin: write it alone, or leave it out")
		case entry == "*":
			return entries, nil
		case entry == "null":
			return nil, errors.New("\"null\" is the origin of every local file and sandboxed frame, so it would let in anybody")
		case strings.Contains(entry, "*"):
			return nil, fmt.Errorf("%q has a wildcard: list the origins one by one", entry)
		case strings.HasSuffix(entry, "/"):
			return nil, fmt.Errorf("%q ends with a slash, which browsers do not send", entry)
		}
		origin, err := parseURL(strings.ToLower(entry))
		if err != nil {
			return nil, err
		}
		entries[i] = origin
	}
	return entries, nil
}

// networkBitsMin are the bits that a network of proxies must name at least. A shorter one is a slip for everybody: whoever is
// trusted says where a request comes from, and so whose limits it counts against.
const networkBitsMin = 8

// mappedBits is the length of what IPv4 addresses have before them when they are written as IPv6. RFC 4291 §2.5.5.2
const mappedBits = 96

// parseProxies takes addresses and networks.
func parseProxies(raw string) ([]netip.Prefix, error) {
	return parseNetworks(raw, "leave it out to trust none", "trusts half the world to say where a request comes from: name your proxies")
}

// parseTargets takes addresses and networks.
func parseTargets(raw string) ([]netip.Prefix, error) {
	return parseNetworks(raw, "leave it out to allow none", "is most of all there is: name the services that may be called")
}

// parseNetworks takes addresses and networks. An address is the network of itself alone.
func parseNetworks(raw, empty, large string) ([]netip.Prefix, error) {
	entries, err := splitList(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, empty)
	}
	list := make([]netip.Prefix, len(entries))
	for i, entry := range entries {
		p, err := netip.ParsePrefix(entry)
		if a, notNetwork := netip.ParseAddr(entry); notNetwork == nil && a.Zone() == "" {
			a = a.Unmap()
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("%q is neither an address nor a network: write 192.0.2.1 or 192.0.2.0/24", entry)
		case p.Addr().Is4In6() && p.Bits() >= mappedBits: // holds nothing: addresses are looked at as what they stand for
			return nil, fmt.Errorf("%q is IPv4 written as IPv6: write %s", entry, netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mappedBits))
		case p.Bits() < networkBitsMin:
			return nil, fmt.Errorf("%q %s", entry, large)
		case p != p.Masked():
			return nil, fmt.Errorf("%q has bits behind its length: write %s, or the address alone", entry, p.Masked())
		}
		list[i] = p
	}
	return list, nil
}
