package history_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
)

// oneCase is a small run by itself; play returns the options to judge it with.
type oneCase struct {
	name string
	want string
	play func(s *scene) history.Options
}

func runCases(t *testing.T, cases []oneCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene()
			o := c.play(s)
			wantFailing(t, s.close(), o, c.want)
		})
	}
}

func plain(play func(s *scene)) func(s *scene) history.Options {
	return func(s *scene) history.Options {
		play(s)
		return history.Options{}
	}
}

func nonced(i history.Invoke, nonce string) history.Invoke {
	i.Nonce, i.Enforced = nonce, true
	return i
}

func TestWrites(t *testing.T) {
	t.Parallel()
	runCases(t, []oneCase{
		{"an unknown send may be there", "", plain(func(s *scene) {
			op := s.begin(sending(ann, town, "a"))
			s.Unknown(op.op, "timeout")
			s.final(town, item(101, "a"))
		})},
		{"or not", "", plain(func(s *scene) {
			op := s.begin(sending(ann, town, "a"))
			s.Unknown(op.op, "timeout")
			s.final(town)
		})},
		{"but not twice", "H3", plain(func(s *scene) {
			s.begin(sending(ann, town, "a"))
			s.final(town, item(101, "a"), item(102, "a"))
		})},
		{"a retry with its nonce finds the message", "", plain(func(s *scene) {
			op := s.begin(nonced(sending(ann, town, "a"), "n"))
			s.commit(&op, 101)
			s.Unknown(op.op, "timeout")
			s.OK(s.begin(nonced(sending(ann, town, "a"), "n")).op, 101)
			s.final(town, item(101, "a"))
		})},
		{"a retry with its nonce makes another", "H3", plain(func(s *scene) {
			s.OK(s.begin(nonced(sending(ann, town, "a"), "n")).op, 101)
			s.OK(s.begin(nonced(sending(ann, town, "a"), "n")).op, 102)
			s.final(town, item(101, "a"), item(102, "a"))
		})},
		{"a nonce is on two delivered messages", "H3", plain(func(s *scene) {
			s.Unknown(s.begin(nonced(sending(ann, town, "a"), "n")).op, "")
			s.Unknown(s.begin(nonced(sending(ann, town, "b"), "n")).op, "")
			s.final(town, history.Item{ID: 101, Hash: history.HashOf("a"), Author: ann, Nonce: "n"},
				history.Item{ID: 102, Hash: history.HashOf("b"), Author: ann, Nonce: "n"})
		})},
		{"the same text twice", "", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.send(ann, town, 102, "a")
			s.final(town, item(101, "a"), item(102, "a"))
		})},
		{"a refused send is there", "H2", plain(func(s *scene) {
			s.Fail(s.begin(sending(ann, town, "a")).op, "403")
			s.final(town, item(101, "a"))
		})},
		{"somebody else's message", "H2", plain(func(s *scene) { s.final(town, item(101, "a")) })},
		{"somebody else is known to write", "", func(s *scene) history.Options {
			s.final(town, item(101, "a"))
			return history.Options{OtherWriters: true}
		}},
		{"an edit that lost to a parallel one", "", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			one, two := s.begin(editing(ann, town, 101, "b")), s.begin(editing(bob, town, 101, "c"))
			s.commit(&two, 0)
			s.ok(two, 0)
			s.commit(&one, 0)
			s.ok(one, 0)
			s.final(town, item(101, "b"))
		})},
		{"a message that may be deleted", "", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			d := s.begin(deleting(bob, town, 101))
			s.commit(&d, 0)
			s.final(town)
		})},
		{"an acknowledged role change without record", "H1", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.OK(s.begin(history.Invoke{User: ann, Kind: history.RoleChange}).op, 0)
		})},
		{"a record of a request that was refused", "H2", plain(func(s *scene) {
			op := s.begin(history.Invoke{User: ann, Kind: history.RoleChange})
			s.commit(&op, 0)
			s.Fail(op.op, "403")
		})},
	})
}

