package sessions

// pure core

import (
	"guildhall"
	"guildhall/gateway"
)

// Who is connected to a channel comes into sight and goes out of it with the channel: of those who were connected before, no
// record tells anything then.

// voiceSight are the events of those who are connected to one channel, by which they appear or disappear.
type voiceSight struct {
	channel guildhall.ChannelID
	appear  bool
}

// connected gives who is connected to which channel, gathered once for all viewers whose rights the record changed.
func (d *delivery) connected(channel guildhall.ChannelID) []*guildhall.VoiceState {
	if d.voices == nil {
		d.voices = make(map[guildhall.ChannelID][]*guildhall.VoiceState)
		for _, s := range d.object.guild.view().Voices() {
			d.voices[s.ChannelID] = append(d.voices[s.ChannelID], s)
		}
	}
	return d.voices[channel]
}

// sight gives the events of those connected to a channel, in the order of connected. To whom they disappear they are told as
// having left: clients keep voice states apart from channels.
func (d *delivery) sight(channel guildhall.ChannelID, appear bool) []*event {
	key := voiceSight{channel, appear}
	if made, ok := d.sights[key]; ok {
		return made
	}
	var made []*event
	v := d.object.guild.view()
	for _, s := range d.connected(channel) {
		shown := s.Shown(d.object.guild.id)
		e := &event{Object: d.object.name, Position: d.record.Position, Type: gateway.EventVoiceStateUpdate, Channel: channel, Farewell: !appear}
		if appear {
			// At a RESUME they are kept or dropped together with the channel.
			e.Audience = &guildhall.Audience{
				Channel: channel, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuildVoiceStates,
			}
		} else {
			shown.ChannelID = 0
		}
		e.data = gateway.Encode(gateway.ConnectedMember{VoiceState: shown, Member: v.Member(s.UserID)})
		made = append(made, e)
	}
	if d.sights == nil {
		d.sights = make(map[voiceSight][]*event)
	}
	d.sights[key] = made
	return made
}

// tellVoices tells a session of those who are connected to a channel that it has come to see, or does not see any more. One's
// own state stays: who is connected is so whether it sees the channel or not.
// discord: events/gateway-events#voice-state-update
func (d *delivery) tellVoices(a *attachment, channel guildhall.ChannelID, appear bool) {
	if !a.session.Intents.Has(guildhall.IntentGuildVoiceStates) {
		return
	}
	events := d.sight(channel, appear)
	for i, s := range d.connected(channel) {
		if appear || s.UserID != a.viewer.user {
			d.core.push(a.session, events[i], events[i].full())
		}
	}
}
