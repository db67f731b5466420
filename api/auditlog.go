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
	Threads       []struct{}                 `json:"threads"`
	Commands      []struct{}                 `json:"application_commands"`
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
	before, after := q.cursor("before"), q.cursor("after")
	q.refuse("target_id")
	if err := q.err(); err != nil {
		return nil, err
	}
	s := span{
		table: guildhall.TableAuditLog, part: guildhall.AuditLogPart(r.guild(), user, guildhall.AuditLogEvent(event)),
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
	none := []struct{}{}
	log := &auditLog{
		Entries: make([]guildhall.AuditLogEntry, len(rows)), Integrations: []auditedIntegration{}, Webhooks: []guildhall.Webhook{},
		Events: []guildhall.ScheduledEvent{}, Threads: none, Commands: none, AutoModerates: none,
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

// nameTargets adds the events, webhooks and integrations that entries are about, as far as they are there still. Who may
// read the log is told of all of them.
func (a *API) nameTargets(ctx context.Context, r *request, log *auditLog) error {
	ofGuild := func(name string, body any) *guildhall.Command {
		cmd := newCommand(name, body)
		cmd.Object = guildhall.GuildObject(r.guild())
		return cmd
	}
	if named := log.about(guildhall.AuditScheduledEventCreate, guildhall.AuditScheduledEventDelete); len(named) > 0 {
		all, err := ask[[]guildhall.ScheduledEvent](ctx, a.deps.Owners, ofGuild(guildhall.QueryEvents, guildhall.EventQuery{}))
		if err != nil {
			return err
		}
		log.Events = slices.DeleteFunc(all, func(e guildhall.ScheduledEvent) bool { return !slices.Contains(named, e.ID) })
	}
	if named := log.about(guildhall.AuditWebhookCreate, guildhall.AuditWebhookDelete); len(named) > 0 {
		all, err := ask[[]guildhall.Webhook](ctx, a.deps.Owners, ofGuild(guildhall.QueryGuildWebhooks, nil))
		if err != nil {
			return err
		}
		log.Webhooks = slices.DeleteFunc(all, func(w guildhall.Webhook) bool { return !slices.Contains(named, w.ID) })
	}
	if named := log.about(guildhall.AuditIntegrationCreate, guildhall.AuditIntegrationDelete); len(named) > 0 {
		all, err := ask[[]guildhall.Integration](ctx, a.deps.Owners, ofGuild(guildhall.QueryIntegrations, nil))
		if err != nil {
			return err
		}
		for _, i := range all {
			if slices.Contains(named, guildhall.Snowflake(i.ID)) {
				log.Integrations = append(log.Integrations, auditedIntegration{i.ID, i.Name, i.Type, i.Account, i.ID})
			}
		}
	}
	return nil
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
