package guilds

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
)

// play is a hall with a command, and those who use and answer it.
type play struct {
	*hall
	command *guildhall.ApplicationCommand
}

func newPlay(t testingT, options ...guildhall.AppOption) *play {
	h := newHall(t)
	p := chatCommand("roll")
	p.Options = guildhall.Some(options)
	d := h.must(botID, 0, guildhall.CommandAppCommandPut, p)
	return &play{h, read[guildhall.PutAppCommandAnswer](t, d.reply).Command}
}

// use is the command as a user uses it.
func (s *play) use(options ...guildhall.OptionValue) guildhall.NewInteraction {
	return guildhall.NewInteraction{
		Type: guildhall.InteractionCommand, Application: botApp, Nonce: "n", Locale: "de",
		Data: guildhall.InteractionData{ID: s.command.ID, Options: options},
	}
}

func (s *play) make(actor guildhall.UserID, in guildhall.NewInteraction) guildhall.MadeInteraction {
	s.t.Helper()
	d := s.must(actor, s.general, guildhall.CommandInteractionMake, in)
	if len(d.rows)+len(d.events)+len(d.ephemeral) != 0 {
		s.t.Fatalf("making an interaction writes or tells something")
	}
	return read[guildhall.MadeInteraction](s.t, d.reply)
}

// answerWith is an answer of a type.
func answerWith(made guildhall.MadeInteraction, kind int, content string, flags int) guildhall.AnswerInteraction {
	return guildhall.AnswerInteraction{
		Ref: made.Ref, Type: kind, Message: guildhall.CreateMessage{Content: content, Flags: flags},
	}
}

func (s *play) answer(f guildhall.AnswerInteraction) *draft {
	s.t.Helper()
	return s.must(system, s.general, guildhall.CommandInteractionAnswer, f)
}

func given(name string, v any) guildhall.OptionValue {
	return guildhall.OptionValue{Name: name, Value: encode(v)}
}

// TestInteractionPayload: an application is told all that Discord tells.
func TestInteractionPayload(t *testing.T) {
	t.Parallel()
	s := newPlay(t, guildhall.AppOption{Type: guildhall.OptionUser, Name: "who"}, guildhall.AppOption{Type: guildhall.OptionMentionable, Name: "any"},
		guildhall.AppOption{Type: guildhall.OptionChannel, Name: "where"}, guildhall.AppOption{Type: guildhall.OptionAttachment, Name: "file"},
		guildhall.AppOption{Type: guildhall.OptionInteger, Name: "n"})
	in := s.use(given("who", strangerID), given("any", s.low), given("where", s.general), given("file", "0"), given("n", 5))
	in.Users = []guildhall.User{person(strangerID, "stranger")}
	in.Attachments = map[string]guildhall.Attachment{"0": {ID: 77, Filename: "f"}}
	made := s.make(plainID, in)
	i := made.Interaction
	if i.Type != 2 || i.ApplicationID != botApp || i.GuildID != s.id || i.ChannelID != s.general || i.Version != 1 || i.Locale != "de" ||
		i.GuildLocale != "en-US" || i.Context != 0 || i.Owners["0"] != s.id.String() || i.Entitlements == nil || i.User != nil || i.ID == 0 {
		t.Errorf("interaction %+v", i)
	}
	if want := s.view().In(s.general, botID, s.now); i.AppPermissions != want {
		t.Errorf("the application's permissions are %d, want %d", i.AppPermissions, want)
	}
	member := read[map[string]any](t, i.Member)
	if member["user"].(map[string]any)["id"] != plainID.String() || member["permissions"] == "" {
		t.Errorf("member %v", member)
	}
	data := read[struct {
		Name     string                  `json:"name"`
		Options  []guildhall.OptionValue `json:"options"`
		Resolved map[string]map[string]map[string]any
	}](t, i.Data)
	if data.Name != "roll" || len(data.Options) != 5 || string(data.Options[3].Value) != `"77"` || data.Options[4].Type != guildhall.OptionInteger {
		t.Errorf("data %+v", data)
	}
	for kind, id := range map[string]string{
		"users": strangerID.String(), "roles": s.low.String(), "channels": s.general.String(), "attachments": "77",
	} {
		if data.Resolved[kind][id] == nil {
			t.Errorf("%s %s is not resolved: %v", kind, id, data.Resolved)
		}
	}
	if len(data.Resolved["members"]) != 0 {
		t.Error("a stranger is resolved as a member")
	}
	if r := made.Ref; r.ID != i.ID || r.Channel != s.general || r.Guild != s.id || r.User != plainID || r.Application != botApp || r.Nonce != "n" {
		t.Errorf("token holds %+v", r)
	}
	if i.ID.Slot() != s.object.Slot() {
		t.Error("the interaction's id does not lead to its owner")
	}
}

