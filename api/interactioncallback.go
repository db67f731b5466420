package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"guildhall"
)

var (
	errUnknownInteraction = &guildhall.Error{Status: http.StatusNotFound, Code: 10062, Message: "Unknown interaction"}
	errWebhookToken       = &guildhall.Error{Status: http.StatusUnauthorized, Code: 50027, Message: "Invalid Webhook Token"}
)

const (
	modalTitleMax       = 45
	autocompleteMax     = 25
	autocompleteTextMax = 6000
)

// createInteractionResponse is an application's first answer. The token in the path is all that is asked for.
// discord: interactions/receiving-and-responding#create-interaction-response
func (a *API) createInteractionResponse(ctx context.Context, r *request) (any, error) {
	ref, q := r.interaction, r.query()
	withResponse := q.boolean("with_response").Value
	if err := q.err(); err != nil {
		return nil, err
	}
	response, err := a.answerInteraction(ctx, r, ref, r.body)
	if err != nil || !withResponse {
		return nil, err
	}
	return response, nil
}

// callbackResponse is what an application is told of its answer.
// discord: interactions/receiving-and-responding#interaction-callback-interaction-callback-response-object
type callbackResponse struct {
	Interaction callbackInteraction `json:"interaction"`
	Resource    *callbackResource   `json:"resource,omitempty"`
}

type callbackInteraction struct {
	ID        guildhall.Snowflake `json:"id"`
	Type      int                 `json:"type"`
	Message   guildhall.MessageID `json:"response_message_id,omitempty"`
	Loading   *bool               `json:"response_message_loading,omitempty"`
	Ephemeral *bool               `json:"response_message_ephemeral,omitempty"`
	Channel   guildhall.ChannelID `json:"channel_id,omitempty"`
	Guild     guildhall.GuildID   `json:"guild_id,omitempty"`
}

type callbackResource struct {
	Type    int                `json:"type"`
	Message *guildhall.Message `json:"message"`
}

// answerInteraction reads a first answer, wherever it comes from, and has it made.
func (a *API) answerInteraction(ctx context.Context, r *request, ref *guildhall.InteractionRef, body []byte) (*callbackResponse, error) {
	f, err := parseForm(body)
	if err != nil {
		return nil, err
	}
	in := r.inInteraction(ref)
	answer, err := a.readAnswer(in, f, ref)
	if err != nil {
		return nil, err
	}
	made, err := settled(a.deps.Owners.Command(ctx, systemOnChannel(ref, guildhall.CommandInteractionAnswer, answer)))
	if err != nil {
		return nil, err
	}
	a.unfurl(r.http, made)
	response := &callbackResponse{Interaction: callbackInteraction{ID: ref.ID, Type: ref.Type, Channel: ref.Channel, Guild: ref.Guild}}
	message, err := decoded[*guildhall.Message](orNull(made), nil)
	if err != nil || message == nil {
		return response, err
	}
	loading, ephemeral := message.Flags&guildhall.MessageLoading != 0, message.Flags&guildhall.MessageEphemeral != 0
	i := &response.Interaction
	i.Message, i.Loading, i.Ephemeral = message.ID, &loading, &ephemeral
	if answer.Type == guildhall.CallbackMessage || answer.Type == guildhall.CallbackUpdate {
		response.Resource = &callbackResource{Type: answer.Type, Message: a.linkMessage(r.http, message)}
	}
	return response, nil
}

// inInteraction is the request as if it were to the interaction's channel.
func (r *request) inInteraction(ref *guildhall.InteractionRef) *request {
	in := *r
	in.ids = map[string]guildhall.Snowflake{"channel_id": guildhall.Snowflake(ref.Channel), "message_id": r.ids["message_id"]}
	in.who = guildhall.Identity{Intents: guildhall.IntentsAll} // it reads nothing but its own
	return &in
}

// readAnswer reads the form of a first answer.
func (a *API) readAnswer(in *request, f *form, ref *guildhall.InteractionRef) (guildhall.AnswerInteraction, error) {
	answer := guildhall.AnswerInteraction{Ref: *ref}
	f.required("type")
	answer.Type = f.choice("type", guildhall.CallbackMessage, guildhall.CallbackDeferred, guildhall.CallbackDeferredUpdate,
		guildhall.CallbackUpdate, guildhall.CallbackAutocomplete, guildhall.CallbackModal).Value
	data := f.object("data")
	if data == nil {
		data = &form{path: []string{"data"}, wrong: f.wrong}
	}
	if err := f.err(); err != nil {
		return answer, err
	}
	var err error
	switch answer.Type {
	case guildhall.CallbackMessage:
		answer.Message, err = a.answerMessage(in, data)
	case guildhall.CallbackDeferred:
		answer.Message.Flags = data.integer("flags", 0, 1<<31-1).Value & guildhall.MessageEphemeral
	case guildhall.CallbackUpdate:
		answer.Edit, err = a.answerEdit(in, data)
	case guildhall.CallbackAutocomplete:
		answer.Choices = data.autocomplete()
	case guildhall.CallbackModal:
		answer.Modal = data.modal()
	}
	if err == nil {
		err = f.err()
	}
	return answer, err
}

// answerMessage reads a message that answers an interaction: what a message may be, and for one user alone.
func (a *API) answerMessage(in *request, f *form) (guildhall.CreateMessage, error) {
	f.refuse("message_reference")
	m, _, err := a.newMessage(in, f)
	if err != nil {
		return m, err
	}
	m.Nonce = nil
	m.Flags |= f.integer("flags", 0, 1<<31-1).Value & guildhall.MessageEphemeral
	return m, f.err()
}

// answerEdit reads a change of a message.
func (a *API) answerEdit(in *request, f *form) (guildhall.EditMessage, error) {
	edit := *in
	edit.body = mustJSON(f.fields)
	if f.fields == nil {
		edit.body = []byte("{}")
	}
	e, err := a.editedMessage(&edit)
	var wrong *guildhall.Error
	if errors.As(err, &wrong) && len(f.path) > 0 {
		// The fields are wrong where they stand in the whole body.
		moved := *wrong
		moved.Fields = slices.Clone(wrong.Fields)
		for i := range moved.Fields {
			moved.Fields[i].Path = slices.Concat(f.path, moved.Fields[i].Path)
		}
		return e, &moved
	}
	return e, err
}

// autocomplete reads the choices that a user is to be shown.
func (f *form) autocomplete() []byte {
	type choice struct {
		Name              string            `json:"name"`
		NameLocalizations map[string]string `json:"name_localizations,omitempty"`
		Value             any               `json:"value"`
	}
	all := []choice{}
	forms, _ := f.objects("choices", autocompleteMax)
	for _, inner := range forms {
		inner.required("name", "value")
		c := choice{Name: inner.text("name", 1, appChoiceMax).Value}
		c.NameLocalizations = inner.localizations("name_localizations", func(in *form, locale string) guildhall.Optional[string] {
			return in.text(locale, 1, appChoiceMax)
		}).Value
		if raw, _, ok := inner.get("value"); ok {
			if raw[0] == '"' {
				text, _ := inner.plain(raw, "value")
				inner.length(len([]rune(text)), 0, autocompleteTextMax, "value")
				c.Value = text
			} else if _, n, ok := inner.number(raw, false, "value"); ok {
				c.Value = n
			}
		}
		all = append(all, c)
	}
	return mustJSON(all)
}
