package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

const hookID = guildhall.Snowflake(77 << 22)

// hookWorld has one webhook, of an application or of nobody's. Its path holds the token.
func hookWorld(t *testing.T, mode admission.Mode, application guildhall.ApplicationID) (w *world, path string) {
	t.Helper()
	w = newWorld(t, api.Config{RateLimits: mode})
	hook := guildhall.Webhook{ID: hookID, Type: 1, GuildID: 5, ChannelID: 6, Name: "hook", ApplicationID: application}
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch cmd.Name {
		case guildhall.QueryWebhook:
			return answerOf(hook), nil
		case guildhall.CommandWebhookExecute:
			var e guildhall.ExecuteWebhook
			if err := json.Unmarshal(cmd.Body, &e); err != nil {
				return nil, err
			}
			return answerOf(guildhall.Message{ID: 9, Content: e.Content, Components: e.Components}), nil
		}
		return answerOf(struct{}{}), nil
	}
	got := w.do(ask{method: "GET", path: "/api/v10/webhooks/" + hookID.String(), as: botID})
	var shown struct{ Token, URL string }
	if err := json.Unmarshal(got.Body.Bytes(), &shown); err != nil || len(shown.Token) != 68 || !strings.HasSuffix(shown.URL, shown.Token) {
		t.Fatalf("shown %s: %v", got.Body, err)
	}
	return w, "/api/v10/webhooks/" + hookID.String() + "/" + shown.Token
}

func TestWebhookToken(t *testing.T) {
	t.Parallel()
	w, path := hookWorld(t, admission.Off, 0)
	w.want(ask{method: "POST", path: path, body: `{"content":"hello"}`}, 204, "")
	if cmd := w.owners.last(); cmd.Actor != 0 || cmd.Channel != 6 {
		t.Errorf("asked %+v", cmd)
	}
	wrong := path[:len(path)-1] + "!"
	other := strings.Replace(path, hookID.String(), (hookID + 1).String(), 1)
	for _, path := range []string{wrong, other, path[:len(path)-1]} {
		for _, a := range []ask{
			{method: "GET"}, {method: "PATCH", body: `{"name":"x"}`}, {method: "DELETE"}, {method: "POST", body: `{"content":"x"}`},
		} {
			a.path = path
			w.want(a, 404, `{"code":10015,"message":"Unknown Webhook"}`)
		}
		w.want(ask{method: "DELETE", path: path + "/messages/5"}, 404, "")
	}
}

// TestWebhookTokenIsCheckedBeforeFiles: who has none can leave nothing behind.
func TestWebhookTokenIsCheckedBeforeFiles(t *testing.T) {
	t.Parallel()
	w, path := hookWorld(t, admission.Off, 0)
	a := multipartForm(t, `{"content":"a file"}`, [2]string{"a.txt", "hello"})
	a.as, a.path = 0, path+"x"
	w.want(a, 404, "")
	if last := w.owners.last(); last.Name == guildhall.CommandWebhookExecute {
		t.Error("sent")
	}
	w.want(ask{method: "POST", path: path + "x", body: `{"content":`}, 404, "")
	w.want(ask{method: "POST", path: path, body: `{"content":`}, 400, "")
	a.path = path
	w.want(a, 204, "")
	var e guildhall.ExecuteWebhook
	if err := json.Unmarshal(w.owners.last().Body, &e); err != nil || len(e.Attachments) != 1 {
		t.Errorf("sent %+v: %v", e, err)
	}
}

