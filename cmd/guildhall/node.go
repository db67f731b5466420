package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/admission"
	"guildhall/bus"
	"guildhall/calls"
	"guildhall/cluster"
	"guildhall/guilds"
	"guildhall/store"
)

// nodeName is the name of the one node of a single server.
const nodeName = "local"

// node is the part of a server that needs no listener: store, owner, and the ways to them. Commands that work on a data
// folder without a running server use it alone.
type node struct {
	store   store.Store
	bus     *bus.Local
	network *calls.Network
	ring    *cluster.Ring
	router  *cluster.Router
	auth    *admission.Authenticator
	owner   *guilds.Owner
	metrics *prometheus.Registry

	// life ends when the node is to end, by cancel.
	life   context.Context
	cancel context.CancelFunc
	// ended is closed when the node is to end.
	ended   <-chan struct{}
	running sync.WaitGroup
	// failed gets what ended a part of the node, if anything but close did. It has room for each part once.
	failed chan error
}

// nodeParts is how many supervised parts a node has at most: owner and ring, listeners, the watch over the store.
const nodeParts = 8

// startNode opens nothing: it runs an owner over a store and returns when the owner has claimed its slots. The store is the
// node's from then on, also when it fails. full, which may be nil, tells that it takes nothing new.
func startNode(ctx context.Context, s store.Store, limits guildhall.Limits, metrics *prometheus.Registry, full func() bool, log *slog.Logger) (*node, error) {
	n := &node{
		store: s, bus: new(bus.Local), network: new(calls.Network), ring: cluster.NewRing(s),
		metrics: metrics, failed: make(chan error, nodeParts),
	}
	if err := n.bus.Register(metrics); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	directory := new(cluster.Directory)
	n.router = cluster.NewRouter(n.network, n.ring, directory)
	n.auth = admission.NewAuthenticator(n.router, s, nil)
	owner, err := guilds.New(guilds.Config{
		Store: s, Bus: n.bus, Sender: n.router, Ring: n.ring, Directory: directory, Node: nodeName, Limits: limits,
		Logger: log.With("role", "guilds"), Metrics: guilds.NewMetrics(n.metrics), Full: full,
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	n.owner = owner
	n.network.Serve(nodeName, owner.Handle)
	// The node outlives the context of its start: Close ends it, after the roles in front of it have drained.
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	n.life, n.cancel, n.ended = running, cancel, running.Done()
	ready := make(chan struct{})
	n.supervise(running, "owner", func(ctx context.Context) error { return owner.Run(ctx, func() { close(ready) }) })
	n.supervise(running, "ring", func(ctx context.Context) error {
		n.ring.Run(ctx)
		return nil
	})
	select {
	case <-ready:
		return n, nil
	case err := <-n.failed:
		return nil, errors.Join(err, n.close())
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), n.close())
	}
}

// errEnded is why a node fails of which a part has ended without saying why.
var errEnded = errors.New("ended by itself")

// supervise runs a part that the node can't be without until ctx ends: that it ends before is the node's failure.
func (n *node) supervise(ctx context.Context, part string, run func(context.Context) error) {
	n.start(func() {
		err := run(ctx)
		if err == nil && ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errEnded
		}
		n.failed <- fmt.Errorf("%s: %w", part, err)
	})
}

func (n *node) start(f func()) {
	n.running.Add(1)
	go func() {
		defer n.running.Done()
		f()
	}()
}

// close ends the owner and the store, in this order, and waits for both.
func (n *node) close() error {
	n.cancel()
	n.running.Wait()
	return n.store.Close()
}
