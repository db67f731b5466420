package guilds

// pure core

import (
	"bytes"
	"encoding/json"
	"slices"

	"guildhall"
)

// The fields of each thing whose changes the audit log tells.
// discord: resources/audit-log#audit-log-change-object-audit-log-change-exceptions
var (
	auditedRole = []string{
		"name", "permissions", "color", "colors", "hoist", "icon", "unicode_emoji", "mentionable",
	}
	auditedChannel = []string{
		"name", "type", "topic", "nsfw", "rate_limit_per_user", "parent_id", "bitrate", "user_limit", "rtc_region",
		"video_quality_mode", "default_auto_archive_duration", "default_thread_rate_limit_per_user", "available_tags",
		"default_reaction_emoji", "default_sort_order", "default_forum_layout", "default_tag_setting", "flags",
	}
	auditedCreatedChannel = append(slices.Clone(auditedChannel), "permission_overwrites")
	auditedMember         = []string{"nick", "mute", "deaf", "flags", "communication_disabled_until"}
	auditedOverwrite      = []string{"id", "type", "allow", "deny"}
)

// auditEvent is the data of GUILD_AUDIT_LOG_ENTRY_CREATE.
// discord: events/gateway-events#guild-audit-log-entry-create
type auditEvent struct {
	GuildID guildhall.GuildID `json:"guild_id"`
	*guildhall.AuditLogEntry
}

// auditRole is a role as the changes of a member's roles name it.
type auditRole struct {
	ID   guildhall.RoleID `json:"id"`
	Name string           `json:"name"`
}

// audit adds an entry to the guild's audit log, with the command's actor and reason. Every command that changes what
// members see of a guild calls it, beside the change itself.
func (d *draft) audit(r *request, event guildhall.AuditLogEvent, target guildhall.Snowflake, changes ...guildhall.AuditChange) {
	d.auditWith(r, event, target, nil, changes...)
}

// auditWith is audit with the further facts that some kinds of entry have.
// discord: resources/audit-log#audit-log-entry-object-optional-audit-entry-info
func (d *draft) auditWith(
	r *request, event guildhall.AuditLogEvent, target guildhall.Snowflake, options map[string]string, changes ...guildhall.AuditChange,
) {
	guild := guildhall.GuildID(r.object.ID)
	e := &guildhall.AuditLogEntry{
		ID: r.nextID(), UserID: r.actor, TargetID: target, ActionType: event, Changes: changes, Options: options,
		Reason: r.cmd.Reason,
	}
	d.put(guildhall.AuditLogRows(guild, e)...)
	d.event("GUILD_AUDIT_LOG_ENTRY_CREATE", guildhall.Audience{
		Intents: guildhall.IntentGuildModeration, Permissions: guildhall.PermissionViewAuditLog,
	}, auditEvent{guild, e})
}

// auditChanges tells which of the keys differ between two values as they are written; nil stands for what is not there
// before its making or after its end.
func auditChanges(before, after any, keys ...string) []guildhall.AuditChange {
	was, is := auditFields(before), auditFields(after)
	var changes []guildhall.AuditChange
	for _, key := range keys {
		if !bytes.Equal(was[key], is[key]) {
			changes = append(changes, guildhall.AuditChange{Key: key, Old: was[key], New: is[key]})
		}
	}
	return changes
}

// auditFields gives the fields of a value that are not null.
func auditFields(v any) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if v == nil {
		return fields
	}
	if err := json.Unmarshal(encode(v), &fields); err != nil {
		panic("guilds: audited value is no object: " + err.Error())
	}
	for key, value := range fields {
		if string(value) == "null" {
			delete(fields, key)
		}
	}
	return fields
}

// auditMember adds the entries of a changed member: one for its roles, one for the rest.
func (d *draft) auditMember(r *request, before, after *guildhall.Member) {
	target := guildhall.Snowflake(after.User.ID)
	if changes := auditChanges(before, after, auditedMember...); len(changes) > 0 {
		d.audit(r, guildhall.AuditMemberUpdate, target, changes...)
	}
	var changes []guildhall.AuditChange
	if added := auditRoles(r, after.Roles, before.Roles); len(added) > 0 {
		changes = append(changes, guildhall.AuditChange{Key: "$add", New: encode(added)})
	}
	if removed := auditRoles(r, before.Roles, after.Roles); len(removed) > 0 {
		changes = append(changes, guildhall.AuditChange{Key: "$remove", New: encode(removed)})
	}
	if len(changes) > 0 {
		d.audit(r, guildhall.AuditMemberRoleUpdate, target, changes...)
	}
}

// auditRoles names the roles that are in one list and not in the other.
func auditRoles(r *request, in, not []guildhall.RoleID) []auditRole {
	var named []auditRole
	for _, id := range in {
		if role := r.view.Role(id); role != nil && !slices.Contains(not, id) {
			named = append(named, auditRole{id, role.Name})
		}
	}
	return named
}

// auditOverwrites adds an entry for each overwrite that differs between two forms of a channel.
func (d *draft) auditOverwrites(r *request, before, after *guildhall.Channel) {
	for _, o := range after.Overwrites {
		i := findOverwrite(before.Overwrites, o.ID)
		switch {
		case i < 0:
			d.auditOverwrite(r, guildhall.AuditOverwriteCreate, after.ID, o, auditChanges(nil, o, auditedOverwrite...))
		case before.Overwrites[i] != o:
			d.auditOverwrite(r, guildhall.AuditOverwriteUpdate, after.ID, o, auditChanges(before.Overwrites[i], o, auditedOverwrite...))
		}
	}
	for _, o := range before.Overwrites {
		if findOverwrite(after.Overwrites, o.ID) < 0 {
			d.auditOverwrite(r, guildhall.AuditOverwriteDelete, after.ID, o, auditChanges(o, nil, auditedOverwrite...))
		}
	}
}

func (d *draft) auditOverwrite(
	r *request, event guildhall.AuditLogEvent, channel guildhall.ChannelID, o guildhall.Overwrite, changes []guildhall.AuditChange,
) {
	options := map[string]string{"id": o.ID.String(), "type": "1"}
	if o.Type == guildhall.OverwriteRole {
		options["type"] = "0"
		if role := r.view.Role(guildhall.RoleID(o.ID)); role != nil {
			options["role_name"] = role.Name
		}
	}
	d.auditWith(r, event, guildhall.Snowflake(channel), options, changes...)
}

// queryAuditLog tells whether the actor may read the audit log now; the core adds the records that a page may lack.
// discord: resources/audit-log#get-guild-audit-log
func (g *guild) queryAuditLog(r *request) (any, error) {
	if err := r.require(guildhall.PermissionViewAuditLog); err != nil {
		return nil, err
	}
	return guildhall.MessagesAnswer{History: true, Guild: g.id}, nil
}
