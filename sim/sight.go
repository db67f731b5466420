package sim

// pure core

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"guildhall"
)

// The bits that the oracle knows, by their documented numbers.
// discord: topics/permissions#permissions-bitwise-permission-flags
const (
	bitAdministrator = 1 << 3
	bitViewChannel   = 1 << 10
	bitSendMessages  = 1 << 11
	everyBit         = ^uint64(0)
)

// sightOracle knows who may do what in a guild as of each position. It is a second, slow reading of Discord's algorithm
// and shares nothing with the first.
type sightOracle struct {
	// versions hold the state from their positions on.
	versions []guildSight
}

// guildSight is a guild as of a position, as far as it matters to permissions. It is never changed.
type guildSight struct {
	from     uint64
	exists   bool
	guild    uint64
	owner    uint64
	roles    map[uint64]uint64
	members  map[uint64][]uint64
	channels map[uint64][]overwriteSight
}

type overwriteSight struct {
	id          uint64
	member      bool
	allow, deny uint64
}

// apply folds a record's rows in.
func (o *sightOracle) apply(r *guildhall.Record) {
	if r.Object.Kind != guildhall.KindGuild {
		return
	}
	next := guildSight{roles: map[uint64]uint64{}, members: map[uint64][]uint64{}, channels: map[uint64][]overwriteSight{}}
	if n := len(o.versions); n > 0 {
		next = o.versions[n-1]
	}
	next.from, next.guild = r.Position, uint64(r.Object.ID)
	changed := len(o.versions) == 0
	for i := range r.Rows {
		row := &r.Rows[i]
		switch s := row.Subject(); {
		case s.Guild:
			var v struct {
				Owner string `json:"owner_id"`
			}
			next.exists = !row.Delete
			next.owner = number(read(row, &v).Owner)
		case s.Role != 0:
			var v struct{ Permissions string }
			next.roles = maps.Clone(next.roles)
			set(next.roles, uint64(s.Role), number(read(row, &v).Permissions), row.Delete)
		case s.Channel != 0:
			next.channels = maps.Clone(next.channels)
			set(next.channels, uint64(s.Channel), overwritesOf(row), row.Delete)
		case s.Member != 0:
			var v struct{ Roles []string }
			read(row, &v)
			var roles []uint64
			for _, text := range v.Roles {
				roles = append(roles, number(text))
			}
			next.members = maps.Clone(next.members)
			set(next.members, uint64(s.Member), roles, row.Delete)
		default:
			continue
		}
		changed = true
	}
	if changed {
		o.versions = append(o.versions, next)
	}
}

func overwritesOf(row *guildhall.Row) []overwriteSight {
	var v struct {
		Overwrites []struct {
			ID, Allow, Deny string
			Type            int
		} `json:"permission_overwrites"`
	}
	var list []overwriteSight
	for _, o := range read(row, &v).Overwrites {
		list = append(list, overwriteSight{number(o.ID), o.Type == 1, number(o.Allow), number(o.Deny)})
	}
	return list
}

func set[V any](m map[uint64]V, k uint64, v V, gone bool) {
	if gone {
		delete(m, k)
		return
	}
	m[k] = v
}

func read[T any](row *guildhall.Row, v *T) *T {
	if len(row.Value) > 0 {
		if err := json.Unmarshal(row.Value, v); err != nil {
			panic(err) // the run has written it
		}
	}
	return v
}

func number(text string) uint64 {
	n, _ := strconv.ParseUint(text, 10, 64) // "" and null are 0
	return n
}

// at gives the guild as of a position.
func (o *sightOracle) at(position uint64) *guildSight {
	i, found := slices.BinarySearchFunc(o.versions, position, func(g guildSight, p uint64) int {
		switch {
		case g.from < p:
			return -1
		case g.from > p:
			return 1
		}
		return 0
	})
	if !found {
		i--
	}
	if i < 0 {
		return &guildSight{}
	}
	return &o.versions[i]
}

func (g *guildSight) member(user guildhall.UserID) bool {
	_, ok := g.members[uint64(user)]
	return ok && g.exists
}

// may is what a user may do in a channel, by the steps that Discord documents.
// discord: topics/permissions#permission-overwrites
func (g *guildSight) may(user guildhall.UserID, channel guildhall.ChannelID) uint64 {
	overwrites, there := g.channels[uint64(channel)]
	if !there || !g.member(user) {
		return 0
	}
	if uint64(user) == g.owner {
		return everyBit
	}
	roles := g.members[uint64(user)]
	p := g.roles[g.guild]
	for _, role := range roles {
		p |= g.roles[role]
	}
	if p&bitAdministrator != 0 {
		return everyBit
	}
	for _, o := range overwrites {
		if !o.member && o.id == g.guild {
			p = p&^o.deny | o.allow
		}
	}
	var allow, deny uint64
	for _, role := range roles {
		for _, o := range overwrites {
			if !o.member && o.id == role && role != g.guild {
				allow |= o.allow
				deny |= o.deny
			}
		}
	}
	p = p&^deny | allow
	for _, o := range overwrites {
		if o.member && o.id == uint64(user) {
			p = p&^o.deny | o.allow
		}
	}
	return p
}

func (g *guildSight) sees(user guildhall.UserID, channel guildhall.ChannelID) bool {
	return g.may(user, channel)&bitViewChannel != 0
}
