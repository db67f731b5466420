package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
)

const (
	operationsUsual = 3000
	// batch is how many operations lie between two fences.
	batch = 40
	// heardWithin bounds how long an event may take to a listener.
	heardWithin = 10 * time.Second
	// absences: one batch in so many has a listener without a socket, which resumes at its end.
	absences = 3
)

// TestPermissions: while roles, overwrites, members and channels change and messages come and go, every listener hears
// exactly what it may see, in order (H8, H9), and REST answers by the same rules. All is done in turn, so that after
// each answer it is certain who may see what.
func TestPermissions(t *testing.T) {
	t.Parallel()
	operations := size(t, "CRASH_OPERATIONS", operationsUsual)
	// The bound of the whole run; an operation takes a millisecond.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(operations)*20*time.Millisecond)
	defer cancel()
	st, seed := newStage(ctx, t)
	took := stopwatch()
	t.Cleanup(func() {
		if t.Failed() {
			keep(t, fmt.Sprintf("%s-%d.jsonl", t.Name(), seed), func(f *os.File) error { return writeHistory(f, st.recorder.History()) })
		}
	})
	for st.counts["operations"] < operations && !t.Failed() {
		var absent *actor
		if st.rng.IntN(absences) == 0 {
			absent = pick(st.rng, st.actors)
			absent.ears.cut()
			absent.absent = true
		}
		for range batch {
			st.operate(ctx)
		}
		if absent != nil {
			st.comeBack(ctx, absent)
		}
		st.meet(ctx)
	}
	if t.Failed() {
		return
	}
	st.kick(ctx, st.actors[len(st.actors)-1])
	// H9 is judged above, at each fence; the checker needs longer runs to say something of it.
	report := history.Check(st.recorder.History(), history.Options{Within: heardWithin})
	if err := report.Require("H2", "H3", "H4", "H5", "H8"); err != nil {
		t.Error(err)
	}
	st.sum(took())
	t.Logf("\n%s", report)
}

// sum says what the run was worth, and that it was worth something.
func (st *stage) sum(took time.Duration) {
	st.t.Helper()
	c := st.counts
	st.t.Logf("%d operations in %v: %d events heard by %d listeners as expected, %d rightly withheld, %d of %d typing indicators; "+
		"channels came into sight %d times and went %d times; %d requests rightly refused, %d probes, %d resumes with %d events of channels that were not told of",
		c["operations"], took, c["heard"], len(st.actors)+1, c["withheld"], c["typing heard"], c["typing expected"],
		c["gained"], c["lost"], c["refused"], c["probes"], c["resumes"], c["strange"])
	for _, name := range []string{"heard", "withheld", "typing heard", "gained", "lost", "refused", "probes",
		"thread events", "thread messages", "thread lists", "threads seen"} {
		if c[name] == 0 {
			st.t.Errorf("the run had none of %q: it shows nothing", name)
		}
	}
}

// operate does one thing, chosen by chance.
func (st *stage) operate(ctx context.Context) {
	acts := []struct {
		weight int
		do     func(context.Context)
	}{
		{30, st.send}, {8, st.edit}, {5, st.remove}, {10, st.react}, {7, st.typeIn}, {14, st.probe},
		{7, st.modifyRole}, {1, st.createRole}, {1, st.deleteRole}, {8, st.toggleMemberRole}, {2, st.toggleTimeout},
		{10, st.putOverwrite}, {5, st.deleteOverwrite}, {1, st.createChannel}, {1, st.deleteChannel},
		{2, st.beginThread}, {8, st.toggleThreadMember}, {8, st.sayInThread}, {1, st.deleteThread}, {6, st.probeThread},
	}
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	n := st.rng.IntN(total)
	for _, a := range acts {
		if n < a.weight {
			a.do(ctx)
			return
		}
		n -= a.weight
	}
}

// meet sends a message to a channel that all see and, when a listener has heard that, judges what it heard before.
func (st *stage) meet(ctx context.Context) {
	st.t.Helper()
	st.begin("the fence")
	l := st.sendAs(ctx, st.owner, st.fence)
	if l == nil {
		st.t.Fatal("the owner may not send")
	}
	for _, a := range st.actors {
		within, cancel := context.WithTimeout(ctx, heardWithin)
		got, err := a.ears.take(within, messageKey("MESSAGE_CREATE", l.channel, l.id, l.reads(a)))
		cancel()
		st.compare(a, got, err)
		a.steps, st.typing[a], a.resumed = nil, nil, false
	}
}

