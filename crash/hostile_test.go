package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// What is promised of a server that strangers abuse: what its other clients feel of it, and what memory it takes.
const (
	// hostileMost is how much longer than in quiet the slowest hundredth of other clients' requests take.
	hostileMost = 1.5
	// hostileFloor is below what a person notices: ratios of less mean nothing.
	hostileFloor = 10 * time.Millisecond

	// hostileRounds in quiet and as many under attack take turns, so that what else the machine does meets both.
	hostileRounds = 4
	// probePace is how often the others ask in hostileRound.
	probePace    = 5 * time.Millisecond
	hostileRound = 300 * time.Millisecond
	probers      = 8
)

// target is a server with those whose requests are measured.
type target struct {
	*server
	world   world
	clients []*client
	sends   bool // messages too: the limits are off
}

// attack is what strangers do.
type attack struct {
	name string
	// flags are the server's.
	flags []string
	// bytesMost is by how much the server may grow under it.
	bytesMost int
	// begin returns when the attack is under way. It goes on in goroutines of the group until ctx ends, and on failure the
	// test is told.
	begin func(ctx context.Context, t *testing.T, s *target, running *sync.WaitGroup)
}

// TestHostile is S3 and more: attacks, one at a time, of which the others feel little. It measures, and so runs alone. What the
// promised ratio is held to where other things run too is noisy times as much.
func TestHostile(t *testing.T) {
	binary(t)
	rounds := size(t, "HOSTILE_ROUNDS", hostileRounds)
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			s := newTarget(t, a.flags)
			s.round(t) // not to be measured: caches fill
			idle := residentBytes(t, s.server)
			var quiet, attacked []time.Duration
			grown := 0
			for range rounds {
				quiet = append(quiet, s.round(t))
				attacked = append(attacked, s.attacked(t, a))
				grown = max(grown, residentBytes(t, s.server)-idle)
			}
			slices.Sort(quiet)
			slices.Sort(attacked)
			judgeAttack(t, quiet[len(quiet)/2], attacked[len(attacked)/2])
			t.Logf("grew by %s (at most %s)", mebibytes(grown), mebibytes(a.bytesMost))
			if grown > a.bytesMost {
				t.Errorf("grew by %s, want at most %s", mebibytes(grown), mebibytes(a.bytesMost))
			}
		})
	}
}

func newTarget(t *testing.T, flags []string) *target {
	t.Helper()
	dir := t.TempDir()
	w := fixture(t, dir, probers)
	limited := slices.Contains(flags, "discord")
	if !limited {
		flags = append(slices.Clone(flags), "--rate-limits", "off")
	}
	s := &target{server: start(t, append([]string{"--data", dir}, flags...)...), world: w, sends: !limited}
	for _, bot := range w.Bots {
		s.clients = append(s.clients, newClient("Bot "+bot.Token))
	}
	return s
}

// judgeAttack compares the slowest hundredths.
func judgeAttack(t *testing.T, quiet, attacked time.Duration) {
	t.Helper()
	ratio := float64(attacked) / float64(quiet)
	t.Logf("p99 of others: %v in quiet, %v under attack: %.2f times (promised: %.1f)", quiet, attacked, ratio, hostileMost)
	most := hostileMost
	if os.Getenv("CRASH_EXACT") == "" {
		most *= noisy
	}
	if ratio > most && attacked > hostileFloor {
		t.Errorf("others' p99 is %.2f times as long under attack, want at most %.1f", ratio, most)
	}
}

// attacked is a round under attack.
func (s *target) attacked(t *testing.T, a attack) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	a.begin(ctx, t, s, &running)
	return s.round(t)
}

// round gives the p99 of the others' requests over a while. They are asked one after the other at a steady pace; what is late is
// counted from when it was due, so that a server that stands still for a while is not asked just once.
func (s *target) round(t *testing.T) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var took []time.Duration
	began := time.Now()
	for n := 0; ; n++ {
		due := time.Duration(n) * probePace
		if due > hostileRound {
			break
		}
		if early := due - time.Since(began); early > 0 {
			time.Sleep(early)
		}
		if err := s.probe(ctx, n); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began)-due)
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// probe asks for the messages of a channel or, every fourth time, sends one. Where limits hold, it asks for what has none of
// its own.
func (s *target) probe(ctx context.Context, n int) error {
	c, path := s.clients[n%len(s.clients)], messagesPath(s.world.Guilds[0].ChannelID)
	switch {
	case !s.sends:
		return c.do(ctx, s.url, http.MethodGet, "/users/@me", nil, nil)
	case n%4 == 0:
		return c.do(ctx, s.url, http.MethodPost, path, map[string]string{"content": fmt.Sprintf("probe %d", n)}, nil)
	}
	return c.do(ctx, s.url, http.MethodGet, path+"?limit=10", nil, nil)
}
