package guilds

// pure core

import (
	"slices"

	"guildhall"
)

const (
	// eventsOverMax is how many events that are over are kept for those who ask for them by id.
	eventsOverMax = 50
	// eventPrivacy is the one level there is: members only.
	eventPrivacy = 2
)

// Refusals about scheduled events.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errUnknownEvent = &guildhall.Error{Status: 404, Code: 10070, Message: "Unknown Guild Scheduled Event"}
	errEventOver    = &guildhall.Error{Status: 400, Code: 180000, Message: "Cannot update a finished event"}
)

// event is a scheduled event that the actor may see.
func (r *request) event(id guildhall.Snowflake) (*guildhall.ScheduledEvent, error) {
	e := r.view.Event(id)
	if e == nil || !r.seesEvent(e) {
		return nil, errUnknownEvent
	}
	return e, nil
}

func (r *request) seesEvent(e *guildhall.ScheduledEvent) bool {
	return e.ChannelID == 0 || r.in(e.ChannelID).Has(guildhall.PermissionViewChannel)
}

// mayHold refuses who may not hold such an event where it is to be: a stage's is for those who look after the stage, a
// voice channel's for those who may enter it. want is what it takes besides.
// discord: resources/guild-scheduled-event#guild-scheduled-event-permissions-requirements
func (r *request) mayHold(e *guildhall.ScheduledEvent, want guildhall.Permissions) error {
	if e.EntityType == guildhall.EventExternal {
		return r.require(want)
	}
	want |= guildhall.PermissionConnect
	if e.EntityType == guildhall.EventStage {
		want |= stageModerators
	}
	return r.allowed(e.ChannelID, want)
}

// mayChange refuses who may not change or end an event: it takes one permission for one's own and one for others'.
func (r *request) mayChange(e *guildhall.ScheduledEvent) error {
	if e.CreatorID == r.actor && r.mayHold(e, guildhall.PermissionCreateEvents) == nil {
		return nil
	}
	return r.mayHold(e, guildhall.PermissionManageEvents)
}

// createEvent plans an event.
// discord: resources/guild-scheduled-event#create-guild-scheduled-event
func (g *guild) createEvent(r *request, f guildhall.EventFields) (*draft, error) {
	e := &guildhall.ScheduledEvent{
		GuildID: g.id, CreatorID: r.actor, PrivacyLevel: eventPrivacy, Status: guildhall.EventScheduled, Exceptions: []struct{}{},
	}
	f.Status = guildhall.Optional[int]{}
	if err := r.applyEvent(e, &f); err != nil {
		return nil, err
	}
	if err := r.mayHold(e, guildhall.PermissionCreateEvents); err != nil {
		return nil, err
	}
	open := 0
	for _, other := range r.view.Events() {
		if !other.Status.Over() {
			open++
		}
	}
	if err := r.limits.Room(guildhall.LimitScheduledEvents, open); err != nil {
		return nil, err
	}
	if m := r.self(); m != nil {
		e.Creator = &m.User
	}
	e.ID = r.nextID()
	d := &draft{}
	d.put(guildhall.ScheduledEventRow(e), guildhall.PlaceRow(guildhall.ChannelID(e.ID), r.object)) // by which its picture's holder is found
	d.event("GUILD_SCHEDULED_EVENT_CREATE", e.Audience(guildhall.IntentGuildScheduledEvents), e)
	d.audit(r, guildhall.AuditScheduledEventCreate, e.ID, eventChanges(nil, e)...)
	d.answer(e)
	return d, nil
}

