package guilds

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
)

// threadOracle knows who sees which thread, by rules written down anew.
type threadOracle struct {
	members  map[guildhall.UserID]bool
	keepers  map[guildhall.UserID]bool
	silenced map[guildhall.UserID]bool
	// hidden: @everyone is denied the channel; allowed are those whom an overwrite of their own lets see it all the same.
	hidden  bool
	allowed map[guildhall.UserID]bool
	threads map[guildhall.ChannelID]*oracleThread
}

type oracleThread struct {
	private, archived bool
	members           map[guildhall.UserID]bool
	last              guildhall.MessageID
}

// discord: topics/threads#permissions
func (o *threadOracle) sees(user guildhall.UserID, id guildhall.ChannelID) bool {
	th := o.threads[id]
	switch {
	case th == nil || !o.members[user]:
		return false
	case user == ownerID || user == adminID:
		return true
	case o.hidden && !o.allowed[user]:
		return false
	}
	return !th.private || th.members[user] || o.keepers[user] && !o.silenced[user]
}

// threadRun is one run of random changes.
type threadRun struct {
	*hall
	o      threadOracle
	rng    *rand.Rand
	keeper guildhall.RoleID
	counts map[string]int
}

var threadUsers = []guildhall.UserID{ownerID, adminID, modID, plainID, botID, strangerID}

// TestThreadsShowNobodyMore: H8, H9. While memberships of threads and of the guild, permissions, time-outs and archiving
// change at random, every event of a thread is for exactly those who see it, and so is every answer.
func TestThreadsShowNobodyMore(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			run := &threadRun{hall: newHall(t), rng: rand.New(rand.NewPCG(seed, 7)), counts: map[string]int{}}
			run.keeper = run.role("keeper", guildhall.PermissionManageThreads)
			run.o = threadOracle{
				members: map[guildhall.UserID]bool{ownerID: true, adminID: true, modID: true, plainID: true, botID: true},
				keepers: map[guildhall.UserID]bool{}, silenced: map[guildhall.UserID]bool{}, allowed: map[guildhall.UserID]bool{},
				threads: map[guildhall.ChannelID]*oracleThread{},
			}
			for range 400 {
				run.step()
				if t.Failed() {
					return
				}
			}
			for _, what := range []string{"told", "withheld", "refused", "archived", "left", "deleted"} {
				if run.counts[what] == 0 {
					t.Errorf("the run had none of %q: %v", what, run.counts)
				}
			}
		})
	}
}

func (run *threadRun) user() guildhall.UserID { return threadUsers[run.rng.IntN(len(threadUsers))] }

func (run *threadRun) thread() (guildhall.ChannelID, *oracleThread) {
	var all []guildhall.ChannelID
	for id := range run.o.threads {
		all = append(all, id)
	}
	if len(all) == 0 {
		return 0, nil
	}
	slices.Sort(all)
	id := all[run.rng.IntN(len(all))]
	return id, run.o.threads[id]
}

// step makes one change and looks at what it told whom, and at what everybody is answered afterwards.
func (run *threadRun) step() {
	run.t.Helper()
	run.now = run.now.Add(time.Minute)
	before := map[guildhall.UserID]map[guildhall.ChannelID]bool{}
	for _, user := range threadUsers {
		before[user] = map[guildhall.ChannelID]bool{}
		for id := range run.o.threads {
			before[user][id] = run.o.sees(user, id)
		}
	}
	what, d := run.act()
	if d != nil {
		run.judge(what, d, before)
	}
	run.ask(what)
}

