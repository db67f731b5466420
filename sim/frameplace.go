package sim

// pure core

import (
	"encoding/json"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// frame is a dispatch on its way to a client.
type frame struct {
	sessions.Frame
	kind string
	data []byte
	// at is its object and position as the core's saved state has them, where what it says leaves that open; else zero.
	at place
	// event is which event of which record it is; nil for what the node made up, and for what is not logged.
	event *place
}

// parseFrames takes frames apart, and looks up the places of those that could be more than one event.
func (l *listener) parseFrames(raw []sessions.Frame) []frame {
	frames := make([]frame, 0, len(raw))
	unclear := false
	for _, f := range raw {
		var v struct {
			T string          `json:"t"`
			D json.RawMessage `json:"d"`
		}
		if err := json.Unmarshal(append([]byte{'{'}, f.Body.Text()...), &v); err != nil {
			l.w.violate(CheckDelivery, "%s is sent %q: %v", l.session, f.Body.Text(), err)
			continue
		}
		frames = append(frames, frame{Frame: f, kind: v.T, data: v.D})
		unclear = unclear || l.unclear(v.T, v.D)
	}
	if unclear {
		l.place(frames)
	}
	for i := range frames {
		frames[i].event = l.find(frames[i])
	}
	return frames
}

// unclear tells whether a dispatch alone does not say where it stands.
func (l *listener) unclear(kind string, data []byte) bool {
	if mayBeMadeUp(kind) || kind == gateway.EventGuildCreate {
		return true
	}
	return len(l.w.model.told[kind+string(data)]) > 1 || len(l.w.model.stripped(kind, data)) > 1
}

// mayBeMadeUp names the events by which a node tells that a channel came into or went out of sight. A record may hold the
// very same.
func mayBeMadeUp(kind string) bool {
	return kind == gateway.EventChannelCreate || kind == gateway.EventChannelDelete
}

// savedCore is what is read of the core's state.
type savedCore struct {
	Events []struct {
		Object   guildhall.Object    `json:"object"`
		Position uint64              `json:"position"`
		Type     string              `json:"type"`
		Channel  guildhall.ChannelID `json:"channel"`
		Audience *guildhall.Audience `json:"audience"`
	} `json:"events"`
	Objects []struct {
		Name     guildhall.Object `json:"name"`
		Position uint64           `json:"position"`
		Viewers  []struct {
			Attachments []struct {
				Session string `json:"session"`
				Shown   bool   `json:"shown"`
			} `json:"attachments"`
		} `json:"viewers"`
	} `json:"objects"`
	Sessions []struct {
		ID       string `json:"id"`
		Sequence uint64 `json:"sequence"`
		Stream   []struct {
			Event int `json:"event"`
		} `json:"stream"`
	} `json:"sessions"`
}

// place reads the frames' places from the core's state.
func (l *listener) place(frames []frame) {
	saved := l.node.savedCore()
	for _, s := range saved.Sessions {
		if s.ID != l.session {
			continue
		}
		first := s.Sequence - uint64(len(s.Stream)) + 1
		for i := range frames {
			if n := frames[i].Sequence; n >= first && n <= s.Sequence {
				e := saved.Events[s.Stream[n-first].Event]
				frames[i].at = place{e.Object, e.Position, 0}
			}
		}
	}
}

// savedCore is the core's state after the present step. Taking events out of streams does not change them, so one copy
// serves all sessions.
func (n *sessionsNode) savedCore() *savedCore {
	if n.saved == nil {
		n.saved = n.readCore()
	}
	return n.saved
}

// readCore reads the core's present state.
func (n *sessionsNode) readCore() *savedCore {
	saved := new(savedCore)
	text, err := n.core.MarshalJSON()
	if err == nil {
		err = json.Unmarshal(text, saved)
	}
	if err != nil {
		n.w.violate(CheckDelivery, "the state of %s can't be read: %v", n.name, err)
	}
	return saved
}
