package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestAuditLog pages through entries of which the last is known to the owner alone, by each filter.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	read := &tables{}
	w := newWorldOver(t, api.Config{RateLimits: admission.Off}, read)
	const guild = guildhall.GuildID(8388608)
	entry := func(id guildhall.Snowflake, user guildhall.UserID, event guildhall.AuditLogEvent, position uint64) *guildhall.Record {
		e := &guildhall.AuditLogEntry{ID: id, UserID: user, TargetID: guildhall.Snowflake(personID), ActionType: event, Reason: "why"}
		return &guildhall.Record{Object: guildhall.GuildObject(guild), Position: position, Rows: guildhall.AuditLogRows(guild, e)}
	}
	records := []*guildhall.Record{
		entry(10, personID, guildhall.AuditMemberKick, 1), entry(20, botID, guildhall.AuditMemberKick, 2), entry(30, personID, guildhall.AuditRoleCreate, 3),
	}
	read.project(records[0])
	read.project(records[1])
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		if cmd.Name != guildhall.QueryAuditLog || cmd.Object != guildhall.GuildObject(guild) || cmd.Actor != personID {
			return nil, fmt.Errorf("asked %s of %v by %s", cmd.Name, cmd.Object, cmd.Actor)
		}
		a := answerOf(guildhall.MessagesAnswer{History: true})
		a.Position, a.Projected, a.Records = 3, 2, guildhall.AppendRecords(nil, records[2:])
		return a, nil
	}
	for query, want := range map[string][]guildhall.Snowflake{
		"":                                {30, 20, 10},
		"?limit=2":                        {30, 20},
		"?before=30&limit=1":              {20},
		"?after=10":                       {20, 30},
		"?user_id=" + personID.String():   {30, 10},
		"?action_type=20":                 {20, 10},
		"?action_type=20&user_id=4194305": {},
	} {
		got := w.want(ask{method: "GET", path: "/api/v10/guilds/8388608/audit-logs" + query, as: personID}, http.StatusOK, "")
		var log struct {
			Entries []guildhall.AuditLogEntry `json:"audit_log_entries"`
			Users   []guildhall.User          `json:"users"`
		}
		if err := json.Unmarshal(got.Body.Bytes(), &log); err != nil {
			t.Fatal(err)
		}
		var ids []guildhall.Snowflake
		for _, e := range log.Entries {
			ids = append(ids, e.ID)
		}
		if fmt.Sprint(ids) != fmt.Sprint(want) {
			t.Errorf("%s: entries %v, want %v", query, ids, want)
		}
		if len(ids) > 0 && len(log.Users) == 0 {
			t.Errorf("%s: no users", query)
		}
	}
}
