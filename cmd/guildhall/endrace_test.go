package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// TestOwnershipDuringTheEndOfAnAccount: a guild that is given to somebody, and one that somebody makes, while the account ends
// is never left to nobody.
func TestOwnershipDuringTheEndOfAnAccount(t *testing.T) {
	t.Parallel()
	h := newHearth(t)
	ann := h.someone("ann")
	const rounds = 6
	outcomes := map[string]int{}
	for round := range rounds {
		name := fmt.Sprintf("bob%d", round)
		bob := h.someone(name)
		guild := h.want(http.StatusCreated, ann.Token, "POST", "/guilds", fields("name", "Forge"))["id"].(string)
		mustRun[map[string]any](t, "admin", "guild", "join", guild, name, "--data", h.dir)
		var given, deleted int
		var made map[string]any
		var all sync.WaitGroup
		all.Go(func() {
			given, _ = h.ask(ann.Token, "PATCH", "/guilds/"+guild, fields("owner_id", bob.ID.String()))
		})
		all.Go(func() {
			if status, content := h.ask(bob.Token, "POST", "/guilds", fields("name", "Kiln")); status == http.StatusCreated {
				made = parsed[map[string]any](t, content)
			}
		})
		all.Go(func() {
			deleted, _ = h.ask(bob.Token, "POST", "/users/@me/delete", fields("password", hearthPassword))
		})
		all.Wait()
		outcomes[fmt.Sprint("given ", given, ", made ", made != nil, ", deleted ", deleted)]++
		switch deleted {
		case http.StatusBadRequest: // it owned one of them by then
			h.want(200, bob.Token, "GET", "/users/@me", nil)
			continue
		case http.StatusNoContent:
		default:
			t.Fatalf("round %d: deleted with %d", round, deleted)
		}
		h.eventually(func() bool {
			_, content := h.ask(ann.Token, "GET", "/guilds/"+guild, nil)
			status, _ := h.ask(ann.Token, "GET", "/guilds/"+guild+"/members/"+bob.ID.String(), nil)
			return parsed[map[string]any](t, content)["owner_id"] == ann.ID.String() && status == http.StatusNotFound
		})
		if made == nil {
			continue
		}
		// The one that bob made is gone, as joining it says; or it is ann's, who has joined it before bob left.
		h.eventually(func() bool {
			code, _ := runCommand(t, "admin", "guild", "join", made["id"].(string), "ann", "--data", h.dir)
			_, content := h.ask(ann.Token, "GET", "/guilds/"+made["id"].(string), nil)
			return code == exitFailed || parsed[map[string]any](t, content)["owner_id"] == ann.ID.String()
		})
	}
	t.Logf("%v", outcomes)
}
