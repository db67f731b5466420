package guilds

import (
	"testing"
	"time"

	"guildhall"
)

// TestEscalation is S25: nobody gets more than was given to it, and what is refused changes nothing.
func TestEscalation(t *testing.T) {
	t.Parallel()
	allow := guildhall.Some[guildhall.Permissions]
	move := func(h *hall, id guildhall.RoleID, to int) []guildhall.RolePosition {
		return []guildhall.RolePosition{{ID: id, Position: &to}}
	}
	later := func(h *hall) guildhall.Optional[guildhall.Timestamp] {
		return guildhall.Some(guildhall.TimestampOf(h.now.Add(time.Hour)))
	}
	tests := map[string]struct {
		actor guildhall.UserID
		name  string
		body  func(h *hall) any
		want  error // nil: allowed
	}{
		"role without MANAGE_ROLES": {plainID, guildhall.CommandRoleCreate, func(*hall) any { return guildhall.RoleFields{} }, guildhall.ErrMissingPermissions},
		"role with own permissions": {modID, guildhall.CommandRoleCreate, func(*hall) any {
			return guildhall.RoleFields{Permissions: allow(guildhall.PermissionKickMembers)}
		}, nil},
		"role with a permission that one lacks": {modID, guildhall.CommandRoleCreate, func(*hall) any {
			return guildhall.RoleFields{Permissions: allow(guildhall.PermissionBanMembers)}
		}, guildhall.ErrMissingPermissions},
		"role with administrator": {modID, guildhall.CommandRoleCreate, func(*hall) any {
			return guildhall.RoleFields{Permissions: allow(guildhall.PermissionAdministrator)}
		}, guildhall.ErrMissingPermissions},
		"managed role": {adminID, guildhall.CommandRoleCreate, func(*hall) any { return guildhall.RoleFields{Managed: botID} }, guildhall.ErrInvalidRole},
		"grant a lower role what one lacks": {modID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.low, Permissions: allow(guildhall.PermissionBanMembers)}
		}, guildhall.ErrMissingPermissions},
		"grant a lower role what one has": {modID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.low, Permissions: allow(guildhall.PermissionManageMessages)}
		}, nil},
		"grant @everyone administrator": {modID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.everyone, Permissions: allow(guildhall.PermissionAdministrator)}
		}, guildhall.ErrMissingPermissions},
		"rename @everyone": {ownerID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.everyone, Name: guildhall.Some("all")}
		}, guildhall.ErrInvalidRole},
		"edit own highest role": {modID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.mod, Name: guildhall.Some("boss")}
		}, guildhall.ErrMissingPermissions},
		"edit a higher role": {modID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.admin, Name: guildhall.Some("boss")}
		}, guildhall.ErrMissingPermissions},
		"administrator edits own role": {adminID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.admin, Name: guildhall.Some("boss")}
		}, guildhall.ErrMissingPermissions},
		"owner edits the highest role": {ownerID, guildhall.CommandRoleModify, func(h *hall) any {
			return guildhall.RoleFields{ID: h.admin, Name: guildhall.Some("boss")}
		}, nil},
		"delete a higher role": {modID, guildhall.CommandRoleDelete, func(h *hall) any { return guildhall.RoleFields{ID: h.admin} }, guildhall.ErrMissingPermissions},
		"delete a lower role":  {modID, guildhall.CommandRoleDelete, func(h *hall) any { return guildhall.RoleFields{ID: h.low} }, nil},
		"delete @everyone":     {ownerID, guildhall.CommandRoleDelete, func(h *hall) any { return guildhall.RoleFields{ID: h.everyone} }, guildhall.ErrInvalidRole},
		"delete a bot's role":  {ownerID, guildhall.CommandRoleDelete, func(h *hall) any { return guildhall.RoleFields{ID: h.botRole} }, guildhall.ErrInvalidRole},
		"move self above":      {modID, guildhall.CommandRolePositions, func(h *hall) any { return move(h, h.mod, 4) }, guildhall.ErrMissingPermissions},
		"move a lower role above self": {modID, guildhall.CommandRolePositions, func(h *hall) any {
			return move(h, h.low, 4)
		}, guildhall.ErrMissingPermissions},
		"move a lower role to own place": {modID, guildhall.CommandRolePositions, func(h *hall) any {
			return move(h, h.low, 3)
		}, guildhall.ErrMissingPermissions},
		"move a higher role down": {modID, guildhall.CommandRolePositions, func(h *hall) any { return move(h, h.admin, 1) }, guildhall.ErrMissingPermissions},
		"move a lower role":       {modID, guildhall.CommandRolePositions, func(h *hall) any { return move(h, h.low, 2) }, nil},
		"give self a higher role": {modID, guildhall.CommandMemberRolePut, func(h *hall) any {
			return guildhall.MemberRole{UserID: modID, RoleID: h.admin}
		}, guildhall.ErrMissingPermissions},
		"give own highest role": {modID, guildhall.CommandMemberRolePut, func(h *hall) any {
			return guildhall.MemberRole{UserID: plainID, RoleID: h.mod}
		}, guildhall.ErrMissingPermissions},
		"give a bot's role": {ownerID, guildhall.CommandMemberRolePut, func(h *hall) any {
			return guildhall.MemberRole{UserID: plainID, RoleID: h.botRole}
		}, guildhall.ErrInvalidRole},
		"give @everyone": {ownerID, guildhall.CommandMemberRolePut, func(h *hall) any {
			return guildhall.MemberRole{UserID: plainID, RoleID: h.everyone}
		}, guildhall.ErrInvalidRole},
		"give an unknown role": {ownerID, guildhall.CommandMemberRolePut, func(h *hall) any {
			return guildhall.MemberRole{UserID: plainID, RoleID: 12345}
		}, guildhall.ErrUnknownRole},
		"give a lower role": {modID, guildhall.CommandMemberRolePut, func(h *hall) any {
			return guildhall.MemberRole{UserID: plainID, RoleID: h.low}
		}, nil},
		"give a lower role to one above": {modID, guildhall.CommandMemberRolePut, func(h *hall) any {
			return guildhall.MemberRole{UserID: adminID, RoleID: h.low}
		}, nil},
		"take a higher role by list": {modID, guildhall.CommandMemberModify, func(h *hall) any {
			return guildhall.ModifyMember{UserID: adminID, Roles: guildhall.Some([]guildhall.RoleID{})}
		}, guildhall.ErrMissingPermissions},
		"give a lower role by list": {modID, guildhall.CommandMemberModify, func(h *hall) any {
			return guildhall.ModifyMember{UserID: plainID, Roles: guildhall.Some([]guildhall.RoleID{h.low, h.low})}
		}, nil},
		"give roles by list without MANAGE_ROLES": {plainID, guildhall.CommandMemberModify, func(h *hall) any {
			return guildhall.ModifyMember{UserID: plainID, Roles: guildhall.Some([]guildhall.RoleID{})}
		}, guildhall.ErrMissingPermissions},
		"kick without the right":     {plainID, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{UserID: botID} }, guildhall.ErrMissingPermissions},
		"kick one above":             {modID, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{UserID: adminID} }, guildhall.ErrMissingPermissions},
		"kick the owner":             {adminID, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{UserID: ownerID} }, guildhall.ErrMissingPermissions},
		"kick a stranger":            {modID, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{UserID: strangerID} }, guildhall.ErrUnknownMember},
		"kick one below":             {modID, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{UserID: plainID} }, nil},
		"owner leaves":               {ownerID, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{UserID: ownerID} }, errOwnerStays},
		"system removes the owner":   {system, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{UserID: ownerID} }, errOwnerStays},
		"system removes nobody":      {system, guildhall.CommandMemberRemove, func(*hall) any { return guildhall.MemberRef{} }, guildhall.ErrUnknownMember},
		"name one above":             {modID, guildhall.CommandMemberModify, nick(adminID), guildhall.ErrMissingPermissions},
		"name the owner":             {adminID, guildhall.CommandMemberModify, nick(ownerID), guildhall.ErrMissingPermissions},
		"name one below":             {modID, guildhall.CommandMemberModify, nick(plainID), nil},
		"name self":                  {plainID, guildhall.CommandMemberModify, nick(plainID), nil},
		"name another without right": {plainID, guildhall.CommandMemberModify, nick(botID), guildhall.ErrMissingPermissions},
		"owner names itself":         {ownerID, guildhall.CommandMemberModify, nick(ownerID), nil},
		"mute without right":         {modID, guildhall.CommandMemberModify, func(*hall) any { return guildhall.ModifyMember{UserID: plainID, Mute: guildhall.Some(true)} }, guildhall.ErrMissingPermissions},
		"mute who is not in voice":   {adminID, guildhall.CommandMemberModify, func(*hall) any { return guildhall.ModifyMember{UserID: plainID, Mute: guildhall.Some(true)} }, errNotInVoice},
		"timeout of one above": {modID, guildhall.CommandMemberModify, func(h *hall) any {
			return guildhall.ModifyMember{UserID: adminID, CommunicationDisabledUntil: later(h)}
		}, guildhall.ErrMissingPermissions},
		"timeout of an administrator": {ownerID, guildhall.CommandMemberModify, func(h *hall) any {
			return guildhall.ModifyMember{UserID: adminID, CommunicationDisabledUntil: later(h)}
		}, guildhall.ErrMissingPermissions},
		"timeout of one below": {modID, guildhall.CommandMemberModify, func(h *hall) any {
			return guildhall.ModifyMember{UserID: plainID, CommunicationDisabledUntil: later(h)}
		}, nil},
		"timeout of self": {modID, guildhall.CommandMemberModify, func(h *hall) any { return guildhall.ModifyMember{UserID: modID, CommunicationDisabledUntil: later(h)} }, guildhall.ErrMissingPermissions},
		"timeout of more than 28 days": {modID, guildhall.CommandMemberModify, func(h *hall) any {
			return guildhall.ModifyMember{UserID: plainID, CommunicationDisabledUntil: guildhall.Some(guildhall.TimestampOf(h.now.Add(29 * 24 * time.Hour)))}
		}, guildhall.ErrInvalidForm},
		"channel without the right":     {plainID, guildhall.CommandChannelCreate, func(*hall) any { return guildhall.CreateChannel{Name: "x"} }, guildhall.ErrMissingPermissions},
		"channel":                       {modID, guildhall.CommandChannelCreate, func(*hall) any { return guildhall.CreateChannel{Name: "x"} }, nil},
		"channel that allows too much":  {modID, guildhall.CommandChannelCreate, func(h *hall) any { return channelWith(h, guildhall.PermissionBanMembers) }, guildhall.ErrMissingPermissions},
		"channel that allows one's own": {modID, guildhall.CommandChannelCreate, func(h *hall) any { return channelWith(h, guildhall.PermissionManageMessages) }, nil},
		"channel with MANAGE_ROLES":     {modID, guildhall.CommandChannelCreate, func(h *hall) any { return channelWith(h, guildhall.PermissionManageRoles) }, guildhall.ErrMissingPermissions},
		"administrator's channel":       {adminID, guildhall.CommandChannelCreate, func(h *hall) any { return channelWith(h, guildhall.PermissionManageRoles) }, nil},
		"flags without right":           {plainID, guildhall.CommandMemberModify, func(*hall) any { return guildhall.ModifyMember{UserID: plainID, Flags: guildhall.Some(4)} }, guildhall.ErrMissingPermissions},
		"modify a stranger":             {modID, guildhall.CommandMemberModify, nick(strangerID), guildhall.ErrUnknownMember},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			if test.want != nil {
				h.refuse(test.want, test.actor, 0, test.name, test.body(h))
				return
			}
			h.must(test.actor, 0, test.name, test.body(h))
			if len(h.committed) == 0 {
				t.Error("nothing changed")
			}
		})
	}
}

