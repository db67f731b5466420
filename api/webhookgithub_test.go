package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
)

func TestGithubWebhook(t *testing.T) {
	t.Parallel()
	const common = `"sender":{"login":"ann","html_url":"https://example.org/ann","avatar_url":"https://example.org/ann.png"},
		"repository":{"name":"hall","full_name":"ann/hall","html_url":"https://example.org/hall"}`
	tests := map[string]struct{ event, body, title, text string }{
		"a push": {"push", `"ref":"refs/heads/main","compare":"https://example.org/c","commits":[
			{"id":"0123456789","url":"https://example.org/0","message":"First\n\nwhy","author":{"username":"ann"}},
			{"id":"abcdef0123","url":"https://example.org/1","message":"Second","author":{"name":"Bob"}}]`,
			"[hall:main] 2 new commits", "[`0123456`](https://example.org/0) First - ann\n[`abcdef0`](https://example.org/1) Second - Bob"},
		"a forced push":         {"push", `"ref":"refs/heads/main","forced":true`, "[ann/hall] Branch main was force-pushed", ""},
		"an issue":              {"issues", `"action":"opened","issue":{"number":7,"title":"It breaks","body":"Here"}`, "[ann/hall] Issue opened: #7: It breaks", "Here"},
		"a closed pull request": {"pull_request", `"action":"closed","pull_request":{"number":8,"title":"Mend","body":"x"}`, "[ann/hall] Pull request closed: #8: Mend", ""},
		"a comment":             {"issue_comment", `"action":"created","issue":{"number":7,"title":"It breaks"},"comment":{"body":"Yes"}`, "[ann/hall] New comment on issue #7: It breaks", "Yes"},
		"a review":              {"pull_request_review", `"action":"submitted","pull_request":{"number":8,"title":"Mend"},"review":{"state":"approved","body":"ok"}`, "[ann/hall] Pull request review approved: #8: Mend", "ok"},
		"a release":             {"release", `"action":"published","release":{"tag_name":"v1","body":"new"}`, "[ann/hall] New release published: v1", "new"},
		"a check":               {"check_run", `"action":"completed","check_run":{"name":"build","conclusion":"failure","head_branch":"main","head_sha":"0123456789"}`, "[ann/hall] build failure on", ""},
		"a branch":              {"create", `"ref":"x","ref_type":"branch"`, "[ann/hall] branch created: x", ""},
		"a star":                {"watch", `"action":"started"`, "[ann/hall] New star added", ""},
		"a ping":                {"ping", `"action":""`, "", ""},
		"a label":               {"issues", `"action":"labeled","issue":{"number":7,"title":"It breaks"}`, "", ""},
		"a review's comment":    {"pull_request_review", `"action":"edited","pull_request":{"number":8},"review":{"state":"commented"}`, "", ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, path := hookWorld(t, admission.Off, 0)
			header := http.Header{"X-Github-Event": {c.event}}
			w.want(ask{method: "POST", path: path + "/github", header: header, body: "{" + c.body + "," + common + "}"}, 204, "")
			last := w.owners.last()
			if c.title == "" {
				if last.Name == guildhall.CommandWebhookExecute {
					t.Errorf("told %s", last.Body)
				}
				return
			}
			var e guildhall.ExecuteWebhook
			if err := json.Unmarshal(last.Body, &e); err != nil || len(e.Embeds) != 1 || e.Username != "GitHub" {
				t.Fatalf("sent %s: %v", last.Body, err)
			}
			var told struct {
				Title, Description string
				Author             struct{ Name string }
			}
			if err := json.Unmarshal(e.Embeds[0], &told); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(told.Title, c.title) || told.Description != c.text || told.Author.Name != "ann" {
				t.Errorf("told %+v", told)
			}
		})
	}
}

// TestGithubWebhookIsCut: what somebody writes there can be longer than an embed.
func TestGithubWebhookIsCut(t *testing.T) {
	t.Parallel()
	w, path := hookWorld(t, admission.Off, 0)
	body, err := json.Marshal(map[string]any{
		"action": "opened", "issue": map[string]any{"number": 1, "title": strings.Repeat("é", 3000), "body": strings.Repeat("é", 90_000)},
		"sender": map[string]any{"login": strings.Repeat("x", 300)},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.want(ask{method: "POST", path: path + "/github", header: http.Header{"X-Github-Event": {"issues"}}, body: string(body)}, 204, "")
	if w.owners.last().Name != guildhall.CommandWebhookExecute {
		t.Error("not told")
	}
	w.want(ask{method: "POST", path: path + "/github", body: `{"commits":7}`}, 400, "")
}
