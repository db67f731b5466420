package main

import (
	"fmt"

	"github.com/bwmarrin/discordgo"
)

// panel sends a message with a row for each component.
func (w *witness) panel(components ...discordgo.MessageComponent) (*discordgo.Message, error) {
	var rows []discordgo.MessageComponent
	for _, c := range components {
		rows = append(rows, discordgo.ActionsRow{Components: []discordgo.MessageComponent{c}})
	}
	return w.a.ChannelMessageSendComplex(w.channel, &discordgo.MessageSend{Content: "a panel", Components: rows})
}

func (w *witness) button() error {
	m, err := w.panel(discordgo.Button{Label: "press", Style: discordgo.PrimaryButton, CustomID: "press"})
	if err != nil {
		return err
	}
	i, err := w.use(discordgo.InteractionMessageComponent, m.ID, map[string]any{"component_type": 2, "custom_id": "press"})
	if err != nil {
		return err
	}
	if i.MessageComponentData().CustomID != "press" || i.Message == nil || i.Message.ID != m.ID {
		return fmt.Errorf("the interaction is %+v", i)
	}
	if err := w.a.InteractionRespond(i, &discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseUpdateMessage,
		Data: &discordgo.InteractionResponseData{Content: "pressed", Components: []discordgo.MessageComponent{}},
	}); err != nil {
		return err
	}
	_, err = expect(w.b, "MESSAGE_UPDATE", func(u *discordgo.MessageUpdate) bool {
		return u.ID == m.ID && u.Content == "pressed" && len(u.Components) == 0
	})
	return err
}

// selects has every kind of select menu chosen from.
func (w *witness) selects() error {
	menu := func(kind discordgo.SelectMenuType, id string) discordgo.SelectMenu {
		return discordgo.SelectMenu{MenuType: kind, CustomID: id, MaxValues: 2}
	}
	text := menu(discordgo.StringSelectMenu, "text")
	text.Options = []discordgo.SelectMenuOption{{Label: "a", Value: "a"}, {Label: "b", Value: "b"}}
	who, everyone := w.world.Users[0].ID, w.guild
	cases := []struct {
		menu   discordgo.SelectMenu
		values []string
		holds  func(discordgo.MessageComponentInteractionDataResolved) bool
	}{
		{text, []string{"a", "b"}, nil},
		{menu(discordgo.UserSelectMenu, "user"), []string{who}, func(r discordgo.MessageComponentInteractionDataResolved) bool {
			return r.Users[who] != nil && r.Members[who] != nil
		}},
		{menu(discordgo.RoleSelectMenu, "role"), []string{everyone}, func(r discordgo.MessageComponentInteractionDataResolved) bool {
			return r.Roles[everyone] != nil
		}},
		{menu(discordgo.MentionableSelectMenu, "both"), []string{who, everyone}, func(r discordgo.MessageComponentInteractionDataResolved) bool {
			return r.Users[who] != nil && r.Roles[everyone] != nil
		}},
		{menu(discordgo.ChannelSelectMenu, "channel"), []string{w.channel}, func(r discordgo.MessageComponentInteractionDataResolved) bool {
			return r.Channels[w.channel] != nil && r.Channels[w.channel].Name != ""
		}},
	}
	var menus []discordgo.MessageComponent
	for _, c := range cases {
		menus = append(menus, c.menu)
	}
	m, err := w.panel(menus...)
	if err != nil {
		return err
	}
	for _, c := range cases {
		i, err := w.use(discordgo.InteractionMessageComponent, m.ID, map[string]any{
			"component_type": int(c.menu.MenuType), "custom_id": c.menu.CustomID, "values": c.values,
		})
		if err != nil {
			return fmt.Errorf("%s: %w", c.menu.CustomID, err)
		}
		data := i.MessageComponentData()
		if fmt.Sprint(data.Values) != fmt.Sprint(c.values) || c.holds != nil && !c.holds(data.Resolved) {
			return fmt.Errorf("%s: the data is %+v", c.menu.CustomID, data)
		}
		if err := w.a.InteractionRespond(i, &discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredMessageUpdate}); err != nil {
			return fmt.Errorf("%s: %w", c.menu.CustomID, err)
		}
	}
	return nil
}

func (w *witness) modal(made commands) error {
	i, err := w.run(made["form"])
	if err != nil {
		return err
	}
	row := discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.TextInput{CustomID: "name", Label: "Name", Style: discordgo.TextInputShort, Required: true},
	}}
	if err := w.a.InteractionRespond(i, &discordgo.InteractionResponse{
		Type: discordgo.InteractionResponseModal,
		Data: &discordgo.InteractionResponseData{CustomID: "form", Title: "A form", Components: []discordgo.MessageComponent{row}},
	}); err != nil {
		return err
	}
	fields := []map[string]any{{"type": 1, "components": []map[string]any{{"type": 4, "custom_id": "name", "value": "Ann"}}}}
	filled, err := w.use(discordgo.InteractionModalSubmit, "", map[string]any{"id": i.ID, "custom_id": "form", "components": fields})
	if err != nil {
		return err
	}
	data := filled.ModalSubmitData()
	first, ok := data.Components[0].(*discordgo.ActionsRow)
	if !ok || data.CustomID != "form" {
		return fmt.Errorf("the form is %+v", data)
	}
	if field, ok := first.Components[0].(*discordgo.TextInput); !ok || field.CustomID != "name" || field.Value != "Ann" {
		return fmt.Errorf("the field is %+v", first.Components[0])
	}
	_, err = w.answer(filled, "thank you")
	return err
}