// TestInteractionOptions: what does not fit the command is refused, each for its own reason.
func TestInteractionOptions(t *testing.T) {
	t.Parallel()
	three, five := 3, 5
	s := newPlay(t,
		guildhall.AppOption{Type: guildhall.OptionString, Name: "text", Required: true, MinLength: &three, MaxLength: &five},
		guildhall.AppOption{Type: guildhall.OptionInteger, Name: "n", MinValue: "2", MaxValue: "9"},
		guildhall.AppOption{Type: guildhall.OptionNumber, Name: "choice", Choices: []guildhall.AppChoice{{Name: "a", Value: []byte("1.5")}}},
		guildhall.AppOption{Type: guildhall.OptionBoolean, Name: "on"},
		guildhall.AppOption{Type: guildhall.OptionChannel, Name: "where", ChannelTypes: []guildhall.ChannelType{guildhall.ChannelGuildCategory}},
		guildhall.AppOption{Type: guildhall.OptionUser, Name: "who"},
		guildhall.AppOption{Type: guildhall.OptionString, Name: "typed", Autocomplete: true})
	text := given("text", "abcd")
	s.make(plainID, s.use(text, given("n", 2), given("choice", 1.5), given("on", true), given("where", s.category), given("who", modID)))
	for name, options := range map[string][]guildhall.OptionValue{
		"required missing": {given("n", 5)}, "too short": {given("text", "ab")}, "too long": {given("text", "abcdef")},
		"a number for text": {given("text", 5)}, "too small": {text, given("n", 1)}, "too large": {text, given("n", 10)},
		"not whole": {text, given("n", 2.5)}, "no choice": {text, given("choice", 2)}, "no boolean": {text, given("on", "yes")},
		"channel of another type": {text, given("where", s.general)}, "unknown user": {text, given("who", 5)},
		"unknown option": {text, given("else", 5)}, "option twice": {text, text},
	} {
		if _, err := s.do(plainID, s.general, guildhall.CommandInteractionMake, s.use(options...)); !errors.Is(err, guildhall.ErrInvalidForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
	typing := s.use(guildhall.OptionValue{Name: "typed", Value: encode("a"), Focused: true})
	typing.Type = guildhall.InteractionAutocomplete
	if made := s.make(plainID, typing); !strings.Contains(string(made.Interaction.Data), `"focused":true`) {
		t.Errorf("autocomplete %s", made.Interaction.Data)
	}
	typing.Data.Options = []guildhall.OptionValue{{Name: "text", Value: encode("a"), Focused: true}}
	s.refuse(guildhall.ErrInvalidForm, plainID, s.general, guildhall.CommandInteractionMake, typing)
}

// TestInteractionSubcommands: one path of the tree is used.
func TestInteractionSubcommands(t *testing.T) {
	t.Parallel()
	sub := guildhall.AppOption{Type: guildhall.OptionSubcommand, Name: "sub", Options: []guildhall.AppOption{{Type: guildhall.OptionBoolean, Name: "on", Required: true}}}
	s := newPlay(t, guildhall.AppOption{Type: guildhall.OptionSubcommandGroup, Name: "group", Options: []guildhall.AppOption{sub}}, sub)
	nested := func(name string, inner ...guildhall.OptionValue) guildhall.OptionValue {
		return guildhall.OptionValue{Name: name, Options: inner}
	}
	made := s.make(plainID, s.use(nested("group", nested("sub", given("on", true)))))
	if !strings.Contains(string(made.Interaction.Data), `"name":"on"`) {
		t.Errorf("data %s", made.Interaction.Data)
	}
	s.make(plainID, s.use(nested("sub", given("on", true))))
	for name, in := range map[string]guildhall.NewInteraction{
		"no sub-command": s.use(), "an empty group": s.use(nested("group")), "without what is required": s.use(nested("sub")),
		"two": s.use(nested("sub", given("on", true)), nested("group")),
	} {
		if _, err := s.do(plainID, s.general, guildhall.CommandInteractionMake, in); !errors.Is(err, guildhall.ErrInvalidForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInteractionWho: only members who may use the command in the channel can.
func TestInteractionWho(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	s.refuse(guildhall.ErrMissingAccess, strangerID, s.general, guildhall.CommandInteractionMake, s.use())
	other := s.use()
	other.Application = 99
	s.refuse(errUnknownAppCommand, plainID, s.general, guildhall.CommandInteractionMake, other)
	s.deny(s.general, guildhall.PermissionUseApplicationCommands)
	s.refuse(guildhall.ErrMissingPermissions, plainID, s.general, guildhall.CommandInteractionMake, s.use())
	s.deny(s.general, guildhall.PermissionViewChannel)
	s.refuse(guildhall.ErrMissingAccess, plainID, s.general, guildhall.CommandInteractionMake, s.use())
}

// TestInteractionAnswer: an answer is a message of the application's that names what it answers; a second is refused.
func TestInteractionAnswer(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	s.deny(s.general, guildhall.PermissionSendMessages) // an answer needs no permission
	made := s.make(plainID, s.use())
	d := s.answer(answerWith(made, guildhall.CallbackMessage, "four", 0))
	m := read[guildhall.Message](t, d.reply)
	if m.Type != guildhall.MessageChatInput || m.ApplicationID != botApp || m.WebhookID != guildhall.Snowflake(botApp) || m.Author.ID != botID ||
		m.InteractionMetadata.ID != made.Ref.ID || m.InteractionMetadata.User.Username != "plain" || m.Interaction.Name != "roll" {
		t.Errorf("message %+v", m)
	}
	if s.stored(m.ID) == nil {
		t.Error("the answer is not part of the history")
	}
	if e, _ := event(t, d, "MESSAGE_CREATE"); len(e.Audience.Users) != 0 || e.Audience.Channel != s.general {
		t.Errorf("audience %+v", e.Audience)
	}
	e, data := event(t, d, "INTERACTION_SUCCESS")
	if !slices.Equal(e.Audience.Users, []guildhall.UserID{plainID}) || data["nonce"] != "n" || data["id"] != made.Ref.ID.String() {
		t.Errorf("%+v %v", e.Audience, data)
	}
	s.refuse(errAcknowledged, system, s.general, guildhall.CommandInteractionAnswer, answerWith(made, guildhall.CallbackMessage, "five", 0))
	s.refuse(guildhall.ErrMissingAccess, botID, s.general, guildhall.CommandInteractionAnswer, answerWith(made, guildhall.CallbackMessage, "five", 0))
}

// TestInteractionTimes: the first answer within three seconds, the others within fifteen minutes.
func TestInteractionTimes(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	late := s.make(plainID, s.use())
	s.now = late.Ref.ID.Time().Add(guildhall.InteractionFirst)
	s.refuse(errUnknownInteraction, system, s.general, guildhall.CommandInteractionAnswer, answerWith(late, guildhall.CallbackMessage, "x", 0))
	d := s.must(system, s.general, guildhall.CommandInteractionExpire, late.Ref)
	if e, _ := event(t, d, "INTERACTION_FAILURE"); !slices.Equal(e.Audience.Users, []guildhall.UserID{plainID}) {
		t.Errorf("audience %+v", e.Audience)
	}
	made := s.make(plainID, s.use())
	follow := answerWith(made, 0, "more", 0)
	s.refuse(guildhall.ErrUnknownWebhook, system, s.general, guildhall.CommandInteractionFollow, follow)
	s.answer(answerWith(made, guildhall.CallbackMessage, "x", 0))
	if d := s.must(system, s.general, guildhall.CommandInteractionExpire, made.Ref); len(d.ephemeral) != 0 {
		t.Error("an answered interaction is told as failed")
	}
	s.now = made.Ref.ID.Time().Add(guildhall.InteractionLife - 2*time.Second)
	s.must(system, s.general, guildhall.CommandInteractionFollow, follow)
	s.now = made.Ref.ID.Time().Add(guildhall.InteractionLife)
	s.refuse(errWebhookToken, system, s.general, guildhall.CommandInteractionFollow, follow)
	// The next answer sweeps out what is over.
	s.now = s.now.Add(time.Minute)
	s.answer(answerWith(s.make(plainID, s.use()), guildhall.CallbackMessage, "x", 0))
	if s.view().Interaction(made.Ref.ID) != nil || s.view().InteractionCount() != 1 {
		t.Errorf("%d interactions are remembered", s.view().InteractionCount())
	}
}

// TestInteractionEphemeral: what is for one user is in no history and told to nobody else, and can be changed, deleted
// and acted on.
func TestInteractionEphemeral(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	made := s.make(plainID, s.use())
	f := answerWith(made, guildhall.CallbackMessage, "secret", guildhall.MessageEphemeral)
	f.Message.Components = []json.RawMessage{[]byte(`{"type":1,"id":1,"components":[{"type":2,"id":2,"custom_id":"go","style":1}]}`)}
	d := s.answer(f)
	m := read[guildhall.Message](t, d.reply)
	only := func(d *draft, name string) {
		t.Helper()
		e, _ := event(t, d, name)
		if !slices.Equal(e.Audience.Users, []guildhall.UserID{plainID}) || e.Audience.Unlisted != 0 || len(e.Audience.Always) != 0 {
			t.Errorf("%s is told to %+v", name, e.Audience)
		}
	}
	only(d, "MESSAGE_CREATE")
	if s.stored(m.ID) != nil || s.view().LastMessage(s.general) == m.ID {
		t.Error("an ephemeral message is part of the history")
	}
	s.refuse(guildhall.ErrUnknownMessage, plainID, s.general, guildhall.CommandReactionPut, guildhall.ReactionRef{MessageID: m.ID, Emoji: guildhall.Emoji{Name: "👍"}})
	press := guildhall.NewInteraction{
		Type: guildhall.InteractionComponent, Application: botApp, Message: m.ID, Data: guildhall.InteractionData{CustomID: "go"},
	}
	s.refuse(guildhall.ErrUnknownMessage, modID, s.general, guildhall.CommandInteractionMake, press)
	pressed := s.make(plainID, press)
	update := guildhall.AnswerInteraction{Ref: pressed.Ref, Type: guildhall.CallbackUpdate, Edit: guildhall.EditMessage{Content: guildhall.Some("still secret")}}
	only(s.answer(update), "MESSAGE_UPDATE")
	edit := guildhall.EditInteraction{Ref: made.Ref}
	edit.Content = guildhall.Some("known to you")
	only(s.must(system, s.general, guildhall.CommandInteractionEdit, edit), "MESSAGE_UPDATE")
	s.asked = nil
	shown := s.interactionMessage(guildhall.EditInteraction{Ref: made.Ref})
	if shown.ID != m.ID || shown.Content != "known to you" || shown.Flags&guildhall.MessageEphemeral == 0 {
		t.Errorf("@original is %+v", shown)
	}
	only(s.must(system, s.general, guildhall.CommandInteractionDelete, guildhall.EditInteraction{Ref: made.Ref}), "MESSAGE_DELETE")
	for key := range s.tables() {
		if key.Table == guildhall.TableAside {
			t.Errorf("%v stays", key)
		}
	}
}

// interactionMessage asks for one of an interaction's messages.
func (s *play) interactionMessage(f guildhall.EditInteraction) guildhall.Message {
	s.t.Helper()
	s.asked = make(map[guildhall.RowKey]bool)
	s.fetch(command(system, s.general, guildhall.QueryInteractionMessage, f))
	return ask[guildhall.Message](s.bench, system, s.general, guildhall.QueryInteractionMessage, f)
}

// TestInteractionDeferred: what was promised is filled in by the first follow-up or by an edit; the next are new messages.
func TestInteractionDeferred(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	made := s.make(plainID, s.use())
	promise := read[guildhall.Message](t, s.answer(answerWith(made, guildhall.CallbackDeferred, "", 0)).reply)
	if promise.Flags != guildhall.MessageLoading || s.stored(promise.ID) == nil {
		t.Errorf("promise %+v", promise)
	}
	d := s.must(system, s.general, guildhall.CommandInteractionFollow, answerWith(made, 0, "here", guildhall.MessageEphemeral))
	filled := read[guildhall.Message](t, d.reply)
	if filled.ID != promise.ID || filled.Content != "here" || filled.Flags != 0 {
		t.Errorf("filled in: %+v", filled)
	}
	event(t, d, "MESSAGE_UPDATE")
	second := read[guildhall.Message](t, s.must(system, s.general, guildhall.CommandInteractionFollow, answerWith(made, 0, "more", 0)).reply)
	if second.ID == promise.ID || second.InteractionMetadata.Original != promise.ID || second.MessageReference.MessageID != promise.ID {
		t.Errorf("second %+v", second)
	}
	if shown := s.interactionMessage(guildhall.EditInteraction{Ref: made.Ref, EditMessage: guildhall.EditMessage{ID: second.ID}}); shown.ID != second.ID {
		t.Errorf("follow-up %+v", shown)
	}
	other := s.make(plainID, s.use())
	s.answer(answerWith(other, guildhall.CallbackMessage, "x", 0))
	foreign := guildhall.EditInteraction{Ref: other.Ref, EditMessage: guildhall.EditMessage{ID: second.ID, Content: guildhall.Some("mine")}}
	s.refuse(guildhall.ErrUnknownMessage, system, s.general, guildhall.CommandInteractionEdit, foreign)
	s.must(system, s.general, guildhall.CommandInteractionDelete, guildhall.EditInteraction{Ref: made.Ref})
	s.refuse(guildhall.ErrUnknownMessage, system, s.general, guildhall.CommandInteractionDelete, guildhall.EditInteraction{Ref: made.Ref})
}

// TestInteractionAutocomplete: choices are told to who types, once, and nothing is written.
func TestInteractionAutocomplete(t *testing.T) {
	t.Parallel()
	s := newPlay(t, guildhall.AppOption{Type: guildhall.OptionString, Name: "typed", Autocomplete: true})
	in := s.use(guildhall.OptionValue{Name: "typed", Value: encode(""), Focused: true})
	in.Type = guildhall.InteractionAutocomplete
	made := s.make(plainID, in)
	f := guildhall.AnswerInteraction{Ref: made.Ref, Type: guildhall.CallbackAutocomplete, Choices: []byte(`[{"name":"a","value":"b"}]`)}
	d := s.answer(f)
	e, data := event(t, d, "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE")
	if !slices.Equal(e.Audience.Users, []guildhall.UserID{plainID}) || len(data["choices"].([]any)) != 1 || len(d.rows) != 0 || len(d.events) != 0 {
		t.Errorf("%+v %v, %d rows", e.Audience, data, len(d.rows))
	}
	s.refuse(errAcknowledged, system, s.general, guildhall.CommandInteractionAnswer, f)
	s.refuse(guildhall.ErrInvalidForm, system, s.general, guildhall.CommandInteractionAnswer, answerWith(s.make(plainID, in), guildhall.CallbackMessage, "x", 0))
}

// TestInteractionContextMenus: a user or a message is resolved as the target, and named in the answer.
func TestInteractionContextMenus(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	put := func(kind int) guildhall.NewInteraction {
		p := chatCommand("Look")
		p.Type, p.Description = kind, guildhall.Optional[string]{}
		in := s.use()
		in.Data.ID, in.Data.Type = read[guildhall.PutAppCommandAnswer](t, s.must(botID, 0, guildhall.CommandAppCommandPut, p).reply).Command.ID, kind
		return in
	}
	user, message := put(guildhall.AppCommandUser), put(guildhall.AppCommandMessage)
	user.Data.TargetID = guildhall.Snowflake(modID)
	m := read[guildhall.Message](t, s.answer(answerWith(s.make(plainID, user), guildhall.CallbackMessage, "x", 0)).reply)
	if m.Type != guildhall.MessageContextMenu || m.InteractionMetadata.TargetUser.ID != modID {
		t.Errorf("answer %+v", m)
	}
	said := s.say(modID, "quote me")
	message.Data.TargetID = guildhall.Snowflake(said.ID)
	made := s.make(plainID, message)
	if !strings.Contains(string(made.Interaction.Data), "quote me") {
		t.Errorf("data %s", made.Interaction.Data)
	}
	if m := read[guildhall.Message](t, s.answer(answerWith(made, guildhall.CallbackMessage, "x", 0)).reply); m.InteractionMetadata.TargetID != said.ID {
		t.Errorf("answer %+v", m.InteractionMetadata)
	}
	user.Data.TargetID = 5
	s.refuse(guildhall.ErrUnknownUser, plainID, s.general, guildhall.CommandInteractionMake, user)
	message.Data.TargetID = 5
	s.refuse(guildhall.ErrUnknownMessage, plainID, s.general, guildhall.CommandInteractionMake, message)
}

// TestInteractionRows: what is remembered comes back whole with a new owner.
func TestInteractionRows(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	made := s.make(plainID, s.use())
	s.answer(answerWith(made, guildhall.CallbackMessage, "x", guildhall.MessageEphemeral))
	next := newBench(t, s.object)
	for key, v := range s.tables() {
		row := guildhall.Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Value: []byte(v)}
		next.apply(&row, guildhall.Install)
	}
	next.now = s.now
	next.refuse(errAcknowledged, system, s.general, guildhall.CommandInteractionAnswer, answerWith(made, guildhall.CallbackMessage, "y", 0))
	edit := guildhall.EditInteraction{Ref: made.Ref}
	edit.Content = guildhall.Some("z")
	if m := read[guildhall.Message](t, next.must(system, s.general, guildhall.CommandInteractionEdit, edit).reply); m.Content != "z" {
		t.Errorf("edited %+v", m)
	}
	for _, row := range s.state.snapshot(nil).Rows {
		if row.Table == guildhall.TableState && strings.HasPrefix(row.Sort, "Q") {
			t.Error("sessions nodes are given interactions")
		}
	}
}

// TestInteractionsAreBounded: above the bound those go whose tokens are over; and of one interaction only so much is kept
// beside the history.
func TestInteractionsAreBounded(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	old := s.make(plainID, s.use())
	s.answer(answerWith(old, guildhall.CallbackMessage, "x", guildhall.MessageEphemeral))
	s.now = s.now.Add(guildhall.InteractionLife)
	for i := range interactionsMax - 1 {
		row := guildhall.InteractionRow(s.object, &guildhall.AnsweredInteraction{
			ID: s.object.Slot().Next(0, s.now.Add(time.Hour).UnixMilli()+int64(i)), Until: guildhall.TimestampOf(s.now.Add(time.Hour)),
		})
		s.apply(&row, guildhall.Install)
	}
	s.answer(answerWith(s.make(plainID, s.use()), guildhall.CallbackMessage, "x", 0))
	if s.view().Interaction(old.Ref.ID) != nil || s.view().InteractionCount() != interactionsMax {
		t.Errorf("%d are remembered", s.view().InteractionCount())
	}
	s.refuse(guildhall.ErrOverloaded, system, s.general, guildhall.CommandInteractionAnswer,
		answerWith(s.make(plainID, s.use()), guildhall.CallbackMessage, "x", 0))

	s = newPlay(t)
	made := s.make(plainID, s.use())
	s.answer(answerWith(made, guildhall.CallbackMessage, "0", guildhall.MessageEphemeral))
	for range asideMax + 5 {
		s.must(system, s.general, guildhall.CommandInteractionFollow, answerWith(made, 0, "more", guildhall.MessageEphemeral))
	}
	aside := 0
	for key := range s.tables() {
		if key.Table == guildhall.TableAside {
			aside++
		}
	}
	if n := len(s.view().Interaction(made.Ref.ID).Aside); n != asideMax || aside != asideMax {
		t.Errorf("%d are named and %d lie beside the history", n, aside)
	}
}
