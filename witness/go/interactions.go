package main

import (
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"
)

// commands are what the bot has registered, by name.
type commands map[string]*discordgo.ApplicationCommand

// interactions lets a person use commands, components and a modal, and the first bot answers.
func (w *witness) interactions(r *report) {
	made := commands{}
	r.check("interaction.register", func() error { return w.register(made) })
	r.check("interaction.command", func() error { return w.slash(made) })
	r.check("interaction.deferred", func() error { return w.deferred(made) })
	r.check("interaction.autocomplete", func() error { return w.autocomplete(made) })
	r.check("interaction.context", func() error { return w.context(made) })
	r.check("interaction.button", w.button)
	r.check("interaction.select", w.selects)
	r.check("interaction.modal", func() error { return w.modal(made) })
	r.check("interaction.endpoint", w.endpoint)
	r.check("interaction.unregister", func() error {
		if err := w.a.ApplicationCommandDelete(w.appID, w.guild, made["form"].ID); err != nil {
			return err
		}
		left, err := w.a.ApplicationCommands(w.appID, w.guild)
		if err != nil || len(left) != len(made)-1 {
			return fmt.Errorf("%d are left, %v", len(left), err)
		}
		_, err = w.a.ApplicationCommandBulkOverwrite(w.appID, w.guild, []*discordgo.ApplicationCommand{})
		return err
	})
}

// use has the person use something and hands over what the bot gets of it.
func (w *witness) use(kind discordgo.InteractionType, message string, data map[string]any) (*discordgo.Interaction, error) {
	body := map[string]any{"type": kind, "application_id": w.appID, "guild_id": w.guild, "channel_id": w.channel, "data": data}
	if message != "" {
		body["message_id"] = message
	}
	var told struct{ ID string }
	if err := w.asPerson(0, http.MethodPost, "/interactions", body, &told); err != nil {
		return nil, err
	}
	e, err := expect(w.a, "INTERACTION_CREATE", func(e *discordgo.InteractionCreate) bool { return e.ID == told.ID })
	if err != nil {
		return nil, err
	}
	if e.Type != kind || e.Member == nil || e.Member.User.ID != w.world.Users[0].ID || e.ChannelID != w.channel {
		return nil, fmt.Errorf("the interaction is %+v", e.Interaction)
	}
	return e.Interaction, nil
}

// run is use for a command.
func (w *witness) run(c *discordgo.ApplicationCommand, options ...map[string]any) (*discordgo.Interaction, error) {
	return w.use(discordgo.InteractionApplicationCommand, "", map[string]any{"id": c.ID, "type": c.Type, "options": options})
}

// answer responds with a message and waits until the second bot hears of it.
func (w *witness) answer(i *discordgo.Interaction, content string) (*discordgo.MessageCreate, error) {
	if err := w.a.InteractionRespond(i, &discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Content: content},
	}); err != nil {
		return nil, err
	}
	return expect(w.b, "MESSAGE_CREATE", func(m *discordgo.MessageCreate) bool {
		return m.Content == content && m.InteractionMetadata != nil && m.InteractionMetadata.ID == i.ID && m.Author.ID == w.world.Bots[0].ID
	})
}

// edited waits until the second bot hears of a message's new content.
func (w *witness) edited(id, content string) error {
	_, err := expect(w.b, "MESSAGE_UPDATE", func(m *discordgo.MessageUpdate) bool { return m.ID == id && m.Content == content })
	return err
}

func (w *witness) register(made commands) error {
	least := 2.0
	all, err := w.a.ApplicationCommandBulkOverwrite(w.appID, w.guild, []*discordgo.ApplicationCommand{
		{
			Name: "roll", Description: "Roll dice", NameLocalizations: &map[discordgo.Locale]string{discordgo.German: "würfeln"},
			Options: []*discordgo.ApplicationCommandOption{
				{Type: discordgo.ApplicationCommandOptionInteger, Name: "sides", Description: "of a die", Required: true, MinValue: &least, MaxValue: 100, Autocomplete: true},
				{Type: discordgo.ApplicationCommandOptionUser, Name: "who", Description: "rolls"},
			},
		},
		{Name: "Look up", Type: discordgo.UserApplicationCommand},
		{Name: "Quote", Type: discordgo.MessageApplicationCommand},
	})
	if err != nil {
		return err
	}
	form, err := w.a.ApplicationCommandCreate(w.appID, w.guild, &discordgo.ApplicationCommand{Name: "form", Description: "Shows a form"})
	if err != nil {
		return err
	}
	for _, c := range append(all, form) {
		made[c.Name] = c
	}
	got, err := w.a.ApplicationCommand(w.appID, w.guild, made["roll"].ID)
	if err != nil {
		return err
	}
	if len(made) != 4 || got.Options[0].MaxValue != 100 || !got.Options[0].Autocomplete || (*got.NameLocalizations)[discordgo.German] != "würfeln" {
		return fmt.Errorf("%d are there, of which one is %+v", len(made), got)
	}
	changed, err := w.a.ApplicationCommandEdit(w.appID, w.guild, form.ID, &discordgo.ApplicationCommand{Name: "form", Description: "Shows one"})
	if err == nil && changed.Description != "Shows one" {
		err = fmt.Errorf("edited, it is %+v", changed)
	}
	return err
}

