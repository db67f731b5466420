package guilds

// pure core

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"guildhall"
)

// searchMax is how many members a search by name finds at most by default.
// discord: events/gateway-events#request-guild-members
const searchMax = 100

// memberOrder keeps the committed members' ids in order, so that reading a large guild page by page does not sort it
// for each page. It is made again when somebody has joined or left.
type memberOrder struct {
	ids   []guildhall.UserID
	valid bool
}

func (o *memberOrder) changed() { o.valid = false }

func (o *memberOrder) sorted(v guildhall.GuildView) []guildhall.UserID {
	if o.valid {
		return o.ids
	}
	o.ids = slices.Grow(o.ids[:0], v.MemberCount())
	for id := range v.Members() {
		o.ids = append(o.ids, id)
	}
	slices.Sort(o.ids)
	o.valid = true
	return o.ids
}

func (g *guild) queryMember(r *request) (any, error) {
	ref, err := body[guildhall.MemberRef](r.cmd)
	if err != nil {
		return nil, err
	}
	m := r.view.Member(ref.UserID)
	if m == nil {
		return nil, guildhall.ErrUnknownMember
	}
	return m, nil
}

// queryMembers lists members: those named, those whose name starts with the prefix, or all by id from After on, up to
// the limit; 0 is no limit, but for a search. The answer is a plain list, unless presences or users were asked for.
// discord: resources/guild#list-guild-members events/gateway-events#request-guild-members
func (g *guild) queryMembers(r *request) (any, error) {
	q, err := body[guildhall.MembersQuery](r.cmd)
	if err != nil {
		return nil, err
	}
	a := guildhall.MembersAnswer{Members: []*guildhall.Member{}}
	switch {
	case len(q.Users) > 0:
		g.membersNamed(r, &q, &a)
	case q.Prefix != "":
		g.membersLike(r, &q, &a)
	default:
		g.membersAfter(r, &q, &a)
	}
	if q.Presences {
		ids := make([]guildhall.UserID, 0, len(a.Members))
		for _, m := range a.Members {
			ids = append(ids, m.User.ID)
		}
		a.Presences = g.presencesOf(ids)
	}
	if q.Presences || len(q.Users) > 0 {
		return a, nil
	}
	return a.Members, nil
}

func (g *guild) membersNamed(r *request, q *guildhall.MembersQuery, a *guildhall.MembersAnswer) {
	for _, id := range q.Users {
		if m := r.view.Member(id); m != nil {
			a.Members = append(a.Members, m)
		} else {
			a.NotFound = append(a.NotFound, id)
		}
	}
}

func (g *guild) membersAfter(r *request, q *guildhall.MembersQuery, a *guildhall.MembersAnswer) {
	ids := g.order.sorted(r.view)
	from, found := slices.BinarySearch(ids, q.After)
	if found {
		from++
	}
	ids = ids[from:]
	if q.Limit > 0 && q.Limit < len(ids) {
		ids = ids[:q.Limit]
	}
	a.Members = slices.Grow(a.Members, len(ids))
	for _, id := range ids {
		a.Members = append(a.Members, r.view.Member(id))
	}
}

func (g *guild) membersLike(r *request, q *guildhall.MembersQuery, a *guildhall.MembersAnswer) {
	limit := q.Limit
	if limit <= 0 {
		limit = searchMax
	}
	for _, id := range g.order.sorted(r.view) {
		m := r.view.Member(id)
		if !startsWith(m.User.Username, q.Prefix) && !startsWithAny(q.Prefix, m.Nick, m.User.GlobalName) {
			continue
		}
		if a.Members = append(a.Members, m); len(a.Members) == limit {
			return
		}
	}
}

func startsWithAny(prefix string, names ...*string) bool {
	for _, name := range names {
		if name != nil && startsWith(*name, prefix) {
			return true
		}
	}
	return false
}

// startsWith compares without regard to capitals, and without making copies: a search looks at every member.
func startsWith(name, prefix string) bool {
	for prefix != "" {
		if name == "" {
			return false
		}
		p, size := utf8.DecodeRuneInString(prefix)
		n, taken := utf8.DecodeRuneInString(name)
		if p != n && unicode.ToLower(p) != unicode.ToLower(n) {
			return false
		}
		prefix, name = prefix[size:], name[taken:]
	}
	return true
}
