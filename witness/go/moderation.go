package main

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"
)

// outcast is banned, kicked and comes back: neither the guild's owner nor a person that other checks are about.
const outcast = 2

// moderation goes through channels of every kind, bans, invites and the audit log.
func (w *witness) moderation(r *report) {
	var made []*discordgo.Channel
	r.check("channel.types", func() (err error) {
		made, err = w.channelTypes()
		return err
	})
	r.check("channel.positions", func() error { return w.channelPositions(made) })
	r.check("ban", w.ban)
	r.check("audit", w.audit)
	r.check("ban.remove", w.banRemove)
	var invite *discordgo.Invite
	r.check("invite", func() (err error) {
		invite, err = w.invite()
		return err
	})
	r.check("invite.accept", func() error { return w.inviteAccept(invite) })
	r.check("invite.delete", w.inviteDelete)
	w.events(r)
}

func (w *witness) channelTypes() (made []*discordgo.Channel, err error) {
	corner, err := w.a.GuildChannelCreate(w.guild, "corner", discordgo.ChannelTypeGuildCategory)
	if err != nil {
		return nil, err
	}
	made = append(made, corner)
	for _, data := range []discordgo.GuildChannelCreateData{
		{Name: "talk", Type: discordgo.ChannelTypeGuildVoice, Bitrate: 96_000, UserLimit: 5},
		{Name: "stage", Type: discordgo.ChannelTypeGuildStageVoice, Topic: "on it"},
		{Name: "news", Type: discordgo.ChannelTypeGuildNews, Topic: "new"},
		{Name: "forum", Type: discordgo.ChannelTypeGuildForum, Topic: "ask"},
		{Name: "gallery", Type: discordgo.ChannelTypeGuildMedia, Topic: "look"},
	} {
		data.ParentID = corner.ID
		c, err := w.a.GuildChannelCreateComplex(w.guild, data)
		if err != nil {
			return made, fmt.Errorf("%s: %w", data.Name, err)
		}
		made = append(made, c)
		same := func(c *discordgo.Channel) bool {
			return c.Type == data.Type && c.Name == data.Name && c.Topic == data.Topic && c.ParentID == corner.ID &&
				c.UserLimit == data.UserLimit && (data.Bitrate == 0 || c.Bitrate == data.Bitrate)
		}
		if !same(c) {
			return made, fmt.Errorf("response to %s is %+v", data.Name, c)
		}
		if _, err := expect(w.b, "CHANNEL_CREATE", func(e *discordgo.ChannelCreate) bool { return e.ID == c.ID && same(e.Channel) }); err != nil {
			return made, fmt.Errorf("%s: %w", data.Name, err)
		}
		if kept, err := w.b.State.Channel(c.ID); err != nil || !same(kept) {
			return made, fmt.Errorf("the state holds %+v, %v", kept, err)
		}
	}
	return made, nil
}

func (w *witness) channelPositions(made []*discordgo.Channel) error {
	if len(made) < 4 {
		return fmt.Errorf("there are %d channels", len(made))
	}
	mark, talk, news := w.b.mark(), made[1], made[3]
	if err := w.a.GuildChannelsReorder(w.guild, []*discordgo.Channel{{ID: news.ID, Position: 40}, {ID: talk.ID, Position: 41}}); err != nil {
		return err
	}
	for id, position := range map[string]int{news.ID: 40, talk.ID: 41} {
		if err := expectAfter(w.b, mark, "CHANNEL_UPDATE", func(e *discordgo.ChannelUpdate) bool {
			return e.ID == id && e.Position == position
		}); err != nil {
			return err
		}
	}
	slices.Reverse(made) // the category last
	for _, c := range made {
		if _, err := w.a.ChannelDelete(c.ID); err != nil {
			return err
		}
	}
	return expectAfter(w.b, mark, "CHANNEL_DELETE", func(e *discordgo.ChannelDelete) bool { return e.ID == made[len(made)-1].ID })
}

func (w *witness) ban() error {
	who := w.world.Users[outcast].ID
	if err := w.a.GuildBanCreateWithReason(w.guild, who, "töo loud", 1); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_BAN_ADD", func(e *discordgo.GuildBanAdd) bool { return e.GuildID == w.guild && e.User.ID == who }); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_MEMBER_REMOVE", func(e *discordgo.GuildMemberRemove) bool { return e.User.ID == who }); err != nil {
		return err
	}
	ban, err := w.a.GuildBan(w.guild, who)
	if err != nil {
		return err
	}
	all, err := w.a.GuildBans(w.guild, 10, "", "")
	if err != nil {
		return err
	}
	if ban.Reason != "töo loud" || len(all) != 1 || all[0].User.ID != who {
		return fmt.Errorf("the ban is %+v, all are %+v", ban, all)
	}
	return nil
}

