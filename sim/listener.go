package sim

// pure core

import (
	"encoding/json"
	"fmt"
	"time"

	"guildhall"
	"guildhall/gateway"
	"guildhall/history"
	"guildhall/sessions"
)

// listener is a gateway client: it has a session, loses its socket, resumes or identifies anew, and notes what it gets.
type listener struct {
	w       *world
	name    string
	user    guildhall.User
	intents guildhall.Intents
	// node is where it has, or had last, its session.
	node *sessionsNode
	// socket is what the node knows it by; zero while it has none.
	socket sessions.Socket
	// session is the id of the session to be resumed; "" for none.
	session  string
	lifetime int
	seq      uint64
	// lag is how long a frame takes at most; arrives is when the frame sent last arrives: a socket keeps order.
	lag, arrives time.Duration
	dialing      bool
	ready        bool
	// shown are the guilds that the session has been told of, with the channels.
	shown map[guildhall.Object]map[guildhall.ChannelID]bool
}

// connect makes the listeners, of every user one or two.
func (w *world) connect() {
	intents := []guildhall.Intents{
		guildhall.IntentsAll, guildhall.IntentsAll &^ guildhall.IntentMessageContent, guildhall.IntentsAll &^ guildhall.IntentGuildMembers,
	}
	for i := range w.stage.users {
		for k := range 1 + w.rng.IntN(2) {
			l := &listener{
				w: w, name: fmt.Sprintf("session-%d-%d", i, k), user: w.stage.users[i], intents: pick(w, intents), node: pick(w, w.sessions),
			}
			l.lag = 5 * time.Millisecond
			if w.chance(0.4) {
				l.lag = 500 * time.Millisecond
			}
			l.node.listeners = append(l.node.listeners, l)
			w.listeners = append(w.listeners, l)
			l.dial()
		}
	}
}

// dial tries to get a socket: it resumes where it can, and identifies else.
func (l *listener) dial() {
	if l.dialing || l.socket != (sessions.Socket{}) {
		return
	}
	l.dialing = true
	away := awayUsual
	if l.w.faults.active {
		away = l.w.mix.away
	}
	l.w.after(l.w.between(5*time.Millisecond, away), func() {
		l.dialing = false
		if !l.node.up || l.node.frozen {
			l.dial()
			return
		}
		if l.session != "" {
			l.resume()
		} else {
			l.identify()
		}
	})
}

// identity is as if the owner had just been asked: tokens don't end here.
func (l *listener) identity() guildhall.Identity {
	return guildhall.Identity{
		User: l.user.ID, TokenHash: "token of " + l.name, Intents: guildhall.IntentsPrivileged, Position: 1 << 40,
	}
}

func (l *listener) identify() {
	l.lifetime++
	l.seq, l.ready, l.shown = 0, false, make(map[guildhall.Object]map[guildhall.ChannelID]bool)
	id := fmt.Sprintf("%s-%d", l.name, l.lifetime)
	l.w.trace("%s identifies at %s", id, l.node.name)
	intents := l.intents
	l.node.step(func(c *sessions.Core) {
		k, ok := c.Identify(l.node.clock(), sessions.NewSession{
			ID: id, Identity: l.identity(), Version: 10,
			Identify: &gateway.Identify{Intents: &intents, Presence: &gateway.PresenceUpdate{Status: gateway.StatusOnline}},
		})
		if ok {
			l.socket, l.session = k, id
		}
	})
	if l.socket == (sessions.Socket{}) {
		l.dial()
	}
}

func (l *listener) resume() {
	outcome, from := sessions.ResumeInvalid, l.seq
	if l.w.opts.Bug == BugResumesLate && l.w.chance(0.5) {
		from, l.seq = from+1, from+1
	}
	before := l.node.readCore()
	if l.w.opts.Bug == BugForgetsShownAgain {
		l.forgetShownAgain()
	}
	l.node.step(func(c *sessions.Core) {
		l.socket, outcome = c.Resume(l.node.clock(), l.session, l.identity(), from)
	})
	l.w.trace("%s resumes after %d: %d", l.session, l.seq, outcome)
	switch outcome {
	case sessions.Resumed:
		l.w.hit(HitResumed)
		l.checkReplay(before, l.node.readCore(), from)
	case sessions.ResumeSequence:
		if l.w.opts.Bug == BugResumesLate {
			l.seq--
			l.dial()
			return
		}
		l.w.violate(CheckDelivery, "%s has got %d, which the node says it never sent", l.session, l.seq)
	default:
		l.w.hit(HitResumeInvalid)
		l.lost()
		l.dial()
	}
}

func (l *listener) note(state history.State, seq uint64) {
	s := &history.Session{Session: l.name, Lifetime: l.lifetime, State: state, Seq: seq, User: l.user.ID, Intents: l.intents}
	if state == history.Ready {
		s.Objects = []guildhall.Object{guildhall.UserObject(l.user.ID)}
	}
	l.w.recorder.Record(s)
}

// lost ends the lifetime: nothing more is owed to it.
func (l *listener) lost() {
	if l.ready {
		l.note(history.Ended, 0)
	}
	l.session, l.ready = "", false
}

// broken is a socket that ended without a word.
func (l *listener) broken() {
	if l.socket == (sessions.Socket{}) {
		return
	}
	if l.ready {
		l.note(history.Down, 0)
	}
	l.socket = sessions.Socket{}
	l.dial()
}

