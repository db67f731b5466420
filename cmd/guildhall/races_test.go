package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"guildhall"
)

// atOnce asks the same many times at once and counts the answers by status.
func (f *forge) atOnce(times int, ask func(n int) (status int, answer []byte)) (statuses map[int]int, answers [][]byte) {
	f.t.Helper()
	var done sync.WaitGroup
	start := make(chan struct{})
	got, answers := make([]int, times), make([][]byte, times)
	for n := range times {
		done.Go(func() {
			<-start
			got[n], answers[n] = ask(n)
		})
	}
	close(start)
	done.Wait()
	statuses = map[int]int{}
	for _, status := range got {
		statuses[status]++
	}
	return statuses, answers
}

// TestRaces is S33: what many ask for at once happens once, and the others are told so. TestInviteRace is the one of invites.
func TestRaces(t *testing.T) {
	t.Parallel()
	f := newForge(t, "3")
	const many = 100
	bot := "Bot " + f.bot.Token

	t.Run("one nonce", func(t *testing.T) {
		statuses, answers := f.atOnce(many, func(n int) (int, []byte) {
			return f.ask(f.member.Token, "POST", f.inChannel("/messages"), fmt.Sprintf(`{"content":"number %d","nonce":"the one","enforce_nonce":true}`, n))
		})
		if statuses[http.StatusOK] != many {
			t.Fatalf("answered with %v", statuses)
		}
		first := parsed[guildhall.Message](t, answers[0])
		for _, answer := range answers {
			if m := parsed[guildhall.Message](t, answer); m.ID != first.ID || m.Content != first.Content {
				t.Fatalf("one nonce made %d %q and %d %q", first.ID, first.Content, m.ID, m.Content)
			}
		}
		all := parsed[[]guildhall.Message](t, f.must(http.StatusOK, bot, "GET", f.inChannel("/messages?limit=100"), ""))
		if n := len(slices.DeleteFunc(all, func(m guildhall.Message) bool { return !strings.HasPrefix(m.Content, "number ") })); n != 1 {
			t.Errorf("the channel has %d of them", n)
		}
	})
	t.Run("double delete", func(t *testing.T) {
		m := parsed[guildhall.Message](t, f.must(http.StatusOK, f.member.Token, "POST", f.inChannel("/messages"), `{"content":"short-lived"}`))
		statuses, answers := f.atOnce(many, func(int) (int, []byte) {
			return f.ask(f.member.Token, "DELETE", f.inChannel("/messages/"+m.ID.String()), "")
		})
		if statuses[http.StatusNoContent] != 1 || statuses[http.StatusNotFound] != many-1 {
			t.Errorf("answered with %v", statuses)
		}
		for _, answer := range answers {
			if len(answer) > 0 && errorCode(t, answer) != 10008 {
				t.Errorf("told %s", answer)
			}
		}
	})
	t.Run("a role goes while it is given", func(t *testing.T) {
		role := parsed[guildhall.Role](t, f.must(http.StatusOK, f.owner.Token, "POST", f.inGuild("/roles"), `{"name":"passing"}`))
		statuses, _ := f.atOnce(many, func(n int) (int, []byte) {
			if n == many/2 {
				return f.ask(f.owner.Token, "DELETE", f.inGuild("/roles/"+role.ID.String()), "")
			}
			return f.ask(f.owner.Token, "PUT", f.inGuild("/members/"+f.member.ID.String()+"/roles/"+role.ID.String()), "")
		})
		if statuses[http.StatusNoContent]+statuses[http.StatusNotFound] != many {
			t.Errorf("answered with %v", statuses)
		}
		m := parsed[guildhall.Member](t, f.must(http.StatusOK, f.owner.Token, "GET", f.inGuild("/members/"+f.member.ID.String()), ""))
		if slices.Contains(m.Roles, role.ID) {
			t.Error("a member has a role that is no more")
		}
	})
	t.Run("the owner leaves while another is made it", func(t *testing.T) {
		statuses, _ := f.atOnce(many, func(n int) (int, []byte) {
			if n == many/2 {
				return f.ask(f.owner.Token, "PATCH", f.inGuild(""), fmt.Sprintf(`{"owner_id":%q}`, f.member.ID))
			}
			return f.ask(f.owner.Token, "DELETE", "/users/@me/guilds/"+f.guild.ID.String(), "")
		})
		if statuses[http.StatusOK] != 1 || statuses[http.StatusNoContent] > 1 || statuses[http.StatusInternalServerError] != 0 {
			t.Errorf("answered with %v", statuses)
		}
		guild := parsed[struct {
			OwnerID guildhall.UserID `json:"owner_id"`
		}](t, f.must(http.StatusOK, bot, "GET", f.inGuild(""), ""))
		if guild.OwnerID != guildhall.UserID(f.member.ID) {
			t.Errorf("the guild is owned by %d, want %d", guild.OwnerID, f.member.ID)
		}
		if status, answer := f.ask(f.member.Token, "DELETE", "/users/@me/guilds/"+f.guild.ID.String(), ""); status/100 != 4 {
			t.Errorf("the owner left: %d %s", status, answer)
		}
	})
}
