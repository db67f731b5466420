package guilds

// pure core

import (
	"slices"
	"time"

	"guildhall"
)

// voiceRequestAge is how old the time of a request to speak may be and still count as now: clocks differ.
const voiceRequestAge = time.Minute

var errUnknownVoiceState = &guildhall.Error{Status: 404, Code: 10065, Message: "Unknown Voice State"}

// voiceEvent is the data of VOICE_STATE_UPDATE, and a voice state as it is answered.
// discord: resources/voice#voice-state-object
type voiceEvent struct {
	*guildhall.VoiceState
	Member *guildhall.Member `json:"member,omitempty"`
}

// voiceServer is the data of VOICE_SERVER_UPDATE. There is no voice server, which a null endpoint says.
// discord: events/gateway-events#voice-server-update
type voiceServer struct {
	Token    string            `json:"token"`
	GuildID  guildhall.GuildID `json:"guild_id"`
	Endpoint *string           `json:"endpoint"`
}

// tellVoice tells of a voice state those who may see the channel.
func (g *guild) tellVoice(r *request, d *draft, where guildhall.ChannelID, s guildhall.VoiceState) {
	audience := inChannel(where, guildhall.IntentGuildVoiceStates)
	audience.Before = r.view.Channel(where) != nil && s.ChannelID == 0
	d.event("VOICE_STATE_UPDATE", audience, voiceEvent{s.Shown(g.id), r.view.Member(s.UserID)})
}

// leaveVoice disconnects a member.
func (g *guild) leaveVoice(r *request, d *draft, s *guildhall.VoiceState) {
	d.put(guildhall.VoiceRow(g.id, s).Deleted())
	left := *s
	left.ChannelID = 0
	g.tellVoice(r, d, s.ChannelID, left)
	g.emptied(r, d, s)
}

// enterVoice writes a new or changed voice state. Those who saw the channel that it was in, and need not see the new one,
// are told that it left.
func (g *guild) enterVoice(r *request, d *draft, before *guildhall.VoiceState, s *guildhall.VoiceState) {
	d.put(guildhall.VoiceRow(g.id, s))
	if before != nil && before.ChannelID != s.ChannelID {
		was, is := r.view.Channel(before.ChannelID), r.view.Channel(s.ChannelID)
		if was == nil || is == nil || !slices.Equal(was.Overwrites, is.Overwrites) {
			left := *before
			left.ChannelID = 0
			g.tellVoice(r, d, before.ChannelID, left)
		}
		g.emptied(r, d, before)
	}
	g.tellVoice(r, d, s.ChannelID, *s)
}

// voiceChannel is a channel to connect to, if the user may enter it and there is room.
func (r *request) voiceChannel(id guildhall.ChannelID, user guildhall.UserID) (*guildhall.Channel, error) {
	c := r.view.Channel(id)
	if c == nil || !c.Type.IsVoice() {
		return nil, guildhall.ErrUnknownChannel
	}
	p := r.view.In(id, user, r.now)
	if !p.Has(guildhall.PermissionViewChannel | guildhall.PermissionConnect) {
		return nil, guildhall.ErrMissingPermissions
	}
	inside := 0
	for _, s := range r.view.Voices() {
		if s.ChannelID == id && s.UserID != user {
			inside++
		}
	}
	full := c.VoiceFields != nil && c.UserLimit > 0 && inside >= c.UserLimit
	if full && !p.Has(guildhall.PermissionMoveMembers) {
		return nil, guildhall.ErrMissingPermissions
	}
	return c, nil
}

