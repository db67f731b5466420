package api

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"guildhall"
)

// The documented limits of commands, in characters but for counts.
// discord: interactions/application-commands#application-command-object
const (
	appNameMax        = 32
	appDescriptionMax = 100
	appOptionsMax     = 25
	appChoicesMax     = 25
	appChoiceMax      = 100
	appStringMax      = 6000
	appCommandMax     = 8000
	appLocalesMax     = 40
	// int53Max is the largest number that an option may have.
	int53Max = 1 << 53
)

// appName is what names of commands typed in chat, and of options, look like.
// discord: interactions/application-commands#application-command-object-application-command-naming
var appName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// appLocales are the languages that names and descriptions can be given in.
// discord: reference#locales
var appLocales = strings.Fields(`id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru
	uk hi th zh-CN ja zh-TW ko`)

// appCommand reads a command. kind is its type where that is known already; else the body may say it.
func (f *form) appCommand(application guildhall.ApplicationID, kind int) guildhall.PutAppCommand {
	p := guildhall.PutAppCommand{Application: application, Type: kind}
	if kind == 0 {
		p.Type = f.choice("type", guildhall.AppCommandChatInput, guildhall.AppCommandUser, guildhall.AppCommandMessage).Or(guildhall.AppCommandChatInput)
	}
	chat := p.Type == guildhall.AppCommandChatInput
	size := 0
	p.Name = notNull(f.appName("name", chat))
	p.NameLocalizations = f.localizations("name_localizations", func(inner *form, locale string) guildhall.Optional[string] {
		return inner.appName(locale, chat)
	})
	p.Description = f.appDescription("description", chat)
	p.DescriptionLocalizations = f.localizations("description_localizations", func(inner *form, locale string) guildhall.Optional[string] {
		return inner.appDescription(locale, chat)
	})
	size += longest(p.Name.Value, p.NameLocalizations.Value) + longest(p.Description.Value, p.DescriptionLocalizations.Value)
	if forms, set := f.objects("options", appOptionsMax); set {
		if !chat && len(forms) > 0 {
			f.fail("APPLICATION_COMMAND_CONTEXT_MENU_WITH_OPTIONS", "Context menu commands cannot have options", "options")
		}
		options := f.appOptions(forms, 0, &size)
		p.Options = guildhall.Some(options)
	}
	p.DefaultMemberPermissions = f.permissions("default_member_permissions")
	p.DMPermission = notNull(f.boolean("dm_permission"))
	p.Contexts = f.numbers("contexts", guildhall.ContextGuild, guildhall.ContextBotDM, guildhall.ContextPrivate)
	p.IntegrationTypes = f.numbers("integration_types", 0, 1)
	p.NSFW = notNull(f.boolean("nsfw"))
	if size > appCommandMax {
		f.fail("APPLICATION_COMMAND_TOO_LARGE", fmt.Sprintf("Command exceeds maximum size (%d)", appCommandMax))
	}
	return p
}

func longest(text string, others map[string]string) int {
	most := utf8.RuneCountInString(text)
	for _, other := range others {
		most = max(most, utf8.RuneCountInString(other))
	}
	return most
}

// appName reads the name of a command or option. Names of context menus may have spaces and capitals.
func (f *form) appName(name string, chat bool) guildhall.Optional[string] {
	text := f.text(name, 1, appNameMax)
	if text.Set && !text.Null && chat && (!appName.MatchString(text.Value) || strings.ToLower(text.Value) != text.Value) {
		f.fail("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid", name)
		return guildhall.Optional[string]{}
	}
	return text
}

// appDescription reads a description, which context menus don't have.
func (f *form) appDescription(name string, chat bool) guildhall.Optional[string] {
	if chat {
		return notNull(f.text(name, 1, appDescriptionMax))
	}
	text := f.text(name, 0, appDescriptionMax)
	if text.Or("") != "" {
		f.fail("APPLICATION_COMMAND_CONTEXT_MENU_WITH_DESCRIPTION", "Context menu commands cannot have a description", name)
	}
	return guildhall.Optional[string]{}
}

