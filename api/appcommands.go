package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"guildhall"
)

var errNotYourApplication = &guildhall.Error{
	Status: http.StatusForbidden, Code: 20012, Message: "You are not authorized to perform this action on this application",
}

// onAppCommands makes a command to where the commands in the path live: the application's object, or the guild.
func (a *API) onAppCommands(r *request, name string, body any) *guildhall.Command {
	if r.guild() != 0 {
		return r.onGuild(name, body)
	}
	return r.onObject(guildhall.UserObject(guildhall.UserID(r.application())), name, body)
}

// appCommandError tells of somebody else's application, and of a guild that the bot is not in, what Discord tells.
func appCommandError(r *request, err error) error {
	switch {
	case err == nil:
		return nil
	case r.guild() == 0 && errors.Is(err, guildhall.ErrMissingAccess):
		return errNotYourApplication.Because(err)
	case r.guild() == 0 && errors.Is(err, guildhall.ErrUnknownUser):
		return guildhall.ErrUnknownApplication.Because(err)
	case r.guild() != 0 && errors.Is(err, guildhall.ErrUnknownGuild):
		return guildhall.ErrMissingAccess.Because(err)
	}
	return err
}

// shownCommand is a command as it is answered. In lists the localisations are left out unless they are asked for, and the
// text in the language that the request names is put beside the plain one.
// discord: interactions/application-commands#retrieving-localized-commands
type shownCommand struct {
	*guildhall.ApplicationCommand
	NameLocalizations        *map[string]string `json:"name_localizations,omitempty"`
	NameLocalized            string             `json:"name_localized,omitempty"`
	DescriptionLocalizations *map[string]string `json:"description_localizations,omitempty"`
	DescriptionLocalized     string             `json:"description_localized,omitempty"`
	Options                  []shownOption      `json:"options,omitempty"`
}

type shownOption struct {
	guildhall.AppOption
	NameLocalizations        *map[string]string `json:"name_localizations,omitempty"`
	NameLocalized            string             `json:"name_localized,omitempty"`
	DescriptionLocalizations *map[string]string `json:"description_localizations,omitempty"`
	DescriptionLocalized     string             `json:"description_localized,omitempty"`
	Options                  []shownOption      `json:"options,omitempty"`
	Choices                  []shownChoice      `json:"choices,omitempty"`
}

type shownChoice struct {
	guildhall.AppChoice
	NameLocalizations *map[string]string `json:"name_localizations,omitempty"`
	NameLocalized     string             `json:"name_localized,omitempty"`
}

// localization says how texts are shown.
type localization struct {
	whole  bool
	locale string
}

func (l localization) all(of map[string]string) *map[string]string {
	if !l.whole {
		return nil
	}
	return &of
}

func (l localization) one(of map[string]string) string {
	if l.whole {
		return ""
	}
	return of[l.locale]
}

func (l localization) command(c *guildhall.ApplicationCommand) shownCommand {
	return shownCommand{
		ApplicationCommand: c,
		NameLocalizations:  l.all(c.NameLocalizations), NameLocalized: l.one(c.NameLocalizations),
		DescriptionLocalizations: l.all(c.DescriptionLocalizations), DescriptionLocalized: l.one(c.DescriptionLocalizations),
		Options: l.options(c.Options),
	}
}

func (l localization) options(all []guildhall.AppOption) []shownOption {
	var shown []shownOption
	for _, o := range all {
		s := shownOption{
			AppOption: o, Options: l.options(o.Options),
			NameLocalizations: l.all(o.NameLocalizations), NameLocalized: l.one(o.NameLocalizations),
			DescriptionLocalizations: l.all(o.DescriptionLocalizations), DescriptionLocalized: l.one(o.DescriptionLocalizations),
		}
		for _, c := range o.Choices {
			s.Choices = append(s.Choices, shownChoice{c, l.all(c.NameLocalizations), l.one(c.NameLocalizations)})
		}
		shown = append(shown, s)
	}
	return shown
}

func (l localization) commands(all []*guildhall.ApplicationCommand) []shownCommand {
	shown := make([]shownCommand, len(all))
	for i, c := range all {
		shown[i] = l.command(c)
	}
	return shown
}

// wholly shows all languages.
var wholly = localization{whole: true}

