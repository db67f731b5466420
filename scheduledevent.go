package guildhall

import "cmp"

// Commands and queries about a guild's scheduled events.
const (
	CommandEventCreate = "event.create"    // EventFields → ScheduledEvent
	CommandEventModify = "event.modify"    // EventFields → ScheduledEvent
	CommandEventDelete = "event.delete"    // EventFields (id) → –
	CommandEventJoin   = "event.join"      // EventFields (id) → EventUser; the actor is interested
	CommandEventLeave  = "event.leave"     // EventFields (id) → –
	CommandEventElapse = "event.elapse"    // system only; EventFields (id, status) → –; what time alone brings about
	QueryEvents        = "get.events"      // EventQuery → []ScheduledEvent
	QueryEvent         = "get.event"       // EventQuery → ScheduledEvent
	QueryEventUsers    = "get.event.users" // EventUsersQuery → []EventUser
)

// ScheduledEvent is something that takes place at a time, in a channel or elsewhere.
// discord: resources/guild-scheduled-event#guild-scheduled-event-object
type ScheduledEvent struct {
	ID           Snowflake       `json:"id"`
	GuildID      GuildID         `json:"guild_id"`
	ChannelID    ChannelID       `json:"channel_id"`
	CreatorID    UserID          `json:"creator_id"`
	Creator      *User           `json:"creator,omitempty"`
	Name         string          `json:"name"`
	Description  *string         `json:"description"`
	Image        *string         `json:"image"`
	Start        Timestamp       `json:"scheduled_start_time"`
	End          *Timestamp      `json:"scheduled_end_time"`
	PrivacyLevel int             `json:"privacy_level"`
	Status       EventStatus     `json:"status"`
	EntityType   EventEntityType `json:"entity_type"`
	// EntityID is the stage instance that an event on a stage has begun.
	EntityID   Snowflake       `json:"entity_id"`
	Metadata   *EventMetadata  `json:"entity_metadata"`
	Recurrence *RecurrenceRule `json:"recurrence_rule"`
	// Exceptions to the recurrence there are none.
	Exceptions []struct{} `json:"guild_scheduled_event_exceptions"`
	// UserCount is filled in where it is asked for.
	UserCount *int `json:"user_count,omitempty"`
}

// EventStatus says how far an event is.
// discord: resources/guild-scheduled-event#guild-scheduled-event-object-guild-scheduled-event-status
type EventStatus int

// The statuses. Of the last two there is no way back.
const (
	EventScheduled EventStatus = 1
	EventActive    EventStatus = 2
	EventCompleted EventStatus = 3
	EventCanceled  EventStatus = 4
)

// Over tells whether the event is no more to come.
func (s EventStatus) Over() bool { return s == EventCompleted || s == EventCanceled }

// EventEntityType says where an event takes place.
// discord: resources/guild-scheduled-event#guild-scheduled-event-object-guild-scheduled-event-entity-types
type EventEntityType int

// The places.
const (
	EventStage    EventEntityType = 1
	EventVoice    EventEntityType = 2
	EventExternal EventEntityType = 3
)

// EventMetadata says where an event outside takes place.
type EventMetadata struct {
	Location string `json:"location"`
}

// RecurrenceRule says how an event repeats.
// discord: resources/guild-scheduled-event#guild-scheduled-event-recurrence-rule-object
type RecurrenceRule struct {
	Start      Timestamp      `json:"start"`
	End        *Timestamp     `json:"end"`
	Frequency  int            `json:"frequency"`
	Interval   int            `json:"interval"`
	ByWeekday  []int          `json:"by_weekday"`
	ByNWeekday []EventWeekday `json:"by_n_weekday"`
	ByMonth    []int          `json:"by_month"`
	ByMonthDay []int          `json:"by_month_day"`
	ByYearDay  []int          `json:"by_year_day"`
	Count      *int           `json:"count"`
}

// EventWeekday is the n-th of a day of the week in a month.
type EventWeekday struct {
	N   int `json:"n"`
	Day int `json:"day"`
}

