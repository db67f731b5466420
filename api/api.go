package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/admission"
	"guildhall/blob"
	"guildhall/outbound"
	"guildhall/routes"
	"guildhall/store"
)

// Owners carries commands and queries to the owners of what they are about, trying again while ownership changes hands.
type Owners interface {
	// Command has a change made; a *guildhall.Error says that it was refused and why. ctx must have a deadline. An error
	// of another kind leaves open whether it was made; the same command, sent again, makes it once.
	Command(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error)
	// Query has a question answered as of a moment after the call began.
	Query(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error)
}

// Gateway says where and how often clients may connect.
type Gateway interface {
	// URL is the address that clients are given, without a query.
	URL(ctx context.Context) (string, error)
	// Bot says how a bot should connect.
	Bot(ctx context.Context, who guildhall.Identity) (GatewayBot, error)
}

// GatewayBot is a bot's share of the gateway.
// discord: events/gateway#get-gateway-bot
type GatewayBot struct {
	URL    string            `json:"url"`
	Shards int               `json:"shards"`
	Start  SessionStartLimit `json:"session_start_limit"`
}

// SessionStartLimit says how many sessions a bot may still start. ResetAfter is in milliseconds.
type SessionStartLimit struct {
	Total          int   `json:"total"`
	Remaining      int   `json:"remaining"`
	ResetAfter     int64 `json:"reset_after"`
	MaxConcurrency int   `json:"max_concurrency"`
}

// Setup guards the making of the first account.
type Setup interface {
	// Redeem runs create if the secret is that of the link in force, and then uses the link up, unless create failed. It
	// returns ErrSetupLink for a wrong, used or expired one. One create runs at a time.
	Redeem(ctx context.Context, secret string, create func(context.Context) error) error
}

// Endpoints checks the addresses to which interactions are sent.
type Endpoints interface {
	// Check asks the address whether it answers as the application's endpoint; a *guildhall.Error says that it doesn't.
	// ctx has a deadline.
	Check(ctx context.Context, app *guildhall.Application, url string) error
}

// Config is what an operator may set. The zero value enforces Discord's limits for every origin and host.
type Config struct {
	RateLimits admission.Mode
	// ObjectLimits are how many of things there may be, and how large; the zero value has Discord's.
	ObjectLimits guildhall.Limits
	// Limits replaces the values of some buckets of the route table.
	Limits map[string]routes.Limit
	// AllowedOrigins narrows which web pages may ask; empty allows all.
	AllowedOrigins []string
	// LoopbackHosts refuses requests whose Host is no name of this machine, so that no web page can reach a development
	// server through a name of its own.
	LoopbackHosts bool
	// BodyTime is how long a request's body may take to arrive; 0 is 12 seconds.
	BodyTime time.Duration
	// PublicURL is where clients reach this server, without a slash at the end; empty takes each request's Host.
	PublicURL string
	// LinkSecret signs the links to attachments; all nodes of an installation have the same. Empty makes one that is good
	// until this process ends.
	LinkSecret []byte
	// FactorKeys seal the secrets of second factors; nil makes one that is good until this process ends.
	FactorKeys *FactorKeys
	// Targets says which addresses may be called for applications, Strangers which for whoever names one in a message; nil
	// lets only public ones through.
	Targets, Strangers *outbound.Guard
	// Registration says who may make an account.
	Registration Registration
	// LargeBodiesMax bounds the bytes of large bodies that are worked on at the same time; 0 is 64 MiB.
	LargeBodiesMax int64
	// Unfurl shows what messages link to.
	Unfurl bool
	// TrustedProxies are the addresses whose word on where a request comes from is taken; none by default.
	TrustedProxies []netip.Prefix
}

// Registration says who may make an account of their own.
type Registration uint8

// The zero value is the safe one that still lets a community grow.
const (
	// RegistrationInvited takes people who bring the code of a guild's invite.
	RegistrationInvited Registration = iota
	// RegistrationOpen takes everybody.
	RegistrationOpen
	// RegistrationClosed takes nobody: the operator makes accounts.
	RegistrationClosed
)

// Deps is what the API works with. All are needed but those that say otherwise.
type Deps struct {
	Owners        Owners
	Tables        store.Tables
	Claims        store.Claims
	Blobs         blob.Store
	Authenticator *admission.Authenticator
	Gateway       Gateway
	Setup         Setup
	// Slots chooses where something new is born.
	Slots      func() guildhall.Slot
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	// Now is the wall clock; nil is time.Now.
	Now func() time.Time
	// Limits counts requests; nil makes its own. The gateway's are counted with them where both have the same.
	Limits *admission.Limits
	// Endpoints checks what applications name as theirs; nil calls them.
	Endpoints Endpoints
}

