package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"guildhall"
	"guildhall/store"
)

// discord: resources/audit-log#get-guild-audit-log
const (
	auditLogMax     = 100
	auditLogDefault = 50
	auditEventMax   = 1 << 10
)

// auditLog is a page of a guild's audit log with what its entries name. Things that are gone are left out, as are those of
// kinds that no entry is about yet.
// discord: resources/audit-log#audit-log-object
type auditLog struct {
	Entries       []guildhall.AuditLogEntry  `json:"audit_log_entries"`
	Users         []guildhall.User           `json:"users"`
	Integrations  []auditedIntegration       `json:"integrations"`
	Webhooks      []guildhall.Webhook        `json:"webhooks"`
	Events        []guildhall.ScheduledEvent `json:"guild_scheduled_events"`
	Threads       []*guildhall.Thread        `json:"threads"`
	Commands      []shownCommand             `json:"application_commands"`
	AutoModerates []struct{}                 `json:"auto_moderation_rules"`
}

// auditedIntegration is what the log tells of a bot.
// discord: resources/audit-log#audit-log-object-example-partial-integration-object
type auditedIntegration struct {
	ID            guildhall.ApplicationID      `json:"id"`
	Name          string                       `json:"name"`
	Type          string                       `json:"type"`
	Account       guildhall.IntegrationAccount `json:"account"`
	ApplicationID guildhall.ApplicationID      `json:"application_id"`
}

// listGuildAuditLogEntries is a page, newest first; oldest first after an id.
// discord: resources/audit-log#get-guild-audit-log
func (a *API) listGuildAuditLogEntries(ctx context.Context, r *request) (any, error) {
	q := r.query()
	user, event := guildhall.UserID(q.cursor("user_id").Value), q.integer("action_type", 0, auditEventMax).Value
	limit := q.integer("limit", 1, auditLogMax).Or(auditLogDefault)
	target, before, after := q.cursor("target_id").Value, q.cursor("before"), q.cursor("after")
	if err := q.err(); err != nil {
		return nil, err
	}
	s := span{
		table: guildhall.TableAuditLog, part: guildhall.AuditLogPart(r.guild(), user, guildhall.AuditLogEvent(event), target),
		reverse: true, limit: limit,
	}
	if before.Value != 0 {
		s.before = before.Value.Key()
	}
	if after.Set {
		s.after, s.reverse = after.Value.Key(), before.Value != 0
	}
	b := behind{guildhall.ChannelID(r.guild()), func(projected uint64) *guildhall.Command {
		return r.onGuild(guildhall.QueryAuditLog, guildhall.AuditLogQuery{Projected: projected})
	}}
	pages, _, err := a.pagesOf(ctx, b, s)
	if err != nil {
		return nil, err
	}
	return a.showAuditLog(ctx, r, pages[0])
}

func (a *API) showAuditLog(ctx context.Context, r *request, rows []store.Stored) (*auditLog, error) {
	log := &auditLog{
		Entries: make([]guildhall.AuditLogEntry, len(rows)), Integrations: []auditedIntegration{}, Webhooks: []guildhall.Webhook{},
		Events: []guildhall.ScheduledEvent{}, Threads: []*guildhall.Thread{}, Commands: []shownCommand{}, AutoModerates: []struct{}{},
	}
	var named []guildhall.UserID
	for i, row := range rows {
		e := &log.Entries[i]
		if err := json.Unmarshal(row.Value, e); err != nil {
			return nil, fmt.Errorf("decode audit log entry: %w", err)
		}
		named = append(named, e.UserID)
		if aboutUser(e.ActionType) {
			named = append(named, guildhall.UserID(e.TargetID))
		}
	}
	if err := a.nameTargets(ctx, r, log); err != nil {
		return nil, err
	}
	var err error
	log.Users, err = a.usersNamed(ctx, named)
	return log, err
}

// nameTargets adds the events, webhooks, integrations, threads and commands that entries are about, as far as they are there still. Who may
// read the log is told of all of them.
func (a *API) nameTargets(ctx context.Context, r *request, log *auditLog) error {
	for _, add := range []func(context.Context, *request, *auditLog) error{
		a.addAuditedEvents, a.addAuditedWebhooks, a.addAuditedIntegrations, a.addAuditedThreads, a.addAuditedCommands,
	} {
		if err := add(ctx, r, log); err != nil {
			return err
		}
	}
	return nil
}

// ofAudited asks the guild, as the system, for what entries are about.
func ofAudited[T any](ctx context.Context, a *API, r *request, name string, body any) (T, error) {
	cmd := newCommand(name, body)
	cmd.Object = guildhall.GuildObject(r.guild())
	return ask[T](ctx, a.deps.Owners, cmd)
}

