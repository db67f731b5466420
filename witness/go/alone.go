package main

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// webhookAlone uses a webhook with its token and nothing else.
func (w *witness) webhookAlone() error {
	hook, err := w.a.WebhookCreate(w.channel, "Page", "")
	if err != nil {
		return err
	}
	if got, err := w.a.Webhook(hook.ID); err != nil || got.Name != "Page" || got.User.ID != w.world.Bots[0].ID {
		return fmt.Errorf("it is %+v, %v", got, err)
	}
	bare, err := discordgo.New("")
	if err != nil {
		return err
	}
	if got, err := bare.WebhookWithToken(hook.ID, hook.Token); err != nil || got.Name != "Page" || got.User != nil {
		return fmt.Errorf("with its token it is %+v, %v", got, err)
	}
	if _, err := bare.WebhookEditWithToken(hook.ID, hook.Token, "Squire", ""); err != nil {
		return err
	}
	if got, err := w.a.Webhook(hook.ID); err != nil || got.Name != "Squire" {
		return fmt.Errorf("edited, it is %+v, %v", got, err)
	}
	// Its error says nothing: the library reads a webhook from the answer, which has no body.
	_, _ = bare.WebhookDeleteWithToken(hook.ID, hook.Token)
	_, err = w.a.Webhook(hook.ID)
	return wantRESTError(err, http.StatusNotFound, 10015)
}

func (w *witness) threadListed() error {
	other := w.world.Bots[1].ID
	secret, err := w.a.ThreadStart(w.channel, "secret", discordgo.ChannelTypeGuildPrivateThread, 60)
	if err != nil {
		return err
	}
	if err := w.a.ThreadMemberAdd(secret.ID, other); err != nil {
		return err
	}
	if _, err := expect(w.b, "THREAD_CREATE", func(e *discordgo.ThreadCreate) bool { return e.ID == secret.ID }); err != nil {
		return err
	}
	member, err := w.a.ThreadMember(secret.ID, other, true)
	if err != nil || member.UserID != other || member.Member == nil {
		return fmt.Errorf("the member is %+v, %v", member, err)
	}
	yes := true
	if _, err := w.a.ChannelEdit(secret.ID, &discordgo.ChannelEdit{Archived: &yes}); err != nil {
		return err
	}
	for name, list := range map[string]func() (*discordgo.ThreadsList, error){
		"private": func() (*discordgo.ThreadsList, error) { return w.a.ThreadsPrivateArchived(w.channel, nil, 5) },
		"joined":  func() (*discordgo.ThreadsList, error) { return w.b.ThreadsPrivateJoinedArchived(w.channel, nil, 5) },
	} {
		got, err := list()
		if err != nil || len(got.Threads) != 1 || got.Threads[0].ID != secret.ID {
			return fmt.Errorf("%s ones are %+v, %v", name, got, err)
		}
	}
	_, err = w.a.ChannelDelete(secret.ID)
	return err
}

func (w *witness) emojiSingle() error {
	made, err := w.a.GuildEmojiCreate(w.guild, &discordgo.EmojiParams{Name: "single", Image: redSquare})
	if err != nil {
		return err
	}
	if got, err := w.a.GuildEmoji(w.guild, made.ID); err != nil || got.Name != "single" || got.User.ID != w.world.Bots[0].ID {
		return fmt.Errorf("it is %+v, %v", got, err)
	}
	if err := w.a.GuildEmojiDelete(w.guild, made.ID); err != nil {
		return err
	}
	own, err := w.a.ApplicationEmojiCreate(w.appID, &discordgo.EmojiParams{Name: "own_2", Image: redSquare})
	if err != nil {
		return err
	}
	if _, err := w.a.ApplicationEmojiEdit(w.appID, own.ID, &discordgo.EmojiParams{Name: "own_3"}); err != nil {
		return err
	}
	if got, err := w.a.ApplicationEmoji(w.appID, own.ID); err != nil || got.Name != "own_3" {
		return fmt.Errorf("the application's is %+v, %v", got, err)
	}
	return w.a.ApplicationEmojiDelete(w.appID, own.ID)
}

