package guilds

import (
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
)

// reader is a member as an audience is judged for it, by the state as it is.
type reader struct {
	h       *hall
	id      guildhall.UserID
	intents guildhall.Intents
}

func (v reader) UserID() guildhall.UserID   { return v.id }
func (v reader) Intents() guildhall.Intents { return v.intents }
func (v reader) In(c guildhall.ChannelID) guildhall.Permissions {
	if c == 0 {
		return v.h.view().Permissions(v.id, v.h.now)
	}
	return v.h.view().In(c, v.id, v.h.now)
}

// told are the types of a draft's events that a member with all intents is told.
func (h *hall) told(d *draft, user guildhall.UserID) []string {
	names := []string{}
	for _, e := range d.events {
		if e.Audience.Admits(reader{h, user, guildhall.IntentsAll}) && e.Type != "GUILD_AUDIT_LOG_ENTRY_CREATE" {
			names = append(names, e.Type)
		}
	}
	return names
}

func (h *hall) expectTold(when string, d *draft, user guildhall.UserID, want ...string) {
	h.t.Helper()
	if got := h.told(d, user); !slices.Equal(got, append([]string{}, want...)) {
		h.t.Errorf("%s: %s is told %v, want %v", when, user, got, want)
	}
}

func (h *hall) thread(actor guildhall.UserID, f guildhall.CreateThread) (guildhall.Thread, *draft) {
	h.t.Helper()
	d := h.must(actor, h.general, guildhall.CommandThreadCreate, f)
	return read[guildhall.Thread](h.t, d.reply), d
}

func (h *hall) forum() guildhall.ChannelID {
	h.t.Helper()
	tags := []guildhall.ForumTag{{Name: "free"}, {Name: "kept", Moderated: true}}
	f := guildhall.CreateChannel{Name: "forum", Type: guildhall.ChannelGuildForum}
	f.AvailableTags = guildhall.Some(tags)
	return read[guildhall.Channel](h.t, h.must(ownerID, 0, guildhall.CommandChannelCreate, f).reply).ID
}

func set[T any](v T) guildhall.Optional[T] { return guildhall.Some(v) }

func TestThreadFromMessage(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(modID, "let us talk")
	th, d := h.thread(plainID, guildhall.CreateThread{Name: " talk ", From: m.ID})
	if th.ID != guildhall.ChannelID(m.ID) || th.Type != guildhall.ChannelPublicThread || th.Name != "talk" || th.OwnerID != plainID ||
		th.Metadata.AutoArchive != 1440 || th.Member == nil || th.MemberCount != 1 || th.MessageCount != 0 {
		t.Errorf("made %+v", th)
	}
	h.expectTold("made", d, adminID, "THREAD_CREATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_UPDATE", "MESSAGE_CREATE")
	h.expectTold("made", d, plainID, "THREAD_CREATE", "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_UPDATE", "MESSAGE_CREATE")
	_, data := event(t, d, "MESSAGE_CREATE")
	quoted, _ := data["referenced_message"].(map[string]any)
	if data["type"] != 21.0 || data["channel_id"] != th.ID.String() || quoted["content"] != "let us talk" {
		t.Errorf("starter %v", data)
	}
	if _, data = event(t, d, "MESSAGE_UPDATE"); data["flags"] != 32.0 || data["thread"].(map[string]any)["id"] != th.ID.String() {
		t.Errorf("begun %v", data)
	}
	if h.stored(m.ID).Thread != nil {
		t.Error("the thread is stored in the message")
	}
	create := guildhall.CommandThreadCreate
	h.refuse(errHasThread, plainID, h.general, create, guildhall.CreateThread{Name: "x", From: m.ID})
	h.refuse(guildhall.ErrUnknownMessage, plainID, h.general, create, guildhall.CreateThread{Name: "x", From: 4711})
	h.refuse(guildhall.ErrWrongChannelType, ownerID, h.category, create, guildhall.CreateThread{Name: "x"})
	other := h.say(modID, "other")
	h.deny(h.general, guildhall.PermissionReadMessageHistory)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, create, guildhall.CreateThread{Name: "x", From: other.ID})
	h.deny(h.general, guildhall.PermissionCreatePublicThreads)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, create, guildhall.CreateThread{Name: "x", From: other.ID})
}

