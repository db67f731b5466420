package sessions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// rig drives a Core by hand against a world: no clock, no socket, no goroutine.
type rig struct {
	t     testing.TB
	w     *world
	core  *sessions.Core
	now   time.Time
	out   sessions.Output
	asked []guildhall.Follow
	// manual leaves follows in asked until answer is called.
	manual bool
	// saved makes the core be written out and read again after each input.
	saved bool
	drops []sessions.Drop
	tells []sessions.Tell
	hangs []sessions.HangUp
	next  int
}

func limits() sessions.Limits {
	return sessions.Limits{ReplayAge: 2 * time.Minute, ReplayBytesMax: 1 << 20, QueueBytesMax: 4 << 20, SessionsMax: 100}
}

func newRig(t testing.TB, w *world) *rig {
	return &rig{t: t, w: w, core: sessions.NewCore("n1", limits()), now: time.Unix(1_700_000_000, 0).UTC()}
}

// do gives the core an input and carries out what it says, except for follows in manual mode.
func (r *rig) do(input func(*sessions.Core)) {
	r.t.Helper()
	input(r.core)
	r.out = r.core.Output()
	if r.saved {
		r.reload()
	}
	r.drops = append(r.drops, r.out.Drops...)
	r.tells = append(r.tells, r.out.Tells...)
	r.hangs = append(r.hangs, r.out.HangUps...)
	r.asked = append(r.asked, r.out.Follows...)
	for _, k := range r.out.Reauthenticate {
		r.do(func(c *sessions.Core) { c.Reauthenticated(r.now, k, true) })
	}
	for !r.manual && len(r.asked) > 0 {
		r.answer()
	}
}

// answer has the world answer the oldest follow.
func (r *rig) answer() {
	r.t.Helper()
	f := r.asked[0]
	r.asked = r.asked[1:]
	a, err := r.w.Follow(context.Background(), &f)
	if err != nil {
		r.t.Fatal(err)
	}
	if !f.Unfollow {
		r.do(func(c *sessions.Core) { c.Followed(r.now, f.Object, a) })
	}
}

// reload replaces the core by what is left of it after JSON, and checks that nothing is lost on the way.
func (r *rig) reload() {
	r.t.Helper()
	text, err := json.Marshal(r.core)
	if err != nil {
		r.t.Fatal(err)
	}
	again := new(sessions.Core)
	if err := json.Unmarshal(text, again); err != nil {
		r.t.Fatal(err)
	}
	if twice, err := json.Marshal(again); err != nil || !bytes.Equal(text, twice) {
		r.t.Fatalf("a core that was read again differs (%v):\n%s\n%s", err, text, twice)
	}
	r.core = again
}

func (r *rig) publish(p *guildhall.Publish) {
	r.t.Helper()
	if p != nil {
		r.do(func(c *sessions.Core) { c.Publish(r.now, p) })
	}
}

// pass lets time pass in ticks of 100 ms.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	saved := r.saved
	for end := r.now.Add(d); r.now.Before(end); {
		r.now = r.now.Add(100 * time.Millisecond)
		r.saved = saved && !r.now.Before(end) // once is enough, and thousands of times take seconds
		r.do(func(c *sessions.Core) { c.Tick(r.now) })
	}
	r.saved = saved
}

// bot is a session under test, with what it was sent.
type bot struct {
	r    *rig
	user guildhall.UserID
	key  sessions.Socket
	got  []payload
}

func (r *rig) login(user guildhall.UserID, change ...func(*gateway.Identify)) *bot {
	r.t.Helper()
	intents := guildhall.IntentsAll
	id := &gateway.Identify{Intents: &intents, LargeThreshold: 50}
	for _, f := range change {
		f(id)
	}
	r.next++
	b := &bot{r: r, user: user}
	r.do(func(c *sessions.Core) {
		var ok bool
		b.key, ok = c.Identify(r.now, sessions.NewSession{
			ID: fmt.Sprintf("s%d", r.next), Identity: r.w.identity(user), Identify: id, Version: 10, URL: "ws://x",
		})
		if !ok {
			r.t.Fatal("identify refused")
		}
	})
	return b
}

// read takes what waits, and gives the names of the new events.
func (b *bot) read() []string {
	b.r.t.Helper()
	var names []string
	for more := true; more; {
		var frames []sessions.Frame
		b.r.do(func(c *sessions.Core) { frames, more = c.Take(b.r.now, b.key, nil, 1<<10) })
		for _, f := range frames {
			text := append(gateway.AppendHead(nil, f.Sequence), f.Body.Text()...)
			p := parse[payload](b.r.t, text)
			if n := len(b.got); n > 0 && *p.S != *b.got[n-1].S+1 {
				b.r.t.Fatalf("number %d follows %d", *p.S, *b.got[n-1].S)
			}
			b.got = append(b.got, p)
			names = append(names, p.T)
		}
	}
	return names
}

// contents are the contents of the messages among the last n events.
func (b *bot) contents(n int) []string {
	b.r.t.Helper()
	var contents []string
	for _, p := range b.got[len(b.got)-n:] {
		if p.T == "MESSAGE_CREATE" {
			contents = append(contents, parse[guildhall.Message](b.r.t, p.D).Content)
		}
	}
	return contents
}

func (b *bot) last() payload { return b.got[len(b.got)-1] }

func (b *bot) expect(what string, want ...string) {
	b.r.t.Helper()
	if got := b.read(); !slices.Equal(got, want) {
		b.r.t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// gone loses the bot's socket.
func (b *bot) gone() {
	b.r.t.Helper()
	b.r.do(func(c *sessions.Core) { c.Gone(b.r.now, b.key, false) })
}

// resume comes again with the number of the last event that the bot has got.
func (b *bot) resume(seq uint64) sessions.ResumeOutcome {
	b.r.t.Helper()
	var outcome sessions.ResumeOutcome
	b.r.do(func(c *sessions.Core) {
		var key sessions.Socket
		if key, outcome = c.Resume(b.r.now, b.key.Session, b.r.w.identity(b.user), seq); outcome == sessions.Resumed {
			b.key = key
			b.got = slices.DeleteFunc(b.got, func(p payload) bool { return *p.S > seq })
		}
	})
	return outcome
}

// bothWays runs a test with the core as it is, and with it being saved and loaded after each input.
func bothWays(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Parallel()
	for _, saved := range []bool{false, true} {
		t.Run(map[bool]string{false: "kept", true: "saved and loaded"}[saved], func(t *testing.T) {
			t.Parallel()
			r := newRig(t, newWorld().settle(owner, alice, bob))
			r.saved = saved
			test(t, r)
		})
	}
}
