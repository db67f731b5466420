package outbound

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// What a call may take, where its Config doesn't say otherwise. S34
const (
	TimeMax      = 5 * time.Second
	BytesMax     = 10 << 20
	RedirectsMax = 3

	atOnceDefault  = 32
	perHostDefault = 8
	waitingDefault = 256

	// headerBytes bounds an answer's head.
	headerBytes = 32 << 10
	idleTime    = 30 * time.Second
	idleMax     = 64
)

// ErrRedirects is the cause where an address leads on and on.
var ErrRedirects = errors.New("too many redirects")

// loopHeader marks every call, so that a server that is led to itself can notice. RFC 8586
const (
	loopHeader = "CDN-Loop"
	loopName   = "guildhall"
)

// Config is what a client may do. The zero value is the strictest.
type Config struct {
	// Guard says what may be called; nil is Public().
	Guard *Guard
	// Resolver is nil for the system's.
	Resolver Resolver
	// Agent is what the client calls itself.
	Agent string
	// Time is all that a call may take, reading the answer included; 0 is TimeMax. A context may end it earlier.
	Time time.Duration
	// BytesMax bounds an answer's body, packed and unpacked; 0 is BytesMax.
	BytesMax int64
	// AtOnce bounds the calls under way, PerHost those to one host, and Waiting those that wait to begin; 0 is 32, 8 and 256.
	AtOnce, PerHost, Waiting int
	// Reuse keeps connections for further calls. Without it a server is connected to for as long as a call takes, and no longer.
	Reuse bool
	// Told, when set, is told how each call began: nil where it was answered.
	Told func(error)
}

// Client calls addresses that strangers have named. It keeps no cookies, uses no proxy (which would resolve names for it) and
// sends nothing of this server's but its name. Safe for several goroutines; Close ends it.
type Client struct {
	transport *http.Transport
	guard     *Guard
	gate      *gate
	agent     string
	time      time.Duration
	bytes     int64
	told      func(error)
}

// NewClient makes a client.
func NewClient(cfg Config) *Client {
	if cfg.Guard == nil {
		cfg.Guard = Public()
	}
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	if cfg.Told == nil {
		cfg.Told = func(error) {}
	}
	return &Client{
		told: cfg.Told,
		transport: &http.Transport{
			Proxy: nil, DialContext: newDialer(cfg.Guard, cfg.Resolver).dial, TLSHandshakeTimeout: connectTime,
			MaxIdleConns: idleMax, MaxIdleConnsPerHost: 2, IdleConnTimeout: idleTime, MaxResponseHeaderBytes: headerBytes,
			DisableCompression: true, // unpacking is bounded here
			ForceAttemptHTTP2:  true,
			DisableKeepAlives:  !cfg.Reuse,
		},
		guard: cfg.Guard, agent: cfg.Agent, time: cmp.Or(cfg.Time, TimeMax), bytes: cmp.Or(cfg.BytesMax, BytesMax),
		gate: newGate(cmp.Or(cfg.AtOnce, atOnceDefault), cmp.Or(cfg.PerHost, perHostDefault), cmp.Or(cfg.Waiting, waitingDefault)),
	}
}

// Close closes connections that nobody uses.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Answer is what came of a call. The body is to be closed: until then the call has its place, and its time runs.
type Answer struct {
	Status int
	Header http.Header
	// URL is what answered, after redirects.
	URL *url.URL
	// Body ends with ErrTooLarge where it is longer than the client takes.
	Body io.ReadCloser
}

// Get asks for what lies at an address, and follows redirects, each of which the guard is asked of anew.
func (c *Client) Get(ctx context.Context, address string, header http.Header) (*Answer, error) {
	answer, err := c.call(ctx, http.MethodGet, address, header, nil, RedirectsMax)
	return answer, hushed(err)
}

// Post sends a body. A redirect is an answer like any other: what was sent is not for somebody else.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body []byte) (*Answer, error) {
	answer, err := c.call(ctx, http.MethodPost, address, header, body, 0)
	return answer, hushed(err)
}

func (c *Client) call(
	ctx context.Context, method, address string, header http.Header, body []byte, redirects int,
) (_ *Answer, err error) {
	defer func() { c.told(err) }()
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrURL, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.time)
	defer func() {
		if err != nil {
			cancel()
		}
	}()
	for hop := 0; ; hop++ {
		answer, err := c.once(ctx, method, u, header, body)
		if err != nil {
			return nil, err
		}
		next := ""
		if redirects > 0 && leadsOn(answer.Status) {
			next = answer.Header.Get("Location")
		}
		if next == "" {
			answer.Body = &closing{answer.Body, cancel}
			return answer, nil
		}
		_ = answer.Body.Close() // nobody reads it
		if hop == redirects {
			return nil, ErrRedirects
		}
		if u, err = u.Parse(next); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrURL, err)
		}
		u.Fragment, u.RawFragment = "", ""
	}
}

// once makes one call, without following it anywhere.
func (c *Client) once(ctx context.Context, method string, u *url.URL, header http.Header, body []byte) (_ *Answer, err error) {
	if err := c.guard.URL(u); err != nil {
		return nil, err
	}
	host := strings.ToLower(u.Host)
	if err := c.gate.enter(ctx, host); err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	leave := sync.OnceFunc(func() { c.gate.leave(host) })
	defer func() {
		if err != nil {
			leave()
		}
	}()
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrURL, err)
	}
	if header != nil {
		r.Header = header.Clone()
	}
	r.Header.Set("User-Agent", c.agent)
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set(loopHeader, loopName)
	answer, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	from, err := content(answer, c.bytes)
	if err != nil {
		return nil, errors.Join(err, answer.Body.Close())
	}
	return &Answer{
		Status: answer.StatusCode, Header: answer.Header, URL: u,
		Body: &placed{from, answer.Body, leave},
	}, nil
}

// leadsOn tells whether a status names another place. RFC 9110 §15.4
func leadsOn(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// placed is a body whose call has a place.
type placed struct {
	io.Reader
	wire  io.Closer
	leave func()
}

func (p *placed) Close() error {
	defer p.leave()
	return p.wire.Close()
}

// closing is a body whose call's time ends when it is closed.
type closing struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c *closing) Close() error {
	// First, so that closing doesn't wait for the rest of what somebody sends slowly.
	c.cancel()
	return c.ReadCloser.Close()
}

// Looped tells whether a request is one of this software's own calls: answering it by another call could go on for ever.
func Looped(h http.Header) bool {
	for _, line := range h.Values(loopHeader) {
		for part := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), loopName) {
				return true
			}
		}
	}
	return false
}