// cut breaks the socket; the node notices a little later, or never.
func (l *listener) cut() {
	k := l.socket
	if k == (sessions.Socket{}) || !l.node.up {
		return
	}
	l.broken()
	if l.w.chance(0.8) {
		l.node.receive(l.w.between(0, time.Second), func() {
			l.node.step(func(c *sessions.Core) { c.Gone(l.node.clock(), k, false) })
		})
	}
}

// dropped is a socket that the node took the session from.
func (l *listener) dropped(d sessions.Drop) {
	l.w.trace("%s is dropped, invalid: %v, code %d", l.session, d.Invalid, d.Code)
	if l.ready {
		l.note(history.Down, 0)
	}
	l.socket = sessions.Socket{}
	if d.Invalid || d.Code == gateway.CloseAuthenticationFailed {
		l.lost()
	}
	l.dial()
}

// take fetches what waits at the node and has it arrive in order.
func (l *listener) take(k sessions.Socket) {
	for more := true; more && l.node.core != nil; {
		var raw []sessions.Frame
		raw, more = l.node.core.Take(l.node.clock(), k, nil, takeBytes)
		frames := l.parseFrames(raw)
		l.arrives = max(l.arrives+1, l.w.now+l.w.between(100*time.Microsecond, l.lag))
		l.w.after(l.arrives-l.w.now, func() {
			if l.socket != k {
				return
			}
			for _, f := range frames {
				l.receive(f)
			}
		})
	}
}

// receive notes one dispatch.
func (l *listener) receive(f frame) {
	l.seq = f.Sequence
	l.w.note(5, f.Sequence, uint64(len(f.data)))
	switch f.kind {
	case gateway.EventReady:
		l.ready = true
		l.note(history.Ready, f.Sequence)
	case gateway.EventResumed:
		l.note(history.Resumed, f.Sequence)
	default:
		l.w.recorder.Record(l.describe(f))
	}
}

// describe says which event of which record a dispatch is.
func (l *listener) describe(f frame) *history.Receive {
	r := &history.Receive{Session: l.name, Lifetime: l.lifetime, Seq: f.Sequence, Type: f.kind}
	var v struct {
		ID      guildhall.Snowflake `json:"id"`
		Guild   guildhall.GuildID   `json:"guild_id"`
		Channel guildhall.ChannelID `json:"channel_id"`
		Nonce   string              `json:"nonce"`
		Content string              `json:"content"`
		Author  struct {
			ID guildhall.UserID `json:"id"`
		} `json:"author"`
	}
	_ = json.Unmarshal(f.data, &v) // an array is none of these
	r.Object = guildhall.GuildObject(v.Guild)
	switch f.kind {
	case gateway.EventGuildCreate:
		r.Object, r.Position = guildhall.GuildObject(guildhall.GuildID(v.ID)), f.at.position
		l.guildShown(r.Object, f)
		return r
	case gateway.EventGuildDelete:
		r.Object = guildhall.GuildObject(guildhall.GuildID(v.ID))
		delete(l.shown, r.Object)
		return r
	case gateway.EventChannelCreate, gateway.EventChannelDelete:
		l.channelShown(r.Object, guildhall.ChannelID(v.ID), f)
	}
	r.ID, r.Hash = describe(&guildhall.Event{Type: f.kind, Data: f.data})
	r.Channel, r.Author, r.Nonce = v.Channel, v.Author.ID, v.Nonce
	if at := f.event; at != nil {
		record := l.w.model.peek(at.object).record(at.position)
		r.Position, r.Part, r.Epoch, r.Object = at.position, at.part, record.Epoch, at.object
		r.Channel = record.Events[at.part].Audience.Channel
		l.checkContent(f.kind, v.Content, record.Events[at.part].Data)
		return r
	}
	if mayBeMadeUp(f.kind) || f.kind == gateway.EventPresenceUpdate || v.Guild == 0 {
		return r // made up by the node for what came into or went out of sight, or not logged
	}
	l.w.violate(CheckDelivery, "%s got %s %s, which is in no record", l.session, f.kind, f.data)
	return r
}

// find looks an event up by what it says, and by its place where there are several that say it.
func (l *listener) find(f frame) *place {
	places := l.w.model.told[f.kind+string(f.data)]
	if len(places) == 0 {
		places = l.w.model.stripped(f.kind, f.data)
	}
	for _, at := range places {
		if len(places) == 1 && !mayBeMadeUp(f.kind) || at.object == f.at.object && at.position == f.at.position {
			return &at
		}
	}
	if len(places) > 0 && !mayBeMadeUp(f.kind) {
		l.w.violate(CheckDelivery, "%s got %s %s of %v %d, where the record says something else", l.session, f.kind, f.data, f.at.object, f.at.position)
	}
	return nil
}

// checkContent judges that message content goes only to those who asked for it and may have it, who wrote it and who is
// mentioned. discord: events/gateway#message-content-intent
func (l *listener) checkContent(kind, content string, data []byte) {
	if content == "" || l.intents.Has(guildhall.IntentMessageContent) {
		return
	}
	var m struct {
		Author struct {
			ID guildhall.UserID `json:"id"`
		} `json:"author"`
		Mentions []struct {
			ID guildhall.UserID `json:"id"`
		} `json:"mentions"`
	}
	_ = json.Unmarshal(data, &m) // judged at its commit
	mine := m.Author.ID == l.user.ID
	for _, u := range m.Mentions {
		mine = mine || u.ID == l.user.ID
	}
	if !mine {
		l.w.violate(CheckEntitled, "%s got the content of %s without the intent", l.session, kind)
	}
}
