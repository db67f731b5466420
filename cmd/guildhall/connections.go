package main

import (
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall/admission"
)

// connections bounds how many connections one address holds open at the same time, so that it takes many addresses to take all
// of a listener's. Gateway sockets leave it when they begin: the sessions role counts them by the address of their client. S3
type connections struct {
	// Fixed after newConnections.
	shares  *admission.Shares[netip.Addr]
	trusted []netip.Prefix
	crowded prometheus.Counter

	mu   sync.Mutex
	held map[net.Conn]netip.Addr // guarded by mu; those that are counted
}

func newConnections(perAddress int64, trusted []netip.Prefix, r prometheus.Registerer) (*connections, error) {
	c := &connections{
		shares: admission.NewShares[netip.Addr](perAddress), trusted: trusted, held: map[net.Conn]netip.Addr{},
		crowded: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "guildhall", Name: "connections_crowded_total", Help: "Connections closed because their address had as many as it may.",
		}),
	}
	return c, r.Register(c.crowded)
}

// changed is an http.Server's ConnState. A connection that is one too many is closed before anything is read of it: it is not
// wrapped, because sockets write to several buffers of a *net.TCPConn at once.
func (c *connections) changed(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.came(conn)
	case http.StateHijacked, http.StateClosed:
		c.went(conn)
	}
}

func (c *connections) came(conn net.Conn) {
	end, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	addr := admission.Network(end.Addr())
	if err != nil || !admission.IsCounted(end.Addr().Unmap(), c.trusted) {
		return
	}
	if !c.shares.Take(addr, 1) {
		c.crowded.Inc()
		_ = conn.Close() // the server's read of it fails
		return
	}
	c.mu.Lock()
	c.held[conn] = addr
	c.mu.Unlock()
}

func (c *connections) went(conn net.Conn) {
	c.mu.Lock()
	addr, counted := c.held[conn]
	delete(c.held, conn)
	c.mu.Unlock()
	if counted {
		c.shares.Give(addr, 1)
	}
}
