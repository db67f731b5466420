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

// resolved is what the ids in an interaction stand for.
// discord: interactions/receiving-and-responding#interaction-object-resolved-data-structure
type resolved struct {
	Users       map[guildhall.UserID]guildhall.User          `json:"users,omitempty"`
	Members     map[guildhall.UserID]resolvedMember          `json:"members,omitempty"`
	Roles       map[guildhall.RoleID]*guildhall.Role         `json:"roles,omitempty"`
	Channels    map[guildhall.ChannelID]any                  `json:"channels,omitempty"`
	Messages    map[guildhall.MessageID]*guildhall.Message   `json:"messages,omitempty"`
	Attachments map[guildhall.Snowflake]guildhall.Attachment `json:"attachments,omitempty"`
}

func (f *resolved) empty() bool {
	return len(f.Users)+len(f.Members)+len(f.Roles)+len(f.Channels)+len(f.Messages)+len(f.Attachments) == 0
}

// resolvedMember is a member without its user, who stands beside it, and without deaf and mute.
type resolvedMember struct {
	*guildhall.Member
	User        *struct{}             `json:"user,omitempty"`
	Deaf        *struct{}             `json:"deaf,omitempty"`
	Mute        *struct{}             `json:"mute,omitempty"`
	Permissions guildhall.Permissions `json:"permissions"`
}

func put[K comparable, V any](into *map[K]V, k K, v V) {
	if *into == nil {
		*into = map[K]V{}
	}
	(*into)[k] = v
}

// resolveUser finds a user: a member, or one that the API has looked up.
func (m *making) resolveUser(id guildhall.UserID) bool {
	if member := m.view.Member(id); member != nil {
		put(&m.found.Users, id, member.User)
		if m.g.id != 0 {
			put(&m.found.Members, id, resolvedMember{Member: member, Permissions: m.view.In(m.channel.ID, id, m.now)})
		}
		return true
	}
	for _, u := range m.f.Users {
		if u.ID == id {
			put(&m.found.Users, id, u)
			return true
		}
	}
	return false
}

func (m *making) resolveRole(id guildhall.RoleID) bool {
	role := m.view.Role(id)
	if role != nil {
		put(&m.found.Roles, id, role)
	}
	return role != nil
}

// resolveChannel finds a channel of one of the types, of any where there are none.
func (m *making) resolveChannel(id guildhall.ChannelID, types []guildhall.ChannelType) bool {
	if m.g.id == 0 || !m.in(id).Has(guildhall.PermissionViewChannel) {
		return false
	}
	kind := guildhall.ChannelType(-1)
	if c := m.view.Channel(id); c != nil {
		kind = c.Type
	} else if t := m.view.Thread(id); t != nil {
		kind = t.Type
	}
	if kind < 0 || len(types) > 0 && !slices.Contains(types, kind) {
		return false
	}
	put(&m.found.Channels, id, m.channelShown(id))
	return true
}

// channelShown is a channel or thread of the guild, with what the actor may do there.
func (m *making) channelShown(id guildhall.ChannelID) any {
	p := m.in(id)
	if t := m.view.Thread(id); t != nil {
		return struct {
			*guildhall.Thread
			Permissions guildhall.Permissions `json:"permissions"`
		}{m.view.ShownThread(t, m.actor, m.now), p}
	}
	return struct {
		*guildhall.Channel
		Permissions guildhall.Permissions `json:"permissions"`
	}{shownChannel(m.view, m.view.Channel(id)), p}
}

func (m *making) resolveAttachment(number string) (guildhall.Snowflake, bool) {
	a, ok := m.f.Attachments[number]
	if ok {
		put(&m.found.Attachments, a.ID, a)
	}
	return a.ID, ok
}

// options holds what is given against what the command has. While somebody types, values need not be whole yet.
func (m *making) options(known []guildhall.AppOption, given []guildhall.OptionValue, path []string) ([]guildhall.OptionValue, error) {
	var out []guildhall.OptionValue
	typing := m.f.Type == guildhall.InteractionAutocomplete
	for i, v := range given {
		at := append(slices.Clone(path), strconv.Itoa(i))
		k := slices.IndexFunc(known, func(o guildhall.AppOption) bool { return o.Name == v.Name })
		if k < 0 || slices.ContainsFunc(out, func(o guildhall.OptionValue) bool { return o.Name == v.Name }) {
			return nil, guildhall.BadField("INTERACTION_OPTION_UNKNOWN", fmt.Sprintf("The command has no further option %q.", v.Name), at...)
		}
		o := &known[k]
		got := guildhall.OptionValue{Name: o.Name, Type: o.Type}
		var err error
		switch {
		case o.Type == guildhall.OptionSubcommand || o.Type == guildhall.OptionSubcommandGroup:
			if len(given) > 1 {
				return nil, guildhall.BadField("INTERACTION_OPTION_UNKNOWN", "Only one sub-command can be used.", at...)
			}
			got.Options, err = m.options(o.Options, v.Options, append(at, "options"))
		case typing && v.Focused && !o.Autocomplete:
			return nil, guildhall.BadField("INTERACTION_OPTION_UNKNOWN", "The option has no autocomplete.", at...)
		case typing && v.Focused:
			got.Focused, got.Value, err = true, v.Value, isText(v.Value, append(at, "value"))
		default:
			got.Value, err = m.value(o, v.Value, append(at, "value"))
		}
		if err != nil {
			return nil, err
		}
		out = append(out, got)
	}
	return out, m.complete(known, out, path)
}

