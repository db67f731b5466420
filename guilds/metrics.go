package guilds

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Metrics are the owner's figures.
type Metrics struct {
	asks    *prometheus.HistogramVec
	appends prometheus.Histogram
	batch   prometheus.Histogram
	repeats prometheus.Counter
	fenced  prometheus.Counter
}

// NewMetrics registers the figures; nil registers them nowhere.
func NewMetrics(r prometheus.Registerer) *Metrics {
	f := promauto.With(r)
	return &Metrics{
		asks: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "guildhall_owner_ask_seconds", Help: "Time from a call's arrival to its answer, by method.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18),
		}, []string{"method"}),
		appends: f.NewHistogram(prometheus.HistogramOpts{
			Name: "guildhall_log_append_seconds", Help: "Time from a batch's first append to its commit.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18),
		}),
		batch: f.NewHistogram(prometheus.HistogramOpts{
			Name: "guildhall_log_append_records", Help: "Records in one append.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		repeats: f.NewCounter(prometheus.CounterOpts{
			Name: "guildhall_log_append_repeats_total", Help: "Appends repeated because their outcome was unknown.",
		}),
		fenced: f.NewCounter(prometheus.CounterOpts{
			Name: "guildhall_log_fenced_total", Help: "Logs of this node found sealed by another.",
		}),
	}
}
