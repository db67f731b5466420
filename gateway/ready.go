package gateway

import (
	"guildhall"
)

// Ready is the first dispatch of a session.
// discord: events/gateway-events#ready
type Ready struct {
	Trace            []string           `json:"_trace"`
	Version          int                `json:"v"`
	User             guildhall.Self     `json:"user"`
	Guilds           []UnavailableGuild `json:"guilds"`
	SessionID        string             `json:"session_id"`
	SessionType      string             `json:"session_type"`
	ResumeGatewayURL string             `json:"resume_gateway_url"`
	Shard            *Shard             `json:"shard,omitempty"`
	Application      *ReadyApplication  `json:"application,omitempty"`
	PrivateChannels  []any              `json:"private_channels"`
	Relationships    relationships      `json:"relationships"`
	GeoOrderedRTC    []string           `json:"geo_ordered_rtc_regions"`
	Auth             struct{}           `json:"auth"`

	*ReadyPerson
}

type relationships []*guildhall.Relationship

// ReadyApplication is what a bot is told of its application.
type ReadyApplication struct {
	ID    guildhall.ApplicationID `json:"id"`
	Flags int                     `json:"flags"`
}

// ReadyPerson is what only people's sessions get. There are no read states and settings to tell yet.
type ReadyPerson struct {
	ReadState         []struct{} `json:"read_state"`
	UserGuildSettings []struct{} `json:"user_guild_settings"`
}

// UnavailableGuild is a guild of which only the id is told.
// discord: resources/guild#unavailable-guild-object
type UnavailableGuild struct {
	ID          guildhall.GuildID `json:"id"`
	Unavailable bool              `json:"unavailable"`
}

// DeletedGuild is the data of a GUILD_DELETE by which a guild is lost rather than out of reach.
// discord: events/gateway-events#guild-delete
type DeletedGuild struct {
	ID guildhall.GuildID `json:"id"`
}

// ReadyParams are what a READY says of the session beside what stands in the user's state.
type ReadyParams struct {
	Version          int
	SessionID        string
	ResumeGatewayURL string
	Shard            *Shard
	Bot              bool
	// Account is the user's private part, which no state of a node but its owner's has; nil for bots.
	Account *guildhall.Account
}

// NewReady builds the READY of a user. Its guilds follow one by one as GUILD_CREATE.
func NewReady(v guildhall.UserView, p ReadyParams) *Ready {
	r := &Ready{
		Trace: []string{}, Version: p.Version, Guilds: []UnavailableGuild{}, SessionID: p.SessionID, SessionType: "normal",
		ResumeGatewayURL: p.ResumeGatewayURL, Shard: p.Shard, PrivateChannels: []any{}, Relationships: relationships{},
		GeoOrderedRTC: []string{},
	}
	if u := v.User(); u != nil {
		r.User = guildhall.NewSelf(u, p.Account)
	}
	for _, g := range v.Guilds() {
		if p.Shard.Has(g.ID) {
			r.Guilds = append(r.Guilds, UnavailableGuild{ID: g.ID, Unavailable: true})
		}
	}
	if a := v.Application(); a != nil {
		r.Application = &ReadyApplication{ID: a.ID, Flags: a.Flags}
	}
	if !p.Bot {
		r.ReadyPerson = &ReadyPerson{ReadState: []struct{}{}, UserGuildSettings: []struct{}{}}
		for _, other := range v.Relationships() {
			r.Relationships = append(r.Relationships, other.Shown())
		}
		for _, private := range v.Privates() {
			r.PrivateChannels = append(r.PrivateChannels, private.For(r.User.ID))
		}
	}
	return r
}
