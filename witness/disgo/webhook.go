package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/json"
	"github.com/disgoorg/snowflake/v2"
)

func (w *witness) around() {
	w.check("message.pin", w.pin)
	w.check("message.bulk", w.bulk)
	w.check("poll", w.poll)
	w.check("webhook.token", w.webhookToken)
	w.check("webhook.foreign", w.webhookForeign)
	w.check("emoji", w.emoji)
	w.check("voice", w.voice)
}

func (w *witness) pin() error {
	api := w.a.Rest()
	if err := api.PinMessage(w.channel, w.message); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildChannelPinsUpdate) bool {
		return e.ChannelID == w.channel && e.NewLastPinTimestamp != nil
	}); err != nil {
		return err
	}
	pinned, err := api.GetPinnedMessages(w.channel)
	if err != nil || len(pinned) != 1 || pinned[0].ID != w.message || !pinned[0].Pinned {
		return fmt.Errorf("pinned are %+v, %v", pinned, err)
	}
	return api.UnpinMessage(w.channel, w.message)
}

func (w *witness) bulk() error {
	var ids []snowflake.ID
	for i := range 3 {
		id, err := w.sent(discord.MessageCreate{Content: fmt.Sprint("bulk ", i)}, func(discord.Message) bool { return true })
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := w.a.Rest().BulkDeleteMessages(w.channel, ids); err != nil {
		return err
	}
	// The library looks for the ids under another name than Discord's.
	return w.b.came(gateway.EventTypeMessageDeleteBulk, map[string]string{"channel_id": w.channel.String(), "ids": fmt.Sprint(ids)})
}

func (w *witness) poll() error {
	id, err := w.sent(discord.MessageCreate{Poll: &discord.PollCreate{
		Question: discord.PollMedia{Text: json.Ptr("What to drink?")}, Duration: 1,
		Answers: []discord.PollMedia{{Text: json.Ptr("tea")}, {Text: json.Ptr("coffee")}},
	}}, func(m discord.Message) bool { return m.Poll != nil && len(m.Poll.Answers) == 2 })
	if err != nil {
		return err
	}
	// The library has types for the events of votes and does not read them: it is asked who has voted.
	path := fmt.Sprintf("/channels/%s/polls/%s/answers/@me", w.channel, id)
	for _, answers := range [][]int{{1}, {2}} {
		if err := w.asPerson(0, "PUT", path, map[string][]int{"answer_ids": answers}, nil); err != nil {
			return err
		}
		voters, err := w.a.Rest().GetPollAnswerVotes(w.channel, id, answers[0], 0, 10)
		if err != nil || len(voters) != 1 || voters[0].ID != w.world.Users[0].ID {
			return fmt.Errorf("who voted for %v are %+v, %v", answers, voters, err)
		}
	}
	ended, err := w.a.Rest().ExpirePoll(w.channel, id)
	if err == nil && (ended.Poll.Results == nil || !ended.Poll.Results.IsFinalized) {
		err = fmt.Errorf("it ended with %+v", ended.Poll)
	}
	return err
}

// webhookToken uses a webhook with its token alone.
func (w *witness) webhookToken() error {
	api := w.a.Rest()
	hook, err := api.CreateWebhook(w.channel, discord.WebhookCreate{Name: "page"})
	if err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.WebhooksUpdate) bool { return e.ChannelID == w.channel }); err != nil {
		return err
	}
	sent, err := api.CreateWebhookMessage(hook.ID(), hook.Token, discord.WebhookMessageCreate{Content: "by token"}, true, 0)
	if err != nil {
		return err
	}
	update := discord.WebhookMessageUpdate{Content: json.Ptr("edited by token")}
	if _, err := api.UpdateWebhookMessage(hook.ID(), hook.Token, sent.ID, update, 0); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildMessageUpdate) bool {
		return e.MessageID == sent.ID && e.Message.Content == "edited by token"
	}); err != nil {
		return err
	}
	if err := api.DeleteWebhookMessage(hook.ID(), hook.Token, sent.ID, 0); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildMessageDelete) bool { return e.MessageID == sent.ID }); err != nil {
		return err
	}
	if got, err := api.GetWebhookWithToken(hook.ID(), hook.Token); err != nil || got.Name() != "page" {
		return fmt.Errorf("it is %+v, %v", got, err)
	}
	if err := api.DeleteWebhookWithToken(hook.ID(), hook.Token); err != nil {
		return err
	}
	_, err = api.GetWebhook(hook.ID())
	return refused(err, 10015)
}

// foreign is a body of another service's.
type foreign map[string]string

// ToBody is what the library asks for.
func (f foreign) ToBody() (any, error) { return f, nil }

// webhookForeign posts what GitHub and Slack would.
func (w *witness) webhookForeign() error {
	api := w.a.Rest()
	hook, err := api.CreateWebhook(w.channel, discord.WebhookCreate{Name: "news desk"})
	if err != nil {
		return err
	}
	slack := foreign{"text": "from Slack", "username": "relay"}
	if _, err := api.CreateWebhookMessageSlack(hook.ID(), hook.Token, slack, false, 0); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildMessageCreate) bool {
		return e.Message.Content == "from Slack" && e.Message.WebhookID != nil && *e.Message.WebhookID == hook.ID()
	}); err != nil {
		return err
	}
	return api.DeleteWebhook(hook.ID())
}

func (w *witness) emoji() error {
	api := w.a.Rest()
	icon := discord.NewIconRaw(discord.IconTypePNG, redSquare())
	made, err := api.CreateEmoji(w.guild, discord.EmojiCreate{Name: "witness", Image: *icon})
	if err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.EmojiCreate) bool { return e.Emoji.ID == made.ID && e.Emoji.Name == "witness" }); err != nil {
		return err
	}
	all, err := api.GetEmojis(w.guild)
	if err != nil || !slices.ContainsFunc(all, func(e discord.Emoji) bool { return e.ID == made.ID }) {
		return fmt.Errorf("all are %+v, %v", all, err)
	}
	if err := api.DeleteEmoji(w.guild, made.ID); err != nil {
		return err
	}
	return sees(w.b, func(e *events.EmojiDelete) bool { return e.Emoji.ID == made.ID })
}

func (w *witness) voice() error {
	api, me := w.a.Rest(), w.world.Bots[0].ID
	c, err := api.CreateGuildChannel(w.guild, discord.GuildVoiceChannelCreate{Name: "booth"})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), eventTimeout)
	defer cancel()
	if err := w.a.UpdateVoiceState(ctx, w.guild, json.Ptr(c.ID()), true, false); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildVoiceJoin) bool {
		return e.VoiceState.UserID == me && e.VoiceState.SelfMute && e.VoiceState.ChannelID != nil && *e.VoiceState.ChannelID == c.ID()
	}); err != nil {
		return err
	}
	if err := sees(w.a, func(e *events.VoiceServerUpdate) bool { return e.GuildID == w.guild && e.Endpoint == nil }); err != nil {
		return err
	}
	if state, err := api.GetUserVoiceState(w.guild, me); err != nil || *state.ChannelID != c.ID() {
		return fmt.Errorf("the state is %+v, %v", state, err)
	}
	if err := w.a.UpdateVoiceState(ctx, w.guild, nil, false, false); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildVoiceLeave) bool { return e.VoiceState.UserID == me }); err != nil {
		return err
	}
	return api.DeleteChannel(c.ID())
}
