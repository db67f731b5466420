package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// eventUserEvent is the data of GUILD_SCHEDULED_EVENT_USER_ADD and GUILD_SCHEDULED_EVENT_USER_REMOVE.
// discord: events/gateway-events#guild-scheduled-event-user-add
type eventUserEvent struct {
	EventID guildhall.Snowflake `json:"guild_scheduled_event_id"`
	UserID  guildhall.UserID    `json:"user_id"`
	GuildID guildhall.GuildID   `json:"guild_id"`
}

func (g *guild) tellInterest(d *draft, name string, e *guildhall.ScheduledEvent, user guildhall.UserID) {
	d.event(name, e.Audience(guildhall.IntentGuildScheduledEvents), eventUserEvent{e.ID, user, g.id})
}

// joinEvent notes that the actor is interested in an event.
func (g *guild) joinEvent(r *request, f guildhall.EventFields) (*draft, error) {
	m, err := r.author()
	if err != nil {
		return nil, err
	}
	e, err := r.event(f.ID)
	if err != nil {
		return nil, err
	}
	if e.Status.Over() {
		return nil, errEventOver
	}
	d := &draft{}
	if !r.view.Interested(e.ID, r.actor) {
		d.put(guildhall.EventUserRow(g.id, e.ID, r.actor))
		g.tellInterest(d, "GUILD_SCHEDULED_EVENT_USER_ADD", e, r.actor)
	}
	d.answer(guildhall.EventUser{EventID: e.ID, UserID: r.actor, User: &m.User, Response: 1})
	return d, nil
}

// leaveEvent ends the actor's interest.
func (g *guild) leaveEvent(r *request, f guildhall.EventFields) (*draft, error) {
	e, err := r.event(f.ID)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	g.loseInterest(r, d, e, r.actor)
	return d, nil
}

func (g *guild) loseInterest(r *request, d *draft, e *guildhall.ScheduledEvent, user guildhall.UserID) {
	if r.view.Interested(e.ID, user) {
		d.put(guildhall.EventUserRow(g.id, e.ID, user).Deleted())
		g.tellInterest(d, "GUILD_SCHEDULED_EVENT_USER_REMOVE", e, user)
	}
}

// queryEventUsers is a page of those interested in an event, by id.
// discord: resources/guild-scheduled-event#get-guild-scheduled-event-users
func (g *guild) queryEventUsers(r *request) (any, error) {
	q, err := body[guildhall.EventUsersQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	if _, err := r.event(q.ID); err != nil {
		return nil, err
	}
	page := slices.DeleteFunc(r.view.EventUsers(q.ID), func(u *guildhall.EventUser) bool {
		return u.UserID <= q.After || q.Before != 0 && u.UserID >= q.Before || r.view.Member(u.UserID) == nil
	})
	if over := len(page) - q.Limit; over > 0 && q.Before != 0 {
		page = page[over:]
	} else if over > 0 {
		page = page[:q.Limit]
	}
	for i, u := range page {
		m, shown := r.view.Member(u.UserID), *u
		shown.User = &m.User
		if q.WithMember {
			shown.Member = m
		}
		page[i] = &shown
	}
	return page, nil
}