func TestThreadMessages(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, d := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	if _, data := event(t, d, "MESSAGE_CREATE"); data["type"] != 18.0 || data["content"] != "t" || data["channel_id"] != h.general.String() {
		t.Errorf("the channel is told %v", data)
	}
	create := guildhall.CommandMessageCreate
	d = h.must(modID, th.ID, create, guildhall.CreateMessage{Content: "one"})
	h.expectTold("said", d, adminID, "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE")
	second := read[guildhall.Message](t, h.must(modID, th.ID, create, guildhall.CreateMessage{Content: "two"}).reply)
	if second.Position == nil || *second.Position != 1 {
		t.Errorf("position %v", second.Position)
	}
	shown := ask[guildhall.Thread](h.bench, adminID, th.ID, guildhall.QueryChannel, nil)
	if shown.MessageCount != 2 || shown.MemberCount != 2 || shown.LastMessageID != second.ID || shown.Member != nil {
		t.Errorf("shown %+v", shown)
	}
	h.must(modID, th.ID, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: second.ID})
	shown = ask[guildhall.Thread](h.bench, modID, th.ID, guildhall.QueryChannel, nil)
	if shown.MessageCount != 1 || shown.TotalMessageSent != 2 || shown.Member == nil {
		t.Errorf("after a deletion %+v", shown)
	}
	// In threads another permission is asked for.
	h.deny(h.general, guildhall.PermissionSendMessages)
	h.must(plainID, th.ID, create, guildhall.CreateMessage{Content: "x"})
	h.deny(h.general, guildhall.PermissionSendMessagesInThreads)
	h.refuse(guildhall.ErrMissingPermissions, plainID, th.ID, create, guildhall.CreateMessage{Content: "x"})
	h.deny(h.general, guildhall.PermissionViewChannel)
	h.refuse(guildhall.ErrMissingAccess, plainID, th.ID, create, guildhall.CreateMessage{Content: "x"})
}

