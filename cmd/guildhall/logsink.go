package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// logBytesMax bounds what waits for somebody to read the log: some 5,000 lines, an hour of a quiet server's.
	logBytesMax = 1 << 20
	// logFlushTimeout bounds how long a process that ends waits for it.
	logFlushTimeout = time.Second
)

// logSink is stderr that never lets its writer wait: a log that nobody reads must not stop the server. What does not fit is
// dropped whole, counted, and said as soon as somebody reads again. failures F61
type logSink struct {
	to   io.Writer
	wake chan struct{} // has room for one
	done chan struct{} // closed when what waited is written and no more comes

	mu      sync.Mutex
	waiting []byte // guarded by mu, as all below
	dropped int    // writes since it was last said
	lost    int    // writes in all
	closed  bool
}

func newLogSink(to io.Writer) *logSink {
	s := &logSink{to: to, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go s.run()
	return s
}

// Write takes p or drops it, and never fails.
func (s *logSink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.waiting)+len(p) > logBytesMax {
		s.dropped++
		s.lost++
		return len(p), nil
	}
	s.waiting = append(s.waiting, p...)
	s.signal()
	return len(p), nil
}

func (s *logSink) signal() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

func (s *logSink) run() {
	defer close(s.done)
	var written []byte // used again for what waits next
	for range s.wake {
		text, dropped, closed := s.take(written)
		// An error is nobody's to handle: there is no other place to say it.
		_, _ = s.to.Write(text)
		if dropped > 0 {
			_, _ = fmt.Fprintf(s.to, "{\"level\":\"WARN\",\"msg\":\"nobody read the log: lines are missing here\",\"lines\":%d}\n", dropped)
		}
		written = text[:0]
		if closed {
			return
		}
	}
}

// take gives what waits, in exchange for a buffer to collect the next in.
func (s *logSink) take(empty []byte) (text []byte, dropped int, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, dropped = s.waiting, s.dropped
	s.waiting, s.dropped = empty, 0
	return text, dropped, s.closed
}

// close writes what waits, if somebody reads it in time.
func (s *logSink) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.signal()
	timer := time.NewTimer(logFlushTimeout)
	defer timer.Stop()
	select {
	case <-s.done:
	case <-timer.C:
	}
}

// collector tells how much was dropped.
func (s *logSink) collector() prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "guildhall_log_dropped_total", Help: "Lines of the log that were dropped because nobody read it.",
	}, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return float64(s.lost)
	})
}
