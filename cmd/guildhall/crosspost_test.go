package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"guildhall"
)

// TestCrossposts: what is published, changed and deleted in one guild is so once in each channel of another that follows, also
// when the server ends right after.
func TestCrossposts(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	f := forgeIn(t, dir, "2")
	owner, member := f.owner.Token, f.member.Token
	news := parsed[guildhall.Channel](t, f.must(http.StatusCreated, owner, "POST", f.inGuild("/channels"), `{"name":"news","type":5}`))
	elsewhere := parsed[guildhall.Guild](t, f.must(http.StatusCreated, member, "POST", "/guilds", `{"name":"Elsewhere"}`))
	var rooms []string
	for _, name := range []string{"one", "two"} {
		room := parsed[guildhall.Channel](t, f.must(http.StatusCreated, member, "POST", "/guilds/"+elsewhere.ID.String()+"/channels", fmt.Sprintf(`{"name":%q}`, name)))
		f.must(http.StatusOK, member, "POST", "/channels/"+news.ID.String()+"/followers", fmt.Sprintf(`{"webhook_channel_id":%q}`, room.ID))
		rooms = append(rooms, "/channels/"+room.ID.String()+"/messages")
	}
	messages := "/channels/" + news.ID.String() + "/messages"
	// copies gives what a room has of a message.
	copies := func(room string, id guildhall.MessageID) (found []guildhall.Message) {
		t.Helper()
		for _, m := range parsed[[]guildhall.Message](t, f.must(http.StatusOK, member, "GET", room, "")) {
			if m.MessageReference != nil && m.MessageReference.MessageID == id {
				found = append(found, m)
			}
		}
		return found
	}
	// The owner hears of followers in its own time: something is published until both have it.
	var sent guildhall.Message
	one := ""
	for deadline := time.Now().Add(10 * time.Second); one == "" || len(copies(rooms[0], sent.ID))+len(copies(rooms[1], sent.ID)) < 2; {
		if time.Now().After(deadline) {
			t.Fatal("nothing is brought to both")
		}
		sent = parsed[guildhall.Message](t, f.must(http.StatusOK, owner, "POST", messages, `{"content":"first"}`))
		one = messages + "/" + sent.ID.String()
		f.must(http.StatusOK, owner, "POST", one+"/crosspost", "")
		time.Sleep(50 * time.Millisecond)
	}
	// says waits until each room has one copy, which says that.
	says := func(content string, flags int) {
		t.Helper()
		for _, room := range rooms {
			for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				list := copies(room, sent.ID)
				if len(list) == 1 && list[0].Content == content && list[0].Flags == flags {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("copies %+v; want one that says %q", list, content)
				}
			}
		}
	}
	f.must(http.StatusOK, owner, "PATCH", one, `{"content":"second"}`)
	f.end()
	f.served = serve(t, "--data", dir, "--rate-limits", "off")
	says("second", guildhall.MessageIsCrosspost)
	f.must(http.StatusNoContent, owner, "DELETE", one, "")
	f.end()
	f.served = serve(t, "--data", dir, "--rate-limits", "off")
	says("[Original Message Deleted]", guildhall.MessageIsCrosspost|guildhall.MessageSourceDeleted)
}
