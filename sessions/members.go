package sessions

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"guildhall"
	"guildhall/gateway"
)

const (
	// wholeAsksMax is how many requests for all members one socket has under way; the next ones wait unread.
	wholeAsksMax = 4
	// roomLook is how often it is looked for room, beside each time that something was written.
	roomLook = time.Second
)

// askMembers answers a request for members. What can't be answered is left without one, as Discord leaves it. All members of
// a guild are sent as the client reads them; what comes behind the request is read meanwhile.
// discord: events/gateway-events#request-guild-members
func (k *socket) askMembers(key Socket, r *gateway.RequestGuildMembers) {
	if !r.WantsAll() {
		k.answerMembers(key, r)
		return
	}
	select {
	case k.asks <- struct{}{}:
	case <-k.server.ctx.Done():
		return
	}
	k.server.running.Go(func() {
		defer func() { <-k.asks }()
		k.answerMembers(key, r)
	})
}

func (k *socket) answerMembers(key Socket, r *gateway.RequestGuildMembers) {
	s := k.server
	s.mu.Lock()
	user, intents, shown := s.core.Shown(key, r.Guild)
	s.mu.Unlock()
	if !shown || (r.WantsAll() && !intents.Has(guildhall.IntentGuildMembers)) {
		return
	}
	q := guildhall.MembersQuery{Limit: gateway.MembersChunkMax, Presences: r.Presences && intents.Has(guildhall.IntentGuildPresences)}
	var err error
	if r.WantsAll() {
		err = k.sendAll(key, r, user, q)
	} else {
		err = k.sendSome(key, r, user, q)
	}
	if err != nil {
		s.config.Log.Warn("members not answered", "guild_id", r.Guild.String(), "error", err)
	}
}

// sendSome sends the few members who are asked for by id or by the beginning of their names.
func (k *socket) sendSome(key Socket, r *gateway.RequestGuildMembers, user guildhall.UserID, q guildhall.MembersQuery) error {
	if len(r.Users) > 0 {
		q.Users = r.Users[:min(len(r.Users), gateway.MembersAskedMax)]
		q.Limit = len(q.Users)
	} else {
		q.Prefix = r.Query
		if q.Limit = gateway.MembersAskedMax; r.Limit > 0 {
			q.Limit = min(r.Limit, gateway.MembersAskedMax)
		}
	}
	answer, err := k.server.queryMembers(user, r.Guild, q)
	if err != nil {
		return err
	}
	k.sendChunk(key, gateway.NewMembersChunk(r, answer, 0, 1))
	return nil
}

// sendAll sends all members, a chunk at a time: each is asked for when there is room for it, so that a client that reads slowly
// keeps no more than its queue in memory. Clients wait for as many chunks as the first one names: they are counted before.
func (k *socket) sendAll(key Socket, r *gateway.RequestGuildMembers, user guildhall.UserID, q guildhall.MembersQuery) error {
	cuts, err := k.server.memberCuts(user, r.Guild)
	if err != nil {
		return err
	}
	for i := range cuts {
		if !k.awaitRoom(key) {
			return nil
		}
		var last guildhall.UserID // none: to the end
		if i+1 < len(cuts) {
			last = cuts[i+1]
		}
		q.After = cuts[i]
		answer, err := k.server.membersBetween(user, r.Guild, q, last)
		if err != nil {
			return err
		}
		if !k.sendChunk(key, gateway.NewMembersChunk(r, answer, i, len(cuts))) {
			return nil
		}
	}
	return nil
}

func (k *socket) sendChunk(key Socket, chunk *gateway.MembersChunk) (sent bool) {
	data := gateway.Encode(chunk)
	k.server.step(func(c *Core) {
		sent = c.Dispatch(time.Now(), key, chunk.GuildID, gateway.EventGuildMembersChunk, data)
	})
	return sent
}

// awaitRoom waits until so little waits for the client that a large event may be added; false if the session is lost.
func (k *socket) awaitRoom(key Socket) bool {
	look := time.NewTicker(roomLook)
	defer look.Stop()
	for {
		k.server.mu.Lock()
		room, held := k.server.core.Room(key)
		k.server.mu.Unlock()
		if room || !held {
			return held
		}
		select {
		case <-k.wrote:
		case <-look.C:
		case <-k.server.ctx.Done():
			return false
		}
	}
}

// memberCuts gives the members behind whom each chunk begins, the first behind nobody.
func (s *Server) memberCuts(user guildhall.UserID, guild guildhall.GuildID) ([]guildhall.UserID, error) {
	var cuts []guildhall.UserID
	q := guildhall.MembersQuery{Limit: gateway.MembersChunkMax}
	for {
		page, err := s.queryMembers(user, guild, q)
		if err != nil {
			return nil, err
		}
		if len(page.Members) > 0 || len(cuts) == 0 {
			cuts = append(cuts, q.After)
		}
		if len(page.Members) < q.Limit {
			return cuts, nil
		}
		q.After = page.Members[len(page.Members)-1].User.ID
	}
}

// membersBetween are those behind q.After, up to last if that is given. They are more than a page if some have joined since
// they were counted.
func (s *Server) membersBetween(user guildhall.UserID, guild guildhall.GuildID, q guildhall.MembersQuery, last guildhall.UserID) (*guildhall.MembersAnswer, error) {
	all := new(guildhall.MembersAnswer)
	for {
		page, err := s.queryMembers(user, guild, q)
		if err != nil {
			return nil, err
		}
		within := page.Members
		if last != 0 {
			within = slices.DeleteFunc(within, func(m *guildhall.Member) bool { return m.User.ID > last })
		}
		all.Members, all.Presences = append(all.Members, within...), append(all.Presences, page.Presences...)
		if len(within) < q.Limit || within[len(within)-1].User.ID == last {
			return all, nil
		}
		q.After = within[len(within)-1].User.ID
	}
}

func (s *Server) queryMembers(user guildhall.UserID, guild guildhall.GuildID, q guildhall.MembersQuery) (*guildhall.MembersAnswer, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, callTimeout)
	defer cancel()
	cmd := numbered(guildhall.Command{Name: guildhall.QueryMembers, Object: guildhall.GuildObject(guild), Actor: user, Body: body})
	answer, err := s.query(ctx, cmd)
	if err != nil {
		return nil, err
	}
	page := new(guildhall.MembersAnswer)
	if len(answer) > 0 && answer[0] == '[' {
		// A query without presences and named users is answered with the members alone.
		return page, json.Unmarshal(answer, &page.Members)
	}
	return page, json.Unmarshal(answer, page)
}
