package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

// Bots that nothing else needs: one leaves by itself, one goes with its integration.
const leaver, evicted = 3, 4

// whole goes through the rest of the guild: settings, role positions, members that come and go, follows.
func (w *witness) whole(r *report) {
	r.check("guild.modify", w.guildModify)
	r.check("guild.preview", func() error {
		shown, err := w.a.GuildPreview(w.guild)
		if err == nil && (shown.ID != w.guild || shown.Description != "a hall" || shown.ApproximateMemberCount < len(w.world.Bots)) {
			err = fmt.Errorf("it is shown as %+v", shown)
		}
		return err
	})
	r.check("role.positions", w.rolePositions)
	r.check("member.search", w.memberSearch)
	r.check("member.timeout", w.memberTimeout)
	r.check("member.prune", func() error {
		if n, err := w.a.GuildPruneCount(w.guild, 30); err != nil || n != 0 {
			return fmt.Errorf("%d would go, %v", n, err)
		}
		n, err := w.a.GuildPrune(w.guild, 30)
		if err == nil && n != 0 {
			err = fmt.Errorf("%d went", n)
		}
		return err
	})
	r.check("member.kick", w.memberKick)
	r.check("guild.leave", w.guildLeave)
	r.check("guild.integrations", w.integrations)
	r.check("channel.follow", w.channelFollow)
	r.check("webhook.alone", w.webhookAlone)
	r.check("thread.listed", w.threadListed)
	r.check("thread.sync", w.threadSync)
	r.check("emoji.single", w.emojiSingle)
	r.check("voice.regions", func() error {
		_, err := w.a.VoiceRegions()
		return err
	})
	r.check("commands.global", w.commandsGlobal)
	r.check("commands.permissions", w.commandsPermissions)
	r.check("oauth2", w.oauth2)
}

func (w *witness) guildModify() error {
	name := w.world.Guilds[0].Name
	for _, params := range []*discordgo.GuildParams{{Name: "Changed hall", AfkTimeout: 300}, {Name: name, Description: "a hall"}} {
		mark := w.b.mark()
		changed, err := w.a.GuildEdit(w.guild, params)
		if err != nil {
			return err
		}
		if changed.Name != params.Name || changed.AfkTimeout != 300 || changed.Description != params.Description {
			return fmt.Errorf("response is %q, %d, %q", changed.Name, changed.AfkTimeout, changed.Description)
		}
		if err := expectAfter(w.b, mark, "GUILD_UPDATE", func(e *discordgo.GuildUpdate) bool {
			return e.ID == w.guild && e.Name == params.Name && e.Description == params.Description
		}); err != nil {
			return err
		}
	}
	kept, err := w.b.State.Guild(w.guild)
	if err == nil && kept.Name != name {
		err = fmt.Errorf("the state holds %q", kept.Name)
	}
	return err
}

func (w *witness) rolePositions() error {
	mark := w.b.mark()
	var roles []*discordgo.Role
	for _, name := range []string{"first", "second"} {
		role, err := w.a.GuildRoleCreate(w.guild, &discordgo.RoleParams{Name: name})
		if err != nil {
			return err
		}
		roles = append(roles, role)
	}
	moved, err := w.a.GuildRoleReorder(w.guild, []*discordgo.Role{{ID: roles[0].ID, Position: 1}, {ID: roles[1].ID, Position: 2}})
	if err != nil {
		return err
	}
	at := func(id string, position int) func(*discordgo.Role) bool {
		return func(r *discordgo.Role) bool { return r.ID == id && r.Position == position }
	}
	if !slices.ContainsFunc(moved, at(roles[0].ID, 1)) || !slices.ContainsFunc(moved, at(roles[1].ID, 2)) {
		return fmt.Errorf("response is %+v", moved)
	}
	if err := expectAfter(w.b, mark, "GUILD_ROLE_UPDATE", func(e *discordgo.GuildRoleUpdate) bool { return at(roles[1].ID, 2)(e.Role) }); err != nil {
		return err
	}
	for _, role := range roles {
		if err := w.a.GuildRoleDelete(w.guild, role.ID); err != nil {
			return err
		}
	}
	return nil
}

