package crash_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	friendsUsers = 6
	friendsKills = 12
	// friendsActs are made between two kills.
	friendsActs = 60
	// friendsQuiet bounds how long what is on its way may take to arrive after the last start.
	friendsQuiet = 20 * time.Second

	// friendsWhole is how many readings in a row must find nothing wrong: one may come before the last follow-up.
	friendsWhole = 5

	sideFriend = 1
)

// TestFriendsSurviveKills: two people's relationship has two owners. However requests, answers and ends cross, and
// whenever the server is killed, in the end both say that they are friends or neither does.
func TestFriendsSurviveKills(t *testing.T) {
	t.Parallel()
	rng, _ := chance(t)
	dir := t.TempDir()
	out := runCommand(t, "fixture", "--data", dir, "--bots", "0", "--users", fmt.Sprint(friendsUsers), "--guilds", "1", "--members", "all", "--json")
	var w world
	if err := json.Unmarshal(out, &w); err != nil {
		t.Fatalf("fixture printed: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	args := []string{"--data", dir, "--rate-limits", "off"}
	for range friendsKills {
		s := start(t, args...)
		var acts atomic.Int32
		var all sync.WaitGroup
		enough, stop := context.WithCancel(ctx)
		for i := range w.Users {
			own := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
			all.Go(func() {
				c := newClient(w.Users[i].Token)
				for enough.Err() == nil && c.befriend(enough, s.url, own, w.Users, i) == nil {
					if acts.Add(1) == friendsActs {
						stop()
					}
				}
				stop() // also where the server can't be reached any more
			})
		}
		<-enough.Done()
		s.kill(t) // others' acts, and what these have set off, are under way
		all.Wait()
		stop()
	}
	s := start(t, args...)
	late := time.NewTimer(friendsQuiet)
	defer late.Stop()
	for whole := 0; ; {
		wrong, friends := oneSided(ctx, t, s.url, w.Users)
		if wrong == "" {
			whole++
		} else {
			whole = 0
		}
		if whole == friendsWhole {
			t.Logf("%d friendships after %d kills", friends, friendsKills)
			return
		}
		select {
		case <-late.C:
			t.Fatalf("%v after the last start: %s", friendsQuiet, wrong)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// befriend asks or answers another user, and sometimes ends what is between them. It fails when the server can't be
// reached; a refusal is an answer.
func (c *client) befriend(ctx context.Context, base string, rng *rand.Rand, users []account, i int) error {
	other := users[(i+1+rng.IntN(len(users)-1))%len(users)]
	method, body := http.MethodPut, any(struct{}{})
	if rng.IntN(4) == 0 {
		method, body = http.MethodDelete, nil
	}
	err := c.do(ctx, base, method, "/users/@me/relationships/"+other.ID.String(), body, nil)
	var refused *refusal
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// oneSided finds two of whom only one says that they are friends, and counts the friendships.
func oneSided(ctx context.Context, t *testing.T, base string, users []account) (wrong string, friends int) {
	t.Helper()
	says := map[[2]string]bool{}
	for _, u := range users {
		var sides []struct {
			ID   string `json:"id"`
			Type int    `json:"type"`
		}
		if err := newClient(u.Token).do(ctx, base, http.MethodGet, "/users/@me/relationships", nil, &sides); err != nil {
			t.Fatal(err)
		}
		for _, side := range sides {
			says[[2]string{u.ID.String(), side.ID}] = side.Type == sideFriend
		}
	}
	for pair, friend := range says {
		if friend && !says[[2]string{pair[1], pair[0]}] {
			return fmt.Sprintf("%s says that %s is a friend, and not the other way round", pair[0], pair[1]), 0
		}
		if friend {
			friends++
		}
	}
	return "", friends / 2
}
