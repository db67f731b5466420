package bus

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// Register makes the bus's figures known.
func (l *Local) Register(r prometheus.Registerer) error {
	err := r.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Namespace: "guildhall", Subsystem: "bus", Name: "dropped_total",
		Help: "Publishes dropped because a node's queue was full or the node unknown; its sessions notice by position.",
	}, func() float64 { return float64(l.Dropped()) }))
	if err != nil {
		return fmt.Errorf("register the bus's metrics: %w", err)
	}
	err = r.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "guildhall", Subsystem: "bus", Name: "queued_bytes",
		Help: "Bytes of publishes that wait for the nodes of this process.",
	}, func() float64 { return float64(l.queued()) }))
	if err != nil {
		return fmt.Errorf("register the bus's metrics: %w", err)
	}
	return nil
}

func (l *Local) queued() (bytes int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, in := range l.nodes {
		bytes += in.bytes.Load()
	}
	return bytes
}
