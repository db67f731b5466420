package guilds

// pure core

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"guildhall"
)

func (c *Core) ask(in Ask) {
	s := in.Command.Where()
	if c.slots[s] == nil {
		c.answer(in.Ticket, &guildhall.Answer{Status: guildhall.NotOwner})
		return
	}
	if err := misaddressed(in.Command); err != nil {
		c.refuse(in, err)
		return
	}
	if !in.Query && c.busy() || len(c.parked) >= parkedMax {
		c.answer(in.Ticket, &guildhall.Answer{Status: guildhall.Busy})
		return
	}
	c.proceed(&parkedAsk{ask: in, object: in.Command.Object})
}

// misaddressed refuses what names no place, or two: no node sends such a command.
func misaddressed(cmd *guildhall.Command) error {
	named := !cmd.Object.IsZero()
	if !named && cmd.Birth == (cmd.Channel != 0) {
		return guildhall.ErrInternal.Because(fmt.Errorf("%w: %q is for nothing", errBroken, cmd.Name))
	}
	return nil
}

// refuse answers an ask that no object has judged, as of the slot's present epoch.
func (c *Core) refuse(in Ask, err error) {
	a := refusal(err)
	if !in.Query {
		c.settleAnswer(in.Command, in.Command.Object, 0, a)
	}
	a.Epoch = c.slots[in.Command.Where()].epoch
	c.answer(in.Ticket, a)
}

// proceed carries an ask as far as it can get without waiting, and parks it where it must wait. It is called again, with
// the same ask, when what it waited for is there.
func (c *Core) proceed(p *parkedAsk) {
	cmd := p.ask.Command
	sl := c.slots[cmd.Where()]
	if sl == nil {
		c.turnAway(p, guildhall.NotOwner)
		return
	}
	if !sl.loaded {
		c.awaitSlot(cmd.Where(), sl, p)
		return
	}
	if c.settledBefore(p) {
		return
	}
	if p.object.IsZero() {
		if !c.locate(p, sl) {
			return
		}
	}
	if newObject(p.object) == nil {
		c.refuse(p.ask, guildhall.ErrInternal.Because(fmt.Errorf("%w: nothing is known of objects like %v", errBroken, p.object)))
		return
	}
	if p.object.Slot() != cmd.Where() { // who holds a claim, or has a channel, may live in a slot that is another's
		c.refuse(p.ask, guildhall.ErrInternal.Because(fmt.Errorf("%w: %v is not of slot %d", errBroken, p.object, cmd.Where())))
		return
	}
	h := c.hold(p.object, p.born)
	if !h.loaded {
		c.park(p)
		h.waiting = append(h.waiting, p)
		return
	}
	if p.ask.Query {
		c.query(h, p)
		return
	}
	if c.known(h, p) {
		return
	}
	// A birth must have its own claim first: only that tells whether an earlier try has been committed.
	if (c.full || c.low) && (p.claimed > 0 || !cmd.Birth) {
		c.refuse(p.ask, errFull)
		c.free(p)
		c.dropIfNothing(h)
		return
	}
	if p.claimed < len(p.claims()) {
		c.claimNext(p, sl)
		return
	}
	c.decide(h, p)
}

// locate finds the object that a command by channel or a birth is for; false when it must wait or has been answered.
func (c *Core) locate(p *parkedAsk, sl *slot) bool {
	cmd := p.ask.Command
	if cmd.Birth {
		o, given, err := c.born(cmd, sl)
		if err != nil {
			c.refuse(p.ask, err)
			return false
		}
		p.object, p.born = o, !given
		return true
	}
	o, known := c.places[cmd.Channel]
	if !known {
		c.park(p)
		waiting := c.byPlace[cmd.Channel]
		c.byPlace[cmd.Channel] = append(waiting, p)
		if len(waiting) == 0 {
			c.do(LoadPlace{cmd.Channel})
		}
		return false
	}
	if o.IsZero() {
		c.refuse(p.ask, guildhall.ErrUnknownChannel)
		return false
	}
	p.object = o
	return true
}