func (w *witness) slash(made commands) error {
	who := w.world.Users[0].ID
	i, err := w.run(made["roll"], map[string]any{"type": 4, "name": "sides", "value": 6}, map[string]any{"type": 6, "name": "who", "value": who})
	if err != nil {
		return err
	}
	data := i.ApplicationCommandData()
	if data.Options[0].IntValue() != 6 || data.Options[1].UserValue(nil).ID != who || data.Resolved.Members[who] == nil || i.AppPermissions == 0 {
		return fmt.Errorf("the data is %+v", data)
	}
	m, err := w.answer(i, "rolled 4")
	if err != nil {
		return err
	}
	content := "rolled 5"
	if _, err := w.a.InteractionResponseEdit(i, &discordgo.WebhookEdit{Content: &content}); err != nil {
		return err
	}
	if err := w.edited(m.ID, content); err != nil {
		return err
	}
	if got, err := w.a.InteractionResponse(i); err != nil || got.ID != m.ID || got.Content != content {
		return fmt.Errorf("the response is %+v, %v", got, err)
	}
	more, err := w.a.FollowupMessageCreate(i, true, &discordgo.WebhookParams{Content: "and more"})
	if err != nil {
		return err
	}
	content = "and still more"
	if _, err := w.a.FollowupMessageEdit(i, more.ID, &discordgo.WebhookEdit{Content: &content}); err != nil {
		return err
	}
	if err := w.edited(more.ID, content); err != nil {
		return err
	}
	if err := w.a.FollowupMessageDelete(i, more.ID); err != nil {
		return err
	}
	if err := w.a.InteractionResponseDelete(i); err != nil {
		return err
	}
	for _, id := range []string{more.ID, m.ID} {
		if _, err := expect(w.b, "MESSAGE_DELETE", func(e *discordgo.MessageDelete) bool { return e.ID == id }); err != nil {
			return err
		}
	}
	_, err = w.answer(i, "twice")
	return wantRESTError(err, http.StatusBadRequest, 40060)
}

// deferred promises an answer, first for all and then for the person alone.
func (w *witness) deferred(made commands) error {
	for _, flags := range []discordgo.MessageFlags{0, discordgo.MessageFlagsEphemeral} {
		i, err := w.run(made["roll"], map[string]any{"type": 4, "name": "sides", "value": 6})
		if err != nil {
			return err
		}
		if err := w.a.InteractionRespond(i, &discordgo.InteractionResponse{
			Type: discordgo.InteractionResponseDeferredChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Flags: flags},
		}); err != nil {
			return err
		}
		promise, err := w.a.InteractionResponse(i)
		if err != nil || promise.Flags&discordgo.MessageFlagsLoading == 0 {
			return fmt.Errorf("the promise is %+v, %v", promise, err)
		}
		content := fmt.Sprint("at last ", flags)
		got, err := w.a.InteractionResponseEdit(i, &discordgo.WebhookEdit{Content: &content})
		if err != nil || got.Flags != flags || got.Content != content {
			return fmt.Errorf("the answer is %+v, %v", got, err)
		}
		if flags == 0 {
			if err := w.edited(promise.ID, content); err != nil {
				return err
			}
			continue
		}
		// What is for one person alone nobody else hears of, and what is said after it all do.
		after, err := w.a.ChannelMessageSend(w.channel, "after the secret")
		if err != nil {
			return err
		}
		if err := w.arrived(after.ID, func(*discordgo.MessageCreate) bool { return true }); err != nil {
			return err
		}
		events, _, _ := w.b.events(0)
		for _, e := range events {
			if m, ok := e.Struct.(*discordgo.MessageUpdate); ok && m.ID == promise.ID {
				return fmt.Errorf("the second bot saw what was for the person alone: %+v", m)
			}
		}
	}
	return nil
}

func (w *witness) autocomplete(made commands) error {
	data := map[string]any{"id": made["roll"].ID, "type": 1, "options": []map[string]any{{"type": 4, "name": "sides", "value": "1", "focused": true}}}
	i, err := w.use(discordgo.InteractionApplicationCommandAutocomplete, "", data)
	if err != nil {
		return err
	}
	if o := i.ApplicationCommandData().Options[0]; !o.Focused || o.Value != "1" {
		return fmt.Errorf("the option is %+v", o)
	}
	return w.a.InteractionRespond(i, &discordgo.InteractionResponse{
		Type: discordgo.InteractionApplicationCommandAutocompleteResult,
		Data: &discordgo.InteractionResponseData{Choices: []*discordgo.ApplicationCommandOptionChoice{{Name: "twelve", Value: 12}}},
	})
}

func (w *witness) context(made commands) error {
	said, err := w.a.ChannelMessageSend(w.channel, "quote me")
	if err != nil {
		return err
	}
	who := w.world.Users[0].ID
	for name, target := range map[string]string{"Look up": who, "Quote": said.ID} {
		c := made[name]
		i, err := w.use(discordgo.InteractionApplicationCommand, "", map[string]any{"id": c.ID, "type": c.Type, "target_id": target})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		data := i.ApplicationCommandData()
		if data.TargetID != target || name == "Quote" && data.Resolved.Messages[target].Content != "quote me" || name == "Look up" && data.Resolved.Users[target].ID != who {
			return fmt.Errorf("%s: the data is %+v", name, data)
		}
		m, err := w.answer(i, "looked at "+name)
		if err != nil {
			return err
		}
		if m.Type != discordgo.MessageTypeContextMenuCommand {
			return fmt.Errorf("%s: the answer is of type %d", name, m.Type)
		}
	}
	return nil
}
