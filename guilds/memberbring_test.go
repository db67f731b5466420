package guilds

import (
	"slices"
	"testing"

	"guildhall"
)

// TestBringMember: a bot brings in somebody as far as it could make them what they come as.
func TestBringMember(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	nick := "new"
	whole := guildhall.AddMember{User: person(strangerID, "new"), Nick: &nick, Roles: []guildhall.RoleID{h.low}, Mute: true, Deaf: true}
	needs := guildhall.PermissionCreateInstantInvite | guildhall.PermissionManageNicknames | guildhall.PermissionManageRoles |
		guildhall.PermissionMuteMembers | guildhall.PermissionDeafenMembers
	grant := func(p guildhall.Permissions) {
		h.must(ownerID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{ID: h.botRole, Permissions: guildhall.Some(p)})
	}
	h.must(ownerID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{ID: h.everyone, Permissions: guildhall.Some(guildhall.PermissionConnect | guildhall.PermissionViewChannel)})
	h.order(h.low, h.botRole)
	for bit := guildhall.Permissions(1); bit != 0; bit <<= 1 {
		if needs&bit != 0 {
			grant(needs &^ bit)
			h.refuse(guildhall.ErrMissingPermissions, botID, 0, guildhall.CommandMemberBring, whole)
		}
	}
	grant(needs)
	high := whole
	high.Roles = []guildhall.RoleID{h.admin}
	h.refuse(guildhall.ErrMissingPermissions, botID, 0, guildhall.CommandMemberBring, high)
	h.must(botID, 0, guildhall.CommandMemberBring, whole)
	if m := h.member(strangerID); m.Nick == nil || *m.Nick != nick || !slices.Equal(m.Roles, whole.Roles) || !m.Mute || !m.Deaf {
		t.Errorf("came in as %+v", m)
	}
	room := guildhall.CreateChannel{Name: "v", Type: guildhall.ChannelGuildVoice}
	id := read[guildhall.Channel](t, h.must(ownerID, 0, guildhall.CommandChannelCreate, room).reply).ID
	h.must(strangerID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: id, SessionID: "s"})
	if s := h.view().Voice(strangerID); !s.Mute || !s.Deaf {
		t.Errorf("in voice as %+v", s)
	}
	// A member stays as it is.
	other := whole
	other.User, other.Nick = person(plainID, "plain"), nil
	h.must(botID, 0, guildhall.CommandMemberBring, other)
	if m := h.member(plainID); m.Mute || len(m.Roles) != 0 {
		t.Errorf("changed to %+v", m)
	}
}
