package guilds

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"guildhall"
	"guildhall/bus"
	"guildhall/calls"
	"guildhall/cluster"
	"guildhall/store"
)

const (
	// inboxMax bounds the inputs that wait for the core; askers wait beyond it, within their deadline.
	inboxMax = 4096
	// readersMax bounds the reads that the owner has under way at the store, sendersMax the first tries to deliver
	// follow-ups, and resendersMax the others: what can't be delivered must not hold up what can.
	readersMax   = 32
	sendersMax   = 32
	resendersMax = 8
	// readTimeout bounds one load.
	readTimeout = 5 * time.Second
	// repeatFirst and repeatMost are the pauses before a write whose outcome is unknown is repeated.
	repeatFirst = 5 * time.Millisecond
	repeatMost  = time.Second
	// sendTimeout bounds the first try to deliver a follow-up, resendTimeout each other one.
	sendTimeout   = 2 * time.Second
	resendTimeout = 10 * time.Second
	// tickEvery is how often it is looked what time has brought about.
	tickEvery = time.Second
	// pruneEvery is how often events past the retention are removed, and pruneRecords after how many records in any case:
	// fewer than what one call removes, so that a busy owner's events do not outgrow the removal.
	pruneEvery   = time.Minute
	pruneRecords = 2000
)

// errStopped means that the owner ended before it answered: whether the request was carried out is not known.
var errStopped = errors.New("owner stopped before it answered")

// Sender delivers follow-ups: the router, which finds the owner of the second object.
type Sender interface {
	Command(ctx context.Context, cmd *guildhall.Command) (*guildhall.Answer, error)
}

// Config is what an owner is made of.
type Config struct {
	Store  store.Store
	Bus    bus.Bus
	Sender Sender
	Ring   *cluster.Ring
	// Directory is told which node writes the owner's log.
	Directory *cluster.Directory
	Node      string
	Logger    *slog.Logger
	Metrics   *Metrics
	// Limits are how many of things there may be; the zero value has Discord's.
	Limits guildhall.Limits
	// Now is the wall clock; time.Now when nil.
	Now func() time.Time
	// Full tells that the store takes nothing new just now, so that changes are refused at once; nil when it always may.
	Full func() bool
}

// Owner runs the core against a real store, clock and bus. When its log is sealed it starts again with a new one.
type Owner struct {
	cfg Config

	mu      sync.Mutex
	current *incarnation // guarded by mu

	// waiting is Core.Waiting as of the last step.
	waiting atomic.Int64
}

// Waiting is how many records and follow-ups of this owner are not settled yet.
func (o *Owner) Waiting() int { return int(o.waiting.Load()) }

