package guilds

import (
	"testing"
	"time"

	"guildhall"
	"guildhall/conformance"
)

func (h *hall) poll(multi bool) guildhall.Message {
	h.t.Helper()
	m, _ := h.send(plainID, guildhall.CreateMessage{Poll: &guildhall.NewPoll{
		Question: guildhall.PollMedia{Text: "tea?"}, Answers: []guildhall.PollMedia{{Text: "yes"}, {Text: "no"}, {Text: "later"}},
		Hours: 2, AllowMultiselect: multi, LayoutType: 1,
	}})
	return m
}

func TestPollVotes(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.poll(false)
	if want := h.now.Add(2 * time.Hour); !m.Poll.Expiry.Time().Equal(want) || len(m.Poll.Answers) != 3 || m.Poll.Answers[2].AnswerID != 3 {
		t.Errorf("sent %+v", m.Poll)
	}
	vote := func(user guildhall.UserID, answers ...int) *draft {
		t.Helper()
		return h.must(user, h.general, guildhall.CommandPollVote, guildhall.PollVote{MessageID: m.ID, AnswerIDs: answers})
	}
	counts := func(want ...int) {
		t.Helper()
		p := h.stored(m.ID).Poll
		for i, n := range want {
			if p.Count(i+1) != n {
				t.Errorf("answer %d has %d votes, want %d: %+v", i+1, p.Count(i+1), n, p.Results)
			}
		}
	}
	h.expectTold("voted", vote(modID, 1), botID, "MESSAGE_POLL_VOTE_ADD")
	vote(adminID, 1)
	counts(2, 0, 0)
	if d := vote(adminID, 1); len(d.rows) != 0 {
		t.Error("voted twice")
	}
	h.expectTold("changed", vote(modID, 2), botID, "MESSAGE_POLL_VOTE_REMOVE", "MESSAGE_POLL_VOTE_ADD")
	counts(1, 1, 0)
	vote(modID)
	counts(1, 0, 0)
	bad := func(answers ...int) {
		t.Helper()
		h.refuse(guildhall.ErrInvalidForm, modID, h.general, guildhall.CommandPollVote, guildhall.PollVote{MessageID: m.ID, AnswerIDs: answers})
	}
	bad(1, 2)
	bad(4)
	h.refuse(errNoPoll, modID, h.general, guildhall.CommandPollVote, guildhall.PollVote{MessageID: h.say(modID, "x").ID, AnswerIDs: []int{1}})
	m = h.poll(true)
	vote(modID, 1, 3)
	vote(adminID, 3)
	counts(1, 0, 2)
	expire := guildhall.CommandPollExpire
	h.refuse(errNotPollAuthor, modID, h.general, expire, guildhall.MessageRef{ID: m.ID})
	vote(plainID, 2, 3)
	d := h.must(plainID, h.general, expire, guildhall.MessageRef{ID: m.ID})
	ended := read[guildhall.Message](t, d.reply)
	for _, c := range ended.Poll.Results.AnswerCounts {
		if c.MeVoted != (c.ID == 2 || c.ID == 3) {
			t.Errorf("own votes in %+v", ended.Poll.Results)
		}
	}
	if !ended.Poll.Results.IsFinalized || h.stored(m.ID).Poll.Results.AnswerCounts[1].MeVoted {
		t.Errorf("ended %+v", ended.Poll)
	}
	_, data := event(t, d, "MESSAGE_CREATE")
	fields := read[guildhall.Message](t, encode(data)).Embeds
	if data["type"] != 46.0 || len(fields) != 1 {
		t.Errorf("result %v", data)
	}
	got := read[struct {
		Fields []struct{ Name, Value string } `json:"fields"`
	}](t, fields[0])
	want := map[string]string{
		"poll_question_text": "tea?", "victor_answer_votes": "3", "total_votes": "5", "victor_answer_id": "3", "victor_answer_text": "later",
	}
	for _, f := range got.Fields {
		if want[f.Name] != f.Value {
			t.Errorf("%s is %s", f.Name, f.Value)
		}
		delete(want, f.Name)
	}
	if len(want) != 0 {
		t.Errorf("not told: %v", want)
	}
	h.refuse(errPollOver, plainID, h.general, expire, guildhall.MessageRef{ID: m.ID})
	h.refuse(errPollOver, modID, h.general, guildhall.CommandPollVote, guildhall.PollVote{MessageID: m.ID, AnswerIDs: []int{1}})
	h.deny(h.general, guildhall.PermissionSendPolls)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Poll: &guildhall.NewPoll{}})
}

// TestDue: threads are archived and polls end by themselves, once, and nothing else is looked at again and again.
func TestDue(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread, AutoArchive: 60})
	m, gone := h.poll(false), h.poll(false)
	h.must(plainID, h.general, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: gone.ID})
	due := func() (names []string) {
		for _, cmd := range h.state.due(h.now) {
			names = append(names, cmd.Name)
			d, err := h.propose(cmd)
			if err != nil {
				t.Fatal(err)
			}
			for len(h.proposed) > 0 {
				h.commit()
			}
			names = append(names, types(d)...)
		}
		return names
	}
	if got := due(); got != nil {
		t.Errorf("at first %v", got)
	}
	if g := h.state.(*guild); !g.agenda.known || g.agenda.at.After(h.now.Add(time.Hour)) {
		t.Errorf("looks again %+v", g.agenda)
	}
	h.now = h.now.Add(time.Hour)
	if got := due(); len(got) != 2 || got[0] != guildhall.CommandThreadArchive || got[1] != "THREAD_UPDATE" {
		t.Errorf("after an hour %v", got)
	}
	if !h.view().Thread(th.ID).Metadata.Archived {
		t.Error("not archived")
	}
	h.now = h.now.Add(time.Hour)
	got := due()
	if len(got) != 3 || !h.stored(m.ID).Poll.Results.IsFinalized {
		t.Errorf("after two hours %v", got)
	}
	for range h.view().OpenPolls() {
		t.Error("a poll is still open")
	}
	h.now = h.now.Add(24 * time.Hour)
	if got := due(); got != nil {
		t.Errorf("later %v", got)
	}
	h.refuse(guildhall.ErrMissingAccess, ownerID, th.ID, guildhall.CommandThreadArchive, nil)
}

// TestTick: the core runs what is due in the objects that it holds.
func TestTick(t *testing.T) {
	t.Parallel()
	b := newOwnerRig(t, conformance.NewModel(), 1)
	_, channel := b.guild()
	poll := guildhall.CreateMessage{Poll: &guildhall.NewPoll{Answers: []guildhall.PollMedia{{Text: "yes"}}, Hours: 1}}
	b.done(say(channel), poll)
	b.step(Tick{})
	if len(b.ran) != 0 {
		t.Errorf("ran %v", b.ran)
	}
	b.now = b.now.Add(2 * time.Hour)
	b.step(Tick{})
	b.step(Tick{})
	if len(b.ran) != 1 || b.ran[0] != guildhall.CommandPollExpire {
		t.Errorf("ran %v", b.ran)
	}
}
