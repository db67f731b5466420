package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/snowflake/v2"
)

const greeting = "hello from disgo \u2014 \u00e9\u4e16\U0001f44b"

// sent sends a message and waits until b has seen it as it must be.
func (w *witness) sent(create discord.MessageCreate, match func(discord.Message) bool) (snowflake.ID, error) {
	m, err := w.a.Rest().CreateMessage(w.channel, create)
	if err != nil {
		return 0, err
	}
	if !match(*m) {
		return 0, fmt.Errorf("the answer is %+v", m)
	}
	return m.ID, sees(w.b, func(e *events.GuildMessageCreate) bool {
		return e.MessageID == m.ID && e.ChannelID == w.channel && e.GuildID == w.guild && match(e.Message)
	})
}

func (w *witness) messages() {
	api := w.a.Rest()
	w.check("message.send", func() (err error) {
		w.message, err = w.sent(discord.MessageCreate{Content: greeting}, func(m discord.Message) bool {
			return m.Content == greeting && m.Author.ID == w.world.Bots[0].ID
		})
		return err
	})
	w.check("message.embed", func() error {
		embed := discord.Embed{Title: "Title", Description: "Description", Color: blue, Fields: []discord.EmbedField{{Name: "n", Value: "v"}}}
		_, err := w.sent(discord.MessageCreate{Embeds: []discord.Embed{embed}}, func(m discord.Message) bool {
			return len(m.Embeds) == 1 && m.Embeds[0].Title == "Title" && m.Embeds[0].Color == blue && m.Embeds[0].Type == discord.EmbedTypeRich &&
				len(m.Embeds[0].Fields) == 1 && m.Embeds[0].Fields[0].Value == "v"
		})
		return err
	})
	w.check("message.file", func() error {
		var file discord.Attachment
		if _, err := w.sent(w.messageFile(), func(m discord.Message) bool {
			if len(m.Attachments) == 1 {
				file = m.Attachments[0]
			}
			return m.Content == "with a file" && file.Filename == "a.txt" && file.Size == len("some text")
		}); err != nil {
			return err
		}
		answer, err := http.Get(file.URL)
		if err != nil {
			return err
		}
		defer answer.Body.Close() // read to its end below
		text, err := io.ReadAll(answer.Body)
		if err == nil && string(text) != "some text" {
			err = fmt.Errorf("the file holds %q", text)
		}
		return err
	})
	w.check("message.reply", func() error {
		reply := discord.MessageCreate{Content: "a reply", MessageReference: &discord.MessageReference{MessageID: &w.message}}
		_, err := w.sent(reply, func(m discord.Message) bool {
			return m.Type == discord.MessageTypeReply && m.ReferencedMessage != nil && m.ReferencedMessage.ID == w.message
		})
		return err
	})
	w.check("message.get", func() error {
		m, err := api.GetMessage(w.channel, w.message)
		if err == nil && (m.Content != greeting || m.ID != w.message) {
			err = fmt.Errorf("it is %+v", m)
		}
		return err
	})
	w.check("message.list", w.messageList)
	w.check("message.edit", func() error {
		content := "edited"
		if _, err := api.UpdateMessage(w.channel, w.message, discord.MessageUpdate{Content: &content}); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildMessageUpdate) bool {
			return e.MessageID == w.message && e.Message.Content == "edited" && e.Message.EditedTimestamp != nil
		})
	})
	w.check("message.delete", func() error {
		id, err := w.sent(discord.MessageCreate{Content: "to be deleted"}, func(discord.Message) bool { return true })
		if err != nil {
			return err
		}
		if err := api.DeleteMessage(w.channel, id); err != nil {
			return err
		}
		if err := sees(w.b, func(e *events.GuildMessageDelete) bool { return e.MessageID == id }); err != nil {
			return err
		}
		_, err = api.GetMessage(w.channel, id)
		return refused(err, 10008)
	})
}

func (w *witness) messageList() error {
	var ids []snowflake.ID
	for i := range 5 {
		m, err := w.a.Rest().CreateMessage(w.channel, discord.MessageCreate{Content: fmt.Sprintf("list %d", i)})
		if err != nil {
			return err
		}
		ids = append(ids, m.ID)
	}
	for _, c := range []struct {
		around, before, after snowflake.ID
		limit                 int
		want                  []int
	}{
		{0, 0, 0, 2, []int{4, 3}}, {0, ids[3], 0, 2, []int{2, 1}}, {0, 0, ids[1], 2, []int{3, 2}}, {ids[2], 0, 0, 3, []int{3, 2, 1}},
	} {
		list, err := w.a.Rest().GetMessages(w.channel, c.around, c.before, c.after, c.limit)
		if err != nil {
			return err
		}
		var got []int
		for _, m := range list {
			got = append(got, slices.Index(ids, m.ID))
		}
		if !slices.Equal(got, c.want) {
			return fmt.Errorf("%+v gave %v", c, got)
		}
	}
	return nil
}

