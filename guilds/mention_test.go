package guilds

import (
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
)

func TestParseMentions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		content  string
		users    []guildhall.UserID
		roles    []guildhall.RoleID
		everyone bool
	}{
		{content: ""},
		{content: "plain <text> @ <@ <@> <@!> <@&> <@x> <#1>"},
		{content: "<@1> <@!2> <@&3> <@1>", users: []guildhall.UserID{1, 2}, roles: []guildhall.RoleID{3}},
		{content: "<@&3><@&3>", roles: []guildhall.RoleID{3}},
		{content: "<@<@1>", users: []guildhall.UserID{1}},
		{content: "<@0> <@-1> <@+1> <@ 1> <@1 > <@99999999999999999999> <@١>"},
		{content: "<@18446744073709551615>", users: []guildhall.UserID{1<<64 - 1}},
		{content: "hi @everyone", everyone: true},
		{content: "@here", everyone: true},
		{content: "x@everyonex", everyone: true},
		{content: "@Everyone @her"},
		{content: "`<@1>` <@2>", users: []guildhall.UserID{2}},
		{content: "``<@1> ` <@2>`` ```\n@everyone <@3>``` <@4>", users: []guildhall.UserID{4}},
		{content: "`<@1>", users: []guildhall.UserID{1}},
		{content: "``<@1>`", users: []guildhall.UserID{1}},
		{content: "```<@1>`` <@2>", users: []guildhall.UserID{1, 2}},
		{content: "`a``<@1>` <@2>", users: []guildhall.UserID{2}},
	}
	for _, test := range tests {
		got := parseMentions(test.content)
		if !slices.Equal(got.users, test.users) || !slices.Equal(got.roles, test.roles) || got.everyone != test.everyone {
			t.Errorf("%q: %+v", test.content, got)
		}
	}
}

// TestMentionsAreLinear is S7: no content takes more than 5 ms, however it is made.
func TestMentionsAreLinear(t *testing.T) {
	t.Parallel()
	const size = 100_000 // 25 times the longest content
	parts := []string{"`", "``", "```", "````", "` ``", "`` ```", "<@", "<@&", "<@1", "@", "@everyon", "<@1>", "`a``b```c", "<<<<@"}
	for _, part := range parts {
		content := strings.Repeat(part, size/len(part))
		best := time.Hour
		for range 5 { // the best of a few: the machine is shared
			start := time.Now()
			parseMentions(content)
			best = min(best, time.Since(start))
		}
		if best > 25*5*time.Millisecond {
			t.Errorf("%d bytes of %q took %v", size, part, best)
		}
	}
}

func FuzzParseMentions(f *testing.F) {
	f.Add("<@1> `<@2>` <@&3> @everyone")
	f.Add("``` ` `` <@!4>")
	f.Fuzz(func(t *testing.T, content string) {
		found := parseMentions(content)
		for _, id := range found.users {
			if !strings.Contains(content, id.String()+">") {
				t.Errorf("%q has no %s", content, id)
			}
		}
		if found.everyone && !strings.Contains(content, "@everyone") && !strings.Contains(content, "@here") {
			t.Errorf("%q mentions everyone", content)
		}
		// Without backticks nothing is code: what is written as a mention is one.
		if plain := strings.ReplaceAll(content, "`", ""); !slices.Contains(parseMentions(plain+"<@123>").users, 123) {
			t.Errorf("%q: <@123> was not found", plain)
		}
	})
}

func TestAllowedMentions(t *testing.T) {
	t.Parallel()
	mod, plain := "<@"+modID.String()+">", "<@"+plainID.String()+">"
	tests := map[string]struct {
		actor    guildhall.UserID
		content  string
		allowed  *guildhall.AllowedMentions
		users    []guildhall.UserID
		roles    int
		everyone bool
	}{
		"absent":                  {ownerID, mod + plain + " @everyone", nil, []guildhall.UserID{modID, plainID}, 0, true},
		"none":                    {ownerID, mod + plain + " @everyone", &guildhall.AllowedMentions{}, nil, 0, false},
		"users":                   {ownerID, mod + plain + " @here", &guildhall.AllowedMentions{Parse: []string{"users"}}, []guildhall.UserID{modID, plainID}, 0, false},
		"one user":                {ownerID, mod + plain, &guildhall.AllowedMentions{Users: []guildhall.UserID{plainID}}, []guildhall.UserID{plainID}, 0, false},
		"a user not in content":   {ownerID, mod, &guildhall.AllowedMentions{Users: []guildhall.UserID{plainID}}, nil, 0, false},
		"everyone":                {ownerID, mod + "@everyone", &guildhall.AllowedMentions{Parse: []string{"everyone"}}, nil, 0, true},
		"stranger":                {ownerID, "<@" + strangerID.String() + "> <@&12345>", nil, nil, 0, false},
		"role by owner":           {ownerID, "ROLE", nil, nil, 1, false},
		"role by plain":           {plainID, "ROLE @everyone", nil, nil, 0, false},
		"role, none allowed":      {ownerID, "ROLE", &guildhall.AllowedMentions{Parse: []string{"users"}}, nil, 0, false},
		"mentionable by plain":    {plainID, "OPEN", nil, nil, 1, false},
		"mentionable, by list":    {plainID, "OPEN", &guildhall.AllowedMentions{Roles: []guildhall.RoleID{1}}, nil, 0, false},
		"@everyone's role is not": {ownerID, "ALL", nil, nil, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			h.must(ownerID, 0, guildhall.CommandRoleModify, guildhall.RoleFields{ID: h.low, Mentionable: guildhall.Some(true)})
			h.deny(h.general, guildhall.PermissionMentionEveryone)
			names := strings.NewReplacer(
				"ROLE", "<@&"+h.mod.String()+">", "OPEN", "<@&"+h.low.String()+">", "ALL", "<@&"+h.everyone.String()+">")
			m, _ := h.send(test.actor, guildhall.CreateMessage{Content: names.Replace(test.content), AllowedMentions: test.allowed})
			var users []guildhall.UserID
			for _, u := range m.Mentions {
				users = append(users, u.ID)
			}
			if !slices.Equal(users, test.users) || len(m.MentionRoles) != test.roles || m.MentionEveryone != test.everyone {
				t.Errorf("users %v, roles %v, everyone %v", users, m.MentionRoles, m.MentionEveryone)
			}
		})
	}
}

func TestRepliedUser(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	first := h.say(modID, "x")
	for _, pinged := range []bool{true, false} {
		m, _ := h.send(plainID, guildhall.CreateMessage{
			Content: "y", Reference: &guildhall.MessageReference{MessageID: first.ID},
			AllowedMentions: &guildhall.AllowedMentions{RepliedUser: pinged},
		})
		if (len(m.Mentions) == 1) != pinged {
			t.Errorf("replied_user %v: %+v", pinged, m.Mentions)
		}
	}
	m, _ := h.send(plainID, guildhall.CreateMessage{Content: "<@" + modID.String() + ">", Reference: &guildhall.MessageReference{MessageID: first.ID}})
	if len(m.Mentions) != 1 {
		t.Errorf("mentioned twice: %+v", m.Mentions)
	}
}
