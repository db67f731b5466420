package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// queryAcquainted tells whether another user may write to this one: friends may, and those who share a guild with it, but
// nobody whom it has blocked. Into a group more it is taken by nobody once it is in as many as one may be in: others may take
// it into them, and its sessions follow each. The other one's guilds are as its own object has listed them.
func (u *user) queryAcquainted(r *userRequest) (any, error) {
	q, err := body[guildhall.Acquaintance](r.cmd)
	if err != nil {
		return nil, err
	}
	if q.Group && u.groups(r) >= r.limits.Of(guildhall.LimitGroups) {
		return false, nil
	}
	if side := r.view.Relationship(q.User); side != nil {
		switch side.Type {
		case guildhall.RelationshipFriend:
			return true, nil
		case guildhall.RelationshipBlocked:
			return false, nil
		}
	}
	if r.deleted() {
		return false, nil // its guilds hear of it by and by
	}
	return slices.ContainsFunc(q.Guilds, func(id guildhall.GuildID) bool { return r.view.GuildRef(id) != nil }), nil
}

func (u *user) groups(r *userRequest) int {
	n := 0
	for _, p := range r.view.Privates() {
		if p.Type == guildhall.ChannelGroupDM {
			n++
		}
	}
	return n
}