func TestThreadArchive(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread, AutoArchive: 60})
	modify, create := guildhall.CommandChannelModify, guildhall.CommandMessageCreate
	archive := func(on bool) guildhall.ModifyChannel {
		return guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{Archived: set(on)}}
	}
	said := read[guildhall.Message](t, h.must(plainID, th.ID, create, guildhall.CreateMessage{Content: "x"}).reply)
	h.now = h.now.Add(59 * time.Minute)
	if ask[guildhall.Thread](h.bench, plainID, th.ID, guildhall.QueryChannel, nil).Metadata.Archived {
		t.Error("archived too early")
	}
	h.now = h.now.Add(2 * time.Minute)
	shown := ask[guildhall.Thread](h.bench, plainID, th.ID, guildhall.QueryChannel, nil)
	if want := said.Timestamp.Time().Add(time.Hour); !shown.Metadata.Archived || !shown.Metadata.ArchiveTimestamp.Time().Equal(want) {
		t.Errorf("after an hour %+v, want archived at %v", shown.Metadata, want)
	}
	// What an archived thread refuses.
	h.refuse(errArchived, plainID, th.ID, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: said.ID, Content: set("y")})
	h.refuse(errArchived, plainID, th.ID, guildhall.CommandReactionPut, guildhall.ReactionRef{MessageID: said.ID, Emoji: guildhall.Emoji{Name: "👍"}})
	h.refuse(errArchived, ownerID, th.ID, modify, guildhall.ModifyChannel{Name: set("y")})
	h.refuse(errArchived, modID, th.ID, guildhall.CommandThreadMemberPut, guildhall.MemberRef{})
	// A message opens it again.
	d := h.must(plainID, th.ID, create, guildhall.CreateMessage{Content: "again"})
	if _, data := event(t, d, "THREAD_UPDATE"); data["thread_metadata"].(map[string]any)["archived"] != false {
		t.Errorf("opened: %v", data)
	}
	// Its maker archives it, others open it, and who looks after threads locks it.
	h.refuse(guildhall.ErrMissingPermissions, botID, th.ID, modify, archive(true))
	h.must(plainID, th.ID, modify, archive(true))
	h.must(botID, th.ID, modify, archive(false))
	lock := guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{Locked: set(true)}}
	h.refuse(guildhall.ErrMissingPermissions, plainID, th.ID, modify, lock)
	h.must(adminID, th.ID, modify, lock)
	h.refuse(errThreadLocked, plainID, th.ID, create, guildhall.CreateMessage{Content: "x"})
	h.must(adminID, th.ID, modify, archive(true))
	h.refuse(guildhall.ErrMissingPermissions, plainID, th.ID, modify, archive(false))
	h.must(adminID, th.ID, create, guildhall.CreateMessage{Content: "x"})
	if h.view().Thread(th.ID).Metadata.Archived {
		t.Error("still archived")
	}
	h.refuse(guildhall.ErrMissingPermissions, plainID, th.ID, guildhall.CommandChannelDelete, nil)
	d = h.must(adminID, th.ID, guildhall.CommandChannelDelete, nil)
	h.expectTold("deleted", d, plainID, "THREAD_DELETE")
	if h.view().Thread(th.ID) != nil || h.view().ThreadMembers(th.ID) != nil || h.view().LastMessage(th.ID) != 0 {
		t.Error("something of the thread is left")
	}
}

