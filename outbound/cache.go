package outbound

import (
	"container/list"
	"sync"
	"time"
)

// entryBytes is what an entry takes beside its key and what it holds.
const entryBytes = 256

// Cache remembers what came of calls, within bytes and for a while: also that it was nothing, so that a server that is down is
// not asked again and again. What was not used for longest goes first. Safe for several goroutines.
type Cache[V any] struct {
	// fixed after NewCache
	bytesMax int
	now      func() time.Time

	mu    sync.Mutex
	byKey map[string]*list.Element // of *cached[V], guarded by mu
	order *list.List               // the one used last in front, guarded by mu
	bytes int                      // guarded by mu
}

type cached[V any] struct {
	key   string
	value V
	until time.Time
	bytes int
}

// NewCache makes a cache of that many bytes.
func NewCache[V any](bytesMax int, now func() time.Time) *Cache[V] {
	return &Cache[V]{bytesMax: bytesMax, now: now, byKey: map[string]*list.Element{}, order: list.New()}
}

// Get gives what is remembered, and counts as using it.
func (c *Cache[V]) Get(key string) (V, bool) {
	var none V
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.byKey[key]
	if at == nil {
		return none, false
	}
	e := at.Value.(*cached[V])
	if !c.now().Before(e.until) {
		c.remove(at)
		return none, false
	}
	c.order.MoveToFront(at)
	return e.value, true
}

// Put remembers a value of that many bytes for a while. One that is larger than the cache is not remembered.
func (c *Cache[V]) Put(key string, v V, bytes int, age time.Duration) {
	e := &cached[V]{key, v, c.now().Add(age), len(key) + bytes + entryBytes}
	c.mu.Lock()
	defer c.mu.Unlock()
	if before := c.byKey[key]; before != nil {
		c.remove(before)
	}
	if e.bytes > c.bytesMax {
		return
	}
	c.byKey[key] = c.order.PushFront(e)
	c.bytes += e.bytes
	for c.bytes > c.bytesMax {
		c.remove(c.order.Back())
	}
}

// remove is called with mu held.
func (c *Cache[V]) remove(at *list.Element) {
	e := c.order.Remove(at).(*cached[V])
	delete(c.byKey, e.key)
	c.bytes -= e.bytes
}
