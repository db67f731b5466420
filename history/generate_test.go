package history_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
	"pgregory.net/rapid"
)

// world is a server that is right, played at random. It commits, delivers, resumes and answers as the protocol has it,
// and records everything.
type world struct {
	*scene
	t        *rapid.T
	changing bool // permissions change
	nextID   guildhall.Snowflake
	shown    map[guildhall.ChannelID][]history.Item
	hidden   map[guildhall.UserID]map[guildhall.ChannelID]bool
	pending  []*write
	members  []*member
	sent     int
}

// write is an operation under way.
type write struct {
	told
	invoke    history.Invoke
	id        guildhall.Snowflake
	committed bool
	gives     *history.Grant
}

// member is a session.
type member struct {
	name     string
	user     guildhall.UserID
	lifetime int
	up       bool
	seq      uint64
	waiting  []history.Receive
}

func channels() []guildhall.ChannelID { return []guildhall.ChannelID{town, vault} }

func (w *world) n(most int, what string) int { return rapid.IntRange(0, most-1).Draw(w.t, what) }

func newWorld(t *rapid.T, changing bool) *world {
	w := &world{
		scene: newScene(), t: t, changing: changing, nextID: 1000,
		shown:  map[guildhall.ChannelID][]history.Item{},
		hidden: map[guildhall.UserID]map[guildhall.ChannelID]bool{ann: {}, bob: {}, eve: {vault: true}},
	}
	w.everyone()
	w.grant(eve, vault, false)
	for i, u := range []guildhall.UserID{ann, bob, eve} {
		m := &member{name: fmt.Sprintf("s%d", i), user: u}
		w.members = append(w.members, m)
		w.start(m)
	}
	return w
}

func (w *world) start(m *member) {
	m.lifetime, m.up, m.seq, m.waiting = m.lifetime+1, true, 2, nil
	w.Record(&history.Session{Session: m.name, Lifetime: m.lifetime, State: history.Ready, Seq: 1, User: m.user})
	w.Record(&history.Receive{Session: m.name, Lifetime: m.lifetime, Seq: 2, Object: guild, Position: w.head, Type: "GUILD_CREATE"})
}

func (w *world) step() {
	switch w.n(16, "step") {
	case 0, 1, 2, 3, 4:
		w.invoke()
	case 5, 6, 7, 8:
		if len(w.pending) > 0 {
			w.proceed(w.n(len(w.pending), "pending"))
		}
	case 9, 10:
		w.receive(w.members[w.n(len(w.members), "member")], 2)
	case 11, 12:
		w.read()
	case 13, 14:
		w.move(w.members[w.n(len(w.members), "member")])
	case 15:
		w.takeover()
	}
}

func (w *world) invoke() {
	u := []guildhall.UserID{ann, bob}[w.n(2, "user")]
	c := channels()[w.n(2, "channel")]
	w.sent++
	text := fmt.Sprint("text ", w.sent)
	if w.n(6, "same text") == 0 {
		text = "hello"
	}
	i := sending(u, c, text)
	if items := w.shown[c]; len(items) > 0 {
		target := items[w.n(len(items), "target")].ID
		switch w.n(8, "kind") {
		case 0:
			i = editing(u, c, target, text)
		case 1:
			i = deleting(u, c, target)
		case 2:
			i = editing(u, c, target, text)
			i.Kind = history.React
		}
	}
	if w.changing && w.n(6, "permissions") == 0 {
		w.change(u, c)
		return
	}
	if i.Kind == history.Send && w.n(3, "nonce") == 0 {
		i = nonced(i, fmt.Sprint("nonce ", w.sent))
	}
	w.pending = append(w.pending, &write{told: w.begin(i), invoke: i})
}

// change starts a change of what a user sees; the dispatch of it goes to who sees the channel afterwards.
func (w *world) change(u guildhall.UserID, c guildhall.ChannelID) {
	i := history.Invoke{User: u, Kind: history.OverwriteChange, Channel: c}
	p := &write{told: w.begin(i), invoke: i}
	p.receive.Type = "CHANNEL_UPDATE"
	of := []guildhall.UserID{bob, eve}[w.n(2, "of")]
	p.gives = &history.Grant{User: of, Object: guild, Channel: c, Sees: w.n(2, "sees") == 0, Op: p.op}
	w.pending = append(w.pending, p)
}

// proceed takes an operation a step on: to its commit, to its answer, or to the loss of it and a retry.
func (w *world) proceed(at int) {
	p := w.pending[at]
	if !p.committed && w.n(10, "never") > 0 {
		w.apply(p)
		return
	}
	w.pending = slices.Delete(w.pending, at, at+1)
	switch {
	case !p.committed && w.n(2, "refused") == 0:
		w.Fail(p.op, "429")
		if p.gives != nil {
			w.Record(p.gives)
		}
	case w.n(5, "lost") > 0 && p.committed:
		w.ok(p.told, p.id)
	default:
		w.Unknown(p.op, "timeout")
		if p.committed && p.invoke.Enforced {
			p.invoke.Request = history.Request{}
			retry := w.begin(p.invoke)
			retry.receive = p.receive
			w.ok(retry, p.id)
		}
	}
}