// updateVoice connects, moves or disconnects the actor, as its gateway session asks.
// discord: events/gateway-events#update-voice-state
func (g *guild) updateVoice(r *request, f guildhall.UpdateVoice) (*draft, error) {
	m, err := r.author()
	if err != nil {
		return nil, err
	}
	before := r.view.Voice(r.actor)
	d := &draft{}
	if f.OnlyOf && (before == nil || before.SessionID != f.SessionID) {
		return d, nil
	}
	if f.ChannelID == 0 {
		if before != nil {
			g.leaveVoice(r, d, before)
		}
		return d, nil
	}
	s := &guildhall.VoiceState{UserID: r.actor, Mute: m.Mute, Deaf: m.Deaf}
	if before != nil {
		*s = *before
	}
	s.SessionID, s.Node, s.SelfMute, s.SelfDeaf, s.SelfVideo = f.SessionID, f.Node, f.SelfMute, f.SelfDeaf, f.SelfVideo
	if s.ChannelID != f.ChannelID {
		c, err := r.voiceChannel(f.ChannelID, r.actor)
		if err != nil {
			return nil, err
		}
		s.ChannelID, s.RequestToSpeakTimestamp = c.ID, nil
		stage := c.Type == guildhall.ChannelGuildStageVoice
		s.Suppress = stage && !r.in(c.ID).Has(guildhall.PermissionMuteMembers)
	}
	if before != nil && *before == *s {
		return d, nil
	}
	g.enterVoice(r, d, before, s)
	if before == nil || before.ChannelID != s.ChannelID || before.SessionID != s.SessionID {
		d.event("VOICE_SERVER_UPDATE", guildhall.Audience{Users: []guildhall.UserID{r.actor}}, voiceServer{
			Token: r.nextID().String(), GuildID: g.id,
		})
	}
	return d, nil
}

// moveVoice moves a member to another channel, or disconnects it, and brings its voice state up to date with its row.
// discord: resources/guild#modify-guild-member
func (g *guild) moveVoice(r *request, d *draft, m *guildhall.Member, to guildhall.Optional[guildhall.ChannelID]) error {
	s := r.view.Voice(m.User.ID)
	if s == nil {
		if to.Or(0) == 0 {
			return nil
		}
		return errNotInVoice
	}
	now := *s
	now.Mute, now.Deaf = m.Mute, m.Deaf
	if to.Set {
		if !r.in(s.ChannelID).Has(guildhall.PermissionMoveMembers) {
			return guildhall.ErrMissingPermissions
		}
		now.ChannelID = to.Or(0)
	}
	switch {
	case now.ChannelID == 0:
		g.leaveVoice(r, d, s)
		d.auditWith(r, guildhall.AuditMemberDisconnect, 0, map[string]string{"count": "1"})
	case now.ChannelID != s.ChannelID:
		if err := r.mayMoveTo(now.ChannelID); err != nil {
			return err
		}
		g.enterVoice(r, d, s, &now)
		d.auditWith(r, guildhall.AuditMemberMove, 0, map[string]string{"channel_id": now.ChannelID.String(), "count": "1"})
	case now != *s:
		g.enterVoice(r, d, s, &now)
	}
	return nil
}

// mayMoveTo: who moves a member must be able to enter; where the member itself may not, moving it is how it is let in.
func (r *request) mayMoveTo(id guildhall.ChannelID) error {
	if c := r.view.Channel(id); c == nil || !c.Type.IsVoice() {
		return guildhall.ErrUnknownChannel
	}
	if !r.in(id).Has(guildhall.PermissionConnect | guildhall.PermissionMoveMembers) {
		return guildhall.ErrMissingPermissions
	}
	return nil
}

// queryVoice is a member's voice state.
// discord: resources/voice#get-user-voice-state
func (g *guild) queryVoice(r *request) (any, error) {
	ref, err := body[guildhall.MemberRef](r.cmd)
	if err != nil {
		return nil, err
	}
	s := r.view.Voice(ref.UserID)
	if s == nil || !r.in(s.ChannelID).Has(guildhall.PermissionViewChannel) {
		return nil, errUnknownVoiceState
	}
	return voiceEvent{s.Shown(g.id), r.view.Member(ref.UserID)}, nil
}