func (st *stage) compare(a *actor, got []heard, err error) {
	st.t.Helper()
	d := compare(a.steps, got)
	for i := range got {
		if st.ever[got[i].channel] {
			got[i].channel = 0 // known is about channels; who sees which thread is judged by the steps
		}
	}
	strange := known(a.knows, got)
	if a.resumed {
		// A channel that came and went while it was away may be told only by its going. That nothing is shown that it
		// may not see now is judged by the steps, and what it knows in the end below.
		before := len(strange)
		strange = slices.DeleteFunc(strange, func(s string) bool { return strings.Contains(s, "CHANNEL_DELETE") })
		st.counts["strange"] += before - len(strange)
	}
	leaks, typing := overheard(st.typing[a], got)
	d.leaks = append(append(d.leaks, strange...), leaks...)
	st.counts["heard"] += len(got) - typing
	st.counts["typing heard"] += typing
	sees := st.oracle.sees(a.ID)
	for id := range sees {
		if !a.knows[id] {
			d.missing = append(d.missing, fmt.Sprintf("that it sees channel %s", id))
		}
	}
	for id := range a.knows {
		if !sees[id] {
			d.missing = append(d.missing, fmt.Sprintf("that it does not see channel %s any more", id))
		}
	}
	if d.empty() && err == nil {
		return
	}
	detail := ""
	if !st.t.Failed() { // once is enough
		detail = fmt.Sprintf("  it heard:\n    %s\n  of:\n    %s", keysOf(got), stepsOf(a.steps))
	}
	st.t.Errorf("%s (intents %#x): %v\n%s%s", a.Name, a.intents, err, d, detail)
}

func keysOf(got []heard) string {
	var all []string
	for _, h := range got {
		all = append(all, strings.TrimSpace(h.typ+" "+strings.TrimPrefix(h.key, h.typ+" ")))
	}
	return strings.Join(all, "\n    ")
}

func stepsOf(steps []step) string {
	var all []string
	for _, s := range steps {
		all = append(all, s.what)
	}
	return strings.Join(all, "\n    ")
}

// comeBack resumes a session that missed the batch: it is told what it may still see.
func (st *stage) comeBack(ctx context.Context, a *actor) {
	st.t.Helper()
	sees := st.oracle.sees(a.ID)
	a.steps = excuse(a.steps, func(c guildhall.ChannelID) bool { return sees[c] },
		func(c guildhall.ChannelID) bool { return st.oracle.channels[c] != nil })
	a.steps = st.excuseThreads(a, a.steps)
	st.typing[a] = nil // what it missed is out of date
	if err := a.ears.attach(ctx); err != nil {
		st.t.Fatalf("resume: %v", err)
	}
	a.absent, a.resumed = false, true
	st.counts["resumes"]++
}

// kick removes a bot. It hears that the guild is gone, and nothing of it after that.
func (st *stage) kick(ctx context.Context, a *actor) {
	st.t.Helper()
	st.actors = slices.DeleteFunc(st.actors, func(b *actor) bool { return b == a })
	var own guildhall.RoleID
	for role := range st.oracle.members[a.ID] {
		if st.managed[role] {
			own = role
		}
	}
	op := st.recorder.Begin(history.Invoke{Client: st.owner.Name, User: st.owner.ID, Kind: history.MemberChange})
	st.begin(a.Name + " is kicked")
	before := st.sight()
	st.must(ctx, http.MethodDelete, st.guildPath("/members/"+a.ID.String()), nil, nil)
	st.recorder.OK(op, 0)
	st.grant(a, 0, false, op)
	var left []guildhall.ChannelID
	for _, id := range st.threadIDs() {
		if st.oracle.threads[id].members[a.ID] {
			left = append(left, id)
			delete(st.oracle.threads[id].members, a.ID)
		}
	}
	delete(st.oracle.members, a.ID)
	st.forgetRole(own)
	for _, id := range left {
		st.wantInThread(threadLeave, id, guildhall.IntentGuildMembers, 0)
	}
	for _, b := range st.actors {
		for id := range before[b] {
			if !st.oracle.may(b.ID, id, bitViewChannel) {
				st.t.Fatalf("the role of a bot decided what %s sees", b.Name)
			}
		}
	}
	st.wantAll("GUILD_ROLE_DELETE " + own.String())
	st.wantMember("GUILD_MEMBER_REMOVE "+a.ID.String(), 0)
	for _, b := range st.actors {
		if b.intents.Has(guildhall.IntentGuildIntegrations) {
			st.want(b, "INTEGRATION_DELETE "+a.ID.String(), 0)
			st.want(b, "GUILD_INTEGRATIONS_UPDATE 0", 0)
		}
	}
	for _, c := range st.textChannels() {
		st.begin("the owner sends to " + c.String())
		st.sendAs(ctx, st.owner, c)
		st.begin(a.Name + " reads " + c.String())
		st.judge(a, a.client.do(ctx, st.server.url, http.MethodGet, messagesPath(c), nil, nil), missingAccess)
	}
	st.meet(ctx)

	gone := "GUILD_DELETE " + st.oracle.guild.String()
	within, cancel := context.WithTimeout(ctx, heardWithin)
	defer cancel()
	if got, err := a.ears.take(within, gone); err != nil || len(got) != 1 {
		st.t.Errorf("%s was kicked, and heard %v before the guild went: %v", a.Name, keysOf(got), err)
	}
	// The others have heard all. The answer to a heartbeat comes behind whatever was on its way to this one.
	a.ears.socket.sendHeartbeat(within)
	if err := a.ears.await(within, func() bool { return a.ears.beats > 0 }); err != nil {
		st.t.Error(err)
	}
	a.ears.cut()
	if len(a.ears.all) > 0 {
		st.t.Errorf("%s was kicked and heard of the guild after that (H8): %s", a.Name, keysOf(a.ears.all))
	}
}
