package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
	"guildhall/blob"
	"guildhall/config"
	"guildhall/disk"
	"guildhall/outbound"
	"guildhall/sessions"
	"guildhall/store"
	"guildhall/store/sqlite"
	"guildhall/sweep"
	"guildhall/web"
	"guildhall/world"
)

const (
	// headerTimeout bounds the time in which a request's header must come, headerBytesMax its size. failures S2, S3
	headerTimeout  = 10 * time.Second
	headerBytesMax = 64 << 10
	// readTimeout bounds the time in which a whole request must come, read or not: what a handler leaves unread too. S2
	readTimeout = 25 * time.Second
	// idleTimeout ends connections that are kept open for nothing.
	idleTimeout = 2 * time.Minute
	// worldTimeout bounds the making of a world at start.
	worldTimeout = time.Minute
	// devBlobBytes bounds the avatars that --dev keeps in memory.
	devBlobBytes = 256 << 20
	// closeTimeout bounds what is left to do after the drain.
	closeTimeout = 5 * time.Second
	// socketsShare is what of drain_timeout the gateway's clients may take to leave: half, so that as much is left for
	// the requests under way as readTimeout leaves of the default.
	socketsShare = 2
)

// server is a whole Guildhall in one process: what `serve` runs and what tests start.
type server struct {
	config     config.Config
	log        *slog.Logger
	node       *node
	store      *sqlite.DB
	disk       *disk.Watch // nil with --dev
	sessions   *sessions.Server
	api        *api.API
	operations *operations
	token      string // the operator's
	factors    *api.FactorKeys
	made       *world.Made // with --dev
	endpoints  endpoints

	public, ops *http.Server
	// draining is closed when close begins.
	draining chan struct{}
}

