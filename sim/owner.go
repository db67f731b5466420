package sim

// pure core

import (
	"encoding/json"
	"fmt"
	"time"

	"guildhall"
	"guildhall/guilds"
	"guildhall/store"
)

// deliverWithin bounds one try to deliver a follow-up.
const deliverWithin = 1500 * time.Millisecond

// ownerNode runs the owner core as guilds.Owner does, one incarnation after the other.
type ownerNode struct {
	process
	number int
	view   *ringView
	router *router

	// The rest belongs to one incarnation.

	log     store.LogID
	core    *guilds.Core
	tickets guilds.Ticket
	asked   map[guilds.Ticket]asker
	// projects are the batches to be projected, one after the other.
	projects   []guilds.Project
	projecting bool
	// takeovers are the victims of those under way.
	takeovers map[store.LogID]bool
	bugs      ownerBugs
}

func newOwnerNode(w *world, number int) *ownerNode {
	n := &ownerNode{number: number}
	w.join(&n.process, fmt.Sprintf("owner%d", number))
	n.view = newRingView(&n.process, n.ringSeen)
	n.router = &router{p: &n.process, view: n.view}
	n.boot, n.heard = n.begin, n.view.heard
	n.forget = func() {
		n.end()
		n.view.forget()
	}
	return n
}

// begin starts an incarnation with a new log.
func (n *ownerNode) begin() {
	n.log = n.w.newLog()
	n.core = guilds.NewCore(n.log, guildhall.Limits{})
	n.asked = make(map[guilds.Ticket]asker)
	n.takeovers = make(map[store.LogID]bool)
	n.projects, n.projecting = nil, false
	n.bugs = newOwnerBugs(n)
	n.w.directory[n.log] = incarnation{n, n.life}
	n.w.trace("%s writes log %x", n.name, n.log[:3])
	n.view.keep()
	n.keepPruning()
	n.view.fresh(func(bool) {
		n.ringSeen(n.view.table)
		n.oversee()
	})
}

// end drops the incarnation: connections break.
func (n *ownerNode) end() {
	for t := guilds.Ticket(1); t <= n.tickets; t++ {
		if a, waits := n.asked[t]; waits {
			a.reply(nil)
		}
	}
	n.core, n.asked, n.projects, n.tickets = nil, nil, nil, 0
}

// again starts the role anew, because its log is sealed. The process goes on.
func (n *ownerNode) again() {
	n.w.trace("%s: log %x is dead", n.name, n.log[:3])
	n.end()
	n.view.reset()
	n.life++
	n.after(n.w.between(time.Millisecond, 50*time.Millisecond), n.begin)
}

func (n *ownerNode) ringSeen(table store.RingTable) {
	if n.core == nil {
		return
	}
	before := n.core.Owns
	lost := false
	for _, s := range n.w.slots {
		lost = lost || before(s) && table.Slots[s].Log != n.log
	}
	if lost {
		n.w.hit(HitTakenByRing)
	}
	n.step(guilds.RingSeen{Table: table})
}

// step hands the core an input and carries out what it wants.
func (n *ownerNode) step(in guilds.Input) {
	if n.core == nil {
		return
	}
	n.restore()
	in = n.bugs.input(in) // may replace the core
	outputs := n.bugs.outputs(n.core.Step(n.clock(), in))
	for i, out := range outputs {
		if i > 0 && n.w.rolls(FaultCut) {
			n.cutShort(outputs[i:])
			return
		}
		if n.carryOut(out) {
			return
		}
	}
}

// cutShort stops the process between two effects of one step.
func (n *ownerNode) cutShort(rest []guilds.Output) {
	n.w.hit(HitCut)
	if n.w.chance(0.5) {
		n.crash()
		n.w.after(n.w.between(50*time.Millisecond, 5*time.Second), n.start)
		return
	}
	n.freeze()
	n.unfinished = func() {
		for _, out := range rest {
			if n.carryOut(out) {
				return
			}
		}
	}
	life := n.life
	n.w.after(n.w.between(50*time.Millisecond, 6*time.Second), func() {
		if n.life == life {
			n.thaw(n.w.chance(0.5))
		}
	})
}

// carryOut sees to what the core wants done; true when it is dead.
func (n *ownerNode) carryOut(out guilds.Output) (dead bool) {
	switch out := out.(type) {
	case guilds.Answered:
		n.reply(out.Ticket, out)
	case guilds.FollowAnswered:
		n.reply(out.Ticket, out)
	case guilds.Send:
		n.publish(out)
	case guilds.Append:
		n.append(out, false, false)
	case guilds.Project:
		n.projects = append(n.projects, out)
		n.projectNext()
	case guilds.Deliver:
		n.deliver(out.Pending, false)
	case guilds.OutboxDone:
		insist(&n.process, true, func() struct{} {
			n.w.store.putPending(out.Pending, true)
			return struct{}{}
		}, func(struct{}) { n.step(guilds.OutboxCleared(out)) })
	case guilds.RefreshRing:
		n.view.fresh(func(bool) {})
	case guilds.Dead:
		n.again()
		return true
	default:
		n.load(out)
	}
	return false
}

// asker is who waits for the core's answer.
type asker struct {
	in    guilds.Input
	reply func(guilds.Output)
}

