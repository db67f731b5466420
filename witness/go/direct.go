package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"
)

// direct lets a bot and a person write to each other.
func (w *witness) direct(r *report) {
	var p *bot
	var channel, message string
	r.check("dm.send", func() (err error) {
		who := w.world.Users[0]
		if p, err = openBot(who.Token); err != nil {
			return err
		}
		opened, err := w.a.UserChannelCreate(who.ID)
		if err != nil {
			return err
		}
		channel = opened.ID
		sent, err := w.a.ChannelMessageSend(channel, "hello from discordgo")
		if err != nil {
			return err
		}
		message = sent.ID
		if _, err := expect(p, "CHANNEL_CREATE", func(c *discordgo.ChannelCreate) bool {
			return c.ID == channel && c.Type == discordgo.ChannelTypeDM && len(c.Recipients) == 1 && c.Recipients[0].ID == w.world.Bots[0].ID
		}); err != nil {
			return err
		}
		_, err = expect(p, "MESSAGE_CREATE", func(m *discordgo.MessageCreate) bool {
			return m.ID == message && m.GuildID == "" && m.Content == "hello from discordgo"
		})
		return err
	})
	r.check("dm.reply", func() error {
		if err := p.ChannelTyping(channel); err != nil {
			return err
		}
		if _, err := expect(w.a, "TYPING_START", func(t *discordgo.TypingStart) bool {
			return t.ChannelID == channel && t.UserID == w.world.Users[0].ID && t.GuildID == ""
		}); err != nil {
			return err
		}
		answer, err := p.ChannelMessageSendReply(channel, "hello yourself", &discordgo.MessageReference{MessageID: message})
		if err != nil {
			return err
		}
		_, err = expect(w.a, "MESSAGE_CREATE", func(m *discordgo.MessageCreate) bool {
			return m.ID == answer.ID && m.Content == "hello yourself" && m.ReferencedMessage != nil && m.ReferencedMessage.ID == message
		})
		return err
	})
	r.check("dm.reaction", func() error {
		if err := w.a.MessageReactionAdd(channel, message, thumb); err != nil {
			return err
		}
		if _, err := expect(p, "MESSAGE_REACTION_ADD", func(e *discordgo.MessageReactionAdd) bool {
			return e.MessageID == message && e.GuildID == ""
		}); err != nil {
			return err
		}
		if err := w.a.ChannelMessageDelete(channel, message); err != nil {
			return err
		}
		_, err := expect(p, "MESSAGE_DELETE", func(e *discordgo.MessageDelete) bool { return e.ID == message })
		return err
	})
	r.check("dm.reopen", func() error { return w.reopened(p, channel) })
	r.check("error.dm", func() error {
		_, err := w.a.UserChannelCreate(w.world.Bots[1].ID)
		var refused *discordgo.RESTError
		if !errors.As(err, &refused) || refused.Message == nil || refused.Message.Code != discordgo.ErrCodeCannotSendMessagesToThisUser {
			return fmt.Errorf("a bot to a bot: %v", err)
		}
		return nil
	})
	if p != nil {
		p.close()
	}
}

// reopened closes the channel as the person; the bot's next message, under a
// new name, brings it back.
func (w *witness) reopened(p *bot, channel string) error {
	mark := p.mark()
	if _, err := p.ChannelDelete(channel); err != nil {
		return err
	}
	if err := expectAfter(p, mark, "CHANNEL_DELETE", func(c *discordgo.ChannelDelete) bool { return c.ID == channel }); err != nil {
		return err
	}
	if _, err := w.a.UserUpdate("renamed-go", "", ""); err != nil {
		return err
	}
	mark = p.mark()
	if _, err := w.a.ChannelMessageSend(channel, "still there?"); err != nil {
		return err
	}
	if err := expectAfter(p, mark, "CHANNEL_CREATE", func(c *discordgo.ChannelCreate) bool { return c.ID == channel }); err != nil {
		return err
	}
	// The new name comes by way of the bot's own object, in its own time.
	for deadline := time.Now().Add(eventTimeout); ; {
		c, err := p.Channel(channel)
		if err == nil && len(c.Recipients) == 1 && c.Recipients[0].Username == "renamed-go" {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the recipient is %+v, %v", c, err)
		}
	}
}
