package sessions

import (
	"context"
	"encoding/json"

	"guildhall"
	"guildhall/gateway"
)

// connect carries what a client says about voice to the guild's owner. Who may not is not told, as on Discord.
// discord: events/gateway-events#update-voice-state
func (k *socket) connect(key Socket, r *gateway.VoiceStateUpdate) {
	s := k.server
	s.mu.Lock()
	user, _, shown := s.core.Shown(key, r.GuildID)
	s.mu.Unlock()
	if !shown {
		return
	}
	s.updateVoice(user, r.GuildID, guildhall.UpdateVoice{
		ChannelID: r.ChannelID, SelfMute: r.SelfMute, SelfDeaf: r.SelfDeaf, SelfVideo: r.SelfVideo, SessionID: key.Session,
		Node: s.node,
	})
	// The session may have ended meanwhile, and its end not have known of this.
	s.step(func(c *Core) { c.Connected(key, user, r.GuildID) })
}

// hangUp ends the voice state of one session. What fails is done when the guild is followed anew.
func (s *Server) hangUp(h HangUp) {
	select {
	case s.follows <- struct{}{}:
		defer func() { <-s.follows }()
	case <-s.ctx.Done():
		return
	}
	s.updateVoice(h.User, h.Guild, guildhall.UpdateVoice{SessionID: h.Session, OnlyOf: true})
}

func (s *Server) updateVoice(user guildhall.UserID, guild guildhall.GuildID, u guildhall.UpdateVoice) {
	body, err := json.Marshal(u)
	if err != nil {
		s.config.Log.Error("voice state not encoded", "error", err)
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, callTimeout)
	defer cancel()
	cmd := numbered(guildhall.Command{Name: guildhall.CommandVoiceUpdate, Object: guildhall.GuildObject(guild), Actor: user, Body: body})
	if _, err := s.owners.Command(ctx, cmd); err != nil && guildhall.AsError(err).Status >= 500 {
		s.config.Log.Warn("voice state not updated", "guild_id", guild.String(), "error", err)
	}
}
