package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/httpserver"
	"github.com/disgoorg/json"
	"github.com/disgoorg/snowflake/v2"
)

func (w *witness) interactions() {
	made := map[string]discord.ApplicationCommand{}
	w.check("interaction.register", func() error {
		all, err := w.a.Rest().SetGuildCommands(w.world.Bots[0].ID, w.guild, []discord.ApplicationCommandCreate{
			discord.SlashCommandCreate{Name: "roll", Description: "Roll dice", Options: []discord.ApplicationCommandOption{
				discord.ApplicationCommandOptionInt{Name: "sides", Description: "of a die", Required: true, Autocomplete: true},
			}},
			discord.SlashCommandCreate{Name: "form", Description: "Shows a form"},
			discord.UserCommandCreate{Name: "Look up"},
		})
		for _, c := range all {
			made[c.Name()] = c
		}
		if err == nil && len(made) != 3 {
			err = fmt.Errorf("there are %+v", all)
		}
		return err
	})
	sides := func(value any, focused bool) []map[string]any {
		return []map[string]any{{"type": 4, "name": "sides", "value": value, "focused": focused}}
	}
	w.check("interaction.command", func() error {
		e, err := w.command(map[string]any{"id": made["roll"].ID(), "type": 1, "options": sides(6, false)})
		if err != nil {
			return err
		}
		if n := e.SlashCommandInteractionData().Int("sides"); n != 6 || e.User().ID != w.world.Users[0].ID {
			return fmt.Errorf("it has %d sides for %v", n, e.User().ID)
		}
		if err := e.CreateMessage(discord.MessageCreate{Content: "rolled 4"}); err != nil {
			return err
		}
		return w.answered(e.ApplicationID(), e.Token(), "rolled 4")
	})
	w.check("interaction.deferred", func() error {
		e, err := w.command(map[string]any{"id": made["roll"].ID(), "type": 1, "options": sides(6, false)})
		if err != nil {
			return err
		}
		if err := e.DeferCreateMessage(false); err != nil {
			return err
		}
		update := discord.MessageUpdate{Content: json.Ptr("at last")}
		if _, err := w.a.Rest().UpdateInteractionResponse(e.ApplicationID(), e.Token(), update); err != nil {
			return err
		}
		return sees(w.b, func(u *events.GuildMessageUpdate) bool {
			return u.Message.Content == "at last" && !u.Message.Flags.Has(discord.MessageFlagLoading)
		})
	})
	w.check("interaction.autocomplete", func() error {
		id, err := w.use(w.world.Bots[0].ID, 4, 0, map[string]any{"id": made["roll"].ID(), "type": 1, "options": sides("1", true)})
		if err != nil {
			return err
		}
		e, err := first(w.a, func(e *events.AutocompleteInteractionCreate) bool { return e.ID() == id })
		if err != nil {
			return err
		}
		if o := e.Data.Focused(); o.Name != "sides" {
			return fmt.Errorf("the option is %+v", o)
		}
		return e.AutocompleteResult([]discord.AutocompleteChoice{discord.AutocompleteChoiceInt{Name: "twelve", Value: 12}})
	})
	w.check("interaction.context", func() error {
		who := w.world.Users[0].ID
		e, err := w.command(map[string]any{"id": made["Look up"].ID(), "type": 2, "target_id": who})
		if err != nil {
			return err
		}
		if target := e.UserCommandInteractionData().TargetUser(); target.ID != who {
			return fmt.Errorf("the target is %+v", target)
		}
		return e.CreateMessage(discord.MessageCreate{Content: "looked up", Flags: discord.MessageFlagEphemeral})
	})
	w.check("interaction.button", w.button)
	w.check("interaction.select", w.selects)
	w.check("interaction.modal", func() error { return w.modal(made["form"].ID()) })
	w.check("interaction.endpoint", w.endpoint)
	w.check("interaction.unregister", func() error {
		left, err := w.a.Rest().SetGuildCommands(w.world.Bots[0].ID, w.guild, []discord.ApplicationCommandCreate{})
		if err == nil && len(left) != 0 {
			err = fmt.Errorf("there are %+v", left)
		}
		return err
	})
}

