package sim

// pure core

import (
	"encoding/json"
	"fmt"
	"time"

	"guildhall"
	"guildhall/history"
	"guildhall/store"
)

// apiNode brings clients' requests to owners.
type apiNode struct {
	process
	view   *ringView
	router *router
	// projected is up to where the tables of a channel are known to be whole. protocol §8 (b)
	projected map[guildhall.ChannelID]uint64
}

func newAPINode(w *world, number int) *apiNode {
	n := &apiNode{}
	w.join(&n.process, fmt.Sprintf("api%d", number))
	n.view = newRingView(&n.process, func(store.RingTable) {})
	n.router = &router{p: &n.process, view: n.view}
	n.heard = n.view.heard
	n.boot = func() {
		n.projected = make(map[guildhall.ChannelID]uint64)
		n.view.keep()
		n.view.fresh(func(bool) {})
	}
	n.forget = n.view.forget
	return n
}

// client is somebody who does one thing after the other.
type client struct {
	w    *world
	name string
	user guildhall.User
	api  *apiNode
	// patience is how long it waits for an answer.
	patience time.Duration
	// busy is whether an operation of its is under way, nonces how many it has used.
	busy   bool
	nonces int
}

// operation is one command of a client.
type operation struct {
	kind    history.Kind
	cmd     *guildhall.Command
	nonce   string
	target  guildhall.Snowflake
	hash    history.Hash
	guild   *stagedGuild
	retried int
}

// mayBeIdle tells whether the operation may find its work done, and then makes no record.
func (op *operation) mayBeIdle() bool {
	switch op.kind {
	case history.React, history.Unreact, history.MemberChange, history.RoleChange, history.OverwriteChange, "user":
		return true
	}
	return false
}

// run does one thing after the other for as long as the load lasts.
func (c *client) run() {
	c.w.after(c.w.between(0, 2*c.w.mix.pause), func() {
		if !c.w.loading {
			return
		}
		c.busy = true
		c.act(func() {
			c.busy = false
			c.run()
		})
	})
}

// begin sends an operation's command and calls done with its answer; nil where the outcome is not known.
func (c *client) begin(op *operation, done func(*guildhall.Answer)) {
	w, cmd := c.w, op.cmd
	cmd.RequestID = w.newRequest() // a client's own retry is a new request too
	w.operations++
	id := w.recorder.Begin(history.Invoke{
		Client: c.name, User: cmd.Actor, Kind: op.kind, Request: history.Request(cmd.RequestID), Nonce: op.nonce, Enforced: cmd.Nonce != "",
		Object: cmd.Object, Channel: cmd.Channel, Target: op.target, Hash: op.hash,
	})
	w.trace("%s: %s %x by %v", c.name, cmd.Name, cmd.RequestID[:3], cmd.Actor)
	settled, acked := false, w.model.ackedBy()
	finish := func(a *guildhall.Answer) {
		if settled {
			return
		}
		settled = true
		if a != nil && (a.Unlogged || a.Status == guildhall.Refused) && a.Position > 0 && a.Position < acked[a.Object] {
			w.violate(CheckRead, "%s is answered %s as of %d of %v, though %d was acknowledged before it was asked",
				c.name, cmd.Name, a.Position, a.Object, acked[a.Object])
		}
		c.record(id, op, a)
		done(a)
	}
	w.after(c.patience, func() { finish(nil) })
	if c.api.up {
		c.api.receive(w.between(0, time.Millisecond), func() { c.api.router.command(cmd, requestWithin, finish) })
	}
}

// ackedBy gives up to where each object's records are acknowledged.
func (m *model) ackedBy() map[guildhall.Object]uint64 {
	acked := make(map[guildhall.Object]uint64)
	for _, l := range m.order {
		acked[l.object] = l.acked
	}
	return acked
}

// record notes how an operation ended, and judges what its answer claims.
func (c *client) record(id history.OpID, op *operation, a *guildhall.Answer) {
	w := c.w
	out := &history.Outcome{Op: id, Result: history.Unknown}
	switch {
	case a == nil:
		w.hit(HitUnknown)
	case a.Status == guildhall.Refused:
		w.hit(HitRefused)
		if len(a.Err.Fields) > 0 && a.Err.Fields[0].Code == "USERNAME_ALREADY_TAKEN" {
			w.hit(HitNameTaken)
		}
		out.Reason = a.Err.Error()
		switch {
		case a.Err.Status >= 500:
		case w.copies[op.cmd.RequestID] > 0:
			// The owner that refused it goes on to refuse it, see CheckFinal. One that takes over does not know of it,
			// and a copy that comes to that one may be committed.
			w.hit(HitRefusedUnsure)
		default:
			out.Result = history.Fail
		}
	default:
		out.Result, out.Position = history.OK, a.Position
		out.Epoch = a.Epoch
		switch {
		case op.kind == history.Send:
			out.ID = w.model.checkSent(op.cmd, a)
		case op.mayBeIdle() && a.Unlogged:
			w.hit(HitNothingToChange)
			out.Result, out.Reason, out.Position, out.Epoch = history.Fail, "nothing to change", 0, 0
			if w.copies[op.cmd.RequestID] > 0 {
				w.hit(HitRefusedUnsure)
				out.Result = history.Unknown
			}
		}
	}
	w.trace("%s: %s %x ends %s %s", c.name, op.cmd.Name, op.cmd.RequestID[:3], out.Result, out.Reason)
	w.note(3, uint64(id), uint64(len(out.Result)), out.Position)
	w.recorder.Record(out)
}

// checkSent judges the answer to a message.create: the record that it names is of this request or nonce, and says what
// was sent. protocol §9 (6)
func (m *model) checkSent(cmd *guildhall.Command, a *guildhall.Answer) guildhall.Snowflake {
	var body shownMessage
	if err := json.Unmarshal(a.Body, &body); err != nil || body.ID == 0 {
		m.w.violate(CheckAnswer, "answer to %s is %q", cmd.Name, a.Body)
		return 0
	}
	r := m.peek(a.Object).record(a.Position)
	nonce := guildhall.NonceKey{Author: cmd.Actor, Channel: cmd.Channel, Nonce: cmd.Nonce}
	switch {
	case r == nil, r.RequestID != cmd.RequestID && (cmd.Nonce == "" || r.Nonce != nonce):
		m.w.violate(CheckAnswer, "request %x is acknowledged at %v %d, where there is no record of it", cmd.RequestID[:4], a.Object, a.Position)
		return 0
	case r.RequestID != cmd.RequestID:
		m.w.hit(HitKnownNonce)
	}
	if at := m.told["MESSAGE_CREATE"+string(r.Events[0].Data)]; len(at) != 1 {
		m.w.violate(CheckAnswer, "message %d stands in %d records", body.ID, len(at))
	}
	return body.ID
}
