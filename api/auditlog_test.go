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
		"?target_id=" + personID.String(): {30, 20, 10},
		"?target_id=4194305":              {},
		"?action_type=20&target_id=" + personID.String():                                   {20, 10},
		"?user_id=" + personID.String() + "&action_type=20&target_id=" + personID.String(): {10},
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

// TestAuditLogNamesThreadsAndCommands: beside the entries stand the threads and the commands that they are about.
func TestAuditLogNamesThreadsAndCommands(t *testing.T) {
	t.Parallel()
	read := &tables{}
	w := newWorldOver(t, api.Config{RateLimits: admission.Off}, read)
	const guild = guildhall.GuildID(8388608)
	about := map[guildhall.AuditLogEvent]guildhall.Snowflake{
		guildhall.AuditThreadCreate: 71, guildhall.AuditThreadUpdate: 71, guildhall.AuditThreadDelete: 72, guildhall.AuditCommandPermissionsEdit: 81,
	}
	for event, target := range about {
		e := &guildhall.AuditLogEntry{ID: guildhall.Snowflake(event), UserID: personID, TargetID: target, ActionType: event}
		read.project(&guildhall.Record{Object: guildhall.GuildObject(guild), Position: 1, Rows: guildhall.AuditLogRows(guild, e)})
	}
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch cmd.Name {
		case guildhall.QueryThreadsNamed:
			if string(cmd.Body) != `{"ids":["71"]}` || cmd.Actor != 0 {
				return nil, fmt.Errorf("asked for %s by %s", cmd.Body, cmd.Actor)
			}
			return answerOf([]guildhall.Thread{{ID: 71, Type: guildhall.ChannelPublicThread, GuildID: guild, ParentID: 9, OwnerID: personID, Name: "old"}}), nil
		case guildhall.QueryAppCommandsNamed:
			if string(cmd.Body) != `["81"]` || cmd.Actor != 0 {
				return nil, fmt.Errorf("asked for %s by %s", cmd.Body, cmd.Actor)
			}
			return answerOf([]guildhall.ApplicationCommand{{ID: 81, ApplicationID: 82, Version: 83, Type: 1, Name: "roll", Description: "dice"}}), nil
		}
		a := answerOf(guildhall.MessagesAnswer{History: true})
		a.Position, a.Projected = 1, 1
		return a, nil
	}
	got := w.want(ask{method: "GET", path: "/api/v10/guilds/8388608/audit-logs", as: personID}, http.StatusOK, "")
	var log struct {
		Threads []struct {
			Name string `json:"name"`
		} `json:"threads"`
		Commands []struct {
			Name string `json:"name"`
		} `json:"application_commands"`
	}
	if err := json.Unmarshal(got.Body.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Threads) != 1 || log.Threads[0].Name != "old" || len(log.Commands) != 1 || log.Commands[0].Name != "roll" {
		t.Errorf("answered %s", got.Body)
	}
}