// complete refuses what lacks something: a required option, or the sub-command.
func (m *making) complete(known []guildhall.AppOption, given []guildhall.OptionValue, path []string) error {
	nested := len(known) > 0 && (known[0].Type == guildhall.OptionSubcommand || known[0].Type == guildhall.OptionSubcommandGroup)
	if nested && len(given) == 0 {
		return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", path...)
	}
	if m.f.Type == guildhall.InteractionAutocomplete {
		return nil
	}
	for _, o := range known {
		there := slices.ContainsFunc(given, func(v guildhall.OptionValue) bool { return v.Name == o.Name })
		if o.Required && !there {
			return guildhall.BadField("BASE_TYPE_REQUIRED", fmt.Sprintf("The option %q is required", o.Name), path...)
		}
	}
	return nil
}

func isText(value json.RawMessage, path []string) error {
	var v any
	if err := json.Unmarshal(value, &v); err == nil {
		switch v.(type) {
		case string, float64:
			return nil
		}
	}
	return guildhall.BadField("STRING_TYPE_CONVERT", "Could not interpret the value as string.", path...)
}

// value is an option's value in the form in which applications get it.
func (m *making) value(o *guildhall.AppOption, raw json.RawMessage, path []string) (json.RawMessage, error) {
	switch o.Type {
	case guildhall.OptionString:
		return m.textValue(o, raw, path)
	case guildhall.OptionInteger, guildhall.OptionNumber:
		return m.numberValue(o, raw, path)
	case guildhall.OptionBoolean:
		var b bool
		if json.Unmarshal(raw, &b) != nil {
			return nil, guildhall.BadField("BOOLEAN_TYPE_CONVERT", "Must be either true or false.", path...)
		}
		return encode(b), nil
	case guildhall.OptionAttachment:
		id, ok := m.resolveAttachment(plainText(raw))
		if !ok {
			return nil, guildhall.BadField("ATTACHMENT_NOT_FOUND", "No file has come for this attachment.", path...)
		}
		return encode(id), nil
	}
	var id guildhall.Snowflake
	if err := id.UnmarshalText([]byte(plainText(raw))); err != nil {
		return nil, guildhall.BadField("NUMBER_TYPE_COERCE", "The value is not snowflake.", path...)
	}
	if !m.resolveAs(o.Type, id, o.ChannelTypes) {
		return nil, guildhall.BadField("INTERACTION_OPTION_UNKNOWN_ID", "Nothing of this kind has the id "+id.String()+".", path...)
	}
	return encode(id), nil
}

// resolveAs finds what an id stands for where something of a kind of option is wanted.
func (m *making) resolveAs(kind int, id guildhall.Snowflake, types []guildhall.ChannelType) bool {
	switch kind {
	case guildhall.OptionUser:
		return m.resolveUser(guildhall.UserID(id))
	case guildhall.OptionRole:
		return m.resolveRole(guildhall.RoleID(id))
	case guildhall.OptionChannel:
		return m.resolveChannel(guildhall.ChannelID(id), types)
	case guildhall.OptionMentionable:
		return m.resolveRole(guildhall.RoleID(id)) || m.resolveUser(guildhall.UserID(id))
	}
	return false
}

func plainText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

const optionTextMax = 6000

func (m *making) textValue(o *guildhall.AppOption, raw json.RawMessage, path []string) (json.RawMessage, error) {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return nil, guildhall.BadField("STRING_TYPE_CONVERT", "Could not interpret the value as string.", path...)
	}
	least, most := 0, optionTextMax
	if o.MinLength != nil {
		least = *o.MinLength
	}
	if o.MaxLength != nil {
		most = *o.MaxLength
	}
	if n := utf8.RuneCountInString(s); n < least || n > most {
		return nil, guildhall.BadField("BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most), path...)
	}
	return m.chosen(o, encode(s), path)
}

func (m *making) numberValue(o *guildhall.AppOption, raw json.RawMessage, path []string) (json.RawMessage, error) {
	n, err := strconv.ParseFloat(plainText(raw), 64)
	whole := o.Type == guildhall.OptionInteger
	if err != nil || whole && n != float64(int64(n)) || n > 1<<53 || n < -1<<53 {
		return nil, guildhall.BadField("NUMBER_TYPE_COERCE", "The value is not such a number.", path...)
	}
	if least, err := o.MinValue.Float64(); err == nil && n < least {
		return nil, guildhall.BadField("NUMBER_TYPE_MIN", fmt.Sprintf("The value should be greater than or equal to %s.", o.MinValue), path...)
	}
	if most, err := o.MaxValue.Float64(); err == nil && n > most {
		return nil, guildhall.BadField("NUMBER_TYPE_MAX", fmt.Sprintf("The value should be less than or equal to %s.", o.MaxValue), path...)
	}
	value := encode(n)
	if whole {
		value = encode(int64(n))
	}
	return m.chosen(o, value, path)
}

// chosen refuses a value that is none of the choices, where there are some.
func (m *making) chosen(o *guildhall.AppOption, value json.RawMessage, path []string) (json.RawMessage, error) {
	same := func(c guildhall.AppChoice) bool {
		if o.Type == guildhall.OptionString {
			return plainText(c.Value) == plainText(value)
		}
		a, errA := strconv.ParseFloat(string(c.Value), 64)
		b, errB := strconv.ParseFloat(string(value), 64)
		return errA == nil && errB == nil && a == b
	}
	if len(o.Choices) > 0 && !slices.ContainsFunc(o.Choices, same) {
		return nil, guildhall.BadField("BASE_TYPE_CHOICES", "The value is none of the choices.", path...)
	}
	return value, nil
}
