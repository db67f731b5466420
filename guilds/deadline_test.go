package guilds

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"guildhall"
)

// shelve fills the hall with archived threads.
func (h *hall) shelve(n int) {
	for i := range n {
		t := guildhall.Thread{
			ID: guildhall.ChannelID(1<<40 + i), Type: guildhall.ChannelPublicThread, GuildID: h.id, ParentID: h.general, Name: "old",
			Metadata: guildhall.ThreadMetadata{Archived: true, AutoArchive: 60, ArchiveTimestamp: guildhall.TimestampOf(h.now)},
		}
		row := guildhall.ThreadRow(h.id, &t)
		if err := h.state.apply(&row, guildhall.Install); err != nil {
			h.t.Fatalf("shelve: %v", err)
		}
	}
}

// TestDeadlinesFollowRows: whatever rows come and go, in whichever phase, what is due and how many threads are open is what
// looking through all of them finds.
func TestDeadlinesFollowRows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h, rng := newHall(t), rand.New(rand.NewPCG(seed, 3))
			g := h.state.(*guild)
			for range 1500 {
				h.now = h.now.Add(time.Duration(rng.IntN(20)) * time.Minute)
				row := h.randomTimed(rng)
				switch rng.IntN(4) {
				case 0:
					if len(h.proposed) == 0 {
						h.apply(&row, guildhall.Install)
						break
					}
					fallthrough
				case 1:
					for len(h.proposed) > 0 {
						h.commit()
					}
				default:
					h.apply(&row, guildhall.Stage)
					h.proposed = append(h.proposed, []guildhall.Row{row})
				}
				h.checkDue(g)
			}
		})
	}
}

// randomTimed is a row of one of a few threads or polls.
func (h *hall) randomTimed(rng *rand.Rand) guildhall.Row {
	id := guildhall.ChannelID(1<<40 + rng.IntN(12))
	ago := guildhall.TimestampOf(h.now.Add(-time.Duration(rng.IntN(90)) * time.Minute))
	switch rng.IntN(5) {
	case 0:
		poll := guildhall.OpenPoll{ChannelID: h.general, MessageID: guildhall.MessageID(id), Expiry: ago + 3600e6}
		row := guildhall.OpenPollRow(h.object, &poll)
		if rng.IntN(2) == 0 {
			row = row.Deleted()
		}
		return row
	case 1:
		at := hallSlot.Next(0, h.now.Add(-time.Duration(rng.IntN(90))*time.Minute).UnixMilli())
		return guildhall.LastMessageRow(h.id, id, guildhall.MessageID(at))
	}
	t := guildhall.Thread{ID: id, Type: guildhall.ChannelPublicThread, GuildID: h.id, ParentID: h.general, Metadata: guildhall.ThreadMetadata{
		Archived: rng.IntN(3) == 0, AutoArchive: []int{60, 1440}[rng.IntN(2)], ArchiveTimestamp: ago,
	}}
	row := guildhall.ThreadRow(h.id, &t)
	if rng.IntN(6) == 0 {
		row = row.Deleted()
	}
	return row
}

func (h *hall) checkDue(g *guild) {
	h.t.Helper()
	for _, v := range []guildhall.GuildView{g.state.Committed(), g.state.Proposed()} {
		open := v.ThreadsWhere(func(t *guildhall.Thread) bool { return !t.Metadata.Archived })
		if got := v.OpenThreadsWhere(func(*guildhall.Thread) bool { return true }); !slices.Equal(got, open) || v.OpenThreadCount() != len(open) {
			h.t.Fatalf("%d open threads, counted %d, want %d", len(got), v.OpenThreadCount(), len(open))
		}
	}
	v, want := g.state.Committed(), map[string]bool{}
	for _, t := range v.Threads() {
		if !t.Metadata.Archived && v.ThreadArchived(t, h.now) {
			want[guildhall.CommandThreadArchive+t.ID.String()] = true
		}
	}
	polls := v.OpenPolls()
	for _, p := range polls {
		if !p.Expiry.Time().After(h.now) {
			want[guildhall.CommandPollExpire+p.MessageID.String()] = true
		}
	}
	if most := v.OpenThreadCount() + len(polls); len(g.late.heap) != most || len(g.late.known) != most {
		h.t.Fatalf("%d deadlines, %d known, want %d", len(g.late.heap), len(g.late.known), most)
	}
	again := h.now
	got := map[string]bool{}
	for {
		commands := g.deadlinesDue(again)
		if len(commands) == 0 {
			break
		}
		for _, cmd := range commands {
			name := cmd.Name + cmd.Channel.String()
			if cmd.Name == guildhall.CommandPollExpire {
				name = cmd.Name + read[guildhall.MessageRef](h.t, cmd.Body).ID.String()
			}
			got[name] = true
		}
	}
	for name := range want {
		if !got[name] {
			h.t.Fatalf("%s is due, and was not given", name)
		}
	}
	if len(got) != len(want) {
		h.t.Fatalf("due %v, want %v", got, want)
	}
	// They are tried again after a while: let that while be over.
	for what := range g.late.known {
		g.look(what)
		if at, cmd := g.dueAt(what); cmd != nil {
			g.late.bring(what, at)
		}
	}
}

// TestDueIsTriedAgain: what was due and not done comes again, and not at once.
func TestDueIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread, AutoArchive: 60})
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{59 * time.Minute, 0}, {2 * time.Minute, 1}, {time.Second, 0}, {dueAgain, 1}, {time.Second, 0}} {
		h.now = h.now.Add(step.after)
		if got := h.state.due(h.now); len(got) != step.want {
			t.Errorf("after %v: %d commands, want %d", step.after, len(got), step.want)
		}
	}
}

// TestArchivedThreadsAreNotHeldAgainstNew: only active threads count, those that wait to be archived not.
func TestArchivedThreadsAreNotHeldAgainstNew(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.shelve(documented.Of(guildhall.LimitActiveThreads) + 10)
	h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	if g := h.state.(*guild); len(g.late.heap) != 1 {
		t.Errorf("%d deadlines", len(g.late.heap))
	}
}

// The work of a second, and of a new thread, does not grow with the archived threads.
func BenchmarkThreads(b *testing.B) {
	for _, archived := range []int{100, 100_000} {
		h := newHall(b)
		h.shelve(archived)
		th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
		row := guildhall.ThreadRow(h.id, h.view().Thread(th.ID))
		b.Run(fmt.Sprintf("due/archived=%d", archived), func(b *testing.B) {
			for b.Loop() {
				if err := h.state.apply(&row, guildhall.Install); err != nil { // a message was sent in it
					b.Fatal(err)
				}
				h.state.due(h.now)
			}
		})
		create := command(plainID, h.general, guildhall.CommandThreadCreate,
			guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
		b.Run(fmt.Sprintf("create/archived=%d", archived), func(b *testing.B) {
			for b.Loop() {
				if _, err := h.state.decide(h.env(true), create); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestDeadlinesHaveOneOrder: a post whose first message is a poll may be due together with it. Which comes first does not hang on
// which was known first, as that is another one with a new owner.
func TestDeadlinesHaveOneOrder(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_000_000, 0)
	post, poll := dueKey{id: 7}, dueKey{id: 7, poll: true}
	var one, other deadlines
	one.set(post, at)
	one.set(poll, at)
	other.set(poll, at)
	other.set(post, at)
	a, _ := one.first(at)
	if b, _ := other.first(at); a != b {
		t.Errorf("%+v comes before, or %+v", a, b)
	}
}