func (w *witness) memberSearch() error {
	name := w.world.Users[1].Name
	found, err := w.a.GuildMembersSearch(w.guild, name[:3], 10)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(found, func(m *discordgo.Member) bool { return m.User.Username == name }) {
		return fmt.Errorf("%q is not among %d", name, len(found))
	}
	found, err = w.a.GuildMembersSearch(w.guild, "nobody-is-called-so", 10)
	if err == nil && len(found) != 0 {
		err = fmt.Errorf("somebody is called so: %+v", found)
	}
	return err
}

func (w *witness) memberTimeout() error {
	who, until := w.world.Users[outcast].ID, time.Now().Add(time.Hour).Truncate(time.Second)
	if err := w.a.GuildMemberTimeout(w.guild, who, &until); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_MEMBER_UPDATE", func(e *discordgo.GuildMemberUpdate) bool {
		return e.User.ID == who && e.CommunicationDisabledUntil != nil && e.CommunicationDisabledUntil.Equal(until)
	}); err != nil {
		return err
	}
	err := w.asPerson(outcast, http.MethodPost, "/channels/"+w.world.Channels[0].ID+"/messages", map[string]string{"content": "hm"}, nil)
	if err == nil {
		return fmt.Errorf("who is timed out can write")
	}
	mark := w.b.mark()
	if err := w.a.GuildMemberTimeout(w.guild, who, nil); err != nil {
		return err
	}
	return expectAfter(w.b, mark, "GUILD_MEMBER_UPDATE", func(e *discordgo.GuildMemberUpdate) bool {
		return e.User.ID == who && e.CommunicationDisabledUntil == nil
	})
}

func (w *witness) memberKick() error {
	mark, who := w.b.mark(), w.world.Users[outcast].ID
	if err := w.a.GuildMemberDeleteWithReason(w.guild, who, "late"); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "GUILD_MEMBER_REMOVE", func(e *discordgo.GuildMemberRemove) bool { return e.User.ID == who }); err != nil {
		return err
	}
	_, err := w.a.GuildMember(w.guild, who)
	return wantRESTError(err, http.StatusNotFound, 10007)
}

func (w *witness) guildLeave() error {
	mark, who := w.b.mark(), w.world.Bots[leaver]
	other, err := discordgo.New("Bot " + who.Token)
	if err != nil {
		return err
	}
	if err := other.GuildLeave(w.guild); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "GUILD_MEMBER_REMOVE", func(e *discordgo.GuildMemberRemove) bool { return e.User.ID == who.ID }); err != nil {
		return err
	}
	mine, err := other.UserGuilds(10, "", "", false)
	if err == nil && slices.ContainsFunc(mine, func(g *discordgo.UserGuild) bool { return g.ID == w.guild }) {
		err = fmt.Errorf("it is still in the guild")
	}
	return err
}

// integrations sends a bot away by its integration.
func (w *witness) integrations() error {
	mark, who := w.b.mark(), w.world.Bots[evicted].ID
	all, err := w.a.GuildIntegrations(w.guild)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(i *discordgo.Integration) bool { return i.Account.ID == who })
	if i < 0 || all[i].Type != "discord" {
		return fmt.Errorf("no integration of %s among %+v", who, all)
	}
	if err := w.a.GuildIntegrationDelete(w.guild, all[i].ID); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "INTEGRATION_DELETE", func(e *discordgo.IntegrationDelete) bool { return e.ID == all[i].ID }); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "GUILD_MEMBER_REMOVE", func(e *discordgo.GuildMemberRemove) bool { return e.User.ID == who }); err != nil {
		return err
	}
	// The guild's owner brings it back, on the page that bots are added on.
	consent := map[string]any{"authorize": true, "guild_id": w.guild}
	if err := w.asPerson(0, http.MethodPost, "/oauth2/authorize?scope=bot&client_id="+who, consent, nil); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "INTEGRATION_CREATE", func(e *discordgo.IntegrationCreate) bool {
		return e.GuildID == w.guild && e.Account.ID == who && e.Type == "discord"
	}); err != nil {
		return err
	}
	return expectAfter(w.b, mark, "GUILD_MEMBER_ADD", func(e *discordgo.GuildMemberAdd) bool { return e.User.ID == who && e.User.Bot })
}

