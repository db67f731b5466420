package guildhall

import (
	"cmp"
	"encoding/json"
	"time"
)

// Commands and queries of interactions; all are by channel, and the API's alone.
// docs/decisions/006-interactions.md
const (
	CommandInteractionMake   = "interaction.make"    // by the user; NewInteraction → MadeInteraction; not logged
	CommandInteractionSend   = "interaction.send"    // SendInteraction → –; not logged
	CommandInteractionExpire = "interaction.expire"  // InteractionRef → –; not logged
	CommandInteractionAnswer = "interaction.answer"  // AnswerInteraction → message or –
	CommandInteractionFollow = "interaction.follow"  // AnswerInteraction → message
	CommandInteractionEdit   = "interaction.edit"    // EditInteraction → message
	CommandInteractionDelete = "interaction.delete"  // EditInteraction (id) → –
	QueryInteractionMessage  = "interaction.message" // EditInteraction (id) → message
)

// How long an interaction can be answered.
// discord: interactions/receiving-and-responding#interaction-callback
const (
	InteractionFirst = 3 * time.Second
	InteractionLife  = 15 * time.Minute
)

// The types of interaction.
// discord: interactions/receiving-and-responding#interaction-object-interaction-type
const (
	InteractionPing         = 1
	InteractionCommand      = 2
	InteractionComponent    = 3
	InteractionAutocomplete = 4
	InteractionModal        = 5
)

// The types of answer.
// discord: interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	CallbackPong           = 1
	CallbackMessage        = 4
	CallbackDeferred       = 5
	CallbackDeferredUpdate = 6
	CallbackUpdate         = 7
	CallbackAutocomplete   = 8
	CallbackModal          = 9
)

// InteractionRef is an interaction as its token holds it.
type InteractionRef struct {
	ID          Snowflake     `json:"i"`
	Application ApplicationID `json:"a"`
	Channel     ChannelID     `json:"c"`
	Guild       GuildID       `json:"g,omitempty"`
	User        UserID        `json:"u"`
	Type        int           `json:"t"`
	Nonce       string        `json:"n,omitempty"`
	// Command, of a type, and what it was used on.
	Command     string    `json:"m,omitempty"`
	CommandID   Snowflake `json:"mi,omitempty"`
	CommandType int       `json:"mt,omitempty"`
	Target      Snowflake `json:"x,omitempty"`
	// Message is the one whose component was used.
	Message MessageID `json:"s,omitempty"`
	// Trigger is the interaction that was answered with the modal.
	Trigger *InteractionRef `json:"p,omitempty"`
}

// Over tells whether so much time has passed since the interaction was made.
func (i *InteractionRef) Over(now time.Time, life time.Duration) bool {
	return now.Sub(i.ID.Time()) > life
}

// NewInteraction is what a user does.
type NewInteraction struct {
	Type        int             `json:"type"`
	Application ApplicationID   `json:"application"`
	Nonce       string          `json:"nonce,omitempty"`
	Locale      string          `json:"locale"`
	Message     MessageID       `json:"message,omitempty"`
	Data        InteractionData `json:"data"`
	// Users are those named in it, who need not be members, and Attachments the files that came with it, by the client's
	// numbers.
	Users       []User                `json:"users,omitempty"`
	Attachments map[string]Attachment `json:"attachments,omitempty"`
	// Command is the one that is used where the owner of the channel does not know it.
	Command *ApplicationCommand `json:"command,omitempty"`
}

// InteractionData is what a user has chosen and typed.
type InteractionData struct {
	ID         Snowflake         `json:"id,omitempty"` // of the command, or of the interaction that showed a modal
	Type       int               `json:"type,omitempty"`
	TargetID   Snowflake         `json:"target_id,omitempty"`
	Options    []OptionValue     `json:"options,omitempty"`
	CustomID   string            `json:"custom_id,omitempty"`
	Component  int               `json:"component_type,omitempty"`
	Values     []string          `json:"values,omitempty"`
	Components []json.RawMessage `json:"components,omitempty"`
}

// OptionValue is an option as it was given.
// discord: interactions/receiving-and-responding#interaction-object-application-command-interaction-data-option-structure
type OptionValue struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value,omitempty"`
	Options []OptionValue   `json:"options,omitempty"`
	Focused bool            `json:"focused,omitempty"`
}

// MadeInteraction is an interaction that may be: what its token holds, and what the application is told but for the token.
type MadeInteraction struct {
	Ref         InteractionRef `json:"ref"`
	Interaction Interaction    `json:"interaction"`
}

// Interaction is what an application is told of an interaction.
// discord: interactions/receiving-and-responding#interaction-object
type Interaction struct {
	ID                  Snowflake         `json:"id"`
	ApplicationID       ApplicationID     `json:"application_id"`
	Type                int               `json:"type"`
	Data                json.RawMessage   `json:"data,omitempty"`
	Guild               json.RawMessage   `json:"guild,omitempty"`
	GuildID             GuildID           `json:"guild_id,omitempty"`
	Channel             json.RawMessage   `json:"channel,omitempty"`
	ChannelID           ChannelID         `json:"channel_id,omitempty"`
	Member              json.RawMessage   `json:"member,omitempty"`
	User                *User             `json:"user,omitempty"`
	Token               string            `json:"token"`
	Version             int               `json:"version"`
	Message             *Message          `json:"message,omitempty"`
	AppPermissions      Permissions       `json:"app_permissions"`
	Locale              string            `json:"locale,omitempty"`
	GuildLocale         string            `json:"guild_locale,omitempty"`
	Entitlements        []struct{}        `json:"entitlements"`
	Owners              map[string]string `json:"authorizing_integration_owners"`
	Context             int               `json:"context"`
	AttachmentSizeLimit int               `json:"attachment_size_limit"`
}

