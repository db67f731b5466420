package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// ErrAddress is the cause where a filter has refused an address.
var ErrAddress = errors.New("the address may not be called")

// Filter refuses addresses, with ErrAddress among the causes. It is asked of each address right before it is called, so
// that a name can't stand for one address when it is looked at and for another when it is used. Nil allows all.
type Filter func(netip.Addr) error

const (
	// connectTime bounds one try to connect.
	connectTime = 3 * time.Second
	idleTime    = 30 * time.Second
	idleMax     = 64
	headerBytes = 32 << 10
)

// Dialer connects to addresses that the filter lets through. Safe for several goroutines.
type Dialer struct {
	dialer net.Dialer
}

// NewDialer makes a dialer behind a filter.
func NewDialer(filter Filter) *Dialer {
	return &Dialer{net.Dialer{Timeout: connectTime, Control: func(_, address string, _ syscall.RawConn) error {
		if filter == nil {
			return nil
		}
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrAddress, err)
		}
		return filter(at.Addr().WithZone("").Unmap())
	}}}
}

// DialContext is for transports.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d.dialer.DialContext(ctx, network, address)
}

// Client makes a client over the dialer. It follows no redirects and uses no proxy: both would be a way around the
// filter. Each request brings its own deadline.
func (d *Dialer) Client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: d.DialContext, TLSHandshakeTimeout: connectTime, MaxIdleConns: idleMax, IdleConnTimeout: idleTime,
			MaxResponseHeaderBytes: headerBytes, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
