package guildhall

import "cmp"

// Commands and queries about who is connected to voice. No media is carried: this is the state alone.
const (
	CommandVoiceUpdate = "voice.update"    // UpdateVoice → –
	CommandVoiceModify = "voice.modify"    // ModifyVoice → –
	CommandVoiceStatus = "voice.status"    // by channel; VoiceStatus → –
	QueryVoice         = "get.voice_state" // MemberRef → VoiceState with member
)

// VoiceState tells to which channel a member is connected, and how.
// discord: resources/voice#voice-state-object
type VoiceState struct {
	GuildID                 GuildID    `json:"guild_id,omitempty"`
	ChannelID               ChannelID  `json:"channel_id"` // 0 in the event by which a member leaves
	UserID                  UserID     `json:"user_id"`
	SessionID               string     `json:"session_id"`
	Deaf                    bool       `json:"deaf"`
	Mute                    bool       `json:"mute"`
	SelfDeaf                bool       `json:"self_deaf"`
	SelfMute                bool       `json:"self_mute"`
	SelfStream              bool       `json:"self_stream"`
	SelfVideo               bool       `json:"self_video"`
	Suppress                bool       `json:"suppress"`
	RequestToSpeakTimestamp *Timestamp `json:"request_to_speak_timestamp"`
	// Node is where the session is, so that its node ends the state of a session that it has no more. Clients are never
	// shown it.
	Node string `json:"node,omitempty"`
}

// Shown is the state as clients see it; guild is 0 where the guild is named around it.
func (s *VoiceState) Shown(guild GuildID) *VoiceState {
	shown := *s
	shown.GuildID, shown.Node = guild, ""
	return &shown
}

// UpdateVoice connects the actor to a channel, moves it, or (ChannelID 0) disconnects it.
// discord: events/gateway-events#update-voice-state
type UpdateVoice struct {
	ChannelID ChannelID `json:"channel_id"`
	SelfMute  bool      `json:"self_mute"`
	SelfDeaf  bool      `json:"self_deaf"`
	SelfVideo bool      `json:"self_video"`
	// SessionID is the gateway session that asks. Where OnlyOf is set, nothing happens unless that session is the one
	// connected.
	SessionID string `json:"session_id"`
	OnlyOf    bool   `json:"only_of,omitempty"`
	// Node is the session's.
	Node string `json:"node,omitempty"`
}

// ModifyVoice changes who may speak on a stage. UserID 0 is the actor. ChannelID, where set, must be the stage that the
// user is connected to.
// discord: resources/voice#modify-user-voice-state
type ModifyVoice struct {
	UserID         UserID              `json:"user_id,omitempty"`
	ChannelID      ChannelID           `json:"channel_id,omitempty"`
	Suppress       Optional[bool]      `json:"suppress,omitzero"`
	RequestToSpeak Optional[Timestamp] `json:"request_to_speak_timestamp,omitzero"`
}

// VoiceStatus is what a voice channel says of what is going on in it. It is cleared when the last one leaves.
// discord: events/gateway-events#voice-channel-status-update
type VoiceStatus struct {
	Status *string `json:"status"`
}

// VoiceRow holds one member's voice state.
func VoiceRow(guild GuildID, s *VoiceState) Row {
	return stateRow(GuildObject(guild), stateVoice, s.UserID.Key(), s)
}

// Voice gives a member's voice state, or nil.
func (v GuildView) Voice(user UserID) *VoiceState {
	s, _ := v.s.voices.Get(user, v.staged)
	return s
}

// Voices gives all voice states by user.
func (v GuildView) Voices() []*VoiceState {
	return sorted(v.s.voices.All(v.staged), func(a, b *VoiceState) int { return cmp.Compare(a.UserID, b.UserID) })
}
