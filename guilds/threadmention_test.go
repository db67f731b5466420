package guilds

import (
	"fmt"
	"slices"
	"testing"

	"guildhall"
)

// inThread are a thread's members, in the order in which they joined.
func (h *hall) inThread(id guildhall.ChannelID) []guildhall.UserID {
	ids := []guildhall.UserID{}
	for _, m := range h.view().ThreadMembers(id) {
		ids = append(ids, m.UserID)
	}
	return ids
}

func (h *hall) expectInThread(when string, id guildhall.ChannelID, want ...guildhall.UserID) {
	h.t.Helper()
	if got := h.inThread(id); !slices.Equal(got, want) {
		h.t.Errorf("%s: in the thread are %v, want %v", when, got, want)
	}
}

func mention(ids ...guildhall.UserID) guildhall.CreateMessage {
	var f guildhall.CreateMessage
	for _, id := range ids {
		f.Content += fmt.Sprintf("<@%d> ", id)
	}
	return f
}

// TestMentionBringsIntoThread: who is named joins, in one update with the author; who is not to be notified, sees nothing of
// the channel or is no member of the guild does not.
func TestMentionBringsIntoThread(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	create := guildhall.CommandMessageCreate
	d := h.must(modID, th.ID, create, mention(botID, strangerID, botID, plainID, modID))
	h.expectInThread("named", th.ID, plainID, modID, botID)
	_, data := event(t, d, "THREAD_MEMBERS_UPDATE")
	added, _ := data["added_members"].([]any)
	if len(added) != 2 || data["member_count"] != 3.0 || added[1].(map[string]any)["member"] == nil {
		t.Errorf("told %v", data)
	}
	h.expectTold("named", d, botID, "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE")
	h.must(plainID, th.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{
		Content: mention(adminID).Content, AllowedMentions: &guildhall.AllowedMentions{},
	})
	h.expectInThread("not to be notified", th.ID, plainID, modID, botID)
	h.must(botID, th.ID, guildhall.CommandThreadMemberDelete, guildhall.MemberRef{})
	h.deny(h.general, guildhall.PermissionViewChannel)
	h.must(ownerID, th.ID, create, mention(botID))
	h.expectInThread("can't see it", th.ID, plainID, modID, ownerID)
}

// TestMentionInEditAndReply: an edit brings in those whom it names anew. A reply does not bring back who has left.
func TestMentionInEditAndReply(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	create, leave := guildhall.CommandMessageCreate, guildhall.CommandThreadMemberDelete
	m := read[guildhall.Message](t, h.must(plainID, th.ID, create, mention(botID)).reply)
	h.must(botID, th.ID, leave, guildhall.MemberRef{})
	edit := guildhall.EditMessage{ID: m.ID, Content: set(mention(botID, modID).Content)}
	d := h.must(plainID, th.ID, guildhall.CommandMessageEdit, edit)
	h.expectInThread("edited", th.ID, plainID, modID)
	h.expectTold("edited", d, modID, "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_UPDATE")
	said := read[guildhall.Message](t, h.must(modID, th.ID, create, guildhall.CreateMessage{Content: "x"}).reply)
	h.must(modID, th.ID, leave, guildhall.MemberRef{})
	h.must(plainID, th.ID, create, guildhall.CreateMessage{
		Content: "y", Reference: &guildhall.MessageReference{MessageID: said.ID},
	})
	h.expectInThread("answered", th.ID, plainID)
}

// TestMentionInPrivateThread: who is brought in is told of the thread and of the message; where only its maker invites, others
// bring in nobody.
func TestMentionInPrivateThread(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPrivateThread})
	create := guildhall.CommandMessageCreate
	d := h.must(plainID, th.ID, create, mention(modID))
	h.expectTold("brought in", d, modID, "THREAD_CREATE", "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE")
	h.expectTold("brought in", d, botID)
	closed := guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{Invitable: set(false)}}
	h.must(plainID, th.ID, guildhall.CommandChannelModify, closed)
	h.must(modID, th.ID, create, mention(botID))
	w := newHook(h)
	h.must(system, th.ID, guildhall.CommandWebhookExecute, execute(w, mention(botID).Content))
	h.expectInThread("not invitable", th.ID, plainID, modID)
	h.must(plainID, th.ID, create, mention(botID))
	h.expectInThread("by its maker", th.ID, plainID, modID, botID)
}

// TestRoleMentionBringsFew: a role brings its members in as long as they are fewer than a hundred, and no message more than that.
func TestRoleMentionBringsFew(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	small, large, other := h.role("small", 0), h.role("large", 0), h.role("other", 0)
	for i := range 2*roleBroughtMax - 1 {
		m := guildhall.Member{User: person(guildhall.UserID(200+i)<<22, "m"), Roles: []guildhall.RoleID{large}}
		if i < roleBroughtMax-1 {
			m.Roles = []guildhall.RoleID{small}
		} else if i < roleBroughtMax+20 {
			m.Roles = append(m.Roles, other)
		}
		row := guildhall.MemberRow(h.id, &m)
		h.apply(&row, guildhall.Install)
	}
	h.deny(h.general, guildhall.PermissionMentionEveryone)
	call := func(by guildhall.UserID, roles ...guildhall.RoleID) {
		f := guildhall.CreateMessage{}
		for _, id := range roles {
			f.Content += fmt.Sprintf("<@&%d>", id)
		}
		h.must(by, th.ID, guildhall.CommandMessageCreate, f)
	}
	call(plainID, small)
	h.expectInThread("may not mention the role", th.ID, plainID)
	call(ownerID, large)
	h.expectInThread("a role of a hundred", th.ID, plainID, ownerID)
	call(ownerID, small, other)
	if got := len(h.inThread(th.ID)); got != 2+broughtMax {
		t.Errorf("%d are in the thread", got)
	}
	call(ownerID, small, other)
	if got := len(h.inThread(th.ID)); got != 2+roleBroughtMax-1+21 {
		t.Errorf("%d are in the thread", got)
	}
}

// TestPostBringsIn: the first message of a post does it too.
func TestPostBringsIn(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	forum, f := h.forum(), mention(modID, plainID)
	d := h.must(plainID, forum, guildhall.CommandThreadCreate, guildhall.CreateThread{Name: "p", Message: &f})
	made := read[guildhall.Thread](t, d.reply)
	if made.MemberCount != 2 || made.Member == nil || made.Member.UserID != plainID {
		t.Errorf("made %+v", made)
	}
	h.expectInThread("posted", made.ID, plainID, modID)
	h.expectTold("posted", d, modID, "THREAD_CREATE", "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE")
}

// TestThreadHasRoomForFew: beyond the limit nobody is added, and the message is sent all the same.
func TestThreadHasRoomForFew(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	var members []guildhall.ThreadMember
	for i := range documented.Of(guildhall.LimitThreadMembers) - 1 {
		members = append(members, guildhall.ThreadMember{ID: th.ID, UserID: guildhall.UserID(300+i) << 22})
	}
	row := guildhall.ThreadMembersRow(h.id, th.ID, members)
	h.apply(&row, guildhall.Install)
	h.must(modID, th.ID, guildhall.CommandMessageCreate, mention(botID, adminID))
	if got := h.inThread(th.ID); len(got) != len(members)+1 || got[len(members)] != modID {
		t.Errorf("%d are in the thread, the last %v", len(got), got[len(members)])
	}
}
