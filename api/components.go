package api

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"unicode/utf8"

	"guildhall"
)

// The documented types of component that messages can have.
// discord: components/reference#component-object-component-types
const (
	componentRow         = 1
	componentButton      = 2
	componentStrings     = 3
	componentUsers       = 5
	componentMentionable = 7
	componentChannels    = 8
	componentSection     = 9
	componentText        = 10
	componentThumbnail   = 11
	componentGallery     = 12
	componentFile        = 13
	componentSeparator   = 14
	componentContainer   = 17
)

// The documented limits of components. Lengths are in characters.
// discord: components/reference
const (
	rowsMax            = 5
	componentsMax      = 40 // those within others too
	customIDMax        = 100
	buttonsMax         = 5
	buttonLabelMax     = 80
	selectOptionsMax   = 25
	optionTextMax      = 100
	placeholderMax     = 150
	sectionTextsMax    = 3
	galleryItemsMax    = 10
	mediaTextMax       = 1024
	displayTextMax     = 4000 // of all together
	buttonStyleLink    = 5
	buttonStylePremium = 6
)

// componentForm reads a message's components. Clients may number them; those that have no number get one.
type componentForm struct {
	all     []map[string]any // in the document's order
	ids     map[int]bool
	customs map[string]bool
	text    int
}

// layout says which components may stand at the top of a message.
type layout uint8

const (
	rows    layout = iota // without IS_COMPONENTS_V2
	layered               // with it
	either                // in an edit, where the message itself decides
)

// components reads the components of a new message, whose flags say what they may be.
// discord: components/reference#legacy-message-component-behavior
func (f *form) components() guildhall.Optional[[]json.RawMessage] {
	of := rows
	if f.componentsV2() {
		of = layered
	}
	return f.componentsOf(of)
}

// componentsV2 tells whether the flags ask for a message of components alone. What is wrong with them is told elsewhere.
func (f *form) componentsV2() bool {
	raw, _, ok := f.get("flags")
	flags, err := strconv.ParseInt(unquoted(raw), 10, 64)
	return ok && err == nil && flags&guildhall.MessageComponentsV2 != 0
}

