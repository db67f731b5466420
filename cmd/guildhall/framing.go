package main

import "net/http"

// oneRequest has the connection end after a request whose end a proxy in front may have seen at another place: what follows
// could be hidden in its body by somebody else than its sender. A request with both Transfer-Encoding and Content-Length
// must be the last one; net/http takes the first and drops the second without a trace, and drops a Transfer-Encoding that
// HTTP/1.0 does not have, so that every chunked request and every one of HTTP/1.0 is.
// RFC 9112 §6.1
func oneRequest(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}