// serve brings an asker's input to the core. A core that is gone breaks the connection.
func (n *ownerNode) serve(in func(guilds.Ticket) guilds.Input, reply func(guilds.Output)) {
	if n.core == nil {
		reply(nil)
		return
	}
	n.tickets++
	a := asker{in(n.tickets), reply}
	n.asked[n.tickets] = a
	if command, ok := a.in.(guilds.Ask); ok && !command.Query && n.w.model.knows(command.Command.RequestID) {
		n.w.hit(HitKnownRequest)
	}
	n.step(a.in)
}

func (n *ownerNode) reply(t guilds.Ticket, out guilds.Output) {
	a, waits := n.asked[t]
	if !waits {
		n.w.violate(CheckAnswer, "%s answers ticket %d twice", n.name, t)
		return
	}
	delete(n.asked, t)
	switch out := out.(type) {
	case guilds.Answered:
		command := a.in.(guilds.Ask)
		n.w.model.answered(n, command.Command, command.Query, out.Answer)
	case guilds.FollowAnswered:
		n.w.model.followed(n, out.Followed)
	}
	a.reply(out)
}

func (n *ownerNode) publish(out guilds.Send) {
	n.w.model.published(n, out.Publish)
	frame := guildhall.AppendPublish(nil, out.Publish)
	for _, name := range out.Nodes {
		for _, s := range n.w.sessions {
			if s.name == name {
				n.w.send(&n.process, &s.process, FaultPublishLost, FaultPublishTwice, FaultPublishSlow, func() { s.publish(frame) })
			}
		}
	}
}

// append asks until the outcome is known, always with the same bytes. protocol §3.5
func (n *ownerNode) append(out guilds.Append, repeat, full bool) {
	if repeat {
		n.w.hit(HitAppendRepeated)
	}
	records := guildhall.AppendRecords(nil, n.bugs.regroup(out.Records, repeat))
	log, s := n.log, n.w.store
	ask(&n.process, true, func() appended { return s.append(log, out.N, records) }, func(a appended, ok bool) {
		switch {
		case !ok:
			n.after(n.w.between(pauseFirst, 10*pauseFirst), func() { n.append(out, true, full) })
		case a.applied || a.last >= out.N:
			if !a.applied {
				n.w.hit(HitAppendFoundDone)
			}
			n.step(guilds.Appended{N: out.N, Outcome: guilds.Committed})
		case a.full:
			n.w.hit(HitAppendFull)
			if !full {
				n.step(guilds.Full{N: out.N})
			}
			n.after(n.w.between(pauseFirst, 10*pauseFirst), func() { n.append(out, true, true) })
		case a.sealed:
			n.w.hit(HitFenced)
			n.step(guilds.Appended{N: out.N, Outcome: guilds.Fenced})
		default:
			n.w.violate(CheckDense, "%s appends batch %d after %d", n.name, out.N, a.last)
		}
	})
}

// projectNext projects one batch after the other, and moves the cursor behind them. protocol §4
func (n *ownerNode) projectNext() {
	if n.projecting || len(n.projects) == 0 {
		return
	}
	n.projecting = true
	p := n.projects[0]
	n.projects = n.projects[1:]
	if n.bugs.is(BugCursorFirst) {
		n.moveCursor(p.N, func() { project(&n.process, p.Records, func() { n.projected(p.N) }) })
		return
	}
	project(&n.process, p.Records, func() { n.moveCursor(p.N, func() { n.projected(p.N) }) })
}

func (n *ownerNode) moveCursor(to uint64, done func()) {
	log, s := n.log, n.w.store
	insist(&n.process, true, func() struct{} {
		s.setCursor(log, to)
		return struct{}{}
	}, func(struct{}) { done() })
}

func (n *ownerNode) projected(batch uint64) {
	n.projecting = false
	n.step(guilds.Projected{N: batch})
	n.projectNext()
}

// deliver sends a follow-up until it is accepted, or refused in a way that repeating can't change. protocol §8
func (n *ownerNode) deliver(p store.Pending, repeat bool) {
	if repeat {
		n.w.hit(HitFollowUpRepeated)
	}
	if p.Name == guildhall.CommandClaimRelease {
		var key guildhall.ClaimKey
		if err := json.Unmarshal(p.Body, &key); err != nil {
			n.w.violate(CheckEffect, "a name to be freed can't be read: %v", err)
		}
		n.release(key, p.From, func() { n.step(guilds.Delivered{Pending: p}) })
		return
	}
	cmd := &guildhall.Command{
		RequestID: followUpID(p), Name: p.Name, Object: p.To, Body: p.Body,
		Source: guildhall.Source{Object: p.From, Position: p.Position},
	}
	n.router.command(cmd, deliverWithin, func(a *guildhall.Answer) {
		if a != nil && (a.Status == guildhall.Done || a.Status == guildhall.Refused && a.Err.Status < 500) {
			n.step(guilds.Delivered{Pending: p})
			return
		}
		n.after(n.w.between(pauseFirst, pauseMost), func() { n.deliver(p, true) })
	})
}

// followUpID is the same at every try, by whichever owner.
func followUpID(p store.Pending) (id guildhall.RequestID) {
	key := p.From.Key()
	copy(id[:], key[1:9])
	for i := range 6 {
		id[8+i] = byte(p.Position >> (8 * i))
	}
	id[14], id[15] = byte(p.Index), byte(p.From.Kind)
	return id
}
