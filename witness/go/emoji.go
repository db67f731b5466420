package main

import (
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"
)

// redSquare is a red square of 16 by 16 pixels.
const redSquare = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mO4IyJHEmIY1TCqYfhqAABJUg4Q43UTbAAAAABJRU5ErkJggg=="

func (w *witness) emojis(r *report) {
	made := &discordgo.Emoji{}
	told := func(names ...string) error {
		_, err := expect(w.b, "GUILD_EMOJIS_UPDATE", func(e *discordgo.GuildEmojisUpdate) bool {
			if e.GuildID != w.guild || len(e.Emojis) != len(names) {
				return false
			}
			for i, name := range names {
				if e.Emojis[i].Name != name {
					return false
				}
			}
			return true
		})
		return err
	}
	r.check("emoji.create", func() (err error) {
		if made, err = w.a.GuildEmojiCreate(w.guild, &discordgo.EmojiParams{Name: "witness", Image: redSquare}); err != nil {
			return err
		}
		if err := told("witness"); err != nil {
			return err
		}
		res, err := http.Get(discordgo.EndpointEmoji(made.ID))
		if err != nil {
			return err
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/png" {
			return fmt.Errorf("%s: %s %s, %w", discordgo.EndpointEmoji(made.ID), res.Status, res.Header.Get("Content-Type"), err)
		}
		all, err := w.a.GuildEmojis(w.guild)
		if err == nil && (len(all) != 1 || all[0].User == nil || all[0].User.ID != w.world.Bots[0].ID) {
			err = fmt.Errorf("listed %+v", all)
		}
		return err
	})
	r.check("emoji.modify", func() (err error) {
		if made, err = w.a.GuildEmojiEdit(w.guild, made.ID, &discordgo.EmojiParams{Name: "witness_2"}); err != nil {
			return err
		}
		return told("witness_2")
	})
	r.check("emoji.react", func() error {
		sent, err := w.a.ChannelMessageSend(w.channel, "look: "+made.MessageFormat())
		if err != nil {
			return err
		}
		if sent.Content != "look: <:witness_2:"+made.ID+">" {
			return fmt.Errorf("sent as %q", sent.Content)
		}
		return w.reactsWith(sent.ID, made)
	})
	r.check("emoji.delete", func() error {
		if err := w.a.GuildEmojiDelete(w.guild, made.ID); err != nil {
			return err
		}
		return told()
	})
	r.check("emoji.application", func() error {
		own, err := w.a.ApplicationEmojiCreate(w.appID, &discordgo.EmojiParams{Name: "own", Image: redSquare})
		if err != nil {
			return err
		}
		sent, err := w.a.ChannelMessageSend(w.channel, "mine")
		if err != nil {
			return err
		}
		if err := w.reactsWith(sent.ID, own); err != nil {
			return err
		}
		all, err := w.a.ApplicationEmojis(w.appID)
		if err == nil && (len(all) != 1 || all[0].ID != own.ID) {
			err = fmt.Errorf("listed %+v", all)
		}
		if err != nil {
			return err
		}
		return w.a.ApplicationEmojiDelete(w.appID, own.ID)
	})
}

func (w *witness) reactsWith(message string, e *discordgo.Emoji) error {
	if err := w.a.MessageReactionAdd(w.channel, message, e.APIName()); err != nil {
		return err
	}
	_, err := expect(w.b, "MESSAGE_REACTION_ADD", func(seen *discordgo.MessageReactionAdd) bool {
		return seen.MessageID == message && seen.Emoji.ID == e.ID && seen.Emoji.Name == e.Name
	})
	return err
}
