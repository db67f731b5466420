package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestRoleIcons: a picture is kept for a role that may be made or changed, and for no other.
func TestRoleIcons(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	role := guildhall.Role{ID: 25165824, Name: "hats"}
	refuse := false
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		var f guildhall.RoleFields
		if err := json.Unmarshal(cmd.Body, &f); err != nil {
			return nil, err
		}
		if refuse {
			return nil, guildhall.ErrMissingPermissions
		}
		if f.Icon.Set {
			role.Icon = f.Icon.Pointer()
		}
		return answerOf(role), nil
	}
	roles := "/api/v10/guilds/8388608/roles"
	one := roles + "/25165824"
	served := func(status int) {
		t.Helper()
		w.want(ask{method: "GET", path: fmt.Sprintf("/cdn/role-icons/25165824/%s.png?size=32", *role.Icon)}, status, "")
	}
	picture := func(side int) string { return fmt.Sprintf(`{"name":"hats","icon":%q}`, dataURI(pngOf(t, side, side))) }
	w.want(ask{method: "POST", path: roles, as: botID, body: picture(64)}, 200, "")
	served(200)
	first := *role.Icon
	w.want(ask{method: "PATCH", path: one, as: botID, body: picture(48)}, 200, "")
	if *role.Icon == first {
		t.Error("the picture is the first still")
	}
	served(200)
	w.want(ask{method: "PATCH", path: one, as: botID, body: `{"icon":"data:image/png;base64,AAAA"}`}, 400, "")
	w.want(ask{method: "PATCH", path: one, as: botID, body: `{"icon":null}`}, 200, "")
	if role.Icon != nil {
		t.Errorf("the picture stays: %s", *role.Icon)
	}
	refuse = true
	asked := len(w.owners.seen)
	w.want(ask{method: "PATCH", path: one, as: botID, body: picture(32)}, 403, "")
	if n := len(w.owners.seen) - asked; n != 1 {
		t.Errorf("after a refusal %d commands were sent", n)
	}
}
