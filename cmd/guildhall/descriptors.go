package main

import (
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// Descriptors are kept back from clients of the public listener, for files, calls to outside, the ops listener and the
	// database: descriptorsKept and a part of the limit, a quarter at most.
	descriptorsKept     = 64
	descriptorsPart     = 16
	descriptorsPartMost = 4
	// refusalsToldEvery parts two lines of the log about the same thing.
	refusalsToldEvery = 10 * time.Second
)

// sparingListener closes connections at once that would take the last descriptors. A new descriptor is the lowest number
// that is free, so that a high one means that all below are in use, for whatever. failures F59
type sparingListener struct {
	net.Listener
	most    uintptr // the first number that is kept back
	log     *slog.Logger
	refused prometheus.Counter

	// Owned by the goroutine that accepts.
	untold int
	told   time.Time
}

// spareDescriptors keeps some descriptors from a listener's clients, where the system has a limit.
func spareDescriptors(l net.Listener, log *slog.Logger, metrics prometheus.Registerer) net.Listener {
	limit := descriptorLimit()
	if limit == 0 {
		return l
	}
	kept := min(limit/descriptorsPartMost, descriptorsKept+limit/descriptorsPart)
	refused := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "guildhall_descriptors_refused_total", Help: "Connections closed at once because the process had too few descriptors left.",
	})
	metrics.MustRegister(refused)
	return &sparingListener{Listener: l, most: uintptr(limit - kept), log: log, refused: refused}
}

// Accept returns the next connection that there is room for.
func (l *sparingListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !l.tooHigh(c) {
			return c, err
		}
		_ = c.Close() // nothing was sent that could be lost
		l.refused.Inc()
		l.tell()
	}
}

func (l *sparingListener) tooHigh(c net.Conn) bool {
	s, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	high := false
	err = raw.Control(func(descriptor uintptr) { high = descriptor >= l.most })
	return err == nil && high
}

func (l *sparingListener) tell() {
	l.untold++
	if now := time.Now(); now.Sub(l.told) >= refusalsToldEvery {
		l.log.Warn("connections refused: too few descriptors are left; see ulimit -n", "connections", l.untold, "descriptors", uint64(l.most))
		l.untold, l.told = 0, now
	}
}
