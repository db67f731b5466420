package sessions

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall/gateway"
)

// metrics are what the role counts. Labels have constant values.
type metrics struct {
	records, duplicates, gaps, snapshots prometheus.Counter
	undecodable, followErrors, follows   prometheus.Counter
	dispatches, frames, writes, bytes    prometheus.Counter
	crowded                              prometheus.Counter
	dropped                              *prometheus.CounterVec
	ended                                *prometheus.CounterVec
	closes                               *prometheus.CounterVec
	identifies                           *prometheus.CounterVec
	resumes                              *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer, s *Server) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "guildhall", Subsystem: "sessions", Name: name, Help: help})
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "guildhall", Subsystem: "sessions", Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, value func() int) prometheus.Collector {
		opts := prometheus.GaugeOpts{Namespace: "guildhall", Subsystem: "sessions", Name: name, Help: help}
		return prometheus.NewGaugeFunc(opts, func() float64 {
			s.mu.Lock()
			defer s.mu.Unlock()
			return float64(value())
		})
	}
	m := &metrics{
		records:      counter("records_total", "Records delivered in order."),
		duplicates:   counter("record_duplicates_total", "Records that had been delivered before."),
		gaps:         counter("record_gaps_total", "Records that came before one that was missing."),
		snapshots:    counter("snapshots_total", "Snapshots of objects taken."),
		undecodable:  counter("undecodable_total", "Publishes, records and rows that could not be read."),
		follows:      counter("follows_total", "Follows sent to owners."),
		followErrors: counter("follow_errors_total", "Follows that failed."),
		dispatches:   counter("dispatches_total", "Events put into sessions' streams."),
		frames:       counter("frames_total", "Frames written to sockets."),
		writes:       counter("writes_total", "Writes to sockets; one carries all frames that wait."),
		bytes:        counter("written_bytes_total", "Bytes written to sockets."),
		crowded:      counter("sockets_refused_total", "Sockets refused because their address had as many as it may."),
		dropped:      vector("dropped_total", "What was left out, by reason.", "reason"),
		ended:        vector("sessions_ended_total", "Sessions that ended without their client's will, by reason.", "reason"),
		closes:       vector("closes_total", "Sockets closed by this side, by close code.", "code"),
		identifies:   vector("identifies_total", "IDENTIFYs, by outcome.", "outcome"),
		resumes:      vector("resumes_total", "RESUMEs, by outcome.", "outcome"),
	}
	collectors := []prometheus.Collector{
		m.records, m.duplicates, m.gaps, m.snapshots, m.undecodable, m.follows, m.followErrors, m.dispatches, m.frames, m.writes,
		m.bytes, m.crowded, m.dropped, m.ended, m.closes, m.identifies, m.resumes,
		gauge("sessions", "Sessions, with and without sockets.", func() int { return s.core.SessionCount() }),
		gauge("sockets", "Open sockets.", func() int { return len(s.open) }),
		gauge("objects", "Guilds and users followed.", func() int { return s.core.ObjectCount() }),
		gauge("queued_bytes", "Bytes of events that wait for sockets.", func() int { queued, _ := s.core.Held(); return queued }),
		gauge("replay_bytes", "Bytes of events kept for RESUME.", func() int { _, kept := s.core.Held(); return kept }),
	}
	for _, c := range collectors {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) count(out *Output) {
	c := &out.Counts
	m.records.Add(float64(c.Records))
	m.duplicates.Add(float64(c.Duplicates))
	m.gaps.Add(float64(c.Gaps))
	m.snapshots.Add(float64(c.Snapshots))
	m.undecodable.Add(float64(c.Undecodable))
	m.follows.Add(float64(len(out.Follows)))
	m.dispatches.Add(float64(c.Dispatches))
	add(m.dropped, "ephemeral", c.DroppedEphemeral)
	add(m.ended, "slow", c.Slow)
	add(m.ended, "overrun", c.Overrun)
	add(m.ended, "condemned", c.Condemned)
	add(m.ended, "expired", c.Expired)
}

func add(v *prometheus.CounterVec, label string, n int) {
	if n > 0 {
		v.WithLabelValues(label).Add(float64(n))
	}
}

func (m *metrics) closed(code gateway.CloseCode) {
	m.closes.WithLabelValues(strconv.Itoa(int(code))).Inc()
}