// componentsOf reads components; null is none.
func (f *form) componentsOf(of layout) guildhall.Optional[[]json.RawMessage] {
	const name = "components"
	most, types := componentsMax, []int{
		componentRow, componentSection, componentText, componentGallery, componentFile, componentSeparator, componentContainer,
	}
	if of == rows {
		most, types = rowsMax, types[:1]
	}
	forms, set := f.objects(name, most)
	if !set {
		return guildhall.Optional[[]json.RawMessage]{}
	}
	c := &componentForm{ids: map[int]bool{}, customs: map[string]bool{}}
	var top []map[string]any
	for _, inner := range forms {
		top = append(top, c.read(inner, types...))
	}
	if len(c.all) > componentsMax {
		f.fail("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components cannot exceed 40", name)
	}
	if c.text > displayTextMax {
		f.fail("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "The total displayable text size cannot exceed 4000", name)
	}
	c.number()
	all := []json.RawMessage{}
	for _, fields := range top {
		all = append(all, mustJSON(fields))
	}
	return guildhall.Some(all)
}

// number gives ids to those that the client gave none, in order.
func (c *componentForm) number() {
	next := 1
	for _, fields := range c.all {
		if _, ok := fields["id"]; ok {
			continue
		}
		for c.ids[next] {
			next++
		}
		fields["id"] = next
		next++
	}
}

// read reads one component of one of the types.
func (c *componentForm) read(f *form, types ...int) map[string]any {
	f.required("type")
	kind := f.choice("type", types...).Value
	out := map[string]any{"type": kind}
	c.all = append(c.all, out)
	if id := f.integer("id", 0, flagsMax); id.Value != 0 {
		if c.ids[id.Value] {
			f.fail("COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated", "id")
		}
		c.ids[id.Value] = true
		out["id"] = id.Value
	}
	switch kind {
	case componentRow:
		c.row(f, out)
	case componentButton:
		c.button(f, out)
	case componentSection:
		out["components"] = c.children(f, 1, sectionTextsMax, componentText)
		f.required("accessory")
		if inner := f.object("accessory"); inner != nil {
			out["accessory"] = c.read(inner, componentButton, componentThumbnail)
		}
	case componentText:
		f.requiredText("content")
		text := f.text("content", 1, displayTextMax).Value
		c.text += utf8.RuneCountInString(text)
		out["content"] = text
	case componentThumbnail:
		f.media(out, "media")
		f.described(out)
	case componentGallery:
		c.gallery(f, out)
	case componentFile:
		f.media(out, "file")
		out["spoiler"], out["name"], out["size"] = f.boolean("spoiler").Value, nil, nil
	case componentSeparator:
		out["divider"], out["spacing"] = f.boolean("divider").Or(true), f.choice("spacing", 1, 2).Or(1)
	case componentContainer:
		out["accent_color"] = f.integer("accent_color", 0, colorMax).Pointer()
		out["spoiler"] = f.boolean("spoiler").Value
		out["components"] = c.children(f, 1, componentsMax, componentRow, componentText, componentSection, componentGallery,
			componentSeparator, componentFile)
	case 0: // told of already
	default:
		c.selection(f, out, kind)
	}
	return out
}

// children reads the components within another.
func (c *componentForm) children(f *form, min, max int, types ...int) []map[string]any {
	const name = "components"
	f.required(name)
	forms, _ := f.objects(name, max)
	if f.has(name) && len(forms) < min {
		f.length(len(forms), min, max, name)
	}
	list := []map[string]any{}
	for _, inner := range forms {
		list = append(list, c.read(inner, types...))
	}
	return list
}

// row reads an action row: up to five buttons, or one select menu.
// discord: components/reference#action-row
func (c *componentForm) row(f *form, out map[string]any) {
	children := c.children(f, 1, buttonsMax,
		componentButton, componentStrings, componentUsers, componentUsers+1, componentMentionable, componentChannels)
	out["components"] = children
	isSelect := func(child map[string]any) bool { return child["type"] != componentButton }
	if len(children) > 1 && slices.ContainsFunc(children, isSelect) {
		f.fail("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width", "components")
	}
}

// customID reads what an interaction with the component is known by; no two are the same.
func (c *componentForm) customID(f *form, out map[string]any) {
	f.required("custom_id")
	id := f.text("custom_id", 1, customIDMax)
	if id.Set && c.customs[id.Value] {
		f.fail("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated", "custom_id")
	}
	c.customs[id.Value] = true
	out["custom_id"] = id.Value
}

// discord: components/reference#button
func (c *componentForm) button(f *form, out map[string]any) {
	f.required("style")
	style := f.choice("style", 1, 2, 3, 4, buttonStyleLink, buttonStylePremium).Value
	out["style"] = style
	if f.boolean("disabled").Value {
		out["disabled"] = true
	}
	label := f.text("label", 0, buttonLabelMax).Value
	if label != "" {
		out["label"] = label
	}
	emoji := f.componentEmoji(out)
	switch style {
	case buttonStylePremium:
		f.fail("NOT_SERVED", "Nothing is sold here.", "style")
	case buttonStyleLink:
		f.requiredText("url")
		out["url"] = f.url("url")
		if f.has("custom_id") {
			f.fail("BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified", "custom_id")
		}
	default:
		c.customID(f, out)
		if f.has("url") {
			f.fail("BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified", "url")
		}
	}
	if label == "" && !emoji {
		f.fail("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji", "label")
	}
}

func (f *form) componentEmoji(out map[string]any) bool {
	inner := f.object("emoji")
	if inner == nil {
		return false
	}
	e := map[string]any{"name": inner.text("name", 0, emojiNameMax).Value}
	if id := inner.id("id").Value; id != 0 {
		e["id"], e["animated"] = id, inner.boolean("animated").Value
	} else if e["name"] == "" {
		inner.required("name")
	}
	out["emoji"] = e
	return true
}

// selection reads a select menu.
// discord: components/reference#string-select
func (c *componentForm) selection(f *form, out map[string]any, kind int) {
	c.customID(f, out)
	if placeholder := f.text("placeholder", 0, placeholderMax).Value; placeholder != "" {
		out["placeholder"] = placeholder
	}
	least, most := f.integer("min_values", 0, selectOptionsMax).Or(1), f.integer("max_values", 1, selectOptionsMax).Or(1)
	out["min_values"], out["max_values"] = least, most
	if f.boolean("disabled").Value {
		out["disabled"] = true
	}
	if least > most {
		f.fail("SELECT_COMPONENT_MIN_VALUES_EXCEEDED", "The min values cannot exceed the max values", "min_values")
	}
	switch kind {
	case componentStrings:
		out["options"] = f.selectOptions(most)
		return
	case componentChannels:
		if types := f.integers("channel_types", 0, int64(guildhall.ChannelGuildMedia), 20); len(types) > 0 {
			out["channel_types"] = types
		}
	}
	if defaults := f.selectDefaults(kind, most); len(defaults) > 0 {
		out["default_values"] = defaults
	}
}

// integers reads an array of numbers.
func (f *form) integers(name string, min, max int64, most int) []int {
	return read(f, name, func(raw json.RawMessage) ([]int, bool) {
		items, ok := f.listOf(raw, []string{name}, most)
		inner := &form{fields: map[string]json.RawMessage{}, path: append(slices.Clone(f.path), name), wrong: f.wrong, limits: f.limits}
		var all []int
		for i, item := range items {
			at := strconv.Itoa(i)
			inner.fields[at] = item
			all = append(all, inner.integer(at, min, max).Value)
		}
		return all, ok
	}).Value
}

// discord: components/reference#string-select-select-option-structure
func (f *form) selectOptions(most int) []map[string]any {
	f.required("options")
	forms, _ := f.objects("options", selectOptionsMax)
	if f.has("options") && len(forms) == 0 {
		f.length(0, 1, selectOptionsMax, "options")
	}
	list, values, chosen := []map[string]any{}, map[string]bool{}, 0
	for _, inner := range forms {
		inner.requiredText("label", "value")
		o := map[string]any{"label": inner.text("label", 1, optionTextMax).Value}
		value := inner.text("value", 1, optionTextMax).Value
		if values[value] {
			inner.fail("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used", "value")
		}
		values[value] = true
		o["value"] = value
		if text := inner.text("description", 0, optionTextMax).Value; text != "" {
			o["description"] = text
		}
		if inner.boolean("default").Value {
			o["default"] = true
			chosen++
		}
		inner.componentEmoji(o)
		list = append(list, o)
	}
	if chosen > most {
		f.fail("SELECT_COMPONENT_MAX_DEFAULTS_EXCEEDED", "More options are chosen than can be", "options")
	}
	return list
}

// discord: components/reference#user-select-select-default-value-structure
func (f *form) selectDefaults(kind, most int) []map[string]any {
	kinds := map[int][]string{
		componentUsers: {"user"}, componentUsers + 1: {"role"}, componentMentionable: {"user", "role"}, componentChannels: {"channel"},
	}
	forms, _ := f.objects("default_values", most)
	var list []map[string]any
	for _, inner := range forms {
		inner.required("id", "type")
		list = append(list, map[string]any{"id": inner.id("id").Value, "type": inner.oneOf("type", kinds[kind]...).Value})
	}
	return list
}

// gallery reads pictures and films.
// discord: components/reference#media-gallery
func (c *componentForm) gallery(f *form, out map[string]any) {
	f.required("items")
	forms, _ := f.objects("items", galleryItemsMax)
	if f.has("items") && len(forms) == 0 {
		f.length(0, 1, galleryItemsMax, "items")
	}
	items := []map[string]any{}
	for _, inner := range forms {
		item := map[string]any{}
		inner.media(item, "media")
		inner.described(item)
		items = append(items, item)
	}
	out["items"] = items
}

func (f *form) described(out map[string]any) {
	out["description"], out["spoiler"] = f.text("description", 0, mediaTextMax).Pointer(), f.boolean("spoiler").Value
}

// media reads where something shown is to be had: elsewhere, or with the message. Nothing is fetched until somebody looks.
// discord: components/reference#unfurled-media-item
func (f *form) media(out map[string]any, name string) {
	f.required(name)
	inner := f.object(name)
	if inner == nil {
		return
	}
	inner.requiredText("url")
	address := inner.url("url")
	// Libraries want an id; that of a file takes its place once the message has it.
	id := fnv.New64a()
	_, _ = id.Write([]byte(address)) // never fails
	out[name] = map[string]any{"id": guildhall.Snowflake(id.Sum64()>>1 | 1), "url": address, "proxy_url": cmp.Or(f.proxiedURL(address), address)}
}
