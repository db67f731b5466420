package sessions_test

import (
	"fmt"
	"strings"
	"testing"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// crowd makes many members, beside those who have accounts; the first has the given id.
func (w *world) crowd(first guildhall.UserID, n int) {
	rows := make([]guildhall.Row, n)
	for i := range rows {
		rows[i] = memberRow(first + guildhall.UserID(i))
	}
	w.commit(guildObject, rows)
}

// TestAllMembersAreSentAsTheyAreRead: more than may wait for a client come one after the other, none twice, with a count that
// holds, and what the client sends meanwhile is answered.
func TestAllMembersAreSentAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, members := range []int{3, 1999, 2000, 9500} {
		w := newWorld().settle(owner, alice, bob)
		w.crowd(1000, members-3)
		_, url := serve(t, w, sessions.Config{QueueBytesMax: 1 << 20})
		c := dial(t, url)
		c.ready("token101")
		c.send(fmt.Sprintf(`{"op":8,"d":{"guild_id":"%d","query":"","limit":0}}`, guildID))
		c.send(`{"op":1,"d":2}`)
		seen, acks := map[guildhall.UserID]int{}, 0
		for index, count := 0, 1; index < count || acks == 0; {
			p := c.next()
			if p.Op == int(gateway.OpHeartbeatACK) {
				acks++
			}
			if p.T != "GUILD_MEMBERS_CHUNK" {
				continue
			}
			chunk := parse[gateway.MembersChunk](t, p.D)
			if chunk.ChunkIndex != index || index > 0 && chunk.ChunkCount != count {
				t.Fatalf("chunk %d of %d, want %d of %d", chunk.ChunkIndex, chunk.ChunkCount, index, count)
			}
			index, count = index+1, chunk.ChunkCount
			for _, m := range chunk.Members {
				seen[m.User.ID]++
			}
		}
		if len(seen) != members {
			t.Errorf("%d of %d members came", len(seen), members)
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s came %d times", id, n)
			}
		}
	}
}

// TestNothingIsSentTwiceAtAClose: a client that reads too slowly is closed; up to then each event came once.
func TestNothingIsSentTwiceAtAClose(t *testing.T) {
	t.Parallel()
	w := newWorld().settle(owner, alice)
	_, url := serve(t, w, sessions.Config{QueueBytesMax: 16 << 20})
	c := dial(t, url)
	c.ready("token101")
	text := strings.Repeat("x", 64<<10)
	w.say(general, text)
	c.expect("MESSAGE_CREATE")
	for range 800 { // more than the queue and the kernel hold
		w.say(general, text)
	}
	last := uint64(3)
	for {
		message, err := c.read()
		if err != nil {
			break // closed, with a code if that still found its way
		}
		p := parse[payload](t, message)
		if p.S == nil {
			continue
		}
		if *p.S != last+1 {
			t.Fatalf("event %d after %d", *p.S, last)
		}
		last = *p.S
	}
	if last == 3 {
		t.Errorf("the last event was number %d, so that nothing was tested", last)
	}
}
