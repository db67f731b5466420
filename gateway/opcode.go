package gateway

// Opcode says what a payload is.
// discord: topics/opcodes-and-status-codes#gateway-gateway-opcodes
type Opcode int

// The documented opcodes.
const (
	OpDispatch                Opcode = 0
	OpHeartbeat               Opcode = 1
	OpIdentify                Opcode = 2
	OpPresenceUpdate          Opcode = 3
	OpVoiceStateUpdate        Opcode = 4
	OpResume                  Opcode = 6
	OpReconnect               Opcode = 7
	OpRequestGuildMembers     Opcode = 8
	OpInvalidSession          Opcode = 9
	OpHello                   Opcode = 10
	OpHeartbeatACK            Opcode = 11
	OpRequestSoundboardSounds Opcode = 31
	OpRequestChannelInfo      Opcode = 43
)

// fromClients tells whether a client may send the opcode.
func (o Opcode) fromClients() bool {
	switch o {
	case OpHeartbeat, OpIdentify, OpPresenceUpdate, OpVoiceStateUpdate, OpResume, OpRequestGuildMembers,
		OpRequestSoundboardSounds, OpRequestChannelInfo:
		return true
	}
	return false
}

// Names of dispatches that are made here rather than by an object's owner.
const (
	EventReady             = "READY"
	EventResumed           = "RESUMED"
	EventGuildCreate       = "GUILD_CREATE"
	EventGuildDelete       = "GUILD_DELETE"
	EventChannelCreate     = "CHANNEL_CREATE"
	EventThreadListSync    = "THREAD_LIST_SYNC"
	EventVoiceStateUpdate  = "VOICE_STATE_UPDATE"
	EventChannelUpdate     = "CHANNEL_UPDATE"
	EventChannelDelete     = "CHANNEL_DELETE"
	EventGuildMembersChunk = "GUILD_MEMBERS_CHUNK"
	EventSoundboardSounds  = "SOUNDBOARD_SOUNDS"
	EventPresenceUpdate    = "PRESENCE_UPDATE"
	EventMessageCreate     = "MESSAGE_CREATE"
	EventTypingStart       = "TYPING_START"
	EventMemberAdd         = "GUILD_MEMBER_ADD"
	EventMemberRemove      = "GUILD_MEMBER_REMOVE"
)
