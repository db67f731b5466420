package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// guildList makes the owners give the bot guilds 1 to 9, of which 4 says that it has gone.
func guildList(w *world) {
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch {
		case cmd.Name == guildhall.QueryUserGuilds:
			var refs []guildhall.GuildRef
			for id := range guildhall.GuildID(9) {
				refs = append(refs, guildhall.GuildRef{ID: 9 - id})
			}
			return answerOf(refs), nil
		case cmd.Name == guildhall.QueryGuildPartial && cmd.Object.ID == 4:
			return nil, guildhall.ErrMissingAccess
		case cmd.Name == guildhall.QueryGuildPartial:
			partial := guildhall.GuildPartial{ID: guildhall.GuildID(cmd.Object.ID)}
			if strings.Contains(string(cmd.Body), "true") {
				n := 5
				partial.ApproximateMemberCount = &n
			}
			return answerOf(partial), nil
		}
		return nil, fmt.Errorf("%s was not expected", cmd.Name)
	}
}

func TestListMyGuilds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	guildList(w)
	for query, want := range map[string][]guildhall.GuildID{
		"":                       {1, 2, 3, 5, 6, 7, 8, 9},
		"?limit=3":               {1, 2, 3},
		"?limit=3&after=5":       {6, 7, 8},
		"?limit=3&before=8":      {5, 6, 7},
		"?after=0&limit=2":       {1, 2},
		"?before=0":              {},
		"?after=9":               {},
		"?after=2&before=7":      {3, 5, 6},
		"?limit=2&after=3":       {5},
		"?with_counts=true":      {1, 2, 3, 5, 6, 7, 8, 9},
		"?before=99999999999999": {1, 2, 3, 5, 6, 7, 8, 9},
	} {
		got := w.want(ask{method: "GET", path: "/api/v10/users/@me/guilds" + query, as: botID}, 200, "")
		var partials []guildhall.GuildPartial
		if err := json.Unmarshal(got.Body.Bytes(), &partials); err != nil {
			t.Fatal(err)
		}
		ids := []guildhall.GuildID{}
		for _, p := range partials {
			ids = append(ids, p.ID)
			if (p.ApproximateMemberCount != nil) != strings.Contains(query, "with_counts") {
				t.Errorf("%s: counts of %s: %v", query, p.ID, p.ApproximateMemberCount)
			}
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%q: %v, want %v", query, ids, want)
		}
	}
}

func TestApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	owner := personID
	w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) {
		return answerOf(map[string]any{"id": "1", "owner_id": owner, "bot": map[string]string{"id": "1"}, "team": nil}), nil
	}
	for _, path := range []string{"/api/v10/applications/@me", "/api/v10/oauth2/applications/@me"} {
		got := w.want(ask{method: "GET", path: path, as: botID}, 200, "")
		var shown struct {
			OwnerID *string         `json:"owner_id"`
			Owner   guildhall.User  `json:"owner"`
			Install json.RawMessage `json:"install_params"`
		}
		if err := json.Unmarshal(got.Body.Bytes(), &shown); err != nil {
			t.Fatal(err)
		}
		if shown.OwnerID != nil || shown.Owner.Username != "ann" || len(shown.Install) == 0 {
			t.Errorf("%s: %s", path, got.Body)
		}
	}
	owner = 12345 // gone
	got := w.want(ask{method: "GET", path: "/api/v10/applications/@me", as: botID}, 200, "")
	if !strings.Contains(got.Body.String(), `"owner":{"id":"1"}`) {
		t.Errorf("without an owner: %s", got.Body)
	}
}

func TestAnswersWithoutOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	for path, want := range map[string]string{
		"/api/v10/gateway":                   `{"url":"ws://127.0.0.1:1/"}`,
		"/api/v10/gateway/bot":               `{"url":"ws://127.0.0.1:1/","shards":1,"session_start_limit":{"total":1000,"remaining":999,"reset_after":5,"max_concurrency":1}}`,
		"/api/v9//voice/regions":             `[]`,
		"/api/v9//sticker-packs":             `{"sticker_packs":[]}`,
		"/api/v10/soundboard-default-sounds": `[]`,
	} {
		w.want(ask{method: "GET", path: path, as: botID}, 200, want)
	}
	if seen := w.owners.last(); seen.Name != "" {
		t.Errorf("an owner was asked: %s", seen.Name)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := api.New(api.Config{}, api.Deps{}); err == nil || !strings.Contains(err.Error(), "api: no ") {
		t.Errorf("without anything: %v", err)
	}
}
