package guildhall

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Commands and queries of application commands. The global ones are asked of the application's object, those of a guild
// of the guild.
const (
	CommandAppCommandPut       = "app_command.put"         // PutAppCommand → PutAppCommandAnswer
	CommandAppCommandModify    = "app_command.modify"      // PutAppCommand → ApplicationCommand
	CommandAppCommandDelete    = "app_command.delete"      // AppCommandRef → –
	CommandAppCommandsSet      = "app_command.set"         // SetAppCommands → []ApplicationCommand
	CommandAppCommandsGlobal   = "app_command.global"      // guild; follow-up; GlobalAppCommands → –
	CommandAppCommandPermit    = "app_command.permissions" // guild; AppCommandPermissions → AppCommandPermissions
	QueryAppCommands           = "get.app_commands"        // AppCommandRef → []ApplicationCommand, or with an ID the one
	QueryAppCommandsNamed      = "get.app_commands.named"  // guild; system only; []Snowflake → []ApplicationCommand, global ones too
	QueryAppCommandPermissions = "get.app_command.permissions"
	QueryAppCommandIndex       = "get.app_command.index" // by channel → AppCommandIndex
)

// The types of command.
// discord: interactions/application-commands#application-command-object-application-command-types
const (
	AppCommandChatInput = 1
	AppCommandUser      = 2
	AppCommandMessage   = 3
)

// The types of option.
// discord: interactions/application-commands#application-command-object-application-command-option-type
const (
	OptionSubcommand      = 1
	OptionSubcommandGroup = 2
	OptionString          = 3
	OptionInteger         = 4
	OptionBoolean         = 5
	OptionUser            = 6
	OptionChannel         = 7
	OptionRole            = 8
	OptionMentionable     = 9
	OptionNumber          = 10
	OptionAttachment      = 11
)

// Where a command may be used.
// discord: interactions/receiving-and-responding#interaction-object-interaction-context-types
const (
	ContextGuild   = 0
	ContextBotDM   = 1
	ContextPrivate = 2
)

// ApplicationCommand is a command as stored and, with its localisations, shown.
// discord: interactions/application-commands#application-command-object
type ApplicationCommand struct {
	ID            Snowflake     `json:"id"`
	ApplicationID ApplicationID `json:"application_id"`
	// GuildID is 0 for a global command.
	GuildID                  GuildID           `json:"guild_id,omitempty"`
	Version                  Snowflake         `json:"version"`
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations"`
	Options                  []AppOption       `json:"options,omitempty"`
	// DefaultMemberPermissions are needed to use it unless the guild says otherwise; nil for none, 0 for administrators only.
	DefaultMemberPermissions *Permissions `json:"default_member_permissions"`
	DMPermission             *bool        `json:"dm_permission,omitempty"`
	Contexts                 []int        `json:"contexts"`
	IntegrationTypes         []int        `json:"integration_types"`
	NSFW                     bool         `json:"nsfw"`
}

// AppOption is an option of a command, or a sub-command or group of them.
// discord: interactions/application-commands#application-command-object-application-command-option-structure
type AppOption struct {
	Type                     int               `json:"type"`
	Name                     string            `json:"name"`
	NameLocalizations        map[string]string `json:"name_localizations,omitempty"`
	Description              string            `json:"description"`
	DescriptionLocalizations map[string]string `json:"description_localizations,omitempty"`
	Required                 bool              `json:"required,omitempty"`
	Choices                  []AppChoice       `json:"choices,omitempty"`
	Options                  []AppOption       `json:"options,omitempty"`
	ChannelTypes             []ChannelType     `json:"channel_types,omitempty"`
	MinValue                 json.Number       `json:"min_value,omitempty"`
	MaxValue                 json.Number       `json:"max_value,omitempty"`
	MinLength                *int              `json:"min_length,omitempty"`
	MaxLength                *int              `json:"max_length,omitempty"`
	Autocomplete             bool              `json:"autocomplete,omitempty"`
}

// AppChoice is one of the values that an option may have.
type AppChoice struct {
	Name              string            `json:"name"`
	NameLocalizations map[string]string `json:"name_localizations,omitempty"`
	// Value is a string or a number, as the option's type asks.
	Value json.RawMessage `json:"value"`
}

// PutAppCommand makes a command or changes one: what is not set has its default in the first case and stays in the second.
type PutAppCommand struct {
	Application              ApplicationID               `json:"application"`
	ID                       Snowflake                   `json:"id,omitempty"`
	Type                     int                         `json:"type,omitempty"`
	Name                     Optional[string]            `json:"name,omitzero"`
	NameLocalizations        Optional[map[string]string] `json:"name_localizations,omitzero"`
	Description              Optional[string]            `json:"description,omitzero"`
	DescriptionLocalizations Optional[map[string]string] `json:"description_localizations,omitzero"`
	Options                  Optional[[]AppOption]       `json:"options,omitzero"`
	DefaultMemberPermissions Optional[Permissions]       `json:"default_member_permissions,omitzero"`
	DMPermission             Optional[bool]              `json:"dm_permission,omitzero"`
	Contexts                 Optional[[]int]             `json:"contexts,omitzero"`
	IntegrationTypes         Optional[[]int]             `json:"integration_types,omitzero"`
	NSFW                     Optional[bool]              `json:"nsfw,omitzero"`
}