// New makes an owner that owns nothing until Run.
func New(cfg Config) (*Owner, error) {
	if cfg.Store == nil || cfg.Bus == nil || cfg.Sender == nil || cfg.Ring == nil || cfg.Directory == nil || cfg.Node == "" {
		return nil, errors.New("guilds: an owner needs store, bus, sender, ring, directory and node")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Metrics == nil {
		cfg.Metrics = NewMetrics(nil)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Owner{cfg: cfg}, nil
}

// Run owns what the ring gives it until ctx ends, and returns when all it started has ended. ready is called when the
// slots are claimed for the first time.
//
// An error means that the first claim failed. Later ones, after the log was sealed, are tried until they succeed.
func (o *Owner) Run(ctx context.Context, ready func()) error {
	begun := false
	begin := func() {
		if !begun {
			begun = true
			ready()
		}
	}
	pause := repeatFirst
	for ctx.Err() == nil {
		fenced, err := o.incarnate().run(ctx, begin)
		switch {
		case err != nil && !begun:
			return err
		case err != nil:
			o.cfg.Logger.Warn("slots not claimed, trying again", "error", err)
			sleep(ctx, &pause)
		case fenced:
			pause = repeatFirst
			o.cfg.Metrics.fenced.Inc()
			o.cfg.Logger.Warn("log was sealed by another; starting again with a new one")
		}
	}
	return nil
}

func (o *Owner) incarnate() *incarnation {
	i := &incarnation{
		Config:    o.cfg,
		waiting:   &o.waiting,
		inbox:     make(chan Input, inboxMax),
		project:   make(chan Project, unprojectedMax+1),
		prune:     make(chan struct{}, 1),
		readers:   make(chan struct{}, readersMax),
		senders:   make(chan struct{}, sendersMax),
		resenders: make(chan struct{}, resendersMax),
		due:       make(chan struct{}, dueMaxAll),
		asked:     make(map[Ticket]chan Output),
		stopped:   make(chan struct{}),
	}
	_, _ = rand.Read(i.log[:]) // never fails
	i.core = NewCore(i.log, o.cfg.Limits)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.current = i
	return i
}

// Handle answers the calls of other nodes: commands, queries and follows.
func (o *Owner) Handle(ctx context.Context, r calls.Request) ([]byte, error) {
	o.mu.Lock()
	i := o.current
	o.mu.Unlock()
	if i == nil {
		return nil, calls.ErrNoNode
	}
	if !slices.Contains([]string{cluster.MethodCommand, cluster.MethodQuery, cluster.MethodFollow}, r.Method) {
		return nil, fmt.Errorf("owner answers no %q", r.Method)
	}
	started := time.Now()
	defer func() { o.cfg.Metrics.asks.WithLabelValues(r.Method).Observe(time.Since(started).Seconds()) }()
	if r.Method != cluster.MethodFollow {
		cmd := new(guildhall.Command)
		if err := json.Unmarshal(r.Body, cmd); err != nil {
			return nil, fmt.Errorf("decode %s: %w", r.Method, err)
		}
		out, err := i.ask(ctx, func(t Ticket) Input { return Ask{t, cmd, r.Method == cluster.MethodQuery} })
		if err != nil {
			return nil, err
		}
		a := out.(Answered).Answer
		if a.Err != nil && a.Err.Status >= 500 && !errors.Is(a.Err, errFull) {
			o.cfg.Logger.Error("command failed", "command", cmd.Name, "object", a.Object.String(), "error", a.Err)
		}
		return json.Marshal(a)
	}
	var f guildhall.Follow
	if err := json.Unmarshal(r.Body, &f); err != nil {
		return nil, fmt.Errorf("decode %s: %w", r.Method, err)
	}
	out, err := i.ask(ctx, func(t Ticket) Input { return AskFollow{t, f} })
	if err != nil {
		return nil, err
	}
	return json.Marshal(out.(FollowAnswered).Followed)
}

// incarnation is the owner with one log.
type incarnation struct {
	Config
	log     store.LogID
	core    *Core
	waiting *atomic.Int64 // the owner's

	inbox     chan Input
	project   chan Project
	prune     chan struct{} // has one when it is time
	readers   chan struct{}
	senders   chan struct{}
	resenders chan struct{}
	due       chan struct{} // has one for each command under way that time has brought about
	stopped   chan struct{} // closed when nobody reads the inbox any more

	unpruned int // owned by append

	mu      sync.Mutex
	asked   map[Ticket]chan Output // guarded by mu
	tickets Ticket                 // guarded by mu
}

// ask brings an input to the core and waits for its answer.
func (i *incarnation) ask(ctx context.Context, in func(Ticket) Input) (Output, error) {
	answer := make(chan Output, 1)
	i.mu.Lock()
	i.tickets++
	t := i.tickets
	i.asked[t] = answer
	i.mu.Unlock()
	defer func() {
		i.mu.Lock()
		delete(i.asked, t)
		i.mu.Unlock()
	}()
	select {
	case i.inbox <- in(t):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-i.stopped:
		return nil, calls.ErrNoNode
	}
	select {
	case out := <-answer:
		return out, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-i.stopped:
	}
	select {
	case out := <-answer:
		return out, nil
	default:
		return nil, errStopped
	}
}

// left tells whether an asker has given up before the core saw what it asks: then nothing need be done.
func (i *incarnation) left(in Input) bool {
	var t Ticket
	switch in := in.(type) {
	case Ask:
		t = in.Ticket
	case AskFollow:
		t = in.Ticket
	default:
		return false
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[t] == nil
}

// run claims the slots and lets the core work until ctx ends or the log is found sealed.
func (i *incarnation) run(parent context.Context, ready func()) (fenced bool, err error) {
	ctx, cancel := context.WithCancel(parent)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	defer close(i.stopped)

	if err := cluster.ClaimAll(ctx, i.Store, i.log); err != nil {
		if parent.Err() != nil {
			return false, nil
		}
		return false, fmt.Errorf("claim slots: %w", err)
	}
	table, err := i.Ring.Fresh(ctx)
	if err != nil {
		if parent.Err() != nil {
			return false, nil
		}
		return false, fmt.Errorf("read ring after the claim: %w", err)
	}
	if !names(table, i.log) {
		return true, nil // taken already, before anything was served
	}
	start := func(f func(context.Context)) {
		all.Add(1)
		go func() {
			defer all.Done()
			f(ctx)
		}()
	}
	start(i.runProjector)
	start(i.runPruner)
	start(i.runClock)
	stop := i.watchRing(start)
	defer stop()
	i.step(ctx, start, RingSeen{table})
	i.Directory.Put(i.log, i.Node)
	ready()
	for {
		select {
		case in := <-i.inbox:
			if !i.left(in) && i.step(ctx, start, in) {
				return true, nil
			}
		case <-ctx.Done():
			return false, nil
		}
	}
}

// names tells whether any slot is in the log.
func names(table store.RingTable, log store.LogID) bool {
	for _, claim := range table.Slots {
		if claim.Log == log {
			return true
		}
	}
	return false
}

// watchRing brings each newer ring to the core. Only the newest matters, so that a slow core skips some.
func (i *incarnation) watchRing(start func(func(context.Context))) (stop func()) {
	newest := make(chan store.RingTable, 1)
	stop = i.Ring.Watch(func(table store.RingTable) {
		select {
		case <-newest:
		default:
		}
		newest <- table
	})
	start(func(ctx context.Context) {
		for {
			select {
			case table := <-newest:
				i.bring(ctx, RingSeen{table})
			case <-ctx.Done():
				return
			}
		}
	})
	return stop
}

// bring hands an input to the core unless all is ending.
func (i *incarnation) bring(ctx context.Context, in Input) {
	select {
	case i.inbox <- in:
	case <-ctx.Done():
	}
}

// step lets the core take one input and sees to what it wants done; true when the core is dead.
func (i *incarnation) step(ctx context.Context, start func(func(context.Context)), in Input) (dead bool) {
	todo := i.core.Step(i.Now(), in)
	i.waiting.Store(int64(i.core.Waiting()))
	for _, out := range todo {
		switch out := out.(type) {
		case Answered:
			i.reply(out.Ticket, out)
		case FollowAnswered:
			i.reply(out.Ticket, out)
		case Send:
			i.send(out)
		case Append:
			start(func(ctx context.Context) { i.append(ctx, out) })
		case Project:
			i.project <- out // never waits: it holds as many batches as the core lets be unprojected
		case Deliver:
			start(func(ctx context.Context) { i.deliver(ctx, out.Pending) })
		case Release:
			start(func(ctx context.Context) {
				if i.release(ctx, out.Key, out.Object) {
					i.bring(ctx, Released(out))
				}
			})
		case OutboxDone:
			start(func(ctx context.Context) { i.outboxDone(ctx, out.Pending) })
		case RefreshRing:
			start(func(ctx context.Context) { _, _ = i.Ring.Fresh(ctx) })
		case Run:
			i.runDue(start, out.Command)
		case Dead:
			dead = true
		default:
			start(func(ctx context.Context) { i.load(ctx, out) })
		}
	}
	return dead
}

func (i *incarnation) reply(t Ticket, out Output) {
	i.mu.Lock()
	answer := i.asked[t]
	i.mu.Unlock()
	if answer != nil {
		answer <- out // has room for the one answer
	}
}

func (i *incarnation) send(out Send) {
	frame := guildhall.AppendPublish(nil, out.Publish)
	for _, node := range out.Nodes {
		i.Bus.Publish(node, frame)
	}
}