// command has the person use a command and hands over what the first bot gets of it.
func (w *witness) command(data map[string]any) (*events.ApplicationCommandInteractionCreate, error) {
	id, err := w.use(w.world.Bots[0].ID, 2, 0, data)
	if err != nil {
		return nil, err
	}
	return first(w.a, func(e *events.ApplicationCommandInteractionCreate) bool { return e.ID() == id })
}

// answered goes through the original answer: seen by all, edited, followed up and deleted.
func (w *witness) answered(application snowflake.ID, token, content string) error {
	api := w.a.Rest()
	original, err := api.GetInteractionResponse(application, token)
	if err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildMessageCreate) bool {
		return e.MessageID == original.ID && e.Message.Content == content
	}); err != nil {
		return err
	}
	more, err := api.CreateFollowupMessage(application, token, discord.MessageCreate{Content: "and more"})
	if err != nil {
		return err
	}
	if _, err := api.UpdateFollowupMessage(application, token, more.ID, discord.MessageUpdate{Content: json.Ptr("and still more")}); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.GuildMessageUpdate) bool {
		return e.MessageID == more.ID && e.Message.Content == "and still more"
	}); err != nil {
		return err
	}
	if err := api.DeleteFollowupMessage(application, token, more.ID); err != nil {
		return err
	}
	if err := api.DeleteInteractionResponse(application, token); err != nil {
		return err
	}
	return sees(w.b, func(e *events.GuildMessageDelete) bool { return e.MessageID == original.ID })
}

// pressed has the person use a component of a message.
func (w *witness) pressed(message snowflake.ID, data map[string]any) (*events.ComponentInteractionCreate, error) {
	id, err := w.use(w.world.Bots[0].ID, 3, message, data)
	if err != nil {
		return nil, err
	}
	return first(w.a, func(e *events.ComponentInteractionCreate) bool { return e.ID() == id })
}

func (w *witness) button() error {
	row := discord.NewActionRow(discord.NewPrimaryButton("press", "press"))
	panel, err := w.sent(discord.MessageCreate{Content: "a panel", Components: []discord.ContainerComponent{row}}, func(discord.Message) bool { return true })
	if err != nil {
		return err
	}
	e, err := w.pressed(panel, map[string]any{"component_type": 2, "custom_id": "press"})
	if err != nil {
		return err
	}
	if e.ButtonInteractionData().CustomID() != "press" || e.Message.ID != panel {
		return fmt.Errorf("it is %+v", e.Data)
	}
	update := discord.MessageUpdate{Content: json.Ptr("pressed"), Components: &[]discord.ContainerComponent{}}
	if err := e.UpdateMessage(update); err != nil {
		return err
	}
	return sees(w.b, func(e *events.GuildMessageUpdate) bool { return e.MessageID == panel && e.Message.Content == "pressed" })
}

func (w *witness) selects() error {
	who := w.world.Users[0].ID
	rows := []discord.ContainerComponent{
		discord.NewActionRow(discord.NewStringSelectMenu("text", "", discord.NewStringSelectMenuOption("a", "a"))),
		discord.NewActionRow(discord.NewUserSelectMenu("user", "")),
		discord.NewActionRow(discord.NewRoleSelectMenu("role", "")),
		discord.NewActionRow(discord.NewMentionableSelectMenu("both", "")),
		discord.NewActionRow(discord.NewChannelSelectMenu("channel", "")),
	}
	panel, err := w.sent(discord.MessageCreate{Content: "menus", Components: rows}, func(discord.Message) bool { return true })
	if err != nil {
		return err
	}
	choose := func(kind int, id string, value any, holds func(*events.ComponentInteractionCreate) bool) error {
		e, err := w.pressed(panel, map[string]any{"component_type": kind, "custom_id": id, "values": []string{fmt.Sprint(value)}})
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if !holds(e) {
			return fmt.Errorf("%s: it is %+v", id, e.Data)
		}
		return e.DeferUpdateMessage()
	}
	if err := choose(3, "text", "a", func(e *events.ComponentInteractionCreate) bool {
		return e.StringSelectMenuInteractionData().Values[0] == "a"
	}); err != nil {
		return err
	}
	if err := choose(5, "user", who, func(e *events.ComponentInteractionCreate) bool {
		return e.UserSelectMenuInteractionData().Users()[0].ID == who
	}); err != nil {
		return err
	}
	if err := choose(6, "role", w.guild, func(e *events.ComponentInteractionCreate) bool {
		return e.RoleSelectMenuInteractionData().Roles()[0].ID == w.guild
	}); err != nil {
		return err
	}
	if err := choose(7, "both", w.guild, func(e *events.ComponentInteractionCreate) bool {
		return len(e.MentionableSelectMenuInteractionData().Resolved.Roles) == 1
	}); err != nil {
		return err
	}
	return choose(8, "channel", w.channel, func(e *events.ComponentInteractionCreate) bool {
		return e.ChannelSelectMenuInteractionData().Channels()[0].ID == w.channel
	})
}

