package main

import (
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// farConn is a connection of some address.
type farConn struct {
	net.Conn
	from   netip.AddrPort
	closed bool
}

func (c *farConn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.from) }

func (c *farConn) Close() error { c.closed = true; return nil }

// TestConnectionsPerAddress is S3 and S14: one address holds no more connections than it may, and gets others back when some
// of its end.
func TestConnectionsPerAddress(t *testing.T) {
	t.Parallel()
	c, err := newConnections(2, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	come := func(from string) *farConn {
		conn := &farConn{from: netip.AddrPortFrom(netip.MustParseAddr(from), 4711)}
		c.changed(conn, http.StateNew)
		c.changed(conn, http.StateActive)
		return conn
	}
	first, second, third := come("192.0.2.1"), come("192.0.2.1"), come("192.0.2.1")
	if first.closed || second.closed || !third.closed || testutil.ToFloat64(c.crowded) != 1 {
		t.Errorf("closed: %v, %v, %v; %v counted", first.closed, second.closed, third.closed, testutil.ToFloat64(c.crowded))
	}
	c.changed(third, http.StateClosed) // was never counted
	if !come("192.0.2.1").closed {
		t.Error("a refused connection made room for another")
	}
	if come("192.0.2.2").closed {
		t.Error("another address is refused")
	}
	c.changed(first, http.StateClosed)
	c.changed(second, http.StateHijacked)
	for i, want := range []bool{false, false, true} {
		if come("192.0.2.1").closed != want {
			t.Errorf("connection %d after two that ended: refused %v", i, !want)
		}
	}
	// One host of IPv6 can choose among addresses.
	if come("2001:db8::1").closed || come("2001:db8::2").closed || !come("2001:db8::3").closed {
		t.Error("a /64 is not counted as one")
	}
	for _, free := range []string{"127.0.0.1", "::1", "10.1.2.3"} {
		for range 5 {
			if come(free).closed {
				t.Errorf("%s is counted", free)
			}
		}
	}
}
