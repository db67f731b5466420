package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
)

func (w *witness) messages(r *report) {
	r.check("message.send", w.messageSend)
	r.check("message.embed", w.messageEmbed)
	r.check("message.reply", w.messageReply)
	r.check("message.mentions", w.messageMentions)
	r.check("message.nonce", w.messageNonce)
	r.check("message.get", w.messageGet)
	r.check("message.list", w.messageList)
	r.check("message.edit", w.messageEdit)
	r.check("message.delete", w.messageDelete)
}

func (w *witness) messageSend() error {
	const text = "hello from discordgo \u2014 \u00e9\u4e16\U0001f44b"
	m, err := w.a.ChannelMessageSend(w.channel, text)
	if err != nil {
		return err
	}
	w.message = m.ID
	if m.Content != text || m.ChannelID != w.channel || m.Author.ID != w.world.Bots[0].ID || m.Type != discordgo.MessageTypeDefault || m.Timestamp.IsZero() {
		return fmt.Errorf("response is %+v", m)
	}
	_, err = expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool {
		return e.ID == m.ID && e.Content == text && e.ChannelID == w.channel && e.GuildID == w.guild &&
			e.Author.ID == m.Author.ID && e.Member != nil && !e.Member.JoinedAt.IsZero()
	})
	return err
}

func (w *witness) messageEmbed() error {
	m, err := w.a.ChannelMessageSendEmbed(w.channel, &discordgo.MessageEmbed{
		Title: "Title", Description: "Description", URL: "https://example.org/", Color: 0x112233,
		Fields: []*discordgo.MessageEmbedField{{Name: "n", Value: "v", Inline: true}},
		Footer: &discordgo.MessageEmbedFooter{Text: "foot"},
		Author: &discordgo.MessageEmbedAuthor{Name: "who"},
	})
	if err != nil {
		return err
	}
	whole := func(embeds []*discordgo.MessageEmbed) bool {
		return len(embeds) == 1 && embeds[0].Type == discordgo.EmbedTypeRich && embeds[0].Title == "Title" &&
			embeds[0].Description == "Description" && embeds[0].URL == "https://example.org/" && embeds[0].Color == 0x112233 &&
			len(embeds[0].Fields) == 1 && embeds[0].Fields[0].Value == "v" && embeds[0].Fields[0].Inline &&
			embeds[0].Footer.Text == "foot" && embeds[0].Author.Name == "who"
	}
	if !whole(m.Embeds) {
		return fmt.Errorf("response has embeds %+v", m.Embeds)
	}
	_, err = expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool { return e.ID == m.ID && whole(e.Embeds) })
	return err
}

func (w *witness) messageReply() error {
	ref := &discordgo.MessageReference{MessageID: w.message, ChannelID: w.channel, GuildID: w.guild}
	m, err := w.a.ChannelMessageSendReply(w.channel, "a reply", ref)
	if err != nil {
		return err
	}
	isReply := func(m *discordgo.Message) bool {
		return m.Type == discordgo.MessageTypeReply && m.MessageReference != nil && m.MessageReference.MessageID == w.message &&
			m.ReferencedMessage != nil && m.ReferencedMessage.ID == w.message
	}
	if !isReply(m) {
		return fmt.Errorf("response has type %d, reference %+v", m.Type, m.MessageReference)
	}
	if _, err := expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool { return e.ID == m.ID && isReply(e.Message) }); err != nil {
		return err
	}
	// discord: resources/message#create-message: fail_if_not_exists is true by default.
	ref = &discordgo.MessageReference{MessageID: w.channel, ChannelID: w.channel, GuildID: w.guild}
	_, err = w.a.ChannelMessageSendReply(w.channel, "to nothing", ref)
	return wantRESTError(err, 400, codeInvalidForm)
}

// messageMentions checks what allowed_mentions lets through.
// discord: resources/message#allowed-mentions-object
func (w *witness) messageMentions() error {
	b := w.world.Bots[1].ID
	text := "<@" + b + "> @everyone"
	cases := []struct {
		allowed  *discordgo.MessageAllowedMentions
		users    []string
		everyone bool
	}{
		{&discordgo.MessageAllowedMentions{}, nil, false},
		{&discordgo.MessageAllowedMentions{Users: []string{b}}, []string{b}, false},
		{&discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{discordgo.AllowedMentionTypeEveryone}}, nil, true},
	}
	for i, c := range cases {
		if c.allowed.Parse == nil {
			c.allowed.Parse = []discordgo.AllowedMentionType{}
		}
		m, err := w.a.ChannelMessageSendComplex(w.channel, &discordgo.MessageSend{Content: text, AllowedMentions: c.allowed})
		if err != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
		e, err := expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool { return e.ID == m.ID })
		if err != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
		var users []string
		for _, u := range e.Mentions {
			users = append(users, u.ID)
		}
		if !slices.Equal(users, c.users) || e.MentionEveryone != c.everyone {
			return fmt.Errorf("case %d: mentions %v and everyone %v, want %v and %v", i, users, e.MentionEveryone, c.users, c.everyone)
		}
	}
	return nil
}

