package guilds

// pure core

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"guildhall"
)

// The types of component that a user acts on.
// discord: components/reference#component-object-component-types
const (
	componentRow           = 1
	componentButton        = 2
	componentStringSelect  = 3
	componentTextInput     = 4
	componentUserSelect    = 5
	componentRoleSelect    = 6
	componentMentionable   = 7
	componentChannelSelect = 8
	componentTextDisplay   = 10
	componentLabel         = 18
	componentFileUpload    = 19
	componentRadioGroup    = 21
	componentCheckboxGroup = 22
	componentCheckbox      = 23
)

// node is a component of a message or a modal, as far as using it needs.
// discord: components/reference
type node struct {
	Type         int                     `json:"type"`
	ID           int                     `json:"id"`
	CustomID     string                  `json:"custom_id"`
	Disabled     bool                    `json:"disabled"`
	Required     *bool                   `json:"required"`
	MinValues    *int                    `json:"min_values"`
	MaxValues    *int                    `json:"max_values"`
	MinLength    *int                    `json:"min_length"`
	MaxLength    *int                    `json:"max_length"`
	ChannelTypes []guildhall.ChannelType `json:"channel_types"`
	Options      []struct {
		Value string `json:"value"`
	} `json:"options"`

	Components []json.RawMessage `json:"components"`
	Component  json.RawMessage   `json:"component"`
	Accessory  json.RawMessage   `json:"accessory"`

	// Value and Values are a user's.
	Value  json.RawMessage `json:"value"`
	Values []string        `json:"values"`
}

// nodes reads components. What is no component has been refused by the API.
func nodes(list ...json.RawMessage) []node {
	var all []node
	for _, raw := range list {
		var n node
		if len(raw) > 0 && json.Unmarshal(raw, &n) == nil && n.Type != 0 {
			all = append(all, n)
		}
	}
	return all
}

// within are the components in a component.
func (n *node) within() []node {
	return nodes(append(slices.Clone(n.Components), n.Component, n.Accessory)...)
}

// findComponent looks for a custom_id in a tree.
func findComponent(all []node, customID string) *node {
	for i := range all {
		n := &all[i]
		if n.CustomID == customID && customID != "" {
			return n
		}
		if found := findComponent(n.within(), customID); found != nil {
			return found
		}
	}
	return nil
}

func (n *node) selects() bool {
	return n.Type == componentStringSelect || n.Type >= componentUserSelect && n.Type <= componentChannelSelect
}

var errComponent = guildhall.BadField("COMPONENT_VALIDATION_FAILED", "Component validation failed", "data", "components")

// component takes in the use of a button or a select.
// discord: interactions/receiving-and-responding#interaction-object-message-component-data-structure
func (m *making) component() error {
	message, aside, err := m.g.anyMessage(m.request, m.f.Message)
	if err != nil {
		return err
	}
	if aside && !shownTo(message, m.actor) {
		return guildhall.ErrUnknownMessage
	}
	if !aside && m.g.id != 0 && !m.in(m.channel.ID).Has(guildhall.PermissionReadMessageHistory) && message.Author.ID != m.actor {
		return guildhall.ErrMissingAccess
	}
	// A webhook of the application's writes under another id.
	if m.f.Application != message.ApplicationID && guildhall.UserID(m.f.Application) != message.Author.ID {
		return guildhall.ErrUnknownApplication
	}
	n := findComponent(nodes(message.Components...), m.f.Data.CustomID)
	if n == nil || n.Disabled || m.f.Data.Component != 0 && m.f.Data.Component != n.Type || n.Type != componentButton && !n.selects() {
		return errComponent
	}
	m.made.Ref.Message, m.made.Interaction.Message = message.ID, message.Shown()
	m.data["custom_id"], m.data["component_type"], m.data["id"] = n.CustomID, n.Type, n.ID
	if n.selects() {
		if err := m.selected(n, m.f.Data.Values, 1, "data", "values"); err != nil {
			return err
		}
		m.data["values"] = append([]string{}, m.f.Data.Values...)
	}
	return nil
}

// shownTo tells whether a message beside the history is the user's.
func shownTo(m *guildhall.Message, user guildhall.UserID) bool {
	return m.InteractionMetadata != nil && m.InteractionMetadata.User.ID == user
}

