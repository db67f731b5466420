package guildhall

import (
	"encoding/json"
	"fmt"
)

// threadRoll is a thread's members as a state keeps them, the first to join first. There are far more archived threads than
// active ones, and what they cost in memory is their members: a roll has nothing twice and no room to spare.
type threadRoll []rolled

// rolled is one member.
type rolled struct {
	user   UserID
	joined Timestamp
	flags  int
}

// UnmarshalJSON reads the value of a row that ThreadMembersRow made.
func (r *threadRoll) UnmarshalJSON(b []byte) error {
	var members []ThreadMember
	if err := json.Unmarshal(b, &members); err != nil {
		return fmt.Errorf("members of a thread: %w", err)
	}
	*r = make(threadRoll, len(members))
	for i := range members {
		(*r)[i] = rolled{members[i].UserID, members[i].JoinTimestamp, members[i].Flags}
	}
	return nil
}

// roll gives a thread's members; nil where no row has any.
func (v GuildView) roll(id ChannelID) *threadRoll {
	r, _ := v.s.threadMembers.Get(id, v.staged)
	return r
}

// has tells whether a user is among them.
func (r *threadRoll) has(user UserID) bool { return r.find(user) != nil }

func (r *threadRoll) find(user UserID) *rolled {
	if r == nil {
		return nil
	}
	for i := range *r {
		if (*r)[i].user == user {
			return &(*r)[i]
		}
	}
	return nil
}

func (m *rolled) member(thread ChannelID) ThreadMember {
	return ThreadMember{ID: thread, UserID: m.user, JoinTimestamp: m.joined, Flags: m.flags}
}

// ThreadMembers gives a thread's members, the first to join first; nil where no row has any.
func (v GuildView) ThreadMembers(id ChannelID) []ThreadMember {
	r := v.roll(id)
	if r == nil {
		return nil
	}
	members := make([]ThreadMember, len(*r))
	for i := range members {
		members[i] = (*r)[i].member(id)
	}
	return members
}

// ThreadMemberCount is how many those are.
func (v GuildView) ThreadMemberCount(id ChannelID) int {
	if r := v.roll(id); r != nil {
		return len(*r)
	}
	return 0
}

// ThreadMember gives a user's place in a thread, or nil.
func (v GuildView) ThreadMember(id ChannelID, user UserID) *ThreadMember {
	found := v.roll(id).find(user)
	if found == nil {
		return nil
	}
	m := found.member(id)
	return &m
}
