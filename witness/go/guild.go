package main

import (
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

func (w *witness) guilds(r *report) {
	r.check("guild", func() error {
		g, err := w.a.GuildWithCounts(w.guild)
		if err != nil {
			return err
		}
		if g.ID != w.guild || g.Name == "" || g.OwnerID == "" || len(g.Roles) < 2 || g.ApproximateMemberCount < len(w.world.Bots) {
			return fmt.Errorf("got %q, owner %q, %d roles, %d members", g.Name, g.OwnerID, len(g.Roles), g.ApproximateMemberCount)
		}
		return nil
	})
	r.check("guild.create", w.guildCreate)
	r.check("channel.create", w.channelCreate)
	r.check("channel.get", w.channelGet)
	r.check("channel.modify", w.channelModify)
	r.check("role.create", w.roleCreate)
	r.check("role.modify", w.roleModify)
	r.check("overwrite.put", w.overwritePut)
	r.check("overwrite.delete", w.overwriteDelete)
	r.check("member.role.add", w.memberRoleAdd)
	r.check("member.role.remove", w.memberRoleRemove)
	r.check("role.delete", w.roleDelete)
	r.check("member.get", w.memberGet)
	r.check("member.list", w.memberList)
	r.check("member.me", w.memberMe)
}

func (w *witness) guildCreate() error {
	g, err := w.a.GuildCreate("Witness hall")
	if err != nil {
		return err
	}
	if g.Name != "Witness hall" || g.OwnerID != w.world.Bots[0].ID {
		return fmt.Errorf("response has name %q, owner %q", g.Name, g.OwnerID)
	}
	if _, err := expect(w.a, "GUILD_CREATE", func(e *discordgo.GuildCreate) bool {
		return e.ID == g.ID && e.Name == g.Name && len(e.Channels) > 0 && e.MemberCount == 1
	}); err != nil {
		return err
	}
	if err := w.a.GuildDelete(g.ID); err != nil {
		return err
	}
	_, err = expect(w.a, "GUILD_DELETE", func(e *discordgo.GuildDelete) bool { return e.ID == g.ID && !e.Unavailable })
	return err
}

func (w *witness) channelCreate() error {
	c, err := w.a.GuildChannelCreateComplex(w.guild, discordgo.GuildChannelCreateData{
		Name: "witness-go", Type: discordgo.ChannelTypeGuildText, Topic: "made by discordgo",
	})
	if err != nil {
		return err
	}
	w.channel = c.ID
	if c.Name != "witness-go" || c.Topic != "made by discordgo" || c.GuildID != w.guild || c.Type != discordgo.ChannelTypeGuildText {
		return fmt.Errorf("response is %+v", c)
	}
	_, err = expect(w.b, "CHANNEL_CREATE", func(e *discordgo.ChannelCreate) bool {
		return e.ID == c.ID && e.Name == c.Name && e.GuildID == w.guild && e.Topic == c.Topic
	})
	return err
}

func (w *witness) channelGet() error {
	c, err := w.a.Channel(w.channel)
	if err != nil {
		return err
	}
	if c.ID != w.channel || c.Name != "witness-go" || c.GuildID != w.guild {
		return fmt.Errorf("GET channel is %+v", c)
	}
	all, err := w.a.GuildChannels(w.guild)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(c *discordgo.Channel) bool { return c.ID == w.channel }) {
		return fmt.Errorf("GET guild channels lacks %s", w.channel)
	}
	return nil
}

func (w *witness) channelModify() error {
	slow := 0
	c, err := w.a.ChannelEditComplex(w.channel, &discordgo.ChannelEdit{Name: "witness-go-2", Topic: "changed", RateLimitPerUser: &slow})
	if err != nil {
		return err
	}
	if c.Name != "witness-go-2" || c.Topic != "changed" {
		return fmt.Errorf("response has name %q, topic %q", c.Name, c.Topic)
	}
	_, err = expect(w.b, "CHANNEL_UPDATE", func(e *discordgo.ChannelUpdate) bool {
		return e.ID == w.channel && e.Name == "witness-go-2" && e.Topic == "changed" && e.GuildID == w.guild
	})
	return err
}

