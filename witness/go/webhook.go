package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"
)

func (w *witness) webhooks(r *report) {
	hook := &discordgo.Webhook{}
	r.check("webhook.create", func() (err error) {
		if hook, err = w.a.WebhookCreate(w.channel, "Messenger", ""); err != nil {
			return err
		}
		if _, err := expect(w.b, "WEBHOOKS_UPDATE", func(e *discordgo.WebhooksUpdate) bool { return e.ChannelID == w.channel }); err != nil {
			return err
		}
		all, err := w.a.ChannelWebhooks(w.channel)
		if err != nil {
			return err
		}
		if len(all) != 1 || all[0].ID != hook.ID || all[0].Token != hook.Token || all[0].User.ID != w.world.Bots[0].ID {
			return fmt.Errorf("listed %+v", all)
		}
		edited, err := w.a.WebhookEdit(hook.ID, "Herald", "", w.channel)
		if err == nil && edited.Name != "Herald" {
			err = fmt.Errorf("edited to %q", edited.Name)
		}
		return err
	})
	r.check("webhook.send", func() error {
		sent, err := w.a.WebhookExecute(hook.ID, hook.Token, true, &discordgo.WebhookParams{
			Content: "hello @everyone", Username: "Somebody", Embeds: []*discordgo.MessageEmbed{{Title: "an embed"}},
			Files:           []*discordgo.File{{Name: "a.txt", Reader: strings.NewReader("a file")}},
			AllowedMentions: &discordgo.MessageAllowedMentions{},
		})
		if err != nil {
			return err
		}
		_, err = expect(w.b, "MESSAGE_CREATE", func(m *discordgo.MessageCreate) bool {
			return m.ID == sent.ID && m.WebhookID == hook.ID && m.Author.Username == "Somebody" && !m.MentionEveryone &&
				len(m.Embeds) == 1 && len(m.Attachments) == 1 && m.Attachments[0].Filename == "a.txt"
		})
		return err
	})
	r.check("webhook.token", func() error { return w.byToken(hook) })
	r.check("webhook.delete", func() error {
		if err := w.a.WebhookDelete(hook.ID); err != nil {
			return err
		}
		_, err := w.a.Webhook(hook.ID)
		return unknownWebhook(err)
	})
}

// byToken uses the webhook as somebody who has nothing but its token.
func (w *witness) byToken(hook *discordgo.Webhook) error {
	s, err := discordgo.New("")
	if err != nil {
		return err
	}
	sent, err := s.WebhookExecute(hook.ID, hook.Token, true, &discordgo.WebhookParams{Content: "by token"})
	if err != nil {
		return err
	}
	if m, err := s.WebhookMessage(hook.ID, hook.Token, sent.ID); err != nil || m.Content != "by token" {
		return fmt.Errorf("read %+v, %w", m, err)
	}
	content := "edited by token"
	if _, err := s.WebhookMessageEdit(hook.ID, hook.Token, sent.ID, &discordgo.WebhookEdit{Content: &content}); err != nil {
		return err
	}
	if _, err := expect(w.b, "MESSAGE_UPDATE", func(m *discordgo.MessageUpdate) bool {
		return m.ID == sent.ID && m.Content == content
	}); err != nil {
		return err
	}
	if err := s.WebhookMessageDelete(hook.ID, hook.Token, sent.ID); err != nil {
		return err
	}
	if _, err := expect(w.b, "MESSAGE_DELETE", func(m *discordgo.MessageDelete) bool { return m.ID == sent.ID }); err != nil {
		return err
	}
	_, err = s.WebhookExecute(hook.ID, hook.Token+"x", true, &discordgo.WebhookParams{Content: "psst"})
	return unknownWebhook(err)
}

func unknownWebhook(err error) error {
	var refused *discordgo.RESTError
	if !errors.As(err, &refused) || refused.Message == nil || refused.Message.Code != discordgo.ErrCodeUnknownWebhook {
		return fmt.Errorf("want Unknown Webhook, got %v", err)
	}
	return nil
}
