package guilds

// pure core

import (
	"time"

	"guildhall"
)

const (
	// dueLongest is after how long it is looked again what falls due, whatever was found.
	dueLongest = time.Hour
	// dueAgain is when what was due is tried again, should it not have been done.
	dueAgain = 10 * time.Second
	// dueMax is how many commands an object has run at a time of either kind, dueMaxAll how many all objects have together.
	dueMax    = 16
	dueMaxAll = 64
)

// agenda is from when on something of the events may fall due. It is soft: without it all of them are looked through.
type agenda struct {
	at    time.Time
	known bool
}

// tick runs what time alone brings about in the objects that are in memory. In others it is done when they are loaded.
func (c *Core) tick() {
	left := dueMaxAll
	for _, o := range c.order {
		h := c.held[o]
		if h == nil || !h.loaded || c.slots[o.Slot()] == nil {
			continue
		}
		for _, cmd := range h.state.due(c.now) {
			cmd.Object = o
			c.do(Run{cmd})
			left--
		}
		if left <= 0 {
			return
		}
	}
}

// due archives threads in which nothing has happened for long, ends polls, and begins and ends events. It looks only at
// what may be due.
// discord: topics/threads#active--archived-threads
func (g *guild) due(now time.Time) []*guildhall.Command {
	return append(g.deadlinesDue(now), g.agendaDue(now)...)
}

// agendaDue gives commands for what is due of events.
func (g *guild) agendaDue(now time.Time) []*guildhall.Command {
	if g.agenda.known && now.Before(g.agenda.at) {
		return nil
	}
	v, next := g.state.Committed(), now.Add(dueLongest)
	var commands []*guildhall.Command
	note := func(at time.Time, cmd *guildhall.Command) {
		switch {
		case at.After(now):
			next = earlier(next, at)
		case len(commands) < dueMax:
			commands = append(commands, cmd)
			next = earlier(next, now.Add(dueAgain))
		default:
			next = now
		}
	}
	g.eventsDue(v, now, note)
	g.agenda = agenda{next, true}
	return commands
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// archiveThread is what becomes of a thread that has been left alone for long.
func (g *guild) archiveThread(r *request, _ none) (*draft, error) {
	t, err := r.thread()
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if t.Metadata.Archived || !r.view.ThreadArchived(t, r.now) {
		return d, nil
	}
	changed := *t
	changed.Metadata.Archived = true
	changed.Metadata.ArchiveTimestamp = guildhall.TimestampOf(r.view.ThreadArchiveAt(t))
	d.put(guildhall.ThreadRow(g.id, &changed))
	g.tellThread(r, d, &changed)
	return d, nil
}
