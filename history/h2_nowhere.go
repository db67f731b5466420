package history

import (
	"slices"

	"guildhall"
)

// checkNowhere judges H2: all that is stored, listed or delivered was written by somebody, with the same bytes.
func checkNowhere(ix *index, j *judge) {
	for i := range ix.finals {
		f := &ix.finals[i]
		for _, item := range f.f.Items {
			ix.judgeItem(j, f.n, f.f.Channel, item, "the final content of channel "+f.f.Channel.String())
		}
	}
	for i := range ix.pages {
		p := &ix.pages[i]
		for _, item := range p.f.Items {
			ix.judgeItem(j, p.n, p.f.Channel, item, "a page read by "+p.f.Client)
		}
	}
	for _, l := range ix.lives {
		for i := range l.receives {
			r := &l.receives[i]
			e := Event{Type: r.f.Type, Channel: r.f.Channel, ID: r.f.ID, Hash: r.f.Hash}
			ix.judgeEvent(j, r.n, &e, "a delivery to "+l.session)
		}
	}
	requests := len(ix.byRequest) > 0
	for i := range ix.commits {
		c := &ix.commits[i]
		if c.f.Request != (Request{}) && requests && !ix.o.OtherWriters {
			j.judged()
			if !slices.ContainsFunc(ix.byRequest[c.f.Request], (*op).may) {
				j.fail([]int{c.n}, "the record of %s at %d is of a request that nobody made, or that was refused", c.f.Object, c.f.Position)
				continue
			}
		}
		for k := range c.f.Events {
			ix.judgeEvent(j, c.n, &c.f.Events[k], "the record of "+c.f.Object.String())
		}
	}
}

// origin is what is known of where an item comes from.
type origin uint8

const (
	originUnknown origin = iota // can't be judged
	original
	otherBytes
	nobody
)

func (ix *index) judgeItem(j *judge, n int, c guildhall.ChannelID, item Item, where string) {
	from := ix.created(c, item.ID, item.Hash)
	m := ix.messages[item.ID]
	if from != original && m != nil && len(m.edits) > 0 {
		if edited := ix.wrote(m.edits, messageUpdate, item.ID, item.Hash); edited != otherBytes {
			from = edited
		}
	}
	ix.conclude(j, n, from, "message", item.ID, item.Hash, where)
}

func (ix *index) judgeEvent(j *judge, n int, e *Event, where string) {
	if from, ok := ix.originOf(e); ok {
		ix.conclude(j, n, from, e.Type+" of message", e.ID, e.Hash, where)
	}
}

// originOf judges a dispatch by the operations that may have caused it; false where it is of no kind that operations
// here cause.
func (ix *index) originOf(e *Event) (origin, bool) {
	m := ix.messages[e.ID]
	if m == nil {
		m = &message{}
	}
	switch {
	case e.ID == 0:
		return originUnknown, false
	case e.Type == messageCreate:
		return ix.created(e.Channel, e.ID, e.Hash), true
	case e.Type == messageUpdate:
		return ix.wrote(m.edits, e.Type, e.ID, e.Hash), true
	case e.Type == messageDelete:
		return ix.wrote(m.removals, e.Type, e.ID, 0), true
	case e.Type == reactionAdd:
		return ix.wrote(m.reacts, e.Type, e.ID, e.Hash), true
	case e.Type == reactionRemove:
		return ix.wrote(m.unreacts, e.Type, e.ID, e.Hash), true
	}
	return originUnknown, false
}

func (ix *index) conclude(j *judge, n int, from origin, what string, id guildhall.Snowflake, hash Hash, where string) {
	m := ix.messages[id]
	lines := []int{n}
	if m != nil && from > original {
		for _, o := range slices.Concat(firstFew(m.sends, 2), firstFew(m.edits, 2)) {
			lines = append(lines, o.n)
		}
	}
	switch {
	case from == originUnknown:
		j.skip("items whose origin was noted without content")
	case from == nobody && ix.o.OtherWriters && (m == nil || len(m.sends) == 0):
		j.skip("items that others than the recorded clients may have written")
	case from == original:
		j.judged()
	case from == otherBytes:
		j.judged()
		j.fail(lines, "%s %s in %s has content %s, which nobody wrote there", what, id, where, hash)
	default:
		j.judged()
		j.fail(lines, "%s %s (content %s) in %s was asked for by nobody, or was refused", what, id, hash, where)
	}
}

// created judges a message by the sends that may have made it.
func (ix *index) created(c guildhall.ChannelID, id guildhall.Snowflake, hash Hash) origin {
	if m := ix.messages[id]; m != nil && len(m.sends) > 0 {
		return ix.wrote(m.sends, messageCreate, id, hash)
	}
	if hash == 0 {
		if len(ix.guessed[c]) > 0 || c == 0 {
			return originUnknown
		}
		return nobody
	}
	// Not only the sends without an answer: a second message of an acknowledged send comes from somewhere, and H3
	// judges it.
	if len(ix.sends[content{c, hash}]) > 0 {
		return original
	}
	if len(ix.sends[content{c, 0}]) > 0 {
		return originUnknown
	}
	return nobody
}

// wrote judges content by the operations that may have written it.
func (ix *index) wrote(ops []*op, typ string, id guildhall.Snowflake, hash Hash) origin {
	if len(ops) == 0 {
		return nobody
	}
	if hash == 0 {
		return original
	}
	if _, ok := ix.effects[nameKey{typ, id, hash}]; ok {
		return original
	}
	if _, ok := ix.effects[nameKey{typ, id, 0}]; ok {
		return originUnknown
	}
	return otherBytes
}