// messageNonce sends one nonce twice. discordgo's MessageSend has no such
// field, so the body is written out.
func (w *witness) messageNonce() error {
	const nonce = "witness-go-nonce"
	route := discordgo.EndpointChannelMessages(w.channel)
	var ids [2]string
	for i := range ids {
		body, err := w.a.RequestWithBucketID("POST", route,
			map[string]any{"content": "once", "nonce": nonce, "enforce_nonce": true}, route)
		if err != nil {
			return err
		}
		var m struct {
			ID    string `json:"id"`
			Nonce any    `json:"nonce"`
		}
		if err := json.Unmarshal(body, &m); err != nil {
			return err
		}
		if ids[i] = m.ID; m.Nonce != nonce {
			return fmt.Errorf("response %d has nonce %v", i, m.Nonce)
		}
	}
	if ids[0] != ids[1] {
		return fmt.Errorf("two messages: %v", ids)
	}
	end, err := w.a.ChannelMessageSend(w.channel, "after the nonce")
	if err != nil {
		return err
	}
	if _, err := expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool { return e.ID == end.ID }); err != nil {
		return err
	}
	events, _, _ := w.b.events(0)
	seen := 0
	for _, e := range events {
		if m, ok := e.Struct.(*discordgo.MessageCreate); ok && m.ID == ids[0] {
			seen++
		}
	}
	if seen != 1 {
		return fmt.Errorf("B saw the message %d times", seen)
	}
	return nil
}

func (w *witness) messageGet() error {
	m, err := w.a.ChannelMessage(w.channel, w.message)
	if err != nil {
		return err
	}
	if m.ID != w.message || !strings.HasPrefix(m.Content, "hello from discordgo") || m.Author.ID != w.world.Bots[0].ID {
		return fmt.Errorf("got %+v", m)
	}
	return nil
}

// messageList: every answer is newest first; `after` means the oldest of those
// after. discord: resources/message#get-channel-messages
func (w *witness) messageList() error {
	ids := make([]string, 7)
	for i := range ids {
		m, err := w.a.ChannelMessageSend(w.channel, fmt.Sprintf("list %d", i))
		if err != nil {
			return err
		}
		ids[i] = m.ID
	}
	cases := []struct {
		name                  string
		limit                 int
		before, after, around string
		want                  []string
	}{
		{"limit", 2, "", "", "", []string{ids[6], ids[5]}},
		{"before", 2, ids[3], "", "", []string{ids[2], ids[1]}},
		{"after", 2, "", ids[3], "", []string{ids[5], ids[4]}},
		{"around", 3, "", "", ids[3], []string{ids[4], ids[3], ids[2]}},
		{"after the newest", 5, "", ids[6], "", nil},
	}
	for _, c := range cases {
		list, err := w.a.ChannelMessages(w.channel, c.limit, c.before, c.after, c.around)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		var got []string
		for _, m := range list {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, c.want) {
			return fmt.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	return nil
}

func (w *witness) messageEdit() error {
	m, err := w.a.ChannelMessageEdit(w.channel, w.message, "edited")
	if err != nil {
		return err
	}
	if m.Content != "edited" || m.EditedTimestamp == nil {
		return fmt.Errorf("response has content %q, edited at %v", m.Content, m.EditedTimestamp)
	}
	_, err = expect(w.b, "MESSAGE_UPDATE", func(e *discordgo.MessageUpdate) bool {
		return e.ID == w.message && e.Content == "edited" && e.EditedTimestamp != nil && e.GuildID == w.guild
	})
	return err
}

func (w *witness) messageDelete() error {
	m, err := w.a.ChannelMessageSend(w.channel, "to be deleted")
	if err != nil {
		return err
	}
	if err := w.a.ChannelMessageDelete(w.channel, m.ID); err != nil {
		return err
	}
	if _, err := expect(w.b, "MESSAGE_DELETE", func(e *discordgo.MessageDelete) bool {
		return e.ID == m.ID && e.ChannelID == w.channel && e.GuildID == w.guild
	}); err != nil {
		return err
	}
	_, err = w.a.ChannelMessage(w.channel, m.ID)
	return wantRESTError(err, 404, codeUnknownMessage)
}