func (w *witness) reactions() {
	const thumb = "\U0001f44d"
	api := w.a.Rest()
	on := func(r *events.GenericGuildMessageReaction, who account) bool {
		return r.MessageID == w.message && r.Emoji.Name != nil && *r.Emoji.Name == thumb && r.UserID == who.ID
	}
	w.check("reaction.add", func() error {
		for i, a := range []*actor{w.a, w.b} {
			if err := a.Rest().AddReaction(w.channel, w.message, thumb); err != nil {
				return err
			}
			if err := sees(w.b, func(e *events.GuildMessageReactionAdd) bool {
				return on(e.GenericGuildMessageReaction, w.world.Bots[i])
			}); err != nil {
				return err
			}
		}
		return nil
	})
	w.check("reaction.list", func() error {
		users, err := api.GetReactions(w.channel, w.message, thumb, discord.MessageReactionTypeNormal, 0, 100)
		if err == nil && len(users) != 2 {
			err = fmt.Errorf("they are %+v", users)
		}
		return err
	})
	w.check("reaction.remove.own", func() error {
		if err := api.RemoveOwnReaction(w.channel, w.message, thumb); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildMessageReactionRemove) bool {
			return on(e.GenericGuildMessageReaction, w.world.Bots[0])
		})
	})
	w.check("reaction.remove.user", func() error {
		if err := api.RemoveUserReaction(w.channel, w.message, thumb, w.world.Bots[1].ID); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildMessageReactionRemove) bool {
			return on(e.GenericGuildMessageReaction, w.world.Bots[1])
		})
	})
	w.check("reaction.remove.all", func() error {
		if err := api.AddReaction(w.channel, w.message, thumb); err != nil {
			return err
		}
		if err := api.RemoveAllReactions(w.channel, w.message); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildMessageReactionRemoveAll) bool { return e.MessageID == w.message })
	})
}

func (w *witness) commands() {
	api := w.a.Rest()
	w.check("typing", func() error {
		if err := api.SendTyping(w.channel); err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildMemberTypingStart) bool {
			return e.ChannelID == w.channel && e.UserID == w.world.Bots[0].ID
		})
	})
	w.check("presence", func() error {
		ctx, cancel := context.WithTimeout(context.Background(), eventTimeout)
		defer cancel()
		if err := w.a.SetPresence(ctx, gateway.WithOnlineStatus(discord.OnlineStatusDND), gateway.WithPlayingActivity("chess")); err != nil {
			return err
		}
		return sees(w.b, func(e *events.PresenceUpdate) bool {
			return e.PresenceUser.ID == w.world.Bots[0].ID && e.Status == discord.OnlineStatusDND && len(e.Activities) == 1 && e.Activities[0].Name == "chess"
		})
	})
	w.check("webhook.send", func() error {
		hook, err := api.CreateWebhook(w.channel, discord.WebhookCreate{Name: "postbox"})
		if err != nil {
			return err
		}
		m, err := api.CreateWebhookMessage(hook.ID(), hook.Token, discord.WebhookMessageCreate{Content: "by hook"}, true, 0)
		if err != nil {
			return err
		}
		return sees(w.b, func(e *events.GuildMessageCreate) bool {
			return e.MessageID == m.ID && e.Message.WebhookID != nil && *e.Message.WebhookID == hook.ID() && e.Message.Author.Username == "postbox"
		})
	})
	w.check("dm.send", func() error {
		channel, err := api.CreateDMChannel(w.world.Users[0].ID)
		if err != nil {
			return err
		}
		_, err = api.CreateMessage(channel.ID(), discord.MessageCreate{Content: "in private"})
		return err
	})
}

// resumed waits for RESUMED; READY would be a session anew.
func (w *witness) resumed(mark int) error {
	return expect(w.b, mark, reconnectTimeout, func(e *dispatch) bool { return e.EventType == gateway.EventTypeResumed })
}

// sawInOrder wants exactly these messages since mark.
func (w *witness) sawInOrder(mark int, want []snowflake.ID) error {
	last := want[len(want)-1]
	if err := expect(w.b, mark, eventTimeout, func(e *events.GuildMessageCreate) bool { return e.MessageID == last }); err != nil {
		return err
	}
	var got []snowflake.ID
	for _, e := range w.b.since(mark) {
		switch e := e.(type) {
		case *events.GuildMessageCreate:
			got = append(got, e.MessageID)
		case *events.Ready:
			return fmt.Errorf("it identified anew")
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("it saw %v, want %v", got, want)
	}
	return nil
}
