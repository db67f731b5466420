package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"guildhall"
	"guildhall/history"
)

const (
	// threadsMost bounds the private threads that there are at a time.
	threadsMost = 4
	// privateThread is a type of channel.
	// discord: resources/channel#channel-object-channel-types
	privateThread = 12
)

// A thread's members are changed by one event, which is looked for under either name: who is out may hear the last one only.
const (
	threadJoin  = "THREAD_MEMBERS_UPDATE with"
	threadLeave = "THREAD_MEMBERS_UPDATE without"
)

// hushRules are a private thread's: who is in it, and in which channel it is.
type hushRules struct {
	parent  guildhall.ChannelID
	members map[guildhall.UserID]bool
}

// seesThread: a private thread is for its members, if they see its channel, and for those with MANAGE_THREADS, which no role
// of a run gives but by ADMINISTRATOR.
// discord: topics/threads#private-threads
func (o *oracle) seesThread(user guildhall.UserID, thread guildhall.ChannelID) bool {
	t := o.threads[thread]
	return t != nil && o.may(user, t.parent, bitViewChannel) && (t.members[user] || o.administers(user))
}

func (st *stage) threadIDs() []guildhall.ChannelID {
	return ids(st.oracle.threads, func(guildhall.ChannelID) bool { return true })
}

// wantInThread adds an event of a thread for all who see it and asked for such events, or are the one named.
func (st *stage) wantInThread(typ string, thread guildhall.ChannelID, intent guildhall.Intents, named guildhall.UserID) {
	for _, a := range st.actors {
		if st.oracle.seesThread(a.ID, thread) && (a.intents.Has(intent) || a.ID == named) {
			st.want(a, typ+" "+thread.String(), thread)
			st.counts["thread events"]++
		}
	}
}

// wantJoined adds what is told of a new member of a thread.
func (st *stage) wantJoined(thread guildhall.ChannelID, joined *actor) {
	if st.oracle.seesThread(joined.ID, thread) && joined.intents.Has(guildhall.IntentGuilds) {
		st.want(joined, "THREAD_MEMBER_UPDATE "+thread.String(), thread)
	}
	st.wantInThread(threadJoin, thread, guildhall.IntentGuildMembers, joined.ID)
}

// beginThread makes a private thread, as the owner, who is its first member.
func (st *stage) beginThread(ctx context.Context) {
	if len(st.oracle.threads) >= threadsMost {
		return
	}
	parent := pick(st.rng, st.textChannels())
	st.begin(fmt.Sprintf("a private thread in %s", parent))
	var made channelBody
	body := map[string]any{"name": "secret", "type": privateThread, "auto_archive_duration": 10080}
	st.must(ctx, http.MethodPost, "/channels/"+parent.String()+"/threads", body, &made)
	st.oracle.threads[made.ID] = &hushRules{parent, map[guildhall.UserID]bool{st.owner.ID: true}}
	st.ever[made.ID] = true
	st.wantInThread("THREAD_CREATE", made.ID, guildhall.IntentGuilds, 0)
	st.wantJoined(made.ID, st.owner)
}

// toggleThreadMember adds somebody to a thread, or takes somebody out.
func (st *stage) toggleThreadMember(ctx context.Context) {
	thread, a := pick(st.rng, st.threadIDs()), pick(st.rng, st.actors[1:])
	if thread == 0 {
		return
	}
	t := st.oracle.threads[thread]
	path := fmt.Sprintf("/channels/%s/thread-members/%s", thread, a.ID)
	if !t.members[a.ID] {
		st.begin(fmt.Sprintf("%s is added to thread %s in %s", a.Name, thread, t.parent))
		if !st.oracle.may(a.ID, t.parent, bitViewChannel) {
			st.judge(st.owner, st.owner.client.do(ctx, st.server.url, http.MethodPut, path, nil, nil), missingAccess)
			return
		}
		st.must(ctx, http.MethodPut, path, nil, nil)
		st.enterThread(thread, a)
		return
	}
	st.begin(fmt.Sprintf("%s is taken out of thread %s in %s", a.Name, thread, t.parent))
	st.must(ctx, http.MethodDelete, path, nil, nil)
	delete(t.members, a.ID)
	st.wantLeft(a, thread)
}

// enterThread makes somebody a member of a thread who sees its channel.
func (st *stage) enterThread(thread guildhall.ChannelID, a *actor) {
	st.oracle.threads[thread].members[a.ID] = true
	if a.intents.Has(guildhall.IntentGuilds) {
		st.want(a, "THREAD_CREATE "+thread.String(), thread)
	}
	st.wantJoined(thread, a)
}

// bringIntoThread makes a member of who is named in a message, and sees the thread's channel.
func (st *stage) bringIntoThread(thread guildhall.ChannelID, named guildhall.UserID) {
	t := st.oracle.threads[thread]
	for _, a := range st.actors {
		if a.ID == named && !t.members[a.ID] && st.oracle.may(a.ID, t.parent, bitViewChannel) {
			st.enterThread(thread, a)
			st.counts["brought into threads"]++
		}
	}
}

// wantLeft adds what is told of who is out of a thread: to itself in any case, if it sees the channel.
func (st *stage) wantLeft(a *actor, thread guildhall.ChannelID) {
	parent := st.oracle.threads[thread].parent
	if !st.oracle.seesThread(a.ID, thread) && st.oracle.may(a.ID, parent, bitViewChannel) {
		st.want(a, threadLeave+" "+thread.String(), parent)
	}
	st.wantInThread(threadLeave, thread, guildhall.IntentGuildMembers, a.ID)
}

