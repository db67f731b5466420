package admission

import (
	"encoding/hex"
	"hash/fnv"
	"net/netip"
	"sync"
	"time"

	"guildhall"
	"guildhall/routes"
)

// Mode says what becomes of a request above a limit.
type Mode uint8

const (
	// Enforce refuses it.
	Enforce Mode = iota
	// Report lets it through and says that it would have been refused.
	Report
	// Off neither counts nor says anything.
	Off
)

const (
	// GlobalRequests a second is what one identity may ask for in all.
	// discord: topics/rate-limits#global-rate-limit
	GlobalRequests = 50
	globalPer      = time.Second
	// invalidRequests with status 401, 403 or 429 in invalidPer block an address until the window ends.
	// discord: topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	invalidRequests = 10_000
	invalidPer      = 10 * time.Minute

	// windowsMax bounds what is remembered, about 20 MB when full. The windows unused longest go first: whoever wants to be
	// forgotten early must keep that many others busy, each of which needs an identity of its own.
	windowsMax = 100_000
	addressMax = 50_000
)

// Who is counted: a user where one is known, else an address.
type Who struct {
	User guildhall.UserID
	Addr netip.Addr
}

// WhoIs names a user, or for none the address, an IPv6 one by its /64, which is what one host can choose from.
func WhoIs(user guildhall.UserID, addr netip.Addr) Who {
	if user != 0 {
		return Who{User: user}
	}
	return Who{Addr: Network(addr)}
}

// Network is the address that one host can't choose: an IPv4 address, or an IPv6 one's /64.
func Network(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if p, err := addr.Prefix(64); addr.Is6() && err == nil {
		return p.Addr()
	}
	return addr
}

// Scope says whose limit a request ran into.
// discord: topics/rate-limits#header-format
type Scope string

// The scopes. User covers the global limit too, which the headers mark on their own.
const (
	ScopeUser   Scope = "user"
	ScopeGlobal Scope = "global"
	ScopeShared Scope = "shared"
)

// Window is the state of a limit after a request was counted.
type Window struct {
	Limit     int
	Remaining int
	// Reset is when the window ends, ResetAfter how long that is from now.
	Reset      time.Time
	ResetAfter time.Duration
	// Exceeded is set when the request was one too many.
	Exceeded bool
}

// Limits counts requests in fixed windows, each from its first request on. It is safe for several goroutines.
type Limits struct {
	now func() time.Time // fixed after NewLimits

	windows *Recent[windowKey, window]
	invalid *Recent[netip.Addr, window]

	mu      sync.Mutex
	buckets map[string]string // bucket → its public name; as many as the route table has
}

type windowKey struct {
	who      Who
	bucket   string
	resource guildhall.Snowflake
}

type window struct {
	ends  time.Time
	count int
}

// NewLimits makes empty ones; nil is time.Now.
func NewLimits(now func() time.Time) *Limits {
	if now == nil {
		now = time.Now
	}
	return &Limits{
		now:     now,
		windows: NewRecent[windowKey, window](windowsMax),
		invalid: NewRecent[netip.Addr, window](addressMax),
		buckets: map[string]string{},
	}
}

// Global counts a request against the identity's global limit.
func (l *Limits) Global(who Who) Window {
	return l.take(windowKey{who: who}, GlobalRequests, globalPer)
}

// Route counts a request against the limit of its route for one resource (0 for none).
func (l *Limits) Route(who Who, limit routes.Limit, resource guildhall.Snowflake) Window {
	return l.take(windowKey{who, limit.Bucket, resource}, limit.Requests, limit.Per)
}

func (l *Limits) take(key windowKey, requests int, per time.Duration) Window {
	now := l.now()
	w := l.windows.Update(key, func(old window, had bool) window { return old.next(now, per, had) })
	return w.state(now, requests)
}

func (w window) next(now time.Time, per time.Duration, had bool) window {
	if !had || !now.Before(w.ends) {
		w = window{ends: now.Add(per)}
	}
	w.count++
	return w
}

func (w window) state(now time.Time, requests int) Window {
	return Window{
		Limit: requests, Remaining: max(requests-w.count, 0), Reset: w.ends, ResetAfter: w.ends.Sub(now),
		Exceeded: w.count > requests,
	}
}

// Invalid counts an answer of 401, 403 or 429 to an address, and tells whether it is the one that blocks it.
func (l *Limits) Invalid(addr netip.Addr) (blocks bool) {
	now := l.now()
	w := l.invalid.Update(Network(addr), func(old window, had bool) window { return old.next(now, invalidPer, had) })
	return w.count == invalidRequests
}

// Blocked tells for how long an address stays blocked; 0 for not at all.
func (l *Limits) Blocked(addr netip.Addr) time.Duration {
	w, ok := l.invalid.Get(Network(addr))
	if !ok || w.count < invalidRequests {
		return 0
	}
	return max(w.ends.Sub(l.now()), 0)
}

// Tracked is how many windows are remembered.
func (l *Limits) Tracked() int { return l.windows.Len() + l.invalid.Len() }

// PublicName is how a bucket is called in X-RateLimit-Bucket: clients compare these and nothing else.
func (l *Limits) PublicName(bucket string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	name, ok := l.buckets[bucket]
	if !ok {
		h := fnv.New128a()
		h.Write([]byte(bucket)) // a hash.Hash returns no error
		name = hex.EncodeToString(h.Sum(nil))
		l.buckets[bucket] = name
	}
	return name
}
