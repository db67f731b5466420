package guilds

// pure core

import "guildhall"

// guildBody is a guild as it is answered: with what stands beside its settings.
// discord: resources/guild#get-guild
type guildBody struct {
	*guildhall.Guild
	Roles                    []*guildhall.Role    `json:"roles"`
	Stickers                 []struct{}           `json:"stickers"`
	Channels                 []*guildhall.Channel `json:"channels,omitempty"`
	ApproximateMemberCount   *int                 `json:"approximate_member_count,omitempty"`
	ApproximatePresenceCount *int                 `json:"approximate_presence_count,omitempty"`

	Emojis []*guildhall.CustomEmoji `json:"emojis"`
}

// newGuildBody is the guild with these settings, and the rest as it is.
func newGuildBody(g *guildhall.Guild, v guildhall.GuildView) *guildBody {
	return &guildBody{Guild: g, Roles: v.Roles(), Stickers: []struct{}{}, Emojis: guildhall.ShownEmojis(v.Emojis())}
}

func (g *guild) queryGuild(r *request) (any, error) {
	q, err := body[guildhall.GuildQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	b := newGuildBody(r.view.Guild(), r.view)
	if q.WithCounts {
		b.ApproximateMemberCount, b.ApproximatePresenceCount = g.counts(r)
	}
	return b, nil
}

func (g *guild) counts(r *request) (members, presences *int) {
	m, p := r.view.MemberCount(), len(g.presences)
	return &m, &p
}

// queryPartial is the guild as an entry of the actor's list.
// discord: resources/user#get-current-user-guilds
func (g *guild) queryPartial(r *request) (any, error) {
	q, err := body[guildhall.GuildQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	settings := r.view.Guild()
	p := guildhall.GuildPartial{
		ID: g.id, Name: settings.Name, Icon: settings.Icon, Banner: settings.Banner,
		Owner: settings.OwnerID == r.actor, Permissions: r.permissions(), Features: settings.Features,
	}
	if q.WithCounts {
		p.ApproximateMemberCount, p.ApproximatePresenceCount = g.counts(r)
	}
	return p, nil
}

// queryChannels lists the channels that the actor may see.
func (g *guild) queryChannels(r *request) (any, error) {
	seen := []*guildhall.Channel{}
	for _, c := range r.view.Channels() {
		if r.in(c.ID).Has(guildhall.PermissionViewChannel) {
			seen = append(seen, shownChannel(r.view, c))
		}
	}
	return seen, nil
}

func (g *guild) queryChannel(r *request) (any, error) {
	if t := r.view.Thread(r.cmd.Channel); t != nil {
		return g.queryThread(r, t)
	}
	c, err := r.channel(0)
	if err != nil {
		return nil, err
	}
	return shownChannel(r.view, c), nil
}

func (g *guild) queryRoles(r *request) (any, error) { return r.view.Roles(), nil }

func (g *guild) queryRole(r *request) (any, error) {
	f, err := body[guildhall.RoleFields](r.cmd)
	if err != nil {
		return nil, err
	}
	role := r.view.Role(f.ID)
	if role == nil {
		return nil, guildhall.ErrUnknownRole
	}
	return role, nil
}

// queryMessages tells whether the actor may read the channel now; the core adds the records that a page may lack.
// discord: resources/message#get-channel-messages
func (g *guild) queryMessages(r *request) (any, error) {
	c, err := r.textChannel(0)
	if err != nil {
		return nil, err
	}
	return guildhall.MessagesAnswer{History: r.in(c.ID).Has(guildhall.PermissionReadMessageHistory), Guild: g.id}, nil
}
