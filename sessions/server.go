package sessions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/admission"
	"guildhall/bus"
	"guildhall/gateway"
)

// Owners reaches the owners of objects. cluster.Router implements it. Calls end with ctx's deadline. Safe for several
// goroutines.
type Owners interface {
	// Command asks an owner to change an object.
	Command(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error)
	// Query asks an owner about an object, as of now.
	Query(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error)
	// Follow subscribes this node to an object. A snapshot must be as of now: from who owns the object by a ring read
	// begun after the call.
	Follow(ctx context.Context, f *guildhall.Follow) (*guildhall.Followed, error)
	// Ring is the newest ring version seen. It doesn't block.
	Ring() uint64
}

// Authenticator tells whose a token is, as of now and not from a cache. An error that is guildhall.ErrUnauthorized
// means nobody's; any other that it can't be told.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (guildhall.Identity, error)
}

// Config holds what may be left at zero.
type Config struct {
	// URL is where clients are told to resume, without a query; empty: the address that they connected to.
	URL string
	// HeartbeatInterval is told to clients in HELLO. Zero: 41.25 s.
	HeartbeatInterval time.Duration
	// ReplayAge is how long a session without a socket can be resumed. Zero: 2 min.
	ReplayAge time.Duration
	// ReplayBytesMax bounds the events kept for RESUME per session. Zero: 1 MiB.
	ReplayBytesMax int64
	// QueueBytesMax bounds the events that wait for one socket. Zero: 4 MiB.
	QueueBytesMax int64
	// SocketsMax bounds the open sockets. Zero: 19,000, which leaves a process with 20,000 descriptors some for others.
	SocketsMax int
	// SessionsMax bounds the sessions, with and without sockets. Zero: twice SocketsMax.
	SessionsMax int
	// SocketsPerAddress bounds the open sockets of one address, which is that of a client behind a trusted proxy. Zero: none.
	SocketsPerAddress int
	// TrustedProxies are the addresses whose word on where a client is is taken; none by default.
	TrustedProxies []netip.Prefix
	// AllowedOrigins narrows the web pages that may connect; empty or "*": all, because the token is in IDENTIFY.
	AllowedOrigins []string
	// EnforceLimits makes Discord's limits on sends and identifies close sockets rather than only be counted.
	EnforceLimits bool
	// Limits counts wrong tokens with the other invalid requests of an address, and says which addresses are blocked. Nil makes
	// its own.
	Limits *admission.Limits
	// Log takes what an operator should know. Nil: nothing is logged.
	Log *slog.Logger
	// Registerer takes the metrics. Nil: they are kept to itself.
	Registerer prometheus.Registerer
}

const (
	heartbeatDefault   = 41250 * time.Millisecond // what Discord's own gateway has long told clients
	replayAgeDefault   = 2 * time.Minute
	replayBytesDefault = 1 << 20
	queueBytesDefault  = 4 << 20
	socketsDefault     = 19_000

	// tickEvery is how often what is due is looked for.
	tickEvery = 100 * time.Millisecond
	// callTimeout bounds one call to an owner or the authenticator.
	callTimeout = 5 * time.Second
	// followsMax bounds the follows under way at the same time; the rest of them waits.
	followsMax = 64
	// identifiesMax bounds the IDENTIFYs and RESUMEs that are being checked at the same time.
	identifiesMax = 64
	// originAny in AllowedOrigins allows all.
	originAny = "*"
)

func (c *Config) fill() error {
	if c.HeartbeatInterval < 0 || c.ReplayAge < 0 || c.ReplayBytesMax < 0 || c.QueueBytesMax < 0 || c.SocketsMax < 0 || c.SocketsPerAddress < 0 || c.SessionsMax < 0 {
		return errors.New("sessions: a bound is negative")
	}
	orDefault(&c.HeartbeatInterval, heartbeatDefault)
	orDefault(&c.ReplayAge, replayAgeDefault)
	orDefault(&c.ReplayBytesMax, replayBytesDefault)
	orDefault(&c.QueueBytesMax, queueBytesDefault)
	orDefault(&c.SocketsMax, socketsDefault)
	orDefault(&c.SessionsMax, 2*c.SocketsMax)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Limits == nil {
		c.Limits = admission.NewLimits(nil)
	}
	if c.Registerer == nil {
		c.Registerer = prometheus.NewRegistry()
	}
	if slices.Contains(c.AllowedOrigins, originAny) {
		c.AllowedOrigins = nil
	}
	return nil
}

func orDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// Server is the running role: sockets, and the Core between them and the owners. Its ServeHTTP takes WebSockets at any
// path.
type Server struct {
	// Fixed after New.
	node     string
	config   Config
	owners   Owners
	auth     Authenticator
	metrics  *metrics
	compress gateway.Compressors
	follows  chan struct{} // a place for each follow under way
	checks   chan struct{} // a place for each IDENTIFY or RESUME being checked
	tells    *tellQueue
	starts   *starts
	shares   *admission.Shares[netip.Addr] // of the open sockets
	// ctx ends with Close.
	ctx     context.Context
	cancel  context.CancelFunc
	unbus   func()
	running sync.WaitGroup

	mu      sync.Mutex
	core    *Core              // guarded by mu
	sockets map[uint64]*socket // guarded by mu; those with a session, by attach
	open    map[*socket]bool   // guarded by mu
	// leaving are unfollows under way: a follow of the same object waits for its end, so that it isn't undone by it.
	leaving  map[guildhall.Object]chan struct{} // guarded by mu
	draining bool                               // guarded by mu
	closed   bool                               // guarded by mu
}

