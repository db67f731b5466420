package api

import (
	"net/http"
	"strings"
	"sync"
)

const (
	headerMissing = "Guildhall-Missing"
	// missingMax bounds how many different missing routes are remembered, and so logged.
	missingMax = 1000
	// missingBytes bounds what the header repeats.
	missingBytes = 200
)

// missing remembers which routes were asked for in vain.
type missing struct {
	words map[string]bool // fixed after newMissing: what a path may be named by

	mu   sync.Mutex
	seen map[string]bool // guarded by mu
}

func newMissing(words map[string]bool) *missing {
	return &missing{words: words, seen: map[string]bool{}}
}

// first tells whether the route is seen for the first time.
func (m *missing) first(route string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen[route] || len(m.seen) >= missingMax {
		return false
	}
	m.seen[route] = true
	return true
}

// miss counts a request for a route that isn't there, logs the first for each, and tells the client.
func (a *API) miss(x *exchange, path string) {
	route := method(x.http.Method) + " " + a.missing.pattern(path)
	a.metrics.missing.Inc()
	x.w.Header().Set(headerMissing, route)
	if a.missing.first(route) {
		a.log.Warn("a route that is not served was asked for", "missing", route)
	}
}

// pattern replaces everything in an escaped path that isn't a word of the API, ids, names and tokens alike, by {id}.
func (m *missing) pattern(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(path, "/") {
		if part == "" {
			continue
		}
		b.WriteByte('/')
		if m.words[part] {
			b.WriteString(part)
		} else {
			b.WriteString("{id}")
		}
		if b.Len() > missingBytes {
			return b.String()[:missingBytes]
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// method names a request's method, which can be any text.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "OTHER"
}