// modifyEvent changes an event, begins it or ends it.
// discord: resources/guild-scheduled-event#modify-guild-scheduled-event
func (g *guild) modifyEvent(r *request, f guildhall.EventFields) (*draft, error) {
	before, err := r.event(f.ID)
	if err != nil {
		return nil, err
	}
	if err := r.mayChange(before); err != nil {
		return nil, err
	}
	if before.Status.Over() {
		return nil, errEventOver
	}
	e := *before
	if err := r.applyEvent(&e, &f); err != nil {
		return nil, err
	}
	if e.ChannelID != before.ChannelID || e.EntityType != before.EntityType {
		if err := r.mayChange(&e); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	if !sameJSON(before, &e) {
		g.followStage(r, d, before, &e)
		if e.Status == guildhall.EventCompleted { // called off by hand is called off for good
			moveOn(&e, r.now)
		}
		g.putEvent(r, d, before, &e)
	}
	d.answer(&e)
	return d, nil
}

// followStage lets what goes on on the stage begin and end with the event that it is.
func (g *guild) followStage(r *request, d *draft, before, e *guildhall.ScheduledEvent) {
	if e.EntityType != guildhall.EventStage || e.Status == before.Status {
		return
	}
	s := r.view.Stage(e.ChannelID)
	switch {
	case e.Status == guildhall.EventActive && s != nil:
		e.EntityID = s.ID
	case e.Status == guildhall.EventActive:
		s = g.beginStage(r, d, e.ChannelID, e.Name, e.ID)
		e.EntityID = s.ID
		g.putStage(r, d, s)
	case e.Status.Over() && s != nil && s.EventID == e.ID:
		g.endStage(r, d, s)
	}
}

// putEvent writes and tells of a changed event. Who could see it where it was, and can't now, is told that it is gone.
func (g *guild) putEvent(r *request, d *draft, before, e *guildhall.ScheduledEvent) {
	d.put(guildhall.ScheduledEventRow(e))
	if e.Status.Over() {
		g.forgetOver(r, d, e)
	}
	if before.ChannelID != e.ChannelID {
		d.event("GUILD_SCHEDULED_EVENT_DELETE", before.Audience(guildhall.IntentGuildScheduledEvents), before)
		d.event("GUILD_SCHEDULED_EVENT_CREATE", e.Audience(guildhall.IntentGuildScheduledEvents), e)
	} else {
		d.event("GUILD_SCHEDULED_EVENT_UPDATE", e.Audience(guildhall.IntentGuildScheduledEvents), e)
	}
	d.audit(r, guildhall.AuditScheduledEventUpdate, e.ID, eventChanges(before, e)...)
}

// forgetOver drops who is interested in an event that is over, and the events that have been over longest.
func (g *guild) forgetOver(r *request, d *draft, e *guildhall.ScheduledEvent) {
	for _, u := range r.view.EventUsers(e.ID) {
		d.put(guildhall.EventUserRow(g.id, e.ID, u.UserID).Deleted())
	}
	over := slices.DeleteFunc(r.view.Events(), func(o *guildhall.ScheduledEvent) bool { return !o.Status.Over() || o.ID == e.ID })
	for _, old := range over[:max(0, len(over)+1-eventsOverMax)] {
		d.put(guildhall.ScheduledEventRow(old).Deleted(), guildhall.PlaceRow(guildhall.ChannelID(old.ID), r.object).Deleted())
	}
}

// deleteEvent removes an event.
// discord: resources/guild-scheduled-event#delete-guild-scheduled-event
func (g *guild) deleteEvent(r *request, f guildhall.EventFields) (*draft, error) {
	e, err := r.event(f.ID)
	if err != nil {
		return nil, err
	}
	if err := r.mayChange(e); err != nil {
		return nil, err
	}
	d := &draft{}
	g.dropEvent(r, d, e)
	d.audit(r, guildhall.AuditScheduledEventDelete, e.ID, eventChanges(e, nil)...)
	return d, nil
}

func (g *guild) dropEvent(r *request, d *draft, e *guildhall.ScheduledEvent) {
	d.put(guildhall.ScheduledEventRow(e).Deleted(), guildhall.PlaceRow(guildhall.ChannelID(e.ID), r.object).Deleted())
	for _, u := range r.view.EventUsers(e.ID) {
		d.put(guildhall.EventUserRow(g.id, e.ID, u.UserID).Deleted())
	}
	audience := e.Audience(guildhall.IntentGuildScheduledEvents)
	audience.Before = true // the channel may go with it
	d.event("GUILD_SCHEDULED_EVENT_DELETE", audience, e)
}

// dropEventsIn ends what is planned in, and goes on on, a channel that is being deleted.
func (g *guild) dropEventsIn(r *request, d *draft, c guildhall.ChannelID) {
	if s := r.view.Stage(c); s != nil {
		g.endStage(r, d, s)
	}
	for _, e := range r.view.Events() {
		if e.ChannelID == c {
			g.dropEvent(r, d, e)
		}
	}
}

// eventChanges are the changes of an event as the audit log names them.
func eventChanges(before, after *guildhall.ScheduledEvent) []guildhall.AuditChange {
	return auditChanges(auditedEvent(before), auditedEvent(after),
		"name", "description", "channel_id", "entity_type", "status", "privacy_level", "location", "image_hash",
		"scheduled_start_time", "scheduled_end_time", "recurrence_rule")
}

func auditedEvent(e *guildhall.ScheduledEvent) any {
	if e == nil {
		return nil
	}
	named := struct {
		*guildhall.ScheduledEvent
		Location *string `json:"location"`
		Image    *string `json:"image_hash"`
	}{ScheduledEvent: e, Image: e.Image}
	if e.Metadata != nil {
		named.Location = &e.Metadata.Location
	}
	return named
}

// queryEvents lists the events that are not over and that the actor may see.
// discord: resources/guild-scheduled-event#list-scheduled-events-for-guild
func (g *guild) queryEvents(r *request) (any, error) {
	q, err := body[guildhall.EventQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	list := []*guildhall.ScheduledEvent{}
	for _, e := range r.view.Events() {
		if !e.Status.Over() && r.seesEvent(e) {
			list = append(list, e)
		}
	}
	return r.counted(list, q.WithCounts), nil
}

func (g *guild) queryEvent(r *request) (any, error) {
	q, err := body[guildhall.EventQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	e, err := r.event(q.ID)
	if err != nil {
		return nil, err
	}
	return r.counted([]*guildhall.ScheduledEvent{e}, q.WithCounts)[0], nil
}

// counted fills in how many users are interested, where that is asked for.
func (r *request) counted(list []*guildhall.ScheduledEvent, asked bool) []*guildhall.ScheduledEvent {
	if !asked {
		return list
	}
	counts := r.view.EventUserCounts()
	shown := make([]*guildhall.ScheduledEvent, len(list))
	for i, e := range list {
		counted, n := *e, counts[e.ID]
		counted.UserCount = &n
		shown[i] = &counted
	}
	return shown
}
