package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"guildhall"
)

// errorsMax bounds how many mistakes are told of at once, so that a small body can't make a large answer.
const errorsMax = 100

// form reads the fields of a JSON object one by one and gathers what is wrong with them, as the tree of code 50035 wants
// it. Fields that nobody reads are ignored.
// discord: reference#error-messages
type form struct {
	fields map[string]json.RawMessage
	path   []string
	wrong  *[]guildhall.FieldError // shared with the forms within
	// limits are those that an operator can set; nil are Discord's.
	limits *guildhall.Limits
	// proxy gives the address at which this server shows a picture of somebody else's; nil where the form has none.
	proxy func(address string) string
}

func newForm(fields map[string]json.RawMessage) *form {
	return &form{fields: fields, wrong: new([]guildhall.FieldError)}
}

// parseForm reads a body; null is a form without fields.
func parseForm(body []byte) (*form, error) {
	f := newForm(nil)
	if err := json.Unmarshal(body, &f.fields); err != nil {
		return nil, guildhall.BadField("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
	}
	return f, nil
}

// parseForms reads a body that is an array of objects.
func parseForms(body []byte, most int) ([]*form, *form, error) {
	top := newForm(map[string]json.RawMessage{"": body})
	top.path = nil
	items, ok := top.listOf(body, nil, most)
	if !ok {
		return nil, nil, top.err()
	}
	forms := top.forms(items, nil)
	return forms, top, nil
}

// err is what is wrong, or nil.
func (f *form) err() error {
	if len(*f.wrong) == 0 {
		return nil
	}
	return guildhall.Invalid(*f.wrong...)
}

// fail notes that the field at the path below the form is wrong.
func (f *form) fail(code, message string, path ...string) {
	if len(*f.wrong) >= errorsMax {
		return
	}
	*f.wrong = append(*f.wrong, guildhall.FieldError{Path: slices.Concat(f.path, path), Code: code, Message: message})
}

// has tells whether a field is there and not null.
func (f *form) has(name string) bool {
	raw, ok := f.fields[name]
	return ok && string(raw) != "null"
}

// required notes those fields that are missing or null.
func (f *form) required(names ...string) {
	for _, name := range names {
		if !f.has(name) {
			f.fail("BASE_TYPE_REQUIRED", "This field is required", name)
		}
	}
}

// get gives a field's text; ok is false for one that is missing or null, and set tells the two apart.
func (f *form) get(name string) (raw json.RawMessage, set, ok bool) {
	raw, set = f.fields[name]
	return raw, set, set && string(raw) != "null"
}

// read is the common part of all readers: left out, null, or what convert makes of it.
func read[T any](f *form, name string, convert func(json.RawMessage) (T, bool)) guildhall.Optional[T] {
	raw, set, ok := f.get(name)
	if !ok {
		return guildhall.Optional[T]{Set: set, Null: set}
	}
	v, ok := convert(raw)
	if !ok {
		return guildhall.Optional[T]{}
	}
	return guildhall.Some(v)
}

// text reads a string of min to max code points; spaces around it don't count and are dropped.
func (f *form) text(name string, min, max int) guildhall.Optional[string] {
	return read(f, name, func(raw json.RawMessage) (string, bool) {
		s, ok := f.plain(raw, name)
		s = strings.TrimSpace(s)
		return s, ok && f.length(utf8.RuneCountInString(s), min, max, name)
	})
}

func (f *form) plain(raw json.RawMessage, name string) (string, bool) {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil || strings.ContainsRune(s, 0) {
		f.fail("STRING_TYPE_CONVERT", "Could not interpret the value as string.", name)
		return "", false
	}
	return s, true
}

func (f *form) length(n, min, max int, path ...string) bool {
	switch {
	case n >= min && n <= max:
		return true
	case min > 0:
		f.fail("BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", min, max), path...)
	default:
		f.fail("BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", max), path...)
	}
	return false
}