// PutAppCommandAnswer tells whether the command is a new one.
type PutAppCommandAnswer struct {
	Created bool                `json:"created"`
	Command *ApplicationCommand `json:"command"`
}

// SetAppCommands replaces all commands of the application in their place.
type SetAppCommands struct {
	Application ApplicationID   `json:"application"`
	Commands    []PutAppCommand `json:"commands"`
}

// AppCommandRef names a command or, without an ID, all of an application in their place.
type AppCommandRef struct {
	Application ApplicationID `json:"application"`
	ID          Snowflake     `json:"id,omitempty"`
}

// GlobalAppCommands tells a guild of an application's global commands: of all of them, or of what has changed.
type GlobalAppCommands struct {
	Application ApplicationID         `json:"application"`
	All         bool                  `json:"all,omitempty"`
	Put         []*ApplicationCommand `json:"put,omitempty"`
	Gone        []Snowflake           `json:"gone,omitempty"`
	// User is the bot, where the guild may know it as it was.
	User *User `json:"user,omitempty"`
}

// AppCommandIndex are the commands that somebody can use in a channel, and whose they are. A private channel's owner
// knows only the applications: Commands is nil.
type AppCommandIndex struct {
	Applications []AppCommandOwner     `json:"applications"`
	Commands     []*ApplicationCommand `json:"application_commands"`
}

// AppCommandOwner is an application as far as whoever uses its commands need know it.
type AppCommandOwner struct {
	ID   ApplicationID `json:"id"`
	Name string        `json:"name"`
	Icon *string       `json:"icon"`
	Bot  User          `json:"bot"`
}

// Apply gives the command with what is set changed.
func (p *PutAppCommand) Apply(c ApplicationCommand) *ApplicationCommand {
	c.Name = p.Name.Or(c.Name)
	c.Description = p.Description.Or(c.Description)
	set(&c.NameLocalizations, p.NameLocalizations)
	set(&c.DescriptionLocalizations, p.DescriptionLocalizations)
	set(&c.Options, p.Options)
	set(&c.Contexts, p.Contexts)
	if p.IntegrationTypes.Set && !p.IntegrationTypes.Null {
		c.IntegrationTypes = p.IntegrationTypes.Value
	}
	if p.DefaultMemberPermissions.Set {
		c.DefaultMemberPermissions = p.DefaultMemberPermissions.Pointer()
	}
	c.NSFW = p.NSFW.Or(c.NSFW)
	c.permitDM(p)
	return &c
}

// permitDM keeps the older dm_permission and contexts in step; the newer one wins.
// discord: interactions/application-commands#create-global-application-command
func (c *ApplicationCommand) permitDM(p *PutAppCommand) {
	if c.GuildID != 0 {
		c.DMPermission, c.Contexts = nil, nil
		return
	}
	if p.DMPermission.Set && !p.Contexts.Set {
		c.Contexts = nil
		if !p.DMPermission.Or(true) {
			c.Contexts = []int{ContextGuild}
		}
	}
	allowed := c.Contexts == nil || slices.Contains(c.Contexts, ContextBotDM)
	c.DMPermission = &allowed
}

// In tells whether the command can be used in a kind of place.
func (c *ApplicationCommand) In(context int) bool {
	if c.GuildID != 0 {
		return context == ContextGuild
	}
	if c.Contexts == nil {
		return context != ContextPrivate // where only commands for users come
	}
	return slices.Contains(c.Contexts, context)
}

func set[T any](field *T, to Optional[T]) {
	if to.Set {
		var none T
		*field = to.Or(none)
	}
}

// UserAppCommandRow holds one of an application's global commands.
func UserAppCommandRow(c *ApplicationCommand) Row {
	return stateRow(UserObject(UserID(c.ApplicationID)), stateAppCommand, c.ID.Key(), c)
}

// GuildAppCommandRow holds a guild's own command, or its copy of a global one.
func GuildAppCommandRow(guild GuildID, c *ApplicationCommand) Row {
	return stateRow(GuildObject(guild), stateAppCommand, c.ApplicationID.Key()+c.ID.Key(), c)
}

func compareAppCommands(a, b *ApplicationCommand) int { return cmp.Compare(a.ID, b.ID) }

// AppCommands gives an application's global commands by id.
func (v UserView) AppCommands() []*ApplicationCommand {
	return sorted(v.s.commands.All(v.staged), compareAppCommands)
}

// AppCommands gives the commands that the guild knows of an application by id, global ones included.
func (v GuildView) AppCommands(application ApplicationID) []*ApplicationCommand {
	found := []*ApplicationCommand{}
	for _, c := range v.s.commands.All(v.staged) {
		if c.ApplicationID == application || application == 0 {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, compareAppCommands)
	return found
}

// AppCommand gives one of an application's commands, or nil.
func (v GuildView) AppCommand(application ApplicationID, id Snowflake) *ApplicationCommand {
	c, _ := v.s.commands.Get(application.Key()+id.Key(), v.staged)
	return c
}