// threadSync takes the administrator's permission from the second bot and the channel with it, and gives it back: of the
// threads there it is told all at once. discord: topics/gateway-events#thread-list-sync
func (w *witness) threadSync() error {
	member, err := w.a.GuildMember(w.guild, w.world.Bots[1].ID)
	if err != nil {
		return err
	}
	thread, err := w.a.ThreadStart(w.channel, "to be found again", discordgo.ChannelTypeGuildPublicThread, 60)
	if err != nil {
		return err
	}
	if err := w.a.ChannelPermissionSet(w.channel, w.guild, discordgo.PermissionOverwriteTypeRole, 0, discordgo.PermissionViewChannel); err != nil {
		return err
	}
	if err := w.permit(member.Roles[0], 0); err != nil {
		return err
	}
	if _, err := w.b.Channel(w.channel); wantRESTError(err, http.StatusForbidden, 50001) != nil {
		return fmt.Errorf("the channel is not hidden: %v", err)
	}
	mark := w.b.mark()
	if err := w.a.ChannelPermissionDelete(w.channel, w.guild); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "THREAD_LIST_SYNC", func(e *discordgo.ThreadListSync) bool {
		return e.GuildID == w.guild && slices.ContainsFunc(e.Threads, func(c *discordgo.Channel) bool { return c.ID == thread.ID })
	}); err != nil {
		return err
	}
	if err := w.permit(member.Roles[0], discordgo.PermissionAdministrator); err != nil {
		return err
	}
	_, err = w.a.ChannelDelete(thread.ID)
	return err
}

// permit changes the permissions of the second bot's own role, as the guild's owner, and waits until it hears of it.
func (w *witness) permit(role string, permissions int64) error {
	mark := w.b.mark()
	body := map[string]string{"permissions": strconv.FormatInt(permissions, 10)}
	if err := w.asPerson(0, http.MethodPatch, "/guilds/"+w.guild+"/roles/"+role, body, nil); err != nil {
		return err
	}
	return expectAfter(w.b, mark, "GUILD_ROLE_UPDATE", func(e *discordgo.GuildRoleUpdate) bool {
		return e.Role.ID == role && e.Role.Permissions == permissions
	})
}

func (w *witness) channelFollow() error {
	news, err := w.a.GuildChannelCreate(w.guild, "gazette", discordgo.ChannelTypeGuildNews)
	if err != nil {
		return err
	}
	followed, err := w.a.ChannelNewsFollow(news.ID, w.channel)
	if err != nil {
		return err
	}
	hooks, err := w.a.GuildWebhooks(w.guild)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(hooks, func(h *discordgo.Webhook) bool {
		return h.ID == followed.WebhookID && h.Type == discordgo.WebhookTypeChannelFollower && h.ChannelID == w.channel
	}) {
		return fmt.Errorf("webhooks are %+v", hooks)
	}
	sent, err := w.a.ChannelMessageSend(news.ID, "extra")
	if err != nil {
		return err
	}
	if _, err := w.a.ChannelMessageCrosspost(news.ID, sent.ID); err != nil {
		return err
	}
	if _, err := expect(w.b, "MESSAGE_CREATE", func(m *discordgo.MessageCreate) bool {
		return m.ChannelID == w.channel && m.Content == "extra" && m.Flags&discordgo.MessageFlagsIsCrossPosted != 0 && m.WebhookID == followed.WebhookID
	}); err != nil {
		return err
	}
	if err := w.a.WebhookDelete(followed.WebhookID); err != nil {
		return err
	}
	_, err = w.a.ChannelDelete(news.ID)
	return err
}
