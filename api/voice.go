package api

import (
	"context"

	"guildhall"
)

// voiceStatusMax is in characters.
// discord: resources/channel#set-voice-channel-status
const voiceStatusMax = 500

func (a *API) getSelfVoiceState(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryVoice, guildhall.MemberRef{UserID: r.who.User}))
}

func (a *API) getVoiceState(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onGuild(guildhall.QueryVoice, guildhall.MemberRef{UserID: r.user()}))
}

// updateSelfVoiceState lets one speak on a stage, or ask to.
// discord: resources/voice#modify-current-user-voice-state
func (a *API) updateSelfVoiceState(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	m := f.voice()
	m.RequestToSpeak = f.time("request_to_speak_timestamp")
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onGuild(guildhall.CommandVoiceModify, m))
}

// updateVoiceState invites a member to speak on a stage, or ends that.
// discord: resources/voice#modify-user-voice-state
func (a *API) updateVoiceState(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	m := f.voice()
	m.UserID = r.user()
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onGuild(guildhall.CommandVoiceModify, m))
}

func (f *form) voice() guildhall.ModifyVoice {
	return guildhall.ModifyVoice{
		ChannelID: guildhall.ChannelID(f.id("channel_id").Value), Suppress: notNull(f.boolean("suppress")),
	}
}

// updateVoiceChannelStatus says what is going on in a voice channel.
// discord: resources/channel#set-voice-channel-status
func (a *API) updateVoiceChannelStatus(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	status := guildhall.VoiceStatus{Status: f.text("status", 0, voiceStatusMax).Pointer()}
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.silently(ctx, r.onChannel(guildhall.CommandVoiceStatus, status))
}
