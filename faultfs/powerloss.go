package faultfs

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
)

// Sectors are what a disk writes as a whole.
const (
	sectorSmall = 512
	sectorLarge = 4096
)

// survival says how much of a cache reaches the medium before the power is gone.
type survival int

const (
	survivesNothing survival = iota
	survivesInOrder          // a part from the beginning
	survivesAny              // any part
	survivals
)

// Loss tells what a power loss did.
type Loss struct {
	Files   int // whose content had changes that were not synced
	Writes  int // such changes
	Sectors int // of those files that have another content now than programs saw
	Names   int // changes of names that were forgotten
	Gone    int // files that had a name and have none
}

func (l Loss) String() string {
	return fmt.Sprintf("%d unsynced writes to %d files, %d sectors lost; %d changes of names lost, %d files gone",
		l.Writes, l.Files, l.Sectors, l.Names, l.Gone)
}

// Add sums losses up.
func (l *Loss) Add(more Loss) {
	l.Files += more.Files
	l.Writes += more.Writes
	l.Sectors += more.Sectors
	l.Names += more.Names
	l.Gone += more.Gone
}

// Cut takes the power away: every request fails until PowerLoss and a new Mount. Nothing is forgotten yet.
func (d *Disk) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// PowerLoss takes the power away and forgets what was not synced, as chance has it. The disk can be mounted again after it
// was unmounted.
func (d *Disk) PowerLoss(rng *rand.Rand) Loss {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	before := filesBelow(d.root)
	l := lottery{rng: rng, sector: sectorSmall, content: survival(rng.IntN(int(survivals))), names: survival(rng.IntN(int(survivals)))}
	if rng.IntN(2) == 0 {
		l.sector = sectorLarge
	}
	loss := Loss{Names: l.drawMoves(d.moves)}
	d.moves = nil
	d.used = 0
	l.restore(d, d.root, &loss)
	after := filesBelow(d.root)
	for id := range before {
		if !after[id] {
			loss.Gone++
		}
	}
	return loss
}

// lottery decides what survives.
type lottery struct {
	rng            *rand.Rand
	sector         int64
	content, names survival
}

// drawMoves keeps some moves and tells how many it did not.
func (l *lottery) drawMoves(moves []move) (forgotten int) {
	reached := l.rng.IntN(len(moves) + 1)
	blocked := make(map[place]bool) // where a move is missing, so that none after it can be there
	for i, m := range moves {
		survives := l.names == survivesInOrder && i < reached || l.names == survivesAny && l.rng.IntN(2) == 0
		if survives && !m.touches(blocked) {
			m.keep()
			continue
		}
		m.mark(blocked)
		forgotten++
	}
	return forgotten
}

// restore makes what the medium has what programs see, from a folder down.
func (l *lottery) restore(d *Disk, dir *inode, loss *Loss) {
	dir.entries = maps.Clone(dir.keptEntries)
	for _, name := range sortedNames(dir.entries) {
		i := dir.entries[name]
		i.name = name
		if i.folder() {
			l.restore(d, i, loss)
			continue
		}
		if len(i.pending) > 0 {
			loss.Files++
			loss.Writes += len(i.pending)
		}
		i.kept = l.draw(i)
		loss.Sectors += differing(i.data, i.kept, l.sector)
		i.data, i.pending = bytes.Clone(i.kept), nil
		d.used += int64(len(i.data))
	}
}

// draw gives a file's content: of each sector one of the versions that it had since the last sync, of the size as well.
func (l *lottery) draw(i *inode) []byte {
	n := len(i.pending)
	reached := l.rng.IntN(n + 1)
	if n == 0 || l.content == survivesNothing {
		return i.kept
	}
	if l.content == survivesInOrder {
		content := i.kept
		for _, c := range i.pending[:reached] {
			content = c.apply(content)
		}
		return content
	}
	size := int64(len(i.kept))
	most := size
	for k, c := range i.pending {
		if k < reached {
			size = c.size
		}
		most = max(most, c.size)
	}
	content := resize(bytes.Clone(i.kept), most)
	for at := int64(0); at < most; at += l.sector {
		l.drawSector(content[at:min(at+l.sector, most)], at, i.pending)
	}
	return resize(content, size)
}

// drawSector brings one sector to one of its versions.
func (l *lottery) drawSector(sector []byte, at int64, pending []change) {
	end := at + int64(len(sector))
	var versions []change
	for _, c := range pending {
		if c.cut && c.size < end || !c.cut && c.at < end && c.at+int64(len(c.data)) > at {
			versions = append(versions, c)
		}
	}
	for _, c := range versions[:l.rng.IntN(len(versions)+1)] {
		if c.cut {
			clear(sector[max(c.size-at, 0):])
			continue
		}
		from := max(c.at, at)
		copy(sector[from-at:], c.data[from-c.at:])
	}
}

// differing counts the sectors that are not the same.
func differing(a, b []byte, sector int64) (n int) {
	for at := int64(0); at < int64(max(len(a), len(b))); at += sector {
		if !bytes.Equal(part(a, at, sector), part(b, at, sector)) {
			n++
		}
	}
	return n
}

func part(b []byte, at, length int64) []byte {
	end := int64(len(b))
	return b[min(at, end):min(at+length, end)]
}

// filesBelow gives the numbers of the files that have a name.
func filesBelow(dir *inode) map[uint64]bool {
	all := make(map[uint64]bool)
	for _, i := range dir.entries {
		if i.folder() {
			maps.Copy(all, filesBelow(i))
		} else {
			all[i.id] = true
		}
	}
	return all
}
