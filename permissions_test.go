package guildhall_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guildhall"
)

// standing is all that decides what a member may do in a channel.
type standing struct {
	owner    bool
	everyone guildhall.Permissions
	// roles are the guild's; held says which the member has.
	roles [2]guildhall.Permissions
	held  [2]bool
	// The overwrites of @everyone, the roles and the member; nil where the channel has none.
	forEveryone *pair
	forRole     [2]*pair
	forMember   *pair
	timeout     bool
}

type pair struct{ allow, deny guildhall.Permissions }

const (
	guildID  = guildhall.GuildID(1)
	memberID = guildhall.UserID(50)
)

var (
	roleIDs = [2]guildhall.RoleID{11, 12}
	now     = time.UnixMilli(1_700_000_000_000)
)

// oracle follows Discord's text bit by bit: the last rule that speaks of a bit decides it. It shares nothing with the
// code under test.
// discord: topics/permissions#permission-overwrites
func (s *standing) oracle() guildhall.Permissions {
	granted := func(bit guildhall.Permissions) bool {
		answer := s.everyone&bit != 0
		for i := range s.roles {
			answer = answer || s.held[i] && s.roles[i]&bit != 0
		}
		return answer
	}
	if s.owner || granted(guildhall.PermissionAdministrator) {
		return guildhall.PermissionsAll
	}
	inChannel := func(bit guildhall.Permissions) bool {
		answer := granted(bit)
		speak := func(says ...*pair) {
			allows, denies := false, false
			for _, p := range says {
				if p != nil {
					allows = allows || p.allow&bit != 0
					denies = denies || p.deny&bit != 0
				}
			}
			if denies {
				answer = false
			}
			if allows { // within one level what is allowed beats what is denied
				answer = true
			}
		}
		speak(s.forEveryone)
		var ofRoles []*pair
		for i := range s.forRole {
			if s.held[i] {
				ofRoles = append(ofRoles, s.forRole[i])
			}
		}
		speak(ofRoles...)
		speak(s.forMember)
		return answer
	}
	var result guildhall.Permissions
	for bit := guildhall.Permissions(1); bit != 0; bit <<= 1 {
		if !inChannel(bit) || !inChannel(guildhall.PermissionViewChannel) {
			continue
		}
		switch bit {
		case guildhall.PermissionAdministrator:
			continue // no permission of a channel; who has it in the guild has been answered above
		case guildhall.PermissionMentionEveryone, guildhall.PermissionSendTTSMessages, guildhall.PermissionAttachFiles, guildhall.PermissionEmbedLinks:
			if !inChannel(guildhall.PermissionSendMessages) {
				continue
			}
		}
		if s.timeout && bit != guildhall.PermissionViewChannel && bit != guildhall.PermissionReadMessageHistory {
			continue
		}
		result |= bit
	}
	return result
}

