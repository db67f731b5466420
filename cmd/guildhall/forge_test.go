package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// forge is a served guild with people to try things on: its owner, a plain member, and people who are no members.
type forge struct {
	*served
	guild         madeGuild
	bot           madeBot
	owner, member fixturePerson
	people        []fixturePerson
}

// newForge serves a guild with some more people who are no members.
func newForge(t *testing.T, others string, flags ...string) *forge {
	t.Helper()
	return forgeIn(t, filepath.Join(t.TempDir(), "data"), others, flags...)
}

func forgeIn(t *testing.T, dir, others string, flags ...string) *forge {
	t.Helper()
	s := serve(t, append([]string{"--data", dir, "--rate-limits", "off"}, flags...)...)
	made := mustRun[madeFixture](t, "fixture", "--data", dir, "--bots", "1", "--users", others, "--guilds", "1", "--members", "2")
	return &forge{
		served: s, guild: made.Guilds[0], bot: made.Bots[0], owner: made.Users[0], member: made.Users[1],
		people: made.Users[2:],
	}
}

// inGuild is a path below the guild.
func (f *forge) inGuild(path string) string { return "/guilds/" + f.guild.ID.String() + path }

// inChannel is a path below the guild's channel.
func (f *forge) inChannel(path string) string {
	return "/channels/" + f.guild.ChannelID.String() + path
}

// ask makes a request with a token and gives what is answered. A header is NAME: VALUE.
func (f *forge) ask(token, method, path, body string, headers ...string) (status int, answer []byte) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.url+"/api/v10"+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", token)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return response.StatusCode, bytes.TrimSpace(answer)
}

// must is ask for what has to be answered with the status.
func (f *forge) must(want int, token, method, path, body string, headers ...string) []byte {
	f.t.Helper()
	status, answer := f.ask(token, method, path, body, headers...)
	if status != want {
		f.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, status, answer, want)
	}
	return answer
}

// errorCode is the error code in an answer.
func errorCode(t *testing.T, answer []byte) int {
	t.Helper()
	return parsed[struct {
		Code int `json:"code"`
	}](t, answer).Code
}

func parsed[T any](t *testing.T, answer []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(answer, &v); err != nil {
		t.Fatalf("%v in %s", err, answer)
	}
	return v
}
