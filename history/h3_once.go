package history

import (
	"slices"

	"guildhall"
)

// checkOnce judges H3: one request id, one enforced nonce and one send make one message at most, and one record.
func checkOnce(ix *index, j *judge) {
	ix.onceAcknowledged(j)
	ix.onceRecorded(j)
	ix.onceStored(j)
}

// onceAcknowledged finds retries that were told different ids.
func (ix *index) onceAcknowledged(j *judge) {
	compare := func(ops []*op, what string) {
		var first *op
		for _, o := range ops {
			if !o.ok() || o.out.ID == 0 {
				continue
			}
			j.judged()
			if first == nil {
				first = o
			} else if first.out.ID != o.out.ID {
				j.fail([]int{first.n, first.endN, o.n, o.endN}, "%s was answered with %s and with %s", what, first.out.ID, o.out.ID)
			}
		}
	}
	for _, o := range ix.ops {
		if ops := ix.byRequest[o.Request]; len(ops) > 0 && ops[0] == o {
			compare(ops, "one request")
		}
		if key, ok := o.nonceKey(); ok && ix.byNonce[key][0] == o {
			compare(ix.byNonce[key], "enforced nonce "+o.Nonce)
		}
	}
}

// onceRecorded finds requests and nonces that have two records.
func (ix *index) onceRecorded(j *judge) {
	type place struct {
		object   guildhall.Object
		position uint64
		n        int
	}
	requests, nonces := map[Request]place{}, map[guildhall.NonceKey]place{}
	for i := range ix.commits {
		c := &ix.commits[i]
		p := place{c.f.Object, c.f.Position, c.n}
		twice := func(first place) bool { return first.object != p.object || first.position != p.position }
		if c.f.Request != (Request{}) {
			j.judged()
			if first, ok := requests[c.f.Request]; !ok {
				requests[c.f.Request] = p
			} else if twice(first) {
				j.fail([]int{first.n, p.n}, "one request has two records, %s at %d and %s at %d", first.object, first.position, p.object, p.position)
				continue
			}
		}
		if c.f.Nonce.Nonce == "" {
			continue
		}
		j.judged()
		if first, ok := nonces[c.f.Nonce]; !ok {
			nonces[c.f.Nonce] = p
		} else if twice(first) {
			j.fail([]int{first.n, p.n}, "nonce %s has two records, %s at %d and %d", c.f.Nonce.Nonce, p.object, first.position, p.position)
		}
	}
}

// onceStored counts the messages of each content against the sends of it, in all that was stored, listed and delivered.
func (ix *index) onceStored(j *judge) {
	c := counting{ix: ix, ids: map[content]map[guildhall.Snowflake]int{}, nonces: map[guildhall.NonceKey]map[guildhall.Snowflake]int{}}
	for i := range ix.finals {
		f := &ix.finals[i]
		for k := range f.f.Items {
			c.saw(f.n, f.f.Channel, f.f.Items[k])
		}
	}
	for i := range ix.pages {
		p := &ix.pages[i]
		for k := range p.f.Items {
			c.saw(p.n, p.f.Channel, p.f.Items[k])
		}
	}
	for _, l := range ix.lives {
		for i := range l.receives {
			if r := &l.receives[i]; r.f.Type == messageCreate {
				c.made(r.n, r.f.Channel, Item{r.f.ID, r.f.Hash, r.f.Author, r.f.Nonce})
			}
		}
	}
	for i := range ix.commits {
		r := &ix.commits[i]
		for _, e := range r.f.Events {
			if e.Type == messageCreate {
				c.made(r.n, e.Channel, Item{ID: e.ID, Hash: e.Hash})
			}
		}
	}
	for _, o := range ix.ops {
		if o.Kind == Send && o.ok() {
			c.made(o.endN, o.Channel, Item{ID: o.out.ID, Hash: o.Hash})
		}
	}
	c.judge(j)
}

// counting is the ids seen of each content and of each enforced nonce, with a line that shows each.
type counting struct {
	ix     *index
	ids    map[content]map[guildhall.Snowflake]int
	nonces map[guildhall.NonceKey]map[guildhall.Snowflake]int
	order  []content
	keys   []guildhall.NonceKey
}

// saw notes a listed message, whose content is that of its creation only if nobody may have edited it.
func (c *counting) saw(n int, channel guildhall.ChannelID, item Item) {
	if m := c.ix.messages[item.ID]; m != nil && len(m.edits) > 0 {
		item.Hash = 0
	}
	c.made(n, channel, item)
}

func (c *counting) made(n int, channel guildhall.ChannelID, item Item) {
	if item.ID == 0 || channel == 0 {
		return
	}
	if item.Nonce != "" {
		key := guildhall.NonceKey{Author: item.Author, Channel: channel, Nonce: item.Nonce}
		if len(c.ix.byNonce[key]) > 0 {
			if c.nonces[key] == nil {
				c.nonces[key] = map[guildhall.Snowflake]int{}
				c.keys = append(c.keys, key)
			}
			note(c.nonces[key], item.ID, n)
		}
	}
	key := content{channel, item.Hash}
	if item.Hash == 0 || len(c.ix.sends[key]) == 0 {
		return // H2 judges content that nobody sent
	}
	if c.ids[key] == nil {
		c.ids[key] = map[guildhall.Snowflake]int{}
		c.order = append(c.order, key)
	}
	note(c.ids[key], item.ID, n)
}

func note(ids map[guildhall.Snowflake]int, id guildhall.Snowflake, n int) {
	if _, ok := ids[id]; !ok {
		ids[id] = n
	}
}

func (c *counting) judge(j *judge) {
	found := map[guildhall.Snowflake]bool{}
	for _, key := range c.keys {
		j.judged()
		if ids := c.nonces[key]; len(ids) > 1 {
			j.fail(linesOf(ids), "enforced nonce %s made %d messages in channel %s", key.Nonce, len(ids), key.Channel)
			for id := range ids {
				found[id] = true
			}
		}
	}
	for _, key := range c.order {
		j.judged()
		ids, sends := c.ids[key], c.ix.sends[key]
		if len(ids) <= 1 {
			continue
		}
		once := c.logical(sends)
		known := false
		for id := range ids {
			known = known || found[id]
		}
		if len(ids) > once && !known && !c.ix.o.OtherWriters {
			j.fail(append(linesOf(ids), sends[0].n), "content %s was sent %d times to channel %s and is there in %d messages",
				key.hash, once, key.channel, len(ids))
		}
	}
}

// logical counts sends, those of one request or enforced nonce as one.
func (c *counting) logical(sends []*op) int {
	n := 0
	for _, o := range sends {
		first := slices.ContainsFunc(c.ix.same(o), func(s *op) bool { return s != o && s.may() && s.Hash == o.Hash })
		if !first {
			n++
		}
	}
	return n
}

func linesOf(ids map[guildhall.Snowflake]int) []int {
	var lines []int
	for _, n := range ids {
		lines = append(lines, n)
	}
	slices.Sort(lines)
	return lines
}
