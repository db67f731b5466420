package guilds

// pure core

import "guildhall"

// typingStart is the data of TYPING_START.
// discord: events/gateway-events#typing-start
type typingStart struct {
	ChannelID guildhall.ChannelID `json:"channel_id"`
	GuildID   guildhall.GuildID   `json:"guild_id,omitempty"`
	UserID    guildhall.UserID    `json:"user_id"`
	Timestamp int64               `json:"timestamp"` // Unix seconds
	Member    *guildhall.Member   `json:"member,omitempty"`
}

// typing tells those in the channel that the actor writes; nobody keeps it.
// discord: resources/channel#trigger-typing-indicator
func (g *guild) typing(r *request, _ none) (*draft, error) {
	c, err := r.textChannel(guildhall.PermissionSendMessages)
	if err != nil {
		return nil, err
	}
	if _, err := r.author(); err != nil {
		return nil, err
	}
	d := &draft{}
	d.soon("TYPING_START", r.audience(c.ID, guildhall.IntentGuildMessageTyping), typingStart{
		ChannelID: c.ID, GuildID: g.id, UserID: r.actor, Timestamp: r.now.Unix(), Member: g.memberShown(r, r.actor),
	})
	return d, nil
}

// inChannel is the audience of what happens in a channel: those who may see it.
func inChannel(c guildhall.ChannelID, intents guildhall.Intents) guildhall.Audience {
	return guildhall.Audience{Channel: c, Permissions: guildhall.PermissionViewChannel, Intents: intents}
}
