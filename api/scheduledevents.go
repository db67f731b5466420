package api

import (
	"context"
	"encoding/json"

	"guildhall"
)

// discord: resources/guild-scheduled-event#create-guild-scheduled-event
const (
	eventNameMax        = 100
	eventDescriptionMax = 1000
	eventLocationMax    = 100
	eventUsersMax       = 100
	eventPictures       = "guild-events"
)

func (r *request) event() guildhall.Snowflake { return r.ids["guild_scheduled_event_id"] }

func (a *API) listGuildScheduledEvents(ctx context.Context, r *request) (any, error) {
	return a.events(ctx, r, guildhall.QueryEvents)
}

func (a *API) getGuildScheduledEvent(ctx context.Context, r *request) (any, error) {
	return a.events(ctx, r, guildhall.QueryEvent)
}

func (a *API) events(ctx context.Context, r *request, name string) (any, error) {
	q := r.query()
	query := guildhall.EventQuery{ID: r.event(), WithCounts: q.boolean("with_user_count").Value}
	if err := q.err(); err != nil {
		return nil, err
	}
	return a.query(ctx, r.onGuild(name, query))
}

func (a *API) createGuildScheduledEvent(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("name", "privacy_level", "scheduled_start_time", "entity_type")
	e, image := f.event()
	if err := f.err(); err != nil {
		return nil, err
	}
	made, err := tell[guildhall.ScheduledEvent](ctx, a.deps.Owners, r.onGuild(guildhall.CommandEventCreate, e))
	if err != nil || image.Value == nil {
		return made, err
	}
	// A picture is kept under the event's id, which there wasn't before.
	return a.pictureEvent(ctx, r, made.ID, image)
}

// updateGuildScheduledEvent changes an event; its picture is kept after the rest, once it is known that the actor may.
// discord: resources/guild-scheduled-event#modify-guild-scheduled-event
func (a *API) updateGuildScheduledEvent(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	e, image := f.event()
	e.ID = r.event()
	if image.Null {
		e.Image = guildhall.Optional[string]{Set: true, Null: true}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	answer, err := a.command(ctx, r.onGuild(guildhall.CommandEventModify, e))
	if err != nil || image.Value == nil {
		return answer, err
	}
	return a.pictureEvent(ctx, r, e.ID, image)
}

func (a *API) pictureEvent(ctx context.Context, r *request, id guildhall.Snowflake, image guildhall.Optional[*picture]) (any, error) {
	kept, err := a.images.keepField(ctx, eventPictures, id, "image", image)
	if err != nil {
		return nil, err
	}
	return a.command(ctx, r.onGuild(guildhall.CommandEventModify, guildhall.EventFields{ID: id, Image: kept}))
}

// event reads an event's fields; its picture is not kept yet.
func (f *form) event() (guildhall.EventFields, guildhall.Optional[*picture]) {
	e := guildhall.EventFields{
		ChannelID: idOf[guildhall.ChannelID](f.id("channel_id")), Name: notNull(f.text("name", 1, eventNameMax)),
		Description: f.text("description", 0, eventDescriptionMax), Start: notNull(f.time("scheduled_start_time")),
		End: f.time("scheduled_end_time"), EntityType: notNull(f.choice("entity_type", 1, 2, 3)),
		Status: notNull(f.choice("status", 1, 2, 3, 4)), Recurrence: f.recurrence("recurrence_rule"),
	}
	if e.Description.Set && e.Description.Value == "" {
		e.Description = guildhall.Optional[string]{Set: true, Null: true}
	}
	f.choice("privacy_level", 2)
	if inner := f.object("entity_metadata"); inner != nil {
		e.Location = notNull(inner.text("location", 1, eventLocationMax))
	}
	return e, f.imageField("image")
}

func (a *API) deleteGuildScheduledEvent(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandEventDelete, guildhall.EventFields{ID: r.event()}))
}

// listGuildScheduledEventUsers is a page of those interested in an event.
// discord: resources/guild-scheduled-event#get-guild-scheduled-event-users
func (a *API) listGuildScheduledEventUsers(ctx context.Context, r *request) (any, error) {
	q := r.query()
	query := guildhall.EventUsersQuery{
		ID: r.event(), Limit: q.integer("limit", 1, eventUsersMax).Or(eventUsersMax), WithMember: q.boolean("with_member").Value,
		Before: guildhall.UserID(q.cursor("before").Value), After: guildhall.UserID(q.cursor("after").Value),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	if query.Before != 0 {
		query.After = 0 // discord: resources/guild-scheduled-event#get-guild-scheduled-event-users
	}
	return a.query(ctx, r.onGuild(guildhall.QueryEventUsers, query))
}

// countGuildScheduledEventUsers counts those interested in an event; exceptions to its recurrence there are none.
func (a *API) countGuildScheduledEventUsers(ctx context.Context, r *request) (any, error) {
	query := guildhall.EventQuery{ID: r.event(), WithCounts: true}
	e, err := ask[guildhall.ScheduledEvent](ctx, a.deps.Owners, r.onGuild(guildhall.QueryEvent, query))
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"guild_scheduled_event_count": e.UserCount, "guild_scheduled_event_exception_counts": json.RawMessage("{}"),
	}, nil
}

// guildScheduledEventJoin says that the person who asks is interested.
// docs/reference/people-api.md
func (a *API) guildScheduledEventJoin(ctx context.Context, r *request) (any, error) {
	return a.command(ctx, r.onGuild(guildhall.CommandEventJoin, guildhall.EventFields{ID: r.event()}))
}

func (a *API) guildScheduledEventLeave(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onGuild(guildhall.CommandEventLeave, guildhall.EventFields{ID: r.event()}))
}
