package gateway

import (
	"bytes"
	"encoding/json"

	"guildhall"
)

// ClientPayloadMax is the size in bytes of the largest payload that a client may send.
// discord: events/gateway#sending-events
const ClientPayloadMax = 4096

// Request is what a client asked for: one of Heartbeat, Identify, Resume, PresenceUpdate, RequestGuildMembers,
// VoiceStateUpdate, RequestSoundboardSounds and RequestChannelInfo.
type Request interface{ opcode() Opcode }

// Heartbeat tells that the client is alive. Sequence is the last it has got; 0 for none.
type Heartbeat struct{ Sequence uint64 }

// VoiceStateUpdate joins, moves to or leaves (channel 0) a voice channel. The guild is 0 for calls in private channels, of
// which there are none.
// discord: events/gateway-events#update-voice-state
type VoiceStateUpdate struct {
	GuildID   guildhall.GuildID   `json:"guild_id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	SelfMute  bool                `json:"self_mute"`
	SelfDeaf  bool                `json:"self_deaf"`
	SelfVideo bool                `json:"self_video"`
}

// RequestChannelInfo asks for voice channels' status; there is none.
type RequestChannelInfo struct{}

func (Heartbeat) opcode() Opcode                { return OpHeartbeat }
func (*Identify) opcode() Opcode                { return OpIdentify }
func (*Resume) opcode() Opcode                  { return OpResume }
func (*PresenceUpdate) opcode() Opcode          { return OpPresenceUpdate }
func (*RequestGuildMembers) opcode() Opcode     { return OpRequestGuildMembers }
func (*VoiceStateUpdate) opcode() Opcode        { return OpVoiceStateUpdate }
func (*RequestSoundboardSounds) opcode() Opcode { return OpRequestSoundboardSounds }
func (RequestChannelInfo) opcode() Opcode       { return OpRequestChannelInfo }

// DecodeRequest reads a payload from a client. The error is a CloseCode: 4001 for an opcode that a client can't send,
// 4002 for everything else that is wrong with the payload, other codes for what an opcode's own body can be wrong in.
// discord: topics/opcodes-and-status-codes#gateway
func DecodeRequest(payload []byte) (Request, error) {
	if len(payload) > ClientPayloadMax {
		return nil, CloseDecodeError
	}
	var p struct {
		Op *Opcode         `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	if err := json.Unmarshal(payload, &p); err != nil || p.Op == nil {
		return nil, CloseDecodeError
	}
	if !p.Op.fromClients() {
		return nil, CloseUnknownOpcode
	}
	switch *p.Op {
	case OpHeartbeat:
		return decodeHeartbeat(p.D)
	case OpIdentify:
		return decodeIdentify(p.D)
	case OpResume:
		return decodeBody[Resume](p.D, (*Resume).check)
	case OpPresenceUpdate:
		return decodeBody[PresenceUpdate](p.D, nil)
	case OpRequestGuildMembers:
		return decodeBody[RequestGuildMembers](p.D, (*RequestGuildMembers).check)
	case OpVoiceStateUpdate:
		return decodeBody[VoiceStateUpdate](p.D, nil)
	case OpRequestSoundboardSounds:
		return decodeBody[RequestSoundboardSounds](p.D, nil)
	}
	return RequestChannelInfo{}, nil
}

// decodeBody reads d, which must be an object.
func decodeBody[T any, P interface {
	*T
	Request
}](d json.RawMessage, check func(P) error) (Request, error) {
	if d = bytes.TrimSpace(d); len(d) == 0 || d[0] != '{' {
		return nil, CloseDecodeError
	}
	body := P(new(T))
	if err := json.Unmarshal(d, body); err != nil {
		return nil, CloseDecodeError
	}
	if check != nil {
		if err := check(body); err != nil {
			return nil, err
		}
	}
	return body, nil
}

func decodeHeartbeat(d json.RawMessage) (Request, error) {
	if len(d) == 0 {
		return Heartbeat{}, nil
	}
	var sequence *uint64
	if err := json.Unmarshal(d, &sequence); err != nil {
		return nil, CloseDecodeError
	}
	if sequence == nil {
		return Heartbeat{}, nil
	}
	return Heartbeat{*sequence}, nil
}