// integer reads a number, or a string of one, from min to max.
func (f *form) integer(name string, min, max int64) guildhall.Optional[int] {
	return read(f, name, func(raw json.RawMessage) (int, bool) {
		text := unquoted(raw)
		n, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 64) // discord.py sends hours as 24.0
		switch {
		case err != nil:
			f.fail("NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not int.", shortened(text)), name)
		case n < min:
			f.fail("NUMBER_TYPE_MIN", fmt.Sprintf("int value should be greater than or equal to %d.", min), name)
		case n > max:
			f.fail("NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", max), name)
		default:
			return int(n), true
		}
		return 0, false
	})
}

// choice reads a number that is one of some.
func (f *form) choice(name string, values ...int) guildhall.Optional[int] {
	return read(f, name, func(raw json.RawMessage) (int, bool) {
		n, err := strconv.Atoi(unquoted(raw))
		if err != nil || !slices.Contains(values, n) {
			texts := make([]string, len(values))
			for i, v := range values {
				texts[i] = strconv.Itoa(v)
			}
			f.fail("BASE_TYPE_CHOICES", "Value must be one of ("+strings.Join(texts, ", ")+").", name)
			return 0, false
		}
		return n, true
	})
}

// boolean reads true or false.
func (f *form) boolean(name string) guildhall.Optional[bool] {
	return read(f, name, func(raw json.RawMessage) (bool, bool) {
		switch strings.ToLower(unquoted(raw)) {
		case "true", "1":
			return true, true
		case "false", "0":
			return false, true
		}
		f.fail("BOOLEAN_TYPE_CONVERT", "Must be either true or false.", name)
		return false, false
	})
}

// id reads a snowflake.
func (f *form) id(name string) guildhall.Optional[guildhall.Snowflake] {
	return read(f, name, func(raw json.RawMessage) (guildhall.Snowflake, bool) { return f.snowflake(raw, name) })
}

// cursor reads a snowflake to page from; libraries begin at 0, as hikari and discord.py do.
func (f *form) cursor(name string) guildhall.Optional[guildhall.Snowflake] {
	if raw, _, ok := f.get(name); ok && unquoted(raw) == "0" {
		return guildhall.Some(guildhall.Snowflake(0))
	}
	return f.id(name)
}

func (f *form) snowflake(raw json.RawMessage, path ...string) (guildhall.Snowflake, bool) {
	var id guildhall.Snowflake
	text := unquoted(raw)
	if err := id.UnmarshalText([]byte(text)); err != nil {
		wrong := notSnowflake(text, path...)
		f.fail(wrong.Code, wrong.Message, wrong.Path...)
		return 0, false
	}
	return id, true
}

func notSnowflake(text string, path ...string) guildhall.FieldError {
	return guildhall.FieldError{
		Path: path, Code: "NUMBER_TYPE_COERCE", Message: fmt.Sprintf("Value %q is not snowflake.", shortened(text)),
	}
}

// ids reads an array of snowflakes without repeats; null ones in it are dropped.
func (f *form) ids(name string, max int) guildhall.Optional[[]guildhall.Snowflake] {
	return read(f, name, func(raw json.RawMessage) ([]guildhall.Snowflake, bool) {
		items, ok := f.listOf(raw, []string{name}, max)
		all := make([]guildhall.Snowflake, 0, len(items))
		for i, item := range items {
			if string(item) == "null" {
				continue
			}
			id, good := f.snowflake(item, name, strconv.Itoa(i))
			ok = ok && good
			if good && !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
		return all, ok
	})
}

// texts reads an array of strings.
func (f *form) texts(name string, max int) []string {
	return read(f, name, func(raw json.RawMessage) ([]string, bool) {
		items, ok := f.listOf(raw, []string{name}, max)
		all := make([]string, 0, len(items))
		for _, item := range items {
			s, good := f.plain(item, name)
			ok = ok && good
			all = append(all, s)
		}
		return all, ok
	}).Value
}

// permissions reads a permission set.
func (f *form) permissions(name string) guildhall.Optional[guildhall.Permissions] {
	return read(f, name, func(raw json.RawMessage) (guildhall.Permissions, bool) {
		var p guildhall.Permissions
		if err := p.UnmarshalJSON(raw); err != nil {
			f.fail("NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not int.", shortened(unquoted(raw))), name)
			return 0, false
		}
		return p, true
	})
}

