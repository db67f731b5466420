package guilds

// pure core

import (
	"fmt"
	"slices"

	"guildhall"
)

// propose numbers a draft, applies it on top of the state and queues it.
// protocol §3.3
func (c *Core) propose(h *held, cmd *guildhall.Command, d *draft, asked Ticket) {
	sl := c.slots[h.object.Slot()]
	r := &guildhall.Record{
		Object: h.object, Position: h.staged + 1, Epoch: sl.epoch, Snowflake: sl.last,
		At: guildhall.TimestampOf(c.now), RequestID: cmd.RequestID, Source: cmd.Source,
		Reply: d.reply, Events: d.events, Rows: d.rows, FollowUps: d.followUps,
	}
	if cmd.Nonce != "" {
		r.Nonce = nonceOf(cmd)
	}
	if !cmd.Source.Object.IsZero() {
		r.Rows = append(slices.Clip(r.Rows), guildhall.SourceRow(h.object, cmd.Source))
	}
	size := r.Freeze()
	h.staged = r.Position
	c.remember(h, r)
	c.applyRecord(h, r, guildhall.Stage)
	for i := range r.FollowUps {
		if n, ok := nameLeft(r.Object, &r.FollowUps[i]); ok {
			c.letGo(n)
		}
	}
	c.queue = append(c.queue, &proposal{record: r, size: size, held: h, asked: []Ticket{asked}})
}

// Waiting is how many records are not projected yet, and how many follow-ups are not accepted by those they are for.
func (c *Core) Waiting() int { return len(c.queue) + len(c.inflight) + c.unprojected + c.mailed }

// flush starts the next append: one at a time per log, with what has queued up meanwhile. What is queued waits for the
// projector too: a takeover's tail is never longer than unprojectedMax and one batch.
// protocol §3.2, §3.4
func (c *Core) flush() {
	if c.dead || len(c.inflight) > 0 || len(c.queue) == 0 || c.unprojected > unprojectedMax {
		return
	}
	bytes, n := 0, 0
	for n < len(c.queue) && (n == 0 || bytes+c.queue[n].size <= batchBytesMax) {
		bytes += c.queue[n].size
		n++
	}
	c.inflight = slices.Clone(c.queue[:n])
	c.queue = slices.Delete(c.queue, 0, n)
	records := make([]*guildhall.Record, n)
	for i, p := range c.inflight {
		records[i] = p.record
	}
	c.do(Append{c.last + 1, records})
}

// appended settles the append in flight. What is committed goes, independently, to the callers, to those who follow and
// to the projector.
// protocol §3.5 to §3.7
func (c *Core) appended(in Appended) {
	if in.N != c.last+1 || len(c.inflight) == 0 {
		panic(fmt.Errorf("%w: append %d settled, %d in flight", errBroken, in.N, c.last+1))
	}
	if in.Outcome == Fenced {
		c.die()
		return
	}
	c.last, c.full = in.N, false
	batch := c.inflight
	c.inflight = nil
	records := make([]*guildhall.Record, len(batch))
	for i, p := range batch {
		records[i] = p.record
		c.commit(p)
	}
	c.projecting = append(c.projecting, waitingBatch{in.N, records, c.now})
	c.unprojected += len(records)
	c.do(Project{in.N, records})
}

func (c *Core) commit(p *proposal) {
	h, r := p.held, p.record
	c.applyRecord(h, r, guildhall.Commit)
	h.committed = r.Position
	h.recent = append(h.recent, r)
	for _, t := range p.asked {
		c.answer(t, done(h, r))
	}
	c.publish(h, r)
	c.release(h)
}

// publish sends a committed record once to each node that follows the object.
func (c *Core) publish(h *held, r *guildhall.Record) {
	nodes := c.nodes(h)
	if len(nodes) == 0 {
		return
	}
	c.do(Send{nodes, &guildhall.Publish{
		Object: h.object, Ring: c.ring.Version, Epoch: r.Epoch, Record: guildhall.AppendRecord(nil, r),
	}})
}

// sendEphemeral sends events that are never logged.
func (c *Core) sendEphemeral(h *held, events []guildhall.Event) {
	nodes := c.nodes(h)
	if len(nodes) == 0 || len(events) == 0 {
		return
	}
	epoch := c.slots[h.object.Slot()].epoch
	for i := range events {
		c.do(Send{nodes, &guildhall.Publish{
			Object: h.object, Ring: c.ring.Version, Epoch: epoch, Ephemeral: &events[i],
		}})
	}
}

// nodes lists the followers in a fixed order, and forgets those that have not asked for too long: a node that went without
// a word would be published to, and would keep the object in memory, for ever.
func (c *Core) nodes(h *held) []string {
	nodes := make([]string, 0, len(h.followers))
	for n, asked := range h.followers {
		if c.now.Sub(asked) > followerAge {
			delete(h.followers, n)
			continue
		}
		nodes = append(nodes, n)
	}
	slices.Sort(nodes)
	return nodes
}

// answerAt answers, and sends events that are not logged, when all up to the barrier's position is committed: what saw a
// proposed change must not leave before it.
// protocol §1 rule 1
func (c *Core) answerAt(h *held, b barrier) {
	if b.position <= h.committed {
		c.settle(h, b)
		return
	}
	h.barriers = append(h.barriers, b)
}

func (c *Core) release(h *held) {
	n := 0
	for n < len(h.barriers) && h.barriers[n].position <= h.committed {
		c.settle(h, h.barriers[n])
		n++
	}
	h.barriers = h.barriers[n:]
}

func (c *Core) settle(h *held, b barrier) {
	c.sendEphemeral(h, b.events)
	a := b.answer
	a.Object, a.Position, a.Projected = h.object, h.committed, h.projected
	a.Epoch = c.slots[h.object.Slot()].epoch
	a.Unlogged = a.Status == guildhall.Done
	c.answer(b.ticket, a)
}

// projected moves the objects' projected positions, and lets memory go that only the unprojected needed.
func (c *Core) projected(n uint64) {
	for len(c.projecting) > 0 && c.projecting[0].n <= n {
		b := c.projecting[0]
		c.projecting = c.projecting[1:]
		c.unprojected -= len(b.records)
		for _, r := range b.records {
			c.mailFrom(r)
			h := c.held[r.Object]
			h.projected = max(h.projected, r.Position)
			h.trimRecent()
			h.trimRows()
		}
	}
}
