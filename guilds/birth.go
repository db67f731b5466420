package guilds

// pure core

import (
	"fmt"
	"slices"

	"guildhall"
)

// Values of a new guild.
// discord: resources/guild#guild-object
const (
	guildMembersMax    = 500_000
	guildAFKTimeout    = 300 // seconds
	guildVideoMax      = 25
	guildStageVideoMax = 50
)

// birth is a guild on its way to being made. Its body may name roles and channels by placeholders.
// discord: resources/guild#create-guild
type birth struct {
	*request
	d        *draft
	guild    *guildhall.Guild
	roles    []*guildhall.Role
	channels []*guildhall.Channel
	// named leads from the placeholders of the body to what was made for them.
	namedRoles    map[guildhall.RoleID]guildhall.RoleID
	namedChannels map[guildhall.ChannelID]guildhall.ChannelID
}

// create makes the guild, its roles and channels, and its owner a member. There are no events: the owner's sessions see
// a new guild in the owner's guild list.
func (g *guild) create(r *request, body guildhall.CreateGuild) (*draft, error) {
	if r.view.Guild() != nil || r.view.Gone() != nil {
		return nil, guildhall.ErrInvalidForm.Because(fmt.Errorf("guild %s exists or has existed", g.id))
	}
	if !r.system() && r.actor != body.Owner.ID {
		return nil, guildhall.ErrMissingAccess
	}
	b := &birth{
		request: r, d: &draft{}, guild: newGuild(guildhall.GuildID(r.object.ID), &body),
		namedRoles:    make(map[guildhall.RoleID]guildhall.RoleID),
		namedChannels: make(map[guildhall.ChannelID]guildhall.ChannelID),
	}
	if err := b.takeBrought(&body); err != nil {
		return nil, err
	}
	if err := b.makeRoles(body.Roles); err != nil {
		return nil, err
	}
	channels := body.Channels
	if len(channels) == 0 {
		channels = defaultChannels()
	}
	if err := b.makeChannels(channels); err != nil {
		return nil, err
	}
	if len(body.Channels) == 0 {
		b.guild.SystemChannelID = b.channels[len(b.channels)-1].ID
	}
	b.write(body.Owner)
	return b.d, nil
}

func newGuild(id guildhall.GuildID, body *guildhall.CreateGuild) *guildhall.Guild {
	return &guildhall.Guild{
		ID: id, Name: body.Name, Icon: body.Icon, OwnerID: body.Owner.ID,
		Region: "deprecated", AFKTimeout: guildAFKTimeout, PreferredLocale: "en-US", Features: []string{},
		MaxMembers: guildMembersMax, MaxVideoChannelUsers: guildVideoMax, MaxStageVideoChannelUsers: guildStageVideoMax,
	}
}

// defaultChannels are those of a guild for which none were asked.
func defaultChannels() []guildhall.CreateChannel {
	const category = 1
	return []guildhall.CreateChannel{
		{ID: category, Name: "Text Channels", Type: guildhall.ChannelGuildCategory},
		{Name: "general", Type: guildhall.ChannelGuildText, ParentID: category},
	}
}

// broughtAlong tells whether an import gave the id: it is then used as it is. Others' ids are placeholders.
func broughtAlong[K any](r *request, id guildhall.ID[K]) bool {
	return r.system() && id.Slot() == r.object.Slot() && id.Millis() > guildhall.Epoch
}

