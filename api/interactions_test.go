package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// interacting is a world in which every interaction may be, with what the owner was asked.
func interacting(t *testing.T, cfg api.Config) *world {
	t.Helper()
	cfg.RateLimits = admission.Off
	w := newWorld(t, cfg)
	t.Cleanup(w.Close)
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch cmd.Name {
		case guildhall.QuerySelf:
			return answerOf(guildhall.Self{Locale: "de"}), nil
		case guildhall.CommandInteractionMake:
			id := guildhall.Slot(7).Next(0, w.clock.Now().UnixMilli())
			ref := guildhall.InteractionRef{ID: id, Application: guildhall.ApplicationID(botID), Channel: cmd.Channel, Guild: 5, User: cmd.Actor, Type: 2}
			return answerOf(guildhall.MadeInteraction{Ref: ref, Interaction: guildhall.Interaction{ID: id}}), nil
		}
		return &guildhall.Answer{}, nil
	}
	return w
}

// use makes an interaction and gives what the application's sessions were told of it.
func (w *world) use() guildhall.Interaction {
	w.t.Helper()
	w.want(ask{method: "POST", path: "/api/v10/interactions", as: personID, body: `{"type":2,"application_id":"` + botID.String() +
		`","guild_id":"5","channel_id":"4194304","data":{"id":"7","options":[{"type":6,"name":"who","value":"` + operatorID.String() + `"}]}}`}, 200, "")
	sent := w.commands(guildhall.CommandInteractionSend)
	if len(sent) == 0 {
		w.t.Fatal("the application was not told")
	}
	var send guildhall.SendInteraction
	var i guildhall.Interaction
	body := sent[len(sent)-1].Body
	if err := json.Unmarshal(body, &send); err != nil || json.Unmarshal(send.Data, &i) != nil {
		w.t.Fatalf("%s: %v", body, err)
	}
	if !slices.Equal(send.Users, []guildhall.UserID{botID}) || send.Event != "INTERACTION_CREATE" {
		w.t.Errorf("told %s to %v", send.Event, send.Users)
	}
	return i
}

// commands are those of a name that the owner was asked.
func (w *world) commands(name string) []*guildhall.Command {
	w.owners.mu.Lock()
	defer w.owners.mu.Unlock()
	var found []*guildhall.Command
	for _, cmd := range w.owners.seen {
		if cmd.Name == name {
			found = append(found, cmd)
		}
	}
	return found
}

// TestInteractionToken: any node with the same secret opens it, nobody can make or change one, and it has an end.
func TestInteractionToken(t *testing.T) {
	t.Parallel()
	cfg := api.Config{LinkSecret: []byte("one installation")}
	first, second, stranger := interacting(t, cfg), interacting(t, cfg), interacting(t, api.Config{LinkSecret: []byte("another")})
	i := first.use()
	if !strings.HasPrefix(i.Token, "aW50ZXJhY3Rpb246") || strings.ContainsAny(i.Token, "/+=") {
		t.Errorf("token %q", i.Token)
	}
	answer := func(w *world, id, token string) int {
		return w.do(ask{method: "POST", path: "/api/v10/interactions/" + id + "/" + token + "/callback", body: `{"type":6}`}).Code
	}
	id := i.ID.String()
	if got := answer(second, id, i.Token); got != http.StatusNoContent {
		t.Errorf("another node of the installation: %d", got)
	}
	if cmd := second.owners.last(); cmd.Name != guildhall.CommandInteractionAnswer || cmd.Channel != 4194304 || cmd.Actor != 0 {
		t.Errorf("the owner was asked %+v", cmd)
	}
	if got := answer(stranger, id, i.Token); got != http.StatusNotFound {
		t.Errorf("another installation: %d", got)
	}
	if got := answer(first, "5", i.Token); got != http.StatusNotFound {
		t.Errorf("another interaction's id: %d", got)
	}
	for _, at := range []int{20, len(i.Token) / 2, len(i.Token) - 3} {
		changed := []byte(i.Token)
		changed[at] ^= 1
		if got := answer(first, id, string(changed)); got != http.StatusNotFound {
			t.Errorf("a token with byte %d changed: %d", at, got)
		}
	}
	hook := ask{method: "GET", path: "/api/v10/webhooks/" + botID.String() + "/" + i.Token + "/messages/@original"}
	other := ask{method: "GET", path: "/api/v10/webhooks/5/" + i.Token + "/messages/@original"}
	first.want(other, 401, `{"code":50027,"message":"Invalid Webhook Token"}`)
	first.clock.pass(guildhall.InteractionLife + time.Second)
	first.want(hook, 401, `{"code":50027,"message":"Invalid Webhook Token"}`)
	first.want(ask{method: "POST", path: "/api/v10/interactions/" + id + "/" + i.Token + "/callback", body: `{"type":6}`}, 404,
		`{"code":10062,"message":"Unknown interaction"}`)
}