// TestPrivateThread: H8. What a private thread is and holds is for its members and for those who look after threads.
func TestPrivateThread(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, d := h.thread(plainID, guildhall.CreateThread{Name: "secret", Type: guildhall.ChannelPrivateThread})
	everything := []string{"THREAD_CREATE", "THREAD_MEMBERS_UPDATE"}
	h.expectTold("made", d, plainID, "THREAD_CREATE", "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE")
	h.expectTold("made", d, adminID, everything...)
	h.expectTold("made", d, modID)
	h.expectTold("made", d, botID)
	put, remove := guildhall.CommandThreadMemberPut, guildhall.CommandThreadMemberDelete
	create := guildhall.CommandMessageCreate
	closed := func(when string, user guildhall.UserID) {
		t.Helper()
		h.refuse(guildhall.ErrMissingAccess, user, th.ID, create, guildhall.CreateMessage{Content: "x"})
		h.refuse(guildhall.ErrMissingAccess, user, th.ID, put, guildhall.MemberRef{})
		h.refuse(guildhall.ErrMissingAccess, user, th.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Name: set("x")})
		h.refuse(guildhall.ErrMissingAccess, user, th.ID, guildhall.CommandChannelDelete, nil)
		h.refuse(guildhall.ErrMissingAccess, user, th.ID, guildhall.CommandTyping, nil)
		for _, query := range []string{guildhall.QueryChannel, guildhall.QueryMessages, guildhall.QueryThreadMembers, guildhall.QueryThreadMember} {
			if answer, err := h.query(user, th.ID, query, nil); err == nil {
				t.Errorf("%s: %s is answered %s", when, query, encode(answer))
			}
		}
		for _, query := range []string{guildhall.QueryThreads, guildhall.QueryThreadsNamed, guildhall.QueryThreadsArchived} {
			bodies := map[string]any{
				guildhall.QueryThreadsNamed: guildhall.ThreadsNamed{IDs: []guildhall.ChannelID{th.ID}}, guildhall.QueryThreadsArchived: guildhall.ArchivedQuery{Private: true, Limit: 9},
			}
			if answer, err := h.query(user, h.general, query, bodies[query]); err == nil && strings.Contains(string(encode(answer)), "secret") {
				t.Errorf("%s: %s is answered %s", when, query, encode(answer))
			}
		}
		said := h.must(plainID, th.ID, create, guildhall.CreateMessage{Content: "psst"})
		h.expectTold(when, said, user)
		h.expectTold(when, said, plainID, "MESSAGE_CREATE")
		h.expectTold(when, h.must(plainID, th.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Name: set("secret " + when)}), user)
	}
	closed("at first", modID)
	d = h.must(plainID, th.ID, put, guildhall.MemberRef{UserID: modID})
	h.expectTold("added", d, modID, "THREAD_CREATE", "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE")
	h.expectTold("added", d, plainID, "THREAD_MEMBERS_UPDATE")
	h.expectTold("added", d, botID)
	h.expectTold("said", h.must(plainID, th.ID, create, guildhall.CreateMessage{Content: "psst"}), modID, "MESSAGE_CREATE")
	h.must(modID, th.ID, create, guildhall.CreateMessage{Content: "yes"})
	h.refuse(guildhall.ErrMissingPermissions, modID, th.ID, remove, guildhall.MemberRef{UserID: plainID})
	d = h.must(plainID, th.ID, remove, guildhall.MemberRef{UserID: modID})
	h.expectTold("removed", d, modID, "THREAD_MEMBERS_UPDATE")
	h.expectTold("removed", d, plainID, "THREAD_MEMBERS_UPDATE")
	closed("once out", modID)
	// Who has left the guild and comes again is no member of the thread any more.
	h.must(plainID, th.ID, put, guildhall.MemberRef{UserID: modID})
	h.must(system, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: modID})
	h.join(modID, "mod")
	closed("back in the guild", modID)
	// Nobody is left: that must not mean everybody.
	h.must(plainID, th.ID, remove, guildhall.MemberRef{})
	d = h.must(adminID, th.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Name: set("secret still")})
	h.expectTold("empty", d, plainID)
	h.expectTold("empty", d, adminID, "THREAD_UPDATE")
	// In timeout nobody looks after threads.
	keeper := h.role("keeper", guildhall.PermissionManageThreads)
	h.give(botID, keeper)
	if _, err := h.query(botID, th.ID, guildhall.QueryChannel, nil); err != nil {
		t.Errorf("who looks after threads: %v", err)
	}
	until := guildhall.TimestampOf(h.now.Add(time.Hour))
	h.must(system, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: botID, CommunicationDisabledUntil: set(until)})
	if _, err := h.query(botID, th.ID, guildhall.QueryChannel, nil); err == nil {
		t.Error("who is in timeout reads a private thread")
	}
	// Not invitable: only its maker and those who look after it add others.
	th, _ = h.thread(plainID, guildhall.CreateThread{Name: "mine", Type: guildhall.ChannelPrivateThread, Invitable: new(bool)})
	h.must(plainID, th.ID, put, guildhall.MemberRef{UserID: modID})
	h.refuse(guildhall.ErrMissingPermissions, modID, th.ID, put, guildhall.MemberRef{UserID: adminID})
	h.refuse(guildhall.ErrUnknownMember, plainID, th.ID, put, guildhall.MemberRef{UserID: strangerID})
}