// startServer opens the data, starts the roles and listens. It returns once all of it serves.
func startServer(ctx context.Context, c config.Config, log *slog.Logger) (*server, error) {
	s := &server{config: c, log: log, draining: make(chan struct{})}
	err := s.open(ctx)
	if err == nil {
		err = s.serve(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	return s, nil
}

// abandon ends what a start that failed has begun. Nobody has been told of it, so nobody is waited for.
func (s *server) abandon() error {
	var err error
	for _, served := range []*http.Server{s.public, s.ops} {
		if served != nil {
			err = errors.Join(err, served.Close())
		}
	}
	if s.sessions != nil {
		s.sessions.Close()
	}
	if s.node != nil {
		err = errors.Join(err, s.node.close())
	}
	return err
}

// open opens the store and the owner over it.
func (s *server) open(ctx context.Context) error {
	metrics := newRegistry()
	db, err := openStore(ctx, s.config, metrics, sqlite.Config{Refuse: s.refuseWrites})
	if err != nil {
		return err
	}
	s.store = db
	if err := s.watchDisk(metrics); err != nil {
		return errors.Join(err, db.Close())
	}
	if s.node, err = startNode(ctx, db, s.config.Limits, metrics, s.full, s.log); err != nil {
		return err
	}
	s.node.start(func() {
		select {
		case <-db.Failed():
			s.node.failed <- fmt.Errorf("the store can't be trusted any more, so nothing is written: %w", db.Err())
		case <-s.node.ended:
		}
	})
	if s.disk != nil {
		s.node.start(func() { s.disk.Run(s.node.ended) })
	}
	operator := api.NewOperator(s.node.router, db, randomSlot, time.Now)
	s.operations = &operations{operator: operator, setup: newSetup(operator, time.Now), setupURL: s.setupURL, waiting: s.node.owner.Waiting}
	if s.config.Dev {
		return s.makeWorld(ctx)
	}
	if s.factors, err = factorKeys(ctx, s.config.Data, db); err != nil {
		return err
	}
	s.token, err = operatorToken(s.config.Data)
	return err
}

// newRegistry begins a server's metrics with those of its process.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// openStore opens the store that the settings name.
func openStore(ctx context.Context, c config.Config, metrics prometheus.Registerer, how sqlite.Config) (*sqlite.DB, error) {
	how.Dir, how.Memory, how.Program, how.Metrics = c.Store.Dir, c.Store.Engine == config.EngineMemory, thisVersion().Version, metrics
	db, err := sqlite.Open(ctx, how)
	switch {
	case errors.Is(err, sqlite.ErrInUse):
		return nil, fmt.Errorf("%w\nstop the server that uses it, or choose another folder with --data", err)
	case errors.Is(err, sqlite.ErrDamaged):
		return nil, fmt.Errorf("%w\nnothing was changed: keep a copy of %s, and put the last good backup in its place", err, c.Store.Dir)
	case errors.Is(err, store.ErrNewer):
		return nil, fmt.Errorf("%w\nrun that version or a later one; this one is %s", err, thisVersion().Version)
	}
	return db, err
}

// makeWorld makes what --dev starts with.
func (s *server) makeWorld(ctx context.Context) error {
	w, err := world.Default()
	if s.config.World != "" {
		var content []byte
		if content, err = os.ReadFile(s.config.World); err != nil {
			return fmt.Errorf("world: %w", err)
		}
		w, err = world.Parse(s.config.World, content)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, worldTimeout)
	defer cancel()
	if s.made, err = w.Apply(ctx, s.node.router); err != nil {
		return fmt.Errorf("make the world: %w", err)
	}
	s.token = devOperatorToken
	return nil
}

// serve starts the roles that face clients, and listens.
func (s *server) serve(ctx context.Context) error {
	var listen net.ListenConfig
	public, err := listen.Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w\nchoose another address with --listen", s.config.Listen, err)
	}
	var ops net.Listener
	if s.config.OpsListen != "" {
		if ops, err = listen.Listen(ctx, "tcp", s.config.OpsListen); err != nil {
			return errors.Join(fmt.Errorf("listen on %s: %w\nchoose another address with --ops-listen, or off", s.config.OpsListen, err), public.Close())
		}
	}
	s.findEndpoints(public, ops)
	public = spareDescriptors(public, s.log, s.node.metrics)
	handler, err := s.roles()
	var counted *connections
	if err == nil {
		counted, err = newConnections(s.config.ConnectionsPerAddress, s.config.TrustedProxies, s.node.metrics)
	}
	if err != nil {
		if ops != nil {
			err = errors.Join(err, ops.Close())
		}
		return errors.Join(err, public.Close())
	}
	s.public = s.listenOn(public, handler, readTimeout, counted.changed)
	if ops != nil {
		s.ops = s.listenOn(ops, s.opsHandler(), 0, nil)
	}
	if s.config.Dev {
		return nil
	}
	return writeEndpoints(s.config.Data, s.endpoints)
}

func (s *server) findEndpoints(public, ops net.Listener) {
	s.endpoints = endpoints{URL: "http://" + reachable(public.Addr()), PID: os.Getpid()}
	if s.config.PublicURL != "" {
		s.endpoints.URL = s.config.PublicURL
	}
	s.endpoints.Gateway = "ws" + strings.TrimPrefix(s.endpoints.URL, "http")
	if ops != nil {
		s.endpoints.Ops = "http://" + reachable(ops.Addr())
	}
}

// reachable is a listener's address as this machine's programs can call it.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// roles makes the roles that face clients and joins them to one handler.
func (s *server) roles() (http.Handler, error) {
	n, c := s.node, s.config
	limits := admission.NewLimits(nil) // both roles count invalid requests of an address
	var err error
	s.sessions, err = sessions.New(nodeName, sessions.Config{
		URL: s.endpoints.Gateway, HeartbeatInterval: c.Gateway.HeartbeatInterval, ReplayAge: c.Gateway.ReplayAge,
		ReplayBytesMax: c.Gateway.ReplayBytesMax, QueueBytesMax: c.Gateway.QueueBytesMax, AllowedOrigins: c.AllowedOrigins,
		SocketsPerAddress: int(c.ConnectionsPerAddress), TrustedProxies: c.TrustedProxies,
		EnforceLimits: c.RateLimits == config.RateLimitsDiscord, Log: s.log.With("role", "sessions"), Registerer: n.metrics, Limits: limits,
	}, n.router, n.bus, presentTokens{n.auth})
	if err != nil {
		return nil, err
	}
	var blobs blob.Store = blob.NewMemory(devBlobBytes)
	if !c.Dev {
		files, err := blob.OpenFiles(filepath.Join(c.Data, blobsFolder))
		if err != nil {
			return nil, err
		}
		blobs = blob.Guarded(files, s.disk.RefuseFiles)
	}
	if err := s.sweep(blobs); err != nil {
		return nil, err
	}
	origins := c.AllowedOrigins
	if c.AnyOrigin() {
		origins = nil
	}
	var secret []byte
	if !c.Dev {
		if secret, err = linkSecret(c.Data); err != nil {
			return nil, err
		}
	}
	strangers := outbound.Public(c.AllowedTargets...)
	targets := strangers
	if c.Dev || c.AllowPrivateTargets {
		targets = outbound.Anywhere()
	}
	s.api, err = api.New(api.Config{
		RateLimits: rateLimitMode(c.RateLimits), AllowedOrigins: origins, LoopbackHosts: c.Dev,
		PublicURL: s.endpoints.URL, LinkSecret: secret, FactorKeys: s.factors, Registration: registration(c.Registration),
		TrustedProxies: c.TrustedProxies, Targets: targets, Strangers: strangers, Unfurl: c.Unfurl == config.UnfurlOn, ObjectLimits: c.Limits,
	}, api.Deps{
		Owners: n.router, Tables: n.store, Claims: n.store, Blobs: blobs, Authenticator: n.auth,
		Gateway: gatewayInfo{s}, Setup: s.operations.setup, Slots: randomSlot, Registerer: n.metrics, Logger: s.log.With("role", "api"), Limits: limits,
	})
	if err != nil {
		return nil, err
	}
	pages := web.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
			s.sessions.ServeHTTP(w, r)
		case sentHere(w, r):
		case under(path, "/api"), under(path, "/cdn"):
			s.api.ServeHTTP(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	}), nil
}