func (w *witness) modal(form snowflake.ID) error {
	e, err := w.command(map[string]any{"id": form, "type": 1})
	if err != nil {
		return err
	}
	row := discord.NewActionRow(discord.NewShortTextInput("name", "Name"))
	if err := e.Modal(discord.ModalCreate{CustomID: "form", Title: "A form", Components: []discord.ContainerComponent{row}}); err != nil {
		return err
	}
	fields := []map[string]any{{"type": 1, "components": []map[string]any{{"type": 4, "custom_id": "name", "value": "Ann"}}}}
	id, err := w.use(w.world.Bots[0].ID, 5, 0, map[string]any{"id": e.ID(), "custom_id": "form", "components": fields})
	if err != nil {
		return err
	}
	filled, err := first(w.a, func(e *events.ModalSubmitInteractionCreate) bool { return e.ID() == id })
	if err != nil {
		return err
	}
	if filled.Data.CustomID != "form" || filled.Data.Text("name") != "Ann" {
		return fmt.Errorf("it is %+v", filled.Data)
	}
	return filled.CreateMessage(discord.MessageCreate{Content: "thank you"})
}

// endpoint has another bot take its interactions over HTTP by the library's own handler, which checks the signatures, so that
// the server's check of the address passes only if both sides sign alike. discord: interactions/overview#setting-up-an-endpoint
func (w *witness) endpoint() error {
	other, err := newActor(w.world, w.world.Bots[2].Token, 0)
	if err != nil {
		return err
	}
	application, err := other.Rest().GetCurrentApplication()
	if err != nil {
		return err
	}
	key, err := hex.DecodeString(application.VerifyKey)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	taken := make(chan string, 1)
	answer := func(respond httpserver.RespondFunc, e httpserver.EventInteractionCreate) {
		response := discord.InteractionResponse{Type: discord.InteractionResponseTypePong}
		if i, ok := e.Interaction.(discord.ApplicationCommandInteraction); ok {
			response = discord.InteractionResponse{Type: discord.InteractionResponseTypeCreateMessage, Data: discord.MessageCreate{Content: "by way of HTTP"}}
			taken <- i.Data.CommandName()
		}
		_ = respond(response) // the message that must come of it says the same
	}
	handler := httpserver.HandleInteraction(key, slog.New(slog.NewTextHandler(io.Discard, nil)), answer)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: openTimeout}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	defer func() {
		_ = server.Close()
		<-ended
	}()
	address := "http://" + listener.Addr().String() + "/interactions"
	if _, err := other.Rest().UpdateCurrentApplication(discord.ApplicationUpdate{InteractionsEndpointURL: &address}); err != nil {
		return err
	}
	made, err := other.Rest().CreateGuildCommand(application.ID, w.guild, discord.SlashCommandCreate{Name: "far", Description: "over HTTP"})
	if err != nil {
		return err
	}
	if _, err := w.use(application.ID, 2, 0, map[string]any{"id": made.ID(), "type": 1}); err != nil {
		return err
	}
	select {
	case name := <-taken:
		if name != "far" {
			return fmt.Errorf("it took %q", name)
		}
	case <-time.After(eventTimeout):
		return fmt.Errorf("nothing came within %v", eventTimeout)
	}
	return sees(w.b, func(e *events.GuildMessageCreate) bool {
		return e.Message.Content == "by way of HTTP" && e.Message.Author.ID == w.world.Bots[2].ID
	})
}
