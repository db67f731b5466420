package guilds

// pure core

import (
	"slices"

	"guildhall"
)

const featureDiscoverable = "DISCOVERABLE"

// queryPreview shows the guild to its members and, where it can be discovered, to anyone: the API asks on a user's behalf.
// discord: resources/guild#get-guild-preview
func (g *guild) queryPreview(r *request) (any, error) {
	ref, err := body[guildhall.MemberRef](r.cmd)
	if err != nil {
		return nil, err
	}
	s := r.view.Guild()
	open := slices.Contains(s.Features, featureDiscoverable) && r.view.Ban(ref.UserID) == nil
	if !r.system() || !open && r.view.Member(ref.UserID) == nil {
		return nil, guildhall.ErrUnknownGuild
	}
	members, presences := g.counts(r)
	return guildhall.GuildPreview{
		ID: s.ID, Name: s.Name, Icon: s.Icon, Splash: s.Splash, DiscoverySplash: s.DiscoverySplash, HomeHeader: s.HomeHeader,
		Description: s.Description, Features: s.Features, Emojis: guildhall.ShownEmojis(r.view.Emojis()), Stickers: []struct{}{},
		ApproximateMemberCount: *members, ApproximatePresenceCount: *presences,
	}, nil
}

// queryRoleCounts tells how many members have each role; all have @everyone, which is left out.
// discord: resources/guild#get-guild-role-member-counts
func (g *guild) queryRoleCounts(r *request) (any, error) {
	counts := map[guildhall.RoleID]int{}
	for _, role := range r.view.Roles() {
		if role.ID != guildhall.RoleID(g.id) {
			counts[role.ID] = 0
		}
	}
	for _, m := range r.view.Members() {
		for _, id := range m.Roles {
			if _, ok := counts[id]; ok {
				counts[id]++
			}
		}
	}
	return counts, nil
}