// sayInThread sends a message as the owner. Nobody else of a run may write in threads.
func (st *stage) sayInThread(ctx context.Context) {
	thread := pick(st.rng, st.threadIDs())
	if thread == 0 {
		return
	}
	st.begin(fmt.Sprintf("the owner sends to thread %s in %s", thread, st.oracle.threads[thread].parent))
	l := &letter{channel: thread, author: st.owner}
	st.write(l)
	var m message
	send := history.Invoke{Kind: history.Send, Channel: thread, Hash: history.HashOf(l.content)}
	done, _ := st.ask(ctx, st.owner, send, 0, func() (guildhall.Snowflake, error) {
		err := st.owner.client.do(ctx, st.server.url, http.MethodPost, messagesPath(thread), map[string]any{"content": l.content}, &m)
		return guildhall.Snowflake(m.ID), err
	})
	if !done {
		return
	}
	st.bringIntoThread(thread, l.mentions)
	for _, a := range st.actors {
		if st.oracle.seesThread(a.ID, thread) && a.intents.Has(guildhall.IntentGuildMessages) {
			st.want(a, messageKey("MESSAGE_CREATE", thread, m.ID, l.reads(a)), thread)
			st.counts["thread messages"]++
		} else {
			st.counts["withheld"]++
		}
	}
}

func (st *stage) deleteThread(ctx context.Context) {
	thread := pick(st.rng, st.threadIDs())
	if thread == 0 {
		return
	}
	st.begin("thread " + thread.String() + " is deleted")
	st.must(ctx, http.MethodDelete, "/channels/"+thread.String(), nil, nil)
	st.wantInThread("THREAD_DELETE", thread, guildhall.IntentGuilds, 0)
	delete(st.oracle.threads, thread)
}

// probeThread asks as somebody for a thread, what was said in it, who is in it, and for the list of all.
func (st *stage) probeThread(ctx context.Context) {
	thread, a := pick(st.rng, st.threadIDs()), pick(st.rng, st.actors)
	if thread == 0 {
		return
	}
	path := "/channels/" + thread.String()
	path += pick(st.rng, []string{"", "/messages", "/thread-members", "/thread-members/" + st.owner.ID.String()})
	st.begin(fmt.Sprintf("%s gets %s", a.Name, path))
	st.counts["probes"]++
	code := missingAccess
	if st.oracle.seesThread(a.ID, thread) {
		code = 0
		st.counts["threads seen"]++
	}
	if err := a.client.do(ctx, st.server.url, http.MethodGet, path, nil, nil); code != 0 || !strings.Contains(fmt.Sprint(err), "10007") {
		st.judge(a, err, code) // the owner may have been taken out of it
	}
	var active struct {
		Threads []channelBody `json:"threads"`
	}
	st.judge(a, a.client.do(ctx, st.server.url, http.MethodGet, st.guildPath("/threads/active"), nil, &active), 0)
	listed := map[guildhall.ChannelID]bool{}
	for _, t := range active.Threads {
		listed[t.ID] = true
	}
	for _, id := range st.threadIDs() {
		if want := st.oracle.seesThread(a.ID, id); listed[id] != want {
			st.t.Errorf("%s: has thread %s in its list: %t (H8, H9)", st.what(), id, listed[id])
		}
	}
}

// threadSight is who sees what of threads before a change of roles or overwrites.
type threadSight struct {
	channels sight
	manages  map[*actor]bool
}

func (st *stage) threadSight(channels sight) threadSight {
	s := threadSight{channels, map[*actor]bool{}}
	for _, a := range st.actors {
		s.manages[a] = st.oracle.administers(a.ID)
	}
	return s
}

// wantThreadLists adds the lists of threads for those who have come to see a channel, or to look after its threads.
// discord: events/gateway-events#thread-list-sync
func (st *stage) wantThreadLists(before threadSight) {
	for id, t := range st.oracle.threads {
		if st.oracle.channels[t.parent] == nil {
			delete(st.oracle.threads, id) // gone with its channel
		}
	}
	for _, a := range st.actors {
		synced := map[guildhall.ChannelID]bool{}
		for _, id := range st.threadIDs() {
			parent := st.oracle.threads[id].parent
			gained := !before.channels[a][parent] || !before.manages[a] && st.oracle.administers(a.ID)
			if gained && st.oracle.seesThread(a.ID, id) && !synced[parent] {
				synced[parent] = true
				st.want(a, "THREAD_LIST_SYNC 0", parent)
				st.counts["thread lists"]++
			}
		}
	}
}

// excuseThreads marks what a listener without a socket need not, or must not, be told of threads once it resumes. A list of
// threads may come anew.
func (st *stage) excuseThreads(a *actor, steps []step) []step {
	for i := range steps {
		for k := range steps[i].want {
			w := &steps[i].want[k]
			switch {
			case strings.HasPrefix(w.key, "THREAD_"):
				w.optional, w.forbidden = true, false
				w.late = strings.HasPrefix(w.key, "THREAD_LIST_SYNC")
				if st.oracle.threads[w.channel] != nil && !st.oracle.seesThread(a.ID, w.channel) {
					w.optional, w.forbidden = false, true
				}
			case st.ever[w.channel]:
				w.optional, w.forbidden = true, st.oracle.threads[w.channel] != nil && !st.oracle.seesThread(a.ID, w.channel)
			}
		}
	}
	return steps
}
