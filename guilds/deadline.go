package guilds

// pure core

import (
	"cmp"
	"container/heap"
	"time"

	"guildhall"
)

// dueKey names something that falls due: a thread, or the message of a poll. A post's first message has the post's id.
type dueKey struct {
	id   guildhall.Snowflake
	poll bool
}

// deadline is when to look at it. It may be due later than that, as it is for a thread in which something has happened.
type deadline struct {
	at   time.Time
	what dueKey
	// place is where it stands in the heap.
	place int
}

// deadlines are those of open threads and polls, the first on top. They are soft: rows fill them.
// It implements heap.Interface.
type deadlines struct {
	heap  []*deadline
	known map[dueKey]*deadline
}

func (l *deadlines) Len() int { return len(l.heap) }

func (l *deadlines) Less(i, j int) bool {
	a, b := l.heap[i], l.heap[j]
	if order := cmp.Or(a.at.Compare(b.at), cmp.Compare(a.what.id, b.what.id)); order != 0 {
		return order < 0
	}
	return b.what.poll && !a.what.poll
}

func (l *deadlines) Swap(i, j int) {
	l.heap[i], l.heap[j] = l.heap[j], l.heap[i]
	l.heap[i].place, l.heap[j].place = i, j
}

// Push implements heap.Interface.
func (l *deadlines) Push(x any) {
	d := x.(*deadline) //nolint:forcetypeassert // only set pushes
	d.place = len(l.heap)
	l.heap = append(l.heap, d)
}

// Pop implements heap.Interface.
func (l *deadlines) Pop() any {
	last := len(l.heap) - 1
	d := l.heap[last]
	l.heap[last] = nil
	l.heap = l.heap[:last]
	return d
}

// set says when to look at something.
func (l *deadlines) set(what dueKey, at time.Time) {
	if d := l.known[what]; d != nil {
		d.at = at
		heap.Fix(l, d.place)
		return
	}
	if l.known == nil {
		l.known = make(map[dueKey]*deadline)
	}
	d := &deadline{at: at, what: what}
	l.known[what] = d
	heap.Push(l, d)
}

// bring makes sure that something is looked at by then. That it is due later than known is found out when it is looked at,
// because threads' times move with each message.
func (l *deadlines) bring(what dueKey, at time.Time) {
	if d := l.known[what]; d == nil || at.Before(d.at) {
		l.set(what, at)
	}
}

func (l *deadlines) drop(what dueKey) {
	if d := l.known[what]; d != nil {
		heap.Remove(l, d.place)
		delete(l.known, what)
	}
}

// first is what to look at next, if its time has come.
func (l *deadlines) first(now time.Time) (dueKey, bool) {
	if len(l.heap) == 0 || l.heap[0].at.After(now) {
		return dueKey{}, false
	}
	return l.heap[0].what, true
}

// noteDue keeps the deadlines up with a row that has been folded in.
func (g *guild) noteDue(of guildhall.Timed) {
	switch {
	case of.Events:
		g.agenda.known = false
	case of.Thread != 0:
		g.look(dueKey{id: guildhall.Snowflake(of.Thread)})
	case of.Poll != 0:
		g.look(dueKey{id: guildhall.Snowflake(of.Poll), poll: true})
	}
}

func (g *guild) look(what dueKey) {
	if at, cmd := g.dueAt(what); cmd != nil {
		g.late.bring(what, at)
	} else {
		g.late.drop(what)
	}
}

// dueAt is when something falls due, and what is to be done then; nil where nothing is.
func (g *guild) dueAt(what dueKey) (time.Time, *guildhall.Command) {
	v := g.state.Committed()
	if what.poll {
		p := v.OpenPoll(guildhall.MessageID(what.id))
		if p == nil {
			return time.Time{}, nil
		}
		cmd := &guildhall.Command{Name: guildhall.CommandPollExpire, Channel: p.ChannelID}
		cmd.Body = encode(guildhall.MessageRef{ID: p.MessageID})
		return p.Expiry.Time(), cmd
	}
	t := v.Thread(guildhall.ChannelID(what.id))
	if t == nil || t.Metadata.Archived || t.Pinned() {
		return time.Time{}, nil
	}
	return v.ThreadArchiveAt(t), &guildhall.Command{Name: guildhall.CommandThreadArchive, Channel: t.ID}
}

// deadlinesDue gives commands for what is due of threads and polls. What is not done by then is tried again later.
func (g *guild) deadlinesDue(now time.Time) []*guildhall.Command {
	var commands []*guildhall.Command
	for len(commands) < dueMax {
		what, ok := g.late.first(now)
		if !ok {
			break
		}
		at, cmd := g.dueAt(what)
		switch {
		case cmd == nil:
			g.late.drop(what)
		case at.After(now):
			g.late.set(what, at)
		default:
			g.late.set(what, now.Add(dueAgain))
			commands = append(commands, cmd)
		}
	}
	return commands
}