func (a *API) listApplicationCommands(ctx context.Context, r *request) (any, error) {
	q := r.query()
	l := localization{whole: q.boolean("with_localizations").Value, locale: r.http.Header.Get("X-Discord-Locale")}
	if err := q.err(); err != nil {
		return nil, err
	}
	ref := guildhall.AppCommandRef{Application: r.application()}
	all, err := ask[[]*guildhall.ApplicationCommand](ctx, a.deps.Owners, a.onAppCommands(r, guildhall.QueryAppCommands, ref))
	if err != nil {
		return nil, appCommandError(r, err)
	}
	return l.commands(all), nil
}

// appCommand is the one in the path.
func (a *API) appCommand(ctx context.Context, r *request) (*guildhall.ApplicationCommand, error) {
	ref := guildhall.AppCommandRef{Application: r.application(), ID: r.ids["command_id"]}
	c, err := ask[*guildhall.ApplicationCommand](ctx, a.deps.Owners, a.onAppCommands(r, guildhall.QueryAppCommands, ref))
	return c, appCommandError(r, err)
}

func (a *API) getApplicationCommand(ctx context.Context, r *request) (any, error) {
	c, err := a.appCommand(ctx, r)
	if err != nil {
		return nil, err
	}
	return wholly.command(c), nil
}

func (a *API) createApplicationCommand(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	p := f.newAppCommand(r.application())
	if err := f.err(); err != nil {
		return nil, err
	}
	made, err := tell[guildhall.PutAppCommandAnswer](ctx, a.deps.Owners, a.onAppCommands(r, guildhall.CommandAppCommandPut, p))
	if err != nil {
		return nil, appCommandError(r, err)
	}
	status := http.StatusOK
	if made.Created {
		status = http.StatusCreated
	}
	return reply{status: status, body: wholly.command(made.Command)}, nil
}

// newAppCommand reads a command that is described whole.
func (f *form) newAppCommand(application guildhall.ApplicationID) guildhall.PutAppCommand {
	f.required("name")
	p := f.appCommand(application, 0)
	if p.Type == guildhall.AppCommandChatInput {
		f.required("description")
	}
	return p
}

func (a *API) updateApplicationCommand(ctx context.Context, r *request) (any, error) {
	before, err := a.appCommand(ctx, r)
	if err != nil {
		return nil, err
	}
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	p := f.appCommand(r.application(), before.Type) // a type never changes
	p.ID = before.ID
	if err := f.err(); err != nil {
		return nil, err
	}
	c, err := tell[*guildhall.ApplicationCommand](ctx, a.deps.Owners, a.onAppCommands(r, guildhall.CommandAppCommandModify, p))
	if err != nil {
		return nil, appCommandError(r, err)
	}
	return wholly.command(c), nil
}

func (a *API) bulkSetApplicationCommands(ctx context.Context, r *request) (any, error) {
	forms, f, err := parseForms(r.body, guildhall.LimitSlashCommands.Max()+2*guildhall.LimitContextCommands.Max())
	if err != nil {
		return nil, err
	}
	set := guildhall.SetAppCommands{Application: r.application(), Commands: []guildhall.PutAppCommand{}}
	for _, inner := range forms {
		p := inner.newAppCommand(r.application())
		p.ID = inner.id("id").Value
		same := func(o guildhall.PutAppCommand) bool { return o.Type == p.Type && o.Name.Value == p.Name.Value }
		if p.Name.Set && slices.ContainsFunc(set.Commands, same) {
			inner.fail("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique", "name")
		}
		set.Commands = append(set.Commands, p)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	all, err := tell[[]*guildhall.ApplicationCommand](ctx, a.deps.Owners, a.onAppCommands(r, guildhall.CommandAppCommandsSet, set))
	if err != nil {
		return nil, appCommandError(r, err)
	}
	return wholly.commands(all), nil
}

func (a *API) deleteApplicationCommand(ctx context.Context, r *request) (any, error) {
	ref := guildhall.AppCommandRef{Application: r.application(), ID: r.ids["command_id"]}
	_, err := a.silently(ctx, a.onAppCommands(r, guildhall.CommandAppCommandDelete, ref))
	return nil, appCommandError(r, err)
}
