package sim

// pure core

import (
	"encoding/json"

	"guildhall"
)

// replayed is an event that waits in a session's stream, as far as the judgement of a RESUME goes.
type replayed struct {
	object   guildhall.Object
	position uint64
	kind     string
	channel  guildhall.ChannelID
}

// missedBy lists what a session's client has not got of the messages and reactions of guilds, with how often each is
// there: what else is told may have been made up by the node.
func (s *savedCore) missedBy(session string, after uint64) map[replayed]int {
	missed := make(map[replayed]int)
	for _, of := range s.Sessions {
		if of.ID != session {
			continue
		}
		first := of.Sequence - uint64(len(of.Stream)) + 1
		for i, entry := range of.Stream {
			e := &s.Events[entry.Event]
			switch e.Type {
			case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE":
			default:
				continue
			}
			if first+uint64(i) > after && e.Audience != nil && !e.Audience.Before {
				missed[replayed{e.Object, e.Position, e.Type, e.Channel}]++
			}
		}
	}
	return missed
}

// position is up to where the node has delivered an object's records; shown tells whether the session was told of it.
func (s *savedCore) position(o guildhall.Object, session string) (at uint64, shown bool) {
	for i := range s.Objects {
		if s.Objects[i].Name != o {
			continue
		}
		for _, v := range s.Objects[i].Viewers {
			for _, a := range v.Attachments {
				shown = shown || a.Session == session && a.Shown
			}
		}
		return s.Objects[i].Position, shown
	}
	return 0, false
}

// checkReplay judges a RESUME by the node's state before and after it: what the client missed is replayed if the user may
// see it as of the position that the node has come to, whatever was hidden and shown again meanwhile, and not if not.
// The history can't tell, because it does not know how far the node was. design §4
func (l *listener) checkReplay(before, after *savedCore, from uint64) {
	was, is := before.missedBy(l.session, from), after.missedBy(l.session, from)
	for e, times := range was {
		at, shown := before.position(e.object, l.session)
		if !shown {
			continue
		}
		sight := l.w.model.peek(e.object).sight
		sees := sight.at(at).sees(l.user.ID, e.channel)
		hidden := false
		for p := e.position + 1; p <= at && !hidden; p++ {
			hidden = !sight.at(p).sees(l.user.ID, e.channel)
		}
		switch {
		case sees && hidden:
			l.w.hit(HitReplayShownAgain)
		case !sees:
			l.w.hit(HitReplayHidden)
			times = 0
		}
		if is[e] != times {
			l.w.violate(CheckEntitled, "%s resumes after %d with %d times %s of %v %d in channel %v, and should with %d: sees it at %d: %v, was hidden: %v",
				l.session, from, is[e], e.kind, e.object, e.position, e.channel, times, at, sees, hidden)
		}
	}
}

// forgetShownAgain is a planted bug: what was hidden meanwhile is left out of a replay, though it is to be seen again.
func (l *listener) forgetShownAgain() {
	text, err := l.node.core.MarshalJSON()
	var state map[string]any
	if err == nil {
		err = json.Unmarshal(text, &state)
	}
	if err != nil {
		return
	}
	events, _ := state["events"].([]any)
	all, _ := state["sessions"].([]any) // null for none
	for _, of := range all {
		s, _ := of.(map[string]any)
		if s["id"] != l.session {
			continue
		}
		stream, _ := s["stream"].([]any)
		for _, entry := range stream {
			e, _ := entry.(map[string]any)
			if n, ok := e["event"].(float64); ok && e["revoked"] == true {
				events[int(n)].(map[string]any)["audience"] = nil
			}
		}
	}
	if text, err = json.Marshal(state); err == nil {
		_ = l.node.core.UnmarshalJSON(text) // a bug that is not planted is not found
	}
}
