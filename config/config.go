package config

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"guildhall"
)

// RateLimits says what happens to a client that exceeds a documented limit.
type RateLimits string

// The values of rate_limits. RateLimitsCount is the default with --dev and cannot be asked for.
const (
	RateLimitsDiscord RateLimits = "discord" // Discord's documented limits are enforced
	RateLimitsOff     RateLimits = "off"     // lifted; limits of size, time and overload stay
	RateLimitsCount   RateLimits = "count"   // what would have been limited is counted and reported
)

// Registration says who may make an account.
type Registration string

// The values of registration.
const (
	RegistrationInvite Registration = "invite" // people who hold a valid invite
	RegistrationOpen   Registration = "open"   // anybody
	RegistrationClosed Registration = "closed" // nobody; the operator makes accounts
)

// Unfurl says whether what messages link to is fetched and shown.
type Unfurl string

// The values of unfurl.
const (
	UnfurlOn  Unfurl = "on"
	UnfurlOff Unfurl = "off"
)

// LogFormat is how a log line is written to stderr.
type LogFormat string

// The values of log_format.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Config holds checked settings. It is made by Load and not changed afterwards.
type Config struct {
	Listen         string   // HOST:PORT of the public listener; port 0 takes a free one
	Data           string   // data folder
	File           string   // settings file that was read, empty if there was none
	Roles          []string // node roles, in the order of AllRoles
	Dev            bool     // in memory, loopback only, the same ids and tokens every time
	World          string   // with Dev: file with the world, empty for the embedded one
	PublicURL      string   // what clients are given, without a slash at its end; empty: the listener's address
	CDNURL         string   // second origin for /cdn, without a slash at its end; empty: PublicURL
	OpsListen      string   // HOST:PORT of the ops listener; empty when it is off
	RateLimits     RateLimits
	Registration   Registration
	Unfurl         Unfurl
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	// ConnectionsPerAddress is how many connections, and how many gateway sockets, one address may have open.
	ConnectionsPerAddress int64
	AllowedOrigins        []string // browsers' origins that may call; "*" alone means every one
	// AllowPrivateTargets lets calls for applications go to addresses that are not public.
	AllowPrivateTargets bool
	// AllowedTargets may be called for everybody, though they are not public.
	AllowedTargets []netip.Prefix
	LogLevel       slog.Level
	LogFormat      LogFormat
	DrainTimeout   time.Duration
	DiskReserve    int64 // bytes of the data's disks that are kept free
	Gateway        Gateway
	Store          Store
	Limits         guildhall.Limits // how many of things there may be

	origins map[string]Origin // by key, complete after Load
}

// Gateway holds the bounds of gateway sessions.
type Gateway struct {
	HeartbeatInterval time.Duration // told to clients in HELLO
	ReplayAge         time.Duration // how long a session can be resumed after its socket is gone
	ReplayBytesMax    int64         // replay buffer of one session
	QueueBytesMax     int64         // frames waiting for one socket; above it the socket is closed, resumable
}

// AnyOrigin reports whether browsers of every origin may call.
func (c Config) AnyOrigin() bool {
	return len(c.AllowedOrigins) == 1 && c.AllowedOrigins[0] == "*"
}

// LoopbackOnly reports whether only this machine can reach the public listener.
func (c Config) LoopbackOnly() bool { return isLoopback(c.Listen) }

// isLoopback is false for names other than localhost: what they resolve to may change.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// Warning is something that is allowed and yet worth a line at start.
type Warning struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// Warnings lists settings that weaken the server, for the operator to read at start.
func (c Config) Warnings() []Warning {
	var list []Warning
	reachable := !c.LoopbackOnly() || c.PublicURL != ""
	if c.RateLimits == RateLimitsOff && reachable {
		list = append(list, Warning{"rate_limits", "off lifts the limits on failed logins and invalid requests too, and others can reach this server"})
	}
	if host, plain := strings.CutPrefix(c.PublicURL, "http://"); plain && !isLoopback(withPort(host)) {
		list = append(list, Warning{"public_url", "with http:// passwords and tokens cross the network in clear; put TLS in front and use https://"})
	}
	if slices.ContainsFunc(c.AllowedTargets, holdsOwn) {
		list = append(list, Warning{"allowed_targets", "everybody who writes a message can have services of this machine, or the metadata of its host, called"})
	}
	// This process speaks no TLS: with https:// there is a proxy.
	if strings.HasPrefix(c.PublicURL, "https://") && len(c.TrustedProxies) == 0 {
		list = append(list, Warning{"trusted_proxies", "is empty: clients that come through a proxy share the limits of its one address"})
	}
	if c.OpsListen != "" && !isLoopback(c.OpsListen) {
		list = append(list, Warning{"ops_listen", "metrics and health can be read by everybody who reaches " + c.OpsListen})
	}
	return list
}

// holdsOwn tells whether a network holds addresses that mean this machine or the one that it runs on.
func holdsOwn(p netip.Prefix) bool {
	own := []string{
		"127.0.0.0/8", "::1/128", "0.0.0.0/8", "::/128", "169.254.0.0/16", "fe80::/10",
		// Some clouds' metadata: of AWS over IPv6, Alibaba, Oracle, Azure.
		"fd00:ec2::254/128", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32",
	}
	return slices.ContainsFunc(own, func(own string) bool { return p.Overlaps(netip.MustParsePrefix(own)) })
}

// withPort completes the host part of a URL to HOST:PORT; which port does not matter to isLoopback.
func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return host + ":80"
}
