package cluster

import (
	"sync"

	"guildhall/store"
)

// Directory tells which node writes which log. It only routes: a wrong entry costs a try.
type Directory struct {
	mu    sync.RWMutex
	nodes map[store.LogID]string // guarded by mu
}

// Put says that the node writes the log; entries of its earlier logs go.
func (d *Directory) Put(log store.LogID, node string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.nodes == nil {
		d.nodes = make(map[store.LogID]string)
	}
	for l, n := range d.nodes {
		if n == node {
			delete(d.nodes, l)
		}
	}
	d.nodes[log] = node
}

// Node gives the node that writes the log; false where none is known.
func (d *Directory) Node(log store.LogID) (string, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	n, ok := d.nodes[log]
	return n, ok
}