func TestSessions(t *testing.T) {
	t.Parallel()
	// offline plays a message in the vault that eve missed while she had no socket.
	offline := func(s *scene, meanwhile func()) {
		s.everyone()
		s.ready("E", eve)
		s.state("E", history.Down)
		s.send(ann, vault, 101, "a")
		meanwhile()
		after := s.send(ann, town, 102, "b")
		s.deliver(after, "E")
		s.state("E", history.Resumed)
	}
	runCases(t, []oneCase{
		{"what waited is left out at a resume", "H5", plain(func(s *scene) { offline(s, func() {}) })},
		{"what waited is filtered at a resume", "", plain(func(s *scene) {
			offline(s, func() {
				op := s.do(history.Invoke{User: ann, Kind: history.OverwriteChange}, 0)
				s.Record(&history.Grant{User: eve, Object: guild, Channel: vault, Position: s.head, Op: op.op})
			})
		})},
		{"op 9 ends what is owed", "", plain(func(s *scene) {
			s.everyone()
			s.ready("E", eve)
			s.state("E", history.Down)
			s.send(ann, vault, 101, "a")
			s.state("E", history.Ended)
		})},
		{"an unavailable guild comes back with all it missed", "", plain(func(s *scene) {
			s.everyone()
			s.ready("E", eve)
			s.deliver(s.send(ann, town, 101, "a"), "E")
			s.Record(&history.Receive{Session: "E", Lifetime: 1, Seq: s.next("E"), Object: guild, Type: "GUILD_DELETE"})
			s.send(ann, town, 102, "b")
			s.Record(&history.Receive{Session: "E", Lifetime: 1, Seq: s.next("E"), Object: guild, Type: "GUILD_CREATE", Position: s.head})
			s.deliver(s.send(ann, town, 103, "c"), "E")
		})},
		{"the snapshot had it already", "H5", plain(func(s *scene) {
			s.everyone()
			old := s.send(ann, town, 101, "a")
			s.ready("E", eve)
			s.deliver(old, "E")
		})},
		{"a session that READY gave the guild gets nothing", "H9", plain(func(s *scene) {
			s.Record(&history.Grant{User: eve, Object: guild, Sees: true})
			s.Record(&history.Session{Session: "E", Lifetime: 1, State: history.Ready, User: eve, Objects: []guildhall.Object{guild}})
			s.send(ann, town, 101, "a")
		})},
		{"edits are owed too, though their place is not known", "H9", func(s *scene) history.Options {
			s.everyone()
			s.Record(&history.Session{Session: "E", Lifetime: 1, State: history.Ready, User: eve})
			s.OK(s.begin(sending(ann, town, "a")).op, 101)
			s.Record(&history.Receive{Session: "E", Lifetime: 1, Type: "MESSAGE_CREATE", Channel: town, ID: 101, Hash: history.HashOf("a")})
			s.OK(s.begin(editing(ann, town, 101, "b")).op, 0)
			return history.Options{Entitled: history.Everyone}
		}},
		{"slow while there is a fault", "", plain(func(s *scene) { slow(s, 25*time.Second, 9*time.Second) })},
		{"slow after the fault", "H9", plain(func(s *scene) { slow(s, 25*time.Second, 12*time.Second) })},
		{"two sessions with opposite orders", "H4", func(s *scene) history.Options {
			for _, name := range []string{"A", "B"} {
				s.Record(&history.Session{Session: name, Lifetime: 1, State: history.Ready, User: ann})
			}
			s.OK(s.begin(sending(ann, town, "a")).op, 101)
			a := history.Receive{Session: "A", Lifetime: 1, Type: "MESSAGE_CREATE", Object: guild, Channel: town, ID: 101, Hash: history.HashOf("a")}
			b := history.Receive{Session: "A", Lifetime: 1, Type: "MESSAGE_DELETE", Object: guild, Channel: town, ID: 99}
			s.OK(s.begin(deleting(bob, town, 99)).op, 0)
			x, y := a, b
			x.Session, y.Session = "B", "B"
			for _, r := range []*history.Receive{&a, &b, &y, &x} {
				s.Record(r)
			}
			return history.Options{Entitled: history.Everyone}
		}},
		{"one position, two events", "H7", func(s *scene) history.Options {
			for i, name := range []string{"A", "B"} {
				id := guildhall.Snowflake(101 + i)
				s.Record(&history.Session{Session: name, Lifetime: 1, State: history.Ready, User: ann})
				s.OK(s.begin(sending(ann, town, name)).op, id)
				s.Record(&history.Receive{Session: name, Lifetime: 1, Type: "MESSAGE_CREATE", Object: guild, Position: 1, Channel: town, ID: id, Hash: history.HashOf(name)})
			}
			return history.Options{Only: []string{"H1", "H2", "H3", "H4", "H7"}}
		}},
		{"published, then lost and its position used again", "H7", plain(func(s *scene) {
			s.everyone()
			s.ready("A", ann)
			s.send(ann, town, 101, "a")
			lost := s.begin(editing(ann, town, 101, "b"))
			lost.receive.Position = s.head + 1
			s.Unknown(lost.op, "")
			s.do(editing(ann, town, 101, "c"), 0)
			first := history.Receive{Lifetime: 1, Object: guild, Type: "MESSAGE_CREATE", Channel: town, ID: 101, Hash: history.HashOf("a"), Position: 1}
			s.deliver(told{receive: first}, "A")
			s.deliver(lost, "A")
		})},
	})
}

