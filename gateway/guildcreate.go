package gateway

import (
	"cmp"
	"slices"
	"time"

	"guildhall"
)

// GuildCreate tells a session of a guild: all that it may see of it at one position.
// discord: events/gateway-events#guild-create
type GuildCreate struct {
	*guildhall.Guild
	JoinedAt             guildhall.Timestamp         `json:"joined_at"`
	Large                bool                        `json:"large"`
	Unavailable          *bool                       `json:"unavailable,omitempty"`
	MemberCount          int                         `json:"member_count"`
	Roles                []*guildhall.Role           `json:"roles"`
	Emojis               []*guildhall.CustomEmoji    `json:"emojis"`
	Stickers             []struct{}                  `json:"stickers"`
	VoiceStates          []*guildhall.VoiceState     `json:"voice_states"`
	Members              []*guildhall.Member         `json:"members"`
	Channels             []*guildhall.Channel        `json:"channels"`
	Threads              []*guildhall.Thread         `json:"threads"`
	Presences            []guildhall.Presence        `json:"presences"`
	StageInstances       []*guildhall.StageInstance  `json:"stage_instances"`
	GuildScheduledEvents []*guildhall.ScheduledEvent `json:"guild_scheduled_events"`
	SoundboardSounds     []struct{}                  `json:"soundboard_sounds"`
	EmbeddedActivities   []struct{}                  `json:"embedded_activities"`
	ApplicationCommands  struct{}                    `json:"application_command_counts"`
}

// GuildCreateParams are what a GUILD_CREATE depends on beside the guild's state.
type GuildCreateParams struct {
	// User is whose session it is; it must be a member.
	User    guildhall.UserID
	Intents guildhall.Intents
	// Sees tells which channels the user may see.
	Sees func(guildhall.ChannelID) bool
	// SeesThread tells which threads the user may see; Now is when.
	SeesThread func(*guildhall.Thread) bool
	Now        time.Time
	// MemberCount is the guild's, of which the state may hold a few only.
	MemberCount    int
	LargeThreshold int
	Presences      map[guildhall.UserID]guildhall.Presence
	// Promised says that READY named the guild as unavailable. Only then does the event say that it is available now:
	// without the field, libraries take it for a guild that was just joined.
	Promised bool
}

// NewGuildCreate builds the event. Without GUILD_PRESENCES it holds no member but the session's own and those who are
// connected to voice; a large guild's holds those who are there.
// discord: events/gateway-events#guild-create
func NewGuildCreate(v guildhall.GuildView, p GuildCreateParams) *GuildCreate {
	g := &GuildCreate{
		Guild: v.Guild(), Roles: v.Roles(), MemberCount: p.MemberCount, Large: p.MemberCount > p.LargeThreshold,
		Emojis: guildhall.ShownEmojis(v.Emojis()), Stickers: []struct{}{}, VoiceStates: []*guildhall.VoiceState{}, Members: []*guildhall.Member{},
		Channels: []*guildhall.Channel{}, Threads: []*guildhall.Thread{}, Presences: []guildhall.Presence{},
		StageInstances: []*guildhall.StageInstance{}, GuildScheduledEvents: []*guildhall.ScheduledEvent{}, SoundboardSounds: []struct{}{},
		EmbeddedActivities: []struct{}{},
	}
	if p.Promised {
		g.Unavailable = new(bool)
	}
	own := v.Member(p.User)
	if own != nil {
		g.JoinedAt = own.JoinedAt
	}
	for _, c := range v.Channels() {
		if p.Sees(c.ID) {
			g.Channels = append(g.Channels, ShownChannel(v, c))
		}
	}
	g.Threads = append(g.Threads, ActiveThreads(v, p.User, p.Now, p.SeesThread)...)
	g.addEvents(v, &p)
	connected, presences := g.addVoices(v, &p), p.Intents.Has(guildhall.IntentGuildPresences)
	if !presences && len(connected) == 0 {
		if own != nil {
			g.Members = append(g.Members, own)
		}
		return g
	}
	for id, m := range v.Members() {
		presence, there := p.Presences[id]
		if !presences {
			if id == p.User || connected[id] {
				g.Members = append(g.Members, m)
			}
			continue
		}
		if there {
			presence.GuildID = 0 // the guild is named around it
			g.Presences = append(g.Presences, presence)
		}
		if id == p.User || there || connected[id] || !g.Large {
			g.Members = append(g.Members, m)
		}
	}
	slices.SortFunc(g.Members, func(a, b *guildhall.Member) int { return cmp.Compare(a.User.ID, b.User.ID) })
	slices.SortFunc(g.Presences, func(a, b guildhall.Presence) int { return cmp.Compare(a.User.ID, b.User.ID) })
	return g
}

// ActiveThreads are the threads that are not archived and that a user sees, with its own membership.
func ActiveThreads(v guildhall.GuildView, user guildhall.UserID, now time.Time, sees func(*guildhall.Thread) bool) []*guildhall.Thread {
	threads := v.OpenThreadsWhere(func(t *guildhall.Thread) bool { return !v.ThreadArchived(t, now) && sees(t) })
	for i, t := range threads {
		threads[i] = v.ShownThread(t, user, now)
	}
	return threads
}

// ThreadListSync tells a session of the threads of channels that it has come to see.
// discord: events/gateway-events#thread-list-sync
type ThreadListSync struct {
	GuildID    guildhall.GuildID        `json:"guild_id"`
	ChannelIDs []guildhall.ChannelID    `json:"channel_ids"`
	Threads    []*guildhall.Thread      `json:"threads"`
	Members    []guildhall.ThreadMember `json:"members"`
}

// ShownChannel is a channel as clients see it: with the id of its newest message, which rows hold apart.
func ShownChannel(v guildhall.GuildView, c *guildhall.Channel) *guildhall.Channel {
	shown := *c
	if last := v.LastMessage(c.ID); last != 0 {
		shown.LastMessageID = last
	}
	if p := v.Pins(c.ID); p != nil {
		shown.LastPinAt = p.LastAt
	}
	if shown.Overwrites == nil {
		shown.Overwrites = []guildhall.Overwrite{}
	}
	return &shown
}
