package history

import (
	"reflect"
)

// checkOwner judges H7: each object has one record at each position, without a hole; epochs never fall along them;
// nothing is appended to a sealed log; and what an owner answers or publishes is a committed record.
func checkOwner(ix *index, j *judge) {
	ix.onePerPosition(j)
	ix.risingEpochs(j)
	ix.sealed(j)
	for i := range ix.claims {
		c := &ix.claims[i]
		ix.told(j, c.n, "an answer", c.f)
	}
	for i := range ix.publish {
		p := &ix.publish[i]
		ix.told(j, p.n, "a publish", (*Ack)(p.f))
	}
	ix.delivered(j)
	if ix.o.StoreOrder {
		ix.answered(j)
	}
}

func (ix *index) onePerPosition(j *judge) {
	for i := range ix.commits {
		c := &ix.commits[i]
		j.judged()
		first, _ := ix.ledgers[c.f.Object].record(c.f.Position)
		if first.n != c.n && !reflect.DeepEqual(first.f, c.f) {
			j.fail([]int{first.n, c.n}, "%s has two records at position %d", c.f.Object, c.f.Position)
		}
	}
}

func (ix *index) risingEpochs(j *judge) {
	for _, o := range sortedObjects(ix.ledgers) {
		l := ix.ledgers[o]
		for i := 1; i < len(l.commits); i++ {
			a, b := l.commits[i-1], l.commits[i]
			if b.f.Epoch < a.f.Epoch {
				j.fail([]int{a.n, b.n}, "the epoch of %s falls from %d at position %d to %d at %d", o, a.f.Epoch, a.f.Position, b.f.Epoch, b.f.Position)
			}
			if b.f.Position != a.f.Position+1 {
				j.fail([]int{a.n, b.n}, "%s has no record from position %d to %d", o, a.f.Position+1, b.f.Position-1)
			}
		}
	}
}

// sealed judges appends against the seal of their log: by batch numbers where they are noted, else by the order of the
// lines where that is the store's.
func (ix *index) sealed(j *judge) {
	seals := map[LogID]noted[Seal]{}
	for _, s := range ix.seals {
		if _, again := seals[s.f.Log]; !again {
			seals[s.f.Log] = s
		}
	}
	for i := range ix.commits {
		c := &ix.commits[i]
		s, ok := seals[c.f.Log]
		if !ok || c.f.Log == (LogID{}) {
			continue
		}
		switch {
		case c.f.Batch > 0:
			j.judged()
			if c.f.Batch > s.f.Last {
				j.fail([]int{s.n, c.n}, "batch %d was appended to a log that was sealed at %d", c.f.Batch, s.f.Last)
			}
		case ix.o.StoreOrder:
			j.judged()
			if c.n > s.n {
				j.fail([]int{s.n, c.n}, "a record of %s at %d was appended to a log that was sealed before", c.f.Object, c.f.Position)
			}
		default:
			j.skip("records of sealed logs without the number of their batch")
		}
	}
}

// told judges what an owner said of a record.
func (ix *index) told(j *judge, n int, what string, a *Ack) {
	l := ix.ledgers[a.Object]
	if l == nil {
		j.skip("answers and publishes of objects whose records are not known")
		return
	}
	j.judged()
	c, ok := l.record(a.Position)
	switch {
	case !ok:
		j.fail([]int{n}, "%s of epoch %d names position %d of %s, where there is no record", what, a.Epoch, a.Position, a.Object)
	case a.Epoch != 0 && a.Epoch < c.f.Epoch:
		j.fail([]int{c.n, n}, "%s of the older epoch %d names position %d of %s, whose record was made in epoch %d", what, a.Epoch, a.Position, a.Object, c.f.Epoch)
	case a.Request != (Request{}) && c.f.Request != a.Request:
		j.fail([]int{c.n, n}, "%s names position %d of %s for a request that the record there is not of", what, a.Position, a.Object)
	case ix.o.StoreOrder && n < c.n:
		j.fail([]int{n, c.n}, "%s names position %d of %s before its record was committed", what, a.Position, a.Object)
	}
}

// delivered judges deliveries as publishes, and among themselves: one position has one content for all sessions.
func (ix *index) delivered(j *judge) {
	for _, l := range ix.lives {
		for i, at := range ix.universe.got[l] {
			if at == nowhere {
				continue
			}
			r := &l.receives[i]
			e := &ix.universe.events[at]
			ledger := ix.ledgers[e.scope]
			if ledger == nil && r.f.Position == 0 {
				continue
			}
			j.judged()
			if !e.proved {
				j.fail([]int{r.n}, "session %s got %s %s of %s (%s), which is in none of its records", l.session, r.f.Type, r.f.ID, e.scope, e.place())
				continue
			}
			c, ok := ledger.record(e.committed())
			switch {
			case differ(e.typ, r.f.Type) || differ(e.id, r.f.ID):
				j.fail([]int{e.n, r.n}, "position %d of %s is %s %s, and %s %s to session %s", e.order, e.scope, e.typ, e.id, r.f.Type, r.f.ID, l.session)
			case differ(e.hash, r.f.Hash) && !ix.strange(r.f):
				j.fail([]int{e.n, r.n}, "position %d of %s has content %s, and %s to session %s", e.order, e.scope, e.hash, r.f.Hash, l.session)
			case ok && r.f.Epoch != 0 && r.f.Epoch < c.f.Epoch:
				j.fail([]int{c.n, r.n}, "session %s got position %d of %s with the older epoch %d; its record was made in epoch %d",
					l.session, e.order, e.scope, r.f.Epoch, c.f.Epoch)
			case ok && ix.o.StoreOrder && r.n < c.n:
				j.fail([]int{r.n, c.n}, "session %s got position %d of %s before its record was committed", l.session, e.order, e.scope)
			}
		}
	}
}

// strange tells whether nobody wrote what was delivered: then H2 judges it.
func (ix *index) strange(r *Receive) bool {
	from, ok := ix.originOf(&Event{Type: r.Type, Channel: r.Channel, ID: r.ID, Hash: r.Hash})
	return ok && (from == otherBytes || from == nobody)
}

func differ[T comparable](a, b T) bool {
	var none T
	return a != b && a != none && b != none
}

// answered judges that clients were told ok only of what was committed by then.
func (ix *index) answered(j *judge) {
	byRequest := map[Request]int{}
	for i := range ix.commits {
		c := &ix.commits[i]
		if _, again := byRequest[c.f.Request]; !again && c.f.Request != (Request{}) {
			byRequest[c.f.Request] = c.n
		}
	}
	for _, o := range ix.ops {
		n, ok := byRequest[o.Request]
		if !o.ok() || !ok {
			continue
		}
		j.judged()
		if n > o.endN {
			j.fail([]int{o.endN, n}, "op %d of %s was acknowledged before its record was committed", o.Op, o.Client)
		}
	}
}