// TestPicturesOfOthersAreNotKept: who may not change a webhook or a channel leaves no picture under its id, where everybody
// could fetch it.
func TestPicturesOfOthersAreNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch cmd.Name {
		case guildhall.QueryWebhook, guildhall.CommandWebhookModify:
			return nil, guildhall.ErrMissingPermissions
		case guildhall.QueryChannel:
			if cmd.Channel == 4194304 {
				return answerOf(guildhall.Channel{ID: cmd.Channel, Type: guildhall.ChannelGuildText}), nil
			}
		case guildhall.QueryGuildPartial:
			return answerOf(guildhall.GuildPartial{}), nil
		}
		return nil, guildhall.ErrMissingAccess
	}
	image := dataURI(pngOf(t, 16, 16))
	for _, path := range []string{emojiPath, "/api/v10/applications/4194304/emojis"} {
		w.want(ask{method: "POST", path: path, as: personID, body: `{"name":"hat","image":"` + image + `"}`}, 403, "")
	}
	for field, paths := range map[string][]string{
		"avatar": {"/api/v10/webhooks/" + hookID.String()}, "icon": {"/api/v10/channels/4194304", "/api/v10/channels/8388608"},
	} {
		for _, path := range paths {
			w.want(ask{method: "PATCH", path: path, as: personID, body: `{"` + field + `":"` + image + `"}`}, 403, "")
		}
	}
	if n := w.blobs.Len(); n != 0 {
		t.Errorf("%d pictures are kept", n)
	}
}

// TestWebhookLimitIsItsOwn: wherever its token is used.
func TestWebhookLimitIsItsOwn(t *testing.T) {
	t.Parallel()
	w, path := hookWorld(t, admission.Enforce, 0)
	for i, want := range []int{204, 204, 204, 204, 204, 429} {
		from := "192.0.2." + string(rune('1'+i)) + ":1000"
		if got := w.do(ask{method: "POST", path: path, body: `{"content":"x"}`, from: from}); got.Code != want {
			t.Errorf("request %d: %d, want %d", i, got.Code, want)
		}
	}
	// Who doesn't know the token can't use its limit up.
	other := strings.Replace(path, hookID.String(), (hookID + 1).String(), 1)
	if got := w.do(ask{method: "POST", path: other, body: `{"content":"x"}`, from: "192.0.2.1:1000"}); got.Code != http.StatusNotFound {
		t.Errorf("another webhook: %d", got.Code)
	}
}

// TestWebhookComponents: only an application's webhook sends what somebody has to answer to.
func TestWebhookComponents(t *testing.T) {
	t.Parallel()
	const (
		button = `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":1,"label":"x","custom_id":"a"}]}]}`
		link   = `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":5,"label":"x","url":"https://example.org"}]}]}`
	)
	for _, c := range []struct {
		application guildhall.ApplicationID
		query, body string
		status      int
		kept        bool
	}{
		{7, "", button, 200, true}, {7, "&with_components=true", button, 200, true},
		{0, "", button, 200, false}, {0, "&with_components=true", button, 400, false},
		{0, "", link, 200, false}, {0, "&with_components=true", link, 200, true},
	} {
		w, path := hookWorld(t, admission.Off, c.application)
		got := w.do(ask{method: "POST", path: path + "?wait=true" + c.query, body: c.body})
		if got.Code != c.status || strings.Contains(got.Body.String(), "label") != c.kept {
			t.Errorf("%+v: %d %s", c, got.Code, got.Body)
		}
	}
}

func TestSlackWebhook(t *testing.T) {
	t.Parallel()
	w, path := hookWorld(t, admission.Off, 0)
	w.want(ask{method: "POST", path: path + "/slack", body: `{"text":"see <https://example.org/a|this> &amp; that","username":"CI",
		"attachments":[{"color":"#0f0","title":"Build","title_link":"https://example.org/b","ts":1700000000,
		"fields":[{"title":"state","value":"done","short":true}]}]}`}, 200, `"ok"`)
	var e guildhall.ExecuteWebhook
	if err := json.Unmarshal(w.owners.last().Body, &e); err != nil {
		t.Fatal(err)
	}
	if e.Content != "see [this](https://example.org/a) & that" || e.Username != "CI" || len(e.Embeds) != 1 {
		t.Fatalf("sent %+v", e)
	}
	want := `{"type":"rich","title":"Build","url":"https://example.org/b","timestamp":"2023-11-14T22:13:20.000000+00:00","color":65280,
		"fields":[{"name":"state","value":"done","inline":true}]}`
	if canonical(string(e.Embeds[0])) != canonical(want) {
		t.Errorf("embed %s", e.Embeds[0])
	}
	w.want(ask{method: "POST", path: path + "/slack", body: `{}`}, 400, `{"code":50006,"message":"Cannot send an empty message"}`)
	w.want(ask{method: "POST", path: path + "/slack", body: `{"attachments":7}`}, 400, "")
}
