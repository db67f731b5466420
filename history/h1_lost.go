package history

import (
	"cmp"
	"slices"
	"sort"

	"guildhall"
)

// checkLost judges H1: every acknowledged write is in the final content of its channel, unless a deletion may have
// taken it out again, and in its object's records, where these are known.
func checkLost(ix *index, j *judge) {
	for _, o := range ix.ops {
		if !o.ok() {
			continue
		}
		inRecords, byRecords := ix.recorded(o)
		inFinal, byFinal, line := ix.kept(o)
		switch {
		case byRecords && !inRecords:
			j.judged()
			j.fail([]int{o.n, o.endN}, "%s of %s (op %d) was acknowledged, but no record of %s is its", o.Kind, o.Client, o.Op, o.Object)
		case byFinal && !inFinal:
			j.judged()
			j.fail([]int{o.n, o.endN, line}, "%s of %s (op %d, message %s) was acknowledged, but the final content of channel %s is without it",
				o.Kind, o.Client, o.Op, o.made(), o.Channel)
		case byRecords || byFinal:
			j.judged()
		default:
			j.skip("acknowledged writes with neither final content nor records to find them in")
		}
	}
}

// made is the message that the operation made or changed.
func (o *op) made() guildhall.Snowflake {
	if o.Kind == Send {
		return o.out.ID
	}
	return o.Target
}

// recorded tells whether one of the object's records is the operation's; judged is false where the object's records, or
// what would tell them apart, are not known.
func (ix *index) recorded(o *op) (in, judged bool) {
	l := ix.ledgers[ix.scope(o.Object, o.Channel)]
	if l == nil {
		return false, false
	}
	key, hasNonce := o.nonceKey()
	if o.Request != (Request{}) && len(ix.recordRequests) > 0 {
		judged = true
		if ix.recordRequests[o.Request] {
			return true, true
		}
	}
	if hasNonce && ix.recordNonces[key] {
		return true, true
	}
	if o.out.Position > 0 {
		judged = true
		c, ok := l.record(o.out.Position)
		if ok && (o.Request == (Request{}) || hasNonce) && c.f.tells(o) {
			return true, true
		}
	}
	if name, named := nameOf(o.Kind.Event(), o.made(), o.Hash); named && (hasNonce || o.Request == (Request{})) {
		judged = true
		at, ok := ix.universe.byName[name]
		if ok && (at == nowhere || ix.universe.events[at].proved) {
			return true, true
		}
	}
	return false, judged
}

// tells tells whether the record may be the operation's, by what both say.
func (c *Commit) tells(o *op) bool {
	if o.Kind.Event() == "" || o.made() == 0 {
		return true
	}
	return slices.ContainsFunc(c.Events, func(e Event) bool { return e.Type == o.Kind.Event() && e.ID == o.made() })
}

// kept tells whether the final content of the channel agrees with the operation; judged is false where it can't tell.
func (ix *index) kept(o *op) (in, judged bool, line int) {
	f := ix.finalBy[o.Channel]
	id := o.made()
	switch {
	case f == nil, o.Kind != Send && o.Kind != Edit && o.Kind != Delete:
		return false, false, 0
	case id == 0:
		if o.Kind != Send || o.Hash == 0 || len(ix.sends[content{o.Channel, o.Hash}]) > 1 {
			return false, false, 0
		}
		in := slices.ContainsFunc(f.f.Items, func(i Item) bool { return i.Hash == o.Hash })
		return in, in, f.n // it may also be deleted: without its id nobody can tell
	case id <= f.f.After:
		return false, false, 0
	}
	item, there := f.f.find(id)
	m := ix.messages[id]
	switch {
	case o.Kind == Delete:
		return !there, true, f.n
	case !there:
		return m != nil && len(m.removals) > 0, true, f.n
	case o.Kind == Edit:
		return !ix.stale(id, item.Hash, o.at), true, f.n
	}
	return true, true, f.n
}

// find looks an item up; items stand oldest first, but a wrong order must not hide one.
func (f *Final) find(id guildhall.Snowflake) (Item, bool) {
	i := sort.Search(len(f.Items), func(i int) bool { return f.Items[i].ID >= id })
	if i < len(f.Items) && f.Items[i].ID == id {
		return f.Items[i], true
	}
	if slices.IsSortedFunc(f.Items, func(a, b Item) int { return cmp.Compare(a.ID, b.ID) }) {
		return Item{}, false
	}
	i = slices.IndexFunc(f.Items, func(i Item) bool { return i.ID == id })
	if i < 0 {
		return Item{}, false
	}
	return f.Items[i], true
}
