package api

import (
	"encoding/json"
	"slices"

	"guildhall"
)

// The documented limits of modals.
// discord: components/reference
const (
	modalComponentsMax   = 40
	modalInputsMax       = 5
	modalLabelMax        = 45
	modalDescriptionMax  = 100
	modalPlaceholderMax  = 150
	modalTextMax         = 4000
	modalOptionsMax      = 25
	modalUploadsMax      = 10
	componentIDMax       = 1<<31 - 1
	modalGroupOptionsMax = 10
)

// modalForm reads the components of one modal.
type modalForm struct {
	next  int
	taken map[int]bool
	names map[string]bool
}

// modal reads a window to be shown.
// discord: interactions/receiving-and-responding#interaction-response-object-modal
func (f *form) modal() *guildhall.Modal {
	f.required("custom_id", "title", "components")
	m := &guildhall.Modal{
		CustomID: f.text("custom_id", 1, customIDMax).Value, Title: f.text("title", 1, modalTitleMax).Value, Components: []json.RawMessage{},
	}
	forms, _ := f.objects("components", modalComponentsMax)
	if len(forms) == 0 && f.has("components") {
		f.fail("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 40 in length.", "components")
	}
	c := &modalForm{next: 1, taken: map[int]bool{}, names: map[string]bool{}}
	for _, inner := range forms {
		c.reserve(inner)
	}
	for _, inner := range forms {
		m.Components = append(m.Components, mustJSON(c.top(inner)))
	}
	return m
}

// reserve notes the numbers that the application has given, before others are given away.
func (c *modalForm) reserve(f *form) {
	var n int
	if raw, _, ok := f.get("id"); ok && json.Unmarshal(raw, &n) == nil && n > 0 {
		c.taken[n] = true
	}
	for _, raw := range []json.RawMessage{f.fields["component"]} {
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) == nil {
			c.reserve(newForm(fields))
		}
	}
	var list []map[string]json.RawMessage
	if json.Unmarshal(f.fields["components"], &list) == nil {
		for _, fields := range list {
			c.reserve(newForm(fields))
		}
	}
}

// begin reads what all components have. Those without a number get one.
// discord: components/reference#anatomy-of-a-component
func (c *modalForm) begin(f *form, types ...int) map[string]any {
	f.required("type")
	id := f.integer("id", 0, componentIDMax).Value
	if id == 0 {
		for c.taken[c.next] {
			c.next++
		}
		id = c.next
		c.taken[id] = true
	}
	return map[string]any{"type": f.choice("type", types...).Value, "id": id}
}

func (c *modalForm) customID(f *form, out map[string]any) {
	f.required("custom_id")
	name := f.text("custom_id", 1, customIDMax).Value
	if name != "" && c.names[name] {
		f.fail("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated", "custom_id")
	}
	c.names[name], out["custom_id"] = true, name
}

// top reads a component of the window itself: a row with text inputs, a label around a field, or a text.
func (c *modalForm) top(f *form) map[string]any {
	const row, textDisplay, label = 1, 10, 18
	out := c.begin(f, row, textDisplay, label)
	switch out["type"] {
	case row:
		f.required("components")
		forms, _ := f.objects("components", modalInputsMax)
		all := []any{}
		for _, inner := range forms {
			field := c.begin(inner, 4)
			inner.required("label")
			field["label"] = inner.text("label", 1, modalLabelMax).Value
			c.textInput(inner, field)
			all = append(all, field)
		}
		if len(all) == 0 {
			f.fail("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.", "components")
		}
		out["components"] = all
	case textDisplay:
		f.required("content")
		out["content"] = f.text("content", 1, modalTextMax).Value
	case label:
		f.required("label", "component")
		out["label"] = f.text("label", 1, modalLabelMax).Value
		setText(out, "description", f.text("description", 1, modalDescriptionMax))
		if inner := f.object("component"); inner != nil {
			out["component"] = c.field(inner)
		}
	}
	return out
}

func setText(out map[string]any, name string, o guildhall.Optional[string]) {
	if o.Set && !o.Null {
		out[name] = o.Value
	}
}

func setNumber(out map[string]any, name string, o guildhall.Optional[int]) {
	if o.Set && !o.Null {
		out[name] = o.Value
	}
}

func (c *modalForm) textInput(f *form, out map[string]any) {
	c.customID(f, out)
	f.required("style")
	out["style"] = f.choice("style", 1, 2).Value
	setNumber(out, "min_length", f.integer("min_length", 0, modalTextMax))
	setNumber(out, "max_length", f.integer("max_length", 1, modalTextMax))
	setText(out, "value", f.text("value", 0, modalTextMax))
	setText(out, "placeholder", f.text("placeholder", 0, modalDescriptionMax))
	out["required"] = f.boolean("required").Or(true)
}

// field reads what stands in a label.
// discord: components/reference#label
func (c *modalForm) field(f *form) map[string]any {
	const text, stringSelect, channelSelect, upload, radio, boxes, box = 4, 3, 8, 19, 21, 22, 23
	out := c.begin(f, stringSelect, text, 5, 6, 7, channelSelect, upload, radio, boxes, box)
	kind := out["type"]
	switch kind {
	case text:
		c.textInput(f, out)
		return out
	case box:
		c.customID(f, out)
		out["default"] = f.boolean("default").Value
		return out
	}
	c.customID(f, out)
	out["required"] = f.boolean("required").Or(true)
	most := modalOptionsMax
	if kind == upload || kind == boxes {
		most = modalUploadsMax
	}
	if kind != radio {
		setNumber(out, "min_values", f.integer("min_values", 0, int64(most)))
		setNumber(out, "max_values", f.integer("max_values", 1, int64(most)))
	}
	switch kind {
	case stringSelect:
		setText(out, "placeholder", f.text("placeholder", 0, modalPlaceholderMax))
		out["options"] = f.choosable(1, modalOptionsMax)
	case radio:
		out["options"] = f.choosable(2, modalGroupOptionsMax)
	case boxes:
		out["options"] = f.choosable(1, modalGroupOptionsMax)
	case upload:
	default:
		setText(out, "placeholder", f.text("placeholder", 0, modalPlaceholderMax))
		if raw, _, ok := f.get("default_values"); ok {
			out["default_values"] = raw
		}
		if kind == channelSelect {
			if types := f.numbers("channel_types", 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 15, 16); len(types.Value) > 0 {
				out["channel_types"] = types.Value
			}
		}
	}
	return out
}

// choosable reads the options of a field.
func (f *form) choosable(least, most int) []any {
	f.required("options")
	forms, _ := f.objects("options", most)
	if len(forms) < least && f.has("options") {
		f.fail("BASE_TYPE_BAD_LENGTH", "There are too few options.", "options")
	}
	all := []any{}
	var values []string
	for _, inner := range forms {
		inner.required("label", "value")
		value := inner.text("value", 1, modalDescriptionMax).Value
		if slices.Contains(values, value) && value != "" {
			inner.fail("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used", "value")
		}
		values = append(values, value)
		option := map[string]any{"label": inner.text("label", 1, modalDescriptionMax).Value, "value": value}
		setText(option, "description", inner.text("description", 0, modalDescriptionMax))
		if inner.boolean("default").Value {
			option["default"] = true
		}
		if raw, _, ok := inner.get("emoji"); ok {
			option["emoji"] = raw
		}
		all = append(all, option)
	}
	return all
}
