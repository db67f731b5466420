package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

const (
	// connectTime bounds one try to connect: a host of which one address is dead has time for the next.
	connectTime = 2 * time.Second
	// addressesMax bounds how many addresses of one host are tried.
	addressesMax = 4
)

// Resolver turns a name into addresses. *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

var _ Resolver = (*net.Resolver)(nil)

// dialer connects to addresses that the guard lets through.
type dialer struct {
	guard    *Guard
	resolver Resolver
	dialer   net.Dialer
}

func newDialer(g *Guard, r Resolver) *dialer {
	return &dialer{g, r, net.Dialer{
		Timeout: connectTime,
		// The guard's last word is on the very address that the socket connects to.
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrAddress, err)
			}
			return g.Address(at)
		},
	}}
}

// dial resolves a name and connects to the first of its addresses that may be called and answers.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	found := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		found = append(found, a)
	} else if found, err = d.resolver.LookupNetIP(ctx, "ip", host); err != nil {
		return nil, fmt.Errorf("resolve: %w", err)
	}
	err = fmt.Errorf("%w: the name has no address", ErrAddress)
	var failed []error
	for _, a := range found[:min(len(found), addressesMax)] {
		at := netip.AddrPortFrom(a.Unmap(), uint16(number))
		if err := d.guard.Address(at); err != nil {
			failed = append(failed, err)
			continue
		}
		conn, err := d.dialer.DialContext(ctx, network, at.String())
		if err == nil {
			return conn, nil
		}
		failed = append(failed, err)
	}
	if len(failed) > 0 {
		err = errors.Join(failed...)
	}
	return nil, err
}