// act does one thing; a nil draft is one that was rightly refused, or could not be tried.
func (run *threadRun) act() (string, *draft) {
	id, th := run.thread()
	user, other := run.user(), run.user()
	kind := run.rng.IntN(14)
	if th == nil {
		kind = 0
	}
	switch {
	case kind == 0 && len(run.o.threads) < 8:
		return run.begin(user)
	case kind <= 2:
		return run.change(user, id, guildhall.CommandThreadMemberPut, guildhall.MemberRef{UserID: other}, func() { th.members[other] = true })
	case kind == 3:
		return run.change(user, id, guildhall.CommandThreadMemberPut, guildhall.MemberRef{}, func() { th.members[user] = true })
	case kind <= 5:
		run.counts["left"]++
		return run.change(user, id, guildhall.CommandThreadMemberDelete, guildhall.MemberRef{UserID: other}, func() { delete(th.members, other) })
	case kind <= 8:
		return run.say(user, id, th)
	case kind == 9:
		archive := run.rng.IntN(2) == 0
		run.counts["archived"]++
		f := guildhall.ModifyChannel{Thread: guildhall.ThreadChanges{Archived: set(archive)}}
		return run.change(user, id, guildhall.CommandChannelModify, f, func() { th.archived = archive })
	case kind == 10 && run.rng.IntN(4) == 0:
		run.counts["deleted"]++
		return run.change(user, id, guildhall.CommandChannelDelete, nil, func() { delete(run.o.threads, id) })
	case kind == 11:
		return run.visibility(other)
	case kind == 12:
		return run.membership(other)
	case kind == 13 && th.last != 0:
		return run.change(user, id, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: th.last, Content: set(fmt.Sprint("edit ", run.rng.Int()))}, func() {})
	}
	return "nothing", nil
}

func (run *threadRun) begin(user guildhall.UserID) (string, *draft) {
	kind := guildhall.ChannelPrivateThread
	if run.rng.IntN(3) == 0 {
		kind = guildhall.ChannelPublicThread
	}
	d, err := run.do(user, run.general, guildhall.CommandThreadCreate, guildhall.CreateThread{Name: "secret", Type: kind, AutoArchive: 10080})
	if err != nil {
		return "begin", nil
	}
	made := read[guildhall.Thread](run.t, d.reply)
	run.o.threads[made.ID] = &oracleThread{private: kind == guildhall.ChannelPrivateThread, members: map[guildhall.UserID]bool{user: true}}
	return fmt.Sprintf("%s begins %s", user, made.ID), d
}

// change makes a change in a thread. Who does not see the thread must be refused; whatever else is refused is fine here.
func (run *threadRun) change(user guildhall.UserID, id guildhall.ChannelID, name string, body any, done func()) (string, *draft) {
	run.t.Helper()
	sees := run.o.sees(user, id)
	what := fmt.Sprintf("%s by %s in %s with %s", name, user, id, encode(body))
	d, err := run.do(user, id, name, body)
	if !sees {
		run.counts["refused"]++
		if !errors.Is(err, guildhall.ErrMissingAccess) {
			run.t.Errorf("%s: done, or refused with %v", what, err)
		}
		return what, nil
	}
	if err != nil {
		return what, nil
	}
	done()
	return what, d
}

func (run *threadRun) say(user guildhall.UserID, id guildhall.ChannelID, th *oracleThread) (string, *draft) {
	what, d := run.change(user, id, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "secret"}, func() {
		th.members[user], th.archived = true, false
	})
	if d != nil {
		th.last = read[guildhall.Message](run.t, d.reply).ID
	}
	return what, d
}

// visibility changes who sees the channel, or looks after its threads.
func (run *threadRun) visibility(user guildhall.UserID) (string, *draft) {
	o := &run.o
	switch run.rng.IntN(4) {
	case 0:
		o.hidden = !o.hidden
		deny := guildhall.Permissions(0)
		if o.hidden {
			deny = guildhall.PermissionViewChannel
		}
		run.deny(run.general, deny)
	case 1:
		o.allowed[user] = !o.allowed[user]
		overwrite := guildhall.Overwrite{ID: guildhall.Snowflake(user), Type: guildhall.OverwriteMember}
		if o.allowed[user] {
			overwrite.Allow = guildhall.PermissionViewChannel
		}
		run.overwrite(run.general, overwrite)
	case 2:
		if o.members[user] {
			o.keepers[user] = !o.keepers[user]
			name := guildhall.CommandMemberRoleDelete
			if o.keepers[user] {
				name = guildhall.CommandMemberRolePut
			}
			run.must(system, 0, name, guildhall.MemberRole{UserID: user, RoleID: run.keeper})
		}
	default:
		if o.members[user] && user != ownerID && user != adminID {
			o.silenced[user] = !o.silenced[user]
			until := guildhall.Optional[guildhall.Timestamp]{Set: true, Null: true}
			if o.silenced[user] {
				until = set(guildhall.TimestampOf(run.now.Add(27 * 24 * time.Hour)))
			}
			run.must(system, 0, guildhall.CommandMemberModify, guildhall.ModifyMember{UserID: user, CommunicationDisabledUntil: until})
		}
	}
	return "visibility", nil
}

