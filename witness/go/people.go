package main

import (
	"fmt"

	"github.com/bwmarrin/discordgo"
)

// people lets a person into the conversation: same library, a token without prefix.
func (w *witness) people(r *report) {
	r.check("person", func() error {
		who := w.world.Users[0]
		p, err := newBot(who.Token)
		if err != nil {
			return err
		}
		defer p.close()
		if err := p.Open(); err != nil {
			return err
		}
		if _, err := expect(p, "READY", func(e *discordgo.Ready) bool { return e.User.ID == who.ID && !e.User.Bot }); err != nil {
			return err
		}
		channel := w.world.Channels[0].ID
		said, err := p.ChannelMessageSend(channel, "hello, bots")
		if err != nil {
			return err
		}
		if _, err := expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool {
			return e.ID == said.ID && e.Author.ID == who.ID && !e.Author.Bot && e.Content == "hello, bots"
		}); err != nil {
			return err
		}
		answer, err := w.a.ChannelMessageSend(channel, "hello, "+who.Name)
		if err != nil {
			return err
		}
		if _, err := expect(p, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool {
			return e.ID == answer.ID && e.Content == "hello, "+who.Name
		}); err != nil {
			return fmt.Errorf("at the person's: %w", err)
		}
		return nil
	})
}
