package main

import (
	"fmt"
	"net/http"
	"testing"

	"guildhall"
)

// TestRolePictures: a role is made with a picture, and gets another one.
func TestRolePictures(t *testing.T) {
	t.Parallel()
	f := newForge(t, "2")
	owner := f.owner.Token
	role := parsed[guildhall.Role](t, f.must(http.StatusOK, owner, "POST", f.inGuild("/roles"), fmt.Sprintf(`{"name":"hats","icon":%q}`, dot)))
	if role.Icon == nil || role.Name != "hats" {
		t.Fatalf("made %+v", role)
	}
	changed := parsed[guildhall.Role](t, f.must(http.StatusOK, owner, "PATCH", f.inGuild("/roles/"+role.ID.String()), fmt.Sprintf(`{"icon":%q}`, anotherDot)))
	if changed.Icon == nil || *changed.Icon == *role.Icon {
		t.Errorf("changed to %+v", changed)
	}
}
