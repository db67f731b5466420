package guildhall

import (
	"cmp"
	"iter"
	"slices"
)

// Most of a guild's threads are archived, and what is done often is about the others: which are told apart as rows are
// folded in, so that nobody has to look through all.

// applyThreadRow folds a thread's row in, and whether it is among those that are open.
func (s *GuildState) applyThreadRow(id ChannelID, row *Row, phase Phase) error {
	if err := apply(&s.threads, id, row, phase); err != nil {
		return err
	}
	if phase == Commit {
		s.openThreads.Commit(id)
		return nil
	}
	t, _ := s.threads.Get(id, phase == Stage)
	open := t != nil && !t.Metadata.Archived
	if phase == Stage {
		s.openThreads.Stage(id, t, open)
	} else {
		s.openThreads.Set(id, t, open)
	}
	return nil
}

// OpenThreads walks the threads that nobody has archived, in no order. Those that have been left alone for long are among
// them until their owner archives them; see ThreadArchived.
func (v GuildView) OpenThreads() iter.Seq2[ChannelID, *Thread] { return v.s.openThreads.All(v.staged) }

// OpenThreadCount is how many those are.
func (v GuildView) OpenThreadCount() int { return v.s.openThreads.Len(v.staged) }

// OpenThreadsWhere gives those that keep admits, the oldest first.
func (v GuildView) OpenThreadsWhere(keep func(*Thread) bool) []*Thread {
	return where(v.OpenThreads(), keep)
}

// ThreadsWhere gives the threads that keep admits, the oldest first.
func (v GuildView) ThreadsWhere(keep func(*Thread) bool) []*Thread {
	return where(v.s.threads.All(v.staged), keep)
}

func where(all iter.Seq2[ChannelID, *Thread], keep func(*Thread) bool) []*Thread {
	var kept []*Thread
	for _, t := range all {
		if keep(t) {
			kept = append(kept, t)
		}
	}
	slices.SortFunc(kept, func(a, b *Thread) int { return cmp.Compare(a.ID, b.ID) })
	return kept
}

// ThreadsOf gives the threads that a user is a member of, the oldest first.
func (v GuildView) ThreadsOf(user UserID) []*Thread {
	var of []*Thread
	for id, members := range v.s.threadMembers.All(v.staged) {
		if !members.has(user) {
			continue
		}
		if t := v.Thread(id); t != nil {
			of = append(of, t)
		}
	}
	slices.SortFunc(of, func(a, b *Thread) int { return cmp.Compare(a.ID, b.ID) })
	return of
}

// Timed is what of a guild may fall due with time. At most one field is set.
type Timed struct {
	Thread ChannelID
	Poll   MessageID
	// Events: one of the scheduled events, or who is in voice channels, by which they end.
	Events bool
}

// Timed names what the row changes of what may fall due.
func (r *Row) Timed() Timed {
	if r.Table != TableState || r.Sort == "" {
		return Timed{}
	}
	id := r.Sort[1:]
	switch r.Sort[0] {
	case stateEvent, stateVoice:
		return Timed{Events: true}
	case stateThread:
		if poll, ok := openPollKey(id); ok {
			return Timed{Poll: poll}
		}
		if len(id) == len(Snowflake(0).Key()) {
			return Timed{Thread: IDFromKey[channelKind](id)}
		}
	}
	return Timed{}
}