// membership lets somebody leave the guild, or come.
func (run *threadRun) membership(user guildhall.UserID) (string, *draft) {
	o := &run.o
	if user == ownerID || user == adminID || user == botID {
		return "membership", nil
	}
	if !o.members[user] {
		run.join(user, "back")
		o.members[user] = true
		return "membership", nil
	}
	d := run.must(system, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: user})
	for _, m := range []map[guildhall.UserID]bool{o.members, o.keepers, o.silenced} {
		delete(m, user)
	}
	for _, th := range o.threads {
		delete(th.members, user)
	}
	return fmt.Sprintf("%s leaves", user), d
}

// judge holds each event of a thread against who saw the thread before and who sees it now.
func (run *threadRun) judge(what string, d *draft, before map[guildhall.UserID]map[guildhall.ChannelID]bool) {
	run.t.Helper()
	for _, e := range d.events {
		var about struct {
			ID      guildhall.ChannelID `json:"id"`
			Channel guildhall.ChannelID `json:"channel_id"`
			User    guildhall.UserID    `json:"user_id"`
			Removed []guildhall.UserID  `json:"removed_member_ids"`
			Member  *struct {
				User guildhall.UserID `json:"user_id"`
			} `json:"member"`
		}
		if !strings.HasPrefix(e.Type, "THREAD_") && !strings.HasPrefix(e.Type, "MESSAGE_") || json.Unmarshal(e.Data, &about) != nil {
			continue
		}
		id := about.ID
		if strings.HasPrefix(e.Type, "MESSAGE_") {
			id = about.Channel
		}
		for _, user := range threadUsers {
			told := e.Audience.Admits(reader{run.hall, user, guildhall.IntentsAll})
			sees := run.o.sees(user, id)
			switch {
			case e.Type == "THREAD_DELETE":
				sees = before[user][id]
			case id == run.general:
				continue
			case slices.Contains(about.Removed, user) && before[user][id]:
				continue // it is told that it is out
			case len(about.Removed) > 0 && slices.Equal(about.Removed, e.Audience.Users):
				sees = false // that is for the one who is out alone
			case e.Type == "THREAD_MEMBER_UPDATE":
				sees = sees && about.User == user
			case e.Type == "THREAD_CREATE" && about.Member != nil:
				sees = sees && about.Member.User == user
			}
			if told != sees {
				run.t.Errorf("%s: %s of %s: %s is told: %t, sees it: %t", what, e.Type, id, user, told, sees)
			}
			run.counts[map[bool]string{true: "told", false: "withheld"}[told]]++
		}
	}
}

// ask holds what everybody is answered against the oracle.
func (run *threadRun) ask(what string) {
	run.t.Helper()
	for _, user := range threadUsers {
		for id, th := range run.o.threads {
			answer, err := run.query(user, id, guildhall.QueryChannel, nil)
			if sees := run.o.sees(user, id); sees != (err == nil) {
				run.t.Errorf("%s: %s asks for %s: %v %v", what, user, id, answer, err)
			}
			if err == nil && answer.(*guildhall.Thread).Metadata.Archived != th.archived {
				run.t.Errorf("%s: %s is shown %s archived: %t", what, user, id, !th.archived)
			}
		}
		answer, err := run.query(user, 0, guildhall.QueryThreads, nil)
		if err != nil {
			continue // no member
		}
		listed := map[guildhall.ChannelID]bool{}
		for _, t := range answer.(*guildhall.ThreadsAnswer).Threads {
			listed[t.ID] = true
		}
		for id, th := range run.o.threads {
			if want := run.o.sees(user, id) && !th.archived; listed[id] != want {
				run.t.Errorf("%s: %s has %s in its list: %t", what, user, id, listed[id])
			}
		}
	}
}
