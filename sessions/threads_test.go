package sessions_test

import (
	"slices"
	"strings"
	"testing"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

const (
	open    guildhall.ChannelID = 601
	closed  guildhall.ChannelID = 602
	hushed  guildhall.ChannelID = 603 // in the secret channel
	ended   guildhall.ChannelID = 604
	keepers guildhall.RoleID    = 605
)

func threadRow(w *world, id, parent guildhall.ChannelID, kind guildhall.ChannelType) guildhall.Row {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := &guildhall.Thread{ID: id, ParentID: parent, GuildID: guildID, Type: kind, Name: "t" + id.String(), OwnerID: owner}
	t.Metadata = guildhall.ThreadMetadata{AutoArchive: 10080, ArchiveTimestamp: guildhall.Timestamp(1_700_000_000_000_000), Archived: id == ended}
	return guildhall.ThreadRow(guildID, t)
}

func membersRow(id guildhall.ChannelID, users ...guildhall.UserID) guildhall.Row {
	members := []guildhall.ThreadMember{}
	for _, u := range users {
		members = append(members, guildhall.ThreadMember{ID: id, UserID: u})
	}
	return guildhall.ThreadMembersRow(guildID, id, members)
}

// begin makes the threads; bob alone is in the closed one.
func begin(w *world) {
	w.commit(guildObject, []guildhall.Row{
		threadRow(w, open, general, guildhall.ChannelPublicThread), membersRow(open, alice),
		threadRow(w, closed, general, guildhall.ChannelPrivateThread), membersRow(closed, bob),
		threadRow(w, hushed, secret, guildhall.ChannelPublicThread), threadRow(w, ended, general, guildhall.ChannelPublicThread),
		guildhall.RoleRow(guildID, &guildhall.Role{ID: keepers, Permissions: guildhall.PermissionManageThreads}),
	})
}

// whisper is a message in a private thread.
func whisper(w *world, content string, users ...guildhall.UserID) *guildhall.Publish {
	e := w.message(closed, content)
	e.Audience.Channel, e.Audience.Thread = general, closed
	e.Audience.Users, e.Audience.Unlisted = append([]guildhall.UserID{0}, users...), guildhall.PermissionManageThreads
	return w.commit(guildObject, nil, e)
}

// threads are those that the last event of a type names.
func (b *bot) threads(kind string) []guildhall.ChannelID {
	b.r.t.Helper()
	ids := []guildhall.ChannelID{}
	for _, p := range slices.Backward(b.got) {
		if p.T != kind {
			continue
		}
		for _, t := range parse[struct{ Threads []*guildhall.Thread }](b.r.t, p.D).Threads {
			ids = append(ids, t.ID)
			member := t.ID == open && b.user == alice || t.ID == closed && b.user == bob
			if (t.Member != nil) != member {
				b.r.t.Errorf("membership of %s in %s", t.ID, p.D)
			}
		}
		return ids
	}
	b.r.t.Fatalf("no %s", kind)
	return nil
}

// H8: a session is told of the threads that its user sees, and of no other.
func TestThreadsShown(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		begin(r.w)
		for user, want := range map[guildhall.UserID][]guildhall.ChannelID{
			alice: {open}, bob: {open, closed}, owner: {open, closed, hushed},
		} {
			b := r.login(user)
			b.read()
			if got := b.threads("GUILD_CREATE"); !slices.Equal(got, want) {
				t.Errorf("%s is told of %v, want %v", user, got, want)
			}
		}
		a, b := r.login(alice), r.login(bob)
		a.read()
		b.read()
		r.publish(whisper(r.w, "psst", bob))
		a.expect("not a member")
		b.expect("a member", "MESSAGE_CREATE")
		// A channel that comes into sight brings its threads.
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff)}))
		a.expect("staff", "CHANNEL_CREATE", "THREAD_LIST_SYNC")
		if got := a.threads("THREAD_LIST_SYNC"); !slices.Equal(got, []guildhall.ChannelID{hushed}) {
			t.Errorf("synced %v", got)
		}
		// So does the right to look after threads.
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, staff, keepers)}))
		a.expect("keeper", "THREAD_LIST_SYNC")
		if got := a.threads("THREAD_LIST_SYNC"); !slices.Equal(got, []guildhall.ChannelID{open, closed}) {
			t.Errorf("synced %v", got)
		}
		r.publish(whisper(r.w, "psst", bob))
		a.expect("a keeper", "MESSAGE_CREATE")
	})
}

