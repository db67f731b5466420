package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// queryAcquainted tells whether another user may write to this one: those may who share a guild with it. The other one's
// guilds are as its own object has listed them.
func (u *user) queryAcquainted(r *userRequest) (any, error) {
	q, err := body[guildhall.Acquaintance](r.cmd)
	if err != nil {
		return nil, err
	}
	return slices.ContainsFunc(q.Guilds, func(id guildhall.GuildID) bool { return r.view.GuildRef(id) != nil }), nil
}
