package guilds

// pure core

import "guildhall"

// appCommandsOf are the application's global commands, for itself and for whoever owns it.
func (u *user) appCommandsOf(r *userRequest) (*appCommands, error) {
	application := r.view.Application()
	if application == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	return &appCommands{application: application.ID, limits: r.limits, nextID: r.nextID, before: r.view.AppCommands()}, nil
}

// discord: interactions/application-commands#create-global-application-command
func (u *user) putAppCommand(r *userRequest, p guildhall.PutAppCommand) (*draft, error) {
	return u.changeAppCommands(r, func(a *appCommands) (any, error) { return a.upsert(p) })
}

func (u *user) modifyAppCommand(r *userRequest, p guildhall.PutAppCommand) (*draft, error) {
	return u.changeAppCommands(r, func(a *appCommands) (any, error) { return a.modify(p) })
}

func (u *user) setAppCommands(r *userRequest, s guildhall.SetAppCommands) (*draft, error) {
	return u.changeAppCommands(r, func(a *appCommands) (any, error) { return a.overwrite(s.Commands) })
}

func (u *user) deleteAppCommand(r *userRequest, ref guildhall.AppCommandRef) (*draft, error) {
	return u.changeAppCommands(r, func(a *appCommands) (any, error) { return nil, a.delete(ref.ID) })
}

// changeAppCommands changes global commands, and tells all guilds that the bot is in what has changed.
// docs/decisions/006-interactions.md
func (u *user) changeAppCommands(r *userRequest, change func(*appCommands) (any, error)) (*draft, error) {
	a, err := u.appCommandsOf(r)
	if err != nil {
		return nil, err
	}
	answer, err := change(a)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	tell := guildhall.GlobalAppCommands{Application: a.application, Put: a.put}
	for _, c := range a.put {
		d.put(guildhall.UserAppCommandRow(c))
	}
	for _, c := range a.gone {
		d.put(guildhall.UserAppCommandRow(c).Deleted())
		tell.Gone = append(tell.Gone, c.ID)
	}
	if len(d.rows) > 0 {
		for _, g := range r.view.Guilds() {
			d.send(guildhall.GuildObject(g.ID), guildhall.CommandAppCommandsGlobal, tell)
		}
	}
	if answer != nil {
		d.answer(answer)
	}
	return d, nil
}

// bringAppCommands tells a guild that the bot has just joined of all its global commands and, where the guild was given
// the bot as it was before, of the bot: of two follow-ups of one record the guild would take the first alone.
func (u *user) bringAppCommands(r *userRequest, d *draft, guild guildhall.GuildID, stale bool) {
	tell := guildhall.GlobalAppCommands{Application: guildhall.ApplicationID(u.id), All: true, Put: r.view.AppCommands()}
	if stale {
		tell.User = r.view.User()
	}
	d.send(guildhall.GuildObject(guild), guildhall.CommandAppCommandsGlobal, tell)
}

func (u *user) queryAppCommands(r *userRequest) (any, error) {
	ref, err := body[guildhall.AppCommandRef](r.cmd)
	if err != nil {
		return nil, err
	}
	a, err := u.appCommandsOf(r)
	if err != nil {
		return nil, err
	}
	return a.shown(ref)
}

// sendInteraction tells a bot's sessions of an interaction in a private channel, which they need not have heard of yet.
func (u *user) sendInteraction(_ *userRequest, f guildhall.SendInteraction) (*draft, error) {
	return interactionSent(f), nil
}