// EventFields makes or changes an event; ID says which.
type EventFields struct {
	ID          Snowflake                `json:"id,omitempty"`
	ChannelID   Optional[ChannelID]      `json:"channel_id,omitzero"`
	Name        Optional[string]         `json:"name,omitzero"`
	Description Optional[string]         `json:"description,omitzero"`
	Image       Optional[string]         `json:"image,omitzero"`
	Start       Optional[Timestamp]      `json:"scheduled_start_time,omitzero"`
	End         Optional[Timestamp]      `json:"scheduled_end_time,omitzero"`
	EntityType  Optional[int]            `json:"entity_type,omitzero"`
	Status      Optional[int]            `json:"status,omitzero"`
	Location    Optional[string]         `json:"location,omitzero"`
	Recurrence  Optional[RecurrenceRule] `json:"recurrence_rule,omitzero"`
}

// EventQuery names an event, or asks for all.
type EventQuery struct {
	ID         Snowflake `json:"id,omitempty"`
	WithCounts bool      `json:"with_counts,omitempty"`
}

// EventUsersQuery asks for a page of those interested in an event, by their ids.
type EventUsersQuery struct {
	ID         Snowflake `json:"id"`
	Before     UserID    `json:"before,omitempty"`
	After      UserID    `json:"after,omitempty"`
	Limit      int       `json:"limit"`
	WithMember bool      `json:"with_member,omitempty"`
}

// EventUser is somebody's interest in an event.
// discord: resources/guild-scheduled-event#guild-scheduled-event-user-object
type EventUser struct {
	EventID Snowflake `json:"guild_scheduled_event_id"`
	UserID  UserID    `json:"user_id"`
	User    *User     `json:"user,omitempty"`
	Member  *Member   `json:"member,omitempty"`
	// Response is 1 for who is interested; others are not kept.
	Response int `json:"response"`
}

// eventUser names one user's interest.
type eventUser struct {
	event Snowflake
	user  UserID
}

// ScheduledEventRow holds one event.
func ScheduledEventRow(e *ScheduledEvent) Row {
	return stateRow(GuildObject(e.GuildID), stateEvent, e.ID.Key(), e)
}

// EventUserRow holds one user's interest in an event.
func EventUserRow(guild GuildID, event Snowflake, user UserID) Row {
	interest := &EventUser{EventID: event, UserID: user, Response: 1}
	return stateRow(GuildObject(guild), stateEvent, event.Key()+user.Key(), interest)
}

// applyEvent tells events' rows and those of who is interested apart by the length of their keys.
func (s *GuildState) applyEvent(id string, row *Row, phase Phase) error {
	const length = 8
	if len(id) == length {
		return apply(&s.events, IDFromKey[anyKind](id), row, phase)
	}
	key := eventUser{IDFromKey[anyKind](id[:min(len(id), length)]), IDFromKey[userKind](id[min(len(id), length):])}
	return apply(&s.eventUsers, key, row, phase)
}

// Event gives one scheduled event, or nil.
func (v GuildView) Event(id Snowflake) *ScheduledEvent {
	e, _ := v.s.events.Get(id, v.staged)
	return e
}

// Events gives all scheduled events, those of late that are over too, by their start.
func (v GuildView) Events() []*ScheduledEvent {
	return sorted(v.s.events.All(v.staged), func(a, b *ScheduledEvent) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID))
	})
}

// Interested tells whether a user is interested in an event.
func (v GuildView) Interested(event Snowflake, user UserID) bool {
	_, there := v.s.eventUsers.Get(eventUser{event, user}, v.staged)
	return there
}

// EventUsers gives those interested in an event, by user.
func (v GuildView) EventUsers(event Snowflake) []*EventUser {
	of := func(yield func(eventUser, *EventUser) bool) {
		for key, u := range v.s.eventUsers.All(v.staged) {
			if key.event == event && !yield(key, u) {
				return
			}
		}
	}
	return sorted(of, func(a, b *EventUser) int { return cmp.Compare(a.UserID, b.UserID) })
}

// EventUserCounts counts those interested in each event.
func (v GuildView) EventUserCounts() map[Snowflake]int {
	counts := map[Snowflake]int{}
	for key := range v.s.eventUsers.All(v.staged) {
		counts[key.event]++
	}
	return counts
}

// Audience is that of what happens to the event.
func (e *ScheduledEvent) Audience(intents Intents) Audience {
	a := Audience{Intents: intents}
	if e.ChannelID != 0 {
		a.Channel, a.Permissions = e.ChannelID, PermissionViewChannel
	}
	return a
}
