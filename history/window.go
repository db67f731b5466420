package history

import (
	"sort"
	"time"
)

// window is a stretch of time.
type window struct{ from, to time.Duration }

// calmWindows are the stretches in which no fault is active.
func calmWindows(faults []noted[Fault], end time.Duration) []window {
	var calm []window
	active := map[string]int{}
	total := 0
	from := time.Duration(0)
	for _, f := range faults {
		if f.f.Active {
			if total == 0 {
				calm = append(calm, window{from, f.at})
			}
			active[f.f.Name]++
			total++
			continue
		}
		if active[f.f.Name] == 0 {
			continue // healed to be sure, as a clean-up does
		}
		active[f.f.Name]--
		total--
		if total == 0 {
			from = f.at
		}
	}
	if total == 0 {
		calm = append(calm, window{from, end})
	}
	return calm
}

// up gives the stretches in which the session had a socket.
func (l *life) up(end time.Duration) []window {
	var up []window
	last := min(l.endAt, end)
	from, isUp := l.at, true
	for _, s := range l.states {
		switch s.f.State {
		case Ready, Resumed:
			if isUp {
				up = append(up, window{from, s.at})
			}
			from, isUp = s.at, true
		case Down, Ended:
			if isUp {
				up = append(up, window{from, s.at})
			}
			isUp = false
		}
	}
	if isUp {
		up = append(up, window{from, last})
	}
	return up
}

// quiet gives the stretches, as long as within or longer, that lie in one window of each list. Both are in order.
func quiet(a, b []window, within time.Duration) []window {
	var both []window
	for i, k := 0, 0; i < len(a) && k < len(b); {
		w := window{max(a[i].from, b[k].from), min(a[i].to, b[k].to)}
		if w.to-w.from >= within {
			both = append(both, w)
		}
		if a[i].to < b[k].to {
			i++
		} else {
			k++
		}
	}
	return both
}

// deadline is the first moment at which a session has been reachable for the given time since from, without a fault;
// false where the run ended before.
func deadline(quiet []window, from, within time.Duration) (time.Duration, bool) {
	if from == forever {
		return 0, false
	}
	i := sort.Search(len(quiet), func(i int) bool { return quiet[i].to-within >= from })
	if i == len(quiet) {
		return 0, false
	}
	return max(quiet[i].from, from) + within, true
}