func nick(user guildhall.UserID) func(*hall) any {
	return func(*hall) any { return guildhall.ModifyMember{UserID: user, Nick: guildhall.Some("nick")} }
}

func channelWith(h *hall, p guildhall.Permissions) guildhall.CreateChannel {
	return guildhall.CreateChannel{Name: "x", Overwrites: []guildhall.Overwrite{{ID: guildhall.Snowflake(h.low), Allow: p}}}
}

// TestTimeoutTakesRightsAway: a moderator in timeout can't lift it, and has its rights back when it is over.
func TestTimeoutTakesRightsAway(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	until := guildhall.TimestampOf(h.now.Add(time.Hour))
	h.must(ownerID, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: modID, CommunicationDisabledUntil: guildhall.Some(until)})
	lift := guildhall.ModifyMember{UserID: modID, CommunicationDisabledUntil: guildhall.Optional[guildhall.Timestamp]{Set: true, Null: true}}
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandMemberModify, lift)
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandRoleCreate, guildhall.RoleFields{})
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "x"})
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandMemberModify, nick(modID)(h))
	if a := ask[guildhall.MessagesAnswer](h.bench, modID, h.general, guildhall.QueryMessages, nil); !a.History {
		t.Error("a member in timeout may still read")
	}
	h.now = until.Time().Add(time.Second)
	h.must(modID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "x"})
	d := h.must(ownerID, 0, guildhall.CommandMemberModify, lift)
	if h.member(modID).CommunicationDisabledUntil != nil {
		t.Error("the timeout was not lifted")
	}
	e, _ := event(t, d, "GUILD_MEMBER_UPDATE")
	if len(e.Audience.Always) != 1 || e.Audience.Always[0] != modID || e.Audience.Intents != guildhall.IntentGuildMembers {
		t.Errorf("audience %+v", e.Audience)
	}
}

