package gateway

import (
	"bytes"
	"encoding/json"

	"guildhall"
)

const (
	// MembersChunkMax is the number of members in one GUILD_MEMBERS_CHUNK.
	// discord: events/gateway-events#guild-members-chunk
	MembersChunkMax = 1000
	// MembersAskedMax is how many can be asked for by user_ids or with a query.
	// discord: events/gateway-events#request-guild-members
	MembersAskedMax = 100
	// nonceBytesMax: a longer nonce is not given back.
	// discord: events/gateway-events#request-guild-members
	nonceBytesMax = 32
)

// RequestGuildMembers asks for members of one guild: all of them (Query empty and Limit 0), those whose name starts with
// Query, or those in Users.
// discord: events/gateway-events#request-guild-members
type RequestGuildMembers struct {
	Guild     guildhall.GuildID
	Query     string
	Limit     int
	Presences bool
	Users     []guildhall.UserID
	Nonce     string
}

// UnmarshalJSON takes ids as strings, as numbers (discord.py), alone or in a list.
func (r *RequestGuildMembers) UnmarshalJSON(b []byte) error {
	var fields struct {
		GuildID   snowflakes `json:"guild_id"`
		Query     *string    `json:"query"`
		Limit     int        `json:"limit"`
		Presences bool       `json:"presences"`
		UserIDs   snowflakes `json:"user_ids"`
		Nonce     *string    `json:"nonce"`
	}
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	*r = RequestGuildMembers{Limit: fields.Limit, Presences: fields.Presences}
	if len(fields.GuildID) == 1 {
		r.Guild = guildhall.GuildID(fields.GuildID[0])
	}
	if fields.Query != nil {
		r.Query = *fields.Query
	}
	for _, id := range fields.UserIDs {
		r.Users = append(r.Users, guildhall.UserID(id))
	}
	if fields.Nonce != nil && len(*fields.Nonce) <= nonceBytesMax {
		r.Nonce = *fields.Nonce
	}
	return nil
}

func (r *RequestGuildMembers) check() error {
	if r.Guild == 0 || r.Limit < 0 {
		return CloseDecodeError
	}
	return nil
}

// WantsAll tells whether all members of the guild are asked for, which needs the GUILD_MEMBERS intent.
func (r *RequestGuildMembers) WantsAll() bool {
	return len(r.Users) == 0 && r.Query == "" && r.Limit == 0
}

// RequestSoundboardSounds asks for guilds' sounds.
// discord: events/gateway-events#request-soundboard-sounds
type RequestSoundboardSounds struct {
	GuildIDs snowflakes `json:"guild_ids"`
}

// Guilds are those asked about.
func (r *RequestSoundboardSounds) Guilds() []guildhall.GuildID {
	guilds := make([]guildhall.GuildID, 0, len(r.GuildIDs))
	for _, id := range r.GuildIDs {
		guilds = append(guilds, guildhall.GuildID(id))
	}
	return guilds
}

// snowflakes reads one id or a list of ids, each a string or a number; null is none.
type snowflakes []guildhall.Snowflake

// UnmarshalJSON reads them.
func (s *snowflakes) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]guildhall.Snowflake)(s))
	}
	var id guildhall.Snowflake
	if err := json.Unmarshal(b, &id); err != nil {
		return err
	}
	if id != 0 {
		*s = snowflakes{id}
	}
	return nil
}

// MembersChunk is one of the answers to RequestGuildMembers.
// discord: events/gateway-events#guild-members-chunk
type MembersChunk struct {
	GuildID    guildhall.GuildID    `json:"guild_id"`
	Members    []*guildhall.Member  `json:"members"`
	ChunkIndex int                  `json:"chunk_index"`
	ChunkCount int                  `json:"chunk_count"`
	NotFound   []guildhall.UserID   `json:"not_found,omitempty"`
	Presences  []guildhall.Presence `json:"presences,omitempty"`
	Nonce      string               `json:"nonce,omitempty"`
}

// NewMembersChunk makes one of count chunks of an answer.
func NewMembersChunk(r *RequestGuildMembers, a *guildhall.MembersAnswer, index, count int) *MembersChunk {
	chunk := &MembersChunk{
		GuildID: r.Guild, Members: a.Members, ChunkIndex: index, ChunkCount: count, NotFound: a.NotFound, Nonce: r.Nonce,
	}
	if chunk.Members == nil {
		chunk.Members = []*guildhall.Member{}
	}
	if r.Presences {
		in := make(map[guildhall.UserID]bool, len(a.Members))
		for _, m := range a.Members {
			in[m.User.ID] = true
		}
		for _, p := range a.Presences {
			if in[p.User.ID] {
				chunk.Presences = append(chunk.Presences, p)
			}
		}
	}
	return chunk
}
