package guildhall

import (
	"encoding/json"
	"slices"
)

// AuditLogEvent says what kind of change an entry of a guild's audit log tells of. Stored, never changed.
// discord: resources/audit-log#audit-log-entry-object-audit-log-events
type AuditLogEvent int

// The kinds of entry.
const (
	AuditGuildUpdate            AuditLogEvent = 1
	AuditChannelCreate          AuditLogEvent = 10
	AuditChannelUpdate          AuditLogEvent = 11
	AuditChannelDelete          AuditLogEvent = 12
	AuditOverwriteCreate        AuditLogEvent = 13
	AuditOverwriteUpdate        AuditLogEvent = 14
	AuditOverwriteDelete        AuditLogEvent = 15
	AuditMemberKick             AuditLogEvent = 20
	AuditMemberPrune            AuditLogEvent = 21
	AuditMemberBanAdd           AuditLogEvent = 22
	AuditMemberBanRemove        AuditLogEvent = 23
	AuditMemberUpdate           AuditLogEvent = 24
	AuditMemberRoleUpdate       AuditLogEvent = 25
	AuditMemberMove             AuditLogEvent = 26
	AuditMemberDisconnect       AuditLogEvent = 27
	AuditBotAdd                 AuditLogEvent = 28
	AuditRoleCreate             AuditLogEvent = 30
	AuditRoleUpdate             AuditLogEvent = 31
	AuditRoleDelete             AuditLogEvent = 32
	AuditInviteCreate           AuditLogEvent = 40
	AuditInviteUpdate           AuditLogEvent = 41
	AuditInviteDelete           AuditLogEvent = 42
	AuditWebhookCreate          AuditLogEvent = 50
	AuditWebhookUpdate          AuditLogEvent = 51
	AuditWebhookDelete          AuditLogEvent = 52
	AuditEmojiCreate            AuditLogEvent = 60
	AuditEmojiUpdate            AuditLogEvent = 61
	AuditEmojiDelete            AuditLogEvent = 62
	AuditMessageDelete          AuditLogEvent = 72
	AuditMessageBulkDelete      AuditLogEvent = 73
	AuditMessagePin             AuditLogEvent = 74
	AuditMessageUnpin           AuditLogEvent = 75
	AuditIntegrationCreate      AuditLogEvent = 80
	AuditIntegrationDelete      AuditLogEvent = 82
	AuditStageCreate            AuditLogEvent = 83
	AuditStageUpdate            AuditLogEvent = 84
	AuditStageDelete            AuditLogEvent = 85
	AuditScheduledEventCreate   AuditLogEvent = 100
	AuditScheduledEventUpdate   AuditLogEvent = 101
	AuditScheduledEventDelete   AuditLogEvent = 102
	AuditThreadCreate           AuditLogEvent = 110
	AuditThreadUpdate           AuditLogEvent = 111
	AuditThreadDelete           AuditLogEvent = 112
	AuditCommandPermissionsEdit AuditLogEvent = 121
	AuditVoiceStatusUpdate      AuditLogEvent = 192
	AuditVoiceStatusDelete      AuditLogEvent = 193
)

// AuditLogEntry tells of one change: who made it, to what, and why.
// discord: resources/audit-log#audit-log-entry-object
type AuditLogEntry struct {
	ID Snowflake `json:"id"`
	// UserID is 0 for changes that the server itself made.
	UserID UserID `json:"user_id"`
	// TargetID is of the kind that ActionType says; 0 for none.
	TargetID   Snowflake         `json:"target_id"`
	ActionType AuditLogEvent     `json:"action_type"`
	Changes    []AuditChange     `json:"changes,omitempty"`
	Options    map[string]string `json:"options,omitempty"`
	Reason     string            `json:"reason,omitempty"`
}

// AuditChange is what became of one field. A value that was or is null is left out.
// discord: resources/audit-log#audit-log-change-object
type AuditChange struct {
	Key string          `json:"key"`
	Old json.RawMessage `json:"old_value,omitempty"`
	New json.RawMessage `json:"new_value,omitempty"`
}

// QueryAuditLog asks whether the actor may read the guild's audit log now, and for the entries that the tables may not
// show yet: AuditLogQuery → –; Answer.Records, Answer.Projected.
const QueryAuditLog = "get.audit_log"

// AuditLogQuery says what the reader's tables show.
type AuditLogQuery struct {
	Projected uint64 `json:"projected"`
}

// AuditLogPart is what entries are read by: all of a guild, or those by one user (not 0), of one kind (not 0), about one
// target (not 0), or what these together leave.
func AuditLogPart(guild GuildID, user UserID, event AuditLogEvent, target Snowflake) string {
	part := guild.Key() + user.Key() + Snowflake(event).Key()
	if target != 0 {
		part += target.Key()
	}
	return part
}

// AuditLogRows hold one entry, once for each way in which entries are looked for: filters then cost no more than reading
// without them, however rare what they look for is.
func AuditLogRows(guild GuildID, e *AuditLogEntry) []Row {
	value := encode(e)
	var rows []Row
	for _, user := range slices.Compact([]UserID{0, e.UserID}) {
		for _, target := range slices.Compact([]Snowflake{0, e.TargetID}) {
			for _, event := range []AuditLogEvent{0, e.ActionType} {
				part := AuditLogPart(guild, user, event, target)
				rows = append(rows, Row{Table: TableAuditLog, Part: part, Sort: e.ID.Key(), Value: value})
			}
		}
	}
	return rows
}
