package sessions

import (
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"guildhall/admission"
	"guildhall/gateway"
)

const (
	// handshakeTimeout bounds the write of the answer to an upgrade.
	handshakeTimeout = 10 * time.Second
	// retryAfterSeconds is when a client that was turned away may come again.
	retryAfterSeconds = "1"
	// crowdedAfter is when a client of an address with too many sockets may come again.
	crowdedAfter = 30 * time.Second
)

// ServeHTTP takes a WebSocket. What is wrong with the query is told by a close code, as clients know how to read that;
// Discord's close codes have none for an encoding that isn't spoken, so that gets the one for what can't be decoded.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.originAllowed(r.Header.Get("Origin")) {
		http.Error(w, "403: Forbidden", http.StatusForbidden)
		return
	}
	if !upgrades(r) {
		w.Header().Set("Upgrade", "websocket")
		http.Error(w, "426: Upgrade Required", http.StatusUpgradeRequired)
		return
	}
	if !s.room() {
		w.Header().Set("Retry-After", retryAfterSeconds)
		http.Error(w, "503: Service Unavailable", http.StatusServiceUnavailable)
		return
	}
	addr := admission.ClientAddress(r, s.config.TrustedProxies)
	if wait := s.config.Limits.Blocked(addr); wait > 0 && s.config.EnforceLimits {
		tooMany(w, wait)
		return
	}
	release, ok := s.share(addr)
	if !ok {
		s.metrics.crowded.Inc()
		tooMany(w, crowdedAfter)
		return
	}
	params, refused := gateway.ParseParams(r.URL.Query())
	resumeAt := s.resumeURL(r)
	conn, early, err := upgrade(w, r)
	if err != nil {
		release()
		return // the upgrader has answered why
	}
	k := newSocket(s, conn, params, resumeAt, early)
	k.addr = addr
	if !s.add(k) {
		release()
		_ = conn.Close() // the server was closed in between
		return
	}
	// The loop runs in a goroutine of its own, so that what net/http keeps for the request can go.
	go func() {
		defer s.running.Done()
		defer release()
		k.run(refused)
	}()
}

// tooMany refuses a socket for a while.
func tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.FormatFloat(math.Ceil(wait.Seconds()), 'f', 0, 64))
	http.Error(w, "429: Too Many Requests", http.StatusTooManyRequests)
}

// upgrade makes a WebSocket of a request. early is what the client sent behind it already.
func upgrade(w http.ResponseWriter, r *http.Request) (conn net.Conn, early []byte, err error) {
	// Neither extensions nor protocols are taken: permessage-deflate would need a compressor for each socket.
	upgrader := ws.HTTPUpgrader{Timeout: handshakeTimeout}
	conn, buffered, _, err := upgrader.Upgrade(r, w)
	if err != nil {
		if conn != nil {
			_ = conn.Close()
		}
		return nil, nil, err
	}
	early, _ = buffered.Reader.Peek(buffered.Reader.Buffered())
	return conn, early, nil
}

// share counts one more socket of the client's address, unless it has as many as it may.
func (s *Server) share(addr netip.Addr) (release func(), ok bool) {
	if !admission.IsCounted(addr, s.config.TrustedProxies) {
		return func() {}, true
	}
	network := admission.Network(addr)
	return func() { s.shares.Give(network, 1) }, s.shares.Take(network, 1)
}

// add takes the socket among the open ones, and counts its goroutine.
func (s *Server) add(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.open[k] = true
	s.running.Add(1)
	return true
}

func upgrades(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

func (s *Server) room() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.draining && len(s.open) < s.config.SocketsMax
}

func (s *Server) isDraining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

// originAllowed: bots send no Origin, and are not what the list is about.
func (s *Server) originAllowed(origin string) bool {
	return origin == "" || len(s.config.AllowedOrigins) == 0 || slices.Contains(s.config.AllowedOrigins, origin)
}

// resumeURL is where the client is told to resume. It has no query, because discord.js, disgo and discordgo append theirs.
func (s *Server) resumeURL(r *http.Request) string {
	if s.config.URL != "" {
		return s.config.URL
	}
	u := url.URL{Scheme: "ws", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "wss"
	}
	return u.String()
}
