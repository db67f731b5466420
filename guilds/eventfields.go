package guilds

// pure core

import "guildhall"

// applyEvent sets the fields that are given, and refuses what does not fit together.
// discord: resources/guild-scheduled-event#guild-scheduled-event-object-field-requirements-by-entity-type
func (r *request) applyEvent(e *guildhall.ScheduledEvent, f *guildhall.EventFields) error {
	e.Name = f.Name.Or(e.Name)
	e.EntityType = guildhall.EventEntityType(f.EntityType.Or(int(e.EntityType)))
	e.Start = f.Start.Or(e.Start)
	if f.Description.Set {
		e.Description = f.Description.Pointer()
	}
	if f.Image.Set {
		e.Image = f.Image.Pointer()
	}
	if f.End.Set {
		e.End = f.End.Pointer()
	}
	if f.Recurrence.Set {
		e.Recurrence = f.Recurrence.Pointer()
	}
	if f.ChannelID.Set {
		e.ChannelID = f.ChannelID.Or(0)
	}
	if f.Location.Set {
		e.Metadata = &guildhall.EventMetadata{Location: f.Location.Or("")}
	}
	if err := r.checkPlace(e); err != nil {
		return err
	}
	if err := r.checkTimes(e, f); err != nil {
		return err
	}
	return changeStatus(e, f)
}

// checkPlace: an event is in a channel of its kind, or outside at a named place.
func (r *request) checkPlace(e *guildhall.ScheduledEvent) error {
	kind := guildhall.ChannelGuildVoice
	switch e.EntityType {
	case guildhall.EventExternal:
		if e.ChannelID != 0 {
			return guildhall.BadField("GUILD_SCHEDULED_EVENT_CHANNEL_FORBIDDEN", "An external event has no channel", "channel_id")
		}
		if e.Metadata == nil || e.Metadata.Location == "" {
			return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "entity_metadata", "location")
		}
		if e.End == nil {
			return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "scheduled_end_time")
		}
		return nil
	case guildhall.EventStage:
		kind = guildhall.ChannelGuildStageVoice
	}
	e.Metadata = nil
	if e.ChannelID == 0 {
		return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "channel_id")
	}
	c := r.view.Channel(e.ChannelID)
	if c == nil {
		return guildhall.ErrUnknownChannel
	}
	if c.Type != kind {
		return guildhall.ErrWrongChannelType
	}
	return nil
}

// checkTimes: what is planned lies ahead, and ends after it began.
func (r *request) checkTimes(e *guildhall.ScheduledEvent, f *guildhall.EventFields) error {
	if f.Start.Set && !e.Start.Time().After(r.now) {
		return guildhall.BadField("GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", "Cannot schedule event in the past.", "scheduled_start_time")
	}
	if e.End != nil && *e.End <= e.Start {
		return guildhall.BadField("GUILD_SCHEDULED_EVENT_END_BEFORE_START", "The end must be after the start.", "scheduled_end_time")
	}
	return nil
}

// changeStatus: what is planned begins or is called off, what has begun ends.
// discord: resources/guild-scheduled-event#guild-scheduled-event-object-guild-scheduled-event-status
func changeStatus(e *guildhall.ScheduledEvent, f *guildhall.EventFields) error {
	to := guildhall.EventStatus(f.Status.Or(int(e.Status)))
	begins := e.Status == guildhall.EventScheduled && (to == guildhall.EventActive || to == guildhall.EventCanceled)
	ends := e.Status == guildhall.EventActive && to == guildhall.EventCompleted
	if to != e.Status && !begins && !ends {
		return guildhall.BadField("TRANSITION_INVALID", "Invalid Guild Scheduled Event Status Transition", "status")
	}
	e.Status = to
	return nil
}