// S27: what was said in a private thread before its listener was out of it is not replayed.
func TestResumeFiltersThreads(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		begin(r.w)
		b := r.login(bob)
		b.read()
		b.gone()
		r.publish(whisper(r.w, "one", bob))
		r.publish(r.w.commit(guildObject, []guildhall.Row{membersRow(closed)}))
		r.publish(whisper(r.w, "two"))
		r.publish(r.w.say(general, "three"))
		b.resume(2)
		b.expect("replay", "MESSAGE_CREATE", "RESUMED")
		// Gone with the thread is what it was not to see; what it was in to the end stays.
		r.publish(r.w.commit(guildObject, []guildhall.Row{membersRow(closed, bob)}))
		b.read()
		b.gone()
		seen := len(b.got)
		r.publish(whisper(r.w, "four", bob))
		r.publish(r.w.commit(guildObject, []guildhall.Row{membersRow(closed)}))
		r.publish(r.w.commit(guildObject, []guildhall.Row{membersRow(closed, bob)}))
		r.publish(whisper(r.w, "five", bob))
		r.publish(r.w.commit(guildObject, []guildhall.Row{threadRow(r.w, closed, general, guildhall.ChannelPrivateThread).Deleted(), membersRow(closed).Deleted()}))
		b.resume(uint64(seen))
		b.expect("replay", "MESSAGE_CREATE", "RESUMED")
		if got := b.contents(2); !slices.Equal(got, []string{"five"}) {
			t.Errorf("replayed %v", got)
		}
	})
}

// A list of threads that names one that is hidden by now can't be replayed.
func TestResumeWithStaleThreads(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		begin(r.w)
		b := r.login(bob)
		r.publish(r.w.commit(guildObject, []guildhall.Row{membersRow(closed)}))
		b.gone()
		if outcome := b.resume(0); outcome != sessions.ResumeInvalid {
			t.Errorf("after a GUILD_CREATE with the thread: %v", outcome)
		}
		a := r.login(alice)
		a.read()
		a.gone()
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, keepers)}))
		r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice)}))
		// A list is made anew.
		a.resume(2)
		a.expect("replay", "THREAD_LIST_SYNC", "RESUMED")
		if got := a.threads("THREAD_LIST_SYNC"); !slices.Equal(got, []guildhall.ChannelID{open}) {
			t.Errorf("synced %v", got)
		}
	})
}

// What a reply quotes is read by those whom the quoted message is of or mentions, beside those who read all.
func TestQuotedContent(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		bare := guildhall.IntentGuildMessages
		asBare := func(id *gateway.Identify) { id.Intents = &bare }
		a, b, o := r.login(alice, asBare), r.login(bob, asBare), r.login(owner)
		e := r.w.message(general, "answer")
		e.Data = []byte(`{"id":"5","content":"answer","referenced_message":{"id":"4","content":"question"}}`)
		e.Audience.Content, e.Audience.Quoted = []guildhall.UserID{alice}, []guildhall.UserID{bob}
		r.publish(r.w.commit(guildObject, nil, e))
		for _, c := range []struct {
			*bot
			answer, question bool
		}{{a, true, false}, {b, false, true}, {o, true, true}} {
			c.read()
			text := string(c.last().D)
			if strings.Contains(text, "answer") != c.answer || strings.Contains(text, "question") != c.question {
				t.Errorf("%s reads %s", c.user, text)
			}
		}
	})
}
