package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/json"
	"github.com/disgoorg/snowflake/v2"
)

const blue, green = 0x3366cc, 0x00ff00

func (w *witness) guilds() {
	api := w.a.Rest()
	w.check("me", func() error {
		me, err := api.GetCurrentUser("")
		if err == nil && me.ID != w.world.Bots[0].ID {
			err = fmt.Errorf("it is %v", me.ID)
		}
		return err
	})
	w.check("user", func() error {
		user, err := api.GetUser(w.world.Bots[1].ID)
		if err == nil && (user.ID != w.world.Bots[1].ID || !user.Bot) {
			err = fmt.Errorf("it is %+v", user)
		}
		return err
	})
	w.check("guild", func() error {
		guild, err := api.GetGuild(w.guild, true)
		if err == nil && (guild.Name != w.world.Guilds[0].Name || guild.ApproximateMemberCount < len(w.world.Bots)) {
			err = fmt.Errorf("it is %+v", guild)
		}
		return err
	})
	w.check("channel.create", func() error {
		made, err := api.CreateGuildChannel(w.guild, discord.GuildTextChannelCreate{Name: "witness-disgo", Topic: "made by disgo"})
		if err != nil {
			return err
		}
		w.channel = made.ID()
		return sees(w.b, func(e *events.GuildChannelCreate) bool {
			text, ok := e.Channel.(discord.GuildTextChannel)
			return ok && e.ChannelID == w.channel && e.GuildID == w.guild && text.Name() == "witness-disgo" && *text.Topic() == "made by disgo"
		})
	})
	w.check("channel.get", func() error {
		all, err := api.GetGuildChannels(w.guild)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(c discord.GuildChannel) bool { return c.ID() == w.channel }) {
			return fmt.Errorf("not among %d channels", len(all))
		}
		_, err = api.GetChannel(w.channel)
		return err
	})
	w.check("channel.modify", func() error {
		update := discord.GuildTextChannelUpdate{Name: json.Ptr("witness-disgo-2"), Topic: json.Ptr("changed")}
		if _, err := api.UpdateChannel(w.channel, update); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildChannelUpdate) bool {
			return e.ChannelID == w.channel && e.Channel.Name() == "witness-disgo-2" && e.OldChannel.Name() == "witness-disgo"
		})
	})
	w.roles()
}

func (w *witness) roles() {
	api := w.a.Rest()
	w.check("role.create", func() error {
		role, err := api.CreateRole(w.guild, discord.RoleCreate{Name: "witness", Color: blue, Hoist: true,
			Permissions: json.Ptr(discord.PermissionSendMessages)})
		if err != nil {
			return err
		}
		w.role = role.ID
		return sees(w.b, func(e *events.RoleCreate) bool {
			return e.RoleID == w.role && e.Role.Color == blue && e.Role.Hoist && e.Role.Permissions == discord.PermissionSendMessages
		})
	})
	w.check("role.modify", func() error {
		if _, err := api.UpdateRole(w.guild, w.role, discord.RoleUpdate{Name: json.Ptr("witness-2"), Color: json.Ptr(green)}); err != nil {
			return err
		}
		return sees(w.b, func(e *events.RoleUpdate) bool {
			return e.RoleID == w.role && e.Role.Name == "witness-2" && e.Role.Color == green && e.OldRole.Name == "witness"
		})
	})
	w.check("overwrite.put", func() error {
		overwrite := discord.RolePermissionOverwriteUpdate{Allow: json.Ptr(discord.PermissionViewChannel), Deny: json.Ptr(discord.PermissionSendMessages)}
		if err := api.UpdatePermissionOverwrite(w.channel, w.role, overwrite); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildChannelUpdate) bool {
			o, ok := e.Channel.PermissionOverwrites().Role(w.role)
			return e.ChannelID == w.channel && ok && o.Allow == discord.PermissionViewChannel && o.Deny == discord.PermissionSendMessages
		})
	})
	w.check("overwrite.delete", func() error {
		mark := w.b.mark()
		if err := api.DeletePermissionOverwrite(w.channel, w.role); err != nil {
			return err
		}
		return expect(w.b, mark, eventTimeout, func(e *events.GuildChannelUpdate) bool {
			return e.ChannelID == w.channel && len(e.Channel.PermissionOverwrites()) == 0
		})
	})
	w.check("member.role.add", func() error {
		if err := api.AddMemberRole(w.guild, w.world.Bots[1].ID, w.role); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildMemberUpdate) bool {
			return e.Member.User.ID == w.world.Bots[1].ID && slices.Contains(e.Member.RoleIDs, w.role)
		})
	})
	w.check("member.role.remove", func() error {
		mark := w.b.mark()
		if err := api.RemoveMemberRole(w.guild, w.world.Bots[1].ID, w.role); err != nil {
			return err
		}
		return expect(w.b, mark, eventTimeout, func(e *events.GuildMemberUpdate) bool {
			return e.Member.User.ID == w.world.Bots[1].ID && !slices.Contains(e.Member.RoleIDs, w.role)
		})
	})
	w.check("role.delete", func() error {
		if err := api.DeleteRole(w.guild, w.role); err != nil {
			return err
		}
		return sees(w.b, func(e *events.RoleDelete) bool { return e.RoleID == w.role && e.GuildID == w.guild })
	})
}

func (w *witness) members() {
	api := w.a.Rest()
	w.check("member.get", func() error {
		member, err := api.GetMember(w.guild, w.world.Users[0].ID)
		if err == nil && (member.User.ID != w.world.Users[0].ID || member.JoinedAt.IsZero()) {
			err = fmt.Errorf("it is %+v", member)
		}
		return err
	})
	w.check("member.list", func() error {
		const page, pagesMax = 2, 100
		var ids []snowflake.ID
		after := snowflake.ID(0)
		for range pagesMax {
			list, err := api.GetMembers(w.guild, page, after)
			if err != nil {
				return err
			}
			for _, m := range list {
				ids = append(ids, m.User.ID)
			}
			if len(list) < page {
				break
			}
			after = ids[len(ids)-1]
		}
		for _, b := range w.world.Bots {
			if !slices.Contains(ids, b.ID) || !slices.IsSorted(ids) {
				return fmt.Errorf("%v is missing, or the order is wrong: %v", b.ID, ids)
			}
		}
		return nil
	})
	w.check("member.me", func() error {
		// disgo 0.18 reads the answer, a member, into a nil pointer and fails. It was sent all the same.
		if _, err := api.UpdateCurrentMember(w.guild, "Diskette"); err != nil && !strings.Contains(err.Error(), "Unmarshal(nil *string)") {
			return err
		}
		return sees(w.b, func(e *events.GuildMemberUpdate) bool {
			return e.Member.User.ID == w.world.Bots[0].ID && e.Member.Nick != nil && *e.Member.Nick == "Diskette"
		})
	})
	w.check("member.chunk", func() error {
		got, err := w.b.MemberChunkingManager().RequestMembers(w.guild, w.world.Users[0].ID, w.world.Users[1].ID)
		if err == nil && len(got) != 2 {
			err = fmt.Errorf("it got %+v", got)
		}
		return err
	})
}

func (w *witness) channelDelete() error {
	if err := w.a.Rest().DeleteChannel(w.channel); err != nil {
		return err
	}
	return sees(w.b, func(e *events.GuildChannelDelete) bool { return e.ChannelID == w.channel && e.GuildID == w.guild })
}
