package history_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
)

const (
	ann guildhall.UserID = 11
	bob guildhall.UserID = 12
	eve guildhall.UserID = 13

	town  guildhall.ChannelID = 21
	vault guildhall.ChannelID = 22
)

var guild = guildhall.Object{Kind: guildhall.KindGuild, ID: 1}

// scene records a small history by hand, with a clock that goes on by a millisecond an entry.
type scene struct {
	*history.Recorder
	now     time.Duration
	log     byte
	batch   uint64
	head    uint64
	epoch   uint64
	request uint64
	seq     map[string]uint64
}

func newScene() *scene {
	s := &scene{log: 1, epoch: 5, seq: map[string]uint64{}}
	s.Recorder = history.NewRecorder(nil, func() time.Duration { s.now += time.Millisecond; return s.now })
	return s
}

func (s *scene) sleep(d time.Duration) { s.now += d }

func (s *scene) nextRequest() (r history.Request) {
	s.request++
	binary.BigEndian.PutUint64(r[:], s.request)
	return r
}

// grant says what a user sees since before the history.
func (s *scene) grant(u guildhall.UserID, c guildhall.ChannelID, sees bool) {
	s.Record(&history.Grant{User: u, Object: guild, Channel: c, Sees: sees})
}

// everyone lets all users see both channels.
func (s *scene) everyone() {
	for _, u := range []guildhall.UserID{ann, bob, eve} {
		s.grant(u, 0, true)
		s.grant(u, town, true)
		s.grant(u, vault, true)
	}
}

func (s *scene) next(session string) uint64 {
	s.seq[session]++
	return s.seq[session]
}

// ready starts lifetime 1 of a session that has the guild up to the head.
func (s *scene) ready(session string, u guildhall.UserID) {
	s.Record(&history.Session{Session: session, Lifetime: 1, State: history.Ready, Seq: s.next(session), User: u})
	s.Record(&history.Receive{Session: session, Lifetime: 1, Seq: s.next(session), Object: guild, Position: s.head, Type: "GUILD_CREATE"})
}

func (s *scene) state(session string, state history.State) {
	f := &history.Session{Session: session, Lifetime: 1, State: state}
	if state == history.Resumed {
		f.Seq = s.next(session)
	}
	s.Record(f)
}

// told is a change: its operation, its record, and the dispatch of it.
type told struct {
	op      history.OpID
	request history.Request
	receive history.Receive
}

// begin starts an operation of a user whose client has the user's id as name.
func (s *scene) begin(i history.Invoke) told {
	i.Client, i.Object = i.User.String(), guild
	if i.Request == (history.Request{}) {
		i.Request = s.nextRequest()
	}
	t := told{request: i.Request}
	t.receive = history.Receive{
		Lifetime: 1, Object: guild, Type: i.Kind.Event(), Channel: i.Channel, ID: i.Target, Hash: i.Hash, Author: i.User, Nonce: i.Nonce,
	}
	t.op = s.Begin(i)
	return t
}

// commit puts the change in the log; id is of the message it makes.
func (s *scene) commit(t *told, id guildhall.Snowflake) {
	s.head++
	s.batch++
	t.receive.Position, t.receive.Epoch = s.head, s.epoch
	if id != 0 {
		t.receive.ID = id
	}
	r := &t.receive
	c := &history.Commit{
		Log: history.LogID{s.log}, Batch: s.batch, Object: guild, Position: s.head, Epoch: s.epoch, Request: t.request,
		Snowflake: guildhall.Snowflake(1000 + s.head),
		Events:    []history.Event{{Type: r.Type, Channel: r.Channel, ID: r.ID, Hash: r.Hash}},
	}
	if r.Type == "" {
		c.Events = nil
	}
	s.Record(c)
}

func (s *scene) ok(t told, id guildhall.Snowflake) {
	s.Record(&history.Outcome{Op: t.op, Result: history.OK, ID: id, Position: t.receive.Position, Epoch: t.receive.Epoch})
}

// do is begin, commit and ok.
func (s *scene) do(i history.Invoke, id guildhall.Snowflake) told {
	t := s.begin(i)
	s.commit(&t, id)
	s.ok(t, id)
	return t
}

func sending(u guildhall.UserID, c guildhall.ChannelID, text string) history.Invoke {
	return history.Invoke{User: u, Kind: history.Send, Channel: c, Hash: history.HashOf(text)}
}

func editing(u guildhall.UserID, c guildhall.ChannelID, id guildhall.Snowflake, text string) history.Invoke {
	return history.Invoke{User: u, Kind: history.Edit, Channel: c, Target: id, Hash: history.HashOf(text)}
}

func deleting(u guildhall.UserID, c guildhall.ChannelID, id guildhall.Snowflake) history.Invoke {
	return history.Invoke{User: u, Kind: history.Delete, Channel: c, Target: id}
}

func (s *scene) send(u guildhall.UserID, c guildhall.ChannelID, id guildhall.Snowflake, text string) told {
	return s.do(sending(u, c, text), id)
}

