package api

import (
	"strings"
	"sync"
)

const (
	headerMissing = "Guildhall-Missing"
	// missingMax bounds how many different missing routes are remembered, and so logged.
	missingMax = 1000
	// missingBytes bounds what the header repeats.
	missingBytes = 200
	methodBytes  = 16
)

// missing remembers which routes were asked for in vain.
type missing struct {
	mu   sync.Mutex
	seen map[string]bool
}

func newMissing() *missing { return &missing{seen: map[string]bool{}} }

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
	route := x.http.Method[:min(len(x.http.Method), methodBytes)] + " " + pattern(path)
	a.metrics.missing.Inc()
	x.w.Header().Set(headerMissing, route)
	if a.missing.first(route) {
		a.log.Warn("a route that is not served was asked for", "missing", route)
	}
}

// pattern replaces everything in an escaped path that isn't a word of the API, ids, names and tokens alike, by {id}.
func pattern(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(path, "/") {
		if part == "" {
			continue
		}
		b.WriteByte('/')
		if isWord(part) {
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

// isWord tells whether a segment looks like those in Discord's document: small letters with - or _ between, @ before.
func isWord(part string) bool {
	const wordMax = 40
	if part == "oauth2" {
		return true
	}
	part = strings.TrimPrefix(part, "@")
	return part != "" && len(part) <= wordMax && strings.Trim(part, "abcdefghijklmnopqrstuvwxyz-_.") == ""
}