// selected holds values against a select, of which at least some must be there unless it says otherwise.
func (m *making) selected(n *node, values []string, least int, path ...string) error {
	most := 1
	if n.MinValues != nil {
		least = *n.MinValues
	}
	if n.MaxValues != nil {
		most = *n.MaxValues
	}
	if len(values) < least || len(values) > most {
		return guildhall.BadField("BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most), path...)
	}
	for i, v := range values {
		if slices.Contains(values[:i], v) || !m.selectable(n, v) {
			return guildhall.BadField("BASE_TYPE_CHOICES", "The value can't be selected.", append(path, strconv.Itoa(i))...)
		}
	}
	return nil
}

// selectable tells whether a value may be selected, and resolves what it stands for.
func (m *making) selectable(n *node, value string) bool {
	kinds := map[int]int{
		componentUserSelect: guildhall.OptionUser, componentRoleSelect: guildhall.OptionRole,
		componentMentionable: guildhall.OptionMentionable, componentChannelSelect: guildhall.OptionChannel,
	}
	kind, ok := kinds[n.Type]
	if !ok {
		return slices.ContainsFunc(n.Options, func(o struct {
			Value string `json:"value"`
		}) bool {
			return o.Value == value
		})
	}
	var id guildhall.Snowflake
	return id.UnmarshalText([]byte(value)) == nil && m.resolveAs(kind, id, n.ChannelTypes)
}

// modal takes in what a user has put into a modal.
// discord: interactions/receiving-and-responding#interaction-object-modal-submit-data-structure
func (m *making) modal() error {
	shown, err := m.g.shownModal(m.request, m.f.Data.ID)
	if err != nil {
		return err
	}
	if shown.Ref.User != m.actor || shown.Ref.Application != m.f.Application || shown.Modal.CustomID != m.f.Data.CustomID ||
		shown.Ref.Over(m.now, guildhall.InteractionLife) {
		return errUnknownInteraction
	}
	given := nodes(m.f.Data.Components...)
	filled := []map[string]any{}
	for _, n := range nodes(shown.Modal.Components...) {
		out, err := m.fill(&n, given)
		if err != nil {
			return err
		}
		filled = append(filled, out)
	}
	m.data["custom_id"], m.data["components"] = shown.Modal.CustomID, filled
	m.made.Ref.Trigger, m.made.Ref.Message = &shown.Ref, shown.Ref.Message
	m.made.Ref.Trigger.Trigger, m.made.Ref.Trigger.Nonce = nil, "" // not needed any more
	if id := shown.Ref.Message; id != 0 {
		// It may have been deleted since.
		if message, _, err := m.g.anyMessage(m.request, id); err == nil {
			m.made.Interaction.Message = message.Shown()
		}
	}
	return nil
}

// fill is a component of a modal with what the user has given for it.
func (m *making) fill(n *node, given []node) (map[string]any, error) {
	out := map[string]any{"type": n.Type, "id": n.ID}
	switch n.Type {
	case componentRow:
		all := []map[string]any{}
		for _, inner := range n.within() {
			filled, err := m.fill(&inner, given)
			if err != nil {
				return nil, err
			}
			all = append(all, filled)
		}
		out["components"] = all
		return out, nil
	case componentLabel:
		for _, inner := range n.within() {
			filled, err := m.fill(&inner, given)
			out["component"] = filled
			return out, err
		}
		return out, nil
	case componentTextDisplay:
		return out, nil
	}
	out["custom_id"] = n.CustomID
	v := findComponent(given, n.CustomID)
	if v == nil {
		v = &node{}
	}
	return out, m.fillValue(n, v, out)
}

// fillValue takes over what was given for one field.
func (m *making) fillValue(n, v *node, out map[string]any) error {
	path := []string{"data", "components", n.CustomID}
	required := n.Required == nil || *n.Required
	least := 0
	if required {
		least = 1
	}
	switch n.Type {
	case componentTextInput:
		text := ""
		if len(v.Value) > 0 && json.Unmarshal(v.Value, &text) != nil {
			return guildhall.BadField("STRING_TYPE_CONVERT", "Could not interpret the value as string.", path...)
		}
		out["value"] = text
		return n.checkText(text, required, path)
	case componentCheckbox:
		on := false
		if len(v.Value) > 0 && json.Unmarshal(v.Value, &on) != nil {
			return guildhall.BadField("BOOLEAN_TYPE_CONVERT", "Must be either true or false.", path...)
		}
		out["value"] = on
	case componentRadioGroup:
		var one *string
		if len(v.Value) > 0 && json.Unmarshal(v.Value, &one) != nil {
			return guildhall.BadField("STRING_TYPE_CONVERT", "Could not interpret the value as string.", path...)
		}
		out["value"] = one
		if one == nil && required || one != nil && !m.selectable(n, *one) {
			return guildhall.BadField("BASE_TYPE_CHOICES", "The value can't be selected.", path...)
		}
	case componentFileUpload:
		ids := []string{}
		for _, number := range v.Values {
			id, ok := m.resolveAttachment(number)
			if !ok {
				return guildhall.BadField("ATTACHMENT_NOT_FOUND", "No file has come for this attachment.", path...)
			}
			ids = append(ids, id.String())
		}
		out["values"] = ids
		return n.checkCount(len(ids), least, path)
	default:
		if !required && len(v.Values) == 0 {
			out["values"] = []string{}
			return nil
		}
		if n.Type == componentCheckboxGroup && n.MaxValues == nil {
			all := len(n.Options)
			n.MaxValues = &all
		}
		out["values"] = append([]string{}, v.Values...)
		return m.selected(n, v.Values, least, path...)
	}
	return nil
}

func (n *node) checkCount(count, least int, path []string) error {
	most := 1
	if n.MinValues != nil {
		least = *n.MinValues
	}
	if n.MaxValues != nil {
		most = *n.MaxValues
	}
	if count < least || count > most {
		return guildhall.BadField("BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most), path...)
	}
	return nil
}

// modalTextMax is in characters.
// discord: components/reference#text-input
const modalTextMax = 4000

func (n *node) checkText(text string, required bool, path []string) error {
	count := utf8.RuneCountInString(text)
	if count == 0 {
		if required {
			return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", path...)
		}
		return nil
	}
	least, most := 0, modalTextMax
	if n.MinLength != nil {
		least = *n.MinLength
	}
	if n.MaxLength != nil {
		most = *n.MaxLength
	}
	if count < least || count > most {
		return guildhall.BadField("BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most), path...)
	}
	return nil
}
