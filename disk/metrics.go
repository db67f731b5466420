package disk

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type figures struct {
	size, free *prometheus.GaugeVec
	level      prometheus.Gauge
	refused    *prometheus.CounterVec
}

// newFigures registers the figures; nil registers them nowhere.
func newFigures(r prometheus.Registerer) *figures {
	f := promauto.With(r)
	return &figures{
		size: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "guildhall_disk_size_bytes", Help: "Size of the file system that the folder lies on.",
		}, []string{"folder"}),
		free: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "guildhall_disk_free_bytes", Help: "Room on the file system that the folder lies on.",
		}, []string{"folder"}),
		level: f.NewGauge(prometheus.GaugeOpts{
			Name: "guildhall_disk_level", Help: "The fullest disk: 0 room, 1 80 % used, 2 90 % used, 3 files refused, 4 files and messages refused.",
		}),
		refused: f.NewCounterVec(prometheus.CounterOpts{
			Name: "guildhall_disk_refused_total", Help: "What was refused to keep the reserve: file, write.",
		}, []string{"what"}),
	}
}

func (f *figures) see(folder string, room Room) {
	f.size.WithLabelValues(folder).Set(float64(room.Total))
	f.free.WithLabelValues(folder).Set(float64(room.Free))
}
