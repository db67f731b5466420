package guilds

import (
	"testing"
	"time"

	"guildhall"
)

// TestSlowmodeOfThreads: in each interval a user may send one message and begin one thread; the two do not hinder each other.
// discord: resources/channel#channel-object-channel-structure
func TestSlowmodeOfThreads(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.must(modID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{RateLimitPerUser: guildhall.Some(60)})
	begun := h.say(modID, "x")
	create := guildhall.CommandThreadCreate
	public := guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread}
	private := guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPrivateThread}
	first, _ := h.thread(plainID, public)
	h.say(plainID, "the thread's own message does not count")
	h.refuse(errSlowmode, plainID, h.general, create, public)
	h.refuse(errSlowmode, plainID, h.general, create, private)
	h.refuse(errSlowmode, plainID, h.general, create, guildhall.CreateThread{Name: "t", From: begun.ID})
	h.must(adminID, first.ID, guildhall.CommandChannelDelete, nil)
	h.refuse(errSlowmode, plainID, h.general, create, public)
	h.thread(modID, public) // looks after the channel
	h.thread(modID, public)
	h.thread(botID, public)
	h.thread(botID, public)
	h.now = h.now.Add(time.Minute)
	h.thread(plainID, private)
	h.say(plainID, "y")
}

// TestSlowmodeOfPosts: a forum's default holds in its posts, and who makes one can't have it lower.
func TestSlowmodeOfPosts(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	forum := h.forum()
	f := guildhall.ModifyChannel{RateLimitPerUser: set(600)}
	f.ThreadRateLimit = set(30)
	h.must(ownerID, forum, guildhall.CommandChannelModify, f)
	post := guildhall.CreateThread{Name: "p", Message: &guildhall.CreateMessage{Content: "one"}, RateLimitPerUser: new(int)}
	made := read[guildhall.Thread](t, h.must(plainID, forum, guildhall.CommandThreadCreate, post).reply)
	if made.RateLimitPerUser != 30 {
		t.Errorf("a post of %d seconds", made.RateLimitPerUser)
	}
	h.refuse(errSlowmode, plainID, forum, guildhall.CommandThreadCreate, post)
	more := guildhall.CreateMessage{Content: "two"}
	h.refuse(errSlowmode, plainID, made.ID, guildhall.CommandMessageCreate, more)
	h.now = h.now.Add(31 * time.Second)
	h.must(plainID, made.ID, guildhall.CommandMessageCreate, more)
	h.refuse(errSlowmode, plainID, made.ID, guildhall.CommandMessageCreate, more)
	h.refuse(errSlowmode, plainID, forum, guildhall.CommandThreadCreate, post)
	h.now = h.now.Add(10 * time.Minute)
	h.must(plainID, forum, guildhall.CommandThreadCreate, post)
	own := read[guildhall.Thread](t, h.must(adminID, forum, guildhall.CommandThreadCreate, post).reply)
	if own.RateLimitPerUser != 0 {
		t.Errorf("who looks after threads makes one of %d seconds", own.RateLimitPerUser)
	}
}

// TestPinnedPosts: they are not archived by time, and archiving one takes the pin away.
// discord: topics/threads#forum-and-media-channel-thread-fields
func TestPinnedPosts(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	forum := h.forum()
	post := guildhall.CreateThread{Name: "p", Message: &guildhall.CreateMessage{Content: "one"}, AutoArchive: 60}
	made := read[guildhall.Thread](t, h.must(plainID, forum, guildhall.CommandThreadCreate, post).reply)
	pin := guildhall.ModifyChannel{}
	pin.Flags = set(guildhall.ChannelPinnedThread)
	h.must(adminID, made.ID, guildhall.CommandChannelModify, pin)
	h.now = h.now.Add(48 * time.Hour)
	if due := h.state.due(h.now); len(due) != 0 || ask[guildhall.Thread](h.bench, plainID, made.ID, guildhall.QueryChannel, nil).Metadata.Archived {
		t.Errorf("a pinned post is archived: %v", due)
	}
	h.shut(made.ID, true, false)
	if now := h.view().Thread(made.ID); now.Pinned() || !now.Metadata.Archived {
		t.Errorf("archived: %+v", now)
	}
	h.shut(made.ID, false, false)
	h.must(adminID, made.ID, guildhall.CommandChannelModify, pin)
	pin.Flags = set(0)
	h.now = h.now.Add(48 * time.Hour)
	h.must(adminID, made.ID, guildhall.CommandChannelModify, pin)
	if due := h.state.due(h.now); len(due) != 1 {
		t.Errorf("not pinned any more, due %v", due)
	}
}