// TestInteractionIsFilled: what the owner of the channel can't know is brought along.
func TestInteractionIsFilled(t *testing.T) {
	t.Parallel()
	w := interacting(t, api.Config{})
	w.use()
	var in guildhall.NewInteraction
	if err := json.Unmarshal(w.commands(guildhall.CommandInteractionMake)[0].Body, &in); err != nil {
		t.Fatal(err)
	}
	if in.Locale != "de" || len(in.Users) != 1 || in.Users[0].ID != operatorID || in.Command != nil {
		t.Errorf("%+v", in)
	}
}

// TestInteractionFailure: after three seconds the owner is asked whether anybody has answered; not after the end.
func TestInteractionFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := interacting(t, api.Config{})
		w.use()
		time.Sleep(guildhall.InteractionFirst)
		synctest.Wait()
		if n := len(w.commands(guildhall.CommandInteractionExpire)); n != 0 {
			t.Errorf("asked %d times within the 3 seconds", n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(w.commands(guildhall.CommandInteractionExpire)); n != 1 {
			t.Errorf("asked %d times", n)
		}
		w.use()
		w.Close()
		time.Sleep(time.Minute)
		if n := len(w.commands(guildhall.CommandInteractionExpire)); n != 1 {
			t.Errorf("asked %d times after the end", n)
		}
	})
}

// TestInteractionForms: what is no interaction, or no answer to one, is refused by its form.
func TestInteractionForms(t *testing.T) {
	t.Parallel()
	w := interacting(t, api.Config{})
	for body, field := range map[string]string{
		`{}`: "type", `{"type":1,"application_id":"5","channel_id":"6","data":{}}`: "type",
		`{"type":3,"application_id":"5","channel_id":"6","data":{"custom_id":"x"}}`:                 "message_id",
		`{"type":2,"application_id":"5","channel_id":"6","data":{}}`:                                "id",
		`{"type":5,"application_id":"5","channel_id":"6","data":{"id":"5"}}`:                        "custom_id",
		`{"type":2,"application_id":"5","channel_id":"6","data":{"id":"5","options":[{"type":3}]}}`: "name",
	} {
		got := w.want(ask{method: "POST", path: "/api/v10/interactions", as: personID, body: body}, 400, "")
		if !strings.Contains(got.Body.String(), `"`+field+`"`) {
			t.Errorf("%s: %s", body, got.Body)
		}
	}
	w.want(ask{method: "POST", path: "/api/v10/interactions", as: botID, body: `{}`}, 403, `{"code":20001,"message":"Bots cannot use this endpoint"}`)
	i := w.use()
	path := fmt.Sprintf("/api/v10/interactions/%s/%s/callback", i.ID, i.Token)
	label := func(component string) string {
		return `{"type":9,"data":{"custom_id":"c","title":"t","components":[{"type":18,"label":"l","component":` + component + `}]}}`
	}
	for body, want := range map[string]int{
		`{"type":1}`: 400, `{"type":3}`: 400, `{"type":4}`: 400, `{"type":4,"data":{"content":"x"}}`: 204, `{"type":5}`: 204, `{"type":6}`: 204,
		`{"type":7,"data":{"content":"x"}}`: 204, `{"type":8,"data":{"choices":[{"name":"a"}]}}`: 400, `{"type":8,"data":{"choices":[{"name":"a","value":1.5}]}}`: 204,
		`{"type":9,"data":{}}`: 400, label(`{"type":4,"custom_id":"x","style":1}`): 204, label(`{"type":4,"custom_id":"x"}`): 400,
		label(`{"type":3,"custom_id":"x","options":[]}`): 400, label(`{"type":3,"custom_id":"x","options":[{"label":"a","value":"a"}]}`): 204,
		label(`{"type":2,"custom_id":"x"}`): 400, label(`{"type":19,"custom_id":"x","max_values":3}`): 204, label(`{"type":23,"custom_id":"x"}`): 204,
		label(`{"type":21,"custom_id":"x","options":[{"label":"a","value":"a"}]}`): 400,
	} {
		w.want(ask{method: "POST", path: path, body: body}, want, "")
	}
	got := w.want(ask{method: "POST", path: path, body: `{"type":7,"data":{"content":5}}`}, 400, "")
	if !strings.Contains(got.Body.String(), `"data":{"content"`) {
		t.Errorf("the path of a wrong field: %s", got.Body)
	}
}

// TestEndpointIsPublic: an endpoint on this machine is refused unless a setting allows it, before anything is sent there.
func TestEndpointIsPublic(t *testing.T) {
	t.Parallel()
	w := interacting(t, api.Config{})
	for _, url := range []string{"http://127.0.0.1:1/", "http://[::1]:1/", "http://10.0.0.1/", "http://169.254.169.254/latest", "ftp://example.org/", "nothing", "https://u:p@example.org/"} {
		got := w.want(ask{method: "PATCH", path: "/api/v10/applications/@me", as: botID, body: `{"interactions_endpoint_url":"` + url + `"}`}, 400, "")
		if !strings.Contains(got.Body.String(), "interactions_endpoint_url") {
			t.Errorf("%s: %s", url, got.Body)
		}
	}
	if strings.Contains(w.logged.String(), "connection refused") {
		t.Errorf("somebody was called: %s", w.logged)
	}
}
