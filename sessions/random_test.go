package sessions_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"guildhall"
	"guildhall/sessions"
)

// step is one thing that a random run does.
type step byte

const (
	sayOpen step = iota
	saySecret
	losePublish
	giveRole
	takeRole
	kick
	join
	read
	vanish
	comeBack
	comeBackBehind
	wait
	steps
)

// runSteps plays steps with one client and holds what it is sent against the world.
func runSteps(t testing.TB, script []byte, saved bool) {
	r := newRig(t, newWorld().settle(alice))
	r.saved = saved
	a := r.login(alice)
	role, member, attached := false, true, true
	said := 0
	for _, b := range script {
		switch step(b) % steps {
		case sayOpen, saySecret:
			said++
			channel := general
			if step(b)%steps == saySecret {
				channel = secret
			}
			visible := member && (channel == general || role)
			content := "hidden"
			if visible {
				content = "open"
			}
			r.publish(r.w.say(channel, content))
		case losePublish:
			r.w.lose = 1
		case giveRole, takeRole:
			role = step(b)%steps == giveRole
			if member {
				roles := []guildhall.RoleID{}
				if role {
					roles = append(roles, staff)
				}
				r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, roles...)}))
			}
		case kick:
			if member {
				r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice).Deleted()}))
			}
			member = false
		case join:
			if !member {
				roles := []guildhall.RoleID{}
				if role {
					roles = append(roles, staff)
				}
				r.publish(r.w.commit(guildObject, []guildhall.Row{memberRow(alice, roles...)}))
			}
			member = true
		case read:
			a.read()
		case vanish:
			if attached {
				a.gone()
			}
			attached = false
		case comeBack, comeBackBehind:
			if attached || len(a.got) == 0 {
				continue
			}
			seq := *a.last().S
			if step(b)%steps == comeBackBehind {
				seq = max(1, seq-min(seq, uint64(said%4)))
			}
			if outcome := a.resume(seq); outcome != sessions.Resumed {
				// Honest, but the lifetime is over.
				a = r.login(alice)
			}
			attached = true
		case wait:
			r.pass(2200 * time.Millisecond)
		}
	}
	r.w.lose = 0
	if !attached {
		a = r.login(alice)
	}
	r.pass(2200 * time.Millisecond)
	r.publish(r.w.say(general, map[bool]string{true: "open", false: "hidden"}[member]))
	names := a.read()
	for _, content := range a.contents(len(a.got)) {
		if content != "open" {
			t.Fatalf("got what it may not see, after %v", script)
		}
	}
	if member && len(names) == 0 {
		t.Fatalf("got nothing at the end, after %v", script)
	}
}

// Invariants 2 and 3 under random steps; the numbers without a hole are checked by read.
func TestRandomRuns(t *testing.T) {
	t.Parallel()
	for seed := range uint64(160) {
		random := rand.New(rand.NewPCG(seed, 1))
		script := make([]byte, 30+random.IntN(60))
		for i := range script {
			script[i] = byte(random.IntN(int(steps)))
		}
		runSteps(t, script, seed%16 == 0)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzResume(f *testing.F) {
	f.Add([]byte{0, 7, 8, 0, 9, 7})
	f.Add([]byte{3, 1, 7, 8, 1, 4, 1, 10, 7})
	f.Add([]byte{2, 0, 0, 8, 5, 6, 0, 9, 11, 7})
	f.Fuzz(func(t *testing.T, script []byte) {
		runSteps(t, script[:min(len(script), 200)], false)
	})
}
