package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"guildhall"
)

// TestInviteRace: a hundred people accept one invite at once over REST, and exactly max_uses of them get in.
func TestInviteRace(t *testing.T) {
	t.Parallel()
	f := newForge(t, "102")
	const uses = 10
	made := parsed[guildhall.InviteAnswer](t, f.must(http.StatusOK, f.member.Token, "POST", f.inChannel("/invites"), fmt.Sprintf(`{"max_uses":%d}`, uses)))
	var done sync.WaitGroup
	start := make(chan struct{})
	statuses := make([]int, len(f.people))
	answers := make([][]byte, len(f.people))
	for i, p := range f.people {
		done.Go(func() {
			<-start
			statuses[i], answers[i] = f.ask(p.Token, "POST", "/invites/"+made.Code, "{}")
		})
	}
	close(start)
	done.Wait()
	in := 0
	for i, status := range statuses {
		switch {
		case status == http.StatusOK:
			in++
			if a := parsed[guildhall.InviteAnswer](t, answers[i]); a.NewMember == nil || !*a.NewMember {
				t.Errorf("one who got in is told %s", answers[i])
			}
		case status != http.StatusNotFound || errorCode(t, answers[i]) != 10006:
			t.Errorf("one who did not get in is told %d %s", status, answers[i])
		}
	}
	members := parsed[[]guildhall.Member](t, f.must(http.StatusOK, "Bot "+f.bot.Token, "GET", f.inGuild("/members?limit=1000"), ""))
	if in != uses || len(members) != uses+3 {
		t.Errorf("%d got in by an invite for %d; %d members", in, uses, len(members))
	}
}

func TestInvitesAreServed(t *testing.T) {
	t.Parallel()
	f := newForge(t, "4")
	one, other := f.people[0], f.people[1]
	create := func(body string) guildhall.InviteAnswer {
		return parsed[guildhall.InviteAnswer](t, f.must(http.StatusOK, f.member.Token, "POST", f.inChannel("/invites"), body))
	}
	first := create("")
	if first.InviteMetadata == nil || first.MaxAge != 86400 || first.ExpiresAt == nil || first.GuildID != f.guild.ID {
		t.Errorf("made %+v", first)
	}
	if again := create("{}"); again.Code != first.Code {
		t.Error("an invite that says the same was not used again")
	}
	if unique := create(`{"unique":true}`); unique.Code == first.Code {
		t.Error("a unique one was asked for")
	}
	forever := create(`{"max_age":0,"max_uses":5}`)
	path := "/invites/" + forever.Code
	shown := parsed[guildhall.InviteAnswer](t, f.must(http.StatusOK, "", "GET", path+"?with_counts=true&with_expiration=true", ""))
	if shown.InviteMetadata != nil || shown.ExpiresAt != nil || shown.ApproximateMemberCount == nil || *shown.ApproximateMemberCount != 3 {
		t.Errorf("shown to strangers: %+v", shown)
	}
	if status, answer := f.ask("Bot "+f.bot.Token, "POST", path, "{}"); status != http.StatusForbidden || errorCode(t, answer) != 20001 {
		t.Errorf("a bot accepts an invite: %d %s", status, answer)
	}
	f.must(http.StatusOK, one.Token, "POST", path, "{}")
	if again := parsed[guildhall.InviteAnswer](t, f.must(http.StatusOK, one.Token, "POST", path, "")); *again.NewMember {
		t.Error("a member joined again")
	}
	messages := parsed[[]guildhall.Message](t, f.must(http.StatusOK, one.Token, "GET", f.inChannel("/messages"), ""))
	if len(messages) != 1 || messages[0].Type != guildhall.MessageUserJoin || messages[0].Author.ID != one.ID {
		t.Errorf("the system channel says %+v", messages)
	}
	list := parsed[[]guildhall.InviteAnswer](t, f.must(http.StatusOK, f.owner.Token, "GET", f.inGuild("/invites"), ""))
	if len(list) != 3 || list[2].Code != forever.Code || list[2].Uses != 1 {
		t.Errorf("listed %+v", list)
	}
	if status, _ := f.ask(f.member.Token, "GET", f.inChannel("/invites"), ""); status != http.StatusForbidden {
		t.Errorf("a plain member lists invites: %d", status)
	}
	if status, answer := f.ask(other.Token, "DELETE", path, ""); status != http.StatusForbidden || errorCode(t, answer) != 50013 {
		t.Errorf("a stranger revokes: %d %s", status, answer)
	}
	f.must(http.StatusNoContent, f.owner.Token, "PUT", f.inGuild("/bans/"+other.ID.String()), "")
	if status, answer := f.ask(other.Token, "POST", path, "{}"); status != http.StatusForbidden || errorCode(t, answer) != 40007 {
		t.Errorf("one who is banned accepts: %d %s", status, answer)
	}
	f.must(http.StatusOK, f.owner.Token, "DELETE", path, "")
	for _, gone := range []string{path, "/invites/none", "/invites/a%2Fb"} {
		if status, answer := f.ask("", "GET", gone, ""); status != http.StatusNotFound || errorCode(t, answer) != 10006 {
			t.Errorf("%s: %d %s", gone, status, answer)
		}
	}
	if got := string(f.must(http.StatusOK, f.owner.Token, "GET", f.inGuild("/vanity-url"), "")); got != `{"code":null,"uses":0}` {
		t.Errorf("vanity url %s", got)
	}
}
