package unfurl

import (
	"container/list"
	"encoding/json"
	"sync"
	"time"
)

// What is remembered of links: as many as a busy guild posts in half an hour, in little memory.
const (
	// keptBytesMax bounds all that is kept, by the length of links and embeds.
	keptBytesMax = 4 << 20
	keptMax      = 4096
	// keptAge is for how long an embed is good, missedAge for how long it is believed that there is none.
	keptAge   = 30 * time.Minute
	missedAge = 5 * time.Minute
)

// cache remembers what links led to, also that it was nothing. The one that was not used for longest goes first.
type cache struct {
	now func() time.Time // fixed

	mu    sync.Mutex
	byURL map[string]*list.Element // of *kept, guarded by mu
	order *list.List               // the one used last in front, guarded by mu
	bytes int                      // guarded by mu
}

type kept struct {
	link  string
	embed *Embed // nil for none
	until time.Time
	bytes int
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, byURL: map[string]*list.Element{}, order: list.New()}
}

func (c *cache) get(link string) (e *Embed, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.byURL[link]
	if at == nil {
		return nil, false
	}
	k := at.Value.(*kept)
	if !c.now().Before(k.until) {
		c.remove(at)
		return nil, false
	}
	c.order.MoveToFront(at)
	return k.embed, true
}

func (c *cache) put(link string, e *Embed) {
	k := &kept{link: link, embed: e, until: c.now().Add(missedAge), bytes: len(link)}
	if e != nil {
		b, err := json.Marshal(e)
		if err != nil {
			return // never: it is plain data
		}
		k.until, k.bytes = c.now().Add(keptAge), k.bytes+len(b)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if before := c.byURL[link]; before != nil {
		c.remove(before)
	}
	c.byURL[link] = c.order.PushFront(k)
	c.bytes += k.bytes
	for c.bytes > keptBytesMax || c.order.Len() > keptMax {
		c.remove(c.order.Back())
	}
}

// remove is called with mu held.
func (c *cache) remove(at *list.Element) {
	k := c.order.Remove(at).(*kept)
	delete(c.byURL, k.link)
	c.bytes -= k.bytes
}
