package history

import (
	"slices"

	"guildhall"
)

// checkOrder judges H4: there is one order of an object's events with which positions, ids, all sessions and the final
// content agree.
func checkOrder(ix *index, j *judge) {
	orders := map[guildhall.Object]*order{}
	at := func(scope guildhall.Object) *order {
		if orders[scope] == nil {
			orders[scope] = &order{u: ix.universe, scope: scope, loose: len(ix.universe.unordered[scope]) > 0}
		}
		return orders[scope]
	}
	for _, l := range ix.lives {
		got := ix.universe.got[l]
		last := map[guildhall.Object]*reading{}
		seen := make(map[int]bool, len(got))
		for i, e := range got {
			if e == nowhere || seen[e] { // H5 judges the second time
				continue
			}
			if ix.universe.events[e].times > 1 {
				j.skip("equal edits or reactions, which can't be told apart without positions")
				continue
			}
			seen[e] = true
			scope := ix.universe.events[e].scope
			if last[scope] == nil {
				last[scope] = &reading{who: "session " + l.session}
			}
			at(scope).read(j, last[scope], e, l.receives[i].n)
		}
	}
	for i := range ix.finals {
		f := &ix.finals[i]
		r := &reading{who: "the final content of channel " + f.f.Channel.String()}
		for k, item := range f.f.Items {
			if k > 0 && item.ID <= f.f.Items[k-1].ID {
				j.fail([]int{f.n}, "%s has message %s after %s", r.who, item.ID, f.f.Items[k-1].ID)
				continue
			}
			if e, ok := ix.universe.byName[nameKey{messageCreate, item.ID, 0}]; ok && e != nowhere {
				at(ix.universe.events[e].scope).read(j, r, e, f.n)
			}
		}
	}
	ix.risingIDs(j)
	for _, scope := range sortedObjects(orders) {
		orders[scope].judge(j)
	}
}

// risingIDs judges along the positions that ids rise: snowflakes of records, and messages as they were made.
func (ix *index) risingIDs(j *judge) {
	for _, o := range sortedObjects(ix.ledgers) {
		l := ix.ledgers[o]
		var last noted[Commit]
		for _, c := range l.commits {
			j.judged()
			if last.f != nil && c.f.Snowflake != 0 && c.f.Snowflake < last.f.Snowflake {
				j.fail([]int{last.n, c.n}, "the snowflake of %s falls from %s at %d to %s at %d",
					l.object, last.f.Snowflake, last.f.Position, c.f.Snowflake, c.f.Position)
			}
			if c.f.Snowflake != 0 {
				last = c
			}
		}
	}
	for _, o := range sortedObjects(ix.universe.ordered) {
		last := nowhere
		for _, at := range ix.universe.ordered[o].events {
			e := &ix.universe.events[at]
			if e.typ != messageCreate || e.id == 0 || e.byID || !e.proved {
				continue
			}
			j.judged()
			if last != nowhere {
				if before := &ix.universe.events[last]; e.id <= before.id {
					j.fail([]int{before.n, e.n}, "message ids of %s do not rise: %s at %d, %s at %d", e.scope, before.id, before.order, e.id, e.order)
				}
			}
			last = at
		}
	}
}

// reading is how far one reader of a scope has come.
type reading struct {
	who  string
	last int // line of the last event whose order is known
	top  *event
	prev int // last event, with its line
	n    int
	any  bool
}

// order is what is known of one scope's order: edges from an event to a later one, with the two lines that say so.
type order struct {
	u     *universe
	scope guildhall.Object
	edges []edge
	loose bool // there are events whose place is not known: only then the edges matter
}

type edge struct{ from, to, n1, n2 int }

// read adds a reader's next event. One that stands before what the reader had already is a violation by itself.
func (o *order) read(j *judge, r *reading, at, n int) {
	e := &o.u.events[at]
	j.judged()
	if e.order > 0 {
		if r.top != nil && e.before(r.top) {
			what := "position"
			if e.byID {
				what = "id"
			}
			j.fail([]int{r.last, n}, "%s has %s at %s %d after %s at %d", r.who, e.typ, what, e.order, r.top.typ, r.top.order)
			return
		}
		r.top, r.last = e, n
	}
	if o.loose && r.any && r.prev != at {
		o.edges = append(o.edges, edge{r.prev, at, r.n, n})
	}
	r.prev, r.n, r.any = at, n, true
}

// judge looks for a cycle among what readers saw in turn and what the positions say.
func (o *order) judge(j *judge) {
	if !o.loose {
		return // every reader was compared with the positions; that leaves no room for a cycle
	}
	edges := o.edges
	if s := o.u.ordered[o.scope]; s != nil {
		for i := 1; i < len(s.events); i++ {
			a, b := s.events[i-1], s.events[i]
			edges = append(edges, edge{a, b, o.u.events[a].n, o.u.events[b].n})
		}
	}
	cycle := findCycle(edges)
	if len(cycle) == 0 {
		return
	}
	var lines []int
	for _, e := range cycle {
		lines = append(lines, e.n1, e.n2)
	}
	first, second := &o.u.events[cycle[0].from], &o.u.events[cycle[0].to]
	j.fail(lines, "no order of %s agrees with all its readers: %s of %s came before and after %s of %s (cycle of %d)",
		o.scope, first.typ, first.id, second.typ, second.id, len(cycle))
}

// findCycle returns the edges of one cycle; none where there is no cycle.
func findCycle(edges []edge) []edge {
	out, in := map[int][]int{}, map[int]int{} // node → its edges; number of edges to it
	for i, e := range edges {
		out[e.from] = append(out[e.from], i)
		in[e.to]++
	}
	var free []int
	for _, e := range edges {
		if in[e.from] == 0 {
			free = append(free, e.from)
			in[e.from] = -1
		}
	}
	for len(free) > 0 {
		node := free[len(free)-1]
		free = free[:len(free)-1]
		for _, i := range out[node] {
			to := edges[i].to
			if in[to]--; in[to] == 0 {
				free = append(free, to)
				in[to] = -1
			}
		}
	}
	// What is left lies on a cycle or behind one: walking back from any of it must meet itself.
	back := map[int]int{}
	start := nowhere
	for i, e := range edges {
		if in[e.to] > 0 && in[e.from] > 0 {
			back[e.to] = i
			start = e.to
		}
	}
	if start == nowhere {
		return nil
	}
	var path []edge
	visited := map[int]int{}
	for node := start; ; {
		if at, ok := visited[node]; ok {
			path = path[at:]
			slices.Reverse(path)
			return path
		}
		visited[node] = len(path)
		e := edges[back[node]]
		path = append(path, e)
		node = e.from
	}
}