// slow delivers a message after a fault and the time it took since.
func slow(s *scene, fault, since time.Duration) {
	s.everyone()
	s.ready("A", ann)
	s.Record(&history.Fault{Name: "freeze", Active: true})
	m := s.send(ann, town, 101, "a")
	s.sleep(fault)
	s.Record(&history.Fault{Name: "freeze"})
	s.sleep(since)
	s.deliver(m, "A")
}

func TestReads(t *testing.T) {
	t.Parallel()
	runCases(t, []oneCase{
		{"another's message goes away", "H6", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.page(bob, town, item(101, "a"))
			s.page(bob, town)
		})},
		{"another's message is deleted", "", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.page(bob, town, item(101, "a"))
			s.begin(deleting(ann, town, 101))
			s.page(bob, town)
			s.page(bob, town)
		})},
		{"a deleted message comes back", "H6", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.page(bob, town, item(101, "a"))
			s.begin(deleting(ann, town, 101))
			s.page(bob, town)
			s.page(bob, town, item(101, "a"))
		})},
		{"an own deletion is not seen", "H6", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.do(deleting(ann, town, 101), 0)
			s.page(ann, town, item(101, "a"))
		})},
		{"an older content after a newer", "H6", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.sleep(time.Millisecond)
			s.begin(editing(ann, town, 101, "b"))
			s.page(bob, town, item(101, "b"))
			s.page(bob, town, item(101, "a"))
		})},
		{"a full page need not reach back", "", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.send(ann, town, 102, "b")
			start := s.Now() + time.Millisecond
			s.sleep(time.Second)
			s.Record(&history.Page{Client: ann.String(), Channel: town, Start: start, Limit: 1, Items: []history.Item{item(102, "b")}})
			s.Record(&history.Page{Client: ann.String(), Channel: town, Start: start, Limit: 1, After: 100, Items: []history.Item{item(101, "a")}})
		})},
		{"but must be without holes", "H6", plain(func(s *scene) {
			s.send(ann, town, 101, "a")
			s.send(ann, town, 102, "b")
			s.sleep(time.Second)
			s.Record(&history.Page{Client: ann.String(), Channel: town, Start: s.Now() - time.Second/2, Limit: 2, Items: []history.Item{item(102, "b")}})
		})},
		{"another's acknowledged message is not there yet", "", plain(stalePage)},
		{"which FreshReads forbids", "H6", func(s *scene) history.Options {
			stalePage(s)
			return history.Options{FreshReads: true}
		}},
	})
}

func stalePage(s *scene) {
	s.send(ann, town, 101, "a")
	s.page(bob, town)
}