// overwrites lists the channel's, in an order that must not matter.
func (s *standing) overwrites(backwards bool) []guildhall.Overwrite {
	var list []guildhall.Overwrite
	add := func(id guildhall.Snowflake, t guildhall.OverwriteType, p *pair) {
		if p != nil {
			list = append(list, guildhall.Overwrite{ID: id, Type: t, Allow: p.allow, Deny: p.deny})
		}
	}
	add(guildhall.Snowflake(guildID), guildhall.OverwriteRole, s.forEveryone)
	add(guildhall.Snowflake(roleIDs[0]), guildhall.OverwriteRole, s.forRole[0])
	add(guildhall.Snowflake(roleIDs[1]), guildhall.OverwriteRole, s.forRole[1])
	add(guildhall.Snowflake(memberID), guildhall.OverwriteMember, s.forMember)
	// Others' overwrites are none of the member's business, even where a role has the number of a member.
	others := &pair{allow: guildhall.PermissionsAll}
	add(guildhall.Snowflake(memberID)+7, guildhall.OverwriteMember, others)
	add(guildhall.Snowflake(roleIDs[0]), guildhall.OverwriteMember, others)
	add(13, guildhall.OverwriteRole, others)
	add(guildhall.Snowflake(memberID), guildhall.OverwriteRole, others)
	if backwards {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	return list
}

func (s *standing) heldRoles() (ids []guildhall.RoleID, permissions []guildhall.Permissions) {
	for i, held := range s.held {
		if held {
			ids, permissions = append(ids, roleIDs[i]), append(permissions, s.roles[i])
		}
	}
	return ids, permissions
}

func (s *standing) until() *guildhall.Timestamp {
	if !s.timeout {
		return nil
	}
	until := guildhall.TimestampOf(now.Add(time.Minute))
	return &until
}

func (s *standing) answer(backwards bool) guildhall.Permissions {
	ids, permissions := s.heldRoles()
	base := guildhall.BasePermissions(s.owner, s.everyone, permissions...)
	p := guildhall.ChannelPermissions(base, s.overwrites(backwards), guildhall.RoleID(guildID), ids, memberID)
	return guildhall.InTimeout(p, s.until(), now)
}

// TestPermissionsGrid is S24: for each of the bits that have rules of their own, and one that has none, every
// combination of who has it and who allows or denies it.
func TestPermissionsGrid(t *testing.T) {
	t.Parallel()
	bits := map[string]guildhall.Permissions{
		"view": guildhall.PermissionViewChannel, "send": guildhall.PermissionSendMessages, "embed": guildhall.PermissionEmbedLinks,
		"history": guildhall.PermissionReadMessageHistory, "manage": guildhall.PermissionManageMessages,
		"administrator": guildhall.PermissionAdministrator,
	}
	const basis = guildhall.PermissionViewChannel | guildhall.PermissionSendMessages | guildhall.PermissionAddReactions | guildhall.PermissionMentionEveryone
	for name, bit := range bits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := range 1 << 16 {
				on := func(i int) bool { return n>>i&1 == 1 }
				mask := func(i int) guildhall.Permissions {
					if on(i) {
						return bit
					}
					return 0
				}
				s := standing{
					everyone: basis&^bit | mask(0),
					roles:    [2]guildhall.Permissions{mask(1), mask(2)}, held: [2]bool{on(3), on(4)},
					forEveryone: &pair{mask(5), mask(6)},
					forRole:     [2]*pair{{mask(7), mask(8)}, {mask(9), mask(10)}},
					forMember:   &pair{mask(11), mask(12)},
					owner:       on(13), timeout: on(14),
				}
				if got, want := s.answer(on(15)), s.oracle(); got != want {
					t.Fatalf("case %#x: got %b, want %b", n, got, want)
				}
			}
		})
	}
}

func drawPermissions(t *rapid.T, label string) guildhall.Permissions {
	few := []guildhall.Permissions{
		guildhall.PermissionViewChannel, guildhall.PermissionSendMessages, guildhall.PermissionEmbedLinks, guildhall.PermissionReadMessageHistory,
		guildhall.PermissionManageMessages, guildhall.PermissionBypassSlowmode,
	}
	var p guildhall.Permissions
	for _, bit := range few {
		if rapid.Bool().Draw(t, label) {
			p |= bit
		}
	}
	if rapid.IntRange(0, 19).Draw(t, label+" administrator") == 0 {
		p |= guildhall.PermissionAdministrator
	}
	return p
}

// TestPermissionsByState: the same through a guild's folded state, with all bits mixed and overwrites left out.
func TestPermissionsByState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		drawPair := func(label string) *pair {
			if rapid.Bool().Draw(t, label) {
				return nil
			}
			return &pair{drawPermissions(t, label+" allow"), drawPermissions(t, label+" deny")}
		}
		s := standing{
			owner:       rapid.IntRange(0, 9).Draw(t, "owner") == 0,
			everyone:    drawPermissions(t, "everyone"),
			roles:       [2]guildhall.Permissions{drawPermissions(t, "role"), drawPermissions(t, "role")},
			held:        [2]bool{rapid.Bool().Draw(t, "held"), rapid.Bool().Draw(t, "held")},
			forEveryone: drawPair("for everyone"), forRole: [2]*pair{drawPair("for role"), drawPair("for role")}, forMember: drawPair("for member"),
			timeout: rapid.Bool().Draw(t, "timeout"),
		}
		v := s.state(t).Committed()
		if got, want := v.In(20, memberID, now), s.oracle(); got != want {
			t.Fatalf("in the channel: got %b, want %b", got, want)
		}
		if got := v.In(21, memberID, now); got != 0 {
			t.Fatalf("in a channel that is not there: %b", got)
		}
		if got := v.In(20, 51, now); got != 0 {
			t.Fatalf("a stranger: %b", got)
		}
		// When the timeout is over all comes back.
		after := s
		after.timeout = false
		if got, want := v.In(20, memberID, now.Add(time.Hour)), after.oracle(); got != want {
			t.Fatalf("after the timeout: got %b, want %b", got, want)
		}
	})
}

