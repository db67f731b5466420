package guilds

// pure core

import (
	"slices"
	"time"

	"guildhall"
)

// What time alone does to events.
// discord: resources/guild-scheduled-event#guild-scheduled-event-object-guild-scheduled-event-status-update-automation
const (
	// eventLateMax is for how long an event in a channel may be late before it is called off: "a few hours".
	eventLateMax = 3 * time.Hour
	// eventEmptyMax is for how long an active event's channel may be empty before the event ends: "a few minutes".
	eventEmptyMax = 5 * time.Minute
)

// eventDue tells what becomes of an event by itself, and when; false where nothing does. empty is since when nobody is in
// its channel; zero while somebody is.
func eventDue(e *guildhall.ScheduledEvent, empty time.Time) (at time.Time, to guildhall.EventStatus, ok bool) {
	outside := e.EntityType == guildhall.EventExternal
	switch {
	case outside && e.Status == guildhall.EventScheduled:
		return e.Start.Time(), guildhall.EventActive, true
	case outside && e.Status == guildhall.EventActive && e.End != nil:
		return e.End.Time(), guildhall.EventCompleted, true
	case outside:
		return at, 0, false
	case e.Status == guildhall.EventScheduled:
		return e.Start.Time().Add(eventLateMax), guildhall.EventCanceled, true
	case e.Status == guildhall.EventActive && !empty.IsZero():
		return empty.Add(eventEmptyMax), guildhall.EventCompleted, true
	}
	return at, 0, false
}

// watchEmpty notes since when nobody is in the channels of active events. It is soft: with a new owner the time begins anew.
func (g *guild) watchEmpty(v guildhall.GuildView, now time.Time) {
	running := slices.DeleteFunc(v.Events(), func(e *guildhall.ScheduledEvent) bool {
		return e.Status != guildhall.EventActive || e.EntityType == guildhall.EventExternal
	})
	before := g.empty
	g.empty = map[guildhall.Snowflake]time.Time{}
	if len(running) == 0 {
		return
	}
	occupied := map[guildhall.ChannelID]bool{}
	for _, s := range v.Voices() {
		occupied[s.ChannelID] = true
	}
	for _, e := range running {
		if occupied[e.ChannelID] {
			continue
		}
		g.empty[e.ID] = now
		if since, known := before[e.ID]; known {
			g.empty[e.ID] = since
		}
	}
}

// eventsDue notes what falls due of the events.
func (g *guild) eventsDue(v guildhall.GuildView, now time.Time, note func(time.Time, *guildhall.Command)) {
	g.watchEmpty(v, now)
	for _, e := range v.Events() {
		if at, to, ok := eventDue(e, g.empty[e.ID]); ok {
			cmd := &guildhall.Command{Name: guildhall.CommandEventElapse}
			cmd.Body = encode(guildhall.EventFields{ID: e.ID, Status: guildhall.Some(int(to))})
			note(at, cmd)
		}
	}
}

// elapseEvent begins or ends an event whose time has come, unless it has changed meanwhile.
func (g *guild) elapseEvent(r *request, f guildhall.EventFields) (*draft, error) {
	before := r.view.Event(f.ID)
	if before == nil {
		return nil, errUnknownEvent
	}
	d := &draft{}
	at, to, ok := eventDue(before, g.empty[f.ID])
	if !ok || at.After(r.now) || int(to) != f.Status.Or(0) {
		return d, nil
	}
	e := *before
	e.Status = to
	g.followStage(r, d, before, &e)
	moveOn(&e, r.now)
	g.putEvent(r, d, before, &e)
	return d, nil
}

// moveOn plans a recurring event that has ended, or was late for too long, for its next occurrence, which lies ahead. Whoever is
// interested stays so.
func moveOn(e *guildhall.ScheduledEvent, now time.Time) {
	if e.Recurrence == nil || !e.Status.Over() {
		return
	}
	after := now
	if e.Start.Time().After(now) { // one that was begun and ended before its time
		after = e.Start.Time()
	}
	next := e.Recurrence.Next(after)
	if next.IsZero() {
		return
	}
	start := guildhall.TimestampOf(next)
	if e.End != nil {
		end := start + *e.End - e.Start
		e.End = &end
	}
	e.Start, e.Status, e.EntityID = start, guildhall.EventScheduled, 0
}
