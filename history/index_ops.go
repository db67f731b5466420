package history

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"guildhall"
)

// indexOps arranges the operations once all their ends are known.
func (ix *index) indexOps() {
	for i := range ix.finals {
		f := &ix.finals[i]
		if other, ok := ix.finalBy[f.f.Channel]; ok {
			ix.problem("channel %s has two final contents, lines %d and %d", f.f.Channel, other.n, f.n)
			continue
		}
		ix.finalBy[f.f.Channel] = f
	}
	for _, o := range ix.ops {
		if o.Request != (Request{}) {
			ix.byRequest[o.Request] = append(ix.byRequest[o.Request], o)
		}
		if key, ok := o.nonceKey(); ok {
			ix.byNonce[key] = append(ix.byNonce[key], o)
		}
		if !o.may() {
			continue
		}
		if o.Kind == Send {
			ix.indexSend(o)
			continue
		}
		if o.Target == 0 {
			continue
		}
		m := ix.message(o.Target, o.Channel)
		switch o.Kind {
		case Edit:
			m.edits = append(m.edits, o)
		case Delete:
			m.removals = append(m.removals, o)
		case React:
			m.reacts = append(m.reacts, o)
		case Unreact:
			m.unreacts = append(m.unreacts, o)
		}
	}
	for _, o := range ix.ops {
		for _, other := range ix.same(o) {
			o.first = min(o.first, other.at)
		}
		if name := (nameKey{o.Kind.Event(), o.made(), o.Hash}); o.may() && name.typ != "" && name.id != 0 {
			e, again := ix.effects[name]
			if !again {
				e = effect{forever, -1}
			}
			ix.effects[name] = effect{min(e.first, o.first), max(e.done, o.done)}
		}
	}
}

// effect is when the operations that wrote one content to one message began at the earliest and ended at the latest.
type effect struct{ first, done time.Duration }

// stale tells whether the content shown was certainly replaced by a change that began at the given time: every write of
// that content had ended before. Content that no known write explains is not stale; H2 judges it.
func (ix *index) stale(id guildhall.Snowflake, shown Hash, since time.Duration) bool {
	sent, was := ix.effects[nameKey{messageCreate, id, shown}]
	edited, is := ix.effects[nameKey{messageUpdate, id, shown}]
	return shown != 0 && (was || is) && (!was || sent.done < since) && (!is || edited.done < since)
}

// began is the earliest start of a write of the content; false where no known write explains it.
func (ix *index) began(id guildhall.Snowflake, shown Hash) (time.Duration, bool) {
	first := forever
	for _, typ := range []string{messageCreate, messageUpdate} {
		if e, ok := ix.effects[nameKey{typ, id, shown}]; ok {
			first = min(first, e.first)
		}
	}
	return first, shown != 0 && first < forever
}

func (ix *index) indexSend(o *op) {
	ix.sends[content{o.Channel, o.Hash}] = append(ix.sends[content{o.Channel, o.Hash}], o)
	if o.Channel != 0 {
		ix.sends[content{0, o.Hash}] = append(ix.sends[content{0, o.Hash}], o)
	}
	if o.ok() && o.out.ID != 0 {
		m := ix.message(o.out.ID, o.Channel)
		m.sends = append(m.sends, o)
		return
	}
	ix.guessed[o.Channel] = append(ix.guessed[o.Channel], o)
}

// same gives the operations that are one request to the server: with the same request id or enforced nonce. The first
// few are enough, since they stand in order of time.
func (ix *index) same(o *op) []*op {
	const enough = 1
	var all []*op
	if o.Request != (Request{}) {
		all = append(all, firstFew(ix.byRequest[o.Request], enough)...)
	}
	if key, ok := o.nonceKey(); ok {
		all = append(all, firstFew(ix.byNonce[key], enough)...)
	}
	return all
}

func firstFew(ops []*op, n int) []*op { return ops[:min(n, len(ops))] }

// nonceKey is what the server compares; false where the operation asked for no comparison.
func (o *op) nonceKey() (guildhall.NonceKey, bool) {
	if !o.Enforced || o.Nonce == "" {
		return guildhall.NonceKey{}, false
	}
	return guildhall.NonceKey{Author: o.User, Channel: o.Channel, Nonce: o.Nonce}, true
}

func (ix *index) message(id guildhall.Snowflake, c guildhall.ChannelID) *message {
	m, ok := ix.messages[id]
	if !ok {
		m = &message{}
		ix.messages[id] = m
	}
	if m.channel == 0 {
		m.channel = c
	}
	return m
}

// indexLedgers puts each object's records in the order of their positions. Of several at one position the first noted
// is kept; checkOwner judges the others.
func (ix *index) indexLedgers() {
	for _, c := range ix.commits {
		if c.f.Request != (Request{}) {
			ix.recordRequests[c.f.Request] = true
		}
		if c.f.Nonce.Nonce != "" {
			ix.recordNonces[c.f.Nonce] = true
		}
		l, ok := ix.ledgers[c.f.Object]
		if !ok {
			l = &ledger{object: c.f.Object, at: map[uint64]int{}}
			ix.ledgers[c.f.Object] = l
		}
		if _, twice := l.at[c.f.Position]; twice {
			continue
		}
		l.at[c.f.Position] = len(l.commits)
		l.commits = append(l.commits, c)
	}
	for _, l := range ix.ledgers {
		slices.SortFunc(l.commits, func(a, b noted[Commit]) int { return cmp.Compare(a.f.Position, b.f.Position) })
		for i, c := range l.commits {
			l.at[c.f.Position] = i
		}
	}
}

// record gives the record at a position; false where there is none.
func (l *ledger) record(position uint64) (noted[Commit], bool) {
	if l == nil {
		return noted[Commit]{}, false
	}
	i, ok := l.at[position]
	if !ok {
		return noted[Commit]{}, false
	}
	return l.commits[i], true
}

// sortedObjects gives the keys of a map in an order that does not change from run to run.
func sortedObjects[V any](m map[guildhall.Object]V) []guildhall.Object {
	return slices.SortedFunc(maps.Keys(m), func(a, b guildhall.Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
}