// takeBrought takes all ids that are brought along before any other is made, and refuses one that is brought twice.
func (b *birth) takeBrought(body *guildhall.CreateGuild) error {
	seen := make(map[guildhall.Snowflake]bool)
	take := func(id guildhall.Snowflake) error {
		if seen[id] {
			return guildhall.ErrInvalidForm.Because(fmt.Errorf("id %s is brought along twice", id))
		}
		seen[id] = true
		b.took(id)
		return nil
	}
	for i := range body.Roles {
		if id := body.Roles[i].ID; broughtAlong(b.request, id) {
			if err := take(guildhall.Snowflake(id)); err != nil {
				return err
			}
		}
	}
	clear(seen) // a channel may have a role's id: the first channels of old guilds have their guild's
	for i := range body.Channels {
		if id := body.Channels[i].ID; broughtAlong(b.request, id) {
			if err := take(guildhall.Snowflake(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// idFor is the id of something new for which the body gave an id.
func idFor[K any](r *request, given guildhall.ID[K]) guildhall.ID[K] {
	if broughtAlong(r, given) {
		r.took(guildhall.Snowflake(given))
		return given
	}
	return guildhall.ID[K](r.nextID())
}

// makeRoles makes @everyone and the others above it in their order. The settings of @everyone are the first entry's or,
// in imports, those of the entry with the guild's own id.
func (b *birth) makeRoles(given []guildhall.RoleFields) error {
	everyone := newRole(guildhall.RoleID(b.guild.ID), guildhall.PermissionsEveryone)
	b.namedRoles[everyone.ID] = everyone.ID
	i := slices.IndexFunc(given, func(f guildhall.RoleFields) bool { return f.ID == everyone.ID })
	if i < 0 && len(given) > 0 && !broughtAlong(b.request, given[0].ID) {
		i = 0
	}
	if i >= 0 {
		applyRole(everyone, &given[i])
		b.namedRoles[given[i].ID] = everyone.ID
		given = slices.Delete(slices.Clone(given), i, i+1)
	}
	everyone.Name = "@everyone"
	b.roles = append(b.roles, everyone)
	if err := b.limits.Fit(guildhall.LimitRoles, len(given)+1); err != nil {
		return err
	}
	for i := range given {
		role := newRole(idFor(b.request, given[i].ID), everyone.Permissions)
		applyRole(role, &given[i])
		role.Position = i + 1
		b.namedRoles[role.ID] = role.ID
		if given[i].ID != 0 {
			b.namedRoles[given[i].ID] = role.ID
		}
		b.roles = append(b.roles, role)
	}
	return nil
}

func (b *birth) makeChannels(given []guildhall.CreateChannel) error {
	if err := b.limits.Fit(guildhall.LimitChannels, len(given)); err != nil {
		return err
	}
	parents := make(map[guildhall.ChannelID]bool)
	positions := make(map[guildhall.ChannelType]int)
	for i := range given {
		c := newChannel(idFor(b.request, given[i].ID), b.guild.ID, &given[i])
		if c.ID != given[i].ID && given[i].ID != 0 {
			b.namedChannels[given[i].ID] = c.ID
		}
		b.namedChannels[c.ID] = c.ID
		parents[c.ID] = c.Type == guildhall.ChannelGuildCategory
		if given[i].Position == nil {
			c.Position = positions[c.Type]
		}
		positions[c.Type]++
		if err := b.applyKind(c, &given[i].ChannelKindFields); err != nil {
			return err
		}
		if err := b.nameOverwrites(c); err != nil {
			return err
		}
		b.channels = append(b.channels, c)
	}
	for i, c := range b.channels {
		if c.ParentID == 0 {
			continue
		}
		c.ParentID = b.namedChannels[c.ParentID]
		if !parents[c.ParentID] || c.Type == guildhall.ChannelGuildCategory {
			return badParent("channels", fmt.Sprint(i), "parent_id")
		}
		if given[i].Overwrites == nil {
			c.Overwrites = b.channel(c.ParentID).Overwrites
		}
	}
	return nil
}

func (b *birth) channel(id guildhall.ChannelID) *guildhall.Channel {
	for _, c := range b.channels {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// nameOverwrites puts the new roles' ids where the body had placeholders.
func (b *birth) nameOverwrites(c *guildhall.Channel) error {
	for i, o := range c.Overwrites {
		if o.Type != guildhall.OverwriteRole {
			continue
		}
		role, ok := b.namedRoles[guildhall.RoleID(o.ID)]
		if !ok {
			return guildhall.ErrUnknownOverwrite
		}
		c.Overwrites[i].ID = guildhall.Snowflake(role)
	}
	return nil
}

func (b *birth) write(owner guildhall.User) {
	d, g := b.d, b.guild
	d.put(guildhall.GuildRow(g))
	for _, role := range b.roles {
		d.put(guildhall.RoleRow(g.ID, role))
	}
	for _, c := range b.channels {
		d.put(guildhall.ChannelRow(g.ID, c), guildhall.PlaceRow(c.ID, b.object))
	}
	m := newMember(owner, b.now)
	d.put(guildhall.MemberRow(g.ID, m))
	d.joined(g.ID, m)
	answer := newGuildBody(g, b.view)
	answer.Roles = b.roles
	answer.Channels = b.channels
	d.answer(answer)
}
