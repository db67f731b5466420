package guilds

// pure core

import (
	"slices"
	"strings"

	"guildhall"
)

// mentions is what a content names, in order, each once.
type mentions struct {
	users    []guildhall.UserID
	roles    []guildhall.RoleID
	everyone bool
}

// parseMentions finds <@user>, <@!user>, <@&role>, @everyone and @here outside code. It takes time linear in the
// content.
// discord: reference#message-formatting
func parseMentions(content string) mentions {
	var found mentions
	users, roles := make(map[guildhall.UserID]bool), make(map[guildhall.RoleID]bool)
	for i := 0; i < len(content); {
		switch content[i] {
		case '`':
			i = skipCode(content, i)
			continue
		case '@':
			found.everyone = found.everyone ||
				strings.HasPrefix(content[i:], "@everyone") || strings.HasPrefix(content[i:], "@here")
		case '<':
			id, role, size := parseMention(content[i:])
			switch {
			case size == 0:
			case role && !roles[guildhall.RoleID(id)]:
				roles[guildhall.RoleID(id)] = true
				found.roles = append(found.roles, guildhall.RoleID(id))
			case !role && !users[guildhall.UserID(id)]:
				users[guildhall.UserID(id)] = true
				found.users = append(found.users, guildhall.UserID(id))
			}
		}
		i++
	}
	return found
}

// parseMention reads one mention at the front of s; size is 0 where there is none. An id has at most 20 digits, so that
// no more than a few bytes are ever looked at.
func parseMention(s string) (id guildhall.Snowflake, role bool, size int) {
	const longest = len("<@!") + 20 + len(">")
	s = s[:min(len(s), longest)]
	end := strings.IndexByte(s, '>')
	if end < 0 || !strings.HasPrefix(s, "<@") {
		return 0, false, 0
	}
	digits := s[2:end]
	switch {
	case strings.HasPrefix(digits, "&"):
		digits, role = digits[1:], true
	case strings.HasPrefix(digits, "!"):
		digits = digits[1:]
	}
	if err := id.UnmarshalText([]byte(digits)); err != nil {
		return 0, false, 0
	}
	return id, role, end + 1
}

// skipCode gives the place behind the code span that starts at i, or behind the run of backticks if none starts there.
// Runs of one and two pair with runs of the same length, three with any run of three or more. A search that finds no
// partner reads to the end, but can happen only once for each length: all in all the time stays linear.
func skipCode(s string, i int) int {
	run := 1
	for run < 3 && i+run < len(s) && s[i+run] == '`' {
		run++
	}
	start := i + run
	fence := "```"[:run]
	for at := start; ; {
		next := strings.Index(s[at:], fence)
		if next < 0 {
			return start
		}
		at += next
		end := at + run
		for end < len(s) && s[end] == '`' {
			end++
		}
		if end-at == run || run == 3 {
			return end
		}
		at = end
	}
}

// allowed narrows what a content names to whom it may notify, by the sender's wish and its permissions.
type allowed struct {
	users, roles, everyone bool
	someUsers              []guildhall.UserID
	someRoles              []guildhall.RoleID
	repliedUser            bool
}

// allowedBy reads the sender's wish; without one, all that the content names is notified.
// discord: resources/message#allowed-mentions-object
func allowedBy(am *guildhall.AllowedMentions) allowed {
	if am == nil {
		return allowed{users: true, roles: true, everyone: true, repliedUser: true}
	}
	return allowed{
		users: slices.Contains(am.Parse, "users"), roles: slices.Contains(am.Parse, "roles"),
		everyone:  slices.Contains(am.Parse, "everyone"),
		someUsers: am.Users, someRoles: am.Roles, repliedUser: am.RepliedUser,
	}
}

// mention sets whom the message notifies. Ids of those who are no members and no roles are passed over.
// p is what the author may do in the channel.
func (r *request) mention(m *guildhall.Message, am *guildhall.AllowedMentions, p guildhall.Permissions) {
	found, allow := parseMentions(m.Content), allowedBy(am)
	m.MentionEveryone = found.everyone && allow.everyone && p.Has(guildhall.PermissionMentionEveryone)
	m.Mentions, m.MentionRoles = []guildhall.User{}, []guildhall.RoleID{}
	for _, id := range found.users {
		if !allow.users && !slices.Contains(allow.someUsers, id) {
			continue
		}
		if member := r.view.Member(id); member != nil {
			m.Mentions = append(m.Mentions, member.User)
		}
	}
	for _, id := range found.roles {
		role := r.view.Role(id)
		if role == nil || id == guildhall.RoleID(r.view.Guild().ID) || !allow.roles && !slices.Contains(allow.someRoles, id) {
			continue
		}
		if role.Mentionable || p.Has(guildhall.PermissionMentionEveryone) {
			m.MentionRoles = append(m.MentionRoles, id)
		}
	}
	if replied := m.ReferencedMessage.Or(nil); replied != nil && allow.repliedUser {
		r.mentionReplied(m, replied.Author.ID)
	}
}

func (r *request) mentionReplied(m *guildhall.Message, author guildhall.UserID) {
	member := r.view.Member(author)
	if member == nil || slices.ContainsFunc(m.Mentions, func(u guildhall.User) bool { return u.ID == author }) {
		return
	}
	m.Mentions = append(m.Mentions, member.User)
}
