package main

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/json"
	"github.com/disgoorg/snowflake/v2"
)

func (w *witness) moderation() {
	w.check("channel.types", w.channelTypes)
	w.check("role.positions", w.rolePositions)
	w.check("member.search", func() error {
		found, err := w.a.Rest().SearchMembers(w.guild, "nobody-is-called-so", 5)
		if err == nil && len(found) != 0 {
			err = fmt.Errorf("somebody is called so: %+v", found)
		}
		return err
	})
	w.check("member.timeout", w.memberTimeout)
	w.check("ban", w.ban)
	w.check("ban.remove", func() error {
		if err := w.a.Rest().DeleteBan(w.guild, w.world.Users[guest].ID); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildUnban) bool { return e.User.ID == w.world.Users[guest].ID })
	})
	w.check("audit", w.audit)
	w.check("invite", w.invite)
	w.check("member.kick", w.memberKick)
	w.check("guild.modify", w.guildModify)
	w.check("event", w.event)
}

func (w *witness) channelTypes() error {
	api := w.a.Rest()
	var made []snowflake.ID
	for _, create := range []discord.GuildChannelCreate{
		discord.GuildCategoryChannelCreate{Name: "corner"},
		discord.GuildVoiceChannelCreate{Name: "talk", Bitrate: 96_000, UserLimit: 5},
		discord.GuildStageVoiceChannelCreate{Name: "stage"},
		discord.GuildNewsChannelCreate{Name: "news", Topic: "new"},
		discord.GuildForumChannelCreate{Name: "forum", Topic: "ask"},
		discord.GuildMediaChannelCreate{Name: "gallery", Topic: "look"},
	} {
		c, err := api.CreateGuildChannel(w.guild, create)
		if err != nil {
			return fmt.Errorf("%T: %w", create, err)
		}
		if c.Type() != create.Type() {
			return fmt.Errorf("%T: the answer is %+v", create, c)
		}
		made = append(made, c.ID())
		if err := sees(w.b, func(e *events.GuildChannelCreate) bool {
			return e.ChannelID == c.ID() && e.Channel.Type() == create.Type() && e.Channel.Name() == c.Name()
		}); err != nil {
			return fmt.Errorf("%T: %w", create, err)
		}
	}
	for _, id := range made {
		if err := api.DeleteChannel(id); err != nil {
			return err
		}
	}
	return nil
}

func (w *witness) rolePositions() error {
	api := w.a.Rest()
	var roles []snowflake.ID
	for _, name := range []string{"first", "second"} {
		role, err := api.CreateRole(w.guild, discord.RoleCreate{Name: name})
		if err != nil {
			return err
		}
		roles = append(roles, role.ID)
	}
	if _, err := api.UpdateRolePositions(w.guild, []discord.RolePositionUpdate{
		{ID: roles[0], Position: json.Ptr(1)}, {ID: roles[1], Position: json.Ptr(2)},
	}); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.RoleUpdate) bool { return e.RoleID == roles[1] && e.Role.Position == 2 }); err != nil {
		return err
	}
	for _, id := range roles {
		if err := api.DeleteRole(w.guild, id); err != nil {
			return err
		}
	}
	return nil
}

func (w *witness) memberTimeout() error {
	api, who, until := w.a.Rest(), w.world.Users[guest].ID, time.Now().Add(time.Hour).Truncate(time.Second)
	update := discord.MemberUpdate{Nick: json.Ptr("Guest"), CommunicationDisabledUntil: json.NewNullablePtr(until)}
	if _, err := api.UpdateMember(w.guild, who, update); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildMemberUpdate) bool {
		m := e.Member
		return m.User.ID == who && m.CommunicationDisabledUntil != nil && m.CommunicationDisabledUntil.Equal(until) && *m.Nick == "Guest"
	}); err != nil {
		return err
	}
	mark := w.b.mark()
	if _, err := api.UpdateMember(w.guild, who, discord.MemberUpdate{CommunicationDisabledUntil: json.NullPtr[time.Time]()}); err != nil {
		return err
	}
	return expect(w.b, mark, eventTimeout, func(e *events.GuildMemberUpdate) bool {
		return e.Member.User.ID == who && e.Member.CommunicationDisabledUntil == nil
	})
}

func (w *witness) ban() error {
	api, who := w.a.Rest(), w.world.Users[guest].ID
	if err := api.AddBan(w.guild, who, time.Minute, rest.WithReason("too loud")); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildBan) bool { return e.GuildID == w.guild && e.User.ID == who }); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildMemberLeave) bool { return e.User.ID == who }); err != nil {
		return err
	}
	ban, err := api.GetBan(w.guild, who)
	if err != nil {
		return err
	}
	all, err := api.GetBans(w.guild, 0, 0, 10)
	if err == nil && (*ban.Reason != "too loud" || len(all) != 1 || all[0].User.ID != who) {
		err = fmt.Errorf("the ban is %+v, all are %+v", ban, all)
	}
	return err
}