// API serves /api and /cdn. Its only goroutines wait for interactions to be answered and fetch what messages link to; Close ends
// them.
type API struct {
	// fixed after New
	cfg      Config
	deps     Deps
	mux      *routes.Mux
	handlers map[string]handler
	log      *slog.Logger
	now      func() time.Time
	metrics  *metrics

	limits    *admission.Limits
	tries     *admission.Tries
	missing   *missing
	projected *admission.Recent[guildhall.ChannelID, uint64]
	directs   *admission.Recent[directKey, guildhall.UserID]
	images    *images
	pictures  *pictures
	emojis    *emojiPlaces
	bodies    *bodies
	sending   *sending
	operator  *Operator
	links     links
	factors   *FactorKeys
	keys      *interactionKeys
	outbound  *outbound.Client // to applications' endpoints
	media     *outbound.Client // to pictures that messages name
	externals *externals
	unfurls   *unfurls // nil without Config.Unfurl
	watch     *watch
	deleted   *admission.Recent[guildhall.UserID, deletedAuthor]
}

// handler answers one route: a body to be written as JSON, or nil for none; a reply where more is to be said.
type handler func(ctx context.Context, r *request) (any, error)

// New builds the API from the route table.
func New(cfg Config, deps Deps) (*API, error) {
	if err := deps.check(); err != nil {
		return nil, err
	}
	table, err := routes.Adjusted(routes.Table(), cfg.Limits)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	mux, err := routes.NewMux(table)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Limits == nil {
		deps.Limits = admission.NewLimits(deps.Now)
	}
	if cfg.BodyTime == 0 {
		cfg.BodyTime = bodyTime
	}
	a := &API{
		cfg: cfg, deps: deps, mux: mux, log: deps.Logger, now: deps.Now,
		limits:    deps.Limits,
		tries:     admission.NewTries(deps.Now),
		missing:   newMissing(routes.Words(table)),
		projected: admission.NewRecent[guildhall.ChannelID, uint64](projectedMax),
		directs:   admission.NewRecent[directKey, guildhall.UserID](directsMax),
		deleted:   admission.NewRecent[guildhall.UserID, deletedAuthor](authorsMax),
		images:    newImages(deps.Blobs),
		sending:   newSending(cfg.TrustedProxies),
		emojis:    admission.NewRecent[guildhall.EmojiID, string](emojiPlacesMax),
		operator:  NewOperator(deps.Owners, deps.Claims, deps.Slots, deps.Now),
	}
	a.links.secret = cfg.LinkSecret
	if len(a.links.secret) == 0 {
		a.links.secret = []byte(rand.Text())
	}
	if a.factors = cfg.FactorKeys; a.factors == nil {
		if a.factors, err = ParseFactorKeys(hex.EncodeToString(randomBytes(factorKeyBytes))); err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
	}
	if a.keys, err = newInteractionKeys(a.links.secret); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	if a.deps.Endpoints == nil {
		a.deps.Endpoints = endpoints{a}
	}
	a.metrics = newMetrics(deps.Registerer, a.limits.Tracked)
	a.outbound, a.watch = endpointClient(cfg.Targets, a.metrics), newWatch()
	a.media = mediaClient(cfg.Strangers, a.metrics.toldOf("pictures"))
	a.pictures, a.externals = newPictures(a.media, deps.Now), newExternals(a.media, &a.links, cfg.TrustedProxies, deps.Now)
	a.handlers = a.table()
	if err := a.checkHandlers(table); err != nil {
		return nil, err
	}
	a.operator.passwords.refused = a.metrics.passwords.Inc
	a.bodies = newBodies(cfg.LargeBodiesMax, a.metrics)
	if cfg.Unfurl {
		a.unfurls = newUnfurls(cfg.Strangers, a.externals, deps.Owners, a.metrics, deps.Now)
	}
	return a, nil
}

func (d *Deps) check() error {
	needed := map[string]bool{
		"Owners": d.Owners != nil, "Tables": d.Tables != nil, "Claims": d.Claims != nil, "Blobs": d.Blobs != nil,
		"Authenticator": d.Authenticator != nil, "Gateway": d.Gateway != nil, "Setup": d.Setup != nil,
		"Slots": d.Slots != nil, "Registerer": d.Registerer != nil, "Logger": d.Logger != nil,
	}
	for name, there := range needed {
		if !there {
			return fmt.Errorf("api: no %s", name)
		}
	}
	return nil
}

// checkHandlers makes sure that table and code don't drift apart.
func (a *API) checkHandlers(table []routes.Route) error {
	var problems []error
	named := map[string]bool{}
	for _, r := range table {
		named[r.Name] = true
		if a.handlers[r.Name] == nil {
			problems = append(problems, fmt.Errorf("api: route %q has no handler", r.Name))
		}
	}
	for name := range a.handlers {
		if !named[name] {
			problems = append(problems, fmt.Errorf("api: handler %q has no route", name))
		}
	}
	return errors.Join(problems...)
}

// Operator gives the commands of whoever runs the installation, for cmd and the account routes.
func (a *API) Operator() *Operator { return a.operator }