// time reads a moment as ISO 8601.
func (f *form) time(name string) guildhall.Optional[guildhall.Timestamp] {
	return read(f, name, func(raw json.RawMessage) (guildhall.Timestamp, bool) {
		var at guildhall.Timestamp
		if err := at.UnmarshalJSON(raw); err != nil {
			text := shortened(unquoted(raw))
			f.fail("DATE_TIME_TYPE_PARSE", "Could not parse "+text+". Should be ISO8601.", name)
			return 0, false
		}
		return at, true
	})
}

// object gives a field's fields; nil where it is missing, null or no object.
func (f *form) object(name string) *form {
	raw, _, ok := f.get(name)
	if !ok {
		return nil
	}
	return f.within(raw, name)
}

// objects gives the elements of an array of objects; set tells whether the field is there, null counting as empty.
func (f *form) objects(name string, max int) (all []*form, set bool) {
	raw, set, ok := f.get(name)
	if !ok {
		return nil, set
	}
	items, ok := f.listOf(raw, []string{name}, max)
	if !ok {
		return nil, set
	}
	return f.forms(items, []string{name}), set
}

func (f *form) forms(items []json.RawMessage, path []string) []*form {
	var all []*form
	for i, item := range items {
		if inner := f.within(item, append(slices.Clone(path), strconv.Itoa(i))...); inner != nil {
			all = append(all, inner)
		}
	}
	return all
}

func (f *form) within(raw json.RawMessage, path ...string) *form {
	inner := &form{path: slices.Concat(f.path, path), wrong: f.wrong, limits: f.limits, proxy: f.proxy}
	if err := json.Unmarshal(raw, &inner.fields); err != nil || inner.fields == nil {
		f.fail("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType", path...)
		return nil
	}
	return inner
}

func (f *form) listOf(raw json.RawMessage, path []string, max int) ([]json.RawMessage, bool) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		f.fail("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType", path...)
		return nil, false
	}
	if !f.length(len(items), 0, max, path...) {
		return nil, false
	}
	return items, true
}

// refuse notes fields that Discord knows and that are not served here yet, where they ask for something: what is taken and
// forgotten would look as if it worked.
func (f *form) refuse(names ...string) {
	for _, name := range names {
		raw, _, ok := f.get(name)
		raw = bytes.TrimSpace(raw)
		empty := slices.Contains([]string{"[]", "{}", `""`, "false"}, string(raw))
		if ok && !empty {
			f.fail("NOT_SERVED", "This field is not served here yet.", name)
		}
	}
}

// unquoted is the text of a number, or of a number in a string.
func unquoted(raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		return s
	}
	return string(raw)
}

// shortened keeps error messages small, whatever is in them.
func shortened(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// idOf gives a snowflake field the type it stands for.
func idOf[T ~uint64](o guildhall.Optional[guildhall.Snowflake]) guildhall.Optional[T] {
	return guildhall.Optional[T]{Set: o.Set, Null: o.Null, Value: T(o.Value)}
}

// idsOf does so for an array.
func idsOf[T ~uint64](ids []guildhall.Snowflake) []T {
	typed := make([]T, len(ids))
	for i, id := range ids {
		typed[i] = T(id)
	}
	return typed
}

// notNull takes null for left out, in fields that can't be null.
func notNull[T any](o guildhall.Optional[T]) guildhall.Optional[T] {
	if o.Null {
		return guildhall.Optional[T]{}
	}
	return o
}