func (w *witness) channelDelete() error {
	c, err := w.a.ChannelDelete(w.channel)
	if err != nil {
		return err
	}
	if c.ID != w.channel {
		return fmt.Errorf("response is channel %q", c.ID)
	}
	_, err = expect(w.b, "CHANNEL_DELETE", func(e *discordgo.ChannelDelete) bool {
		return e.ID == w.channel && e.GuildID == w.guild
	})
	return err
}

func (w *witness) overwritePut() error {
	if err := w.a.ChannelPermissionSet(w.channel, w.role, discordgo.PermissionOverwriteTypeRole,
		discordgo.PermissionViewChannel, discordgo.PermissionSendMessages); err != nil {
		return err
	}
	_, err := expect(w.b, "CHANNEL_UPDATE", func(e *discordgo.ChannelUpdate) bool {
		return e.ID == w.channel && slices.ContainsFunc(e.PermissionOverwrites, func(o *discordgo.PermissionOverwrite) bool {
			return o.ID == w.role && o.Type == discordgo.PermissionOverwriteTypeRole &&
				o.Allow == discordgo.PermissionViewChannel && o.Deny == discordgo.PermissionSendMessages
		})
	})
	return err
}

func (w *witness) overwriteDelete() error {
	mark := w.b.mark()
	if err := w.a.ChannelPermissionDelete(w.channel, w.role); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "CHANNEL_UPDATE", func(e *discordgo.ChannelUpdate) bool {
		return e.ID == w.channel && !slices.ContainsFunc(e.PermissionOverwrites, func(o *discordgo.PermissionOverwrite) bool { return o.ID == w.role })
	}); err != nil {
		return err
	}
	c, err := w.a.Channel(w.channel)
	if err != nil {
		return err
	}
	if len(c.PermissionOverwrites) != 0 {
		return fmt.Errorf("channel still has %d overwrites", len(c.PermissionOverwrites))
	}
	return nil
}

func (w *witness) roleCreate() error {
	colour, hoist, mentionable, perms := 0x3366cc, true, true, int64(discordgo.PermissionSendMessages)
	role, err := w.a.GuildRoleCreate(w.guild, &discordgo.RoleParams{
		Name: "witness", Color: &colour, Hoist: &hoist, Mentionable: &mentionable, Permissions: &perms,
	})
	if err != nil {
		return err
	}
	w.role = role.ID
	if role.Name != "witness" || role.Color != colour || !role.Hoist || !role.Mentionable || role.Permissions != perms {
		return fmt.Errorf("response is %+v", role)
	}
	_, err = expect(w.b, "GUILD_ROLE_CREATE", func(e *discordgo.GuildRoleCreate) bool {
		return e.GuildID == w.guild && e.Role.ID == role.ID && e.Role.Name == "witness" && e.Role.Color == colour && e.Role.Permissions == perms
	})
	return err
}

func (w *witness) roleModify() error {
	colour := 0x00ff00
	role, err := w.a.GuildRoleEdit(w.guild, w.role, &discordgo.RoleParams{Name: "witness-2", Color: &colour})
	if err != nil {
		return err
	}
	if role.Name != "witness-2" || role.Color != colour || !role.Hoist {
		return fmt.Errorf("response is %+v", role)
	}
	if _, err := expect(w.b, "GUILD_ROLE_UPDATE", func(e *discordgo.GuildRoleUpdate) bool {
		return e.GuildID == w.guild && e.Role.ID == role.ID && e.Role.Name == "witness-2" && e.Role.Color == colour
	}); err != nil {
		return err
	}
	all, err := w.a.GuildRoles(w.guild)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(r *discordgo.Role) bool { return r.ID == w.role && r.Name == "witness-2" }) {
		return fmt.Errorf("GET roles lacks the changed role")
	}
	return nil
}

func (w *witness) roleDelete() error {
	if err := w.a.GuildRoleDelete(w.guild, w.role); err != nil {
		return err
	}
	_, err := expect(w.b, "GUILD_ROLE_DELETE", func(e *discordgo.GuildRoleDelete) bool {
		return e.GuildID == w.guild && e.RoleID == w.role
	})
	return err
}