func (w *witness) commandsGlobal() error {
	made, err := w.a.ApplicationCommandCreate(w.appID, "", &discordgo.ApplicationCommand{Name: "everywhere", Description: "in all guilds"})
	if err != nil {
		return err
	}
	got, err := w.a.ApplicationCommand(w.appID, "", made.ID)
	if err != nil || got.Description != "in all guilds" || got.ApplicationID != w.appID {
		return fmt.Errorf("it is %+v, %v", got, err)
	}
	edit := &discordgo.ApplicationCommand{Name: "everywhere", Description: "in each"}
	if got, err = w.a.ApplicationCommandEdit(w.appID, "", made.ID, edit); err != nil || got.Description != "in each" {
		return fmt.Errorf("edited, it is %+v, %v", got, err)
	}
	all, err := w.a.ApplicationCommands(w.appID, "")
	if err != nil || len(all) != 1 || all[0].ID != made.ID {
		return fmt.Errorf("all are %+v, %v", all, err)
	}
	if err := w.a.ApplicationCommandDelete(w.appID, "", made.ID); err != nil {
		return err
	}
	both, err := w.a.ApplicationCommandBulkOverwrite(w.appID, "", []*discordgo.ApplicationCommand{
		{Name: "one", Description: "d"}, {Name: "Two", Type: discordgo.UserApplicationCommand},
	})
	if err != nil || len(both) != 2 {
		return fmt.Errorf("both are %+v, %v", both, err)
	}
	_, err = w.a.ApplicationCommandBulkOverwrite(w.appID, "", []*discordgo.ApplicationCommand{})
	return err
}

// commandsPermissions are changed with a token of somebody who has the permission, not with the bot's.
// discord: interactions/application-commands#edit-application-command-permissions
func (w *witness) commandsPermissions() error {
	made, err := w.a.ApplicationCommandCreate(w.appID, w.guild, &discordgo.ApplicationCommand{Name: "guarded", Description: "for some"})
	if err != nil {
		return err
	}
	token, err := w.accessToken(0, "applications.commands.permissions.update")
	if err != nil {
		return err
	}
	owner, err := discordgo.New("Bearer " + token)
	if err != nil {
		return err
	}
	deny := &discordgo.ApplicationCommandPermissions{ID: w.world.Bots[1].ID, Type: discordgo.ApplicationCommandPermissionTypeUser}
	list := &discordgo.ApplicationCommandPermissionsList{Permissions: []*discordgo.ApplicationCommandPermissions{deny}}
	if err := owner.ApplicationCommandPermissionsEdit(w.appID, w.guild, made.ID, list); err != nil {
		return err
	}
	if _, err := expect(w.a, "APPLICATION_COMMAND_PERMISSIONS_UPDATE", func(e *discordgo.ApplicationCommandPermissionsUpdate) bool {
		return e.ID == made.ID && len(e.Permissions) == 1 && e.Permissions[0].ID == deny.ID
	}); err != nil {
		return err
	}
	same := func(p *discordgo.GuildApplicationCommandPermissions) bool {
		return p.ID == made.ID && len(p.Permissions) == 1 && p.Permissions[0].ID == deny.ID && !p.Permissions[0].Permission
	}
	if got, err := w.a.ApplicationCommandPermissions(w.appID, w.guild, made.ID); err != nil || !same(got) {
		return fmt.Errorf("they are %+v, %v", got, err)
	}
	if all, err := w.a.GuildApplicationCommandsPermissions(w.appID, w.guild); err != nil || !slices.ContainsFunc(all, same) {
		return fmt.Errorf("all are %+v, %v", all, err)
	}
	return w.a.ApplicationCommandDelete(w.appID, w.guild, made.ID)
}

// oauth2 brings back who was kicked, by the leave that they have given.
func (w *witness) oauth2() error {
	mark, who := w.b.mark(), w.world.Users[outcast].ID
	token, err := w.accessToken(outcast, "identify guilds guilds.join guilds.members.read")
	if err != nil {
		return err
	}
	if err := w.a.GuildMemberAdd(w.guild, who, &discordgo.GuildMemberAddParams{AccessToken: token, Nick: "Back"}); err != nil {
		return err
	}
	if err := expectAfter(w.b, mark, "GUILD_MEMBER_ADD", func(e *discordgo.GuildMemberAdd) bool { return e.User.ID == who && e.Nick == "Back" }); err != nil {
		return err
	}
	bearer, err := discordgo.New("Bearer " + token)
	if err != nil {
		return err
	}
	if me, err := bearer.User("@me"); err != nil || me.ID != who {
		return fmt.Errorf("the token is %+v's, %v", me, err)
	}
	if mine, err := bearer.UserGuilds(10, "", "", false); err != nil || len(mine) != 1 || mine[0].ID != w.guild {
		return fmt.Errorf("their guilds are %+v, %v", mine, err)
	}
	member, err := bearer.UserGuildMember(w.guild)
	if err == nil && member.Nick != "Back" {
		err = fmt.Errorf("they are called %q", member.Nick)
	}
	return err
}
