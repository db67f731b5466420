package gateway

import "guildhall"

// ConnectedMember is the data of VOICE_STATE_UPDATE.
// discord: events/gateway-events#voice-state-update
type ConnectedMember struct {
	*guildhall.VoiceState
	Member *guildhall.Member `json:"member,omitempty"`
}

// addVoices adds who is connected to the channels that the session may see, and tells whose states these are: their
// members are shown too, whatever the intents.
// discord: events/gateway-events#guild-create
func (g *GuildCreate) addVoices(v guildhall.GuildView, p *GuildCreateParams) map[guildhall.UserID]bool {
	connected := map[guildhall.UserID]bool{}
	if !p.Intents.Has(guildhall.IntentGuildVoiceStates) {
		return connected
	}
	for _, s := range v.Voices() {
		if p.Sees(s.ChannelID) {
			connected[s.UserID] = true
			g.VoiceStates = append(g.VoiceStates, s.Shown(0))
		}
	}
	return connected
}

// addEvents adds what is planned or going on where the session may see it.
func (g *GuildCreate) addEvents(v guildhall.GuildView, p *GuildCreateParams) {
	for _, s := range v.Stages() {
		if p.Sees(s.ChannelID) {
			g.StageInstances = append(g.StageInstances, s)
		}
	}
	if !p.Intents.Has(guildhall.IntentGuildScheduledEvents) {
		return
	}
	for _, e := range v.Events() {
		if !e.Status.Over() && (e.ChannelID == 0 || p.Sees(e.ChannelID)) {
			g.GuildScheduledEvents = append(g.GuildScheduledEvents, e)
		}
	}
}
