package guilds

// pure core

import (
	"encoding/json"
	"slices"

	"guildhall"
)

// interacting are the rows that making an interaction reads: the message on which something was used, or the modal.
func (g *guild) interacting(r *request) []guildhall.RowKey {
	f, err := body[guildhall.NewInteraction](r.cmd)
	if err != nil {
		return nil
	}
	switch {
	case f.Type == guildhall.InteractionModal:
		keys := []guildhall.RowKey{guildhall.AsideKey(r.cmd.Channel, f.Data.ID)}
		if modal, err := g.shownModal(r, f.Data.ID); err == nil && modal.Ref.Message != 0 {
			keys = append(keys, g.eitherKeys(r, modal.Ref.Message)...)
		}
		return keys
	case f.Message != 0:
		return g.eitherKeys(r, f.Message)
	case f.Data.Type == guildhall.AppCommandMessage && f.Data.TargetID != 0:
		return g.messageKeys(r, guildhall.MessageID(f.Data.TargetID))
	}
	return nil
}

// eitherKeys are the two rows that a message may be: of the history, or beside it; and of what it refers to.
func (g *guild) eitherKeys(r *request, id guildhall.MessageID) []guildhall.RowKey {
	keys := append(g.messageKeys(r, id), guildhall.AsideKey(r.cmd.Channel, guildhall.Snowflake(id)))
	if m, aside, err := g.anyMessage(r, id); err == nil && aside {
		if key, ok := m.Refers(); ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// anyMessage reads a message of the channel, also one that only one user is shown.
func (g *guild) anyMessage(r *request, id guildhall.MessageID) (m *guildhall.Message, aside bool, err error) {
	if m, err = g.message(r, id); err == nil {
		return m, false, nil
	}
	value, ok := r.row(guildhall.AsideKey(r.cmd.Channel, guildhall.Snowflake(id)))
	if !ok {
		return nil, false, guildhall.ErrUnknownMessage
	}
	m, err = guildhall.DecodeMessage(value)
	return m, true, err
}

// shownModal reads the modal that an interaction was answered with.
func (g *guild) shownModal(r *request, id guildhall.Snowflake) (*guildhall.ShownModal, error) {
	value, ok := r.row(guildhall.AsideKey(r.cmd.Channel, id))
	if !ok {
		return nil, errUnknownInteraction
	}
	modal := &guildhall.ShownModal{}
	if err := json.Unmarshal(value, modal); err != nil || modal.Ref.ID != id {
		return nil, errUnknownInteraction // a message has that id
	}
	return modal, nil
}

// making is an interaction on its way to being made.
type making struct {
	*request
	g       *guild
	f       *guildhall.NewInteraction
	channel *guildhall.Channel
	made    *guildhall.MadeInteraction
	data    map[string]any
	found   resolved
}

// makeInteraction judges what a user does, and gives it in the form in which its application is told of it. Nothing is
// written: it is worth three seconds.
// discord: interactions/receiving-and-responding#interaction-object
func (g *guild) makeInteraction(r *request, f guildhall.NewInteraction) (*draft, error) {
	c, err := r.unlockedChannel(0)
	if err != nil {
		return nil, err
	}
	m := &making{request: r, g: g, f: &f, channel: c, data: map[string]any{}, made: &guildhall.MadeInteraction{}}
	steps := map[int]func() error{
		guildhall.InteractionCommand: m.command, guildhall.InteractionAutocomplete: m.command,
		guildhall.InteractionComponent: m.component, guildhall.InteractionModal: m.modal,
	}
	step := steps[f.Type]
	if step == nil {
		return nil, guildhall.BadField("BASE_TYPE_CHOICES", "Value must be one of (2, 3, 4, 5).", "type")
	}
	if err := step(); err != nil {
		return nil, err
	}
	bot := r.view.Member(guildhall.UserID(f.Application))
	if bot == nil || !bot.User.Bot {
		return nil, guildhall.ErrUnknownApplication
	}
	m.finish()
	d := &draft{}
	d.answer(m.made)
	return d, nil
}

// finish fills in what all interactions have.
func (m *making) finish() {
	ref := &m.made.Ref
	ref.ID, ref.Application, ref.Channel, ref.Guild = m.nextID(), m.f.Application, m.channel.ID, m.g.id
	ref.User, ref.Type, ref.Nonce = m.actor, m.f.Type, m.f.Nonce
	if !m.found.empty() {
		m.data["resolved"] = m.found
	}
	i := &m.made.Interaction
	i.ID, i.ApplicationID, i.Type, i.Version = ref.ID, ref.Application, ref.Type, 1
	i.Data, i.ChannelID, i.Locale = encode(m.data), ref.Channel, m.f.Locale
	i.Entitlements, i.AttachmentSizeLimit = []struct{}{}, m.limits.Of(guildhall.LimitAttachmentBytes)
	i.Owners = m.g.installedBy(m.request, ref.Application)
	user := m.self().User
	if m.g.id == 0 {
		i.User, i.Context, i.AppPermissions = &user, guildhall.ContextBotDM, guildhall.PermissionsPrivate
		i.Channel = encode(m.view.PrivateFor(guildhall.UserID(ref.Application)))
		return
	}
	settings := m.view.Guild()
	i.GuildID, i.GuildLocale = m.g.id, settings.PreferredLocale
	i.Guild = encode(map[string]any{"id": m.g.id, "locale": settings.PreferredLocale, "features": settings.Features})
	i.Channel = encode(m.channelShown(m.channel.ID))
	i.Member = encode(actingMember{m.self(), m.in(m.channel.ID)})
	i.AppPermissions = m.view.In(m.channel.ID, guildhall.UserID(ref.Application), m.now)
}

// actingMember is the member who interacts, with what it may do in the channel.
type actingMember struct {
	*guildhall.Member
	Permissions guildhall.Permissions `json:"permissions"`
}

// installedBy says on whose behalf the application is here: the guild's, or in its private channel its own.
// discord: interactions/receiving-and-responding#interaction-object-authorizing-integration-owners-object
func (g *guild) installedBy(_ *request, _ guildhall.ApplicationID) map[string]string {
	if g.id == 0 {
		return map[string]string{"0": "0"}
	}
	return map[string]string{"0": g.id.String()}
}

// command takes in the use of a command, or what is typed so far.
func (m *making) command() error {
	command := m.f.Command
	if m.g.id != 0 {
		command = m.view.AppCommand(m.f.Application, m.f.Data.ID)
	}
	switch {
	case command == nil || command.ID != m.f.Data.ID || command.ApplicationID != m.f.Application:
		return errUnknownAppCommand
	case m.g.id == 0 && !command.In(guildhall.ContextBotDM):
		return errUnknownAppCommand
	case m.f.Data.Type != 0 && m.f.Data.Type != command.Type:
		return guildhall.BadField("BASE_TYPE_CHOICES", "The command is of another type.", "data", "type")
	}
	if m.g.id != 0 {
		if err := m.g.mayUseAppCommand(m.request, command, m.channel); err != nil {
			return err
		}
	}
	ref := &m.made.Ref
	ref.Command, ref.CommandID, ref.CommandType = command.Name, command.ID, command.Type
	m.data["id"], m.data["name"], m.data["type"] = command.ID, command.Name, command.Type
	if command.GuildID != 0 {
		m.data["guild_id"] = command.GuildID
	}
	if command.Type != guildhall.AppCommandChatInput {
		return m.target(command)
	}
	options, err := m.options(command.Options, m.f.Data.Options, []string{"data", "options"})
	if err != nil {
		return err
	}
	if m.f.Type == guildhall.InteractionAutocomplete && countFocused(options) != 1 {
		return guildhall.BadField("BASE_TYPE_REQUIRED", "One option with autocomplete must be focused.", "data", "options")
	}
	if len(options) > 0 {
		m.data["options"] = options
	}
	return nil
}

// target takes in on what a context menu was used.
func (m *making) target(command *guildhall.ApplicationCommand) error {
	id := m.f.Data.TargetID
	m.made.Ref.Target, m.data["target_id"] = id, id
	if command.Type == guildhall.AppCommandUser {
		if !m.resolveUser(guildhall.UserID(id)) {
			return guildhall.ErrUnknownUser
		}
		return nil
	}
	if m.g.id != 0 && !m.in(m.channel.ID).Has(guildhall.PermissionReadMessageHistory) {
		return guildhall.ErrMissingAccess
	}
	message, err := m.g.message(m.request, guildhall.MessageID(id))
	if err != nil {
		return err
	}
	m.found.Messages = map[guildhall.MessageID]*guildhall.Message{message.ID: message.Shown()}
	return nil
}

func countFocused(options []guildhall.OptionValue) (n int) {
	for _, o := range options {
		if o.Focused {
			n++
		}
		n += countFocused(o.Options)
	}
	return n
}

// sendInteraction tells some users' sessions of an interaction.
func (g *guild) sendInteraction(_ *request, f guildhall.SendInteraction) (*draft, error) {
	return interactionSent(f), nil
}

func interactionSent(f guildhall.SendInteraction) *draft {
	return &draft{ephemeral: []guildhall.Event{{Type: f.Event, Audience: guildhall.Audience{Users: f.Users}, Data: f.Data}}}
}

// interactionDone is the data of what a user is told of its interaction.
// docs/reference/people-api.md
type interactionDone struct {
	ID    guildhall.Snowflake `json:"id"`
	Nonce string              `json:"nonce,omitempty"`
}

// expireInteraction tells the user that nobody has answered, if that is so.
func (g *guild) expireInteraction(r *request, ref guildhall.InteractionRef) (*draft, error) {
	d := &draft{}
	if r.view.Interaction(ref.ID) == nil && !slices.Contains(g.completed, ref.ID) {
		d.soon("INTERACTION_FAILURE", guildhall.Audience{Users: []guildhall.UserID{ref.User}}, interactionDone{ref.ID, ref.Nonce})
	}
	return d, nil
}