// sweep begins to remove blobs that nothing names, until the node ends.
func (s *server) sweep(blobs blob.Store) error {
	sweeper, err := sweep.New(blobs, s.node.store, nil, s.log.With("role", "sweep"), s.node.metrics)
	if err != nil {
		return err
	}
	s.node.start(func() { sweeper.Run(s.node.life) })
	return nil
}

// sentHere sends browsers on that stand at the API's address for consent, which some libraries give them.
func sentHere(w http.ResponseWriter, r *http.Request) bool {
	page, ok := web.SentHere(r)
	if ok {
		http.Redirect(w, r, page, http.StatusFound)
	}
	return ok
}

func under(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func rateLimitMode(r config.RateLimits) admission.Mode {
	switch r {
	case config.RateLimitsOff:
		return admission.Off
	case config.RateLimitsCount:
		return admission.Report
	}
	return admission.Enforce
}

func registration(r config.Registration) api.Registration {
	switch r {
	case config.RegistrationOpen:
		return api.RegistrationOpen
	case config.RegistrationClosed:
		return api.RegistrationClosed
	}
	return api.RegistrationInvited
}

// randomSlot spreads new objects evenly.
func randomSlot() guildhall.Slot {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails
	return guildhall.Slot(binary.BigEndian.Uint16(b[:]) % guildhall.Slots)
}

func (s *server) listenOn(l net.Listener, h http.Handler, read time.Duration, changed func(net.Conn, http.ConnState)) *http.Server {
	served := &http.Server{
		Handler: oneRequest(h), ReadHeaderTimeout: headerTimeout, ReadTimeout: read, MaxHeaderBytes: headerBytesMax, IdleTimeout: idleTimeout,
		ConnState: changed,
		ErrorLog:  slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.node.start(func() {
		if err := served.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.node.failed <- fmt.Errorf("listener %s: %w", l.Addr(), err)
		}
	})
	return served
}

// wait returns nil when ctx ends, and before that what the server can't go on without.
func (s *server) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.node.failed:
		return fmt.Errorf("server ends by itself: %w", err)
	}
}

// close drains: no new sockets, sessions told to reconnect, requests under way finished, then everything else. It takes
// drain_timeout at most, of which the sockets get their share, and then what is left is cut off. That loses nothing that
// was acknowledged, so it is told in the log and is no failure.
func (s *server) close(ctx context.Context) error {
	close(s.draining)
	ctx = context.WithoutCancel(ctx)
	drain, cancel := context.WithTimeout(ctx, s.config.DrainTimeout)
	defer cancel()
	s.drainSockets(drain)
	err := s.shut(drain, s.public)
	s.api.Close()
	s.sessions.Close()
	if s.ops != nil {
		last, cancel := context.WithTimeout(ctx, closeTimeout)
		defer cancel()
		err = errors.Join(err, s.shut(last, s.ops))
	}
	return errors.Join(err, s.node.close())
}

func (s *server) drainSockets(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.config.DrainTimeout/socketsShare)
	defer cancel()
	if err := s.sessions.Drain(ctx); err != nil {
		s.log.Warn("gateway sockets cut off", "error", err)
	}
}

// shut waits for a listener's requests until ctx ends, and then cuts off what is left.
func (s *server) shut(ctx context.Context, served *http.Server) error {
	err := served.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("requests cut off", "error", err)
		return served.Close()
	}
	return err
}

// presentTokens asks whose a token is as of now: sessions live long, so that an answer from a cache is too old for them.
type presentTokens struct{ auth *admission.Authenticator }

func (p presentTokens) Authenticate(ctx context.Context, token string) (guildhall.Identity, error) {
	p.auth.Forget(guildhall.TokenHash(token))
	return p.auth.Authenticate(ctx, token)
}

// gatewayInfo tells clients where to connect.
type gatewayInfo struct{ s *server }

func (g gatewayInfo) URL(context.Context) (string, error) { return g.s.endpoints.Gateway, nil }

func (g gatewayInfo) Bot(_ context.Context, who guildhall.Identity) (api.GatewayBot, error) {
	l := g.s.sessions.StartLimit(who.User)
	return api.GatewayBot{URL: g.s.endpoints.Gateway, Shards: 1, Start: api.SessionStartLimit(l)}, nil
}
