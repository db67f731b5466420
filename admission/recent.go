package admission

import (
	"container/list"
	"sync"
)

// Recent is a map that keeps the entries used last, a fixed number of them. It is safe for several goroutines.
type Recent[K comparable, V any] struct {
	max int // fixed after NewRecent

	mu      sync.Mutex
	entries map[K]*list.Element
	order   *list.List // of recentEntry[K, V], used last in front
}

type recentEntry[K comparable, V any] struct {
	key   K
	value V
}

// NewRecent makes a map of at most max entries, which must be above 0.
func NewRecent[K comparable, V any](max int) *Recent[K, V] {
	if max <= 0 {
		panic("admission: a map for no entries")
	}
	return &Recent[K, V]{max: max, entries: map[K]*list.Element{}, order: list.New()}
}

// Get gives an entry and counts as using it.
func (r *Recent[K, V]) Get(key K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[key]
	if !ok {
		var none V
		return none, false
	}
	r.order.MoveToFront(e)
	return e.Value.(recentEntry[K, V]).value, true
}

// Update replaces an entry by what change makes of it, and drops the one unused longest if there are too many. change must
// not use the map.
func (r *Recent[K, V]) Update(key K, change func(old V, had bool) V) V {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.entries[key]; ok {
		v := change(e.Value.(recentEntry[K, V]).value, true)
		e.Value = recentEntry[K, V]{key, v}
		r.order.MoveToFront(e)
		return v
	}
	var none V
	v := change(none, false)
	r.entries[key] = r.order.PushFront(recentEntry[K, V]{key, v})
	if r.order.Len() > r.max {
		last := r.order.Back()
		r.order.Remove(last)
		delete(r.entries, last.Value.(recentEntry[K, V]).key)
	}
	return v
}

// Put sets an entry.
func (r *Recent[K, V]) Put(key K, v V) {
	r.Update(key, func(V, bool) V { return v })
}

// Delete forgets an entry.
func (r *Recent[K, V]) Delete(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.entries[key]; ok {
		r.order.Remove(e)
		delete(r.entries, key)
	}
}

// Len is the number of entries.
func (r *Recent[K, V]) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.order.Len()
}
