package crash_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"guildhall"
)

const (
	// crowdUsual is how many members the guild has in every run; CRASH_CROWD=100000 is what is promised.
	crowdUsual    = 5_000
	crowdPromised = 100_000
	crowdMadeMost = time.Minute     // by fixture, all of crowdPromised
	crowdMost     = 1 << 30         // bytes resident while they are asked for
	chunkMost     = 1_000           // discord: events/gateway-events#guild-members-chunk
	chunksWithin  = 2 * time.Minute // also on a busy machine
	opMembers     = 8
)

// TestCrowd makes a guild with very many members, whom a bot asks for in chunks.
func TestCrowd(t *testing.T) {
	members := size(t, "CRASH_CROWD", crowdUsual)
	dir := t.TempDir()
	w, took := crowd(t, dir, members)
	t.Logf("%d people in one guild made in %v (promised: %d in %v)", members, took.Round(time.Millisecond), crowdPromised, crowdMadeMost)
	if most := max(limit(crowdMadeMost)*time.Duration(members)/crowdPromised, time.Second); took > most {
		t.Errorf("that took more than %v", most)
	}

	s := start(t, "--data", dir, "--rate-limits", "off")
	ctx, cancel := context.WithTimeout(t.Context(), chunksWithin)
	defer cancel()
	seen := askForAll(ctx, t, s, w)
	for _, u := range w.Users {
		if seen[u.ID] != 1 {
			t.Errorf("user %s came %d times", u.ID, seen[u.ID])
			break
		}
	}
	if len(seen) != members+1 {
		t.Errorf("%d members came, want %d", len(seen), members+1)
	}
	peak := residentPeak(t, s)
	t.Logf("at most %s resident (promised: %s)", mebibytes(peak), mebibytes(crowdMost))
	if most := idleBytesMost + crowdMost*members/crowdPromised; peak > min(most, crowdMost) {
		t.Errorf("%s are too much for %d members", mebibytes(peak), members)
	}
}

// crowd has the fixture command fill a folder; it also measures.
func crowd(t *testing.T, dir string, members int) (world, time.Duration) {
	t.Helper()
	command := binary(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit(crowdMadeMost))
	defer cancel()
	cmd := exec.CommandContext(ctx, command, "fixture", "--data", dir, "--bots", "1", "--users", fmt.Sprint(members), "--guilds", "1", "--json")
	cmd.Env = cleanEnvironment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	began := time.Now()
	out, err := cmd.Output()
	took := time.Since(began)
	if err != nil {
		t.Fatalf("fixture: %v\n%s", err, &stderr)
	}
	var w world
	if err := json.Unmarshal(out, &w); err != nil || len(w.Users) != members || len(w.Bots) != 1 || len(w.Guilds) != 1 {
		t.Fatalf("fixture made %d users, %d bots, %d guilds: %v", len(w.Users), len(w.Bots), len(w.Guilds), err)
	}
	return w, took
}

// askForAll asks for all members of the guild, and counts how often each came.
// discord: events/gateway-events#request-guild-members
func askForAll(ctx context.Context, t *testing.T, s *server, w world) map[guildhall.UserID]int {
	t.Helper()
	intents := guildhall.IntentGuilds | guildhall.IntentGuildMembers
	gateway, err := newClient("").gatewayURL(ctx, s.url)
	if err != nil {
		t.Fatal(err)
	}
	k, err := dial(ctx, gateway, &session{token: w.Bots[0].Token, intents: &intents})
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	seen := map[guildhall.UserID]int{}
	for next := 0; ; {
		f, err := k.next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		switch f.Type {
		case "GUILD_CREATE":
			ask := map[string]any{"guild_id": w.Guilds[0].ID, "query": "", "limit": 0, "nonce": "all"}
			if err := k.write(ctx, opMembers, ask); err != nil {
				t.Fatal(err)
			}
		case "GUILD_MEMBERS_CHUNK":
			var chunk struct {
				Index   int    `json:"chunk_index"`
				Count   int    `json:"chunk_count"`
				Nonce   string `json:"nonce"`
				Members []struct {
					User struct {
						ID guildhall.UserID `json:"id"`
					} `json:"user"`
				} `json:"members"`
			}
			if err := json.Unmarshal(f.Data, &chunk); err != nil {
				t.Fatal(err)
			}
			if chunk.Index != next || chunk.Nonce != "all" || len(chunk.Members) > chunkMost {
				t.Fatalf("chunk %d of %d with %d members, %q; want chunk %d", chunk.Index, chunk.Count, len(chunk.Members), chunk.Nonce, next)
			}
			for _, m := range chunk.Members {
				seen[m.User.ID]++
			}
			if next++; next == chunk.Count {
				return seen
			}
		}
	}
}