// TestTimeoutSilences: what asks for no permission to be done is closed to a member in timeout all the same.
func TestTimeoutSilences(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	said, poll := h.say(modID, "x"), h.poll(false)
	h.must(modID, h.general, reactionPut, emoji(said.ID, "👍"))
	own, _ := h.thread(plainID, guildhall.CreateThread{Name: "own", Type: guildhall.ChannelPrivateThread})
	h.must(plainID, own.ID, guildhall.CommandThreadMemberPut, guildhall.MemberRef{UserID: modID})
	h.must(system, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{
		UserID: plainID, CommunicationDisabledUntil: set(guildhall.TimestampOf(h.now.Add(time.Hour))),
	})
	commands := []struct {
		channel guildhall.ChannelID
		name    string
		body    any
	}{
		{h.general, reactionPut, emoji(said.ID, "👍")},
		{h.general, guildhall.CommandPollVote, guildhall.PollVote{MessageID: poll.ID, AnswerIDs: []int{1}}},
		{own.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Name: set("loud")}},
		{own.ID, guildhall.CommandThreadMemberDelete, guildhall.MemberRef{UserID: modID}},
	}
	for _, c := range commands {
		h.refuse(guildhall.ErrMissingPermissions, plainID, c.channel, c.name, c.body)
	}
	h.now = h.now.Add(time.Hour)
	for _, c := range commands {
		h.must(plainID, c.channel, c.name, c.body)
	}
}

