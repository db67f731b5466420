package guilds

// pure core

import "guildhall"

// modifyVoice lets members speak on a stage, or no longer, and takes their requests to.
// discord: resources/voice#modify-current-user-voice-state, #modify-user-voice-state
func (g *guild) modifyVoice(r *request, f guildhall.ModifyVoice) (*draft, error) {
	own := f.UserID == 0 || f.UserID == r.actor
	user := f.UserID
	if own {
		user = r.actor
	}
	before := r.view.Voice(user)
	if before == nil || f.ChannelID != 0 && f.ChannelID != before.ChannelID {
		return nil, errUnknownVoiceState
	}
	c := r.view.Channel(before.ChannelID)
	if c == nil || c.Type != guildhall.ChannelGuildStageVoice {
		return nil, guildhall.ErrWrongChannelType
	}
	s := *before
	var err error
	if own {
		err = r.changeOwnVoice(&s, &f)
	} else {
		err = r.changeOthersVoice(&s, &f)
	}
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if !sameJSON(before, &s) {
		g.enterVoice(r, d, before, &s)
	}
	return d, nil
}

// changeOwnVoice: who may mute others may speak at once; others ask to, if they may.
func (r *request) changeOwnVoice(s *guildhall.VoiceState, f *guildhall.ModifyVoice) error {
	p := r.in(s.ChannelID)
	if f.Suppress.Set && f.Suppress.Or(false) != s.Suppress {
		if s.Suppress && !p.Has(guildhall.PermissionMuteMembers) {
			return guildhall.ErrMissingPermissions
		}
		s.Suppress, s.RequestToSpeakTimestamp = !s.Suppress, nil
	}
	if f.RequestToSpeak.Set {
		at := f.RequestToSpeak.Pointer()
		if at != nil && !p.Has(guildhall.PermissionRequestToSpeak) {
			return guildhall.ErrMissingPermissions
		}
		if at != nil && at.Time().Before(r.now.Add(-voiceRequestAge)) {
			return guildhall.BadField("DATE_TIME_PAST", "Must be a present or future time.", "request_to_speak_timestamp")
		}
		s.RequestToSpeakTimestamp = at
	}
	return nil
}

// changeOthersVoice brings a member to the audience or invites it to speak: a person is asked, a bot is not.
func (r *request) changeOthersVoice(s *guildhall.VoiceState, f *guildhall.ModifyVoice) error {
	if !r.in(s.ChannelID).Has(guildhall.PermissionMuteMembers) {
		return guildhall.ErrMissingPermissions
	}
	if !f.Suppress.Set || f.Suppress.Or(false) == s.Suppress {
		return nil
	}
	s.Suppress, s.RequestToSpeakTimestamp = !s.Suppress, nil
	if m := r.view.Member(s.UserID); !s.Suppress && m != nil && !m.User.Bot {
		now := guildhall.TimestampOf(r.now)
		s.RequestToSpeakTimestamp = &now
	}
	return nil
}

// voiceStatusEvent is the data of VOICE_CHANNEL_STATUS_UPDATE.
// discord: events/gateway-events#voice-channel-status-update
type voiceStatusEvent struct {
	ID      guildhall.ChannelID `json:"id"`
	GuildID guildhall.GuildID   `json:"guild_id"`
	Status  *string             `json:"status"`
}

// setVoiceStatus says what is going on in a voice channel; who is not connected must manage it.
// discord: resources/channel#set-voice-channel-status
func (g *guild) setVoiceStatus(r *request, f guildhall.VoiceStatus) (*draft, error) {
	c, err := r.channel(guildhall.PermissionSetVoiceChannelStatus)
	if err != nil {
		return nil, err
	}
	if c.Type != guildhall.ChannelGuildVoice {
		return nil, guildhall.ErrWrongChannelType
	}
	if s := r.view.Voice(r.actor); s == nil || s.ChannelID != c.ID {
		if err := r.allowed(c.ID, guildhall.PermissionManageChannels); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	if before := voiceStatus(c); !g.putVoiceStatus(d, c, f.Status) {
		return d, nil
	} else if f.Status == nil || *f.Status == "" {
		d.audit(r, guildhall.AuditVoiceStatusDelete, guildhall.Snowflake(c.ID), guildhall.AuditChange{Key: "status", Old: encode(before)})
	} else {
		d.auditWith(r, guildhall.AuditVoiceStatusUpdate, guildhall.Snowflake(c.ID), map[string]string{"status": *f.Status})
	}
	return d, nil
}

func voiceStatus(c *guildhall.Channel) *string {
	if c.VoiceFields == nil {
		return nil
	}
	return c.Status
}

// putVoiceStatus writes and tells a channel's status if it changes.
func (g *guild) putVoiceStatus(d *draft, c *guildhall.Channel, status *string) bool {
	if status != nil && *status == "" {
		status = nil
	}
	if sameJSON(voiceStatus(c), status) {
		return false
	}
	fields := guildhall.VoiceFields{}
	if c.VoiceFields != nil {
		fields = *c.VoiceFields
	}
	fields.Status = status
	changed := *c
	changed.VoiceFields = &fields
	d.put(guildhall.ChannelRow(g.id, &changed))
	d.event("VOICE_CHANNEL_STATUS_UPDATE", inChannel(c.ID, guildhall.IntentGuilds), voiceStatusEvent{c.ID, g.id, status})
	return true
}

// emptied clears the status of a voice channel that its last member leaves.
func (g *guild) emptied(r *request, d *draft, left *guildhall.VoiceState) {
	c := r.view.Channel(left.ChannelID)
	if c == nil || voiceStatus(c) == nil {
		return
	}
	for _, s := range r.view.Voices() {
		if s.ChannelID == c.ID && s.UserID != left.UserID {
			return
		}
	}
	g.putVoiceStatus(d, c, nil)
}
