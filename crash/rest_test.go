package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"guildhall"
)

// TestContentByREST: an application without the message content intent reads by REST, too, only what it wrote and what
// mentions it.
// discord: resources/message#message-object (second note)
func TestContentByREST(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := start(t, "--dev", "--json", "--world", worldFile(t))
	owner := newClient(s.world.Users[0].Token)
	// durian's application has no consent to read content, alder's has.
	durian, alder := s.world.Bots[3], s.world.Bots[0]
	channel := s.world.Channels[0].ID
	write := func(c *client, content string) guildhall.MessageID {
		t.Helper()
		var m message
		if err := c.do(ctx, s.url, http.MethodPost, messagesPath(channel), map[string]string{"content": content}, &m); err != nil {
			t.Fatal(err)
		}
		return m.ID
	}
	own := newClient("Bot " + durian.Token)
	mention := fmt.Sprintf("you, <@%s>", durian.ID)
	want := map[guildhall.MessageID][2]string{ // for durian, for alder
		write(owner, "not for everybody"): {"", "not for everybody"},
		write(owner, mention):             {mention, mention},
		write(own, "my own"):              {"my own", "my own"},
	}
	for i, reader := range []*client{own, newClient("Bot " + alder.Token)} {
		var page []message
		if err := reader.do(ctx, s.url, http.MethodGet, messagesPath(channel), nil, &page); err != nil {
			t.Fatal(err)
		}
		if len(page) != len(want) {
			t.Errorf("reader %d got %d messages, want %d", i, len(page), len(want))
		}
		for _, m := range page {
			if m.Content != want[m.ID][i] {
				t.Errorf("reader %d reads %q in the list, want %q", i, m.Content, want[m.ID][i])
			}
		}
		for id, contents := range want {
			var m message
			if err := reader.do(ctx, s.url, http.MethodGet, messagePath(channel, id), nil, &m); err != nil {
				t.Fatal(err)
			}
			if m.Content != contents[i] {
				t.Errorf("reader %d reads %q by id, want %q", i, m.Content, contents[i])
			}
		}
	}
}

// TestHistoryFromZero: discord.py reads a channel from its beginning with after=0 (history with oldest_first).
func TestHistoryFromZero(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := start(t, "--dev", "--json")
	owner := newClient(s.world.Users[0].Token)
	channel := s.world.Channels[0].ID
	for i := range 3 {
		body := map[string]string{"content": fmt.Sprint(i)}
		if err := owner.do(ctx, s.url, http.MethodPost, messagesPath(channel), body, nil); err != nil {
			t.Fatal(err)
		}
	}
	var page []message
	if err := owner.do(ctx, s.url, http.MethodGet, messagesPath(channel)+"?limit=2&after=0", nil, &page); err != nil {
		t.Fatal(err)
	}
	if len(page) != 2 || page[0].Content != "1" || page[1].Content != "0" {
		t.Errorf("got %+v, want the two oldest, newest first", page)
	}
}