// deliver gives the change to sessions.
func (s *scene) deliver(t told, sessions ...string) {
	for _, name := range sessions {
		r := t.receive
		r.Session, r.Seq = name, s.next(name)
		s.Record(&r)
	}
}

func item(id guildhall.Snowflake, text string) history.Item {
	return history.Item{ID: id, Hash: history.HashOf(text)}
}

func (s *scene) page(u guildhall.UserID, c guildhall.ChannelID, items ...history.Item) {
	s.sleep(time.Millisecond)
	start := s.Now()
	s.sleep(time.Millisecond)
	s.Record(&history.Page{Client: u.String(), User: u, Channel: c, Start: start, Items: items})
}

func (s *scene) final(c guildhall.ChannelID, items ...history.Item) {
	s.Record(&history.Final{Channel: c, Items: items})
}

// close lets enough time pass for everything to be owed.
func (s *scene) close() *history.History {
	s.sleep(time.Minute)
	s.Record(&history.Fault{Name: "none"})
	return s.History()
}

// story is a correct run with something for every check to judge.
func story() *scene {
	s := newScene()
	s.everyone()
	s.grant(eve, vault, false)
	s.ready("A", ann)
	s.ready("E", eve)
	one := s.send(ann, town, 101, "one")
	s.deliver(one, "A", "E")
	secret := s.send(ann, vault, 102, "secret")
	s.deliver(secret, "A")
	s.page(ann, town, item(101, "one"))
	two := s.send(bob, town, 103, "two")
	edit := s.do(editing(ann, town, 101, "uno"), 0)
	s.state("E", history.Down)
	s.deliver(two, "A")
	s.Record(&history.Seal{Log: history.LogID{1}, Last: s.batch})
	s.log, s.batch, s.epoch = 2, 0, 7
	s.state("E", history.Resumed)
	s.deliver(two, "E")
	s.deliver(edit, "A", "E")
	s.page(ann, town, item(101, "uno"), item(103, "two"))
	three := s.send(bob, town, 104, "three")
	s.Record(&history.Ack{Log: history.LogID{2}, Object: guild, Position: s.head, Epoch: 7})
	s.Record(&history.Publish{Log: history.LogID{2}, Object: guild, Position: s.head, Epoch: 7})
	four := s.send(bob, town, 105, "four")
	s.deliver(three, "A", "E")
	s.deliver(four, "A", "E")
	gone := s.do(deleting(bob, town, 104), 0)
	s.deliver(gone, "A", "E")
	s.final(town, item(101, "uno"), item(103, "two"), item(105, "four"))
	s.final(vault, item(102, "secret"))
	return s
}

// clientsOnly takes out what a client of the public interface can't know.
func clientsOnly(h *history.History) *history.History {
	all := &history.History{}
	for _, e := range copyOf(h).Entries {
		switch f := e.Fact.(type) {
		case *history.Commit, *history.Ack, *history.Publish, *history.Seal:
			continue
		case *history.Invoke:
			f.Request = history.Request{}
		case *history.Outcome:
			f.Position, f.Epoch = 0, 0
		case *history.Receive:
			f.Position, f.Epoch, f.Part = 0, 0, 0
		case *history.Grant:
			f.Position = 0
		}
		all.Entries = append(all.Entries, e)
	}
	return all
}

// copyOf goes through the written form.
func copyOf(h *history.History) *history.History {
	var b bytes.Buffer
	for _, e := range h.Entries {
		text, err := e.MarshalJSON()
		if err != nil {
			panic(err)
		}
		b.Write(append(text, '\n'))
	}
	c, err := history.Read(&b)
	if err != nil {
		panic(err)
	}
	return c
}

func failing(r *history.Report) []string {
	var names []string
	for _, f := range r.Findings {
		if f.Verdict == history.Violated {
			names = append(names, f.Check)
		}
	}
	return names
}

// wantFailing checks that exactly the checks named in want ("H1 H5", or "") fail.
func wantFailing(t *testing.T, h *history.History, o history.Options, want string) {
	t.Helper()
	r := history.Check(h, o)
	if got := strings.Join(failing(r), " "); got != want {
		t.Errorf("failing checks are %q, want %q\n%s", got, want, r)
	}
	if len(r.Problems) > 0 {
		t.Errorf("problems of the recording: %q", r.Problems)
	}
	for _, f := range r.Findings {
		for _, v := range f.Violations {
			if len(v.Entries) == 0 {
				t.Errorf("%s: no entries shown for %q", f.Check, v.Text)
			}
		}
	}
}

// find gives the place of the n-th entry (from 0) that a fact of type F matches.
func find[F history.Fact](h *history.History, n int, match func(F) bool) int {
	return slices.IndexFunc(h.Entries, func(e history.Entry) bool {
		f, ok := e.Fact.(F)
		if !ok || !match(f) {
			return false
		}
		n--
		return n < 0
	})
}
