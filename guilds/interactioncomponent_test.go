package guilds

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"guildhall"
)

// TestInteractionComponents: what can be pressed and selected, and what not.
func TestInteractionComponents(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	f := answerWith(s.make(plainID, s.use()), guildhall.CallbackMessage, "x", 0)
	f.Message.Components = []json.RawMessage{
		[]byte(`{"type":1,"components":[{"type":2,"custom_id":"off","style":1,"disabled":true},{"type":2,"custom_id":"on","style":1,"id":7}]}`),
		[]byte(`{"type":1,"components":[{"type":3,"custom_id":"s","min_values":1,"max_values":2,"options":[{"value":"a"},{"value":"b"},{"value":"c"}]}]}`),
		[]byte(`{"type":1,"components":[{"type":5,"custom_id":"u"}]}`),
		[]byte(`{"type":1,"components":[{"type":8,"custom_id":"c","channel_types":[4]}]}`),
	}
	m := read[guildhall.Message](t, s.answer(f).reply)
	use := func(id string, values ...string) guildhall.NewInteraction {
		return guildhall.NewInteraction{
			Type: guildhall.InteractionComponent, Application: botApp, Message: m.ID, Data: guildhall.InteractionData{CustomID: id, Values: values},
		}
	}
	for _, in := range []guildhall.NewInteraction{
		use("on"), use("s", "a", "c"), use("u", modID.String()), use("c", s.category.String()),
	} {
		made := s.make(modID, in)
		if made.Interaction.Message.ID != m.ID || made.Ref.Message != m.ID {
			t.Errorf("%s: message %+v", in.Data.CustomID, made.Interaction.Message)
		}
	}
	v2 := answerWith(s.make(plainID, s.use()), guildhall.CallbackMessage, "", guildhall.MessageComponentsV2)
	v2.Message.Components = []json.RawMessage{
		[]byte(`{"type":17,"components":[{"type":9,"components":[],"accessory":{"type":2,"custom_id":"deep","style":1}}]}`),
	}
	inside := use("deep")
	inside.Message = read[guildhall.Message](t, s.answer(v2).reply).ID
	s.make(modID, inside)
	for _, in := range []guildhall.NewInteraction{
		use("off"), use("nothing"), use("s"), use("s", "a", "b", "c"), use("s", "a", "a"), use("s", "z"), use("u", "5"), use("c", s.general.String()),
	} {
		s.refuse(guildhall.ErrInvalidForm, modID, s.general, guildhall.CommandInteractionMake, in)
	}
	pressed := s.make(modID, use("on"))
	s.answer(guildhall.AnswerInteraction{Ref: pressed.Ref, Type: guildhall.CallbackDeferredUpdate})
	edit := guildhall.EditInteraction{Ref: pressed.Ref}
	edit.Content = guildhall.Some("pressed")
	if edited := read[guildhall.Message](t, s.must(system, s.general, guildhall.CommandInteractionEdit, edit).reply); edited.ID != m.ID || edited.Content != "pressed" {
		t.Errorf("edited %+v", edited)
	}
	reply := read[guildhall.Message](t, s.answer(answerWith(s.make(modID, use("on")), guildhall.CallbackMessage, "y", 0)).reply)
	if reply.Type != guildhall.MessageReply || reply.MessageReference.MessageID != m.ID || reply.InteractionMetadata.Interacted != m.ID {
		t.Errorf("an answer to a button is %+v", reply)
	}
	command := s.make(plainID, s.use())
	for _, kind := range []int{guildhall.CallbackUpdate, guildhall.CallbackDeferredUpdate, guildhall.CallbackAutocomplete} {
		s.refuse(guildhall.ErrInvalidForm, system, s.general, guildhall.CommandInteractionAnswer, answerWith(command, kind, "", 0))
	}
}

// TestInteractionModal: a modal is shown to one user, who alone can fill it in, with what fits.
func TestInteractionModal(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	made := s.make(plainID, s.use())
	d := s.answer(guildhall.AnswerInteraction{Ref: made.Ref, Type: guildhall.CallbackModal, Modal: &guildhall.Modal{
		CustomID: "m", Title: "T", Components: []json.RawMessage{
			[]byte(`{"type":18,"id":1,"label":"Name","component":{"type":4,"id":2,"custom_id":"name","style":1,"min_length":2,"max_length":4}}`),
			[]byte(`{"type":18,"id":3,"label":"Who","component":{"type":5,"id":4,"custom_id":"who","required":false}}`),
			[]byte(`{"type":1,"id":5,"components":[{"type":4,"id":6,"custom_id":"old","label":"l","style":2,"required":false}]}`),
		},
	}})
	if e, data := event(t, d, "INTERACTION_MODAL_CREATE"); !slices.Equal(e.Audience.Users, []guildhall.UserID{plainID}) || data["custom_id"] != "m" {
		t.Errorf("%+v %v", e.Audience, data)
	}
	submit := func(components ...string) guildhall.NewInteraction {
		in := guildhall.NewInteraction{Type: guildhall.InteractionModal, Application: botApp, Data: guildhall.InteractionData{ID: made.Ref.ID, CustomID: "m"}}
		for _, c := range components {
			in.Data.Components = append(in.Data.Components, []byte(c))
		}
		return in
	}
	name := `{"type":18,"component":{"type":4,"custom_id":"name","value":"Ann"}}`
	submitted := s.make(plainID, submit(name, `{"type":18,"component":{"type":5,"custom_id":"who","values":["`+modID.String()+`"]}}`))
	want := `"components":[{"component":{"custom_id":"name","id":2,"type":4,"value":"Ann"},"id":1,"type":18},` +
		`{"component":{"custom_id":"who","id":4,"type":5,"values":["` + modID.String() + `"]},"id":3,"type":18},` +
		`{"components":[{"custom_id":"old","id":6,"type":4,"value":""}],"id":5,"type":1}],"custom_id":"m"`
	if data := string(submitted.Interaction.Data); !strings.Contains(data, want) || !strings.Contains(data, `"resolved":{"users"`) {
		t.Errorf("data %s", data)
	}
	for _, in := range []guildhall.NewInteraction{
		submit(), submit(`{"type":18,"component":{"type":4,"custom_id":"name","value":"A"}}`), submit(`{"type":18,"component":{"type":4,"custom_id":"name","value":"Annika"}}`),
		submit(name, `{"type":18,"component":{"type":5,"custom_id":"who","values":["5"]}}`),
	} {
		s.refuse(guildhall.ErrInvalidForm, plainID, s.general, guildhall.CommandInteractionMake, in)
	}
	s.refuse(errUnknownInteraction, modID, s.general, guildhall.CommandInteractionMake, submit(name))
	submitted = s.make(plainID, submit(name)) // in time
	m := read[guildhall.Message](t, s.answer(answerWith(submitted, guildhall.CallbackMessage, "thanks", 0)).reply)
	if m.InteractionMetadata.Trigger == nil || m.InteractionMetadata.Trigger.ID != made.Ref.ID || m.Type != guildhall.MessageChatInput {
		t.Errorf("answer %+v", m)
	}
	again := guildhall.AnswerInteraction{Ref: s.make(plainID, submit(name)).Ref, Type: guildhall.CallbackModal, Modal: &guildhall.Modal{}}
	s.refuse(guildhall.ErrInvalidForm, system, s.general, guildhall.CommandInteractionAnswer, again)
}
