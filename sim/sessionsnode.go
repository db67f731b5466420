package sim

// pure core

import (
	"fmt"
	"time"

	"guildhall"
	"guildhall/guilds"
	"guildhall/sessions"
	"guildhall/store"
)

const (
	// sessionsTick is how often the core looks for what is due.
	sessionsTick = 100 * time.Millisecond
	// followWithin bounds one follow.
	followWithin = 2 * time.Second
	takeBytes    = 1 << 20
)

// sessionsNode runs the sessions core as sessions.Server does.
type sessionsNode struct {
	process
	view      *ringView
	core      *sessions.Core
	listeners []*listener
	// heardOf is the highest position published here of each object; for planted bugs.
	heardOf map[guildhall.Object]uint64
	// saved is the core's state after the present step, where it was asked for.
	saved *savedCore
}

func newSessionsNode(w *world, number int) *sessionsNode {
	n := &sessionsNode{}
	w.join(&n.process, fmt.Sprintf("sessions%d", number))
	n.view = newRingView(&n.process, func(store.RingTable) {})
	n.heard = n.view.heard
	n.boot = n.begin
	n.forget = func() {
		n.core = nil
		n.view.forget()
		for _, l := range n.listeners {
			l.broken()
		}
	}
	return n
}

func (n *sessionsNode) begin() {
	n.heardOf = make(map[guildhall.Object]uint64)
	n.core = sessions.NewCore(n.name, sessions.Limits{
		ReplayAge: time.Minute, ReplayBytesMax: 1 << 20, QueueBytesMax: 4 << 20, SessionsMax: 100,
	})
	n.view.keep()
	n.view.fresh(func(bool) {})
	n.tick()
}

func (n *sessionsNode) tick() {
	n.after(sessionsTick, func() {
		n.step(func(c *sessions.Core) {
			c.Ring(n.clock(), n.view.table.Version)
			c.Tick(n.clock())
		})
		n.tick()
	})
}

// step gives the core an input and does what it says.
func (n *sessionsNode) step(input func(*sessions.Core)) {
	if n.core == nil {
		return
	}
	n.restore()
	input(n.core)
	n.saved = nil
	out := n.core.Output()
	n.count(&out.Counts)
	for _, d := range out.Drops {
		n.with(d.Socket, func(l *listener) { l.dropped(d) })
	}
	for _, k := range out.Wakes {
		n.with(k, func(l *listener) { l.take(k) })
	}
	for i := range out.Follows {
		n.follow(out.Follows[i])
	}
	for _, k := range out.Reauthenticate {
		n.after(n.w.between(time.Millisecond, 50*time.Millisecond), func() {
			n.step(func(c *sessions.Core) { c.Reauthenticated(n.clock(), k, true) })
		})
	}
}

func (n *sessionsNode) count(c *sessions.Counts) {
	w := n.w
	w.coverage[HitGap] += c.Gaps
	w.coverage[HitDuplicate] += c.Duplicates
	w.coverage[HitSnapshot] += c.Snapshots
	if c.Undecodable > 0 {
		w.violate(CheckDelivery, "%s could not read %d of what came", n.name, c.Undecodable)
	}
}

func (n *sessionsNode) with(k sessions.Socket, do func(*listener)) {
	for _, l := range n.listeners {
		if l.node == n && l.socket == k {
			do(l)
			return
		}
	}
}

// publish takes an owner's publish.
func (n *sessionsNode) publish(frame []byte) {
	p, err := guildhall.DecodePublish(frame)
	if err != nil {
		n.w.violate(CheckDelivery, "a publish can't be read: %v", err)
		return
	}
	n.view.heard(p.Ring)
	for range n.plantPublish(p) {
		n.step(func(c *sessions.Core) { c.Publish(n.clock(), p) })
	}
}

// follow asks an object's owner once. A snapshot counts only if the ring, read after the question, still names the epoch
// under which it was given. protocol §7.1, §7.5
func (n *sessionsNode) follow(f guildhall.Follow) {
	settled, acked := false, n.w.model.peek(f.Object).acked
	finish := func(a *guildhall.Followed) {
		if settled {
			return
		}
		settled = true
		if a != nil && a.Status == guildhall.Done && (a.Snapshot != nil || a.Gone) && a.Position < acked {
			n.w.violate(CheckRead, "%s is given %v as of %d, though %d was acknowledged before it asked", n.name, f.Object, a.Position, acked)
		}
		if a == nil || a.Status != guildhall.Done {
			n.w.hit(HitFollowFailed)
		}
		if a != nil && len(a.Records) > 0 && f.From > 0 {
			n.w.hit(HitAuditFound)
		}
		if !f.Unfollow {
			n.step(func(c *sessions.Core) { c.Followed(n.clock(), f.Object, a) })
		}
	}
	if n.plantFollow(f, finish) {
		return
	}
	n.after(followWithin, func() { finish(nil) })
	claim, has := n.view.table.Slots[f.Object.Slot()]
	owner := n.w.directory[claim.Log].node
	if !has || owner == nil {
		n.view.fresh(func(bool) { finish(nil) })
		return
	}
	call(n.w, &n.process, owner, func(t guilds.Ticket) guilds.Input { return guilds.AskFollow{Ticket: t, Follow: f} }, func() {}, func(out guilds.Output) {
		answered, ok := out.(guilds.FollowAnswered)
		if !ok {
			n.view.fresh(func(bool) { finish(nil) })
			return
		}
		a := answered.Followed
		now := a.Snapshot != nil || a.Gone
		if !now && a.Ring <= n.view.table.Version && a.Status == guildhall.Done {
			finish(a)
			return
		}
		n.view.fresh(func(ok bool) {
			if !ok || now && n.view.table.Slots[f.Object.Slot()].Epoch != a.Epoch && n.w.opts.Bug != BugNoRingRead {
				n.w.hit(HitRingRefusedAnswer)
				finish(nil)
				return
			}
			finish(a)
		})
	})
}

// plantPublish is what a bug does to a publish: how often it is delivered, and where it claims to stand.
func (n *sessionsNode) plantPublish(p *guildhall.Publish) (times int) {
	bug := n.w.opts.Bug
	if len(p.Record) == 0 || bug != BugOverGap && bug != BugTwice && bug != BugNoAudit {
		return 1
	}
	r := decodeRecord(p.Record)
	next := n.heardOf[p.Object] + 1
	n.heardOf[p.Object] = max(n.heardOf[p.Object], r.Position)
	switch {
	case bug == BugOverGap && next > 1 && r.Position > next, bug == BugTwice && r.Position < next:
		// The core takes only what is next, so it is told that this is.
		r.Position = next
		if bug == BugTwice {
			n.heardOf[p.Object] = next
		}
		r.Freeze()
		p.Record = guildhall.AppendRecord(nil, r)
	}
	return 1
}

// plantFollow answers an audit in the owner's place where nobody is to ask.
func (n *sessionsNode) plantFollow(f guildhall.Follow, finish func(*guildhall.Followed)) bool {
	if n.w.opts.Bug != BugNoAudit || f.From == 0 || f.Unfollow || f.From < n.heardOf[f.Object] {
		return false
	}
	claim := n.view.table.Slots[f.Object.Slot()]
	n.after(time.Millisecond, func() {
		finish(&guildhall.Followed{Object: f.Object, Ring: n.view.table.Version, Epoch: claim.Epoch, Position: f.From})
	})
	return true
}