func TestSights(t *testing.T) {
	t.Parallel()
	// revoked plays a revoke without positions, and what eve is sent of a message whose send began by then or not.
	revoked := func(s *scene, sendFirst bool) {
		s.everyone()
		s.Record(&history.Session{Session: "E", Lifetime: 1, State: history.Ready, User: eve})
		var m told
		if sendFirst {
			m = s.begin(sending(ann, vault, "a"))
		}
		op := s.begin(history.Invoke{User: ann, Kind: history.OverwriteChange, Channel: vault})
		s.Record(&history.Grant{User: eve, Object: guild, Channel: vault, Op: op.op})
		s.OK(op.op, 0)
		if !sendFirst {
			m = s.begin(sending(ann, vault, "a"))
		}
		s.OK(m.op, 101)
		m.receive.ID, m.receive.Session = 101, "E"
		s.Record(&m.receive)
	}
	runCases(t, []oneCase{
		{"sent after the revoke was acknowledged", "H8", plain(func(s *scene) { revoked(s, false) })},
		{"sent while it was revoked", "", plain(func(s *scene) { revoked(s, true) })},
		{"without the intent", "H8", plain(func(s *scene) {
			s.everyone()
			s.Record(&history.Session{Session: "E", Lifetime: 1, State: history.Ready, User: eve, Intents: guildhall.IntentGuilds, Objects: []guildhall.Object{guild}})
			m := s.send(ann, town, 101, "a")
			m.receive.Session = "E"
			s.Record(&m.receive)
		})},
		{"nothing is owed without the intent", "", plain(func(s *scene) {
			s.everyone()
			s.Record(&history.Session{Session: "E", Lifetime: 1, State: history.Ready, User: eve, Intents: guildhall.IntentGuilds, Objects: []guildhall.Object{guild}})
			s.send(ann, town, 101, "a")
		})},
		{"typing in a hidden channel", "H8", plain(func(s *scene) {
			s.grant(eve, vault, false)
			s.ready("E", eve)
			s.Record(&history.Receive{Session: "E", Lifetime: 1, Seq: s.next("E"), Object: guild, Channel: vault, Type: "TYPING_START"})
		})},
		{"a page of a hidden channel", "H8", plain(func(s *scene) {
			s.grant(eve, vault, false)
			s.send(ann, vault, 101, "a")
			s.page(eve, vault, item(101, "a"))
		})},
		{"a function that knows", "H8 H9", func(s *scene) history.Options {
			s.ready("E", eve)
			s.ready("A", ann)
			s.deliver(s.send(ann, vault, 101, "a"), "E")
			return history.Options{Entitled: func(v history.View) history.Sight {
				if v.User == eve && v.Channel == vault && v.Position == 1 {
					return history.Hidden
				}
				return history.Seen
			}}
		}},
		{"a refused grant changes nothing", "H8", plain(func(s *scene) {
			s.grant(eve, vault, false)
			s.ready("E", eve)
			op := s.begin(history.Invoke{User: ann, Kind: history.OverwriteChange, Channel: vault})
			s.Record(&history.Grant{User: eve, Object: guild, Channel: vault, Sees: true, Op: op.op})
			s.Fail(op.op, "403")
			s.deliver(s.send(ann, vault, 101, "a"), "E")
		})},
		{"sealed, by the order of the store", "H7", func(s *scene) history.Options {
			s.Record(&history.Seal{Log: history.LogID{1}})
			s.Record(&history.Commit{Log: history.LogID{1}, Object: guild, Position: 1, Epoch: 1})
			return storeOrder
		}},
	})
}

func TestRecordingProblems(t *testing.T) {
	t.Parallel()
	s := newScene()
	op := s.Begin(sending(ann, town, "a"))
	s.OK(op, 101)
	s.OK(op, 101)
	s.OK(77, 0)
	s.Record(&history.Invoke{Op: op})
	s.ready("A", ann)
	s.ready("A", ann)
	r := history.Check(s.close(), history.Options{})
	if len(r.Problems) != 4 || r.Err() == nil {
		t.Errorf("problems %q", r.Problems)
	}
	if !strings.Contains(r.String(), "recording: ") {
		t.Errorf("report hides the problems:\n%s", r)
	}
}

func TestNothingIsInconclusive(t *testing.T) {
	t.Parallel()
	r := history.Check(&history.History{}, history.Options{})
	for _, f := range r.Findings {
		if f.Verdict != history.Inconclusive {
			t.Errorf("%s of an empty history is %s", f.Check, f.Verdict)
		}
	}
	if r.Err() != nil || r.Require("H1") == nil || r.LossRateSeen != 1 {
		t.Errorf("%v, %v, %v", r.Err(), r.Require("H1"), r.LossRateSeen)
	}
	var names []string
	for _, f := range history.Check(&history.History{}, history.Options{Only: []string{"H3", "H4"}}).Findings {
		names = append(names, f.Check)
	}
	if !slices.Equal(names, []string{"H3", "H4"}) {
		t.Errorf("ran %q", names)
	}
}