// TestOverwriteEscalation: who may change which bits of a channel's overwrites.
func TestOverwriteEscalation(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	low := func(allow, deny guildhall.Permissions) guildhall.Overwrite {
		return guildhall.Overwrite{ID: guildhall.Snowflake(h.low), Allow: allow, Deny: deny}
	}
	put, remove := guildhall.CommandOverwritePut, guildhall.CommandOverwriteDelete
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, put, low(guildhall.PermissionSendMessages, 0))
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, put, low(guildhall.PermissionBanMembers, 0))
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, put, low(0, guildhall.PermissionBanMembers))
	h.refuse(guildhall.ErrUnknownOverwrite, modID, h.general, put, guildhall.Overwrite{ID: 12345, Allow: guildhall.PermissionSendMessages})
	h.refuse(guildhall.ErrUnknownOverwrite, modID, h.general, put, guildhall.Overwrite{ID: guildhall.Snowflake(strangerID), Type: guildhall.OverwriteMember})
	h.refuse(guildhall.ErrUnknownOverwrite, modID, h.general, remove, low(0, 0))
	d := h.must(modID, h.general, put, low(guildhall.PermissionSendMessages, guildhall.PermissionManageMessages))
	e, _ := event(t, d, "CHANNEL_UPDATE")
	if e.Audience.Channel != h.general || e.Audience.Permissions != guildhall.PermissionViewChannel || e.Audience.Before {
		t.Errorf("audience %+v", e.Audience)
	}
	if d = h.must(modID, h.general, put, low(guildhall.PermissionSendMessages, guildhall.PermissionManageMessages)); len(d.rows) != 0 {
		t.Error("an overwrite that is there already was written again")
	}

	// A bit that the moderator lacks is in the overwrite: it may change others, but not that one, nor remove the whole.
	h.must(ownerID, h.general, put, low(guildhall.PermissionBanMembers, 0))
	h.must(modID, h.general, put, low(guildhall.PermissionBanMembers|guildhall.PermissionSendMessages, 0))
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, put, low(0, 0))
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, remove, low(0, 0))
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{Overwrites: guildhall.Some([]guildhall.Overwrite{})})

	// Nor may it give itself MANAGE_ROLES here, and with that every other bit.
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, put, guildhall.Overwrite{
		ID: guildhall.Snowflake(modID), Type: guildhall.OverwriteMember, Allow: guildhall.PermissionManageRoles,
	})

	// With an overwrite that gives MANAGE_ROLES in this channel it may change every bit here.
	h.must(ownerID, h.general, put, guildhall.Overwrite{ID: guildhall.Snowflake(h.mod), Allow: guildhall.PermissionManageRoles})
	h.must(modID, h.general, remove, low(0, 0))
	if c := h.view().Channel(h.general); len(c.Overwrites) != 1 {
		t.Errorf("overwrites %+v", c.Overwrites)
	}

	// What one has in the guild or in the channel's category may be handed out in the channel.
	inCategory := guildhall.Overwrite{
		ID: guildhall.Snowflake(modID), Type: guildhall.OverwriteMember,
		Allow: guildhall.PermissionBanMembers, Deny: guildhall.PermissionManageMessages,
	}
	h.must(ownerID, h.category, put, inCategory)
	h.must(ownerID, h.general, remove, guildhall.Overwrite{ID: guildhall.Snowflake(h.mod)})
	h.must(modID, h.general, put, low(guildhall.PermissionBanMembers|guildhall.PermissionManageMessages, 0))
	h.must(ownerID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{ParentID: guildhall.Optional[guildhall.ChannelID]{Set: true, Null: true}})
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, remove, low(0, 0))

	// An overwrite that takes MANAGE_ROLES away in the channel holds against the role's own.
	h.must(ownerID, h.general, put, guildhall.Overwrite{ID: guildhall.Snowflake(modID), Type: guildhall.OverwriteMember, Deny: guildhall.PermissionManageRoles})
	h.refuse(guildhall.ErrMissingPermissions, modID, h.general, put, low(guildhall.PermissionSendMessages, 0))
	h.deny(h.general, guildhall.PermissionViewChannel)
	h.refuse(guildhall.ErrMissingAccess, modID, h.general, put, low(guildhall.PermissionSendMessages, 0))
}
