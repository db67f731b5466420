package sessions

import (
	"context"
	"encoding/json"
	"sync"

	"guildhall"
)

const (
	// tellsWaitingMax bounds the presences that wait to be told; presence is soft, and what doesn't fit is left out.
	tellsWaitingMax = 1 << 16
	// tellersMax bounds the presences that are being told at the same time.
	tellersMax = 8
)

// tellQueue carries presences to guilds' owners: the newest of each user and guild, in the order in which they first
// came. Its goroutines exist while there is something to tell.
type tellQueue struct {
	server *Server

	mu      sync.Mutex
	waiting map[tellKey]guildhall.Presence // guarded by mu
	order   []tellKey                      // guarded by mu
	tellers int                            // guarded by mu
}

type tellKey struct {
	user  guildhall.UserID
	guild guildhall.GuildID
}

func newTellQueue(s *Server) *tellQueue {
	return &tellQueue{server: s, waiting: make(map[tellKey]guildhall.Presence)}
}

func (q *tellQueue) put(tells []Tell) {
	if len(tells) == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range tells {
		key := tellKey{t.User, t.Guild}
		if _, ok := q.waiting[key]; !ok {
			if len(q.order) >= tellsWaitingMax {
				q.server.metrics.dropped.WithLabelValues("presence_tell").Inc()
				continue
			}
			q.order = append(q.order, key)
		}
		q.waiting[key] = t.Presence
	}
	for range min(len(q.order), tellersMax-q.tellers) {
		q.tellers++
		q.server.running.Go(q.work)
	}
}

func (q *tellQueue) work() {
	for {
		q.mu.Lock()
		if len(q.order) == 0 || q.server.ctx.Err() != nil {
			q.tellers--
			q.mu.Unlock()
			return
		}
		key := q.order[0]
		q.order = q.order[1:]
		presence := q.waiting[key]
		delete(q.waiting, key)
		q.mu.Unlock()
		q.tell(key, presence)
	}
}

// tell sends one presence. One that fails is not repeated: the next change, or the guild's next owner, brings it again.
func (q *tellQueue) tell(key tellKey, presence guildhall.Presence) {
	presence.GuildID = key.guild
	body, err := json.Marshal(presence)
	if err != nil {
		q.server.metrics.dropped.WithLabelValues("presence_tell").Inc()
		return
	}
	ctx, cancel := context.WithTimeout(q.server.ctx, callTimeout)
	defer cancel()
	cmd := numbered(guildhall.Command{Name: guildhall.CommandPresence, Object: guildhall.GuildObject(key.guild), Body: body})
	answer, err := q.server.owners.Command(ctx, cmd)
	if err != nil || answer.Status != guildhall.Done {
		q.server.metrics.dropped.WithLabelValues("presence_tell").Inc()
	}
}