// born names the object that a birth makes: a new id, or the one that an import brings along. given says that it was
// brought along, and may therefore exist.
func (c *Core) born(cmd *guildhall.Command, sl *slot) (o guildhall.Object, given bool, err error) {
	kinds := map[string]guildhall.ObjectKind{
		guildhall.CommandGuildCreate:   guildhall.KindGuild,
		guildhall.CommandUserCreate:    guildhall.KindUser,
		guildhall.CommandPrivateCreate: guildhall.KindPrivate,
	}
	kind, ok := kinds[cmd.Name]
	if !ok {
		return o, false, guildhall.ErrInternal.Because(fmt.Errorf("%w: %q gives birth to nothing", errBroken, cmd.Name))
	}
	var brought struct {
		ID guildhall.Snowflake `json:"id"`
	}
	if err := json.Unmarshal(cmd.Body, &brought); err != nil {
		return o, false, guildhall.ErrInvalidForm.Because(err)
	}
	if brought.ID == 0 || cmd.Actor != 0 {
		return guildhall.Object{Kind: kind, ID: c.nextID(cmd.Slot, sl)}, false, nil
	}
	if brought.ID.Slot() != cmd.Slot {
		return o, false, guildhall.ErrInvalidForm.Because(fmt.Errorf("id %s is not of slot %d", brought.ID, cmd.Slot))
	}
	sl.last = max(sl.last, brought.ID)
	return guildhall.Object{Kind: kind, ID: brought.ID}, true, nil
}

func (c *Core) nextID(s guildhall.Slot, sl *slot) guildhall.Snowflake {
	sl.last = s.Next(sl.last, c.now.UnixMilli())
	return sl.last
}

// known answers an ask whose change has been made before: the same request, or the same nonce.
// protocol §3.1
func (c *Core) known(h *held, p *parkedAsk) bool {
	cmd := p.ask.Command
	if src := cmd.Source; !src.Object.IsZero() && src.Position <= h.sources[src.Object] {
		c.answerAt(h, barrier{position: h.staged, ticket: p.ask.Ticket, answer: &guildhall.Answer{Status: guildhall.Done}})
		return true
	}
	position, ok := h.requests[cmd.RequestID]
	if !ok && cmd.Nonce != "" {
		position, ok = h.nonces[nonceOf(cmd)]
	}
	if !ok {
		return false
	}
	if waiting := c.proposed(h, position); waiting != nil {
		waiting.asked = append(waiting.asked, p.ask.Ticket)
		return true
	}
	if r := h.recall(position); r != nil {
		c.answer(p.ask.Ticket, done(h, r))
		return true
	}
	p.wants = eventsFor{position: position}
	c.park(p)
	c.do(LoadEvents{p.ask.Ticket, h.object, position - 1, 1})
	return true
}

func nonceOf(cmd *guildhall.Command) guildhall.NonceKey {
	return guildhall.NonceKey{Author: cmd.Actor, Channel: cmd.Channel, Nonce: cmd.Nonce}
}

// proposed finds the proposal at a position that is not committed yet.
func (c *Core) proposed(h *held, position uint64) *proposal {
	if position <= h.committed {
		return nil
	}
	for _, list := range [][]*proposal{c.inflight, c.queue} {
		for _, q := range list {
			if q.held == h && q.record.Position == position {
				return q
			}
		}
	}
	return nil
}