// New starts the role on a node. Close must be called to end it.
func New(node string, config Config, owners Owners, b bus.Bus, auth Authenticator) (*Server, error) {
	if node == "" || owners == nil || b == nil || auth == nil {
		return nil, errors.New("sessions: node, owners, bus and authenticator are needed")
	}
	if err := config.fill(); err != nil {
		return nil, err
	}
	s := &Server{
		node: node, config: config, owners: owners, auth: auth,
		follows: make(chan struct{}, followsMax), checks: make(chan struct{}, identifiesMax),
		starts: newStarts(), shares: admission.NewShares[netip.Addr](int64(config.SocketsPerAddress)), sockets: make(map[uint64]*socket), open: make(map[*socket]bool),
		leaving: make(map[guildhall.Object]chan struct{}),
		core: NewCore(node, Limits{
			ReplayAge: config.ReplayAge, ReplayBytesMax: int(config.ReplayBytesMax),
			QueueBytesMax: int(config.QueueBytesMax), SessionsMax: config.SessionsMax,
		}),
	}
	s.tells = newTellQueue(s)
	var err error
	if s.metrics, err = newMetrics(config.Registerer, s); err != nil {
		return nil, fmt.Errorf("sessions: register metrics: %w", err)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.unbus = b.Subscribe(node, s.receive)
	s.running.Go(s.tick)
	return s, nil
}

// receive takes a publish from the bus.
func (s *Server) receive(message []byte) {
	p, err := guildhall.DecodePublish(message)
	if err != nil {
		s.metrics.undecodable.Inc()
		return
	}
	s.step(func(c *Core) { c.Publish(time.Now(), p) })
}

// tick drives what is due until Close.
func (s *Server) tick() {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
		}
		ring := s.owners.Ring()
		s.step(func(c *Core) {
			now := time.Now()
			c.Ring(now, ring)
			c.Tick(now)
		})
	}
}

// step gives the core an input and does what it says.
func (s *Server) step(input func(*Core)) {
	s.mu.Lock()
	input(s.core)
	out := s.core.Output()
	var wakes, reauthenticate []*socket
	drops := make([]*socket, len(out.Drops))
	for i, d := range out.Drops {
		drops[i] = s.sockets[d.Attach]
		delete(s.sockets, d.Attach)
	}
	for _, k := range out.Wakes {
		if socket := s.sockets[k.Attach]; socket != nil {
			wakes = append(wakes, socket)
		}
	}
	for _, k := range out.Reauthenticate {
		if socket := s.sockets[k.Attach]; socket != nil {
			reauthenticate = append(reauthenticate, socket)
		}
	}
	closed := s.closed
	after := make([]chan struct{}, len(out.Follows))
	for i, f := range out.Follows {
		after[i] = s.leaving[f.Object]
		if f.Unfollow {
			s.leaving[f.Object] = make(chan struct{})
		}
	}
	s.mu.Unlock()

	s.metrics.count(&out)
	for i, socket := range drops {
		if socket != nil {
			socket.dropped(out.Drops[i])
		}
	}
	for _, socket := range wakes {
		socket.wake()
	}
	if closed {
		return
	}
	for i := range out.Follows {
		s.running.Go(func() { s.follow(&out.Follows[i], after[i]) })
	}
	for _, socket := range reauthenticate {
		s.running.Go(socket.reauthenticate)
	}
	for _, h := range out.HangUps {
		s.running.Go(func() { s.hangUp(h) })
	}
	s.tells.put(out.Tells)
}

// follow asks an owner and gives the core the answer. There is at most one per object, beside the end of an earlier one,
// for which it waits.
func (s *Server) follow(f *guildhall.Follow, after <-chan struct{}) {
	if after != nil {
		select {
		case <-after:
		case <-s.ctx.Done():
			return
		}
	}
	select {
	case s.follows <- struct{}{}:
		defer func() { <-s.follows }()
	case <-s.ctx.Done():
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, callTimeout)
	defer cancel()
	answer, err := s.owners.Follow(ctx, f)
	if err != nil {
		answer = nil
		s.metrics.followErrors.Inc()
		if s.ctx.Err() == nil {
			s.config.Log.Warn("follow failed", "object", f.Object.String(), "from", f.From, "error", err)
		}
	}
	if f.Unfollow {
		s.mu.Lock()
		close(s.leaving[f.Object])
		delete(s.leaving, f.Object)
		s.mu.Unlock()
		return
	}
	s.step(func(c *Core) { c.Followed(time.Now(), f.Object, answer) })
}

// Sessions is the number of sessions, with and without sockets.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.core.SessionCount()
}

// Close ends all sockets at once and returns when the last goroutine has ended.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed, s.draining = true, true
	open := s.openSockets()
	s.mu.Unlock()
	s.cancel()
	s.unbus()
	for _, socket := range open {
		socket.abort()
	}
	s.running.Wait()
}

// openSockets lists them. It must be called with mu held.
func (s *Server) openSockets() []*socket {
	open := make([]*socket, 0, len(s.open))
	for socket := range s.open {
		open = append(open, socket)
	}
	return open
}
