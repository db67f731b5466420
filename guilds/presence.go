package guilds

// pure core

import (
	"reflect"
	"slices"

	"guildhall"
)

// statusOffline ends a presence; invisible users are shown as this too.
const statusOffline = "offline"

// presence takes over what a member's sessions say of it. It is kept in memory and told, never logged.
// discord: events/gateway-events#presence-update
func (g *guild) presence(r *request, p guildhall.Presence) (*draft, error) {
	if r.view.Member(p.User.ID) == nil {
		return nil, guildhall.ErrUnknownMember
	}
	p.GuildID = g.id
	if p.Activities == nil {
		p.Activities = []guildhall.Activity{}
	}
	before, there := g.presences[p.User.ID]
	if awaited, is := g.awaited[p.User.ID]; is {
		before, there = awaited, true
	}
	offline := p.Status == statusOffline
	if offline && !there || there && reflect.DeepEqual(before, p) {
		return &draft{}, nil
	}
	g.seen.saw(p.User.ID, r.now)
	if m := r.view.Member(p.User.ID); offline && len(m.Roles) == 0 && m.User.ID != r.view.Guild().OwnerID && r.view.Temporary(p.User.ID) {
		d := &draft{}
		g.dropMember(r, d, m)
		return d, nil
	}
	delete(g.presences, p.User.ID)
	delete(g.awaited, p.User.ID)
	if !offline {
		g.keepPresence(p)
	}
	d := &draft{}
	d.soon("PRESENCE_UPDATE", guildhall.Audience{Intents: guildhall.IntentGuildPresences}, p)
	return d, nil
}

// keepPresence takes a member's presence over; that of a member to be, once it is one.
func (g *guild) keepPresence(p guildhall.Presence) {
	of := &g.presences
	if g.state.Committed().Member(p.User.ID) == nil {
		of = &g.awaited
	}
	if *of == nil {
		*of = make(map[guildhall.UserID]guildhall.Presence)
	}
	(*of)[p.User.ID] = p
}

// presencesOf gives the presences of those users who have one, of all for nil, by id.
func (g *guild) presencesOf(users []guildhall.UserID) []guildhall.Presence {
	found := []guildhall.Presence{}
	if users == nil {
		for _, p := range g.presences {
			found = append(found, p)
		}
	}
	for _, u := range users {
		if p, ok := g.presences[u]; ok {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b guildhall.Presence) int {
		if a.User.ID < b.User.ID {
			return -1
		}
		return 1
	})
	return found
}

// soon adds an event that is not logged.
func (d *draft) soon(name string, a guildhall.Audience, data any) {
	d.ephemeral = append(d.ephemeral, guildhall.Event{Type: name, Audience: a, Data: encode(data)})
}