// decide lets the object decide the command, and proposes the record.
func (c *Core) decide(h *held, p *parkedAsk) {
	cmd := p.ask.Command
	e := c.env(h, true)
	if !c.fetch(h, p, e) {
		return
	}
	if c.busy() { // others may have gone on together with this one
		c.turnAway(p, guildhall.Busy)
		c.dropIfNothing(h)
		return
	}
	d, err := h.state.decide(e, cmd)
	if err != nil {
		a := refusal(err)
		c.settleAnswer(cmd, h.object, h.staged, a)
		c.giveBack(p, h.staged, a)
		return
	}
	if len(d.rows) == 0 && len(d.events) == 0 && cmd.Source.Object.IsZero() {
		a := &guildhall.Answer{Status: guildhall.Done, Body: d.reply}
		c.settleAnswer(cmd, h.object, h.staged, a)
		if len(d.ephemeral) == 0 {
			c.giveBack(p, h.staged, a)
			return
		}
		c.answerAt(h, barrier{position: h.staged, ticket: p.ask.Ticket, answer: a, events: d.ephemeral})
		return
	}
	if c.mailFull(cmd, d) {
		c.turnAway(p, guildhall.Busy)
		c.dropIfNothing(h)
		return
	}
	c.propose(h, cmd, d, p.ask.Ticket)
}

// query answers from the committed state.
func (c *Core) query(h *held, p *parkedAsk) {
	cmd := p.ask.Command
	e := c.env(h, false)
	if !c.fetch(h, p, e) {
		return
	}
	body, err := h.state.query(e, cmd)
	if err != nil {
		a := refusal(err)
		a.Object, a.Epoch, a.Position = h.object, c.slots[h.object.Slot()].epoch, h.committed
		c.answer(p.ask.Ticket, a)
		return
	}
	a := &guildhall.Answer{
		Status: guildhall.Done, Object: h.object, Epoch: c.slots[h.object.Slot()].epoch,
		Position: h.committed, Projected: h.projected, Body: encode(body),
	}
	switch cmd.Name {
	case guildhall.QueryMessages:
		h.addRecords(a, cmd, guildhall.TableMessages, cmd.Channel.Key())
	case guildhall.QueryAuditLog:
		h.addRecords(a, cmd, guildhall.TableAuditLog, h.object.ID.Key())
	}
	c.answer(p.ask.Ticket, a)
}

// addRecords adds the records of a table's part, or of parts with that beginning, that a reader's page may lack. Where
// memory does not reach back to what the reader has, it is told the present projected position and reads its page again.
// protocol §8 (b)
func (h *held) addRecords(a *guildhall.Answer, cmd *guildhall.Command, table guildhall.Table, part string) {
	q, err := body[guildhall.MessagesQuery](cmd)
	if err != nil || q.Projected+1 < h.firstRecent() {
		a.Reread = true
		return
	}
	var records []*guildhall.Record
	for _, r := range h.recent {
		if r.Position > q.Projected && touches(r, table, part) {
			records = append(records, r)
		}
	}
	if len(records) > 0 {
		a.Records = guildhall.AppendRecords(nil, records)
	}
}

// touches tells whether a record changes rows of a table's part.
func touches(r *guildhall.Record, table guildhall.Table, part string) bool {
	for i := range r.Rows {
		if r.Rows[i].Table == table && strings.HasPrefix(r.Rows[i].Part, part) {
			return true
		}
	}
	return false
}

func (c *Core) env(h *held, staged bool) *env {
	s := h.object.Slot()
	return &env{
		object:   h.object,
		now:      c.now,
		limits:   &c.limits,
		position: h.staged + 1,
		nextID:   func() guildhall.Snowflake { return c.nextID(s, c.slots[s]) },
		took:     func(id guildhall.Snowflake) { c.slots[s].last = max(c.slots[s].last, id) },
		row: func(k guildhall.RowKey) ([]byte, bool) {
			v, ok := h.rows.Get(k, staged)
			if !ok || v.missing {
				return nil, false
			}
			return v.value, true
		},
	}
}

func refusal(err error) *guildhall.Answer {
	var known *guildhall.Error
	if !errors.As(err, &known) {
		known = guildhall.ErrInternal.Because(err)
	}
	return &guildhall.Answer{Status: guildhall.Refused, Err: known}
}

// done is the answer to the command that a committed record came from.
func done(h *held, r *guildhall.Record) *guildhall.Answer {
	return &guildhall.Answer{
		Status: guildhall.Done, Object: h.object, Epoch: r.Epoch, Position: r.Position,
		Body: r.Reply, Projected: h.projected,
	}
}
