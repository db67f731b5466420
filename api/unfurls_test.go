package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// unfurling is a world whose owners answer messages, and give what is unfurled to the test.
func unfurling(t *testing.T) (*world, chan guildhall.UnfurlMessage) {
	t.Helper()
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours(), Unfurl: true})
	t.Cleanup(w.Close)
	shown := make(chan guildhall.UnfurlMessage, 20)
	next := guildhall.MessageID(9 << 22)
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		m := guildhall.Message{ID: next, ChannelID: cmd.Channel, Author: guildhall.User{ID: cmd.Actor}}
		next += 1 << 22
		switch cmd.Name {
		case guildhall.CommandMessageUnfurl:
			var f guildhall.UnfurlMessage
			if err := json.Unmarshal(cmd.Body, &f); err != nil || cmd.Actor != 0 || cmd.Channel != 1<<22 {
				t.Errorf("%s by %s in %s: %v", cmd.Body, cmd.Actor, cmd.Channel, err)
			}
			shown <- f
			return answerOf(nil), nil
		case guildhall.CommandThreadCreate:
			var f guildhall.CreateThread
			if err := json.Unmarshal(cmd.Body, &f); err != nil {
				return nil, err
			}
			m.Content = f.Message.Content
			return answerOf(map[string]any{"id": m.ID, "message": m}), nil
		case guildhall.CommandMessageEdit:
			var f guildhall.EditMessage
			if err := json.Unmarshal(cmd.Body, &f); err != nil {
				return nil, err
			}
			m.Content, m.Flags = f.Content.Value, f.Flags.Value
		default:
			var f guildhall.CreateMessage
			if err := json.Unmarshal(cmd.Body, &f); err != nil {
				return nil, err
			}
			m.Content, m.Flags = f.Content, f.Flags
		}
		return answerOf(m), nil
	}
	return w, shown
}

// wait gives what is unfurled next.
func wait(t *testing.T, shown chan guildhall.UnfurlMessage) guildhall.UnfurlMessage {
	t.Helper()
	select {
	case f := <-shown:
		return f
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is unfurled")
	}
	return guildhall.UnfurlMessage{}
}

// TestUnfurls: links of what is sent, edited or begins a post are shown after it is answered, with pictures by way of this
// server.
func TestUnfurls(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/p.png" {
			_, _ = w.Write(pngOf(t, 30, 20)) // the server looks at it
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<title>%s</title><meta property=og:image content=/p.png>", r.URL.Path) // the same
	}))
	t.Cleanup(s.Close)
	w, shown := unfurling(t)
	one, all := "/api/v10/channels/4194304/messages/8388608", "/api/v10/channels/4194304/messages"
	for i, a := range []ask{
		{method: "POST", path: all, body: `{"content":"%s"}`},
		{method: "PATCH", path: one, body: `{"content":"%s"}`},
		{method: "POST", path: "/api/v10/channels/4194304/threads", body: `{"name":"n","message":{"content":"%s"}}`},
	} {
		// What is not shown first, so that it would be found instead of the rest.
		for _, hidden := range []string{`{"content":"<` + s.URL + `/no>"}`, `{"content":"` + s.URL + `/no","flags":4}`, `{"content":"no link"}`} {
			w.want(ask{method: "POST", path: all, as: botID, body: hidden}, 200, "")
		}
		content := fmt.Sprintf("%s/%d and %s/b", s.URL, i, s.URL)
		a.as, a.body = botID, fmt.Sprintf(a.body, content)
		if got := w.do(a); got.Code/100 != 2 {
			t.Fatalf("%d %s", got.Code, got.Body)
		}
		f := wait(t, shown)
		if f.Content != content || f.ID == 0 || len(f.Embeds) != 2 {
			t.Fatalf("unfurled %+v", f)
		}
		for j, path := range []string{fmt.Sprintf("/%d", i), "/b"} {
			e := string(f.Embeds[j])
			if !strings.HasPrefix(e, `{"type":"link","url":"`+s.URL+path+`","title":"`+path+`","thumbnail":{"url":"`+s.URL+`/p.png","proxy_url":"http://localhost:8080/cdn/external/`) ||
				!strings.Contains(e, `"width":30,"height":20,"content_type":"image/png"`) {
				t.Errorf("embed %s", e)
			}
		}
	}
}

// TestSlowLinks is row S35 for links: messages are answered while a server that they link to says nothing, one author's
// messages hold up those of nobody else, and what is too many is dropped and counted. Ending the API ends what waits.
func TestSlowLinks(t *testing.T) {
	t.Parallel()
	hangs := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hangs <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	quick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<title>quick</title>")) // the server looks at it
	}))
	t.Cleanup(quick.Close)
	w, shown := unfurling(t)
	send := func(as guildhall.UserID, link string) {
		t.Helper()
		w.want(ask{method: "POST", path: "/api/v10/channels/4194304/messages", as: as, body: `{"content":"` + link + `"}`}, 200, "")
	}
	const ofOne = 5
	for i := range ofOne + 3 {
		send(botID, fmt.Sprintf("%s/%d", s.URL, i))
	}
	<-hangs
	if got := counted(t, w, "author_dropped"); got != 3 {
		t.Errorf("%v dropped, want 3", got)
	}
	send(personID, quick.URL)
	if f := wait(t, shown); !strings.Contains(string(f.Embeds[0]), "quick") || counted(t, w, "nothing") != 0 {
		t.Errorf("unfurled %s after the slow ones", f.Embeds)
	}
	began := time.Now()
	if w.Close(); time.Since(began) > 2*time.Second {
		t.Errorf("closing took %v", time.Since(began))
	}
}

// counted is how many messages with links had an outcome.
func counted(t *testing.T, w *world, outcome string) float64 {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "guildhall_api_unfurled_messages_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetValue() == outcome {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}
