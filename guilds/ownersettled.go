package guilds

// pure core

import (
	"slices"
	"time"

	"guildhall"
)

const (
	// settledMax and settledBytesMax bound the answers without a record that the owner remembers, settledObjectMax those
	// of one object, so that nobody makes it forget those of all others. The oldest go first.
	settledMax       = 20_000
	settledObjectMax = 1000
	settledBytesMax  = 16 << 20
	// settledSize is about what an entry takes beside its answer's body.
	settledSize = 400
)

// settled is an answer that made no record: a refusal, or that there was nothing to change. It is final for its request,
// or of two copies on their way one could be refused and the other, a moment later, committed.
type settled struct {
	at      time.Time
	request guildhall.RequestID
	// object is who judged it, zero where nobody did; position is what must be committed before it is told.
	object   guildhall.Object
	position uint64
	answer   *guildhall.Answer
}

func (s *settled) size() int { return settledSize + len(s.answer.Body) }

// settledAnswers are an owner's, for as long as a repeat is recognised, within the bounds above. They are not logged: a
// successor starts without, and judges a copy that comes to it anew.
// protocol §3.1
type settledAnswers struct {
	byRequest map[guildhall.RequestID]*settled
	// order and ofObject list them by age.
	order    []*settled
	ofObject map[guildhall.Object][]*settled
	bytes    int
}

func newSettledAnswers() settledAnswers {
	return settledAnswers{byRequest: make(map[guildhall.RequestID]*settled), ofObject: make(map[guildhall.Object][]*settled)}
}

// add remembers an answer, and forgets those that are past the window or too many.
func (a *settledAnswers) add(now time.Time, s *settled) {
	if a.byRequest[s.request] != nil {
		return
	}
	a.byRequest[s.request] = s
	a.order = append(a.order, s)
	a.ofObject[s.object] = append(a.ofObject[s.object], s)
	a.bytes += s.size()
	if own := a.ofObject[s.object]; len(own) > settledObjectMax {
		a.forget(own[0])
	}
	for len(a.order) > 0 {
		first := a.order[0]
		gone := a.byRequest[first.request] != first
		if !gone && len(a.byRequest) <= settledMax && a.bytes <= settledBytesMax && now.Sub(first.at) <= retention {
			return
		}
		a.order = a.order[1:]
		if !gone {
			a.forget(first)
		}
	}
}

// forget drops one, which is the oldest of its object. Its place in order is left to add.
func (a *settledAnswers) forget(s *settled) {
	delete(a.byRequest, s.request)
	a.bytes -= s.size()
	if own := a.ofObject[s.object][1:]; len(own) > 0 {
		a.ofObject[s.object] = own
	} else {
		delete(a.ofObject, s.object)
	}
	if len(a.order) > 2*settledMax { // what went by its object's bound lies behind one that stays
		a.order = slices.DeleteFunc(a.order, func(o *settled) bool { return a.byRequest[o.request] != o })
	}
}

// settleAnswer remembers an answer that makes no record. What failed within the server is no judgement, and may be asked
// again. What is never logged, and comes all the time, is left out: no copy of it can be committed.
func (c *Core) settleAnswer(cmd *guildhall.Command, o guildhall.Object, position uint64, answer *guildhall.Answer) {
	if answer.Err != nil && answer.Err.Status >= 500 || cmd.Name == guildhall.CommandTyping || cmd.Name == guildhall.CommandPresence {
		return
	}
	kept := *answer
	c.settled.add(c.now, &settled{at: c.now, request: cmd.RequestID, object: o, position: position, answer: &kept})
}

// settledBefore answers a request that has been answered without a record before.
func (c *Core) settledBefore(p *parkedAsk) bool {
	s := c.settled.byRequest[p.ask.Command.RequestID]
	if s == nil || p.ask.Query {
		return false
	}
	answer := *s.answer
	if p.claimed > 0 { // by now; another try may have given the same names back
		c.giveBack(p, 0, &answer)
		return true
	}
	if h := c.held[s.object]; h != nil && h.loaded {
		c.answerAt(h, barrier{position: s.position, ticket: p.ask.Ticket, answer: &answer})
	} else {
		// Nobody judged it, or what judged it has left memory since, and so has been committed.
		answer.Object, answer.Epoch = s.object, c.slots[p.ask.Command.Where()].epoch
		answer.Position, answer.Unlogged = s.position, answer.Status == guildhall.Done
		c.answer(p.ask.Ticket, &answer)
	}
	if p.object != s.object {
		c.dropIfNothing(c.held[p.object])
	}
	return true
}

// SettledState is an answer without a record that is remembered.
type SettledState struct {
	At       time.Time           `json:"at"`
	Request  guildhall.RequestID `json:"request"`
	Object   guildhall.Object    `json:"object"`
	Position uint64              `json:"position"`
	Answer   *guildhall.Answer   `json:"answer"`
}

// saved lists what is remembered, oldest first.
func (a *settledAnswers) saved() (all []SettledState) {
	for _, s := range a.order {
		if a.byRequest[s.request] == s {
			answer := *s.answer
			all = append(all, SettledState{s.at, s.request, s.object, s.position, &answer})
		}
	}
	return all
}

func (a *settledAnswers) restore(all []SettledState) {
	for _, s := range all {
		a.add(s.At, &settled{s.At, s.Request, s.Object, s.Position, s.Answer})
	}
}
