package spec_test

import (
	"net/http"
	"testing"

	"guildhall/witness/spec"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	d, err := spec.Discord()
	if err != nil {
		t.Fatal(err)
	}
	const (
		user     = `{"id":"1","username":"u","discriminator":"0","global_name":null,"avatar":null,"public_flags":0,"flags":0,"primary_guild":null`
		notFound = `{"code":10013,"message":"Unknown User"}`
	)
	tests := map[string]struct {
		method, path string
		status       int
		body         string
		operation    string
		wrong        bool
	}{
		"right":                   {"GET", "/api/v10/users/1", 200, user + `}`, "get_user", false},
		"without a version":       {"GET", "/api/users/1", 200, user + `}`, "get_user", false},
		"fixed before any":        {"GET", "/api/v9/users/@me", 200, `{}`, "get_my_user", true},
		"fixed, in escapes":       {"GET", "/api/v10/users/%40me", 200, `{}`, "get_my_user", true},
		"a field is missing":      {"GET", "/api/v10/users/1", 200, `{"id":"1"}`, "get_user", true},
		"a field of a wrong type": {"GET", "/api/v10/users/1", 200, user + `,"bot":"yes"}`, "get_user", true},
		"no snowflake":            {"GET", "/api/v10/users/1", 200, `{"id":"x"` + user[len(`{"id":"1"`):] + `}`, "get_user", true},
		"an error":                {"GET", "/api/v10/users/1", 404, notFound, "get_user", false},
		"an error of no shape":    {"GET", "/api/v10/users/1", 404, `{}`, "get_user", true},
		"no JSON":                 {"GET", "/api/v10/users/1", 200, `x`, "get_user", true},
		"another status":          {"GET", "/api/v10/users/1", 201, user + `}`, "get_user", true},
		"nothing":                 {"PUT", "/api/v10/channels/1/messages/2/reactions/x/@me", 204, "", "add_my_message_reaction", false},
		"something for nothing":   {"PUT", "/api/v10/channels/1/messages/2/reactions/x/@me", 204, "{}", "add_my_message_reaction", true},
		"a failure":               {"GET", "/api/v10/users/1", 503, "", "", false},
		"not in the document":     {"GET", "/api/v10/nothing", 200, "x", "", false},
		"another method":          {"TRACE", "/api/v10/users/1", 200, "x", "", false},
		"not of the API":          {"GET", "/cdn/users/1", 200, "x", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{"Content-Type": {"application/json"}}
			id, err := d.Check(&spec.Answer{Method: test.method, Path: test.path, Status: test.status, Header: h, Body: []byte(test.body)})
			if id != test.operation || (err != nil) != test.wrong {
				t.Errorf("operation %q, %v", id, err)
			}
		})
	}
}
