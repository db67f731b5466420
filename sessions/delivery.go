package sessions

// pure core

import (
	"slices"

	"guildhall"
	"guildhall/gateway"
)

// delivery is one record of a guild on its way to all sessions that may know of it. What they share is made once.
type delivery struct {
	core   *Core
	object *object
	record *guildhall.Record
	change change

	// eyes are lent to the session that is being judged.
	eyes eyes

	events   []*event // made when first needed, by the record's order
	channels []*event // made up for channels that came into or went out of sight
	diffs    []diff
	private  []*guildhall.Thread // of the guild, listed when first needed
	listed   bool
	// voices are who is connected to which channel, sights the events made up of them.
	voices map[guildhall.ChannelID][]*guildhall.VoiceState
	sights map[voiceSight][]*event
}

// diff is what one change of class makes visible and hides.
type diff struct {
	before, after *class
	shown, hidden []guildhall.ChannelID
}

func (d *delivery) diff(before, after *class) diff {
	if before == after {
		return diff{}
	}
	for _, known := range d.diffs {
		if known.before == before && known.after == after {
			return known
		}
	}
	made := diff{before, after, gained(before.visible, after.visible), gained(after.visible, before.visible)}
	d.diffs = append(d.diffs, made)
	return made
}

// event gives one of the record's events in the form that sessions share.
func (d *delivery) event(i int) *event {
	if d.events == nil {
		d.events = make([]*event, len(d.record.Events))
	}
	if d.events[i] == nil {
		d.events[i] = newEvent(d.object, d.record.Position, &d.record.Events[i])
	}
	return d.events[i]
}

// channel gives the event by which a channel comes into or goes out of sight. A channel that goes is told as it was
// before the record: what it has become is not the session's business any more.
func (d *delivery) channel(kind string, id guildhall.ChannelID) *event {
	for _, e := range d.channels {
		if e.Type == kind && e.Channel == id {
			return e
		}
	}
	v := d.object.guild.view()
	channel := v.Channel(id)
	if before, changed := d.change.channels[id]; changed && kind == gateway.EventChannelDelete {
		channel = before
	}
	e := &event{Object: d.object.name, Position: d.record.Position, Type: kind, Channel: id, Farewell: kind == gateway.EventChannelDelete}
	if channel != nil {
		e.data = gateway.Encode(gateway.ShownChannel(v, channel))
	} else {
		e.data = gateway.Encode(&guildhall.Channel{ID: id, GuildID: d.object.guild.id})
	}
	if kind == gateway.EventChannelCreate {
		// At a RESUME it is kept or dropped together with the events of the channel that follow it.
		e.Audience = &guildhall.Audience{Channel: id, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuilds}
	}
	d.channels = append(d.channels, e)
	return e
}

// done lets go of what only making the bodies needed.
func (d *delivery) done() {
	for _, e := range d.events {
		if e != nil {
			e.data = nil
		}
	}
	for _, e := range d.channels {
		e.data = nil
	}
	for _, made := range d.sights {
		for _, e := range made {
			e.data = nil
		}
	}
}

// tell gives a member's sessions what they may know of the record: its events, and channels that it brought into or
// took out of their sight.
func (d *delivery) tell(v *viewer) {
	seen := d.diff(v.before, v.class)
	gained := d.threadsGained(v, seen)
	for _, a := range v.attachments {
		if a.shown && !a.session.condemned {
			d.tellSession(a, seen)
			d.syncThreads(a, gained)
		}
	}
}

func (d *delivery) tellSession(a *attachment, seen diff) {
	s, v := a.session, a.viewer
	// Channels whose coming or going one of the record's own events tells.
	var told []guildhall.ChannelID
	for i := range d.record.Events {
		e := &d.record.Events[i]
		as := &d.eyes
		*as = eyes{v.user, s.Intents, v.class, v.until, d.core.now}
		if e.Audience.Before {
			as.class = v.before
		}
		if !e.Audience.Admits(as) {
			continue
		}
		shared := d.event(i)
		channel := e.Audience.Channel
		switch {
		case e.Type == gateway.EventChannelUpdate && slices.Contains(seen.shown, channel):
			shared = d.channel(gateway.EventChannelCreate, channel)
			told = append(told, channel)
		case e.Type == gateway.EventChannelCreate, e.Type == gateway.EventChannelDelete:
			told = append(told, channel)
		}
		d.core.push(s, shared, shared.in(formFor(&e.Audience, as)))
	}
	for _, id := range seen.shown {
		if !slices.Contains(told, id) && s.Intents.Has(guildhall.IntentGuilds) {
			e := d.channel(gateway.EventChannelCreate, id)
			d.core.push(s, e, e.full())
		}
		d.tellVoices(a, id, true)
	}
	for _, id := range seen.hidden {
		s.revokeChannel(d.object.name, id, d.object.guild.view().Channel(id) == nil)
		d.tellVoices(a, id, false)
		if !slices.Contains(told, id) && s.Intents.Has(guildhall.IntentGuilds) {
			e := d.channel(gateway.EventChannelDelete, id)
			d.core.push(s, e, e.full())
		}
	}
}