func TestForumPosts(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	forum := h.forum()
	create := guildhall.CommandThreadCreate
	tags := h.view().Channel(forum).AvailableTags
	post := guildhall.CreateThread{Name: "post", AppliedTags: []guildhall.Snowflake{tags[0].ID}, Message: &guildhall.CreateMessage{Content: "first"}}
	h.refuse(guildhall.ErrInvalidForm, plainID, forum, create, guildhall.CreateThread{Name: "x"})
	h.refuse(guildhall.ErrEmptyMessage, plainID, forum, create, guildhall.CreateThread{Name: "x", Message: &guildhall.CreateMessage{}})
	h.refuse(errNotText, plainID, forum, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "x"})
	d := h.must(plainID, forum, create, post)
	made := read[createdThread](t, d.reply)
	if made.Message == nil || made.Message.ID != guildhall.MessageID(made.ID) || made.Message.ChannelID != made.ID || len(made.AppliedTags) != 1 {
		t.Errorf("made %+v", made)
	}
	h.expectTold("posted", d, modID, "THREAD_CREATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE")
	if h.view().LastMessage(forum) != made.Message.ID {
		t.Error("the forum does not know its newest post")
	}
	kept := post
	kept.AppliedTags = []guildhall.Snowflake{tags[1].ID}
	h.refuse(guildhall.ErrMissingPermissions, plainID, forum, create, kept)
	modify := guildhall.CommandChannelModify
	pin := guildhall.ModifyChannel{}
	pin.Flags = set(guildhall.ChannelPinnedThread)
	h.refuse(guildhall.ErrMissingPermissions, plainID, made.ID, modify, pin)
	h.must(adminID, made.ID, modify, pin)
	second := read[guildhall.Thread](t, h.must(plainID, forum, create, post).reply)
	h.refuse(documented.Exceeded(guildhall.LimitPinnedPosts), adminID, second.ID, modify, pin)
	// What the one who looks after it has tagged stays when its maker changes the rest.
	h.must(adminID, second.ID, modify, guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{AppliedTags: set(kept.AppliedTags)}})
	h.must(plainID, second.ID, modify, guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{AppliedTags: set([]guildhall.Snowflake{tags[0].ID, tags[1].ID})}})
	// A slow forum takes one post at a time.
	slow := guildhall.ModifyChannel{RateLimitPerUser: set(60)}
	h.must(ownerID, forum, modify, slow)
	h.must(plainID, forum, create, post)
	h.refuse(errSlowmode, plainID, forum, create, post)
	// With the forum its posts go.
	h.must(ownerID, forum, guildhall.CommandChannelDelete, nil)
	if len(h.view().Threads()) != 0 {
		t.Error("posts are left")
	}
}

func TestThreadLists(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	var made []guildhall.ChannelID
	for range 4 {
		th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
		made = append(made, th.ID)
	}
	private, _ := h.thread(plainID, guildhall.CreateThread{Name: "p", Type: guildhall.ChannelPrivateThread})
	ids := func(a guildhall.ThreadsAnswer) []guildhall.ChannelID {
		list := []guildhall.ChannelID{}
		for _, th := range a.Threads {
			list = append(list, th.ID)
		}
		return list
	}
	active := ask[guildhall.ThreadsAnswer](h.bench, plainID, 0, guildhall.QueryThreads, nil)
	if got := ids(active); !slices.Equal(got, []guildhall.ChannelID{private.ID, made[3], made[2], made[1], made[0]}) || len(active.Members) != 5 {
		t.Errorf("active: %v, %d memberships", got, len(active.Members))
	}
	if got := ids(ask[guildhall.ThreadsAnswer](h.bench, modID, 0, guildhall.QueryThreads, nil)); len(got) != 4 {
		t.Errorf("active for another: %v", got)
	}
	for _, id := range append(made[:3:3], private.ID) {
		h.must(plainID, id, guildhall.CommandChannelModify, guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{Archived: set(true)}})
	}
	archived := func(user guildhall.UserID, q guildhall.ArchivedQuery) guildhall.ThreadsAnswer {
		t.Helper()
		return ask[guildhall.ThreadsAnswer](h.bench, user, h.general, guildhall.QueryThreadsArchived, q)
	}
	page := archived(modID, guildhall.ArchivedQuery{Limit: 2})
	if !slices.Equal(ids(page), []guildhall.ChannelID{made[2], made[1]}) || !page.HasMore || len(page.Members) != 0 {
		t.Errorf("first page: %v", ids(page))
	}
	page = archived(modID, guildhall.ArchivedQuery{Limit: 2, Before: page.Threads[1].Metadata.ArchiveTimestamp})
	if !slices.Equal(ids(page), []guildhall.ChannelID{made[0]}) || page.HasMore {
		t.Errorf("second page: %v", ids(page))
	}
	for _, user := range []guildhall.UserID{plainID, modID} {
		if _, err := h.query(user, h.general, guildhall.QueryThreadsArchived, guildhall.ArchivedQuery{Private: true, Limit: 2}); err == nil {
			t.Errorf("%s lists private threads", user)
		}
	}
	if got := ids(archived(adminID, guildhall.ArchivedQuery{Private: true, Limit: 2})); !slices.Equal(got, []guildhall.ChannelID{private.ID}) {
		t.Errorf("private: %v", got)
	}
	joined := guildhall.ArchivedQuery{Private: true, Joined: true, Limit: 2}
	if got := archived(plainID, joined); !slices.Equal(ids(got), []guildhall.ChannelID{private.ID}) || len(got.Members) != 1 {
		t.Errorf("joined: %+v", got)
	}
	if got := ids(archived(adminID, joined)); len(got) != 0 {
		t.Errorf("joined by another: %v", got)
	}
}

