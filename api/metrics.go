package api

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall/outbound"
)

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	limited  *prometheus.CounterVec
	blocks   prometheus.Counter
	missing  prometheus.Counter
	panics   prometheus.Counter
	rereads  prometheus.Counter
	// passwords are those that found no place among the ones that are checked.
	passwords prometheus.Counter
	// bodyBytes and bodiesRefused are by size: small or large.
	bodyBytes     *prometheus.GaugeVec
	bodiesRefused *prometheus.CounterVec
	unfurls       *prometheus.CounterVec
	calls         *prometheus.CounterVec
}

// toldOf counts the calls of one client by how they begin.
func (m *metrics) toldOf(client string) func(error) {
	return func(err error) {
		outcome := "failed"
		switch {
		case err == nil:
			outcome = "answered"
		case errors.Is(err, outbound.ErrAddress), errors.Is(err, outbound.ErrURL):
			outcome = "refused"
		case errors.Is(err, outbound.ErrBusy):
			outcome = "busy"
		}
		m.calls.WithLabelValues(client, outcome).Inc()
	}
}

func newMetrics(reg prometheus.Registerer, tracked func() int) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "guildhall", Subsystem: "api", Name: name, Help: help})
	}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "guildhall", Subsystem: "api", Name: "requests_total",
			Help: "Requests by route and class of status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "guildhall", Subsystem: "api", Name: "request_seconds",
			Help:    "Time from the request's head to the end of its answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: "guildhall", Subsystem: "api", Name: "requests_in_flight", Help: "Requests under way.",
		}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "guildhall", Subsystem: "api", Name: "rate_limited_total",
			Help: "Requests above a limit by its scope, and whether they were refused.",
		}, []string{"scope", "enforced"}),
		blocks:  counter("addresses_blocked_total", "Addresses that reached the limit of invalid requests."),
		missing: counter("missing_routes_total", "Requests for routes that are not served."),
		panics:  counter("panics_total", "Panics contained in a request."),
		rereads: counter("history_rereads_total", "Pages of history that had to be read again."),

		passwords: counter("passwords_refused_total", "Passwords not checked because too many others were."),
	}
	m.bodyBytes = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: "guildhall", Subsystem: "api", Name: "body_bytes", Help: "Bytes reserved for requests' bodies, by size of body.",
	}, []string{"size"})
	m.bodiesRefused = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "guildhall", Subsystem: "api", Name: "bodies_refused_total",
		Help: "Requests refused because other bodies left no room in time, by size of body.",
	}, []string{"size"})
	m.unfurls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "guildhall", Subsystem: "api", Name: "unfurled_messages_total",
		Help: "Messages with links by what came of them; those dropped found no place in the queue.",
	}, []string{"outcome"})
	m.calls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "guildhall", Subsystem: "api", Name: "outbound_calls_total",
		Help: "Calls to servers that others have named, by what for and how they began.",
	}, []string{"client", "outcome"})
	windows := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "guildhall", Subsystem: "api", Name: "rate_limit_windows", Help: "Windows of limits that are remembered.",
	}, func() float64 { return float64(tracked()) })
	reg.MustRegister(m.requests, m.seconds, m.inFlight, m.limited, m.blocks, m.missing, m.panics, m.rereads, m.passwords, m.bodyBytes, m.bodiesRefused, m.unfurls, m.calls, windows)
	return m
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}
