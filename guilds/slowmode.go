package guilds

// pure core

import (
	"encoding/json"
	"fmt"
	"time"

	"guildhall"
)

const (
	// slowmodeMax bounds for how many (channel, user) pairs a guild remembers when they last wrote. At 6 hours, the
	// longest slowmode, that is one writer every 2.6 s; beyond it somebody may write once too early.
	slowmodeMax = 8192
	// slowmodeLongest is the longest rate_limit_per_user.
	// discord: resources/channel#channel-object
	slowmodeLongest = 21600 * time.Second
)

// slowmode knows when users last wrote in channels with a rate_limit_per_user. It is soft: a new owner starts without.
type slowmode struct {
	last map[writer]time.Time
	// now is the time of the command that is being decided. Ids tell the time too, but not after the clock was set back:
	// they go on from where they were. failures F57
	now time.Time
}

type writer struct {
	channel guildhall.ChannelID
	user    guildhall.UserID
	// threads: it is when the user last began a thread in the channel, which counts apart from messages.
	threads bool
}

// check refuses a message that comes too soon after the author's last one.
func (s *slowmode) check(c *guildhall.Channel, author *guildhall.Member, p guildhall.Permissions, now time.Time) error {
	return s.wait(c, writer{c.ID, author.User.ID, false}, author, p, now)
}

// checkThread refuses a thread, or a post, that comes too soon after the last one that the author began in the channel.
func (s *slowmode) checkThread(c *guildhall.Channel, author *guildhall.Member, p guildhall.Permissions, now time.Time) error {
	return s.wait(c, writer{c.ID, author.User.ID, true}, author, p, now)
}

// wait refuses what comes too soon. Bots and those who look after the channel need not wait. Messages and threads each have
// their own time.
// discord: resources/channel#channel-object-channel-structure
func (s *slowmode) wait(c *guildhall.Channel, w writer, author *guildhall.Member, p guildhall.Permissions, now time.Time) error {
	const free = guildhall.PermissionManageMessages | guildhall.PermissionManageChannels | guildhall.PermissionBypassSlowmode
	if c.RateLimitPerUser == 0 || author.User.Bot || p&free != 0 {
		return nil
	}
	last, ok := s.last[w]
	if !ok {
		return nil
	}
	wait := last.Add(time.Duration(c.RateLimitPerUser) * time.Second).Sub(now)
	if wait <= 0 {
		return nil
	}
	e := *errSlowmode
	e.RetryAfter = wait.Seconds()
	return &e
}

// note remembers that the user wrote, now or, where that is not known, at the given time. When there is no room, those for whom
// no slowmode can still run are forgotten and, if that is nobody, one of the others.
func (s *slowmode) note(w writer, at time.Time) {
	if !s.now.IsZero() {
		at = s.now
	}
	if s.last == nil {
		s.last = make(map[writer]time.Time)
	}
	before, known := s.last[w]
	if known && !at.After(before) {
		return
	}
	if !known && len(s.last) >= slowmodeMax {
		s.makeRoom(at)
	}
	s.last[w] = at
}

func (s *slowmode) makeRoom(now time.Time) {
	var oldest writer
	var oldestAt time.Time
	for w, at := range s.last {
		if now.Sub(at) > slowmodeLongest {
			delete(s.last, w)
		} else if oldestAt.IsZero() || at.Before(oldestAt) {
			oldest, oldestAt = w, at
		}
	}
	if len(s.last) >= slowmodeMax {
		delete(s.last, oldest)
	}
}

// noteMessage looks at a message's row, as soon as it is proposed, for slowmode's sake.
func (g *guild) noteMessage(row *guildhall.Row) error {
	id := guildhall.ChannelID(guildhall.IDFromKey[struct{}](row.Part))
	view := g.state.Proposed()
	c := view.Channel(id)
	if t := view.Thread(id); t != nil {
		c = t.Channel()
	}
	if row.Delete || c == nil || c.RateLimitPerUser == 0 {
		return nil
	}
	var m struct {
		ID     guildhall.MessageID   `json:"id"`
		Type   guildhall.MessageType `json:"type"`
		Author struct {
			ID guildhall.UserID `json:"id"`
		} `json:"author"`
	}
	if err := json.Unmarshal(row.Value, &m); err != nil {
		return fmt.Errorf("message in channel %s: %w", c.ID, err)
	}
	// One that is not newer than all before it was written long ago, and has only changed.
	if !m.Type.IsSystem() && m.ID > view.LastMessage(id) {
		g.slow.note(writer{c.ID, m.Author.ID, false}, m.ID.Time())
	}
	return nil
}

// noteThread looks at a thread that has just been proposed, for the slowmode of its channel.
func (g *guild) noteThread(t *guildhall.Thread) {
	c := g.state.Proposed().Channel(t.ParentID)
	if c != nil && c.RateLimitPerUser != 0 {
		g.slow.note(writer{c.ID, t.OwnerID, true}, t.Metadata.CreateTimestamp.Time())
	}
}