func TestThreadSearch(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	forum := h.forum()
	tags := h.view().Channel(forum).AvailableTags
	post := func(name string, applied ...guildhall.Snowflake) guildhall.ChannelID {
		f := guildhall.CreateThread{Name: name, AppliedTags: applied, Message: &guildhall.CreateMessage{Content: "x"}}
		return read[guildhall.Thread](t, h.must(adminID, forum, guildhall.CommandThreadCreate, f).reply).ID
	}
	red, green, both := post("Red one", tags[0].ID), post("green ONE", tags[1].ID), post("another", tags[0].ID, tags[1].ID)
	h.must(adminID, red, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "newest"})
	h.must(adminID, green, guildhall.CommandChannelModify, guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{Archived: set(true)}})
	yes := true
	for name, test := range map[string]struct {
		guildhall.ThreadSearch
		want []guildhall.ChannelID
	}{
		"all, last used first": {guildhall.ThreadSearch{SortBy: "last_message_time"}, []guildhall.ChannelID{red, both, green}},
		"oldest first":         {guildhall.ThreadSearch{SortBy: "creation_time", Ascending: true}, []guildhall.ChannelID{red, green, both}},
		"by name":              {guildhall.ThreadSearch{Name: "One"}, []guildhall.ChannelID{green, red}},
		"one of the tags":      {guildhall.ThreadSearch{Tags: []guildhall.Snowflake{tags[1].ID}}, []guildhall.ChannelID{both, green}},
		"all of the tags":      {guildhall.ThreadSearch{Tags: []guildhall.Snowflake{tags[0].ID, tags[1].ID}, AllTags: true}, []guildhall.ChannelID{both}},
		"archived":             {guildhall.ThreadSearch{Archived: &yes}, []guildhall.ChannelID{green}},
		"second page":          {guildhall.ThreadSearch{Offset: 1}, []guildhall.ChannelID{green, red}},
		"between":              {guildhall.ThreadSearch{After: red, Before: both}, []guildhall.ChannelID{green}},
	} {
		test.Limit = 25
		got := ask[guildhall.ThreadsFound](h.bench, plainID, forum, guildhall.QueryThreadsSearch, test.ThreadSearch)
		ids := []guildhall.ChannelID{}
		for _, th := range got.Threads {
			ids = append(ids, th.ID)
		}
		if !slices.Equal(ids, test.want) || got.TotalResults != len(test.want)+test.Offset {
			t.Errorf("%s: %v of %d, want %v", name, ids, got.TotalResults, test.want)
		}
	}
}