func (s *standing) state(t *rapid.T) *guildhall.GuildState {
	owner := memberID + 1
	if s.owner {
		owner = memberID
	}
	ids, _ := s.heldRoles()
	m := &guildhall.Member{User: guildhall.User{ID: memberID}, Roles: append(ids, 999), CommunicationDisabledUntil: s.until()}
	rows := []guildhall.Row{
		guildhall.GuildRow(&guildhall.Guild{ID: guildID, OwnerID: owner}),
		guildhall.RoleRow(guildID, &guildhall.Role{ID: guildhall.RoleID(guildID), Permissions: s.everyone}),
		guildhall.RoleRow(guildID, &guildhall.Role{ID: roleIDs[0], Permissions: s.roles[0]}),
		guildhall.RoleRow(guildID, &guildhall.Role{ID: roleIDs[1], Permissions: s.roles[1]}),
		guildhall.ChannelRow(guildID, &guildhall.Channel{ID: 20, Overwrites: s.overwrites(false)}),
		guildhall.MemberRow(guildID, m),
	}
	state := new(guildhall.GuildState)
	for i := range rows {
		if err := state.Apply(&rows[i], guildhall.Install); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

func TestPermissionBits(t *testing.T) {
	t.Parallel()
	// Spot checks against Discord's table: the highest, those around the gap, and the whole.
	bits := map[guildhall.Permissions]int{
		guildhall.PermissionCreateInstantInvite: 0, guildhall.PermissionAdministrator: 3, guildhall.PermissionViewChannel: 10,
		guildhall.PermissionManageRoles: 28, guildhall.PermissionModerateMembers: 40, guildhall.PermissionSendVoiceMessages: 46,
		guildhall.PermissionSetVoiceChannelStatus: 48, guildhall.PermissionSendPolls: 49, guildhall.PermissionPinMessages: 51,
		guildhall.PermissionBypassSlowmode: 52,
	}
	for p, bit := range bits {
		if p != 1<<bit {
			t.Errorf("bit %d is %b", bit, p)
		}
		if !guildhall.PermissionsAll.Has(p) {
			t.Errorf("bit %d is not among all", bit)
		}
	}
	if guildhall.PermissionsAll.Has(1<<47) || guildhall.PermissionsAll>>53 != 0 {
		t.Errorf("all: %b", guildhall.PermissionsAll)
	}
	if guildhall.PermissionsEveryone.Has(guildhall.PermissionManageMessages) || guildhall.PermissionsEveryone&^guildhall.PermissionsAll != 0 {
		t.Errorf("everyone: %b", guildhall.PermissionsEveryone)
	}
}

func TestPermissionsJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]guildhall.Permissions{`"8"`: 8, `8`: 8, `null`: 0, `"0"`: 0, `"18446744073709551615"`: 1<<64 - 1} {
		p := guildhall.Permissions(77)
		if err := json.Unmarshal([]byte(text), &p); err != nil || p != want {
			t.Errorf("%s: %d, %v", text, p, err)
		}
	}
	for _, text := range []string{`""`, `"-1"`, `"x"`, `1.5`, `"18446744073709551616"`, `{}`} {
		var p guildhall.Permissions
		if err := json.Unmarshal([]byte(text), &p); err == nil {
			t.Errorf("%s was taken for %d", text, p)
		}
	}
	if b, err := json.Marshal(guildhall.PermissionsAll); err != nil || string(b) != fmt.Sprintf("%q", fmt.Sprint(uint64(guildhall.PermissionsAll))) {
		t.Errorf("%s, %v", b, err)
	}
}
