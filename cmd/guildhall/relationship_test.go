package main

import (
	"net/http"
	"testing"
)

// redDot is a PNG of one pixel.
const redDot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="

func TestNewGuilds(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann := h.someone("ann")
	made := h.want(http.StatusCreated, ann.Token, "POST", "/guilds", fields("name", "Forge", "icon", redDot))
	id := made["id"].(string)
	if got := h.want(200, ann.Token, "GET", "/guilds/"+id, nil); got["icon"] == nil || got["icon"] != made["icon"] {
		t.Errorf("icon %v, made with %v", got["icon"], made["icon"])
	}
	for range 99 {
		h.want(http.StatusCreated, ann.Token, "POST", "/guilds", fields("name", "Forge"))
	}
	h.eventually(func() bool {
		status, list := h.ask(ann.Token, "GET", "/users/@me/guilds", nil)
		return status == 200 && len(parsed[[]any](t, list)) == 100
	})
	h.refused(400, 30001, ann.Token, "POST", "/guilds", fields("name", "Forge"))
}

func TestFriends(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann, bob := h.someone("ann"), h.someone("bob")
	atAnn, ready := h.listen(ann.Token)
	if len(ready["relationships"].([]any)) != 0 {
		t.Errorf("READY: %v", ready["relationships"])
	}
	atBob, _ := h.listen(bob.Token)
	const all = "/users/@me/relationships"
	h.refused(400, 80004, ann.Token, "POST", all, fields("username", "nobody"))
	h.refused(400, 80003, ann.Token, "POST", all, fields("username", "ann"))
	h.want(204, ann.Token, "POST", all, fields("username", "BOB"))
	if e := atAnn.next("RELATIONSHIP_ADD"); e["type"] != 4.0 || e["user"].(map[string]any)["username"] != "bob" {
		t.Errorf("ann is told %v", e)
	}
	if e := atBob.next("RELATIONSHIP_ADD"); e["type"] != 3.0 || e["id"] != ann.ID.String() {
		t.Errorf("bob is told %v", e)
	}
	h.want(204, bob.Token, "PUT", all+"/"+ann.ID.String(), map[string]any{})
	if e := atAnn.next("RELATIONSHIP_ADD"); e["type"] != 1.0 {
		t.Errorf("ann is told %v", e)
	}
	_, again := h.listen(ann.Token)
	if list := again["relationships"].([]any); len(list) != 1 || list[0].(map[string]any)["type"] != 1.0 {
		t.Errorf("READY: %v", list)
	}
	h.want(204, bob.Token, "PUT", all+"/"+ann.ID.String(), map[string]any{"type": 2})
	if e := atAnn.next("RELATIONSHIP_REMOVE"); e["id"] != bob.ID.String() {
		t.Errorf("ann is told %v", e)
	}
	h.want(204, bob.Token, "DELETE", all+"/"+ann.ID.String(), nil)
	note := "/users/@me/notes/" + bob.ID.String()
	h.refused(http.StatusNotFound, 10013, ann.Token, "GET", note, nil)
	h.want(204, ann.Token, "PUT", note, fields("note", "met in spring"))
	if e := atAnn.next("USER_NOTE_UPDATE"); e["note"] != "met in spring" {
		t.Errorf("ann is told %v", e)
	}
	if n := h.want(200, ann.Token, "GET", note, nil); n["note"] != "met in spring" || n["note_user_id"] != bob.ID.String() {
		t.Errorf("note %v", n)
	}
	if n := h.want(200, ann.Token, "GET", "/users/@me/notes", nil); n[bob.ID.String()] != "met in spring" {
		t.Errorf("notes %v", n)
	}
}
