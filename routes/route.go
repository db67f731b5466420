package routes

import "time"

// Route is one line of the table.
type Route struct {
	// Name is unique and never changes: operators switch and block routes by it. A route of Discord's document bears its
	// operationId there.
	Name   string
	Source Source
	Method string
	// Path is Discord's, without the /api/v10 before it; {name} stands for one segment. A route of the CDN begins with
	// /cdn and has no version before it.
	Path string

	Cost        Cost
	Criticality Criticality
	// Limit counts per identity; the zero Limit leaves it to the global one.
	Limit Limit
	// Resource is the path parameter that the limit is counted for each value of: channel_id, guild_id or webhook_id.
	// discord: topics/rate-limits
	Resource string
	Cache    Cache
	// Coalesce says that equal requests under way at the same time may share one answer.
	Coalesce bool
	Down     Down

	Auth Auth
	// Scope, when set, also admits tokens that users have given to applications for that scope. AnyScope admits all of them.
	Scope string
	Body  Body
	// BodyBytesMax bounds the body; 0 for those without.
	BodyBytesMax int64
	// Timeout is all the time a request has, retries within included.
	Timeout time.Duration
}

// Source says where a route's shapes are documented.
type Source uint8

const (
	// Discord: in Discord's OpenAPI document, under the route's name.
	Discord Source = iota
	// DiscordPages: in the pages of Discord's documentation only.
	DiscordPages
	// People: in docs/reference/people-api.md.
	People
	// CDN: in Discord's page on image formatting.
	CDN
)

// Cost says what a request costs those behind it.
type Cost uint8

const (
	// Cheap is answered from memory here or by one owner.
	Cheap Cost = iota
	// Moderate is one commit or a few pages of a table.
	Moderate
	// Expensive asks many owners or takes much processor time or memory. Such a route must be cached, coalesced or limited.
	Expensive
)

// Criticality orders routes for when not all can be served; lower is kept longer.
type Criticality uint8

const (
	// Connecting is what a client needs to get (back) on.
	Connecting Criticality = iota
	// Sending is messages on their way in.
	Sending
	// Reading is messages and state on their way out.
	Reading
	// Changing is settings of guilds, channels, roles and users.
	Changing
	// Passing is what nobody misses a minute later, such as typing.
	Passing
	// Extra is what the service can do without.
	Extra
)

// Limit allows Requests in each window of Per, counted from its first request. Routes with one Bucket share the count.
type Limit struct {
	Bucket   string
	Requests int
	Per      time.Duration
}

// IsZero tells whether there is no limit.
func (l Limit) IsZero() bool { return l == Limit{} }

// Cache is a route's caching policy. RFC 9111, RFC 5861
type Cache struct {
	Scope                CacheScope
	MaxAge               time.Duration
	StaleWhileRevalidate time.Duration
	StaleIfError         time.Duration
	// Immutable says that what a path names never changes. RFC 8246
	Immutable bool
}

// CacheScope says who may share a cached answer.
type CacheScope uint8

const (
	// NoStore: nobody.
	NoStore CacheScope = iota
	// Private: only the identity that asked.
	Private
	// Shared: everyone.
	Shared
)

// Down is what is served when the route's backend is down.
type Down uint8

const (
	// Unavailable is 503 with Retry-After.
	Unavailable Down = iota
	// Stale is the last good copy, else as Unavailable.
	Stale
	// Static routes need no backend.
	Static
)

// Auth says who may ask.
type Auth uint8

const (
	// Nobody in particular: no token is looked at.
	Nobody Auth = iota
	// Anyone with a valid token.
	Anyone
	// Bot needs a bot's token.
	Bot
	// Person needs a person's token.
	Person
	// Operator needs the token of a person who is an operator.
	Operator
)

// AnyScope is the Scope of routes for which an application's token must only be good.
const AnyScope = "*"

// Body says what a request carries.
type Body uint8

const (
	// NoBody: one that comes nevertheless is not read.
	NoBody Body = iota
	// JSON is application/json.
	JSON
	// Multipart is JSON, or multipart/form-data with the JSON in payload_json.
	// discord: reference#uploading-files
	Multipart
	// OptionalJSON is JSON that libraries leave out where nothing must be said.
	OptionalJSON
	// Form is application/x-www-form-urlencoded, which handlers see as a JSON object of strings.
	Form
)