func (w *witness) audit() error {
	log, err := w.a.Rest().GetAuditLog(w.guild, w.world.Bots[0].ID, discord.AuditLogEventMemberBanAdd, 0, 0, 1)
	if err != nil {
		return err
	}
	if len(log.AuditLogEntries) != 1 || *log.AuditLogEntries[0].Reason != "too loud" || *log.AuditLogEntries[0].TargetID != w.world.Users[guest].ID {
		return fmt.Errorf("the log is %+v", log)
	}
	return sees(w.b, func(e *events.GuildAuditLogEntryCreate) bool { return e.AuditLogEntry.ID == log.AuditLogEntries[0].ID })
}

// invite brings back who was banned.
func (w *witness) invite() error {
	api, who := w.a.Rest(), w.world.Users[guest].ID
	made, err := api.CreateInvite(w.channel, discord.InviteCreate{MaxUses: json.Ptr(1), MaxAge: json.Ptr(600), Unique: true})
	if err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.InviteCreate) bool { return e.Code == made.Code && e.MaxUses == 1 }); err != nil {
		return err
	}
	listed, err := api.GetChannelInvites(w.channel)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(listed, func(i discord.ExtendedInvite) bool { return i.Code == made.Code }) {
		return fmt.Errorf("it is not among %d", len(listed))
	}
	mark := w.b.mark()
	if err := w.asPerson(guest, http.MethodPost, "/invites/"+made.Code, struct{}{}, nil); err != nil {
		return err
	}
	if err := expect(w.b, mark, eventTimeout, func(e *events.GuildMemberJoin) bool { return e.Member.User.ID == who }); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.InviteDelete) bool { return e.Code == made.Code }); err != nil {
		return err
	}
	_, err = api.GetInvite(made.Code)
	return refused(err, 10006)
}

func (w *witness) memberKick() error {
	mark, who := w.b.mark(), w.world.Users[guest].ID
	if err := w.a.Rest().RemoveMember(w.guild, who, rest.WithReason("late")); err != nil {
		return err
	}
	if err := expect(w.b, mark, eventTimeout, func(e *events.GuildMemberLeave) bool { return e.User.ID == who }); err != nil {
		return err
	}
	_, err := w.a.Rest().GetMember(w.guild, who)
	return refused(err, 10007)
}

func (w *witness) guildModify() error {
	if _, err := w.a.Rest().UpdateGuild(w.guild, discord.GuildUpdate{Description: json.Ptr("a hall")}); err != nil {
		return err
	}
	return sees(w.b, func(e *events.GuildUpdate) bool {
		return e.Guild.ID == w.guild && e.Guild.Description != nil && *e.Guild.Description == "a hall"
	})
}

func (w *witness) event() error {
	api, start := w.a.Rest(), time.Now().Add(time.Hour).Truncate(time.Second)
	made, err := api.CreateGuildScheduledEvent(w.guild, discord.GuildScheduledEventCreate{
		Name: "fair", PrivacyLevel: discord.ScheduledEventPrivacyLevelGuildOnly, ScheduledStartTime: start,
		ScheduledEndTime: json.Ptr(start.Add(time.Hour)), EntityType: discord.ScheduledEventEntityTypeExternal,
		EntityMetaData: &discord.EntityMetaData{Location: "the yard"},
	})
	if err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildScheduledEventCreate) bool {
		s := e.GuildScheduled
		return s.ID == made.ID && s.Name == "fair" && s.ScheduledStartTime.Equal(start) && s.EntityMetaData.Location == "the yard"
	}); err != nil {
		return err
	}
	path := fmt.Sprintf("/guilds/%s/scheduled-events/%s/users/@me", w.guild, made.ID)
	if err := w.asPerson(0, http.MethodPut, path, nil, nil); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildScheduledEventUserAdd) bool {
		return e.GuildScheduledEventID == made.ID && e.UserID == w.world.Users[0].ID
	}); err != nil {
		return err
	}
	users, err := api.GetGuildScheduledEventUsers(w.guild, made.ID, true, 0, 0, 10)
	if err != nil || len(users) != 1 || users[0].User.ID != w.world.Users[0].ID {
		return fmt.Errorf("interested are %+v, %v", users, err)
	}
	if err := api.DeleteGuildScheduledEvent(w.guild, made.ID); err != nil {
		return err
	}
	// The library takes it for an event of another type, and tells nothing.
	return w.b.came(gateway.EventTypeGuildScheduledEventDelete, map[string]string{"id": made.ID.String()})
}
