package main

import (
	"encoding/base64"
	"net/http"
	"testing"

	"guildhall"
)

// TestMemberPicture: a member's picture in one guild is kept, shown and served there.
func TestMemberPicture(t *testing.T) {
	t.Parallel()
	f := newForge(t, "2")
	// One transparent pixel.
	const gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
	if _, err := base64.StdEncoding.DecodeString(gif); err != nil {
		t.Fatal(err)
	}
	body := `{"avatar":"data:image/gif;base64,` + gif + `"}`
	m := parsed[guildhall.Member](t, f.must(http.StatusOK, f.member.Token, "PATCH", f.inGuild("/members/@me"), body))
	if m.Avatar == nil {
		t.Fatalf("member %+v", m)
	}
	for path, want := range map[string]int{
		"/cdn/guilds/" + f.guild.ID.String() + "/users/" + f.member.ID.String() + "/avatars/" + *m.Avatar + ".png": http.StatusOK,
		"/cdn/avatars/" + f.member.ID.String() + "/" + *m.Avatar + ".png":                                          http.StatusNotFound,
	} {
		if status, _ := f.get(f.url+path, ""); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}