func (w *witness) audit() error {
	who, me := w.world.Users[outcast].ID, w.world.Bots[0].ID
	log, err := w.a.GuildAuditLog(w.guild, "", "", int(discordgo.AuditLogActionMemberBanAdd), 1)
	if err != nil {
		return err
	}
	if len(log.AuditLogEntries) != 1 || !slices.ContainsFunc(log.Users, func(u *discordgo.User) bool { return u.ID == who }) {
		return fmt.Errorf("the log is %+v", log)
	}
	entry := log.AuditLogEntries[0]
	if entry.TargetID != who || entry.UserID != me || entry.Reason != "töo loud" {
		return fmt.Errorf("the entry is %+v", entry)
	}
	if _, err := expect(w.b, "GUILD_AUDIT_LOG_ENTRY_CREATE", func(e *discordgo.GuildAuditLogEntryCreate) bool {
		return e.ID == entry.ID && *e.ActionType == discordgo.AuditLogActionMemberBanAdd
	}); err != nil {
		return err
	}
	if _, err := w.a.ChannelEdit(w.channel, &discordgo.ChannelEdit{Topic: "audited"}, discordgo.WithAuditLogReason("why not")); err != nil {
		return err
	}
	log, err = w.a.GuildAuditLog(w.guild, me, "", int(discordgo.AuditLogActionChannelUpdate), 1)
	if err != nil {
		return err
	}
	entry = log.AuditLogEntries[0]
	if entry.Reason != "why not" || len(entry.Changes) != 1 || *entry.Changes[0].Key != discordgo.AuditLogChangeKeyTopic || entry.Changes[0].NewValue != "audited" {
		return fmt.Errorf("the entry is %+v", entry)
	}
	return nil
}

func (w *witness) banRemove() error {
	who := w.world.Users[outcast].ID
	if err := w.a.GuildBanDelete(w.guild, who); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_BAN_REMOVE", func(e *discordgo.GuildBanRemove) bool { return e.User.ID == who }); err != nil {
		return err
	}
	_, err := w.a.GuildBan(w.guild, who)
	return wantRESTError(err, http.StatusNotFound, 10026)
}

func (w *witness) invite() (*discordgo.Invite, error) {
	made, err := w.a.ChannelInviteCreate(w.channel, discordgo.Invite{MaxAge: 600, MaxUses: 1, Unique: true})
	if err != nil {
		return nil, err
	}
	if made.MaxAge != 600 || made.MaxUses != 1 || made.Uses != 0 || made.Inviter.ID != w.world.Bots[0].ID {
		return made, fmt.Errorf("response is %+v", made)
	}
	if _, err := expect(w.b, "INVITE_CREATE", func(e *discordgo.InviteCreate) bool {
		return e.Code == made.Code && e.ChannelID == w.channel && e.GuildID == w.guild && e.Invite.MaxUses == 1
	}); err != nil {
		return made, err
	}
	shown, err := w.b.InviteComplex(made.Code, "", true, true)
	if err != nil {
		return made, err
	}
	if shown.Guild.ID != w.guild || shown.ApproximateMemberCount < 1 || shown.ExpiresAt == nil || !shown.ExpiresAt.After(time.Now()) {
		return made, fmt.Errorf("it is shown as %+v", shown)
	}
	named := func(i *discordgo.Invite) bool { return i.Code == made.Code }
	ofGuild, err := w.a.GuildInvites(w.guild)
	if err != nil {
		return made, err
	}
	ofChannel, err := w.a.ChannelInvites(w.channel)
	if err == nil && (!slices.ContainsFunc(ofGuild, named) || !slices.ContainsFunc(ofChannel, named)) {
		err = fmt.Errorf("it is not among %d of the guild and %d of the channel", len(ofGuild), len(ofChannel))
	}
	return made, err
}

func (w *witness) inviteAccept(invite *discordgo.Invite) error {
	mark, who := w.b.mark(), w.world.Users[outcast]
	if err := w.asPerson(outcast, http.MethodPost, "/invites/"+invite.Code, struct{}{}, nil); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "GUILD_MEMBER_ADD", func(e *discordgo.GuildMemberAdd) bool { return e.User.ID == who.ID }); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "INVITE_DELETE", func(e *discordgo.InviteDelete) bool { return e.Code == invite.Code }); err != nil {
		return err
	}
	_, err := w.b.Invite(invite.Code)
	return wantRESTError(err, http.StatusNotFound, 10006)
}

func (w *witness) inviteDelete() error {
	made, err := w.a.ChannelInviteCreate(w.channel, discordgo.Invite{Unique: true})
	if err != nil {
		return err
	}
	if _, err := w.a.InviteDelete(made.Code); err != nil {
		return err
	}
	_, err = expect(w.b, "INVITE_DELETE", func(e *discordgo.InviteDelete) bool { return e.Code == made.Code && e.GuildID == w.guild })
	return err
}
