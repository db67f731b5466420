package sqlite

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"guildhall/store"
)

// metrics are the writer's figures.
type metrics struct {
	commits prometheus.Histogram
	group   prometheus.Histogram
	writes  *prometheus.CounterVec
}

// newMetrics registers the figures; nil registers them nowhere.
func newMetrics(r prometheus.Registerer, waiting func() float64) *metrics {
	f := promauto.With(r)
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "guildhall_sqlite_waiting_writes", Help: "Writes that wait for the writer.",
	}, waiting)
	return &metrics{
		commits: f.NewHistogram(prometheus.HistogramOpts{
			Name: "guildhall_sqlite_commit_seconds", Help: "Time of COMMIT alone: mostly the sync of the write-ahead log, at times a checkpoint.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18),
		}),
		group: f.NewHistogram(prometheus.HistogramOpts{
			Name: "guildhall_sqlite_commit_writes", Help: "Writes in one transaction.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 8),
		}),
		writes: f.NewCounterVec(prometheus.CounterOpts{
			Name: "guildhall_sqlite_writes_total", Help: "Writes by result: done, refused (by the contract, or its caller had left), full, failed.",
		}, []string{"result"}),
	}
}

func (m *metrics) count(err error) {
	result := "refused"
	switch {
	case err == nil:
		result = "done"
	case errors.Is(err, store.ErrFull):
		result = "full"
	case code(err) >= 0:
		result = "failed"
	}
	m.writes.WithLabelValues(result).Inc()
}
