package main

import (
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// gatewayCommands goes through what a bot sends over the gateway, and typing.
func (w *witness) gatewayCommands(r *report) {
	a := w.world.Bots[0].ID
	r.check("typing", func() error {
		if err := w.a.ChannelTyping(w.channel); err != nil {
			return err
		}
		_, err := expect(w.b, "TYPING_START", func(e *discordgo.TypingStart) bool {
			return e.UserID == a && e.ChannelID == w.channel && e.GuildID == w.guild && e.Timestamp > 0
		})
		return err
	})
	r.check("presence", func() error {
		if err := w.a.UpdateStatusComplex(discordgo.UpdateStatusData{
			Status:     "dnd",
			Activities: []*discordgo.Activity{{Name: "chess", Type: discordgo.ActivityTypeGame}},
		}); err != nil {
			return err
		}
		_, err := expect(w.b, "PRESENCE_UPDATE", func(e *discordgo.PresenceUpdate) bool {
			return e.GuildID == w.guild && e.User.ID == a && e.Status == discordgo.StatusDoNotDisturb &&
				len(e.Activities) == 1 && e.Activities[0].Name == "chess"
		})
		return err
	})
	r.check("member.chunk", w.memberChunk)
}

// memberChunk asks for everybody, then for two IDs of which one is no member.
// discordgo sends guild_id as an array of one.
func (w *witness) memberChunk() error {
	if err := w.b.RequestGuildMembers(w.guild, "", 0, "all", true); err != nil {
		return err
	}
	var ids []string
	for i, count := 0, 1; i < count; i++ {
		c, err := expect(w.b, "GUILD_MEMBERS_CHUNK", func(c *discordgo.GuildMembersChunk) bool {
			return c.Nonce == "all" && c.GuildID == w.guild && c.ChunkIndex == i
		})
		if err != nil {
			return err
		}
		count = c.ChunkCount
		for _, m := range c.Members {
			ids = append(ids, m.User.ID)
		}
		if !slices.ContainsFunc(c.Presences, func(p *discordgo.Presence) bool {
			return p.User.ID == w.world.Bots[0].ID && p.Status == discordgo.StatusDoNotDisturb
		}) && count == 1 {
			return fmt.Errorf("presences lack A's")
		}
	}
	for _, b := range w.world.Bots {
		if !slices.Contains(ids, b.ID) {
			return fmt.Errorf("bot %s is not among %v", b.ID, ids)
		}
	}
	if err := w.b.RequestGuildMembersList(w.guild, []string{w.world.Bots[0].ID, w.channel}, 0, "two", false); err != nil {
		return err
	}
	_, err := expect(w.b, "GUILD_MEMBERS_CHUNK", func(c *discordgo.GuildMembersChunk) bool {
		return c.Nonce == "two" && len(c.Members) == 1 && c.Members[0].User.ID == w.world.Bots[0].ID &&
			slices.Equal(c.NotFound, []string{w.channel})
	})
	return err
}