// SendInteraction tells some users' sessions of an interaction, without a record of it.
type SendInteraction struct {
	Users []UserID        `json:"users"`
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
}

// AnswerInteraction is an application's answer: of a type, with a message, a change of one, choices, or a modal.
type AnswerInteraction struct {
	Ref     InteractionRef  `json:"ref"`
	Type    int             `json:"type,omitempty"`
	Message CreateMessage   `json:"message,omitzero"`
	Edit    EditMessage     `json:"edit,omitzero"`
	Choices json.RawMessage `json:"choices,omitempty"`
	Modal   *Modal          `json:"modal,omitempty"`
}

// EditInteraction changes or names one of the messages by which an interaction was answered: the first one for an ID of 0.
type EditInteraction struct {
	Ref InteractionRef `json:"ref"`
	EditMessage
}

// Modal is a window that a user is shown.
// discord: interactions/receiving-and-responding#interaction-response-object-modal
type Modal struct {
	CustomID   string            `json:"custom_id"`
	Title      string            `json:"title"`
	Components []json.RawMessage `json:"components"`
}

// ShownModal is a modal with the interaction that it answers; it lies in TableAside until it is over.
type ShownModal struct {
	Ref   InteractionRef `json:"ref"`
	Modal Modal          `json:"modal"`
}

// AnsweredInteraction is what stays of an interaction after its first answer.
type AnsweredInteraction struct {
	ID   Snowflake `json:"id"`
	User UserID    `json:"user"`
	// Original is the message that it was answered with; 0 for none. Loading says that it is still to be filled.
	Original MessageID `json:"original,omitempty"`
	Loading  bool      `json:"loading,omitempty"`
	// Aside are the rows of TableAside that go with it, in the channel.
	Channel ChannelID   `json:"channel"`
	Aside   []Snowflake `json:"aside,omitempty"`
	// Until is when nothing of it is needed any more.
	Until Timestamp `json:"until"`
}

// InteractionMetadata tells of a message which interaction it answers.
// discord: resources/message#message-interaction-metadata-object
type InteractionMetadata struct {
	ID         Snowflake            `json:"id"`
	Type       int                  `json:"type"`
	User       User                 `json:"user"`
	Owners     map[string]string    `json:"authorizing_integration_owners"`
	Original   MessageID            `json:"original_response_message_id,omitempty"`
	TargetUser *User                `json:"target_user,omitempty"`
	TargetID   MessageID            `json:"target_message_id,omitempty"`
	Interacted MessageID            `json:"interacted_message_id,omitempty"`
	Trigger    *InteractionMetadata `json:"triggering_interaction_metadata,omitempty"`
}

// MessageInteraction is the older form of InteractionMetadata, for commands only.
// discord: interactions/receiving-and-responding#message-interaction-object
type MessageInteraction struct {
	ID   Snowflake `json:"id"`
	Type int       `json:"type"`
	Name string    `json:"name"`
	User User      `json:"user"`
}

// Types and flags of messages that answer interactions.
const (
	MessageChatInput   MessageType = 20
	MessageContextMenu MessageType = 23

	MessageEphemeral = 1 << 6
	MessageLoading   = 1 << 7
)

// AsideKey names a row of TableAside: a message that only one user is shown, or a modal.
func AsideKey(channel ChannelID, id Snowflake) RowKey {
	return RowKey{TableAside, channel.Key(), id.Key()}
}

// AsideRow holds a message or a modal that is no part of a channel's history.
func AsideRow(channel ChannelID, id Snowflake, v any) Row {
	return Row{Table: TableAside, Part: channel.Key(), Sort: id.Key(), Value: encode(v)}
}

// InteractionRow holds what stays of an answered interaction, in a guild or a private channel.
func InteractionRow(o Object, i *AnsweredInteraction) Row {
	return stateRow(o, stateInteraction, i.ID.Key(), i)
}

// Interaction gives what stays of an answered interaction, or nil.
func (v GuildView) Interaction(id Snowflake) *AnsweredInteraction {
	i, _ := v.s.interactions.Get(id, v.staged)
	return i
}

// Interactions gives the answered interactions by id.
func (v GuildView) Interactions() []*AnsweredInteraction {
	return sorted(v.s.interactions.All(v.staged), func(a, b *AnsweredInteraction) int { return cmp.Compare(a.ID, b.ID) })
}

// InteractionCount is how many interactions are remembered.
func (v GuildView) InteractionCount() int { return v.s.interactions.Len(v.staged) }

func (v GuildView) interactionRows(o Object) []Row {
	var rows []Row
	for _, i := range v.Interactions() {
		rows = append(rows, InteractionRow(o, i))
	}
	return rows
}