// localizations reads an object of texts by locale.
func (f *form) localizations(
	name string, text func(inner *form, locale string) guildhall.Optional[string],
) guildhall.Optional[map[string]string] {
	_, set, ok := f.get(name)
	if !ok {
		return guildhall.Optional[map[string]string]{Set: set, Null: set}
	}
	inner := f.object(name)
	if inner == nil {
		return guildhall.Optional[map[string]string]{}
	}
	if !f.length(len(inner.fields), 0, appLocalesMax, name) {
		return guildhall.Optional[map[string]string]{}
	}
	all := map[string]string{}
	for locale := range inner.fields {
		if !slices.Contains(appLocales, locale) {
			inner.fail("BASE_TYPE_CHOICES", "Locale "+strconv.Quote(shortened(locale))+" is not known.", shortened(locale))
			continue
		}
		if t := text(inner, locale); t.Set && !t.Null {
			all[locale] = t.Value
		}
	}
	if len(all) == 0 {
		return guildhall.Optional[map[string]string]{Set: true, Null: true}
	}
	return guildhall.Some(all)
}

// numbers reads an array of some numbers, each once.
func (f *form) numbers(name string, of ...int) guildhall.Optional[[]int] {
	return read(f, name, func(raw json.RawMessage) ([]int, bool) {
		items, ok := f.listOf(raw, []string{name}, 2*len(of))
		all := []int{}
		for i, item := range items {
			n, err := strconv.Atoi(unquoted(item))
			if err != nil || !slices.Contains(of, n) {
				f.fail("BASE_TYPE_CHOICES", fmt.Sprintf("Value must be one of %v.", of), name, strconv.Itoa(i))
				ok = false
				continue
			}
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
		if ok && len(items) == 0 {
			f.fail("BASE_TYPE_BAD_LENGTH", "Must be 1 or more in length.", name)
			return nil, false
		}
		slices.Sort(all)
		return all, ok
	})
}

// appOptions reads options; depth counts the groups and sub-commands around them.
// discord: interactions/application-commands#application-command-object-application-command-option-structure
func (f *form) appOptions(forms []*form, depth int, size *int) []guildhall.AppOption {
	options := []guildhall.AppOption{}
	seen := map[string]bool{}
	optional, nested, plain := false, false, false
	for _, inner := range forms {
		o := inner.appOption(depth, size)
		if seen[o.Name] && o.Name != "" {
			inner.fail("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists", "name")
		}
		seen[o.Name] = true
		within := o.Type == guildhall.OptionSubcommand || o.Type == guildhall.OptionSubcommandGroup
		nested, plain = nested || within, plain || !within
		if nested && plain {
			inner.fail("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types", "type")
			nested, plain = within, !within // told once
		}
		if o.Required && optional {
			inner.fail("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
		options = append(options, o)
	}
	return options
}

// optionTypes are the types that may stand at a depth: groups at the top alone, sub-commands there and in groups, values
// anywhere but in a group itself.
func optionTypes(depth int) []int {
	values := []int{3, 4, 5, 6, 7, 8, 9, 10, 11}
	switch depth {
	case 0:
		return append([]int{guildhall.OptionSubcommand, guildhall.OptionSubcommandGroup}, values...)
	case depthInGroup:
		return []int{guildhall.OptionSubcommand}
	}
	return values
}

// Depths of options below the top.
const (
	depthInGroup      = 1
	depthInSubcommand = 2
)

func (f *form) appOption(depth int, size *int) guildhall.AppOption {
	f.required("type", "name", "description")
	o := guildhall.AppOption{
		Type: f.choice("type", optionTypes(depth)...).Value, Name: f.appName("name", true).Value,
		Description: f.text("description", 1, appDescriptionMax).Value, Required: f.boolean("required").Value,
	}
	o.NameLocalizations = f.localizations("name_localizations", func(inner *form, locale string) guildhall.Optional[string] {
		return inner.appName(locale, true)
	}).Value
	o.DescriptionLocalizations = f.localizations("description_localizations", func(inner *form, locale string) guildhall.Optional[string] {
		return inner.text(locale, 1, appDescriptionMax)
	}).Value
	*size += longest(o.Name, o.NameLocalizations) + longest(o.Description, o.DescriptionLocalizations)
	switch o.Type {
	case guildhall.OptionSubcommand, guildhall.OptionSubcommandGroup:
		next := depthInSubcommand
		if o.Type == guildhall.OptionSubcommandGroup {
			next = depthInGroup
		}
		inner, _ := f.objects("options", appOptionsMax)
		o.Options, o.Required = f.appOptions(inner, next, size), false
		if next == depthInGroup && len(inner) == 0 {
			f.fail("BASE_TYPE_REQUIRED", "This field is required", "options")
		}
	case guildhall.OptionString:
		o.MinLength = f.integer("min_length", 0, appStringMax).Pointer()
		o.MaxLength = f.integer("max_length", 1, appStringMax).Pointer()
		f.ordered(o.MinLength != nil && o.MaxLength != nil && *o.MinLength > *o.MaxLength, "max_length")
	case guildhall.OptionInteger, guildhall.OptionNumber:
		whole := o.Type == guildhall.OptionInteger
		var least, most float64
		o.MinValue, least = f.appNumber("min_value", whole)
		o.MaxValue, most = f.appNumber("max_value", whole)
		f.ordered(o.MinValue != "" && o.MaxValue != "" && least > most, "max_value")
	case guildhall.OptionChannel:
		for _, t := range f.numbers("channel_types", 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 15, 16).Value {
			o.ChannelTypes = append(o.ChannelTypes, guildhall.ChannelType(t))
		}
	}
	f.appChoices(&o, size)
	return o
}

func (f *form) ordered(wrong bool, name string) {
	if wrong {
		f.fail("APPLICATION_COMMAND_OPTIONS_BOUNDS_INVALID", "The smallest value must not be above the largest", name)
	}
}

// appNumber reads a bound of a number option.
func (f *form) appNumber(name string, whole bool) (json.Number, float64) {
	raw, _, ok := f.get(name)
	if !ok {
		return "", 0
	}
	text, n, ok := f.number(raw, whole, name)
	if !ok {
		return "", 0
	}
	return json.Number(text), n
}

// number reads what an option of a number may be.
func (f *form) number(raw json.RawMessage, whole bool, path ...string) (text string, n float64, ok bool) {
	text = string(raw)
	n, err := strconv.ParseFloat(text, 64)
	kind := "float"
	if whole {
		kind = "int"
	}
	switch {
	case err != nil || text[0] == '"' || whole && n != float64(int64(n)):
		f.fail("NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not %s.", shortened(text), kind), path...)
	case n > int53Max || n < -int53Max:
		f.fail("NUMBER_TYPE_MAX", fmt.Sprintf("%s value should be between -2^53 and 2^53.", kind), path...)
	default:
		if whole {
			text = strconv.FormatInt(int64(n), 10)
		}
		return text, n, true
	}
	return "", 0, false
}

// appChoices reads the choices and whether the application is asked for them while somebody types.
func (f *form) appChoices(o *guildhall.AppOption, size *int) {
	chooses := o.Type == guildhall.OptionString || o.Type == guildhall.OptionInteger || o.Type == guildhall.OptionNumber
	o.Autocomplete = f.boolean("autocomplete").Value
	forms, _ := f.objects("choices", appChoicesMax)
	switch {
	case !chooses && (o.Autocomplete || len(forms) > 0):
		f.fail("APPLICATION_COMMAND_OPTIONS_CHOICES_TYPE_INVALID", "Options of this type can't have choices", "choices")
	case o.Autocomplete && len(forms) > 0:
		f.fail("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES", "Options with autocomplete can't have choices", "choices")
	}
	if chooses {
		o.Choices = f.choices(forms, o.Type, size)
	}
}

// choices reads what may be chosen for an option of a type.
func (f *form) choices(forms []*form, kind int, size *int) []guildhall.AppChoice {
	var all []guildhall.AppChoice
	seen := map[string]bool{}
	for _, inner := range forms {
		inner.required("name", "value")
		c := guildhall.AppChoice{Name: inner.text("name", 1, appChoiceMax).Value}
		c.NameLocalizations = inner.localizations("name_localizations", func(in *form, locale string) guildhall.Optional[string] {
			return in.text(locale, 1, appChoiceMax)
		}).Value
		if raw, _, ok := inner.get("value"); ok {
			c.Value = inner.choiceValue(raw, kind)
		}
		if seen[c.Name] {
			inner.fail("APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Choice name already exists", "name")
		}
		seen[c.Name] = true
		*size += longest(c.Name, c.NameLocalizations) + utf8.RuneCountInString(unquoted(c.Value))
		all = append(all, c)
	}
	return all
}

func (f *form) choiceValue(raw json.RawMessage, kind int) json.RawMessage {
	if kind != guildhall.OptionString {
		text, _, ok := f.number(raw, kind == guildhall.OptionInteger, "value")
		if !ok {
			return nil
		}
		return json.RawMessage(text)
	}
	s, ok := f.plain(raw, "value")
	if !ok || !f.length(utf8.RuneCountInString(s), 0, appChoiceMax, "value") {
		return nil
	}
	return mustJSON(s)
}