func (a *API) addAuditedEvents(ctx context.Context, r *request, log *auditLog) error {
	named := log.about(guildhall.AuditScheduledEventCreate, guildhall.AuditScheduledEventDelete)
	if len(named) == 0 {
		return nil
	}
	all, err := ofAudited[[]guildhall.ScheduledEvent](ctx, a, r, guildhall.QueryEvents, guildhall.EventQuery{})
	log.Events = slices.DeleteFunc(all, func(e guildhall.ScheduledEvent) bool { return !slices.Contains(named, e.ID) })
	return err
}

func (a *API) addAuditedWebhooks(ctx context.Context, r *request, log *auditLog) error {
	named := log.about(guildhall.AuditWebhookCreate, guildhall.AuditWebhookDelete)
	if len(named) == 0 {
		return nil
	}
	all, err := ofAudited[[]guildhall.Webhook](ctx, a, r, guildhall.QueryGuildWebhooks, nil)
	log.Webhooks = slices.DeleteFunc(all, func(w guildhall.Webhook) bool { return !slices.Contains(named, w.ID) })
	return err
}

func (a *API) addAuditedIntegrations(ctx context.Context, r *request, log *auditLog) error {
	named := log.about(guildhall.AuditIntegrationCreate, guildhall.AuditIntegrationDelete)
	if len(named) == 0 {
		return nil
	}
	all, err := ofAudited[[]guildhall.Integration](ctx, a, r, guildhall.QueryIntegrations, nil)
	for _, i := range all {
		if slices.Contains(named, guildhall.Snowflake(i.ID)) {
			log.Integrations = append(log.Integrations, auditedIntegration{i.ID, i.Name, i.Type, i.Account, i.ID})
		}
	}
	return err
}

// addAuditedThreads adds archived threads too, which clients need not know.
func (a *API) addAuditedThreads(ctx context.Context, r *request, log *auditLog) error {
	var named []guildhall.ChannelID
	for _, id := range log.about(guildhall.AuditThreadCreate, guildhall.AuditThreadUpdate) {
		if !slices.Contains(named, guildhall.ChannelID(id)) {
			named = append(named, guildhall.ChannelID(id))
		}
	}
	if len(named) == 0 {
		return nil
	}
	threads, err := ofAudited[[]*guildhall.Thread](ctx, a, r, guildhall.QueryThreadsNamed, guildhall.ThreadsNamed{IDs: named})
	log.Threads = append(log.Threads, threads...)
	return err
}

// addAuditedCommands adds the commands whose permissions were changed, global ones too. Where permissions were set for all
// commands of an application the target is the application, which names none.
func (a *API) addAuditedCommands(ctx context.Context, r *request, log *auditLog) error {
	named := log.about(guildhall.AuditCommandPermissionsEdit, guildhall.AuditCommandPermissionsEdit)
	if len(named) == 0 {
		return nil
	}
	commands, err := ofAudited[[]*guildhall.ApplicationCommand](ctx, a, r, guildhall.QueryAppCommandsNamed, named)
	for _, c := range commands {
		log.Commands = append(log.Commands, localization{whole: true}.command(c))
	}
	return err
}

// about gives the targets of the page's entries of some kinds.
func (l *auditLog) about(first, last guildhall.AuditLogEvent) []guildhall.Snowflake {
	var targets []guildhall.Snowflake
	for _, e := range l.Entries {
		if e.ActionType >= first && e.ActionType <= last {
			targets = append(targets, e.TargetID)
		}
	}
	return targets
}

// aboutUser tells for which entries the target is a user.
// discord: resources/audit-log#audit-log-entry-object-audit-log-events
func aboutUser(e guildhall.AuditLogEvent) bool {
	return e >= guildhall.AuditMemberKick && e <= guildhall.AuditBotAdd || e == guildhall.AuditMessageDelete ||
		e == guildhall.AuditMessagePin || e == guildhall.AuditMessageUnpin
}

// usersNamed asks for users, each once, by id; those who are gone are left out.
func (a *API) usersNamed(ctx context.Context, ids []guildhall.UserID) ([]guildhall.User, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id guildhall.UserID) bool { return id == 0 })
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found := make([]guildhall.User, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(askedAtOnce)
	for i, id := range ids {
		g.Go(func() error {
			user, err := a.operator.User(ctx, id)
			if errors.Is(err, guildhall.ErrUnknownUser) {
				return nil
			}
			found[i] = user
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("users of an audit log: %w", err)
	}
	return slices.DeleteFunc(found, func(u guildhall.User) bool { return u.ID == 0 }), nil
}
