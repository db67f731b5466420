package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"guildhall"
	"guildhall/disk"
)

// operatorBodyMax bounds the body of an operator's call.
const operatorBodyMax = 1 << 20

const (
	// scrapesMax bounds the scrapes under way, scrapeTimeout how long one may take to read its answer: Prometheus asks
	// every few seconds and gives up after ten.
	scrapesMax    = 4
	scrapeTimeout = 10 * time.Second
)

// opsHandler serves health and metrics to anybody who reaches the ops listener, and the operator's calls to who has the
// operator's token.
func (s *server) opsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "alive\n") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", inTime(promhttp.HandlerFor(s.node.metrics, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesMax})))
	for name, call := range s.operations.all() {
		mux.HandleFunc("POST /operator/v1/"+name, s.operatorOnly(call))
	}
	return mux
}

// inTime ends an answer that is not read: one who asks and does not read keeps a connection otherwise. failures F61
func inTime(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if err := control.SetWriteDeadline(time.Now().Add(scrapeTimeout)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		h.ServeHTTP(w, r)
		_ = control.Flush()                       // or the client has gone
		_ = control.SetWriteDeadline(time.Time{}) // what is asked next has time of its own
	})
}

// readyz speaks of this node only. A full disk is said and is no reason to be taken out: reading goes on, and nobody else
// has the data.
func (s *server) readyz(w http.ResponseWriter, _ *http.Request) {
	select {
	case <-s.draining:
		http.Error(w, "draining", http.StatusServiceUnavailable)
		return
	case <-s.store.Failed():
		http.Error(w, "the store has failed, this process ends", http.StatusServiceUnavailable)
		return
	default:
	}
	_, _ = io.WriteString(w, "ready\n")
	if s.disk != nil && s.disk.Level() >= disk.Warned {
		_, _ = fmt.Fprintf(w, "disk: %s\n", s.disk.Level())
	}
}

func (s *server) operatorOnly(call operation) http.HandlerFunc {
	want := sha256.Sum256([]byte(s.token))
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if got := sha256.Sum256([]byte(token)); subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			writeOperator(w, nil, guildhall.ErrUnauthorized)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, operatorBodyMax))
		if err != nil {
			writeOperator(w, nil, guildhall.ErrTooLarge)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), operatorTimeout)
		defer cancel()
		answer, err := call(ctx, body)
		writeOperator(w, answer, err)
	}
}

// writeOperator writes an answer as JSON, an error in Discord's shape.
func writeOperator(w http.ResponseWriter, answer any, err error) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err == nil {
		_ = encoder.Encode(answer) // who asked has gone
		return
	}
	known := guildhall.AsError(err)
	if errors.Is(err, errSetUp) {
		known = &guildhall.Error{Status: http.StatusConflict, Message: errSetUp.Error()}
	}
	w.WriteHeader(known.Status)
	_ = encoder.Encode(known)
}
