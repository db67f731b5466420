package api

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"guildhall"
)

var (
	errHost   = &guildhall.Error{Status: http.StatusForbidden, Message: "This development server answers to names of its own machine only"}
	errOrigin = &guildhall.Error{Status: http.StatusForbidden, Message: "Origin is not allowed"}
)

const (
	corsMethods = "GET, POST, PUT, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, X-Audit-Log-Reason, If-None-Match, Range"
	// corsExposed are the headers that scripts may read.
	corsExposed = "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Reset-After, X-RateLimit-Bucket, " +
		"X-RateLimit-Scope, X-RateLimit-Global, Retry-After, Date, ETag, Guildhall-Missing, Guildhall-Would-Limit"
	corsSeconds = "86400"
)

// origin checks Host and Origin, lets web pages read answers, and answers preflights; done says that it has. Credentials
// are never allowed: a token is in a header that pages must set themselves, so there is nothing to forge.
func (a *API) origin(x *exchange) (done bool, err error) {
	if a.cfg.LoopbackHosts && !isLoopback(x.http.Host) {
		return false, errHost
	}
	h := x.w.Header()
	origin := x.http.Header.Get("Origin")
	if len(a.cfg.AllowedOrigins) == 0 {
		h.Set("Access-Control-Allow-Origin", "*")
	} else {
		h.Add("Vary", "Origin")
		if origin != "" && !slices.Contains(a.cfg.AllowedOrigins, origin) {
			return false, errOrigin
		}
		if origin != "" {
			h.Set("Access-Control-Allow-Origin", origin)
		}
	}
	h.Set("Access-Control-Expose-Headers", corsExposed)
	if x.http.Method != http.MethodOptions {
		return false, nil
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsSeconds)
	x.status = http.StatusNoContent
	x.w.WriteHeader(x.status)
	return true, nil
}

// isLoopback tells whether a Host is a name that no other machine's DNS can give to this one.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true // RFC 6761 §6.3
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.IsLoopback()
}