// apply commits an operation, shows it and lines it up for those who may see it.
func (w *world) apply(p *write) {
	p.committed = true
	c := p.invoke.Channel
	at := slices.IndexFunc(w.shown[c], func(i history.Item) bool { return i.ID == p.invoke.Target })
	if p.invoke.Target != 0 && at < 0 { // deleted meanwhile
		w.Fail(p.op, "404")
		w.pending = slices.DeleteFunc(w.pending, func(o *write) bool { return o == p })
		return
	}
	switch p.invoke.Kind {
	case history.Send:
		w.nextID++
		p.id = w.nextID
		w.shown[c] = append(w.shown[c], history.Item{ID: p.id, Hash: p.invoke.Hash})
	case history.Edit:
		w.shown[c][at].Hash = p.invoke.Hash
	case history.Delete:
		w.shown[c] = slices.Delete(slices.Clone(w.shown[c]), at, at+1)
	}
	w.commit(&p.told, p.id)
	if g := p.gives; g != nil {
		g.Position = w.head
		w.hidden[g.User][g.Channel] = !g.Sees
		w.Record(g)
	}
	for _, m := range w.members {
		if !w.hidden[m.user][c] {
			m.waiting = append(m.waiting, p.receive)
		}
	}
}

// receive gives a session what waits for it.
func (w *world) receive(m *member, most int) {
	for ; m.up && most > 0 && len(m.waiting) > 0; most-- {
		r := m.waiting[0]
		m.waiting = m.waiting[1:]
		m.seq++
		r.Session, r.Lifetime, r.Seq = m.name, m.lifetime, m.seq
		w.Record(&r)
	}
}

// move cuts, resumes or renews a session.
func (w *world) move(m *member) {
	session := &history.Session{Session: m.name, Lifetime: m.lifetime}
	switch {
	case m.up:
		m.up, session.State = false, history.Down
		w.Record(session)
	case w.n(3, "op 9") == 0:
		session.State = history.Ended
		w.Record(session)
		w.start(m)
	default:
		m.waiting = slices.DeleteFunc(m.waiting, func(r history.Receive) bool { return w.hidden[m.user][r.Channel] })
		m.up = true
		w.receive(m, len(m.waiting))
		m.seq++
		session.State, session.Seq = history.Resumed, m.seq
		w.Record(session)
	}
}

// read notes a page as of a moment between its start and its end.
func (w *world) read() {
	u := []guildhall.UserID{ann, bob}[w.n(2, "reader")]
	c := channels()[w.n(2, "channel")]
	if w.hidden[u][c] {
		return
	}
	items := slices.Clone(w.shown[c])
	start := w.Now()
	p := &history.Page{Client: u.String(), User: u, Channel: c, Start: start, Items: items}
	if limit := w.n(4, "limit") * 2; limit > 0 {
		p.Limit = limit
		p.Items = items[max(0, len(items)-limit):]
	}
	w.Record(p)
}

func (w *world) takeover() {
	w.Record(&history.Seal{Log: history.LogID{w.log}, Last: w.batch})
	w.log, w.batch, w.epoch = w.log+1, 0, w.epoch+1
}

// end brings everything to rest: all sessions get what they are owed, and time enough passes.
func (w *world) end() *history.History {
	for len(w.pending) > 0 {
		w.proceed(0)
	}
	for _, m := range w.members {
		if !m.up {
			w.move(m)
		}
		w.receive(m, len(m.waiting))
	}
	for _, c := range channels() {
		w.final(c, w.shown[c]...)
	}
	return w.close()
}

// anyHistory draws a correct run.
func anyHistory(t *rapid.T, changing bool) *history.History {
	w := newWorld(t, changing)
	for range 80 {
		w.step()
	}
	return w.end()
}

func TestCorrectHistoriesPass(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := anyHistory(t, rapid.Bool().Draw(t, "changing"))
		full := history.Options{StoreOrder: true, FreshReads: true}
		for name, run := range map[string]struct {
			h *history.History
			o history.Options
		}{
			"all known":            {h, full},
			"as written and read":  {copyOf(h), full},
			"log read at the end":  {logAtEnd(h), history.Options{}},
			"clients only":         {clientsOnly(h), history.Options{FreshReads: true}},
			"clients without s":    {withoutSeq(clientsOnly(h)), history.Options{}},
			"clients and the log":  {clientsAndLog(h), history.Options{}},
			"positions, no record": {withoutRecords(h), history.Options{}},
		} {
			if err := history.Check(run.h, run.o).Err(); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, history.Check(run.h, run.o))
			}
		}
	})
}

// logAtEnd moves the records to the end, where a test finds them that reads the tables afterwards.
func logAtEnd(h *history.History) *history.History {
	var first, last []history.Entry
	end := h.Entries[len(h.Entries)-1].At + time.Second
	for _, e := range h.Entries {
		switch e.Fact.(type) {
		case *history.Commit, *history.Seal:
			e.At = end
			last = append(last, e)
		default:
			first = append(first, e)
		}
	}
	return &history.History{Entries: append(first, last...)}
}

func withoutSeq(h *history.History) *history.History {
	c := copyOf(h)
	for _, e := range c.Entries {
		switch f := e.Fact.(type) {
		case *history.Receive:
			f.Seq = 0
		case *history.Session:
			f.Seq = 0
		}
	}
	return c
}

// clientsAndLog has clients that know no positions, and the owners' records.
func clientsAndLog(h *history.History) *history.History {
	all := clientsOnly(h)
	for _, e := range logAtEnd(h).Entries {
		switch e.Fact.(type) {
		case *history.Commit, *history.Seal:
			all.Entries = append(all.Entries, e)
		}
	}
	return all
}

func withoutRecords(h *history.History) *history.History {
	c := copyOf(h)
	c.Entries = slices.DeleteFunc(c.Entries, func(e history.Entry) bool {
		_, ok := e.Fact.(*history.Commit)
		return ok
	})
	return c
}
