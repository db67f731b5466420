package faultfs

// place is a name in a folder; the zero place is none.
type place struct {
	dir  *inode
	name string
}

// move takes a name away, gives one, or both at once: a rename happens as a whole or not at all.
type move struct {
	from, to place
	what     *inode
}

func (m move) touches(places map[place]bool) bool { return places[m.from] || places[m.to] }

func (m move) in(dir *inode) bool { return m.from.dir == dir || m.to.dir == dir }

func (m move) mark(places map[place]bool) {
	for _, p := range []place{m.from, m.to} {
		if p.dir != nil {
			places[p] = true
		}
	}
}

// keep writes the move to the medium.
func (m move) keep() {
	if p := m.from; p.dir != nil && p.dir.keptEntries[p.name] == m.what {
		delete(p.dir.keptEntries, p.name)
	}
	if p := m.to; p.dir != nil {
		p.dir.keptEntries[p.name] = m.what
	}
}

// move makes a move as programs see it. The caller holds mu.
func (d *Disk) move(m move) {
	if m.from.dir != nil {
		delete(m.from.dir.entries, m.from.name)
	}
	if m.to.dir != nil {
		m.to.dir.entries[m.to.name] = m.what
	}
	d.moves = append(d.moves, m)
}

// settle brings the moves of a folder to the medium, and with them those before that they rest on.
func (d *Disk) settle(dir *inode) {
	needed := make([]bool, len(d.moves))
	places := make(map[place]bool)
	for i := len(d.moves) - 1; i >= 0; i-- {
		if m := d.moves[i]; m.in(dir) || m.touches(places) {
			needed[i] = true
			m.mark(places)
		}
	}
	left := d.moves[:0]
	for i, m := range d.moves {
		if needed[i] {
			m.keep()
		} else {
			left = append(left, m)
		}
	}
	clear(d.moves[len(left):])
	d.moves = left
}
