package main

import (
	"fmt"
	"net/http"
	"testing"

	"guildhall"
)

// TestBanTakesLateMessagesAlong bans a member whose messages are spread over more than a page, among those of others.
func TestBanTakesLateMessagesAlong(t *testing.T) {
	t.Parallel()
	f := newForge(t, "4")
	bot := "Bot " + f.bot.Token
	const said = 130
	for i := range said {
		who := f.member.Token
		if i%10 == 0 {
			who = f.owner.Token
		}
		f.must(http.StatusOK, who, "POST", f.inChannel("/messages"), fmt.Sprintf(`{"content":"%d"}`, i))
	}
	one := f.inGuild("/bans/" + f.member.ID.String())
	if status, answer := f.ask(f.member.Token, "PUT", f.inGuild("/bans/"+f.owner.ID.String()), "{}"); status != http.StatusForbidden || errorCode(t, answer) != 50013 {
		t.Errorf("a plain member bans: %d %s", status, answer)
	}
	f.must(http.StatusNoContent, bot, "PUT", one, `{"delete_message_seconds":3600}`, "X-Audit-Log-Reason: loud%20and%20long")
	left := parsed[[]guildhall.Message](t, f.must(http.StatusOK, bot, "GET", f.inChannel("/messages?limit=100"), ""))
	for _, m := range left {
		if m.Author.ID == f.member.ID {
			t.Fatalf("message %s of the banned one is left", m.Content)
		}
	}
	if len(left) != said/10 {
		t.Errorf("%d messages are left, want %d", len(left), said/10)
	}
	if status, _ := f.ask(f.member.Token, "GET", f.inChannel(""), ""); status != http.StatusForbidden {
		t.Errorf("the banned one sees the channel: %d", status)
	}
	ban := parsed[guildhall.Ban](t, f.must(http.StatusOK, bot, "GET", one, ""))
	if ban.Reason == nil || *ban.Reason != "loud and long" || ban.User.ID != f.member.ID {
		t.Errorf("ban %+v", ban)
	}
	log := parsed[struct {
		Entries []guildhall.AuditLogEntry `json:"audit_log_entries"`
	}](t, f.must(http.StatusOK, bot, "GET", f.inGuild("/audit-logs?action_type=22"), ""))
	if len(log.Entries) != 1 || log.Entries[0].Reason != "loud and long" || log.Entries[0].TargetID != guildhall.Snowflake(f.member.ID) {
		t.Errorf("audit log %+v", log)
	}
	f.must(http.StatusNoContent, bot, "DELETE", one, "")
	f.must(http.StatusNoContent, bot, "PUT", one+"?delete_message_seconds=0", "", "Content-Type: application/octet-stream")
	f.must(http.StatusNoContent, bot, "DELETE", one, "")
	if status, answer := f.ask(bot, "DELETE", one, ""); status != http.StatusNotFound || errorCode(t, answer) != 10026 {
		t.Errorf("no ban is lifted: %d %s", status, answer)
	}
}

func TestBulkBan(t *testing.T) {
	t.Parallel()
	f := newForge(t, "5")
	bot := "Bot " + f.bot.Token
	body := fmt.Sprintf(`{"user_ids":["%s","%s","%s","5"]}`, f.people[0].ID, f.people[1].ID, f.owner.ID)
	answer := parsed[guildhall.BanAnswer](t, f.must(http.StatusOK, bot, "POST", f.inGuild("/bulk-ban"), body))
	if len(answer.Banned) != 2 || len(answer.Failed) != 2 {
		t.Errorf("bulk ban %+v", answer)
	}
	if status, answer := f.ask(bot, "POST", f.inGuild("/bulk-ban"), `{"user_ids":["5"]}`); status != http.StatusBadRequest || errorCode(t, answer) != 500000 {
		t.Errorf("nobody to ban: %d %s", status, answer)
	}
	for query, want := range map[string]int{"": 2, "?limit=1": 1, "?after=" + answer.Banned[0].String(): 1, "?before=" + answer.Banned[0].String(): 0} {
		if bans := parsed[[]guildhall.Ban](t, f.must(http.StatusOK, bot, "GET", f.inGuild("/bans"+query), "")); len(bans) != want {
			t.Errorf("%s: %d bans, want %d", query, len(bans), want)
		}
	}
	if n := string(f.must(http.StatusOK, bot, "GET", f.inGuild("/prune?days=7"), "")); n != `{"pruned":0}` {
		t.Errorf("prune count %s", n)
	}
	if n := string(f.must(http.StatusOK, bot, "POST", f.inGuild("/prune"), `{"compute_prune_count":false}`)); n != `{"pruned":null}` {
		t.Errorf("prune %s", n)
	}
}
