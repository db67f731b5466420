package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// appCommandsLimit says how many commands of each type an application may have globally, and in each guild.
// discord: interactions/application-commands#registering-a-command
func appCommandsLimit(kind int) guildhall.Limit {
	if kind == guildhall.AppCommandChatInput {
		return guildhall.LimitSlashCommands
	}
	return guildhall.LimitContextCommands
}

// appCommands are an application's commands in one place, on their way to being changed.
type appCommands struct {
	application guildhall.ApplicationID
	guild       guildhall.GuildID // 0 for global ones
	before      []*guildhall.ApplicationCommand
	limits      *guildhall.Limits
	nextID      func() guildhall.Snowflake
	// put and gone are what changes.
	put  []*guildhall.ApplicationCommand
	gone []*guildhall.ApplicationCommand
}

func (a *appCommands) find(id guildhall.Snowflake) *guildhall.ApplicationCommand {
	for _, c := range a.before {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// same is the command that a new one of that type and name takes the place of.
// discord: interactions/application-commands#create-global-application-command
func (a *appCommands) same(kind int, name string) *guildhall.ApplicationCommand {
	for _, c := range a.before {
		if c.Type == kind && c.Name == name {
			return c
		}
	}
	return nil
}

// note takes in how a command is to be; one that stays as it was keeps its version.
func (a *appCommands) note(before, now *guildhall.ApplicationCommand) *guildhall.ApplicationCommand {
	if before != nil && sameJSON(before, now) {
		return before
	}
	now.Version = a.nextID()
	a.put = append(a.put, now)
	return now
}

// made is a command as it is described, in the place of the one before, if any.
func (a *appCommands) made(before *guildhall.ApplicationCommand, p *guildhall.PutAppCommand) *guildhall.ApplicationCommand {
	c := guildhall.ApplicationCommand{
		ApplicationID: a.application, GuildID: a.guild, Type: p.Type, IntegrationTypes: []int{0},
	}
	if before != nil {
		c.ID, c.Version = before.ID, before.Version
	}
	now := p.Apply(c)
	if now.ID == 0 {
		now.ID = a.nextID()
	}
	return now
}

// upsert makes a command, or replaces the one with its type and name.
func (a *appCommands) upsert(p guildhall.PutAppCommand) (*guildhall.PutAppCommandAnswer, error) {
	before := a.same(p.Type, p.Name.Or(""))
	if before == nil {
		if err := a.limits.Room(appCommandsLimit(p.Type), a.count(p.Type)); err != nil {
			return nil, err
		}
	}
	return &guildhall.PutAppCommandAnswer{Created: before == nil, Command: a.note(before, a.made(before, &p))}, nil
}

func (a *appCommands) count(kind int) (n int) {
	for _, c := range a.before {
		if c.Type == kind {
			n++
		}
	}
	return n
}

func (a *appCommands) modify(p guildhall.PutAppCommand) (*guildhall.ApplicationCommand, error) {
	before := a.find(p.ID)
	if before == nil {
		return nil, errUnknownAppCommand
	}
	now := p.Apply(*before)
	if other := a.same(now.Type, now.Name); other != nil && other.ID != now.ID {
		return nil, guildhall.BadField("APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique", "name")
	}
	return a.note(before, now), nil
}

// overwrite makes the commands those described: what has the type and name, or the id, of one that is there stays it.
// discord: interactions/application-commands#bulk-overwrite-global-application-commands
func (a *appCommands) overwrite(all []guildhall.PutAppCommand) ([]*guildhall.ApplicationCommand, error) {
	result := []*guildhall.ApplicationCommand{}
	kept, counts := map[guildhall.Snowflake]bool{}, map[int]int{}
	for i := range all {
		p := &all[i]
		counts[p.Type]++
		if err := a.limits.Fit(appCommandsLimit(p.Type), counts[p.Type]); err != nil {
			return nil, err
		}
		before := a.same(p.Type, p.Name.Or(""))
		if named := a.find(p.ID); before == nil && named != nil && named.Type == p.Type && !kept[named.ID] {
			before = named
		}
		c := a.made(before, p)
		if before != nil {
			kept[before.ID] = true
		}
		result = append(result, a.note(before, c))
	}
	for _, c := range a.before {
		if !kept[c.ID] {
			a.gone = append(a.gone, c)
		}
	}
	return result, nil
}

func (a *appCommands) delete(id guildhall.Snowflake) error {
	c := a.find(id)
	if c == nil {
		return errUnknownAppCommand
	}
	a.gone = append(a.gone, c)
	return nil
}

// appCommandsOf are the guild's own commands of an application, for its bot, which must be a member.
func (g *guild) appCommandsOf(r *request, application guildhall.ApplicationID) (*appCommands, error) {
	if !r.system() && r.actor != guildhall.UserID(application) {
		return nil, errNotYourApplication
	}
	if m := r.view.Member(guildhall.UserID(application)); m == nil || !m.User.Bot {
		return nil, guildhall.ErrMissingAccess
	}
	a := &appCommands{application: application, guild: g.id, limits: r.limits, nextID: r.nextID}
	a.before = slices.DeleteFunc(r.view.AppCommands(application), func(c *guildhall.ApplicationCommand) bool { return c.GuildID == 0 })
	return a, nil
}

// write drafts the rows of what changed, and drops what the guild had set for commands that are gone.
func (a *appCommands) write(r *request, d *draft) {
	for _, c := range a.put {
		d.put(guildhall.GuildAppCommandRow(a.guild, c))
	}
	for _, c := range a.gone {
		d.put(guildhall.GuildAppCommandRow(a.guild, c).Deleted())
		if p := r.view.AppCommandPermissions(a.application, c.ID); p != nil {
			d.put(guildhall.AppCommandPermissionsRow(p).Deleted())
		}
	}
}

// discord: interactions/application-commands#create-guild-application-command
func (g *guild) putAppCommand(r *request, p guildhall.PutAppCommand) (*draft, error) {
	return g.changeAppCommands(r, p.Application, func(a *appCommands) (any, error) { return a.upsert(p) })
}

func (g *guild) modifyAppCommand(r *request, p guildhall.PutAppCommand) (*draft, error) {
	return g.changeAppCommands(r, p.Application, func(a *appCommands) (any, error) { return a.modify(p) })
}

func (g *guild) setAppCommands(r *request, s guildhall.SetAppCommands) (*draft, error) {
	return g.changeAppCommands(r, s.Application, func(a *appCommands) (any, error) { return a.overwrite(s.Commands) })
}

func (g *guild) deleteAppCommand(r *request, ref guildhall.AppCommandRef) (*draft, error) {
	return g.changeAppCommands(r, ref.Application, func(a *appCommands) (any, error) { return nil, a.delete(ref.ID) })
}

func (g *guild) changeAppCommands(
	r *request, application guildhall.ApplicationID, change func(*appCommands) (any, error),
) (*draft, error) {
	a, err := g.appCommandsOf(r, application)
	if err != nil {
		return nil, err
	}
	answer, err := change(a)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	a.write(r, d)
	if answer != nil {
		d.answer(answer)
	}
	return d, nil
}

// globalAppCommands takes over what an application's object says of its global commands. Of a bot that has left by now
// nothing is kept.
func (g *guild) globalAppCommands(r *request, f guildhall.GlobalAppCommands) (*draft, error) {
	d := &draft{}
	if r.view.Member(guildhall.UserID(f.Application)) == nil {
		return d, nil
	}
	if f.User != nil {
		var err error
		if d, err = g.replaceUser(r, *f.User); err != nil {
			return nil, err
		}
	}
	a := &appCommands{application: f.Application, guild: g.id}
	gone := slices.Clone(f.Gone)
	for _, c := range r.view.AppCommands(f.Application) {
		there := slices.ContainsFunc(f.Put, func(p *guildhall.ApplicationCommand) bool { return p.ID == c.ID })
		if c.GuildID == 0 && !there && (f.All || slices.Contains(gone, c.ID)) {
			a.gone = append(a.gone, c)
		}
	}
	for _, c := range f.Put {
		if before := r.view.AppCommand(f.Application, c.ID); before == nil || !sameJSON(before, c) {
			a.put = append(a.put, c)
		}
	}
	a.write(r, d)
	return d, nil
}

// dropAppCommands removes what hangs on a bot that leaves.
func (g *guild) dropAppCommands(r *request, d *draft, application guildhall.ApplicationID) {
	for _, c := range r.view.AppCommands(application) {
		d.put(guildhall.GuildAppCommandRow(g.id, c).Deleted())
	}
	for _, p := range r.view.AllAppCommandPermissions(application) {
		d.put(guildhall.AppCommandPermissionsRow(p).Deleted())
	}
}

func (g *guild) queryAppCommands(r *request) (any, error) {
	ref, err := body[guildhall.AppCommandRef](r.cmd)
	if err != nil {
		return nil, err
	}
	a, err := g.appCommandsOf(r, ref.Application)
	if err != nil {
		return nil, err
	}
	return a.shown(ref)
}

// queryAppCommandsNamed gives those of some commands that the guild knows, global ones included.
func (g *guild) queryAppCommandsNamed(r *request) (any, error) {
	if !r.system() {
		return nil, guildhall.ErrMissingAccess
	}
	named, err := body[[]guildhall.Snowflake](r.cmd)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(r.view.AppCommands(0), func(c *guildhall.ApplicationCommand) bool {
		return !slices.Contains(named, c.ID)
	}), nil
}

// shown are all commands in their place, or the one that is named.
func (a *appCommands) shown(ref guildhall.AppCommandRef) (any, error) {
	if ref.ID == 0 {
		return a.before, nil
	}
	if c := a.find(ref.ID); c != nil {
		return c, nil
	}
	return nil, errUnknownAppCommand
}
